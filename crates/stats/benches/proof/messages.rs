//! The incumbent's messages that are there already: one for each person, or all of them.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rejoinder_stats::adoption::{self, AdoptionTest, Answers};
use rejoinder_stats::sequential::Decision;

use crate::level::{percent, skewed_people};
use crate::world::{Person, never_giving_up, rng, shift_for, temper};

/// One new message of the challenger to everybody, against the mean of so many of the incumbent's. With one it is the
/// exact test.
fn prove(mut test: AdoptionTest, people: &[Person], messages: usize, rng: &mut ChaCha8Rng) -> (bool, usize) {
    let mut yes = |chance: f64| f64::from(u8::from(rng.random_bool(chance)));
    let differences: Vec<f64> = people
        .iter()
        .map(|(before, after)| yes(*after) - (0..messages).map(|_| yes(*before)).sum::<f64>() / messages as f64)
        .collect();
    let answers = if messages == 1 { Answers::Single } else { Answers::Graded };
    for until in adoption::schedule(people.len(), people.len(), answers) {
        let decision = test.look_at(&differences[..until], step(messages), until as f64 / people.len() as f64);
        if decision != Decision::GoOn {
            return (decision == Decision::Better, until);
        }
    }
    (false, people.len())
}

/// What a person's difference changes by if one message of either side is decided otherwise, in the root mean square.
fn step(messages: usize) -> f64 {
    (0.5 * (1.0 + 1.0 / messages as f64)).sqrt()
}

const MESSAGES: [usize; 4] = [1, 2, 3, 5];

/// What is found.
pub fn power(runs: usize) -> String {
    let mut rng = rng(61);
    let mut lines = format!(
        "Found at level 0.05, {runs} runs, by the number of the incumbent's messages that each person has; in brackets \
         people asked on average:\n\n| people | true gain | one | two | three | five |\n\
         | --- | --- | --- | --- | --- | --- |\n"
    );
    for people in [20, 40, 80] {
        for gain in [0.1, 0.15, 0.2] {
            let shift = shift_for(gain);
            let cells = MESSAGES.map(|messages| {
                let (mut found, mut asked) = (0, 0);
                for _ in 0..runs {
                    let all: Vec<Person> = (0..people).map(|_| temper(shift, &mut rng)).collect();
                    let ended = prove(AdoptionTest::plan(0.05, 0.15), &all, messages, &mut rng);
                    (found, asked) = (found + usize::from(ended.0), asked + ended.1);
                }
                format!("{} ({:.1})", percent(found, runs), asked as f64 / runs as f64)
            });
            lines += &format!("| {people} | {:.0} points | {} |\n", 100.0 * gain, cells.join(" | "));
        }
    }
    lines
}

/// How often it is wrong.
pub fn level(runs: usize) -> String {
    let mut rng = rng(62);
    let mut lines = format!(
        "Wrongly better, level 5 %, {runs} runs, nothing given up, by the number of the incumbent's messages:\n\n\
         | world | people | one | two | three | five |\n| --- | --- | --- | --- | --- | --- |\n"
    );
    for people in [12, 20, 40, 80] {
        for rate in [0.02, 0.5, 0.98] {
            let cells = MESSAGES.map(|messages| {
                let all = vec![(rate, rate); people];
                let wrong =
                    (0..runs).filter(|_| prove(AdoptionTest::new(never_giving_up(0.05)), &all, messages, &mut rng).0);
                percent(wrong.count(), runs)
            });
            lines += &format!("| a rate of {:.0} % | {people} | {} |\n", 100.0 * rate, cells.join(" | "));
        }
        for world in [(0.1, 0.9, 0.05), (0.05, 0.95, 0.02), (0.2, 0.9, 0.1)] {
            let cells = MESSAGES.map(|messages| {
                let wrong = (0..runs).filter(|_| {
                    let all = skewed_people(people, world, &mut rng);
                    prove(AdoptionTest::new(never_giving_up(0.05)), &all, messages, &mut rng).0
                });
                percent(wrong.count(), runs)
            });
            lines += &format!(
                "| {:.0} % lose {:.0} points | {people} | {} |\n",
                100.0 * world.0,
                100.0 * world.1,
                cells.join(" | ")
            );
        }
    }
    lines
}
