use super::*;
use crate::crossed::{Crossed, Observed};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

type Owned = (Vec<(usize, f64)>, f64, f64);

fn fit(prior: &[(f64, f64)], rows: &[Owned]) -> Effects {
    Effects::fit(prior, rows.iter().map(|(features, outcome, weight)| (&features[..], *outcome, *weight))).unwrap()
}

#[test]
fn without_data_the_posterior_is_the_prior() {
    let effects = fit(&[(0.3, 4.0), (-1.0, 0.25)], &[]);
    assert_eq!(effects.mean, vec![0.3, -1.0]);
    assert!((effects.sd(0) - 2.0).abs() < 1e-12 && (effects.sd(1) - 0.5).abs() < 1e-12);
    assert_eq!(effects.covariance(&[(0, 1.0)], &[(1, 1.0)]), 0.0);
}

#[test]
fn with_a_wide_prior_a_single_feature_is_the_textbook_logit_of_the_share() {
    // 30 of 40 said yes: the logit is ln 3 and its variance 1 / (40 * 0.75 * 0.25).
    let effects = fit(&[(0.0, 1e8)], &[(vec![(0, 1.0)], 0.75, 40.0)]);
    assert!((effects.mean[0] - 3.0_f64.ln()).abs() < 1e-6, "{:?}", effects.mean);
    assert!((effects.sd(0) - (1.0_f64 / 7.5).sqrt()).abs() < 1e-6, "{}", effects.sd(0));
}

#[test]
fn in_the_gaussian_limit_the_posterior_is_the_closed_form_of_two_normals() {
    // Outcomes near one half and many of them: the logit is 4 (y - 1/2), known with the precision n / 4.
    let (n, share, prior) = (1e6, 0.501, 1e-6);
    let effects = fit(&[(0.0, prior)], &[(vec![(0, 1.0)], share, n)]);
    let precision = n / 4.0 + 1.0 / prior;
    assert!((effects.sd(0) / precision.sqrt().recip() - 1.0).abs() < 1e-5);
    assert!((effects.mean[0] / (n * (share - 0.5) / precision) - 1.0).abs() < 1e-4);
}

#[test]
fn a_share_counts_as_much_as_the_yeses_and_noes_it_stands_for() {
    let prior = [(0.0, 1.0), (0.5, 2.0)];
    let one = fit(&prior, &[(vec![(0, 1.0), (1, 1.0)], 0.3, 10.0)]);
    let ten: Vec<Owned> =
        (0..10).map(|index| (vec![(0, 1.0), (1, 1.0)], f64::from(u8::from(index < 3)), 1.0)).collect();
    let ten = fit(&prior, &ten);
    for feature in 0..2 {
        assert!((one.mean[feature] - ten.mean[feature]).abs() < 1e-9);
        assert!((one.sd(feature) - ten.sd(feature)).abs() < 1e-9);
    }
}

#[test]
fn features_seen_only_together_share_the_credit_and_their_sum_is_known_best() {
    let rows: Vec<Owned> = (0..200).map(|_| (vec![(0, 1.0), (1, 1.0)], 0.8, 1.0)).collect();
    let effects = fit(&[(0.0, 1.0), (0.0, 1.0), (0.0, 1.0)], &rows);
    assert!((effects.mean[0] - effects.mean[1]).abs() < 1e-9 && effects.mean[2] == 0.0);
    let (sum, difference) = ([(0, 1.0), (1, 1.0)], [(0, 1.0), (1, -1.0)]);
    assert!(effects.variance(&sum) < 0.05 && (effects.variance(&difference) - 2.0).abs() < 1e-9);
    assert!((effects.sd(2) - 1.0).abs() < 1e-12);
}

#[test]
fn a_feature_that_separates_entirely_is_held_by_its_prior() {
    for variance in [1.0, 1e6, 1e12] {
        let rows: Vec<Owned> = (0..2000).map(|_| (vec![(0, 1.0)], 1.0, 1.0)).collect();
        let effects = fit(&[(0.0, variance)], &rows);
        assert!(effects.mean[0] > 4.0 && effects.mean[0].is_finite() && effects.sd(0) > 0.2);
    }
}

