use super::*;
use crate::sequential::SequentialTest;
use crate::sign_test;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A person's chances of a yes to either prompt.
type Person = (f64, f64);

fn answers(person: Person, rng: &mut ChaCha8Rng) -> (bool, bool) {
    (rng.random_bool(person.0), rng.random_bool(person.1))
}

/// People asked once each, in the order of asking, looked at by the schedule; how many had been asked at the end.
fn run(mut test: ExactTest, people: &[(bool, bool)]) -> (ExactTest, Decision, usize) {
    for until in schedule(people.len()) {
        let fraction = until as f64 / people.len() as f64;
        let decision = test.look(Pairs::count(people[..until].iter().copied()), fraction);
        if decision != Decision::GoOn {
            return (test, decision, until);
        }
    }
    (test, Decision::Futile, people.len())
}

fn never_giving_up(alpha: f64) -> ExactTest {
    ExactTest::new(Design { alpha, spending: Spending::Gamma(-1.0), futility: None })
}

#[test]
fn one_look_is_mcnemars_exact_test() {
    let mut test = ExactTest::plan(0.06, 0.15);
    assert_eq!(test.look(Pairs { people: 30, rose: 8, fell: 2 }, 1.0), Decision::Better);
    // The binomial chance of at least 8 of 10: 56 / 1,024.
    assert!((test.p_value() - 56.0 / 1024.0).abs() < 1e-12);
    assert!((2.0 * test.p_value() - sign_test::p_value(8, 2)).abs() < 1e-12);
    let mut test = ExactTest::plan(0.05, 0.15);
    assert_eq!(test.look(Pairs { people: 30, rose: 8, fell: 2 }, 1.0), Decision::Futile);
}

#[test]
fn two_looks_spend_what_two_looks_may() {
    // Half of 0.05 at half: six of six are 1 in 64, five of five 1 in 32 and too many. Of twelve changes then 0.05 -
    // 1/64 is left. Without a stop at six of six, paths with at least 10 risers of 12 are C(12,10) + C(12,11) + 1 = 79,
    // of which 1 + 6 + C(6,4) = 22 began with six risers; 57 / 4096 is within, and with nine risers it is (299 - 42) /
    // 4096: too many.
    let half = Design { alpha: 0.05, spending: Spending::Gamma(0.0), futility: None };
    for (rose, better) in [(9, false), (10, true)] {
        let mut test = ExactTest::new(half);
        assert_eq!(test.look(Pairs { people: 20, rose: 5, fell: 1 }, 0.5), Decision::GoOn);
        let decision = test.look(Pairs { people: 40, rose, fell: 12 - rose }, 1.0);
        assert_eq!(decision == Decision::Better, better, "{rose}");
        let ways = if rose == 10 { 57.0 } else { 257.0 };
        assert!((test.p_value() - 1.0 / 64.0 - ways / 4096.0).abs() < 1e-12, "{}", test.p_value());
    }
}

/// The chance of a "better" over all ways in which so many people can answer, with chances of a rise and of a fall.
fn level(people: usize, alpha: f64, rise: f64, fall: f64) -> f64 {
    fn go_on(test: &ExactTest, schedule: &[usize], all: usize, so_far: (Pairs, f64), chances: (f64, f64)) -> f64 {
        let (pairs, chance) = so_far;
        if chance == 0.0 {
            return 0.0;
        }
        if schedule.first() == Some(&(pairs.people as usize)) {
            let mut test = test.clone();
            return match test.look(pairs, pairs.people as f64 / all as f64) {
                Decision::Better => chance,
                Decision::Futile => 0.0,
                Decision::GoOn => go_on(&test, &schedule[1..], all, so_far, chances),
            };
        }
        let (rise, fall) = chances;
        let next = |rose, fell, of| {
            let pairs = Pairs { people: pairs.people + 1, rose: pairs.rose + rose, fell: pairs.fell + fell };
            go_on(test, schedule, all, (pairs, chance * of), chances)
        };
        next(1, 0, rise) + next(0, 1, fall) + next(0, 0, 1.0 - rise - fall)
    }
    go_on(&never_giving_up(alpha), &schedule(people), people, (Pairs::default(), 1.0), (rise, fall))
}

