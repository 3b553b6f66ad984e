//! What a judge saves that answers with the chance of a yes: trials until a gain is proved, beside a judge of the same
//! people who says yes or no.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rejoinder_stats::adoption::{self, AdoptionTest, Answers};
use rejoinder_stats::sequential::Decision;

use crate::world::{normal, rng};

/// People: so many that hardly any proof runs out of them.
const PEOPLE: usize = 400;
/// How far a chance strays from the true one, on the logit scale: as in the market.
const NOISE: f64 = 0.25;

/// A message of either prompt to one person: the chances of a yes.
type Pair = (f64, f64);

fn chance(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// A person of some temper, moved by `shift` on the logit scale and some more than others, and the luck of each
/// message.
fn person(shift: f64, luck: f64, rng: &mut ChaCha8Rng) -> Pair {
    let (base, more) = (1.2 * normal(rng) - 1.2, 0.5 * normal(rng));
    (chance(base + luck * normal(rng)), chance(base + shift + more + luck * normal(rng)))
}

/// The shift with a mean gain of 15 points, which is met to a tenth of a point.
fn shift(luck: f64) -> f64 {
    let mean = |shift: f64| {
        let mut rng = rng(1);
        (0..40_000).map(|_| person(shift, luck, &mut rng)).map(|(before, after)| after - before).sum::<f64>() / 40_000.0
    };
    let (mut low, mut high) = (0.0, 4.0);
    for _ in 0..20 {
        let middle = f64::midpoint(low, high);
        if mean(middle) < 0.15 { low = middle } else { high = middle }
    }
    high
}

/// Pairs until the test says that it is better; all, where it never does.
fn pairs(people: &[Pair], answers: Answers, rng: &mut ChaCha8Rng) -> f64 {
    let mut decide = |true_chance: f64| match answers {
        Answers::Single => f64::from(u8::from(rng.random_bool(true_chance))),
        Answers::Graded => chance((true_chance / (1.0 - true_chance)).ln() + NOISE * normal(rng)),
    };
    let differences: Vec<f64> = people.iter().map(|(before, after)| decide(*after) - decide(*before)).collect();
    let mut test = AdoptionTest::plan(0.025, 0.15);
    for until in adoption::schedule(people.len(), people.len(), answers) {
        match test.look_at(&differences[..until], 1.0, until as f64 / people.len() as f64) {
            Decision::GoOn => {}
            Decision::Better => return until as f64,
            Decision::Futile => break,
        }
    }
    people.len() as f64
}

/// The figure.
pub fn saved(runs: usize) -> String {
    let mut lines = format!(
        "Trials until a true gain of 15 points is proved at level 0.025, {PEOPLE} people asked once at most, {runs} \
         runs; the chances stray from the true ones by {NOISE} on the logit scale:\n\n\
         | luck of a message, on the logit scale | yes or no | chances | of it | standard error |\n\
         | --- | --- | --- | --- | --- |\n"
    );
    for (seed, luck) in [(51, 0.5), (52, 1.0), (53, 2.0)] {
        let (mut rng, shift) = (rng(seed), shift(luck));
        let taken: Vec<(f64, f64)> = (0..runs)
            .map(|_| {
                let people: Vec<Pair> = (0..PEOPLE).map(|_| person(shift, luck, &mut rng)).collect();
                (pairs(&people, Answers::Single, &mut rng), pairs(&people, Answers::Graded, &mut rng))
            })
            .collect();
        let count = runs as f64;
        let mean = |of: &dyn Fn(&(f64, f64)) -> f64| taken.iter().map(of).sum::<f64>() / count;
        let (single, graded) = (mean(&|own| own.0), mean(&|own| own.1));
        let ratio = graded / single;
        // Of a ratio of means, by the delta method.
        let error = (mean(&|own| (own.1 - ratio * own.0).powi(2)) / (count - 1.0)).sqrt() / single;
        lines += &format!("| {luck} | {:.0} | {:.0} | {ratio:.2} | {error:.3} |\n", 2.0 * single, 2.0 * graded);
    }
    lines
}
