//! `--concurrency auto`, from cold, against a host that allows so many calls a second.

use super::process::{Market, Place, measured};
use super::table::{Reach, Table};

const PER_SECOND: u64 = 50;
const SECONDS: u64 = 60;

pub fn run(table: &mut Table) {
    for (latency_ms, headers) in [(300, true), (300, false)] {
        let (latency, rate) = (latency_ms.to_string(), PER_SECOND.to_string());
        let mut arguments = vec!["--latency-ms", &latency, "--requests-per-second", &rate];
        if !headers {
            arguments.push("--no-limit-headers");
        }
        let market = Market::start(&arguments);
        let place = Place::with_people(4_000);
        let mut answered = 0;
        let command = place.command(
            &market,
            &[
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
                "auto",
            ],
        );
        let command = {
            let mut command = command;
            command.args(["--max-time", &SECONDS.to_string()]);
            command
        };
        let mut looked = 0;
        measured(command, |elapsed| {
            // Once a second, and as near to the end of the minute as the looking allows.
            if elapsed.as_secs() > looked && elapsed.as_secs() <= SECONDS {
                looked = elapsed.as_secs();
                answered = market.count("answered");
            }
        });
        let stats = market.stats();
        let refused = stats["rejected"]["429"].as_u64().unwrap_or(0);
        let told = if headers { "its headers tell" } else { "without headers" };
        table.row(
            &format!("share of {PER_SECOND} calls/s used over {SECONDS} s by auto, {latency_ms} ms, {told}"),
            format!("{answered} answered"),
            format!("{} allowed", PER_SECOND * SECONDS),
            answered as f64 / (PER_SECOND * SECONDS) as f64,
            "",
            Reach::AtLeast(0.93),
        );
        table.row(
            &format!("429s per 1,000 calls of the same, {latency_ms} ms, {told}"),
            format!("{refused} refused"),
            format!("{answered} answered"),
            refused as f64 * 1_000.0 / (answered as f64).max(1.0),
            "",
            Reach::AtMost(10.0),
        );
    }
}