#[test]
fn over_all_ways_to_answer_the_level_holds_exactly_at_any_rate() {
    for alpha in [0.025, 0.05, 0.2] {
        for rate in [0.02, 0.5, 0.98] {
            let change = rate * (1.0 - rate);
            let found = level(10, alpha, change, change);
            assert!(found <= alpha, "level {alpha}, rate {rate}: {found}");
        }
        // Where everybody changes, it is used as far as the coarse counts of ten people allow.
        let found = level(10, alpha, 0.5, 0.5);
        assert!(found <= alpha && found > 0.3 * alpha, "level {alpha}: {found}");
        // One that is worse is called better more rarely still.
        assert!(level(10, alpha, 0.3, 0.5) < found);
    }
}

#[test]
fn what_does_nothing_on_the_whole_is_called_better_as_rarely_as_is_said_whoever_gains_and_loses() {
    let mut rng = ChaCha8Rng::seed_from_u64(101);
    // Chances before and after of most people and of the others, and how many the others are.
    let worlds: [(Person, Person, f64); 6] = [
        ((0.02, 0.02), (0.02, 0.02), 0.0),
        ((0.5, 0.5), (0.5, 0.5), 0.0),
        ((0.98, 0.98), (0.98, 0.98), 0.0),
        // A tenth lose 0.9, the rest gain 0.1.
        ((0.45, 0.55), (0.95, 0.05), 0.1),
        ((0.0, 0.1), (0.9, 0.0), 0.1),
        ((0.2, 0.5), (0.6, 0.3), 0.5),
    ];
    for (most, others, share) in worlds {
        for people in [12, 40, 80] {
            let runs = 1_500;
            let better = (0..runs).filter(|_| {
                let all: Vec<(bool, bool)> = (0..people)
                    .map(|_| {
                        let person = if rng.random_bool(share) { others } else { most };
                        answers(person, &mut rng)
                    })
                    .collect();
                run(never_giving_up(0.05), &all).1 == Decision::Better
            });
            let better = better.count();
            // 75 and three standard deviations.
            assert!(better <= 100, "{most:?} {others:?}, {people} people: {better} of {runs}");
        }
    }
}

#[test]
fn it_finds_more_than_the_test_it_replaces_and_nearly_as_much_as_one_look_at_all() {
    let mut rng = ChaCha8Rng::seed_from_u64(102);
    let (mut ours, mut old, mut fixed, mut asked, runs) = (0, 0, 0, 0, 1_000);
    for _ in 0..runs {
        let all: Vec<(bool, bool)> = (0..40).map(|_| answers((0.05, 0.25), &mut rng)).collect();
        let (_, decision, until) = run(ExactTest::plan(0.05, 0.2), &all);
        ours += i32::from(decision == Decision::Better);
        asked += until;
        let mut test = SequentialTest::new(Design { spending: Spending::Gamma(0.0), ..Design::new(0.05, 0.2) });
        let differences: Vec<f64> =
            all.iter().map(|(before, after)| f64::from(u8::from(*after)) - f64::from(u8::from(*before))).collect();
        let found = (1..=5).map(|look| test.look_at(&differences[..8 * look], 1.0, f64::from(look as u8) / 5.0));
        old += i32::from(found.take_while(|decision| *decision != Decision::Futile).any(|it| it == Decision::Better));
        fixed += i32::from(ExactTest::plan(0.05, 0.2).look(Pairs::count(all), 1.0) == Decision::Better);
    }
    println!("ours {ours}, old {old}, one look {fixed} of {runs}; {} people asked", f64::from(asked as u32) / 1e3);
    assert!(ours > old + 50 && f64::from(ours) > 0.93 * f64::from(fixed) && asked < 30 * 1_000);
}

#[test]
fn the_interval_covers_as_often_as_it_says_and_the_estimate_lies_in_the_middle() {
    let mut rng = ChaCha8Rng::seed_from_u64(103);
    for (person, people) in [
        ((0.5, 0.5), 40),
        ((0.3, 0.35), 80),
        ((0.3, 0.45), 20),
        ((0.3, 0.45), 80),
        ((0.3, 0.6), 40),
        ((0.05, 0.25), 40),
        ((0.1, 0.9), 40),
        ((0.02, 0.02), 80),
    ] {
        for measures in [false, true] {
            let (mut held, mut sum, runs, truth) = (0, 0.0, 600, person.1 - person.0);
            for _ in 0..runs {
                let all: Vec<(bool, bool)> = (0..people).map(|_| answers(person, &mut rng)).collect();
                let (mut test, ..) = run(ExactTest::plan(0.025, 0.15), &all);
                if measures {
                    test.measure(Pairs::count(all.iter().copied()));
                }
                let outcome = test.result().unwrap();
                held += i32::from(outcome.interval.low <= truth && truth <= outcome.interval.high);
                sum += outcome.estimate - truth;
            }
            let (held, bias) = (f64::from(held) / f64::from(runs), sum / f64::from(runs));
            println!("{person:?} {people} measures {measures}: {held} {bias:+.3}");
            // Two and a half standard errors below 0.95; where hardly anybody changes, more than 0.97.
            assert!(held > 0.928, "{person:?}, {people} people, measures {measures}: {held} covered");
            assert!(bias.abs() < 0.03, "{person:?}, {people} people, measures {measures}: {bias} off");
        }
    }
}

