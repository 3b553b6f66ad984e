//! Throughput with the journal over without.

use super::client;
use super::process::{Market, Place};
use super::table::{Reach, Table};

const CALLS: usize = 40_000;
const CONCURRENCY: usize = 64;
/// In turns, so that a busy moment of the machine does not meet one side alone.
const ROUNDS: usize = 3;

pub fn run(table: &mut Table) {
    let (mut with, mut without) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        let market = Market::start(&[]);
        without += client::door(&market.url, CALLS, CONCURRENCY, None) / ROUNDS as f64;
        let (market, place) = (Market::start(&[]), Place::with_people(1));
        with += client::door(&market.url, CALLS, CONCURRENCY, Some(&place.data())) / ROUNDS as f64;
    }
    table.row(
        &format!("throughput with the journal over without, no latency, concurrency {CONCURRENCY}"),
        format!("{with:.0} calls/s"),
        format!("{without:.0} calls/s without"),
        with / without,
        "",
        Reach::AtLeast(0.9),
    );
}
