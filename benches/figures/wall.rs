//! Wall time of whole runs - start, reading, calls, journal, results file - over the ideal, and their memory.

use std::time::Duration;

use super::process::{Market, evaluate, mib};
use super::table::{Reach, Table};

const LATENCY_MS: u64 = 300;

pub fn run(table: &mut Table) {
    let plans: [(usize, usize, f64); 4] =
        [(6, 300, 1.03), (64, 3_200, 1.03), (512, 25_600, 1.08), (2_000, 100_000, 1.2)];
    for (concurrency, calls, bound) in plans {
        let market = Market::start(&["--latency-ms", &LATENCY_MS.to_string()]);
        let took = evaluate(&market, calls / 2, concurrency);
        assert_eq!(market.count("answered"), calls as u64, "every call was answered once");
        let ideal = Duration::from_millis(LATENCY_MS).mul_f64(calls as f64 / concurrency as f64);
        table.row(
            &format!("wall time over ideal, {LATENCY_MS} ms, concurrency {concurrency}, {calls} calls"),
            format!("{:.2} s", took.wall.as_secs_f64()),
            format!("ideal {:.2} s", ideal.as_secs_f64()),
            took.wall.as_secs_f64() / ideal.as_secs_f64(),
            "",
            Reach::AtMost(bound),
        );
    }
}

/// Peak memory of runs of a thousand and of a hundred thousand trials and more.
pub fn memory(table: &mut Table) {
    let market = Market::start(&[]);
    let peaks = [1_000, 200_000].map(|trials| (trials, evaluate(&market, trials, 64).peak));
    let (fewest, least) = peaks[0];
    for (trials, peak) in &peaks[1..] {
        table.row(
            &format!("peak memory of {trials} trials beside {fewest}"),
            format!("{:.0} MiB", mib(*peak)),
            format!("{:.0} MiB for {fewest}", mib(least)),
            peak.saturating_sub(least) as f64 / (trials - fewest) as f64,
            " bytes per trial",
            Reach::None,
        );
    }
}
