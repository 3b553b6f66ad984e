//! How often `ab result` names a winner: where there is none, looked at after every batch, and where there is one.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rejoinder_stats::arms::{Arm, ArmsTest, ArmsVerdict, Rates, sends, sends_with_looks};

use crate::percent;

/// Sends of a batch, over both arms.
const BATCH: usize = 50;

struct Case {
    name: &'static str,
    rates: Rates,
    /// How much colleagues are alike: the part of companies whose people all answer as the first one does.
    alike: f64,
    most: usize,
}

const CASES: &[Case] = &[
    Case { name: "5 % both", rates: Rates { now: 0.05, later: 0.05 }, alike: 0.0, most: 2_000 },
    Case { name: "1 % both", rates: Rates { now: 0.01, later: 0.01 }, alike: 0.0, most: 2_000 },
    Case { name: "5 % both, colleagues alike", rates: Rates { now: 0.05, later: 0.05 }, alike: 0.8, most: 2_000 },
    Case { name: "5 against 8 %", rates: Rates { now: 0.05, later: 0.08 }, alike: 0.0, most: 4_000 },
    Case { name: "3 against 4.5 %", rates: Rates { now: 0.03, later: 0.045 }, alike: 0.0, most: 8_000 },
];

pub fn all(runs: usize) -> String {
    let mut lines = vec![
        format!(
            "Batches of {BATCH}, a look after each, {runs} tests of each kind; two-sided 5 %, ± is one standard \
                 error\n"
        ),
        "| rates | sends an arm, at most | A is said to be better | B is said to be better | half of these by | \
         planned for 80 %: one look, any look | found by the latter | interval held the truth at every look |"
            .to_owned(),
        "| --- | --- | --- | --- | --- | --- | --- | --- |".to_owned(),
    ];
    for (number, case) in CASES.iter().enumerate() {
        let mut rng = ChaCha8Rng::seed_from_u64(200 + number as u64);
        let (mut a, mut held, mut found) = (0, 0, Vec::new());
        for _ in 0..runs {
            let run = run(case, &mut rng);
            a += usize::from(run.verdict == ArmsVerdict::A);
            held += usize::from(run.held);
            found.extend((run.verdict == ArmsVerdict::B).then_some(run.sends));
        }
        found.sort_unstable();
        let median = found.get(found.len() / 2).map_or("-".to_owned(), ToString::to_string);
        let (one, any) = (sends(case.rates, 0.025, 0.8), sends_with_looks(case.rates, 0.025, 0.8));
        let by = |sends: Option<u64>| found.iter().filter(|at| sends.is_some_and(|sends| **at as u64 <= sends)).count();
        let show = |sends: Option<u64>| sends.map_or("-".to_owned(), |sends| sends.to_string());
        lines.push(format!(
            "| {} | {} | {} | {} | {} | {}, {} | {} | {} |",
            case.name,
            case.most,
            percent(a, runs),
            percent(found.len(), runs),
            if found.len() > runs / 4 { median } else { "-".to_owned() },
            show(one),
            show(any),
            if any.is_some() { percent(by(any), runs) } else { "-".to_owned() },
            percent(held, runs),
        ));
    }
    lines.join("\n") + "\n"
}

struct Run {
    verdict: ArmsVerdict,
    sends: usize,
    held: bool,
}

fn run(case: &Case, rng: &mut ChaCha8Rng) -> Run {
    let mut test = ArmsTest::new();
    let truth = case.rates.later - case.rates.now;
    let mut run = Run { verdict: ArmsVerdict::Open, sends: 0, held: true };
    let mut sent = 0;
    while sent < case.most {
        let mut batch = 0;
        while batch < BATCH / 2 {
            // A company has one to three people, who share an arm; the unit is the company.
            let people = if case.alike > 0.0 { rng.random_range(1..=3) } else { 1 };
            for (arm, rate) in [(Arm::A, case.rates.now), (Arm::B, case.rates.later)] {
                test.add(arm, company(rate, people, case.alike, rng));
            }
            batch += people;
        }
        sent += batch;
        if run.verdict == ArmsVerdict::Open {
            (run.verdict, run.sends) = (test.verdict(0.05), sent);
        }
        // The interval takes long to find: looked at now and then.
        if (sent / BATCH).is_multiple_of(20) && run.held {
            run.held = test.interval(0.05).is_none_or(|interval| interval.low <= truth && truth <= interval.high);
        }
    }
    run
}

/// The share of people of a company who reply.
fn company(rate: f64, people: usize, alike: f64, rng: &mut ChaCha8Rng) -> f64 {
    let first = rng.random_bool(rate);
    let together = rng.random_bool(alike);
    let others = (1..people).filter(|_| if together { first } else { rng.random_bool(rate) }).count();
    (usize::from(first) + others) as f64 / people as f64
}
