//! The second judge, segments, and audits of judges.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rejoinder_stats::exact::ExactTest;
use rejoinder_stats::pooled::pool;
use rejoinder_stats::second_judge::{Judged, Opinion, Opinions, Twice};

use crate::level::percent;
use crate::world::{exact, normal, rng};

/// What both judges say of a person's two messages: a yes with chance 0.3 before, and 0.3 and the judge's gain after;
/// half of the time both hang on the same thing in the message.
fn ask(gains: (f64, f64), rng: &mut ChaCha8Rng) -> (f64, f64) {
    let mut said = |chances: (f64, f64)| {
        let one: f64 = rng.random();
        let other = if rng.random_bool(0.5) { one } else { rng.random() };
        (f64::from(u8::from(one < chances.0)), f64::from(u8::from(other < chances.1)))
    };
    let (before, after) = (said((0.3, 0.3)), said((0.3 + gains.0, 0.3 + gains.1)));
    (after.0 - before.0, after.1 - before.1)
}

/// What the second judge says of the prompts that the first one adopted.
pub fn judges(runs: usize) -> String {
    let (mut rng, wanted) = (rng(51), runs / 4);
    let mut lines = format!(
        "{wanted} adoptions by the first judge each; \"later\" people are asked after the decision:\n\n\
         | people | later | gain by first and second judge | holds | does not | cannot tell |\n\
         | --- | --- | --- | --- | --- | --- |\n"
    );
    for (people, later) in [(12, 0), (12, 12), (40, 0), (40, 40), (80, 0), (80, 40)] {
        for gains in [(0.3, 0.3), (0.3, 0.0)] {
            let mut found = [0; 3];
            while found.iter().sum::<usize>() < wanted {
                let all: Vec<(f64, f64)> = (0..people).map(|_| ask(gains, &mut rng)).collect();
                let first: Vec<f64> = all.iter().map(|(first, _)| *first).collect();
                let (test, (better, _)) = exact(ExactTest::plan(0.05, 0.15), &first);
                let (true, Some(outcome)) = (better, test.result()) else { continue };
                let twice = |(first, second): (f64, f64)| Twice { first, second };
                let mut all: Vec<Twice> = all.into_iter().map(twice).collect();
                let later: Vec<Twice> = (0..later).map(|_| twice(ask(gains, &mut rng))).collect();
                all.extend(&later);
                let first_low = outcome.interval.low;
                let judged = Judged { all: &all, step: 1.0, later: &later, later_step: 1.0, first_low };
                let opinion = Opinions::compare(judged).map(|found| found.opinion);
                let place = match opinion {
                    Some(Opinion::Holds) => 0,
                    Some(Opinion::DoesNot) => 1,
                    _ => 2,
                };
                found[place] += 1;
            }
            lines += &format!(
                "| {people} | {later} | {:.0} and {:.0} points | {} |\n",
                100.0 * gains.0,
                100.0 * gains.1,
                found.map(|count| percent(count, wanted)).join(" | ")
            );
        }
    }
    lines
}

/// Whether the bound on a segment's loss holds.
pub fn segments(runs: usize) -> String {
    let mut rng = rng(52);
    let mut lines = format!(
        "Segments of 5, 8, 12 and 15 people, mean gain 15 points, {runs} runs: how often a segment's gain is above its \
         bound (95 % wanted):\n\n\
         | gains of segments scatter by | all segments | the one that fares worst |\n| --- | --- | --- |\n"
    );
    for spread in [0.0, 0.1, 0.2] {
        let (mut held, mut all, mut worst, mut worsts) = (0, 0, 0, 0);
        for _ in 0..runs {
            let gains: Vec<f64> = (0..4).map(|_| (0.15 + spread * normal(&mut rng)).clamp(-0.34, 0.64)).collect();
            let segments: Vec<Vec<f64>> = gains
                .iter()
                .zip([5, 8, 12, 15])
                .map(|(gain, people)| {
                    let mut yes = |chance: f64| f64::from(u8::from(rng.random_bool(chance)));
                    (0..people).map(|_| yes(0.35 + gain) - yes(0.35)).collect()
                })
                .collect();
            let Some(pooled) = pool(&segments, 0.1) else { continue };
            let least = gains.iter().copied().fold(f64::INFINITY, f64::min);
            for (gain, segment) in gains.iter().zip(pooled.into_iter().flatten()) {
                let holds = usize::from(segment.low <= *gain);
                (held, all) = (held + holds, all + 1);
                if *gain <= least {
                    (worst, worsts) = (worst + holds, worsts + 1);
                }
            }
        }
        lines += &format!("| {:.0} points | {} | {} |\n", 100.0 * spread, percent(held, all), percent(worst, worsts));
    }
    lines
}
