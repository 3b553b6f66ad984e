//! Whether a decision maker ranks real readers: `calibrations/{lineage}.json`, the last calibration of each lineage.

use serde::{Deserialize, Serialize};

use super::file_name::{FileName, Kind};
use super::folder::DataFolder;
use super::judges::Counted;
use super::provenance::RealExamples;
use super::{Error, Map, json, versions};

/// What a decision maker's decisions on messages that were really sent have to do with the replies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `lineage` and `fingerprint`")]
pub struct Calibration {
    /// What all files of the lineage begin with.
    pub lineage: String,
    /// The campaigns whose messages were judged.
    pub campaigns: Vec<String>,
    /// Hash of what judges.
    pub fingerprint: String,
    /// The model, as a person names it.
    pub model: String,
    /// The decision prompt: `strict`, `lenient`, `inbox`, or the file's name.
    pub decision_prompt: String,
    /// The score from which on a decision was a yes, if scores were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Whether the market decided.
    pub simulated: bool,
    /// When, as [`clock::iso`](super::clock::iso) writes it.
    pub date: String,
    /// The version of `rejoinder`.
    pub version: String,
    /// Real replies of all people who were written to and judged.
    pub replies: Counted,
    /// How many of the replies were hoped for.
    pub positive: u64,
    /// Trials that failed, which are in nothing.
    #[serde(default)]
    pub failed_trials: u64,
    /// Whether it ranks those who replied above those who did not; none where nobody, or everybody, replied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranked: Option<Ranked>,
    /// The same for replies that were hoped for, where there are enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranked_positive: Option<Ranked>,
    /// Replies after a yes.
    pub after_yes: Counted,
    /// Replies after a no.
    pub after_no: Counted,
    /// How many times as often people reply after a yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<Ratio>,
    /// By step and by segment, where there is enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// What predictions for people who were not written to do for the rate, where some were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicted: Option<Predicted>,
    /// The correlation of what it said with the replies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<f64>,
    /// The real examples that the judge was shown, if any: each person is judged by those of other companies' folds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examples: Option<RealExamples>,
    /// Whether they made it rank better; none without examples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_examples: Option<OfExamples>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// How well it ranks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `auc` and `p`")]
pub struct Ranked {
    /// Area under the ROC curve.
    pub auc: f64,
    /// Lower end of its 95 % interval; none where every score is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Two-sided p-value of the exact test.
    pub p: f64,
    /// How many replied.
    pub replied: u64,
    /// How many did not.
    pub silent: u64,
    /// What that shows.
    pub verdict: RankVerdict,
}

/// What examples do for a judge's ranking of the same people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `without` and `with`")]
pub struct OfExamples {
    /// Area under the ROC curve without examples.
    pub without: f64,
    /// The area with them.
    pub with: f64,
    /// Lower end of the 95 % interval of the difference; none where both rank everybody alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// How many replied.
    pub replied: u64,
    /// How many did not.
    pub silent: u64,
    /// What that shows.
    pub verdict: ExamplesVerdict,
}

/// Whether examples help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExamplesVerdict {
    /// It ranks better with them.
    Better,
    /// It ranks worse.
    Worse,
    /// Neither was shown.
    NotShown,
    /// Too few replied, or too few did not.
    TooFew,
}

/// What a calibration has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RankVerdict {
    /// People who replied have higher scores.
    Ranks,
    /// They have lower ones.
    Reversed,
    /// Neither was shown.
    NotShown,
}

/// A ratio of two rates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `low`")]
pub struct Ratio {
    /// As counted; none where nobody replied after a no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end; none where it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

/// A part of the messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `kind` and `name`")]
pub struct Part {
    /// `step` or `segment`.
    pub kind: String,
    /// Which.
    pub name: String,
    /// Replies in it.
    pub replies: Counted,
    /// How well it ranks in it; none where there is too little to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranked: Option<Ranked>,
}

/// A real rate, alone and with predictions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `people` and `narrower`")]
pub struct Predicted {
    /// People for whom there are predictions alone.
    pub people: u64,
    /// The rate with them.
    pub rate: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Lower end of the interval without them, by the same rule.
    pub plain_low: f64,
    /// Upper end.
    pub plain_high: f64,
    /// By what share the interval is narrower; negative if it is wider.
    pub narrower: f64,
    /// Whether that may be believed.
    pub is_worth_it: bool,
}

/// The file of the lineage that a results file of this name belongs to.
///
/// # Errors
///
/// As [`FileName::new`].
pub fn file_name(results: &str) -> Result<FileName, Error> {
    FileName::new(Kind::Calibrations, &versions::lineage_base(results))
}

/// What is known of the lineage that a results file of this name belongs to; none where it was never calibrated.
///
/// # Errors
///
/// What is wrong with the file, and where.
pub fn of_lineage(folder: &DataFolder, results: &str) -> Result<Option<Calibration>, Error> {
    let file = file_name(results)?;
    if !folder.exists(&file) {
        return Ok(None);
    }
    json::load(folder, &file).map(|(calibration, _)| Some(calibration))
}

/// The bytes of a calibration's file.
///
/// # Errors
///
/// None in practice; see [`json::render`].
pub fn to_bytes(calibration: &Calibration) -> Result<Vec<u8>, Error> {
    json::render(Kind::Calibrations, calibration)
}

/// Writes a calibration in place of an earlier one.
///
/// # Errors
///
/// As [`DataFolder::replace`].
pub fn save(folder: &DataFolder, calibration: &Calibration) -> Result<FileName, Error> {
    let file = FileName::new(Kind::Calibrations, &calibration.lineage)?;
    folder.replace(&file, &to_bytes(calibration)?)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calibration_is_found_from_every_file_of_its_lineage() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let text = r#"{"lineage": "b2b_results", "campaigns": ["spring"], "fingerprint": "00ff", "model": "market",
            "decision_prompt": "strict", "simulated": true, "date": "2026-11-30T01:00:00", "version": "0.1.0",
            "replies": {"yes": 20, "total": 400, "low": 0.03, "high": 0.08}, "positive": 4,
            "ranked": {"auc": 0.52, "low": 0.41, "high": 0.63, "p": 0.7, "replied": 20, "silent": 380,
                       "verdict": "not_shown"},
            "after_yes": {"yes": 10, "total": 120, "low": null, "high": null},
            "after_no": {"yes": 10, "total": 280, "low": null, "high": null},
            "ratio": {"ratio": 2.3, "low": 1.0, "high": 5.4}, "later": 1}"#;
        let calibration: Calibration = json::parse(text.as_bytes()).unwrap();
        assert_eq!(of_lineage(&folder, "b2b_results_improvement_run_v2").unwrap(), None);
        save(&folder, &calibration).unwrap();
        for name in ["b2b_results_20260802_144126", "b2b_results_improvement_run_v2"] {
            assert_eq!(of_lineage(&folder, name).unwrap(), Some(calibration.clone()), "{name}");
        }
        assert_eq!(of_lineage(&folder, "other_results_20260802_144126").unwrap(), None);
    }
}
