//! What a model read out of a results file: in the file itself where its own cycle had it read, else in
//! `readings/{its name}.json`, since a results file is never written twice.

use serde::{Deserialize, Serialize};

use crate::data::record::Sealed;
use crate::data::results::Metadata;
use crate::data::{self, DataFolder, FileName, Kind, Map, json};
use crate::improve::Coding;

/// The version of the format below. A file with a greater one is left alone.
const SCHEMA_VERSION: u32 = 1;

/// A file of `readings/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `sha256` and `coding`")]
struct Reading {
    schema_version: u32,
    /// The results file that was read, as it was then.
    file: String,
    sha256: String,
    /// The run of the journal that had it read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    /// What came of it.
    coding: Coding,
    #[serde(flatten)]
    extra: Map,
}

/// The coding of a results file whose hash is known; `None` where its reasonings are unsorted. What cannot be read, or
/// cannot be what this program wrote, is as if it were not there.
#[must_use]
pub fn coding(folder: &DataFolder, file: &FileName, metadata: &Metadata, sha256: &str) -> Option<Coding> {
    // What was read later knows more groups than what the cycle wrote down.
    coding_before(folder, file, (metadata, sha256), None)
}

/// The same for a run that goes on: what it had read itself before it was interrupted is read once more, from the
/// journal, so that it comes to the same end and the same account as if nothing had happened.
#[must_use]
pub fn coding_before(
    folder: &DataFolder,
    file: &FileName,
    (metadata, sha256): (&Metadata, &str),
    run: Option<&str>,
) -> Option<Coding> {
    let kept = reading(folder, file).filter(|reading| reading.sha256 == sha256);
    let kept = kept.filter(|reading| run.is_none() || reading.run.as_deref() != run);
    kept.map(|reading| reading.coding).or_else(|| recorded(metadata))
}

/// The same of a file whose hash nobody has computed; that is done only where there is a reading.
#[must_use]
pub fn coding_of(folder: &DataFolder, file: &FileName, metadata: &Metadata) -> Option<Coding> {
    let kept = reading(folder, file).filter(|reading| folder.sha256(file).is_ok_and(|sha256| sha256 == reading.sha256));
    kept.map(|reading| reading.coding).or_else(|| recorded(metadata))
}

/// The coding that a cycle wrote into its file.
#[must_use]
pub fn recorded(metadata: &Metadata) -> Option<Coding> {
    sound(metadata.rejoinder.as_ref()?.coding.as_ref()?)
}

/// The coding of the parent's messages, as a cycle had them decided again.
#[must_use]
pub fn of_baseline(metadata: &Metadata) -> Option<Coding> {
    sound(metadata.rejoinder.as_ref()?.baseline.as_ref()?.coding.as_ref()?)
}

fn sound(coding: &Sealed) -> Option<Coding> {
    coding.open().filter(Coding::is_sound)
}

/// Keeps the coding of a results file with this hash, which this run had read.
///
/// # Errors
/// Where it cannot be written.
pub fn keep(
    folder: &DataFolder,
    (file, sha256): (&FileName, &str),
    coding: &Coding,
    run: Option<&str>,
) -> Result<(), data::Error> {
    let (name, sha256, run) = (file.as_str().to_owned(), sha256.to_owned(), run.map(ToOwned::to_owned));
    let reading =
        Reading { schema_version: SCHEMA_VERSION, file: name, sha256, run, coding: coding.clone(), extra: Map::new() };
    folder.replace(&beside(file)?, &json::render(Kind::Readings, &reading)?)
}

/// Where the reading of a file is.
///
/// # Errors
/// Never for the name of a results file, which is as long.
pub fn beside(file: &FileName) -> Result<FileName, data::Error> {
    FileName::new(Kind::Readings, file.stem())
}

fn reading(folder: &DataFolder, file: &FileName) -> Option<Reading> {
    let kept = beside(file).ok().filter(|kept| folder.exists(kept))?;
    let reading: Reading = serde_json::from_slice(&folder.read(&kept).ok()?).ok()?;
    (reading.schema_version <= SCHEMA_VERSION && reading.coding.is_sound()).then_some(reading)
}
