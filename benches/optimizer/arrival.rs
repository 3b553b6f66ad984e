//! Where a tool arrived: its prompt, once so many calls were used.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// A line of a file of arrivals.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Arrival {
    pub tool: String,
    pub market: u64,
    pub seed: u64,
    /// Calls that it was given.
    pub budget: u64,
    /// Calls that it used: messages, decisions and rewrites.
    pub calls: u64,
    pub prompt: String,
}

/// All arrivals in the files `*.jsonl` of a folder, in the order of the files' names.
pub fn read(folder: &Path) -> Result<Vec<Arrival>, String> {
    let listed = std::fs::read_dir(folder);
    let entries = listed.map_err(|error| format!("{}: {error}; run scripts/bench-peers first", folder.display()))?;
    let mut files: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    files.sort();
    let mut arrivals = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        for (at, line) in text.lines().enumerate() {
            let read = serde_json::from_str(line);
            arrivals.push(read.map_err(|error| format!("{}, line {}: {error}", file.display(), at + 1))?);
        }
    }
    if arrivals.is_empty() {
        return Err(format!("{} holds no *.jsonl; run scripts/bench-peers first", folder.display()));
    }
    Ok(arrivals)
}
