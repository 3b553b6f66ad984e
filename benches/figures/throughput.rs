//! Calls per second without latency beside a bare reqwest loop on the same server, and processor time per call.

use super::client;
use super::process::{Market, evaluate};
use super::table::{Reach, Table};

const CALLS: usize = 120_000;
const CONCURRENCY: usize = 512;

pub fn run(table: &mut Table) {
    let bare = {
        let market = Market::start(&[]);
        client::bare(&market.url, CALLS, CONCURRENCY)
    };
    let market = Market::start(&[]);
    let took = evaluate(&market, CALLS / 2, CONCURRENCY);
    assert_eq!(market.count("answered"), CALLS as u64, "every call was answered once");
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
