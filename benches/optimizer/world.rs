//! A world: a market, an offer, personas to learn from and personas that no tool has seen.

use std::path::Path;

use serde::Deserialize;

/// As `scripts/bench-peers` leaves it in `worlds/MARKET-SEED.json`.
#[derive(Clone, Debug, Deserialize)]
pub struct World {
    pub market: u64,
    /// The seed of the personas and of whatever the tools draw.
    pub seed: u64,
    /// The prompt that every tool starts from, and the facts that a message may claim.
    pub offer: String,
    /// Personas that tools may learn from.
    pub learn: Vec<String>,
    /// Personas that no tool sees.
    pub unseen: Vec<String>,
}

/// Reads a world.
pub fn read(folder: &Path, market: u64, seed: u64) -> Result<World, String> {
    let file = folder.join(format!("worlds/{market}-{seed}.json"));
    let text = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", file.display()))
}
