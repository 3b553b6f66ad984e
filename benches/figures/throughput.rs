//! Calls per second without latency beside a bare reqwest loop on the same server, and processor time per call.

use super::client;
use super::process::{Market, Place, measured};
use super::table::{Reach, Table};

const CALLS: usize = 120_000;
const CONCURRENCY: usize = 512;

pub fn run(table: &mut Table) {
    let bare = {
        let market = Market::start(&[]);
        client::bare(&market.url, CALLS, CONCURRENCY)
    };
    let market = Market::start(&[]);
    let place = Place::with_people(CALLS / 2);
    let concurrency = CONCURRENCY.to_string();
    let arguments = [
        "evaluate",
        "--persona-file",
        "people",
        "--messages-per-persona",
        "1",
        "--concurrency",
        &concurrency,
        "--stragglers",
        "wait",
    ];
    let took = measured(place.command(&market, &arguments), |_| {});
    assert_eq!((took.code, market.count("answered")), (Some(0), CALLS as u64), "every call was answered once");
    let ours = CALLS as f64 / took.wall.as_secs_f64();
    table.row(
        &format!("calls per second without latency, concurrency {CONCURRENCY}"),
        format!("{ours:.0} calls/s"),
        format!("bare reqwest {bare:.0} calls/s"),
        ours / bare,
        "",
        Reach::AtLeast(0.5),
    );
    table.row(
        "processor time per call, journal included",
        format!("{:.2} s", took.cpu.as_secs_f64()),
        format!("{CALLS} calls"),
        took.cpu.as_secs_f64() * 1e6 / CALLS as f64,
        " µs",
        Reach::AtMost(200.0),
    );
}
