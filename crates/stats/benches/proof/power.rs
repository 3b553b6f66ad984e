//! How often a gain is found, and with how many pairs.

use rejoinder_stats::adoption::AdoptionTest;
use rejoinder_stats::exact::ExactTest;
use rejoinder_stats::needed::power_once;
use rejoinder_stats::normal::quantile;

use crate::level::percent;
use crate::world::{Person, exact, fixed, pair, proof, rng, shift_for, student, temper};

/// Everybody asked once.
pub fn once(runs: usize) -> String {
    let mut rng = rng(21);
    let mut lines = format!(
        "Found, {runs} runs, giving up where there is little hope; in brackets people asked on average:\n\n\
         | level | rates | people | exact, up to 40 looks | before: t, up to 8 | exact, one look \
         | its power, computed |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n"
    );
    for alpha in [0.025, 0.05] {
        for (before, after, people) in [(0.05, 0.25, 40), (0.3, 0.45, 80), (0.3, 0.45, 160), (0.3, 0.6, 40)] {
            let (mut ours, mut old, mut one) = ((0, 0), (0, 0), 0);
            for _ in 0..runs {
                let all: Vec<f64> = (0..people).map(|_| pair((before, after), &mut rng)).collect();
                let (_, ended) = exact(ExactTest::plan(alpha, after - before), &all);
                ours = (ours.0 + usize::from(ended.0), ours.1 + ended.1);
                let (_, ended) = student(alpha, after - before, &all);
                old = (old.0 + usize::from(ended.0), old.1 + ended.1);
                one += usize::from(fixed(alpha, &all));
            }
            let found = |(better, asked): (usize, usize)| {
                format!("{} ({:.1})", percent(better, runs), asked as f64 / runs as f64)
            };
            let computed = power_once((1.0 - before) * after, before * (1.0 - after), people as u32, alpha);
            lines += &format!(
                "| {alpha} | {before} to {after} | {people} | {} | {} | {} | {:.1} % |\n",
                found(ours),
                found(old),
                percent(one, runs),
                100.0 * computed
            );
        }
    }
    lines
}

/// People who may be asked up to three times.
pub fn again(runs: usize) -> String {
    let (mut rng, runs) = (rng(22), runs / 2);
    let mut lines = format!(
        "80 people of many tempers, up to 240 pairs, level 0.025, {runs} runs. A test of fixed size has one pair a \
         person:\n\n\
         | true gain | adopted | pairs on average | a test of fixed size with that power | of it |\n\
         | --- | --- | --- | --- | --- |\n"
    );
    for gain in [0.0, 0.1, 0.15, 0.159, 0.2] {
        let shift = shift_for(gain);
        let (mut better, mut asked, mut sums) = (0, 0, (0.0, 0.0, 0.0));
        for _ in 0..runs {
            let all: Vec<Person> = (0..80).map(|_| temper(shift, &mut rng)).collect();
            for person in &all {
                let one = pair(*person, &mut rng);
                sums = (sums.0 + one, sums.1 + one * one, sums.2 + 1.0);
            }
            let (_, ended) = proof(AdoptionTest::plan(0.025, 0.15), &all, 240, &mut rng);
            better += usize::from(ended.0);
            asked += ended.1;
        }
        let (power, used) = (better as f64 / runs as f64, asked as f64 / runs as f64);
        let variance = sums.1 / sums.2 - (sums.0 / sums.2).powi(2);
        let pairs = (quantile(0.975) + quantile(power)).powi(2) * variance / (gain * gain);
        let compared = if gain > 0.0 { format!("{pairs:.0} pairs | {:.2}", used / pairs) } else { "| ".to_owned() };
        lines += &format!("| {:.1} points | {:.1} % | {used:.0} | {compared} |\n", 100.0 * gain, 100.0 * power);
    }
    lines
}
