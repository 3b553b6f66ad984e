use super::*;
use crate::variance::Outcomes;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Trials of which the components are known: a chance of one half, moved by a coin each for persona, prompt and
/// message.
fn trials(
    (personas, prompts, messages): (u32, u32, usize),
    (persona, prompt, message): (f64, f64, f64),
    rng: &mut ChaCha8Rng,
) -> Vec<Observed> {
    let coin = |by: f64, rng: &mut ChaCha8Rng| if rng.random_bool(0.5) { by } else { -by };
    let tempers: Vec<f64> = (0..personas).map(|_| coin(persona, rng)).collect();
    let quality: Vec<f64> = (0..prompts).map(|_| coin(prompt, rng)).collect();
    (0..messages)
        .map(|index| {
            // The first prompts and personas come more often, and messages have one to three decisions.
            let skewed = |count: u32, rng: &mut ChaCha8Rng| rng.random_range(0..count).min(rng.random_range(0..count));
            let (who, which) = (skewed(personas, rng), skewed(prompts, rng));
            let chance = 0.5 + tempers[who as usize] + quality[which as usize] + coin(message, rng);
            let chance = chance.clamp(0.0, 1.0);
            let outcomes = (0..=index % 3).map(|_| f64::from(u8::from(rng.random_bool(chance)))).collect();
            Observed { persona: who, prompt: which, outcomes }
        })
        .collect()
}

#[test]
fn every_component_is_found_on_average_however_uneven_the_numbers() {
    let mut rng = ChaCha8Rng::seed_from_u64(801);
    for spread in [(0.2, 0.1, 0.15), (0.0, 0.3, 0.1), (0.15, 0.0, 0.3)] {
        let (mut sum, runs) = ([0.0; 4], 150.0);
        for _ in 0..150 {
            let found = Crossed::from_messages(&trials((30, 30, 300), spread, &mut rng)).unwrap();
            sum[0] += found.persona / runs;
            sum[1] += found.prompt / runs;
            sum[2] += found.message / runs;
            sum[3] += found.decision.unwrap() / runs;
        }
        let squares = [spread.0, spread.1, spread.2].map(|by: f64| by * by);
        let truth = [squares[0], squares[1], squares[2], 0.25 - squares.iter().sum::<f64>()];
        for (found, truth) in sum.iter().zip(truth) {
            // Clamping lifts a component of 0 a little.
            assert!((found - truth).abs() < 0.006, "{spread:?}: {sum:?} for {truth:?}");
        }
    }
}

#[test]
fn a_balanced_table_by_hand() {
    // Two personas and two prompts, one message with one decision each: sums of squares 0.25 for the personas, 0.25 for
    // the prompts and 0.25 for what is left; mean squares are the same, so nothing is left for persona and prompt.
    let message = |persona, prompt, outcome: f64| Observed { persona, prompt, outcomes: vec![outcome] };
    let table = [message(0, 0, 1.0), message(0, 1, 0.0), message(1, 0, 0.0), message(1, 1, 0.0)];
    let found = Crossed::from_messages(&table).unwrap();
    assert!(
        (found.message - 0.25).abs() < 1e-12 && found.persona.abs() < 1e-12 && found.prompt.abs() < 1e-12,
        "{found:?}"
    );
    assert_eq!((found.mean, found.decision), (0.25, None));
}

#[test]
fn personas_and_prompts_that_differ_are_no_reason_to_ask_about_a_message_again() {
    let mut rng = ChaCha8Rng::seed_from_u64(802);
    // A judge whose answers hang on person and prompt, and on the message hardly: 0.2² + 0.3² of the scatter are not
    // the message's. With all of it counted as the message's once is enough; apart, the decision's is what is left to
    // lessen.
    let messages = trials((40, 40, 1_200), (0.2, 0.25, 0.05), &mut rng);
    let apart = Crossed::from_messages(&messages).unwrap();
    let as_one: Vec<Outcomes> = messages.iter().map(|message| vec![message.outcomes.clone()]).collect();
    let together = Components::estimate(&as_one).unwrap();
    let together = Components { message: Some(together.persona), ..together };
    let (apart, together) = (apart.decisions_per_message(2.0, 1.0, 20), together.decisions_per_message(2.0, 1.0, 20));
    assert!(together <= 2 && apart >= 4, "{apart} apart, {together} together");
}

#[test]
fn several_decisions_are_worth_as_many_messages_as_their_mean_has_less_scatter() {
    let mut rng = ChaCha8Rng::seed_from_u64(803);
    for (message, decisions) in [(0.05, 3), (0.2, 3), (0.2, 8), (0.4, 5)] {
        let messages: Vec<Observed> = (0..4_000)
            .map(|at| {
                let chance = 0.5 + message * if rng.random_bool(0.5) { 1.0 } else { -1.0 };
                let outcomes = (0..decisions).map(|_| f64::from(u8::from(rng.random_bool(chance)))).collect();
                Observed { persona: at % 40, prompt: at % 7, outcomes }
            })
            .collect();
        // What the means of so many decisions scatter, against what single decisions do.
        let variance = |values: Vec<f64>| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64
        };
        let mean = |message: &Observed| message.outcomes.iter().sum::<f64>() / f64::from(decisions);
        let shown = variance(messages.iter().map(|message| message.outcomes[0]).collect())
            / variance(messages.iter().map(mean).collect());
        let worth = Crossed::from_messages(&messages).unwrap().worth_of(f64::from(decisions));
        assert!((worth / shown - 1.0).abs() < 0.1, "{message}, {decisions}: {worth}, shown {shown}");
        assert!((1.0..=f64::from(decisions) + 0.1).contains(&worth), "{worth}");
    }
}

#[test]
fn what_tells_nothing_apart_has_no_components() {
    let message = |persona, prompt| Observed { persona, prompt, outcomes: vec![1.0, 0.0] };
    assert_eq!(Crossed::from_messages(&[]), None);
    assert_eq!(Crossed::from_messages(&[message(0, 0), message(0, 1)]), None);
    // Each persona has a prompt of its own: the two are one.
    assert_eq!(Crossed::from_messages(&[message(0, 0), message(1, 1), message(2, 2)]), None);
    let one_prompt = Crossed::from_messages(&[message(0, 0), message(0, 0), message(1, 0), message(1, 0)]).unwrap();
    assert_eq!(one_prompt.prompt, 0.0);
}