#[test]
fn mistakes_of_the_caller_are_named() {
    let fit = |prior: &[(f64, f64)], row: Row| Effects::fit(prior, [row]).unwrap_err();
    assert_eq!(fit(&[(0.0, 1.0), (0.0, 0.0)], (&[], 1.0, 1.0)), EffectsError::Prior(1));
    assert_eq!(fit(&[(f64::NAN, 1.0)], (&[], 1.0, 1.0)), EffectsError::Prior(0));
    for row in [(&[(1, 1.0)][..], 1.0, 1.0), (&[], 1.1, 1.0), (&[], 1.0, -1.0), (&[(0, f64::INFINITY)], 1.0, 1.0)] {
        assert_eq!(fit(&[(0.0, 1.0)], row), EffectsError::Row(0));
    }
}

/// Observations of prompts with `lines` instruction lines, each present in half of them, and their true effects.
fn prompts(lines: usize, count: usize, rng: &mut ChaCha8Rng) -> (Vec<f64>, Vec<Owned>) {
    let truth: Vec<f64> = (0..lines).map(|_| 0.7 * normal(rng)).collect();
    let rows = (0..count).map(|_| {
        let features: Vec<(usize, f64)> =
            (0..lines).filter(|line| *line == 0 || rng.random_bool(0.5)).map(|line| (line, 1.0)).collect();
        let yes = rng.random_bool(logistic(product(&truth, &features)));
        (features, f64::from(u8::from(yes)), 1.0)
    });
    let rows = rows.collect();
    (truth, rows)
}

#[test]
fn known_effects_are_recovered_and_lie_within_their_deviations_as_often_as_they_should() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let (mut within, mut all, mut error) = (0.0, 0.0, 0.0);
    for _ in 0..40 {
        let (truth, rows) = prompts(12, 600, &mut rng);
        let effects = fit(&[(0.0, 0.49); 12], &rows);
        for (feature, truth) in truth.iter().enumerate() {
            let off = (effects.mean[feature] - truth).abs();
            within += f64::from(u8::from(off < 1.96 * effects.sd(feature)));
            error += off * off;
            all += 1.0;
        }
    }
    let (within, error): (f64, f64) = (within / all, (error / all).sqrt());
    assert!((0.92..0.98).contains(&within), "{within} lay within");
    // The effects themselves scatter by 0.7.
    assert!(error < 0.25, "root mean squared error {error}");
}

#[test]
fn draws_have_the_mean_and_the_covariance_of_the_posterior() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let (_, rows) = prompts(4, 60, &mut rng);
    let effects = fit(&[(0.0, 1.0); 4], &rows);
    let draws: Vec<Vec<f64>> = (0..20_000).map(|_| effects.sample(&mut rng)).collect();
    let average = |of: &dyn Fn(&Vec<f64>) -> f64| draws.iter().map(of).sum::<f64>() / draws.len() as f64;
    for i in 0..4 {
        assert!((average(&|draw| draw[i]) - effects.mean[i]).abs() < 0.03);
        for j in 0..4 {
            let moment = average(&|draw| (draw[i] - effects.mean[i]) * (draw[j] - effects.mean[j]));
            let expected = effects.covariance(&[(i, 1.0)], &[(j, 1.0)]);
            assert!((moment - expected).abs() < 0.02, "{i}, {j}: {moment} for {expected}");
        }
    }
}

#[test]
fn a_prediction_is_the_average_over_draws_to_a_hundredth() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let (_, rows) = prompts(6, 30, &mut rng);
    let effects = fit(&[(0.0, 1.0); 6], &rows);
    for features in [vec![(0, 1.0), (3, 1.0)], vec![(1, 2.0)], vec![(0, 1.0), (1, -1.0), (5, 1.0)]] {
        let draws = 20_000;
        let sum: f64 = (0..draws).map(|_| logistic(product(&effects.sample(&mut rng), &features))).sum();
        let average = sum / f64::from(draws);
        assert!((effects.predict(&features) - average).abs() < 0.015, "{} {average}", effects.predict(&features));
    }
}

