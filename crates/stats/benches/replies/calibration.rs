//! Do the intervals of `calibrate` hold the truth, and how often is a judge that is no use called useful?

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rejoinder_stats::Interval;
use rejoinder_stats::prediction_powered::{Counted, PredictionPowered};
use rejoinder_stats::ranking::{Judged, Ranking, RankingVerdict};
use rejoinder_stats::worth::Worth;

use crate::percent;
use crate::world::{Answers, Sent, World, tallies};

const SENDS: usize = 400;

const WORLDS: &[World] = &[
    World { name: "no use, yes or no, 30 % yes", sight: 0.0, answers: Answers::YesOrNo, yes: 0.3 },
    World { name: "no use, yes or no, 75 % yes", sight: 0.0, answers: Answers::YesOrNo, yes: 0.75 },
    World { name: "no use, chances", sight: 0.0, answers: Answers::Chances(100.0), yes: 0.3 },
    World { name: "no use, ten chances", sight: 0.0, answers: Answers::Chances(10.0), yes: 0.3 },
    World { name: "some use, yes or no, 30 % yes", sight: 0.4, answers: Answers::YesOrNo, yes: 0.3 },
    World { name: "some use, yes or no, 75 % yes", sight: 0.4, answers: Answers::YesOrNo, yes: 0.75 },
    World { name: "some use, chances", sight: 0.4, answers: Answers::Chances(100.0), yes: 0.3 },
    World { name: "some use, ten chances", sight: 0.4, answers: Answers::Chances(10.0), yes: 0.5 },
    World { name: "much use, yes or no, 30 % yes", sight: 0.9, answers: Answers::YesOrNo, yes: 0.3 },
    World { name: "much use, chances", sight: 0.9, answers: Answers::Chances(100.0), yes: 0.3 },
];

pub fn all(runs: usize) -> String {
    let mut lines = vec![
        format!("{SENDS} sends, 20 replies on average, {runs} worlds of each kind; ± is one standard error\n"),
        "| judge | true AUC | its interval holds it | true ratio | its interval holds it | said to rank | PPI++ \
         promised |"
            .to_owned(),
        "| --- | --- | --- | --- | --- | --- | --- |".to_owned(),
    ];
    let (mut areas, mut ratios) = ((0, 0), (0, 0));
    for (number, world) in WORLDS.iter().enumerate() {
        let mut rng = ChaCha8Rng::seed_from_u64(100 + number as u64);
        let (area, ratio) = world.truth(&mut rng);
        let (mut area_held, mut ratio_held, mut ranks, mut promised) = (0, 0, 0, 0);
        let (mut area_all, mut ratio_all) = (0, 0);
        for _ in 0..runs {
            let sent: Vec<Sent> = (0..SENDS).map(|_| world.send(&mut rng)).collect();
            let judged: Vec<Judged> = sent.iter().map(|sent| sent.judged).collect();
            let Some(ranking) = Ranking::from_judged(&judged) else { continue };
            if let Some(interval) = ranking.interval {
                area_all += 1;
                area_held += usize::from(holds(interval, area));
            }
            ranks += usize::from(ranking.verdict() == RankingVerdict::Ranks);
            let (yes, no) = tallies(&sent);
            if let Some(interval) = Worth::from_tallies(yes, no).ratio_interval {
                ratio_all += 1;
                ratio_held += usize::from(holds(interval, ratio));
            }
            let counted: Vec<Counted> = judged.iter().map(counted).collect();
            let more: Vec<f64> = (0..2_000).map(|_| world.send(&mut rng).judged.score).collect();
            promised +=
                usize::from(PredictionPowered::estimate(&counted, &more).is_some_and(|found| found.is_worth_it()));
        }
        areas = (areas.0 + area_held, areas.1 + area_all);
        ratios = (ratios.0 + ratio_held, ratios.1 + ratio_all);
        lines.push(format!(
            "| {} | {area:.3} | {} | {ratio:.2} | {} | {} | {} |",
            world.name,
            percent(area_held, area_all),
            percent(ratio_held, ratio_all),
            percent(ranks, runs),
            percent(promised, runs),
        ));
    }
    lines.push(format!("| all | | {} | | {} | | |", percent(areas.0, areas.1), percent(ratios.0, ratios.1)));
    lines.join("\n") + "\n"
}

fn counted(judged: &Judged) -> Counted {
    Counted { outcome: f64::from(u8::from(judged.is_reply)), prediction: judged.score }
}

fn holds(interval: Interval, truth: f64) -> bool {
    interval.low <= truth && truth <= interval.high
}
