use super::*;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Yes-or-no outcomes of which the components are known: the chance of a yes is 0.5, moved up or down by `persona` and
/// again by `message`, each with a coin. The variances are the squares, and what is left of a quarter.
fn run(personas: usize, sizes: &[usize], persona: f64, message: f64, rng: &mut ChaCha8Rng) -> Vec<Outcomes> {
    let coin = |by: f64, rng: &mut ChaCha8Rng| if rng.random_bool(0.5) { by } else { -by };
    (0..personas)
        .map(|index| {
            let level = 0.5 + coin(persona, rng);
            let sizes = &sizes[..=(index + sizes.len() - 1) % sizes.len()];
            sizes
                .iter()
                .map(|size| {
                    let chance = level + coin(message, rng);
                    (0..*size).map(|_| f64::from(u8::from(rng.random_bool(chance)))).collect()
                })
                .collect()
        })
        .collect()
}

#[test]
fn a_textbook_table_is_met() {
    // Two personas, two messages each, two decisions each, by hand: MS between decisions 1/4 * ... = 0.25,
    // between messages 0.25, between personas 0.5.
    let table = vec![vec![vec![1.0, 1.0], vec![1.0, 0.0]], vec![vec![0.0, 0.0], vec![0.0, 1.0]]];
    let found = Components::estimate(&table).unwrap();
    // SSE = 0.5 + 0.5 over 4; SSB = 2 * (0.0625 * 2) * 2 = 0.5 over 2; SSA = 4 * 0.0625 * 2 = 0.5 over 1.
    assert_eq!(found.decision, Some(0.25));
    assert_eq!(found.message, Some(0.0));
    assert!((found.persona - 0.0625).abs() < 1e-12 && (found.mean - 0.5).abs() < 1e-12);
}

#[test]
fn simulated_components_are_found_on_average_balanced_or_not() {
    let mut rng = ChaCha8Rng::seed_from_u64(41);
    for sizes in [vec![3, 3, 3], vec![1, 4, 2, 6]] {
        for (persona, message) in [(0.2, 0.1), (0.1, 0.3), (0.3, 0.0)] {
            let (mut sum, runs) = ([0.0; 3], 250.0);
            for _ in 0..250 {
                let found = Components::estimate(&run(60, &sizes, persona, message, &mut rng)).unwrap();
                sum[0] += found.persona / runs;
                sum[1] += found.message.unwrap() / runs;
                sum[2] += found.decision.unwrap() / runs;
            }
            let truth = [persona * persona, message * message, 0.25 - persona * persona - message * message];
            for (found, truth) in sum.iter().zip(truth) {
                // Clamping lifts a component of 0 a little.
                assert!((found - truth).abs() < 0.006, "{sizes:?} {persona} {message}: {sum:?} for {truth:?}");
            }
        }
    }
}

#[test]
fn what_cannot_be_told_apart_is_in_the_level_above() {
    let mut rng = ChaCha8Rng::seed_from_u64(42);
    let once = Components::estimate(&run(2_000, &[1, 1, 1], 0.2, 0.2, &mut rng)).unwrap();
    assert_eq!(once.decision, None);
    assert!((once.message.unwrap() - 0.21).abs() < 0.02 && (once.persona - 0.04).abs() < 0.02, "{once:?}");
    let single: Vec<Outcomes> = (0..2_000).map(|index| vec![vec![f64::from(index % 2)]]).collect();
    let single = Components::estimate(&single).unwrap();
    assert_eq!((single.message, single.decision), (None, None));
    assert!((single.persona - 0.25).abs() < 1e-3);
    assert_eq!(Components::estimate(&[vec![vec![1.0]], vec![]]), None);
}

#[test]
fn the_differences_of_two_runs_scatter_by_both_runs_and_by_how_personas_take_to_the_prompt() {
    let mut rng = ChaCha8Rng::seed_from_u64(43);
    let (mut persona, mut message, mut decision) = (0.0, 0.0, 0.0);
    for _ in 0..200 {
        // Here each run has its own temper per persona, so the true differences have twice its variance.
        let before = run(60, &[2, 3, 1], 0.2, 0.1, &mut rng);
        let after = run(60, &[2, 3, 1], 0.2, 0.1, &mut rng);
        let found = Components::of_pairs(&before, &after).unwrap();
        persona += found.persona / 200.0;
        message += found.message.unwrap() / 200.0;
        decision += found.decision.unwrap() / 200.0;
    }
    assert!((persona - 0.08).abs() < 0.01, "{persona}");
    assert!((message - 0.02).abs() < 0.012 && (decision - 0.4).abs() < 0.012, "{message} {decision}");
}

