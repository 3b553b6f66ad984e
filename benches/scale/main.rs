//! Prints the figures of docs/benchmarks.md on outgrowing one machine: `just bench-scale`, or with names of sections
//! for some of them.
//!
//! Market, client, Restate and workers are processes of their own, on this machine. It measures and judges nothing by
//! itself: a figure that is out of reach is marked as missed, and the exit code stays 0.

mod batches;
#[allow(dead_code, reason = "shared with the other figures")]
#[path = "../figures/process.rs"]
mod process;
#[path = "../../tests/support/program.rs"]
mod program;
#[cfg(feature = "restate")]
mod restate;
#[allow(dead_code, reason = "shared with the other figures")]
#[path = "../figures/table.rs"]
mod table;
mod trials;

use table::Table;

type Section = (&'static str, fn(&mut Table));

const SECTIONS: &[Section] = &[
    ("batches", batches::run),
    #[cfg(feature = "restate")]
    ("restate", restate::speed),
    #[cfg(feature = "restate")]
    ("restate-kills", restate::kills),
];

fn main() {
    // Started again by itself, as the client that is measured.
    if std::env::args().nth(1).as_deref() == Some(trials::ROLE) {
        trials::client();
        return;
    }
    // cargo passes `--bench` along.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let Some(unknown) = wanted.iter().find(|name| !SECTIONS.iter().any(|(known, _)| known == name)) {
        let known: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
        eprintln!("there is no section {unknown}; there are {} (some need --features restate)", known.join(", "));
        return;
    }
    println!("{}\n", process::machine());
    let mut table = Table::default();
    for (name, run) in SECTIONS.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|it| it == name)) {
        eprintln!("measuring: {name} …");
        run(&mut table);
    }
    println!("{table}");
}
