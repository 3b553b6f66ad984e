use super::*;
use crate::effects::normal;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Personas of some temper (logit-normal), whom the later prompt moves by `shift` on the logit and some more than
/// others.
struct World {
    shift: f64,
    effect: f64,
}

impl World {
    fn persona(&self, rng: &mut ChaCha8Rng) -> (f64, f64) {
        let (base, noise) = (1.2 * normal(rng) - 1.0, 0.5 * normal(rng));
        let yes = |logit: f64| 1.0 / (1.0 + (-logit).exp());
        (yes(base), yes(base + self.shift + noise))
    }

    /// The world whose mean difference is `effect`.
    fn with(effect: f64) -> Self {
        let mean = |shift: f64| {
            let mut rng = ChaCha8Rng::seed_from_u64(1);
            let world = World { shift, effect };
            let sum: f64 = (0..8_000).map(|_| world.persona(&mut rng)).map(|(before, after)| after - before).sum();
            sum / 8_000.0
        };
        let (mut low, mut high) = (-2.0, 5.0);
        for _ in 0..20 {
            let middle = f64::midpoint(low, high);
            if mean(middle) < effect { low = middle } else { high = middle }
        }
        World { shift: high, effect }
    }

    /// A test to its end over four looks: a quarter of the personas more at each (with three messages), or one message
    /// more to all of them.
    fn test(&self, design: Design, personas: usize, blocks: bool, rng: &mut ChaCha8Rng) -> (Outcome, Decision) {
        let people: Vec<(f64, f64)> = (0..personas).map(|_| self.persona(rng)).collect();
        let mut pairs = vec![(Tally::default(), Tally::default()); personas];
        let mut test = SequentialTest::new(design);
        let (mut decision, mut quarter) = (Decision::GoOn, 0);
        while decision == Decision::GoOn {
            quarter += 1;
            let (from, to) =
                if blocks { (personas * (quarter - 1) / 4, personas * quarter / 4) } else { (0, personas) };
            for (pair, (before, after)) in pairs.iter_mut().zip(&people).take(to).skip(from) {
                for _ in 0..if blocks { 3 } else { 1 } {
                    pair.0 += Tally::from_decisions([rng.random_bool(*before)]);
                    pair.1 += Tally::from_decisions([rng.random_bool(*after)]);
                }
            }
            decision = test.look(&pairs[..to], quarter as f64 / 4.0);
        }
        (test.result().unwrap(), decision)
    }
}

#[test]
fn the_interval_covers_as_often_as_it_says_although_the_test_may_stop_early() {
    let mut rng = ChaCha8Rng::seed_from_u64(31);
    for effect in [0.0, 0.05, 0.15, 0.4] {
        let world = World::with(effect);
        let (mut held, mut above, mut all) = (0, 0, 0);
        for (personas, runs) in [(10, 60), (20, 60), (40, 60), (80, 60)] {
            for blocks in [true, false] {
                for _ in 0..runs {
                    let (outcome, _) = world.test(Design::new(0.05, 0.15), personas, blocks, &mut rng);
                    held += u32::from(outcome.interval.low <= world.effect && world.effect <= outcome.interval.high);
                    above += u32::from(outcome.estimate > world.effect);
                    all += 1;
                }
            }
        }
        let (held, above) = (f64::from(held) / f64::from(all), f64::from(above) / f64::from(all));
        // 0.93 to 0.97, and two standard errors of 480 runs at the lower end.
        assert!((0.92..=0.99).contains(&held), "effect {effect}: {held} covered");
        assert!((0.36..=0.58).contains(&above), "effect {effect}: {above} of the estimates are above");
    }
}

/// A test over eight looks, with one message to a persona, after which everybody else is asked as well.
fn measured(world: &World, personas: usize, rng: &mut ChaCha8Rng) -> (Outcome, Outcome) {
    let people: Vec<(f64, f64)> = (0..personas).map(|_| world.persona(rng)).collect();
    let drawn = |share: f64, rng: &mut ChaCha8Rng| f64::from(u8::from(rng.random_bool(share)));
    let all: Vec<f64> = people.iter().map(|(before, after)| drawn(*after, rng) - drawn(*before, rng)).collect();
    let mut test = SequentialTest::new(Design { spending: Spending::Gamma(0.0), ..Design::new(0.025, 0.15) });
    let until = (1..=8).map(|look| personas * look / 8);
    for until in until {
        if test.look_at(&all[..until], 1.0, until as f64 / personas as f64) != Decision::GoOn {
            break;
        }
    }
    let decided = test.result().unwrap();
    test.measure(&all, 1.0);
    (decided, test.result().unwrap())
}

