//! Audits of decision makers: `judges/{fingerprint}.json`, the last one of each.

use serde::{Deserialize, Serialize};

use super::file_name::{FileName, Kind};
use super::folder::DataFolder;
use super::{Error, Map, json};

/// The last audit of one decision maker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `fingerprint` and `passed`")]
pub struct JudgeRecord {
    /// Hash of what judges; the file is called by it.
    pub fingerprint: String,
    /// The model, as a person names it.
    pub model: String,
    /// The decision prompt: `strict`, `lenient`, or the file's name.
    pub decision_prompt: String,
    /// The score from which on a decision was a yes, if scores were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Whether the market decided.
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
    /// How many personas each probe was put to, and how often each message was decided.
    pub repeats: u64,
    /// Where the personas and messages are from: a file of the data folder, or `built in`.
    pub source: String,
    /// Answered calls.
    pub calls: u64,
    /// Trials that failed, which are in no rate.
    pub failed_trials: u64,
    /// Probes that got a yes, over all.
    pub false_yes: Counted,
    /// The same by family.
    pub families: Vec<Named>,
    /// Messages that deserve a yes, and got one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deserved_yes: Option<Counted>,
    /// Pairs of decisions on one message that differ.
    pub flips_on_repeat: Counted,
    /// Pairs of decisions on one message in two formats that differ.
    pub flips_in_another_format: Counted,
    /// Pairs of messages that differ in one fact, in which it was missed; of judges that answer with probabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts_missed: Option<Counted>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// A rate as it is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `yes` and `total`")]
pub struct Counted {
    /// How many.
    pub yes: u64,
    /// Out of how many.
    pub total: u64,
    /// Lower end of the 95 % interval of the share, where there is one.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// The rate of a family.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `name`, `yes` and `total`")]
pub struct Named {
    /// The family.
    pub name: String,
    /// Its rate.
    #[serde(flatten)]
    pub rate: Counted,
    /// The one-sided 95 % upper bound of the rate, by which it is judged; absent in older records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
}

/// The file of a decision maker's audit.
///
/// # Errors
///
/// As [`FileName::new`].
pub fn file_name(fingerprint: &str) -> Result<FileName, Error> {
    FileName::new(Kind::Judges, fingerprint)
}

/// The record of a decision maker's last audit, whatever came of it; none if it has never been audited.
///
/// # Errors
///
/// What is wrong with the file, and where.
pub fn record(folder: &DataFolder, fingerprint: &str) -> Result<Option<JudgeRecord>, Error> {
    let file = file_name(fingerprint)?;
    if !folder.exists(&file) {
        return Ok(None);
    }
    json::load(folder, &file).map(|(record, _)| Some(record))
}

/// The same if it passed. A record that cannot be read proves nothing, and neither does another judge's record under
/// this name.
#[must_use]
pub fn passed(folder: &DataFolder, fingerprint: &str) -> Option<JudgeRecord> {
    let record = record(folder, fingerprint).ok().flatten()?;
    (record.passed && record.fingerprint == fingerprint).then_some(record)
}

/// The bytes of a record's file.
///
/// # Errors
///
/// None in practice; see [`json::render`].
pub fn to_bytes(record: &JudgeRecord) -> Result<Vec<u8>, Error> {
    json::render(Kind::Judges, record)
}

/// Writes a record, in place of that of an earlier audit.
///
/// # Errors
///
/// As [`DataFolder::replace`].
pub fn save(folder: &DataFolder, record: &JudgeRecord) -> Result<FileName, Error> {
    let file = file_name(&record.fingerprint)?;
    folder.replace(&file, &to_bytes(record)?)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "a test lays out files that are not the program's")]

    use super::*;

    fn some(fingerprint: &str, passed: bool) -> JudgeRecord {
        let rate = Counted { yes: 1, total: 300, low: Some(0.001), high: Some(0.02) };
        JudgeRecord {
            fingerprint: fingerprint.into(),
            model: "anthropic/claude-haiku-5-5".into(),
            decision_prompt: "strict".into(),
            threshold: Some(0.7),
            simulated: false,
            passed,
            shortfalls: Vec::new(),
            date: "2026-11-25T03:00:00".into(),
            version: "0.1.0".into(),
            battery: "0011223344556677".into(),
            seed: 1,
            repeats: 3,
            source: "built in".into(),
            calls: 400,
            failed_trials: 2,
            false_yes: rate,
            families: vec![Named { name: "hype".into(), rate, bound: Some(0.14) }],
            deserved_yes: Some(rate),
            flips_on_repeat: Counted::default(),
            flips_in_another_format: rate,
            facts_missed: Some(rate),
            extra: Map::from_iter([("later".to_owned(), 1.into())]),
        }
    }

    #[test]
    fn a_record_comes_back_as_it_was_and_a_later_one_takes_its_place() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let name = "00ff00ff00ff00ff";
        assert_eq!((record(&folder, name).unwrap(), passed(&folder, name)), (None, None));
        save(&folder, &some(name, false)).unwrap();
        assert_eq!((record(&folder, name).unwrap(), passed(&folder, name)), (Some(some(name, false)), None));
        save(&folder, &some(name, true)).unwrap();
        assert_eq!(passed(&folder, name), Some(some(name, true)));
        assert_eq!(folder.list(Kind::Judges).unwrap().len(), 1);
    }

    #[test]
    fn a_record_that_cannot_be_read_or_is_anothers_is_none_that_passed() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let file = save(&folder, &some("00ff", true)).unwrap();
        std::fs::copy(folder.path(&file), folder.subfolder(Kind::Judges).join("11ee.json")).unwrap();
        assert_eq!(passed(&folder, "11ee"), None);
        std::fs::write(folder.path(&file), r#"{"passed": "yes"}"#).unwrap();
        assert_eq!(passed(&folder, "00ff"), None);
        assert!(record(&folder, "00ff").is_err() && passed(&folder, "../00ff").is_none());
    }
}
