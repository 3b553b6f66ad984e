//! How many messages a second the claims audit reads, without a model: `cargo bench --bench claims`.
//!
//! The labelled messages of `tests/data/claims`, again and again, on one thread, after a first pass that compiles the patterns.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rejoinder::evaluate::claims::{Facts, audit};
use serde_json::Value;

/// At least so long is measured.
const LONG: Duration = Duration::from_secs(5);

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/claims");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("the labelled messages");
    let texts = |name: &str| serde_json::from_str::<HashMap<String, String>>(&read(name)).expect("texts by name");
    let personas = texts("personas.json");
    let facts: HashMap<String, Facts> =
        texts("offers.json").into_iter().map(|(name, text)| (name, Facts::of(&text))).collect();
    let entries = std::fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").file_name());
    let files = entries.filter_map(|name| name.into_string().ok()).filter(|name| name.ends_with(".jsonl"));
    let rows: Vec<Value> = files
        .flat_map(|name| read(&name).lines().map(|line| serde_json::from_str(line).expect("a row")).collect::<Vec<_>>())
        .collect();
    let text = |row: &Value, field: &str| row[field].as_str().expect("a text").to_owned();
    let messages: Vec<(String, &Facts, &String)> = rows
        .iter()
        .map(|row| (text(row, "message"), &facts[&text(row, "offer")], &personas[&text(row, "persona")]))
        .collect();
    let pass =
        || messages.iter().map(|(message, facts, persona)| audit(message, facts, persona).claims.len()).sum::<usize>();

    let started = Instant::now();
    let claims = pass();
    let first = started.elapsed();
    let (started, mut passes) = (Instant::now(), 0_u32);
    while started.elapsed() < LONG {
        assert_eq!(pass(), claims, "the same messages, the same claims");
        passes += 1;
    }
    let audited = f64::from(passes) * messages.len() as f64;
    let characters: usize = messages.iter().map(|(message, ..)| message.chars().count()).sum();
    println!(
        "claims audit, rules alone, one thread: {:.0} messages/s ({} messages of {} characters on average, {passes} passes; first \
         pass, with the patterns compiled: {:.1} s)",
        audited / started.elapsed().as_secs_f64(),
        messages.len(),
        characters / messages.len(),
        first.as_secs_f64(),
    );
}