#[test]
fn after_one_look_the_interval_is_as_published_ones_for_paired_proportions() {
    // Fagerland, Lydersen and Laake 2014, airway hyper-responsiveness before and after a transplantation: of 21
    // children one yes to both, one only before, seven only after, twelve neither; Tango's score interval is 0.026 to
    // 0.517.
    let mut test = ExactTest::plan(0.025, 0.15);
    test.look(Pairs { people: 21, rose: 7, fell: 1 }, 1.0);
    let outcome = test.result().unwrap();
    assert!(
        (outcome.interval.low - 0.026).abs() < 0.035 && (outcome.interval.high - 0.517).abs() < 0.035,
        "{outcome:?}"
    );
}

#[test]
fn fewer_than_five_people_never_adopt_and_nobody_is_given_up_on_early() {
    let mut test = ExactTest::plan(0.4, 0.15);
    assert_eq!(test.look(Pairs { people: 4, rose: 4, fell: 0 }, 0.5), Decision::GoOn);
    let mut test = ExactTest::plan(0.025, 0.15);
    assert_eq!(test.look(Pairs { people: 10, rose: 0, fell: 4 }, 0.25), Decision::GoOn);
    assert_eq!(test.look(Pairs { people: 20, rose: 0, fell: 8 }, 0.5), Decision::Futile);
    assert!(ExactTest::plan(0.05, 0.15).result().is_none());
    assert_eq!(ExactTest::plan(0.05, 0.15).p_value(), 1.0);
}

#[test]
fn the_schedule_ends_with_everybody_and_has_forty_looks_at_most() {
    assert_eq!(schedule(12), [6, 8, 10, 12]);
    assert_eq!((schedule(3), schedule(1)), (vec![3], vec![1]));
    assert_eq!(schedule(0), [0]);
    for people in [40, 79, 80, 200, 5_000] {
        let looks = schedule(people);
        assert!(looks.len() <= LOOKS && looks.len() > 15 && looks.last() == Some(&people), "{people}: {looks:?}");
        assert!(looks.windows(2).all(|pair| pair[0] + 2 <= pair[1]) && looks[0] >= LEAST, "{people}: {looks:?}");
    }
}

#[test]
fn only_single_answers_are_pairs() {
    assert_eq!(Pairs::of_differences(&[1.0, f64::NAN, 0.0, -1.0]), Some(Pairs { people: 3, rose: 1, fell: 1 }));
    assert_eq!(Pairs::of_differences(&[0.5]), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn better_is_said_exactly_where_the_p_value_is_within_the_level_and_intervals_nest(
        changes in prop::collection::vec(-1_i32..=1, 8..60), alpha in 0.005_f64..0.2, measured in any::<bool>(),
    ) {
        let people: Vec<(bool, bool)> = changes.iter().map(|change| (*change < 0, *change > 0)).collect();
        let (mut test, decision, _) = run(ExactTest::plan(alpha, 0.2), &people);
        prop_assert_eq!(test.p_value() <= alpha + 1e-12, decision == Decision::Better);
        if measured {
            test.measure(Pairs::count(people));
        }
        let outcome = test.result().unwrap();
        let (wide, narrow) = (test.interval(0.99).unwrap(), test.interval(0.5).unwrap());
        prop_assert!(-1.0 <= wide.low && wide.high <= 1.0);
        prop_assert!(wide.low <= outcome.interval.low + 1e-9 && outcome.interval.low <= narrow.low + 1e-9);
        prop_assert!(narrow.low <= outcome.estimate + 1e-3 && outcome.estimate <= narrow.high + 1e-3);
        prop_assert!(narrow.high <= outcome.interval.high + 1e-9 && outcome.interval.high <= wide.high + 1e-9);
    }
}
