use super::*;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn evidence(mean: f64, differences: &[f64]) -> Evidence {
    let mut evidence = Evidence::new(mean);
    differences.iter().for_each(|difference| evidence.add(*difference));
    evidence
}

/// A distribution of differences by values and chances; the rest is 0.
type Points<'a> = &'a [(f64, f64)];

fn draw(points: Points, rng: &mut ChaCha8Rng) -> f64 {
    let mut at = rng.random::<f64>();
    for (value, chance) in points {
        at -= chance;
        if at < 0.0 {
            return *value;
        }
    }
    0.0
}

/// The share of runs that ever reject, with a look after each of so many personas, and the mean number of personas
/// until then (all where it never does).
fn race(points: Points, mean: f64, personas: usize, runs: usize, rng: &mut ChaCha8Rng) -> (f64, f64) {
    let (mut rejected, mut used) = (0, 0);
    for _ in 0..runs {
        let mut evidence = Evidence::new(mean);
        while evidence.personas() < personas && !evidence.rejects(0.05) {
            evidence.add(draw(points, rng));
        }
        rejected += usize::from(evidence.rejects(0.05));
        used += evidence.personas();
    }
    (rejected as f64 / runs as f64, used as f64 / runs as f64)
}

#[test]
fn two_personas_are_worth_what_can_be_reckoned_by_hand() {
    // The mean over c = 0.1, 0.2, ..., 0.9 of (1 + c) and of (1 + c)(1 - c).
    assert!((evidence(0.0, &[1.0]).e_value() - 1.5).abs() < 1e-12);
    assert!((evidence(0.0, &[1.0, -1.0]).e_value() - (1.0 - 2.85 / 9.0)).abs() < 1e-12);
    assert!((evidence(0.5, &[0.5]).e_value() - 1.0).abs() < 1e-12);
    assert_eq!((evidence(0.0, &[]).e_value(), evidence(0.0, &[]).estimate()), (1.0, None));
}

#[test]
fn looks_after_every_persona_reject_what_is_true_at_most_as_often_as_allowed() {
    let nulls: [Points; 6] = [
        &[(1.0, 0.5), (-1.0, 0.5)],
        &[(1.0, 0.2), (-1.0, 0.2)],
        &[(1.0, 0.05), (-1.0 / 19.0, 0.95)],
        &[(-1.0, 0.05), (1.0 / 19.0, 0.95)],
        &[(1.0, 0.01), (-0.5, 0.02)],
        &[(0.3, 0.5), (-0.3, 0.5)],
    ];
    let mut rng = ChaCha8Rng::seed_from_u64(21);
    for points in nulls {
        // 0.05 and three standard errors of 1500 runs.
        let (rejected, _) = race(points, 0.0, 150, 1_500, &mut rng);
        assert!(rejected < 0.067, "{points:?} at 0: {rejected}");
        let lower: Vec<(f64, f64)> = points.iter().map(|(value, chance)| (value * 0.9 - 0.1, *chance)).collect();
        if points.iter().map(|(_, chance)| chance).sum::<f64>() > 0.999 {
            let (rejected, _) = race(&lower, -0.1, 150, 1_500, &mut rng);
            assert!(rejected < 0.067, "{lower:?} at -0.1: {rejected}");
        }
    }
}

#[test]
fn a_large_gain_is_found_after_few_personas_and_a_middling_one_after_some() {
    let mut rng = ChaCha8Rng::seed_from_u64(22);
    for (points, most, least) in [
        (&[(1.0, 0.6), (-1.0, 0.1)][..], 20.0, 0.99),
        (&[(1.0, 0.4), (-1.0, 0.1)][..], 46.0, 0.97),
        (&[(1.0, 0.3), (-1.0, 0.1)][..], 88.0, 0.85),
    ] {
        let (rejected, used) = race(points, 0.0, 200, 600, &mut rng);
        assert!(used < most && rejected > least, "{points:?}: {used} personas, {rejected} found");
    }
}

#[test]
fn the_interval_holds_the_mean_at_every_look() {
    let mut rng = ChaCha8Rng::seed_from_u64(23);
    for (points, mean) in [(&[(1.0, 0.4), (-1.0, 0.1)][..], 0.3), (&[(1.0, 0.04), (-0.2, 0.96)][..], -0.152)] {
        let runs = 200;
        let held = (0..runs)
            .filter(|_| {
                let differences: Vec<f64> = (0..80).map(|_| draw(points, &mut rng)).collect();
                // The ends never come back, so the last look holds what all held.
                let interval = evidence(0.0, &differences).interval(0.05);
                interval.low <= mean && mean <= interval.high
            })
            .count();
        assert!(held >= 188, "{points:?}: {held} of {runs}");
    }
}

#[test]
fn the_interval_narrows_to_the_mean() {
    let alternating: Vec<f64> = (0..400).map(|index| if index % 2 == 0 { 0.6 } else { 0.0 }).collect();
    let interval = evidence(0.0, &alternating).interval(0.05);
    assert!(interval.low > 0.15 && interval.low < 0.3 && interval.high > 0.3 && interval.high < 0.45, "{interval:?}");
    assert_eq!(evidence(0.0, &[]).interval(0.05), Interval { low: -1.0, high: 1.0 });
}

#[test]
fn a_mean_that_drifts_across_still_has_an_interval() {
    let drift: Vec<f64> = (0..600).map(|index| if index < 100 { 0.9 } else { -0.9 }).collect();
    let interval = evidence(0.0, &drift).interval(0.05);
    assert!(interval.low <= interval.high);
}

#[test]
fn ten_thousand_personas_do_not_overflow() {
    let all = evidence(-0.9, &vec![1.0; 10_000]);
    assert_eq!((all.e_value(), all.e_value_below()), (f64::MAX, 0.0));
    assert!(all.rejects(1e-300) && !all.rejects_below(0.5));
}

proptest! {
    #[test]
    fn it_is_never_negative_grows_with_every_difference_and_does_not_mind_the_order(
        differences in prop::collection::vec(-1.0_f64..=1.0, 1..60),
        mean in -0.95_f64..0.95,
        at in 0_usize..60,
        more in 0.0_f64..1.0,
    ) {
        let one = evidence(mean, &differences);
        prop_assert!(one.e_value() >= 0.0 && one.e_value_below() >= 0.0);
        let mut larger = differences.clone();
        let at = at % larger.len();
        larger[at] = (larger[at] + more).min(1.0);
        let other = evidence(mean, &larger);
        prop_assert!(other.e_value() >= one.e_value() * (1.0 - 1e-9));
        prop_assert!(other.above.peak >= one.above.peak - 1e-9);
        let low = |differences: &[f64]| lower(differences, 3.0, |bettors| bettors.peak);
        prop_assert!(low(&larger) >= low(&differences) - 1e-5);
        let mut turned = differences.clone();
        turned.reverse();
        let reversed = evidence(mean, &turned).above.now();
        prop_assert!((reversed - one.above.now()).abs() < 1e-9);
    }

    #[test]
    fn turning_every_sign_swaps_the_sides(
        differences in prop::collection::vec(-1.0_f64..=1.0, 0..60),
        mean in -0.95_f64..0.95,
    ) {
        let turned: Vec<f64> = differences.iter().map(|difference| -difference).collect();
        let (one, other) = (evidence(mean, &differences), evidence(-mean, &turned));
        prop_assert!((one.above.now() - other.below.now()).abs() < 1e-9);
        let (one, other) = (one.interval(0.05), other.interval(0.05));
        prop_assert!((one.low + other.high).abs() < 1e-5 && (one.high + other.low).abs() < 1e-5);
    }
}
