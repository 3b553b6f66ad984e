use super::*;
use crate::effects::normal;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A person's chances of a yes to either prompt.
type Person = (f64, f64);

/// A test of so many pairs from these people, who are asked in turn; what it said, and the pairs it took.
fn run(test: AdoptionTest, people: &[Person], pairs: usize, rng: &mut ChaCha8Rng) -> (AdoptionTest, Decision, usize) {
    run_with(test, people, pairs, (Answers::Single, rng))
}

/// The same, with decisions of yes or no or with the chances themselves.
fn run_with(
    mut test: AdoptionTest,
    people: &[Person],
    pairs: usize,
    (answers, rng): (Answers, &mut ChaCha8Rng),
) -> (AdoptionTest, Decision, usize) {
    let (mut sums, mut asked) = (vec![0.0; people.len()], 0);
    let pairs = pairs.min(most_pairs(people.len()));
    for until in schedule(people.len(), pairs, answers) {
        while asked < until {
            let at = asked % people.len();
            let mut yes = |chance| match answers {
                Answers::Single => f64::from(u8::from(rng.random_bool(chance))),
                Answers::Graded => chance,
            };
            sums[at] += yes(people[at].1) - yes(people[at].0);
            asked += 1;
        }
        let count = |at: usize| (asked - at).div_ceil(people.len()) as f64;
        let differences: Vec<f64> = (0..asked.min(people.len())).map(|at| sums[at] / count(at)).collect();
        let decision = test.look_at(&differences, differences.len() as f64 / asked as f64, until as f64 / pairs as f64);
        if decision != Decision::GoOn {
            return (test, decision, asked);
        }
    }
    (test, Decision::Futile, asked)
}

fn never_giving_up(alpha: f64) -> AdoptionTest {
    AdoptionTest::new(Design { alpha, spending: Spending::Gamma(-1.0), futility: None })
}

/// People of whom a share loses, so that the mean gain is 0: `most` is the others' chance of a yes before.
fn skewed(people: usize, share: f64, loss: f64, most: f64, rng: &mut ChaCha8Rng) -> Vec<Person> {
    let gain = share * loss / (1.0 - share);
    (0..people).map(|_| if rng.random_bool(share) { (0.95, 0.95 - loss) } else { (most, most + gain) }).collect()
}

#[test]
fn a_tenth_who_lose_much_and_a_rest_who_gain_little_are_called_better_as_rarely_as_is_said() {
    let mut rng = ChaCha8Rng::seed_from_u64(201);
    let alpha = 0.05;
    for (share, loss, most) in [(0.1, 0.9, 0.05), (0.1, 0.9, 0.45), (0.05, 0.95, 0.02), (0.2, 0.9, 0.1)] {
        for (people, pairs, runs) in [(12, 12, 600), (12, 24, 600), (12, 200, 600), (24, 200, 300), (40, 200, 200)] {
            let better = (0..runs).filter(|_| {
                let people = skewed(people, share, loss, most, &mut rng);
                run(never_giving_up(alpha), &people, pairs, &mut rng).1 == Decision::Better
            });
            let (better, expected) = (better.count() as f64, alpha * f64::from(runs));
            // Three standard deviations.
            assert!(
                better <= expected + 3.0 * expected.sqrt(),
                "{share} lose {loss}, others {most}, {people} people, {pairs} pairs: {better} of {runs}"
            );
        }
    }
}

/// People of some temper whom the later prompt moves by `shift` on the logit, some more than others.
fn tempers(people: usize, shift: f64, rng: &mut ChaCha8Rng) -> Vec<Person> {
    let yes = |logit: f64| 1.0 / (1.0 + (-logit).exp());
    (0..people)
        .map(|_| {
            let (base, more) = (1.2 * normal(rng) - 1.0, 0.5 * normal(rng));
            (yes(base), yes(base + shift + more))
        })
        .collect()
}

/// The shift that gives a mean gain of 0, and the one of 0.158.
const NOTHING: f64 = -0.03;
/// See [`NOTHING`].
const GAIN: f64 = 0.85;

