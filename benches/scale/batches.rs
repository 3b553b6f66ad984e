//! A hundred thousand trials through message batches.

use super::process::{Market, Place, Took, measured, mib};
use super::table::{Reach, Table};
use super::trials;

const TRIALS: usize = 100_000;
/// Enough to tell what a trial takes of the processors where calls are sent one by one.
const FEWER: usize = 20_000;
const TURNAROUND: [&str; 2] = ["--batch-turnaround-ms", "5000"];

pub fn run(table: &mut Table) {
    let [batches, local] = [(TRIALS, "batches"), (FEWER, "local")].map(|(trials, engine)| {
        let market = Market::start(&TURNAROUND);
        let took = trials::measure(&market, trials, engine);
        assert_eq!(market.count("answered"), 2 * trials as u64, "every call was answered once");
        assert_eq!(market.count("requests") == 0, engine == "batches", "batches alone, or none");
        (took, trials)
    });
    rows(table, "trials", batches, local, Reach::AtMost(300.0));
    let [batches, local] = [(TRIALS, "batches"), (FEWER, "local")].map(|(trials, engine)| {
        let market = Market::start(&TURNAROUND);
        (evaluate(&market, trials, engine), trials)
    });
    rows(table, "trials of `evaluate`, claims audits and results file included", batches, local, Reach::None);
}

fn rows(table: &mut Table, what: &str, (took, trials): (Took, usize), (local, fewer): (Took, usize), reach: Reach) {
    let per_trial = |took: &Took, trials: usize| took.cpu.as_secs_f64() * 1e6 / trials as f64;
    table.row(
        &format!("{trials} {what} through batches: peak memory of the client"),
        format!("{:.0} MiB", mib(took.peak)),
        format!("in {:.0} s", took.wall.as_secs_f64()),
        mib(took.peak),
        " MiB",
        Reach::AtMost(200.0),
    );
    table.row(
        &format!("{trials} {what} through batches: processor time per trial"),
        format!("{:.1} s", took.cpu.as_secs_f64()),
        format!("{:.0} µs with --engine local", per_trial(&local, fewer)),
        per_trial(&took, trials),
        " µs",
        reach,
    );
}

/// A first run of so many trials, two calls each.
fn evaluate(market: &Market, trials: usize, engine: &str) -> Took {
    let place = Place::with_people(trials);
    let arguments = [
        "evaluate",
        "--auditor",
        "none",
        "--ungrounded",
        "keep",
        "--persona-file",
        "people",
        "--messages-per-persona",
        "1",
        "--concurrency",
        "64",
        "--stragglers",
        "wait",
        "--model",
        "anthropic/claude-sonnet-5-5",
        "--engine",
        engine,
    ];
    let took = measured(place.command(market, &arguments), |_| {});
    assert_eq!(took.code, Some(0), "the run ends well");
    took
}
