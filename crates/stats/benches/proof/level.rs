//! How often something is adopted that is no better.

use rejoinder_stats::adoption::AdoptionTest;
use rejoinder_stats::exact::ExactTest;
use rejoinder_stats::ledger::{Attempt, Ended, Ledger};

use crate::world::{Person, exact, never_giving_up, pair, proof, rng, skewed, student, temper};

const ALPHA: f64 = 0.05;

/// Everybody asked once, at rates of 2, 50 and 98 %.
pub fn once(runs: usize) -> String {
    let mut rng = rng(11);
    let mut lines = format!(
        "Wrongly better, level {:.0} %, {runs} runs, nothing given up:\n\n\
         | rate | people | exact, up to 40 looks | before: t, up to 8 |\n\
         | --- | --- | --- | --- |\n",
        100.0 * ALPHA
    );
    for rate in [0.02, 0.5, 0.98] {
        for people in [12, 40, 80, 200] {
            let (mut ours, mut old) = (0, 0);
            for _ in 0..runs {
                let all: Vec<f64> = (0..people).map(|_| pair((rate, rate), &mut rng)).collect();
                ours += usize::from(exact(ExactTest::new(never_giving_up(ALPHA)), &all).1.0);
                old += usize::from(student(ALPHA, 0.15, &all).1.0);
            }
            lines +=
                &format!("| {:.0} % | {people} | {} | {} |\n", 100.0 * rate, percent(ours, runs), percent(old, runs));
        }
    }
    lines
}

/// Worlds in which a few lose much and the others gain a little.
pub fn skewed_people(people: usize, world: (f64, f64, f64), rng: &mut rand_chacha::ChaCha8Rng) -> Vec<Person> {
    (0..people).map(|_| skewed(world.0, world.1, world.2, rng)).collect()
}

/// See [`skewed_people`].
pub fn losers(runs: usize) -> String {
    let mut rng = rng(12);
    let mut lines = format!(
        "Mean gain 0: a share loses much, the others gain a little. Wrongly better, level {:.0} %, {runs} runs:\n\n\
         | who lose | others' rate | people | one pair each | two | three |\n| --- | --- | --- | --- | --- | --- |\n",
        100.0 * ALPHA
    );
    for world in [(0.1, 0.9, 0.05), (0.1, 0.9, 0.45), (0.05, 0.95, 0.02), (0.2, 0.9, 0.1)] {
        for people in [12, 24, 40, 80] {
            let shares: Vec<String> = (1..=3)
                .map(|each| {
                    let wrong = (0..runs).filter(|_| {
                        let all = skewed_people(people, world, &mut rng);
                        proof(AdoptionTest::new(never_giving_up(ALPHA)), &all, each * people, &mut rng).1.0
                    });
                    percent(wrong.count(), runs)
                })
                .collect();
            lines += &format!(
                "| {:.0} % lose {:.0} points | {:.0} % | {people} | {} |\n",
                100.0 * world.0,
                100.0 * world.1,
                100.0 * world.2,
                shares.join(" | ")
            );
        }
    }
    lines
}

/// Roots whose file is rerun eight times, without a better prompt.
pub fn lineages(runs: usize) -> String {
    let mut rng = rng(13);
    let lineages = runs.max(500);
    let mut lines = format!(
        "{lineages} roots without a better prompt, each rerun eight times, level {:.0} % for all:\n\n\
         | people | ever wrong, one level for all | a level for each rerun |\n\
         | --- | --- | --- |\n",
        100.0 * ALPHA
    );
    for (people, pairs) in [(40, 40), (80, 80), (24, 60)] {
        let mut wrong = [0, 0];
        for _ in 0..lineages {
            let all: Vec<Person> = (0..people).map(|_| temper(-0.034, &mut rng)).collect();
            for (shares, wrong) in [true, false].into_iter().zip(&mut wrong) {
                let mut ledger = Ledger::default();
                let erred = (0..8).any(|rerun: u32| {
                    let level = if shares { ledger.next_level(ALPHA) } else { ALPHA / 2.0 };
                    let id = rerun.to_string();
                    ledger.add(Attempt { id, level, ended: Ended::NotAdopted, used: Vec::new() });
                    proof(AdoptionTest::plan(level, 0.15), &all, pairs, &mut rng).1.0
                });
                *wrong += usize::from(erred);
            }
        }
        lines += &format!(
            "| {people}, {pairs} pairs | {} | {} |\n",
            percent(wrong[0], lineages),
            percent(wrong[1], lineages)
        );
    }
    lines
}

pub fn percent(count: usize, of: usize) -> String {
    format!("{:.1} %", 100.0 * count as f64 / of.max(1) as f64)
}