#[test]
fn measuring_after_the_decision_makes_the_interval_narrow_and_as_true_as_it_says() {
    let mut rng = ChaCha8Rng::seed_from_u64(34);
    for (effect, personas) in [(0.0, 40), (0.1, 80), (0.3, 40), (0.5, 40), (0.65, 40), (0.65, 24), (0.5, 80)] {
        let world = World::with(effect);
        let (mut held, mut above, mut widths, runs) = (0, 0, (0.0, 0.0), 400);
        for _ in 0..runs {
            let (decided, measured) = measured(&world, personas, &mut rng);
            held += u32::from(measured.interval.low <= effect && effect <= measured.interval.high);
            above += u32::from(measured.estimate > effect);
            widths.0 += decided.interval.high - decided.interval.low;
            widths.1 += measured.interval.high - measured.interval.low;
            assert!((decided.p_value - measured.p_value).abs() < 1e-12 && decided.looks == measured.looks);
        }
        let (held, above) = (f64::from(held) / f64::from(runs), f64::from(above) / f64::from(runs));
        println!("{effect} {personas}: {held} {above} {widths:?}");
        // Where nothing is gained few are asked, and of few the interval is wider than it need be.
        let most = if effect < 0.3 { 1.0 } else { 0.98 };
        assert!(0.92 <= held && held <= most, "effect {effect}, {personas} personas: {held} covered");
        assert!(
            (0.38..=0.6).contains(&above),
            "effect {effect}, {personas} personas: {above} of the estimates are above"
        );
        assert!(effect < 0.5 || widths.1 < 0.75 * widths.0, "effect {effect}: {widths:?}");
    }
}

#[test]
fn who_was_asked_after_a_test_that_did_not_say_better_changes_nothing() {
    let differences: Vec<f64> = (0..20).map(|index| f64::from(index % 3) - 1.0).collect();
    let mut test = SequentialTest::new(Design::new(0.05, 0.15));
    assert_eq!(test.look_at(&differences, 1.0, 1.0), Decision::Futile);
    let before = test.result();
    test.measure(&[1.0; 40], 1.0);
    assert_eq!(test.result(), before);
}

#[test]
fn what_does_nothing_is_called_better_as_rarely_as_the_design_says() {
    let world = World::with(0.0);
    let mut rng = ChaCha8Rng::seed_from_u64(32);
    for (personas, blocks) in [(12, true), (12, false), (40, true), (40, false)] {
        let never = Design { futility: None, ..Design::new(0.05, 0.15) };
        let better = (0..500).filter(|_| world.test(never, personas, blocks, &mut rng).1 == Decision::Better).count();
        // 25 and three standard deviations.
        assert!(better <= 40, "{personas} personas, blocks {blocks}: {better} of 500");
    }
}

#[test]
fn the_effect_that_was_planned_for_is_found_with_fewer_trials_than_planned() {
    let mut rng = ChaCha8Rng::seed_from_u64(33);
    let (runs, mut better, mut looks) = (300, 0, 0);
    let world = World::with(0.15);
    for _ in 0..runs {
        let (outcome, decision) = world.test(Design::new(0.05, 0.15), 60, true, &mut rng);
        better += usize::from(decision == Decision::Better);
        looks += outcome.looks;
    }
    let (power, used) = (better as f64 / f64::from(runs), looks as f64 / 4.0 / f64::from(runs));
    assert!(power > 0.8 && used < 0.75, "power {power} with {used} of the trials");
    let nothing = World::with(0.0);
    let looks: usize = (0..runs).map(|_| nothing.test(Design::new(0.05, 0.15), 60, true, &mut rng).0.looks).sum();
    assert!((looks as f64) < 0.7 * 4.0 * f64::from(runs), "{looks} looks at nothing");
}

#[test]
fn four_personas_can_never_adopt_and_a_clear_gain_on_ten_is_adopted_before_the_end() {
    let mut test = SequentialTest::new(Design { alpha: 0.2, ..Design::new(0.2, 0.15) });
    assert_eq!(test.look_at(&[1.0; 4], 1.0, 0.5), Decision::GoOn);
    assert_eq!(test.look_at(&[1.0; 4], 0.1, 1.0), Decision::Futile);
    let mut test = SequentialTest::new(Design::new(0.05, 0.15));
    assert_eq!(test.look_at(&[1.0; 10], 1.0, 0.5), Decision::Better);
    // What comes after the decision does not undo it.
    assert_eq!(test.look_at(&[-1.0; 20], 1.0, 1.0), Decision::Better);
    let outcome = test.result().unwrap();
    assert!(outcome.p_value <= 0.05 && outcome.looks == 1 && outcome.personas == 10);
}

