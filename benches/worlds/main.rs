//! rejoinder and other prompt optimizers in simulated worlds, at equal calls: `just bench-worlds`, or
//! `cargo bench --profile dev --bench worlds -- rejoinder table` for some of the sections.
//!
//! The worlds (`crates/worlds`) share nothing with the built-in market and differ in structure by family. Everybody
//! meets the same writer, judge, improver and auditor over the same server, which counts every call of every role. The
//! truth about a prompt is the world's own, among people that no arm has seen.
//!
//! Where an arm arrived is kept in FOLDER/WORLD/SECTION.jsonl. What is there is not run again, so an interrupted run
//! goes on, and a larger one adds to it; `--again` throws away first what the named sections keep.

mod arrival;
#[path = "../support/cast.rs"]
mod cast;
mod consensus;
mod differences;
mod growth;
mod options;
mod ours;
mod peers;
mod places;
mod player;
mod points;
mod proof;
mod score;
mod serve;
mod table;
mod work;

use std::process::ExitCode;

use clap::Parser;
use options::{Options, Section};

fn main() -> ExitCode {
    let options = Options::parse();
    if options.again
        && let Err(why) = arrival::forget(&options)
    {
        eprintln!("{why}");
        return ExitCode::FAILURE;
    }
    for section in options.sections() {
        let done = match section {
            Section::Best => points::best(&options),
            Section::Rejoinder => ours::run(&options),
            Section::Consensus => consensus::run(&options),
            Section::Peers => peers::run(&options),
            Section::Table => table::print(&options),
        };
        if let Err(why) = done {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
