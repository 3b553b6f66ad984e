//! Numbers: how hard each market is, whether what happens agrees with what is computed, how fast it is.

use super::*;

#[test]
fn what_is_written_is_what_is_read() {
    let personas = fresh_personas(300, "fidelity");
    let offer = Plan::read(calibrate::OFFER).offer;
    let mut dice = Dice::from_parts(&["fidelity"]);
    let (mut missed, mut seen) = ([0_i32; feature::COUNT], [0_i32; feature::COUNT]);
    let mut shown = [0_i32; feature::COUNT];
    let mut examples: Vec<(Feature, String)> = Vec::new();
    const ROUNDS: i32 = 4;
    for persona in &personas {
        let reader = Reader::read(persona);
        for _ in 0..ROUNDS {
            let mut odds = [0.0; feature::COUNT];
            odds.fill_with(|| 0.1 + 0.5 * dice.unit());
            let drawn = generator::draw(&odds, &mut dice);
            let message = generator::write(drawn, &offer, &reader, &mut dice);
            let read = detect::detect(&message, &reader).features;
            for feature in Feature::ALL {
                shown[feature.index()] += i32::from(drawn.has(feature));
                match (drawn.has(feature), read.has(feature)) {
                    (true, false) => missed[feature.index()] += 1,
                    (false, true) => seen[feature.index()] += 1,
                    _ => continue,
                }
                if examples.iter().filter(|(other, _)| *other == feature).count() < 2 {
                    examples
                        .push((feature, format!("{feature:?} drawn={} \n{persona}\n{message}", drawn.has(feature))));
                }
            }
        }
    }
    let total = personas.len() as i32 * ROUNDS;
    let mut worst: f64 = 0.0;
    for feature in Feature::ALL {
        let at = feature.index();
        let wrong = f64::from(missed[at] + seen[at]) / f64::from(total);
        worst = worst.max(wrong);
        println!(
            "{feature:?}: missed {} of {}, wrongly seen {} of {}",
            missed[at],
            shown[at],
            seen[at],
            total - shown[at]
        );
    }
    for (_, example) in &examples {
        println!("-----\n{example}");
    }
    assert!(worst < 0.02, "{worst}");
}

#[test]
fn every_market_is_as_hard_as_every_other() {
    // Personas' biases are drawn: on few of them the mean itself would scatter over the band.
    let personas = fresh_personas(if cfg!(debug_assertions) { 400 } else { 1000 }, "calibration");
    let (mut bare, mut best) = (Vec::new(), Vec::new());
    // With little optimisation the search is many times slower: there, fewer personas choose the prompt.
    let (markets, searched) = (100, if cfg!(debug_assertions) { 25 } else { 60 });
    for seed in 1..=markets {
        let market = Market::new(seed, Mode::Normal);
        bare.push(market.true_rate(calibrate::OFFER, &personas));
        // A part of the personas chooses the prompt.
        let prompt = market.best_prompt(calibrate::OFFER, &personas[..searched]);
        best.push(market.true_rate(&prompt, &personas));
        if seed <= 3 {
            println!(
                "market {seed}: scale {:.2} threshold {:.2}\n{prompt}",
                market.taste.scale, market.taste.threshold
            );
        }
    }
    for (what, rates, band) in [("bare", &bare, 0.20..=0.30), ("best", &best, 0.85..=0.92)] {
        let (low, high) = rates.iter().fold((1.0_f64, 0.0_f64), |(low, high), rate| (low.min(*rate), high.max(*rate)));
        println!("{what}: min {low:.3} mean {:.3} max {high:.3}", rates.iter().sum::<f64>() / rates.len() as f64);
        assert!(band.contains(&low) && band.contains(&high), "{what}: {low} to {high}");
    }
}