#[test]
fn the_variance_of_the_mean_is_that_of_simulated_means() {
    let mut rng = ChaCha8Rng::seed_from_u64(44);
    let means: Vec<f64> = (0..1_500)
        .map(|_| {
            let run: Vec<Outcomes> = run(30, &[2, 2, 2, 2], 0.2, 0.2, &mut rng);
            run.iter().map(average).sum::<f64>() / 30.0
        })
        .collect();
    let centre = means.iter().sum::<f64>() / 1_500.0;
    let observed = means.iter().map(|mean| (mean - centre).powi(2)).sum::<f64>() / 1_499.0;
    let known = Components { mean: 0.5, persona: 0.04, message: Some(0.04), decision: Some(0.17) };
    // The personas have one to four messages in turn: 30 personas cycle through 4, 1, 2, 3.
    let expected: f64 =
        (0..30).map(|index| known.of_mean(1.0, f64::from(1 + (index + 3) % 4), 2.0)).sum::<f64>() / 900.0;
    assert!((observed / expected - 1.0).abs() < 0.12, "{observed} for {expected}");
}

#[test]
fn a_dear_message_is_decided_often_and_a_cheap_one_once() {
    let noisy = Components { mean: 0.5, persona: 0.04, message: Some(0.01), decision: Some(0.16) };
    // √(1/1 * 16) = 4; √(4 * 16) = 8.
    assert_eq!(noisy.decisions_per_message(1.0, 1.0, 10), 4);
    assert_eq!(noisy.decisions_per_message(4.0, 1.0, 10), 8);
    assert_eq!(noisy.decisions_per_message(0.01, 1.0, 10), 1);
    let sure = Components { message: Some(0.0), ..noisy };
    assert_eq!(sure.decisions_per_message(1.0, 1.0, 10), 10);
    assert_eq!(Components { decision: None, ..noisy }.decisions_per_message(9.0, 1.0, 10), 1);
}

#[test]
fn where_personas_cost_nothing_each_gets_one_message() {
    let noisy = Components { mean: 0.5, persona: 0.04, message: Some(0.06), decision: Some(0.10) };
    assert_eq!(noisy.messages_per_persona(0.0, 1.0, 1.0, 1, 20), 1);
    // √(8/2 * 0.16/0.04) = 4.
    assert_eq!(noisy.messages_per_persona(8.0, 1.0, 1.0, 1, 20), 4);
}

proptest! {
    #[test]
    fn components_are_never_negative_and_do_not_mind_turning_yes_and_no(
        table in prop::collection::vec(
            prop::collection::vec(prop::collection::vec(prop::bool::ANY, 0..4), 0..4), 0..12),
    ) {
        let numbers = |turned: bool| -> Vec<Outcomes> {
            let number = |yes: &bool| f64::from(u8::from(*yes != turned));
            let numbers = |message: &Vec<bool>| message.iter().map(number).collect();
            table.iter().map(|persona| persona.iter().map(numbers).collect()).collect()
        };
        let (found, turned) = (Components::estimate(&numbers(false)), Components::estimate(&numbers(true)));
        prop_assert_eq!(found.is_some(), turned.is_some());
        if let (Some(found), Some(turned)) = (found, turned) {
            for component in [Some(found.persona), found.message, found.decision] {
                prop_assert!(component.unwrap_or(0.0) >= 0.0);
            }
            prop_assert!((found.persona - turned.persona).abs() < 1e-9);
            prop_assert!((found.mean + turned.mean - 1.0).abs() < 1e-9);
            prop_assert!((found.message.unwrap_or(0.0) - turned.message.unwrap_or(0.0)).abs() < 1e-9);
        }
    }

    #[test]
    fn the_chosen_number_of_decisions_is_the_cheapest(
        message in 0.001_f64..0.2, decision in 0.001_f64..0.2, cost in 0.05_f64..20.0,
    ) {
        let components = Components { mean: 0.0, persona: 0.0, message: Some(message), decision: Some(decision) };
        let chosen = components.decisions_per_message(cost, 1.0, 30);
        let price = |k: u32| components.of_mean(1.0, 1.0, f64::from(k)) * (cost + f64::from(k));
        prop_assert!((1..=30).all(|k| price(chosen) <= price(k) + 1e-12));
    }
}