#[test]
fn more_features_than_observations_are_fitted_all_the_same() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let (_, rows) = prompts(120, 40, &mut rng);
    let effects = fit(&[(0.0, 0.1); 120], &rows);
    assert!((0..120).all(|feature| effects.sd(feature) <= 0.1_f64.sqrt() + 1e-12));
}

proptest! {
    #[test]
    fn the_mode_is_a_mode_and_turning_every_outcome_turns_every_effect(
        rows in prop::collection::vec(
            (prop::collection::vec((0_usize..6, -3.0_f64..3.0), 0..5), 0.0_f64..=1.0, 0.0_f64..20.0), 0..40),
        variances in prop::collection::vec(0.01_f64..100.0, 6),
    ) {
        let prior: Vec<(f64, f64)> = variances.iter().map(|variance| (0.0, *variance)).collect();
        let effects = fit(&prior, &rows);
        let borrowed: Vec<Row> = rows.iter().map(|(features, y, weight)| (&features[..], *y, *weight)).collect();
        let top = log_posterior(&effects.mean, &prior, &borrowed);
        for feature in 0..6 {
            for move_by in [-1e-2, 1e-2] {
                let mut near = effects.mean.clone();
                near[feature] += move_by;
                prop_assert!(log_posterior(&near, &prior, &borrowed) <= top + 1e-9);
            }
            // Data only ever add to what is known.
            prop_assert!(effects.sd(feature) <= variances[feature].sqrt() + 1e-9);
        }
        let turned: Vec<Owned> = rows.into_iter().map(|(features, y, weight)| (features, 1.0 - y, weight)).collect();
        let turned = fit(&prior, &turned);
        for (mean, other) in effects.mean.iter().zip(&turned.mean) {
            prop_assert!((mean + other).abs() < 1e-4, "{mean} {other}");
        }
    }
}

/// The features of a message, and its decisions.
type Decided = (Vec<(usize, f64)>, Vec<f64>);

/// Trials of prompts with six instructions, on or off: every message has a luck of its own and `decisions` decisions.
fn judged(trials: usize, decisions: usize, rng: &mut ChaCha8Rng) -> Vec<Decided> {
    const EFFECTS: [f64; 6] = [0.9, 0.6, 0.3, 0.0, -0.3, -0.6];
    let trial = |_| {
        let mut features = vec![(0, 1.0)];
        features.extend((1..=6).filter(|_| rng.random_bool(0.5)).map(|feature| (feature, 1.0)));
        let sum: f64 = features[1..].iter().map(|(feature, _)| EFFECTS[feature - 1]).sum();
        let chance = logistic(-0.6 + sum + 1.5 * normal(rng));
        (features, (0..decisions).map(|_| f64::from(u8::from(rng.random_bool(chance)))).collect())
    };
    (0..trials).map(trial).collect()
}

/// How often the 95 % intervals of the effects hold `truth`, and how wide they are, if a message's mean has this
/// weight.
fn intervals(truth: &[f64], weight: impl Fn(&[Observed]) -> f64, rng: &mut ChaCha8Rng) -> (f64, f64) {
    const RUNS: usize = 120;
    let (mut held, mut width, prior) = (0, 0.0, vec![(0.0, 9.0); 7]);
    for _ in 0..RUNS {
        let trials = judged(240, 5, rng);
        let messages: Vec<Observed> = trials
            .iter()
            .enumerate()
            .map(|(at, (features, outcomes))| {
                let prompt = features[1..].iter().map(|(feature, _)| 1_u32 << feature).sum();
                Observed { persona: (at % 30) as u32, prompt, outcomes: outcomes.clone() }
            })
            .collect();
        let weight = weight(&messages);
        let mean = |outcomes: &[f64]| outcomes.iter().sum::<f64>() / outcomes.len() as f64;
        let rows = trials.iter().map(|(features, outcomes)| (features.as_slice(), mean(outcomes), weight));
        let effects = Effects::fit(&prior, rows).unwrap();
        for (feature, truth) in truth.iter().enumerate().skip(1) {
            let half = 1.96 * effects.sd(feature);
            held += usize::from((effects.mean[feature] - truth).abs() <= half);
            width += 2.0 * half;
        }
    }
    (held as f64 / (6 * RUNS) as f64, width / (6 * RUNS) as f64)
}

