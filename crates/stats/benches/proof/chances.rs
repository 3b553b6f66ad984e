//! What a judge saves that answers with the chance of a yes: trials until a gain is proved, beside a judge of the same
//! people who says yes or no.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rejoinder_stats::adoption::{self, AdoptionTest, Answers};
use rejoinder_stats::sequential::{Decision, Design};
use rejoinder_stats::spending::Spending;

use crate::level::percent;
use crate::world::{never_giving_up, normal, rng};

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

/// The shift with this mean gain, which is met to a tenth of a point.
fn shift(luck: f64, gain: f64) -> f64 {
    let mean = |shift: f64| {
        let mut rng = rng(1);
        (0..40_000).map(|_| person(shift, luck, &mut rng)).map(|(before, after)| after - before).sum::<f64>() / 40_000.0
    };
    let (mut low, mut high) = (-1.0, 4.0);
    for _ in 0..20 {
        let middle = f64::midpoint(low, high);
        if mean(middle) < gain { low = middle } else { high = middle }
    }
    high
}

/// Pairs until the test says that it is better; `None`, where it never does.
fn pairs(design: Design, people: &[Pair], answers: Answers, rng: &mut ChaCha8Rng) -> Option<f64> {
    let mut decide = |true_chance: f64| match answers {
        Answers::Single => f64::from(u8::from(rng.random_bool(true_chance))),
        Answers::Graded => chance((true_chance / (1.0 - true_chance)).ln() + NOISE * normal(rng)),
    };
    let differences: Vec<f64> = people.iter().map(|(before, after)| decide(*after) - decide(*before)).collect();
    let mut test = AdoptionTest::new(design);
    for until in adoption::schedule(people.len(), people.len(), answers) {
        match test.look_at(&differences[..until], 1.0, until as f64 / people.len() as f64) {
            Decision::GoOn => {}
            Decision::Better => return Some(until as f64),
            Decision::Futile => break,
        }
    }
    None
}

/// How often chances call a prompt better that is not, by the number of people and the luck of a message.
fn level(runs: usize) -> String {
    let mut lines = format!(
        "Wrongly better with chances, mean gain 0, level 5%, nothing given up, {runs} runs:\n\n\
         | people | luck 0.5 | luck 1 | luck 2 |\n| --- | --- | --- | --- |\n"
    );
    for people in [12, 24, 40, 80, 200, 400] {
        let mut rng = rng(60 + people as u64);
        let mut wrong = |luck: f64| {
            let shift = shift(luck, 0.0);
            let found = (0..runs).filter(|_| {
                let all: Vec<Pair> = (0..people).map(|_| person(shift, luck, &mut rng)).collect();
                pairs(never_giving_up(0.05), &all, Answers::Graded, &mut rng).is_some()
            });
            percent(found.count(), runs)
        };
        lines += &format!("| {people} | {} | {} | {} |\n", wrong(0.5), wrong(1.0), wrong(2.0));
    }
    lines
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
        let (mut rng, shift) = (rng(seed), shift(luck, 0.15));
        let taken: Vec<(f64, f64)> = (0..runs)
            .map(|_| {
                let people: Vec<Pair> = (0..PEOPLE).map(|_| person(shift, luck, &mut rng)).collect();
                let mut taken = |answers| pairs(design(), &people, answers, &mut rng).unwrap_or(PEOPLE as f64);
                (taken(Answers::Single), taken(Answers::Graded))
            })
            .collect();
        let count = runs as f64;
        let mean = |of: &dyn Fn(&(f64, f64)) -> f64| taken.iter().map(of).sum::<f64>() / count;
        let (single, graded) = (mean(&|pair| pair.0), mean(&|pair| pair.1));
        let ratio = graded / single;
        // Of a ratio of means, by the delta method.
        let error = (mean(&|pair| (pair.1 - ratio * pair.0).powi(2)) / (count - 1.0)).sqrt() / single;
        lines += &format!("| {luck} | {:.0} | {:.0} | {ratio:.2} | {error:.3} |\n", 2.0 * single, 2.0 * graded);
    }
    format!("{lines}\n{}", level(runs))
}

/// The design of a proof.
fn design() -> Design {
    Design { spending: Spending::Gamma(-1.0), ..Design::new(0.025, 0.15) }
}
