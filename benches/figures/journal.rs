//! Throughput with the journal over without.

use super::client;
use super::process::{Market, Place};
use super::table::{Reach, Table};

const CALLS: usize = 30_000;
/// Where a host takes its time, an answer that waits for the disk is one that nobody waits for; without latency, what
/// recording takes of the processors is all that is seen, and what waits for the disk is missed at the host.
const HOSTS: [(&str, usize, Reach); 2] = [("50", 128, Reach::AtLeast(0.9)), ("0", 256, Reach::None)];
/// In turns, so that a busy moment of the machine does not meet one side alone.
const ROUNDS: usize = 3;

pub fn run(table: &mut Table) {
    for (latency, concurrency, reach) in HOSTS {
        let (mut with, mut without) = (0.0, 0.0);
        for _ in 0..ROUNDS {
            let market = Market::start(&["--latency-ms", latency]);
            without += client::door(&market.url, CALLS, concurrency, None) / ROUNDS as f64;
            let (market, place) = (Market::start(&["--latency-ms", latency]), Place::with_people(1));
            with += client::door(&market.url, CALLS, concurrency, Some(&place.data())) / ROUNDS as f64;
        }
        table.row(
            &format!("throughput with the journal over without, {latency} ms, concurrency {concurrency}"),
            format!("{with:.0} calls/s"),
            format!("{without:.0} calls/s without"),
            with / without,
            "",
            reach,
        );
    }
}
