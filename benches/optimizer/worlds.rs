//! rejoinder's search on the worlds of the peers, at the same calls.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rejoinder::data::whole;
use rejoinder::model::market::{Market, Mode};
use rejoinder::optimize::Objective;

use crate::arrival::Arrival;
use crate::ours::{self, Setting};
use crate::peers::OURS;
use crate::world::{self, World};

/// Calls in all; `BUDGETS=700,1400` asks for others.
const BUDGETS: &str = "500,700,1000,2000,4000";

/// Searches, and leaves what it arrives at beside the peers' files.
pub fn run(folder: &Path) -> Result<String, String> {
    let budgets = budgets();
    let jobs: Vec<(World, u64)> =
        all(folder)?.into_iter().flat_map(|world| budgets.iter().map(move |budget| (world.clone(), *budget))).collect();
    let arrivals = each(&jobs, |(world, budget)| {
        let market = Arc::new(Market::new(world.market, Mode::Normal));
        let done = ours::run(&Setting {
            market: &market,
            seed: world.seed,
            offer: &world.offer,
            learn: &world.learn,
            unseen: &world.unseen,
            objective: Objective::Grounded,
            revises: true,
            reuses: false,
            calls: *budget,
        })?;
        let prompt = done.prompt(&world.offer).to_owned();
        let rate = market.true_rate(&prompt, &world.unseen);
        eprintln!(
            "market {}, seed {}, {budget} calls: {:?}, true rate {:.1} %, {} calls used",
            world.market,
            world.seed,
            done.search.verdict,
            100.0 * rate,
            done.calls
        );
        Ok(Arrival {
            tool: OURS.into(),
            market: world.market,
            seed: world.seed,
            budget: *budget,
            calls: done.calls,
            prompt,
        })
    })?;
    let lines: Result<Vec<String>, _> = arrivals.iter().map(serde_json::to_string).collect();
    let file = folder.join("rejoinder.jsonl");
    let text = lines.map_err(|error| error.to_string())?.join("\n") + "\n";
    let fill = |out: &mut dyn std::io::Write| out.write_all(text.as_bytes());
    whole::replace(&file, fill).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(format!("{} searches are in {}\n", arrivals.len(), file.display()))
}

/// The budgets that are asked for.
pub fn budgets() -> Vec<u64> {
    let budgets = std::env::var("BUDGETS").unwrap_or_else(|_| BUDGETS.to_owned());
    budgets.split(',').filter_map(|text| text.trim().parse().ok()).collect()
}

/// All worlds of the folder.
pub fn all(folder: &Path) -> Result<Vec<World>, String> {
    let listed = std::fs::read_dir(folder.join("worlds"));
    let entries =
        listed.map_err(|error| format!("{}/worlds: {error}; run scripts/bench-peers first", folder.display()))?;
    let mut places: Vec<(u64, u64)> = entries
        .filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            let (market, seed) = name.strip_suffix(".json")?.split_once('-')?;
            Some((market.parse().ok()?, seed.parse().ok()?))
        })
        .collect();
    places.sort_unstable();
    places.into_iter().map(|(market, seed)| world::read(folder, market, seed)).collect()
}

/// Does the work for every job on all processors; results come in the order of the jobs.
pub fn each<J: Sync, T: Send>(jobs: &[J], work: impl Fn(&J) -> Result<T, String> + Sync) -> Result<Vec<T>, String> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(at) else { break };
                    let result = work(job);
                    done.lock().expect("no thread panics").push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no thread panicked");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
