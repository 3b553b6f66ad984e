//! Prints the figures of docs/benchmarks.md: `cargo bench --bench figures`, or `-- NAME...` for some of them.
//!
//! The market and the client are processes of their own, on this machine; the ideal and the ratio stand beside each
//! figure. It measures and judges nothing by itself: a figure that is out of reach is marked as missed, and the exit
//! code stays 0.

mod big_file;
mod client;
mod host;
mod journal;
mod process;
mod resume;
mod table;
mod throughput;
mod wall;

use table::Table;

type Section = (&'static str, fn(&mut Table));

const SECTIONS: &[Section] = &[
    ("wall", wall::run),
    ("throughput", throughput::run),
    ("journal", journal::run),
    ("auto", host::run),
    ("memory", wall::memory),
    ("resume", resume::run),
    ("big-file", big_file::run),
];

fn main() {
    // cargo passes `--bench` along.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let Some(unknown) = wanted.iter().find(|name| !SECTIONS.iter().any(|(known, _)| known == name)) {
        let known: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
        eprintln!("there is no section {unknown}; there are {}", known.join(", "));
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