#[test]
fn what_does_nothing_is_rarely_called_better_and_what_gains_is_found_and_its_interval_holds() {
    let mut rng = ChaCha8Rng::seed_from_u64(202);
    for (people, pairs, shift, runs) in [(24, 60, NOTHING, 300), (60, 100, NOTHING, 150), (60, 180, GAIN, 150)] {
        let (mut better, mut held, mut used) = (0, 0, 0);
        for _ in 0..runs {
            let people = tempers(people, shift, &mut rng);
            // Of the people of this draw, which is what varies least; the interval is for those that they were drawn
            // from.
            let (test, decision, asked) = run(AdoptionTest::plan(0.05, 0.15), &people, pairs, &mut rng);
            better += i32::from(decision == Decision::Better);
            used += asked;
            let outcome = test.result().unwrap();
            let truth = if shift == GAIN { 0.158 } else { 0.0 };
            held += i32::from(outcome.interval.low <= truth && truth <= outcome.interval.high);
        }
        let share = |count: i32| f64::from(count) / f64::from(runs);
        println!("{people} people, {pairs} pairs, {shift}: better {better}, held {held} of {runs}, {used} pairs");
        assert!(share(held) > 0.9, "{held} of {runs} held");
        if shift == GAIN {
            assert!(share(better) > 0.85 && used < runs as usize * pairs * 2 / 3, "{better} of {runs}, {used} pairs");
        } else {
            assert!(share(better) < 0.05 + 3.0 * (0.05 / f64::from(runs)).sqrt(), "{better} of {runs}");
        }
    }
}

#[test]
fn graded_answers_are_tested_as_they_always_were() {
    let graded: Vec<f64> = (0..20).map(|index| [0.5, 0.25, -0.25, 0.5][index % 4]).collect();
    let design = Design::new(0.05, 0.15);
    let (mut ours, mut plain) = (AdoptionTest::new(design), SequentialTest::new(design));
    for until in [10, 20] {
        let fraction = until as f64 / 20.0;
        assert_eq!(ours.look_at(&graded[..until], 0.25, fraction), plain.look_at(&graded[..until], 0.25, fraction));
    }
    assert_eq!(ours.result(), plain.result());
    assert_eq!(ours.interval(0.9), plain.interval(0.9));
}

#[test]
fn what_was_measured_counts_only_where_everybody_was_asked_just_once() {
    let mut test = AdoptionTest::plan(0.05, 0.15);
    assert_eq!(test.look_at(&[1.0; 10], 1.0, 0.5), Decision::Better);
    let before = test.result().unwrap();
    // Ten people with two messages each: the interval is still that of the look.
    test.measure(&[0.5; 10], 0.5);
    assert_eq!(test.result().unwrap(), before);
    test.measure(&[[1.0; 10], [0.0; 10]].concat(), 1.0);
    let after = test.result().unwrap();
    assert_eq!((after.personas, after.p_value), (20, before.p_value));
    assert!(after.estimate < before.estimate);
}

#[test]
fn nobody_is_asked_more_than_three_times() {
    assert_eq!(schedule(12, 500, Answers::Single).last(), Some(&36));
    assert_eq!(schedule(80, 60, Answers::Single), exact::schedule(60));
    let looks = schedule(80, 240, Answers::Single);
    assert!(looks.contains(&80) && looks.last() == Some(&240) && looks.len() <= MOST_LOOKS + 40, "{looks:?}");
    assert!(looks.windows(2).all(|pair| pair[0] < pair[1]), "{looks:?}");
}