#[test]
fn one_look_reports_the_t_interval_and_is_no_narrower_than_the_plain_comparison() {
    let pairs: Vec<(Tally, Tally)> =
        (0..16).map(|index| (Tally { yes: index % 2, total: 2 }, Tally { yes: (index + 1) % 3, total: 2 })).collect();
    let mut test = SequentialTest::new(Design::new(0.05, 0.15));
    test.look(&pairs, 1.0);
    let (outcome, plain) = (test.result().unwrap(), crate::Comparison::from_pairs(&pairs));
    let differences: Vec<f64> =
        pairs.iter().map(|(before, after)| after.share().unwrap() - before.share().unwrap()).collect();
    let error = Estimate::from_differences(&differences, 0.5).unwrap().error;
    // 2.131450 is the 97.5 % point of Student's distribution with 15 degrees of freedom.
    assert!((outcome.interval.high - outcome.mean - 2.131_450 * error).abs() < 1e-5, "{outcome:?}");
    let interval = plain.interval.unwrap();
    assert!(outcome.interval.low < interval.low && outcome.interval.high > interval.high);
    assert!((outcome.estimate - plain.difference.unwrap()).abs() < 1e-6);
}

#[test]
fn a_stop_at_the_first_of_several_looks_is_reported_as_one_look_is() {
    let strong: Vec<f64> = (0..20).map(|index| if index % 4 == 0 { 0.0 } else { 0.5 }).collect();
    let mut early = SequentialTest::new(Design::new(0.05, 0.15));
    let mut only = SequentialTest::new(Design::new(0.05, 0.15));
    assert_eq!(early.look_at(&strong, 0.5, 0.3), Decision::Better);
    only.look_at(&strong, 0.5, 1.0);
    assert_eq!(early.result().unwrap().interval, only.result().unwrap().interval);
}

#[test]
fn a_gain_that_comes_late_is_reported_smaller_than_it_looks() {
    // Two looks without a stop, then a jump: the plain mean is what the earlier looks held down.
    let mut test = SequentialTest::new(Design { futility: None, ..Design::new(0.05, 0.15) });
    let mut differences: Vec<f64> = (0..20).map(|index| [0.5, 0.0, -0.5, 0.5][index % 4]).collect();
    assert_eq!(test.look_at(&differences, 0.5, 0.5), Decision::GoOn);
    differences.extend((0..20).map(|index| [0.5, 0.0, 1.0, 0.5][index % 4]));
    assert_eq!(test.look_at(&differences, 0.5, 1.0), Decision::Better);
    let outcome = test.result().unwrap();
    assert!(outcome.estimate < outcome.mean && outcome.interval.low > 0.0, "{outcome:?}");
}

#[test]
fn a_futile_test_may_go_on_and_still_adopt() {
    let mut test = SequentialTest::new(Design::new(0.05, 0.3));
    let mut differences = vec![-0.2; 10];
    assert_eq!(test.look_at(&differences, 0.2, 0.5), Decision::Futile);
    differences.extend(vec![0.9; 30]);
    assert_eq!(test.look_at(&differences, 0.2, 1.0), Decision::Better);
}

#[test]
fn personas_that_are_not_decided_yet_are_left_out_and_may_come_later() {
    let mut test = SequentialTest::new(Design::new(0.05, 0.15));
    let undecided: Vec<f64> = (0..12).map(|index| if index % 2 == 0 { f64::NAN } else { 0.1 }).collect();
    assert_eq!(test.look_at(&undecided, 0.2, 0.3), Decision::GoOn);
    test.look_at(&[0.1; 12], 0.1, 0.6);
    assert_eq!(test.result().unwrap().personas, 12);
    assert!(SequentialTest::new(Design::new(0.05, 0.15)).result().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn better_is_said_exactly_where_the_p_value_is_within_the_level_and_intervals_nest(
        changes in prop::collection::vec(-4_i32..=4, 8..50),
        looks in 1_usize..5,
        gamma in -5.0_f64..2.0,
    ) {
        let differences: Vec<f64> = changes.iter().map(|change| f64::from(*change) / 4.0).collect();
        let design = Design { spending: Spending::Gamma(gamma), ..Design::new(0.05, 0.2) };
        let mut test = SequentialTest::new(design);
        let mut decision = Decision::GoOn;
        for look in 1..=looks {
            if decision == Decision::GoOn {
                let so_far = &differences[..differences.len() * look / looks];
                decision = test.look_at(so_far, 0.25, look as f64 / looks as f64);
            }
        }
        prop_assert!(decision != Decision::GoOn);
        let outcome = test.result().unwrap();
        prop_assert_eq!(outcome.p_value <= 0.05 + 1e-9, decision == Decision::Better);
        let (wide, narrow) = (test.interval(0.99).unwrap(), test.interval(0.5).unwrap());
        prop_assert!(wide.low <= outcome.interval.low + 1e-9 && outcome.interval.low <= narrow.low + 1e-9);
        prop_assert!(narrow.low <= outcome.estimate + 1e-9 && outcome.estimate <= narrow.high + 1e-9);
        prop_assert!(narrow.high <= outcome.interval.high + 1e-9 && outcome.interval.high <= wide.high + 1e-9);
        prop_assert!(outcome.interval.low >= -1.0 && outcome.interval.high <= 1.0);
    }
}
