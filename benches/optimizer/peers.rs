//! Every tool at every budget, over all worlds.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::arrival::{self, Arrival};
use crate::score::{Score, Scorer};
use crate::table::{Row, Table};
use crate::world;

/// Names of the two rows that no tool stands behind. They sort before all others.
const START: &str = "(start)";
const BEST: &str = "(best that the market can name)";

/// Whose messages are written again where an audit finds an ungrounded claim.
pub const OURS: &str = "rejoinder";

/// A row's tool and budget, and a world's market and seed.
type Place = ((String, Option<u64>), (u64, u64));
/// Calls used, the score, and that of the best prompt.
type Scored = (f64, Score, Score);

pub fn run(folder: &Path) -> Result<Table, String> {
    let mut worlds: BTreeMap<(u64, u64), Vec<Arrival>> = BTreeMap::new();
    for arrival in arrival::read(folder)? {
        worlds.entry((arrival.market, arrival.seed)).or_default().push(arrival);
    }
    let worlds: Vec<_> = worlds.into_iter().collect();
    let scored: Mutex<BTreeMap<Place, Scored>> = Mutex::default();
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((place, arrivals)) = worlds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match scores(folder, *place, arrivals) {
                        Ok(found) => scored.lock().expect("no thread panics").extend(found),
                        Err(why) => *failed.lock().expect("no thread panics") = Some(why),
                    }
                }
            });
        }
    });
    if let Some(why) = failed.into_inner().expect("no thread panicked") {
        return Err(why);
    }
    let mut rows: BTreeMap<(String, Option<u64>), Row> = BTreeMap::new();
    for ((row, _), (calls, score, best)) in scored.into_inner().expect("no thread panicked") {
        let (tool, budget) = row.clone();
        let row = rows.entry(row).or_insert(Row { tool, budget, calls: 0.0, scores: Vec::new() });
        row.calls += (calls - row.calls) / (row.scores.len() + 1) as f64;
        row.scores.push((score, best));
    }
    Ok(Table { rows: rows.into_values().collect() })
}

/// The scores of all that arrived in one world.
fn scores(folder: &Path, place: (u64, u64), arrivals: &[Arrival]) -> Result<Vec<(Place, Scored)>, String> {
    let world = world::read(folder, place.0, place.1)?;
    let scorer = Scorer::new(world.market);
    let best = scorer.score(&scorer.best_prompt(&world), &world);
    let start = scorer.score(&world.offer, &world);
    // Tools often keep a prompt from one budget to the next.
    let mut known: BTreeMap<&str, Score> = BTreeMap::new();
    let mut found = vec![
        (((BEST.to_owned(), None), place), (0.0, best, best)),
        (((START.to_owned(), None), place), (0.0, start, best)),
    ];
    for arrival in arrivals {
        let score = *known.entry(&arrival.prompt).or_insert_with(|| scorer.score(&arrival.prompt, &world));
        let row = (arrival.tool.clone(), Some(arrival.budget));
        if arrival.tool == OURS {
            let sent = scorer.score_as_sent(&arrival.prompt, &world)?;
            let row = (format!("{OURS}, as sent"), Some(arrival.budget));
            found.push(((row, place), (arrival.calls as f64, sent, best)));
        }
        found.push(((row, place), (arrival.calls as f64, score, best)));
    }
    eprintln!("market {}, seed {}: the best is {:.1} %", world.market, world.seed, 100.0 * best.rate);
    Ok(found)
}