#[test]
fn graded_answers_are_looked_at_three_to_eight_times_and_of_many_people_at_every_fifteenth() {
    assert_eq!(schedule(40, 40, Answers::Graded), [8, 16, 24, 32, 40]);
    assert_eq!(schedule(40, 12, Answers::Graded), [4, 8, 12]);
    assert_eq!(schedule(80, 80, Answers::Graded).len(), 8);
    let looks = schedule(80, 240, Answers::Graded);
    assert_eq!((looks.len(), looks[0], looks[15]), (16, 15, 240));
    assert_eq!(schedule(400, 400, Answers::Graded).len(), 26);
    assert_eq!(schedule(1, 9, Answers::Graded), [1, 2, 3]);
    assert_eq!((schedule(0, 9, Answers::Graded), schedule(9, 0, Answers::Single)), (vec![], vec![]));
    assert_eq!((schedule(2, 2, Answers::Graded), schedule(3, 3, Answers::Single)), (vec![1, 2], vec![3]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn better_is_said_exactly_where_the_p_value_is_within_the_level(
        seed in any::<u64>(), people in 6_usize..30, per_person in 1_usize..4, shift in -0.5_f64..2.5,
    ) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let people = tempers(people, shift, &mut rng);
        let (test, decision, _) = run(AdoptionTest::plan(0.05, 0.2), &people, people.len() * per_person, &mut rng);
        let outcome = test.result().unwrap();
        prop_assert_eq!(outcome.p_value <= 0.05 + 1e-9, decision == Decision::Better);
        prop_assert!(outcome.interval.low <= outcome.estimate + 1e-9);
        prop_assert!(outcome.estimate <= outcome.interval.high + 1e-9);
        prop_assert!(-1.0 <= outcome.interval.low && outcome.interval.high <= 1.0);
    }
}

/// People whose chances differ as those of a judge who reads them: on the logit scale, with a gain that differs too,
/// and the luck of the message.
fn readers(people: usize, gain: f64, rng: &mut ChaCha8Rng) -> Vec<Person> {
    let chance = |logit: f64| 1.0 / (1.0 + (-logit).exp());
    let of_one = |_: usize| {
        let (person, effect) = (-1.2 + 1.2 * normal(rng), gain + 0.5 * normal(rng));
        (chance(person + 0.5 * normal(rng)), chance(person + effect + 0.5 * normal(rng)))
    };
    (0..people).map(of_one).collect()
}

#[test]
fn of_chances_a_tenth_who_lose_much_are_called_better_as_rarely_as_is_said() {
    let mut rng = ChaCha8Rng::seed_from_u64(207);
    let (alpha, runs) = (0.05, 600);
    for (share, loss, most) in [(0.1, 0.9, 0.05), (0.1, 0.9, 0.45), (0.2, 0.9, 0.1), (0.3, 0.4, 0.3)] {
        for count in [12, 24, 60] {
            let better = (0..runs).filter(|_| {
                let people = skewed(count, share, loss, most, &mut rng);
                run_with(never_giving_up(alpha), &people, count, (Answers::Graded, &mut rng)).1 == Decision::Better
            });
            let (better, expected) = (better.count() as f64, alpha * f64::from(runs));
            assert!(
                better <= expected + 3.0 * expected.sqrt(),
                "{share} lose {loss}, {count} people: {better} of {runs}"
            );
        }
    }
}

#[test]
fn chances_prove_a_gain_of_15_points_with_at_most_half_the_pairs_that_yes_or_no_take() {
    let mut rng = ChaCha8Rng::seed_from_u64(208);
    let (runs, count) = (120, 400);
    let (mut gains, mut taken) = (0.0, [0.0, 0.0]);
    for _ in 0..runs {
        let people = readers(count, 0.85, &mut rng);
        gains += people.iter().map(|(before, after)| after - before).sum::<f64>() / count as f64;
        for (taken, answers) in taken.iter_mut().zip([Answers::Graded, Answers::Single]) {
            let test = AdoptionTest::plan(0.05, 0.15);
            let (_, decision, pairs) = run_with(test, &people, count, (answers, &mut rng));
            // What is not proved has taken all, at least.
            *taken += if decision == Decision::Better { pairs } else { count } as f64;
        }
    }
    let (gain, ratio) = (gains / f64::from(runs), taken[0] / taken[1]);
    assert!((0.13..0.17).contains(&gain), "{gain}");
    assert!(ratio <= 0.5, "{ratio}: {taken:?}");
}