#[test]
fn what_happens_agrees_with_the_true_rate() {
    let personas = fresh_personas(250, "empirical");
    let (seeds, rounds) = if cfg!(debug_assertions) { (1..=1, 2) } else { (1..=4, 8) };
    for seed in seeds {
        let market = Market::new(seed, Mode::Normal);
        let best = market.best_prompt(calibrate::OFFER, &personas[..20]);
        let lying = calibrate::prompt_with(
            calibrate::OFFER,
            &[Feature::Customer, Feature::Result, Feature::Certificate, Feature::Tie],
        );
        let vague = format!("{}\n{}", calibrate::OFFER, advice::VAGUE.join("\n"));
        let hype = calibrate::prompt_with(calibrate::OFFER, &[Feature::Hype, Feature::Pushy, Feature::Long]);
        for (name, prompt) in
            [("bare", calibrate::OFFER), ("best", &best), ("lying", &lying), ("vague", &vague), ("hype", &hype)]
        {
            let (mut yes, mut flips, mut total, mut variance) = (0, 0, 0, 0.0);
            for (at, persona) in personas.iter().enumerate() {
                let mut here = 0;
                for round in 0..rounds {
                    let key = format!("{at} {round}");
                    let message = ask_message(&market, prompt, persona, &key);
                    let (one, _) = ask_decision(&market, STRICT, persona, &message, &key);
                    let (two, _) = ask_decision(&market, STRICT, persona, &message, &format!("{key} again"));
                    here += i32::from(one) + i32::from(two);
                    flips += i32::from(one != two);
                    total += 1;
                }
                yes += here;
                let p = f64::from(here) / f64::from(2 * rounds);
                variance += p * (1.0 - p) / f64::from(rounds);
            }
            let (seen, truth) = (f64::from(yes) / f64::from(2 * total), market.true_rate(prompt, &personas));
            let error = variance.sqrt() / personas.len() as f64;
            println!(
                "market {seed} {name}: true {truth:.3} seen {seen:.3} ± {error:.4} flips {:.3}",
                f64::from(flips) / f64::from(total)
            );
            assert!((seen - truth).abs() < 0.015 + 3.0 * error, "market {seed}, {name}: {seen} but {truth}");
        }
    }
}

#[test]
#[ignore = "a measurement: cargo test --release -- --ignored --nocapture times"]
fn times() {
    let started = std::time::Instant::now();
    let market = Market::new(5, Mode::Normal);
    println!("first market {:?}", started.elapsed());
    let started = std::time::Instant::now();
    for seed in 0..20 {
        let _ = Market::new(seed, Mode::Normal);
    }
    println!("each further market {:?}", started.elapsed() / 20);
    let personas = fresh_personas(100, "times");
    let started = std::time::Instant::now();
    let messages: Vec<String> = personas.iter().map(|p| ask_message(&market, calibrate::OFFER, p, "warm")).collect();
    println!("first message {:?}", started.elapsed() / 100);
    let started = std::time::Instant::now();
    for round in 0..20 {
        for persona in &personas {
            let _ = ask_message(&market, calibrate::OFFER, persona, &round.to_string());
        }
    }
    println!("message {:?}", started.elapsed() / 2000);
    for (persona, message) in personas.iter().zip(&messages) {
        let _ = ask_decision(&market, STRICT, persona, message, "w");
    }
    let started = std::time::Instant::now();
    for round in 0..20 {
        for (persona, message) in personas.iter().zip(&messages) {
            let _ = ask_decision(&market, STRICT, persona, message, &round.to_string());
        }
    }
    println!("decision {:?}", started.elapsed() / 2000);
    let started = std::time::Instant::now();
    let best = market.best_prompt(calibrate::OFFER, &personas);
    println!("best prompt {:?}, rate {:.3}", started.elapsed(), market.true_rate(&best, &personas));
    let started = std::time::Instant::now();
    let _ = market.true_rate(calibrate::OFFER, &personas);
    println!("true rate of 100 {:?}", started.elapsed());
    let started = std::time::Instant::now();
    let _ = Plan::read(&best);
    println!("plan {:?}", started.elapsed());
}

#[test]
#[ignore = "for reading: cargo test --release -- --ignored --nocapture samples"]
fn samples() {
    let market = Market::new(1, Mode::Normal);
    let personas = fresh_personas(60, "samples");
    let best = market.best_prompt(calibrate::OFFER, &personas);
    for (at, persona) in personas.iter().take(10).enumerate() {
        let prompt = if at < 5 { calibrate::OFFER } else { &best };
        let message = ask_message(&market, prompt, persona, "sample");
        let (decision, reasoning) = ask_decision(&market, STRICT, persona, &message, "sample");
        println!("=== {persona}\n\n{message}\n\n--> {decision}: {reasoning}");
        println!("ungrounded: {:?}\n", market.ungrounded(&message, calibrate::OFFER, persona));
    }
}