#[test]
fn several_decisions_on_a_message_weigh_what_they_tell_and_neither_one_nor_all_of_them() {
    let mut rng = ChaCha8Rng::seed_from_u64(611);
    // What an average message of a prompt gets: messages' own luck flattens the effects.
    let many = judged(60_000, 1, &mut rng);
    let prior = vec![(0.0, 9.0); 7];
    let truth = Effects::fit(&prior, many.iter().map(|(features, said)| (features.as_slice(), said[0], 1.0))).unwrap();
    let worth = |messages: &[Observed]| Crossed::from_messages(messages).unwrap().worth_of(5.0);
    let (held, width) = intervals(&truth.mean, worth, &mut rng);
    let (held_as_one, width_as_one) = intervals(&truth.mean, |_| 1.0, &mut rng);
    let (held_as_five, _) = intervals(&truth.mean, |_| 5.0, &mut rng);
    println!(
        "by what they tell: {held:.3} hold, {width:.2} wide; as one: {held_as_one:.3}, {width_as_one:.2}; as five: \
         {held_as_five:.3}"
    );
    assert!((0.92..=0.98).contains(&held), "{held}");
    assert!(width < 0.85 * width_as_one && held_as_one > 0.965, "{width}, {width_as_one}, {held_as_one}");
    assert!(held_as_five < 0.88, "{held_as_five}");
}

#[test]
fn the_log_evidence_is_that_of_an_integral_over_the_coefficient() {
    let (mean, variance) = (0.3_f64, 0.5_f64);
    let outcomes = [1.0, 1.0, 0.0, 1.0, 0.4, 1.0, 0.0, 1.0];
    let feature = [(0, 1.0)];
    let fitted =
        Effects::fit(&[(mean, variance)], outcomes.iter().map(|outcome| (&feature[..], *outcome, 1.0))).unwrap();
    let step = 1e-3;
    let integral: f64 = (-8_000..8_000)
        .map(|at| {
            let x = f64::from(at) * step;
            let prior = (-(x - mean).powi(2) / (2.0 * variance)).exp() / (std::f64::consts::TAU * variance).sqrt();
            let likelihood: f64 = outcomes.iter().map(|y| (y * x - x.exp().ln_1p()).exp()).product();
            prior * likelihood * step
        })
        .sum();
    assert!((fitted.log_evidence - integral.ln()).abs() < 0.02, "{} and {}", fitted.log_evidence, integral.ln());
    assert!(Effects::fit(&[(mean, variance)], []).unwrap().log_evidence.abs() < 1e-9);
}

#[test]
fn a_spread_is_estimated_from_sixty_observations_on() {
    let prior = [(0.0, 0.04); 8];
    // Four of eight features do much good and four much harm, or none of them does anything.
    let rows = |count: usize, share: f64| -> Vec<Owned> {
        let outcome = |feature: usize| if feature.is_multiple_of(2) { share } else { 1.0 - share };
        (0..count).map(|at| (vec![(at % 8, 1.0)], outcome(at % 8), 1.0)).collect()
    };
    let best = |rows: &[Owned]| {
        let rows = rows.iter().map(|(features, outcome, weight)| (&features[..], *outcome, *weight));
        Effects::fit_best(&prior, 0..8, rows).unwrap()
    };
    let (wide, narrow, few) = (rows(400, 0.95), rows(400, 0.5), rows(59, 0.95));
    assert!(best(&wide).sd(0) > 1.1 * fit(&prior, &wide).sd(0), "{}", best(&wide).sd(0));
    assert!(best(&narrow).sd(0) < 0.8 * fit(&prior, &narrow).sd(0), "{}", best(&narrow).sd(0));
    assert_eq!(best(&few), fit(&prior, &few));
}
