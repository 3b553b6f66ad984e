//! People, what they say, and tests to their end.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rejoinder_stats::adoption::{self, AdoptionTest, Answers};
use rejoinder_stats::exact::{ExactTest, Pairs, schedule};
use rejoinder_stats::sequential::{Decision, Design, SequentialTest};
use rejoinder_stats::sign_test;
use rejoinder_stats::spending::Spending;

/// A person's chances of a yes to either prompt.
pub type Person = (f64, f64);

/// A generator of its own for each section.
pub fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

pub fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()
}

/// One yes or no to either prompt, as a difference.
pub fn pair(person: Person, rng: &mut ChaCha8Rng) -> f64 {
    let mut yes = |chance: f64| f64::from(u8::from(rng.random_bool(chance)));
    yes(person.1) - yes(person.0)
}

/// A person of some temper (logit-normal), moved by `shift` on the logit and some more than others.
pub fn temper(shift: f64, rng: &mut ChaCha8Rng) -> Person {
    let yes = |logit: f64| 1.0 / (1.0 + (-logit).exp());
    let (base, more) = (1.2 * normal(rng) - 1.0, 0.5 * normal(rng));
    (yes(base), yes(base + shift + more))
}

/// The shift with this mean gain, which is met to a hundredth of a point.
pub fn shift_for(gain: f64) -> f64 {
    let mean = |shift: f64| {
        let mut rng = rng(1);
        (0..40_000).map(|_| temper(shift, &mut rng)).map(|(before, after)| after - before).sum::<f64>() / 40_000.0
    };
    let (mut low, mut high) = (-2.0, 5.0);
    for _ in 0..20 {
        let middle = f64::midpoint(low, high);
        if mean(middle) < gain { low = middle } else { high = middle }
    }
    high
}

/// A person of whom a share loses so much and the others gain so that the mean gain is 0; `most` is the others' chance
/// before.
pub fn skewed(share: f64, loss: f64, most: f64, rng: &mut ChaCha8Rng) -> Person {
    let gain = share * loss / (1.0 - share);
    if rng.random_bool(share) { (0.95, 0.95 - loss) } else { (most, most + gain) }
}

/// How a test of everybody once ended: whether it said "better", and after how many people.
pub type Ended = (bool, usize);

/// The exact test.
pub fn exact(mut test: ExactTest, differences: &[f64]) -> (ExactTest, Ended) {
    let people = differences.len();
    for until in schedule(people) {
        let pairs = Pairs::of_differences(&differences[..until]).unwrap_or_default();
        match test.look(pairs, until as f64 / people as f64) {
            Decision::GoOn => {}
            decision => return (test, (decision == Decision::Better, until)),
        }
    }
    (test, (false, people))
}

/// The test before it: Student's t with up to eight looks.
pub fn student(alpha: f64, effect: f64, differences: &[f64]) -> (SequentialTest, Ended) {
    let (people, design) = (differences.len(), Design { spending: Spending::Gamma(0.0), ..Design::new(alpha, effect) });
    let mut test = SequentialTest::new(design);
    let looks = (people / 8).clamp(3, 8);
    for look in 1..=looks {
        let until = people * look / looks;
        match test.look_at(&differences[..until], 1.0, until as f64 / people as f64) {
            Decision::GoOn => {}
            decision => return (test, (decision == Decision::Better, until)),
        }
    }
    (test, (false, people))
}

/// McNemar's exact test of everybody at once.
pub fn fixed(alpha: f64, differences: &[f64]) -> bool {
    let pairs = Pairs::of_differences(differences).unwrap_or_default();
    pairs.rose > pairs.fell && sign_test::p_value(pairs.rose, pairs.fell) / 2.0 <= alpha
}

/// A whole proof, people being asked in turn up to so many pairs.
pub fn proof(mut test: AdoptionTest, people: &[Person], pairs: usize, rng: &mut ChaCha8Rng) -> (AdoptionTest, Ended) {
    let (mut sums, mut asked) = (vec![0.0; people.len()], 0);
    let pairs = pairs.min(adoption::most_pairs(people.len()));
    for until in adoption::schedule(people.len(), pairs, Answers::Single) {
        while asked < until {
            let at = asked % people.len();
            sums[at] += pair(people[at], rng);
            asked += 1;
        }
        let each = |at: usize| sums[at] / (asked - at).div_ceil(people.len()) as f64;
        let differences: Vec<f64> = (0..asked.min(people.len())).map(each).collect();
        let step = differences.len() as f64 / asked as f64;
        match test.look_at(&differences, step, until as f64 / pairs as f64) {
            Decision::GoOn => {}
            decision => return (test, (decision == Decision::Better, asked)),
        }
    }
    (test, (false, asked))
}

/// A design that never gives up.
pub fn never_giving_up(alpha: f64) -> Design {
    Design { alpha, spending: Spending::Gamma(-1.0), futility: None }
}
