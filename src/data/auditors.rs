//! Audits of auditors: `auditors/{fingerprint}.json`, the last one of each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::file_name::{FileName, Kind};
use super::folder::DataFolder;
use super::judges::Counted;
use super::{Error, Map, json};

/// The last audit of one auditor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `fingerprint` and `passed`")]
pub struct AuditorRecord {
    /// Hash of what audits; the file is called by it.
    pub fingerprint: String,
    /// The model, as a person names it.
    pub model: String,
    /// Whether the market audited.
    pub simulated: bool,
    /// Whether it passed.
    pub passed: bool,
    /// Why it did not, one line each; empty if it passed.
    pub shortfalls: Vec<String>,
    /// When, as [`clock::iso`](super::clock::iso) writes it.
    pub date: String,
    /// The version of `rejoinder`.
    pub version: String,
    /// Hash of what was put to it.
    pub battery: String,
    /// The seed.
    pub seed: u64,
    /// Answered calls.
    pub calls: u64,
    /// Messages that could not be audited, which are in no rate.
    pub failed_audits: u64,
    /// Over all messages.
    #[serde(flatten)]
    pub all: CaughtCounts,
    /// The same by language.
    pub languages: BTreeMap<String, CaughtCounts>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// How many lies were caught and how many honest messages accused, with 95 % intervals of the shares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `lies_caught`, `honest_accused` and `passages_found`")]
pub struct CaughtCounts {
    /// The share of lying messages in which something made up was found.
    pub lies_caught: Counted,
    /// The share of honest messages that were accused.
    pub honest_accused: Counted,
    /// The share of made-up passages that were found.
    pub passages_found: Counted,
}

/// The file of an auditor's audit.
///
/// # Errors
/// As [`FileName::new`].
pub fn file_name(fingerprint: &str) -> Result<FileName, Error> {
    FileName::new(Kind::Auditors, fingerprint)
}

/// The record of an auditor's last audit, whatever came of it. `None` if it has never been audited, or if the file
/// under its name belongs to another.
///
/// # Errors
/// What is wrong with the file, and where.
pub fn record(folder: &DataFolder, fingerprint: &str) -> Result<Option<AuditorRecord>, Error> {
    let file = file_name(fingerprint)?;
    if !folder.exists(&file) {
        return Ok(None);
    }
    let (record, _): (AuditorRecord, _) = json::load(folder, &file)?;
    Ok(Some(record).filter(|record| record.fingerprint == fingerprint))
}

/// The bytes of a record's file.
///
/// # Errors
/// None in practice; see [`json::render`].
pub fn to_bytes(record: &AuditorRecord) -> Result<Vec<u8>, Error> {
    json::render(Kind::Auditors, record)
}

/// Writes a record, in place of that of an earlier audit.
///
/// # Errors
/// As [`DataFolder::replace`].
pub fn save(folder: &DataFolder, record: &AuditorRecord) -> Result<FileName, Error> {
    let file = file_name(&record.fingerprint)?;
    folder.replace(&file, &to_bytes(record)?)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "a test lays out files that are not the program's")]

    use super::*;

    fn some(fingerprint: &str, passed: bool) -> AuditorRecord {
        let rate = Counted { yes: 1, total: 48, low: Some(0.001), high: Some(0.2) };
        let counts = CaughtCounts { lies_caught: rate, honest_accused: Counted::default(), passages_found: rate };
        AuditorRecord {
            fingerprint: fingerprint.into(),
            model: "anthropic/claude-haiku-5-5".into(),
            simulated: false,
            passed,
            shortfalls: Vec::new(),
            date: "2026-11-25T03:00:00".into(),
            version: "0.1.0".into(),
            battery: "0011223344556677".into(),
            seed: 1,
            calls: 100,
            failed_audits: 0,
            all: counts,
            languages: BTreeMap::from([("de".to_owned(), counts)]),
            extra: Map::from_iter([("later".to_owned(), 1.into())]),
        }
    }

    #[test]
    fn a_record_comes_back_as_it_was_and_a_later_one_takes_its_place() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let name = "00ff00ff00ff00ff";
        assert_eq!(record(&folder, name).unwrap(), None);
        save(&folder, &some(name, false)).unwrap();
        assert_eq!(record(&folder, name).unwrap(), Some(some(name, false)));
        save(&folder, &some(name, true)).unwrap();
        assert_eq!(record(&folder, name).unwrap(), Some(some(name, true)));
        assert_eq!(folder.list(Kind::Auditors).unwrap().len(), 1);
    }

    #[test]
    fn a_record_of_another_is_none_and_one_that_cannot_be_read_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let file = save(&folder, &some("00ff", true)).unwrap();
        std::fs::copy(folder.path(&file), folder.subfolder(Kind::Auditors).join("11ee.json")).unwrap();
        assert_eq!(record(&folder, "11ee").unwrap(), None);
        std::fs::write(folder.path(&file), r#"{"passed": "yes"}"#).unwrap();
        assert!(record(&folder, "00ff").is_err());
    }
}
