//! Scores what prompt optimizers arrive at on simulated markets: `cargo bench --bench optimizer`, or `-- NAME...` for
//! some of the sections.
//!
//! What it scores are the files `*.jsonl` in a folder (`target/bench-peers`, or `BENCH_PEERS`), which
//! `scripts/bench-peers` writes: one line for each tool, market, seed and budget of calls. The market knows the truth
//! of a prompt - its expected share of yes among personas that no tool has seen, and which messages invent - and no
//! tool can ask it for that.

mod arrival;
#[path = "../support/cast.rs"]
mod cast;
mod chances;
mod growth;
mod honesty;
mod ours;
mod peers;
mod score;
mod table;
mod world;
mod worlds;

use std::path::{Path, PathBuf};

use table::Table;

type Section = (&'static str, fn(&Path) -> Result<String, String>);

const SECTIONS: &[Section] = &[
    ("search", worlds::run),
    ("growth", |_| growth::run()),
    ("null", |_| honesty::null()),
    ("coverage", |_| honesty::coverage()),
    ("power", |_| honesty::power()),
    ("chances", |_| chances::run()),
    ("peers", |folder| peers::run(folder).map(|table: Table| table.to_string())),
];

fn main() {
    // cargo passes `--bench` along.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let Some(unknown) = wanted.iter().find(|name| !SECTIONS.iter().any(|(known, _)| known == name)) {
        let known: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
        eprintln!("there is no section {unknown}; there are {}", known.join(", "));
        return;
    }
    let folder = std::env::var_os("BENCH_PEERS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench-peers"), PathBuf::from);
    for (name, run) in SECTIONS.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|it| it == name)) {
        match run(&folder) {
            Ok(text) => println!("{text}"),
            Err(why) => eprintln!("{name}: {why}"),
        }
    }
}
