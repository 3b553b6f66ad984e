//! Going on with a run of a million answered calls.

use std::time::Duration;

use super::process::{Market, Place, measured, mib};
use super::table::{Reach, Table};

const CALLS: u64 = 1_000_000;
/// Personas with three messages each, two calls a message: the run is five sixths done.
const PEOPLE: usize = 200_000;

pub fn run(table: &mut Table) {
    let market = Market::start(&[]);
    let place = Place::with_people(PEOPLE);
    let arguments = [
        "evaluate",
        "--auditor",
        "none",
        "--ungrounded",
        "keep",
        "--persona-file",
        "people",
        "--messages-per-persona",
        "3",
        "--concurrency",
        "64",
    ];
    let limit = CALLS.to_string();
    let mut first = place.command(&market, &arguments);
    // Killed, not stopped at a limit: as a crash leaves it.
    first.args(["--max-calls", &(CALLS + 50_000).to_string()]);
    let mut child = first.spawn().expect("it starts");
    while market.count("answered") < CALLS {
        assert!(child.try_wait().expect("a child").is_none(), "it was to be killed at {limit} calls");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().and_then(|()| child.wait()).expect("it dies");

    let before = market.count("requests");
    let journal = std::fs::metadata(place.data().join("journal.db")).map_or(0, |file| file.len());
    let mut at = None;
    // Long enough for what is looked up beside the new calls to come to its peak.
    let mut second = place.command(&market, &arguments);
    second.args(["--max-calls", "20000"]);
    let took = measured(second, |elapsed| {
        if at.is_none() && market.count("requests") > before {
            at = Some(elapsed);
        }
    });
    let at = at.expect("the run goes on");
    table.row(
        "resume of 1,000,000 answered calls: time until the first new call",
        format!("{:.2} s", at.as_secs_f64()),
        format!("journal of {:.0} MiB", mib(journal)),
        at.as_secs_f64(),
        " s",
        Reach::AtMost(10.0),
    );
    table.row(
        "resume of 1,000,000 answered calls: peak memory",
        format!("{:.0} MiB", mib(took.peak)),
        format!("in {:.1} s with 20,000 new calls", took.wall.as_secs_f64()),
        mib(took.peak),
        " MiB",
        Reach::AtMost(300.0),
    );
}
