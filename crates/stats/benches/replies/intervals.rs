//! The intervals of an area that were candidates: how often each holds the truth, and how wide it is.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rejoinder_stats::Interval;
use rejoinder_stats::ranking::{Judged, Ranking};

use crate::percent;
use crate::world::{Answers, World};

const SENDS: usize = 400;
const Z: f64 = 1.959_964;

const WORLDS: &[World] = &[
    World { name: "yes or no, AUC 0.56", sight: 0.4, answers: Answers::YesOrNo, yes: 0.75 },
    World { name: "yes or no, AUC 0.68", sight: 0.9, answers: Answers::YesOrNo, yes: 0.3 },
    World { name: "yes or no, few yes", sight: 0.6, answers: Answers::YesOrNo, yes: 0.05 },
    World { name: "chances, AUC 0.61", sight: 0.4, answers: Answers::Chances(100.0), yes: 0.3 },
    World { name: "chances, AUC 0.75", sight: 0.9, answers: Answers::Chances(100.0), yes: 0.3 },
];

type Method = (&'static str, fn(&Known) -> Interval);

const METHODS: &[Method] = &[
    ("chosen", |known| known.chosen),
    ("DeLong", |known| wald(known, known.delong)),
    ("logit DeLong, normal", |known| logit(known, known.delong)),
    ("Hanley and McNeil", |known| wald(known, known.hanley)),
    ("Newcombe, method 5", |known| newcombe(known)),
    ("bootstrap, percentiles", |known| known.bootstrap),
];

struct Known {
    area: f64,
    delong: f64,
    hanley: f64,
    counts: (f64, f64),
    chosen: Interval,
    bootstrap: Interval,
}

pub fn all(runs: usize) -> String {
    let mut lines = vec![format!("Share of {runs} worlds whose interval holds the AUC, and its mean width\n")];
    let names: Vec<&str> = METHODS.iter().map(|(name, _)| *name).collect();
    lines.push(format!("| judge | {} |\n| --- |{}", names.join(" | "), " --- |".repeat(names.len())));
    for (number, world) in WORLDS.iter().enumerate() {
        let mut rng = ChaCha8Rng::seed_from_u64(300 + number as u64);
        let (truth, _) = world.truth(&mut rng);
        let mut found = vec![(0, 0.0, 0); METHODS.len()];
        for _ in 0..runs {
            let judged: Vec<Judged> = (0..SENDS).map(|_| world.send(&mut rng).judged).collect();
            let Some(known) = known(&judged, &mut rng) else { continue };
            for ((_, method), (held, width, all)) in METHODS.iter().zip(&mut found) {
                let interval = method(&known);
                *held += usize::from(interval.low <= truth && truth <= interval.high);
                *width += interval.high - interval.low;
                *all += 1;
            }
        }
        let cells: Vec<String> = found
            .iter()
            .map(|(held, width, all)| format!("{}, {:.3}", percent(*held, *all), width / *all as f64))
            .collect();
        lines.push(format!("| {} | {} |", world.name, cells.join(" | ")));
    }
    lines.join("\n") + "\n"
}

fn known(judged: &[Judged], rng: &mut ChaCha8Rng) -> Option<Known> {
    let ranking = Ranking::from_judged(judged)?;
    let of = |reply: bool| judged.iter().filter(|it| it.is_reply == reply).map(|it| it.score).collect::<Vec<_>>();
    let (hits, misses) = (of(true), of(false));
    let (m, n) = (hits.len() as f64, misses.len() as f64);
    let wins = |hit: f64, miss: f64| {
        if hit > miss {
            1.0
        } else if hit < miss {
            0.0
        } else {
            0.5
        }
    };
    let variance = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0).max(1.0)
    };
    let of_hits: Vec<f64> =
        hits.iter().map(|hit| misses.iter().map(|miss| wins(*hit, *miss)).sum::<f64>() / n).collect();
    let of_misses: Vec<f64> =
        misses.iter().map(|miss| hits.iter().map(|hit| wins(*hit, *miss)).sum::<f64>() / m).collect();
    // Both sides are drawn anew; to first order the area is the mean of what each contributes.
    let area = ranking.auc;
    let mut mean = |values: &[f64]| {
        (0..values.len()).map(|_| values[rng.random_range(0..values.len())]).sum::<f64>() / values.len() as f64
    };
    let mut areas: Vec<f64> = (0..300).map(|_| mean(&of_hits) + mean(&of_misses) - area).collect();
    areas.sort_by(f64::total_cmp);
    Some(Known {
        area,
        delong: variance(&of_hits) / m + variance(&of_misses) / n,
        hanley: spread(area, m, n),
        counts: (m, n),
        chosen: ranking.interval?,
        bootstrap: Interval { low: areas[7], high: areas[292] },
    })
}

fn spread(area: f64, m: f64, n: f64) -> f64 {
    let (one, two) = (area / (2.0 - area), 2.0 * area * area / (1.0 + area));
    (area * (1.0 - area) + (m - 1.0) * (one - area * area) + (n - 1.0) * (two - area * area)) / (m * n)
}

fn wald(known: &Known, variance: f64) -> Interval {
    let reach = Z * variance.sqrt();
    Interval { low: known.area - reach, high: known.area + reach }
}

fn logit(known: &Known, variance: f64) -> Interval {
    let area = known.area.clamp(0.001, 0.999);
    let (middle, reach) = ((area / (1.0 - area)).ln(), Z * variance.sqrt() / (area * (1.0 - area)));
    let back = |value: f64| 1.0 / (1.0 + (-value).exp());
    Interval { low: back(middle - reach), high: back(middle + reach) }
}

/// The areas from which the one that was found is no further than so many of their own deviations (Newcombe 2006).
fn newcombe(known: &Known) -> Interval {
    let (m, n) = known.counts;
    let average = f64::midpoint(m, n);
    let near = |area: f64| {
        let within = (1.0 - area) / (2.0 - area) + area / (1.0 + area);
        let variance = area * (1.0 - area) * (1.0 + (average - 1.0) * within) / (m * n);
        (known.area - area).abs() <= Z * variance.sqrt()
    };
    let edge = |from: f64, to: f64| {
        let (mut inside, mut outside) = (from, to);
        for _ in 0..50 {
            let middle = f64::midpoint(inside, outside);
            if near(middle) { inside = middle } else { outside = middle }
        }
        inside
    };
    Interval { low: edge(known.area, 0.0), high: edge(known.area, 1.0) }
}
