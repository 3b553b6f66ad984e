//! Where an arm arrived: its prompt, once so many calls were used.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rejoinder::data::whole;
use rejoinder_worlds::Place;
use serde::{Deserialize, Serialize};

use crate::options::{Options, Section};

/// What an arm had to get past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Nothing: any yes counted, messages are scored as they are drafted, and the best candidate is taken.
    None,
    /// The writer is told to claim nothing else, a yes to an accused message counted for none, and messages are scored
    /// as sent: audited, and revised where the audit finds something.
    Claims,
    /// The same, and the candidate is taken only if the product's paired test, with people kept aside, finds it better.
    Proof,
}

impl Gate {
    /// From the strictest.
    pub const ALL: [Gate; 3] = [Gate::Proof, Gate::Claims, Gate::None];

    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Gate::None => "none",
            Gate::Claims => "claims",
            Gate::Proof => "claims, proof",
        }
    }
}

/// A line of a file of arrivals.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Arrival {
    pub tool: String,
    pub gate: Gate,
    /// Calls that it was given.
    pub budget: u64,
    /// Calls that it used, of every role.
    pub calls: u64,
    pub prompt: String,
}

/// The file of a section in a world.
pub fn file(folder: &Path, place: Place, section: &str) -> PathBuf {
    folder.join(place.to_string()).join(format!("{section}.jsonl"))
}

/// What a section has arrived at in a world; nothing where it was never run.
pub fn read(file: &Path) -> Result<Vec<Arrival>, String> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{}: {error}", file.display())),
    };
    let line = |(at, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| format!("{}, line {}: {error}", file.display(), at + 1))
    };
    text.lines().enumerate().map(line).collect()
}

/// Writes them, the file whole.
pub fn write(file: &Path, arrivals: &[Arrival]) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    let lines: Result<Vec<String>, _> = arrivals.iter().map(serde_json::to_string).collect();
    let text: String = lines.map_err(|error| failed(&error))?.into_iter().map(|line| line + "\n").collect();
    whole::replace(file, |out| out.write_all(text.as_bytes())).map_err(|error| failed(&error))
}

/// Everything that was arrived at in a world, by section.
pub fn all(folder: &Path, place: Place) -> Result<BTreeMap<String, Vec<Arrival>>, String> {
    let mut found = BTreeMap::new();
    let Ok(listed) = std::fs::read_dir(folder.join(place.to_string())) else { return Ok(found) };
    for path in listed.filter_map(|entry| Some(entry.ok()?.path())) {
        if let Some(section) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".jsonl")) {
            found.insert(section.to_owned(), read(&path)?);
        }
    }
    Ok(found)
}

/// Throws away what the named sections keep of the wanted worlds and budgets.
pub fn forget(options: &Options) -> Result<(), String> {
    let budgets = options.budgets();
    let gates: Vec<Gate> = options.runs.iter().flat_map(|run| run.gates()).copied().collect();
    for section in options.sections() {
        // The tools of others run at all gates together.
        let is_gone = |known: &Arrival| match section {
            Section::Best => true,
            Section::Peers => budgets.contains(&known.budget),
            _ => budgets.contains(&known.budget) && gates.contains(&known.gate),
        };
        for place in options.places() {
            for name in options.files(section) {
                let file = file(&options.folder, place, name);
                let (gone, kept): (Vec<_>, Vec<_>) = read(&file)?.into_iter().partition(is_gone);
                if !gone.is_empty() {
                    write(&file, &kept)?;
                }
            }
        }
    }
    Ok(())
}
