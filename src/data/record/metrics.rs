//! What a cycle measured: `metadata.rejoinder.metrics`.

use serde::{Deserialize, Serialize};

use super::cycle::CycleRecord;
use super::rates::Span;
use super::{lenient, percent};
use crate::compare::{Comparison, Interval, Rate};

/// What a cycle measured. The comparison stands beside our record, under the names that the original service uses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metrics {
    /// Whether one judge decided before and after: two rates compare only then.
    #[serde(deserialize_with = "lenient::value")]
    pub one_judge: Option<bool>,
    /// The record of a cycle of ours.
    #[serde(deserialize_with = "lenient::object")]
    pub cycle: Option<CycleRecord>,
    /// The people of the file before ...
    #[serde(deserialize_with = "lenient::object", skip_serializing_if = "Option::is_none")]
    pub original: Option<ResponseRate>,
    /// ... and after.
    #[serde(deserialize_with = "lenient::object", skip_serializing_if = "Option::is_none")]
    pub improved: Option<ResponseRate>,
    /// The difference; `None` where no new messages were written.
    #[serde(deserialize_with = "lenient::object", skip_serializing_if = "Option::is_none")]
    pub improvement: Option<Improvement>,
}

impl Metrics {
    /// What a cycle found, with the comparison of the people of the file where there is one.
    #[must_use]
    pub fn new(comparison: Option<&Comparison>, one_judge: bool, cycle: CycleRecord) -> Self {
        Metrics {
            one_judge: Some(one_judge),
            cycle: Some(cycle),
            original: comparison.map(|comparison| (&comparison.original).into()),
            improved: comparison.map(|comparison| (&comparison.improved).into()),
            improvement: comparison.map(Improvement::from),
        }
    }
}

/// A rate by the original service's names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResponseRate {
    /// Times yes.
    #[serde(deserialize_with = "lenient::value")]
    pub positive_responses: u64,
    /// Decisions.
    #[serde(deserialize_with = "lenient::value")]
    pub total_messages: u64,
    /// In percent.
    #[serde(deserialize_with = "lenient::value")]
    pub response_rate: Option<f64>,
    /// Its 95 % interval.
    #[serde(deserialize_with = "lenient::value")]
    pub interval_95: Option<Span>,
}

impl From<&Rate> for ResponseRate {
    fn from(of: &Rate) -> Self {
        ResponseRate {
            positive_responses: of.yes,
            total_messages: of.total,
            response_rate: of.share().map(percent),
            interval_95: of.interval.map(Span::from),
        }
    }
}

/// The difference between two runs, in percentage points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Improvement {
    /// The difference of the two rates.
    #[serde(deserialize_with = "lenient::value")]
    pub absolute_improvement: Option<f64>,
    /// That difference in percent of the rate before.
    #[serde(deserialize_with = "lenient::value")]
    pub relative_improvement: Option<f64>,
    /// People of both runs.
    #[serde(deserialize_with = "lenient::value")]
    pub paired_personas: u64,
    /// Their mean difference.
    #[serde(deserialize_with = "lenient::value")]
    pub paired_difference: Option<f64>,
    /// Its 95 % interval.
    #[serde(deserialize_with = "lenient::value")]
    pub interval_95: Option<Span>,
    /// People who changed their minds in favour.
    #[serde(deserialize_with = "lenient::value")]
    pub flipped_to_yes: u64,
    /// People who changed their minds against.
    #[serde(deserialize_with = "lenient::value")]
    pub flipped_to_no: u64,
    /// P-value of the two-sided sign test.
    #[serde(deserialize_with = "lenient::value")]
    pub sign_test_p: Option<f64>,
}

impl Improvement {
    /// The mean difference with its interval, in shares of 1.
    #[must_use]
    pub fn gain(&self) -> Option<(f64, Interval)> {
        Some((self.paired_difference? / 100.0, self.interval_95?.interval()))
    }
}

impl From<&Comparison> for Improvement {
    fn from(of: &Comparison) -> Self {
        Improvement {
            absolute_improvement: of.absolute().map(percent),
            relative_improvement: of.relative().map(percent),
            paired_personas: of.personas,
            paired_difference: of.difference.map(percent),
            interval_95: of.interval.map(Span::from),
            flipped_to_yes: of.flipped_to_yes,
            flipped_to_no: of.flipped_to_no,
            sign_test_p: Some(of.p_value),
        }
    }
}
