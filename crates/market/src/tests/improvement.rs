//! What improvers do to prompts.

use super::*;

#[test]
fn one_cycle_usually_helps_and_sometimes_harms() {
    let personas = fresh_personas(24, "cycle");
    let mut useless = 0;
    for (guide, name) in [(HONEST, "honest"), ("Improve the prompt.", "plain")] {
        let (mut gains, mut total) = (Vec::new(), 0);
        for seed in 1..=2 {
            let market = Market::new(seed, Mode::Normal);
            let bare = market.true_rate(calibrate::OFFER, &personas);
            for round in 0..12 {
                let feedback = feedback_on(&market, calibrate::OFFER, &personas, &round.to_string());
                let prompt = ask_improvement(&market, guide, calibrate::OFFER, &feedback, &round.to_string());
                gains.push(market.true_rate(&prompt, &personas) - bare);
                total += 1;
            }
        }
        let helped = gains.iter().filter(|gain| **gain > 0.02).count();
        gains.sort_by(f64::total_cmp);
        println!("{name}: helped {helped} of {total}; gains {gains:.2?}");
        assert!(helped * 10 >= total * 6, "{name}: {helped} of {total}");
        useless += total - helped;
    }
    assert!(useless > 0);
}

#[test]
fn accepting_every_proposal_sometimes_makes_things_worse() {
    let personas = fresh_personas(20, "loop");
    let (mut worse, mut steps) = (0, 0);
    for seed in 1..=3 {
        let market = Market::new(seed, Mode::Normal);
        let mut prompt = calibrate::OFFER.to_owned();
        let mut rates = vec![market.true_rate(&prompt, &personas)];
        for cycle in 0..10 {
            let feedback = feedback_on(&market, &prompt, &personas, &cycle.to_string());
            prompt = ask_improvement(&market, HONEST, &prompt, &feedback, &cycle.to_string());
            rates.push(market.true_rate(&prompt, &personas));
        }
        println!("market {seed}: {rates:.2?}\n{prompt}\n");
        worse += rates.windows(2).filter(|pair| pair[1] < pair[0] - 0.02).count();
        steps += 10;
        assert!(rates.iter().fold(0.0_f64, |best, rate| best.max(*rate)) > rates[0] + 0.1);
    }
    assert!(worse >= 2 && worse < steps, "{worse} of {steps}");
}
