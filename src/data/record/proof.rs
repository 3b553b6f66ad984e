//! The proof on people kept aside, as a record has it.

use serde::{Deserialize, Serialize};

use super::lenient;
use super::rates::{Chance, RatesRecord, Span};
use crate::compare::segments::Segment;

/// The proof on people kept aside. Gains are in percentage points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProofRecord {
    /// The median-unbiased gain; `None` where no look was taken.
    #[serde(deserialize_with = "lenient::value")]
    pub gain: Option<f64>,
    /// Its 95 % interval.
    #[serde(deserialize_with = "lenient::value")]
    pub interval_95: Option<Span>,
    /// The plain mean of the differences.
    #[serde(deserialize_with = "lenient::value")]
    pub mean_difference: Option<f64>,
    /// Of the one-sided test.
    #[serde(deserialize_with = "lenient::value")]
    pub p_value: Option<f64>,
    /// Level of that test.
    #[serde(deserialize_with = "lenient::value")]
    pub alpha: Option<f64>,
    /// Looks that were taken.
    #[serde(deserialize_with = "lenient::value")]
    pub looks: Option<u64>,
    /// People who were asked.
    #[serde(deserialize_with = "lenient::value")]
    pub personas: Option<u64>,
    /// Trials of both sides.
    #[serde(deserialize_with = "lenient::value")]
    pub trials: u64,
    /// How many of them the decision took.
    #[serde(deserialize_with = "lenient::value")]
    pub decided_after_trials: u64,
    /// The incumbent's messages that were there already.
    #[serde(deserialize_with = "lenient::value")]
    pub earlier_messages: u64,
    /// What was asked after a decision for the challenger.
    #[serde(deserialize_with = "lenient::object")]
    pub after_the_decision: Option<AfterDecision>,
    /// What failed trials leave open; `None` where none failed.
    #[serde(deserialize_with = "lenient::object")]
    pub failed_trials: Option<FailedTrials>,
    /// The incumbent there.
    #[serde(deserialize_with = "lenient::object")]
    pub before: Option<RatesRecord>,
    /// The challenger there.
    #[serde(deserialize_with = "lenient::object")]
    pub after: Option<RatesRecord>,
    /// Where the scatter of the differences comes from.
    #[serde(deserialize_with = "lenient::object")]
    pub variance: Option<Variance>,
    /// Decisions that each message got.
    #[serde(deserialize_with = "lenient::value")]
    pub decisions_per_message: u32,
    /// Decisions that would have given the most precision for each call.
    #[serde(deserialize_with = "lenient::value")]
    pub best_decisions_per_message: Option<u32>,
    /// The mean chances of a yes of both sides, where decisions are chances. Earlier versions have them here alone.
    #[serde(deserialize_with = "lenient::object", skip_serializing_if = "Option::is_none")]
    pub mean_chance_of_yes: Option<Chances>,
}

/// Messages that were asked for once the challenger had won, and had no part in that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AfterDecision {
    /// What they show.
    pub gain: f64,
    /// Its 95 % interval.
    pub interval_95: Span,
    /// Pairs of messages.
    pub pairs: u64,
    /// People.
    pub personas: u64,
    /// `others` than decided, the `same`, or `both`.
    pub whom: String,
}

/// How far trials that failed may have moved the gain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailedTrials {
    /// The incumbent's share of failed trials, in percent.
    pub before: f64,
    /// The challenger's.
    pub after: f64,
    /// The gain if all of them had spoken against it.
    pub gain_at_worst: f64,
    /// The gain if all of them had spoken for it.
    pub gain_at_best: f64,
    /// A 95 % interval that allows for both.
    pub interval_95: Span,
}

/// Variances of a person's difference, in shares of 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variance {
    /// Between people.
    pub between_personas: f64,
    /// Between the messages to one.
    pub between_messages: Option<f64>,
    /// Between the decisions on one message.
    pub between_decisions: Option<f64>,
}

/// The mean chances of a yes of both sides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Chances {
    /// The incumbent's.
    #[serde(deserialize_with = "lenient::object")]
    pub before: Option<Chance>,
    /// The challenger's.
    #[serde(deserialize_with = "lenient::object")]
    pub after: Option<Chance>,
}

/// What was found of one kind of people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentRecord {
    /// Its name.
    pub name: String,
    /// People of it.
    pub personas: u64,
    /// What can be said of it alone.
    pub verdict: SegmentVerdict,
    /// What can be believed of it by a model of all kinds.
    #[serde(default, deserialize_with = "lenient::object")]
    pub pooled: Option<Pooled>,
}

impl SegmentRecord {
    /// What it gains at least with a chance of 95 %, in points, by a model of all kinds; a loss where it is below 0.
    #[must_use]
    pub fn gains_at_least(&self) -> Option<f64> {
        Some(self.pooled.as_ref()?.interval_90?.low)
    }
}

/// What can be said of one kind of people. The words are those of the first files, and stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SegmentVerdict {
    /// It loses less than the margin.
    NonInferior,
    /// It loses.
    Inferior,
    /// Neither is shown.
    Unclear,
    /// Too few people to tell.
    TooSmall,
    /// A word of a later version.
    #[serde(other)]
    Unknown,
}

impl From<Segment> for SegmentVerdict {
    fn from(of: Segment) -> Self {
        match of {
            Segment::NonInferior => SegmentVerdict::NonInferior,
            Segment::Inferior => SegmentVerdict::Inferior,
            Segment::Unclear => SegmentVerdict::Unclear,
            Segment::TooSmall => SegmentVerdict::TooSmall,
        }
    }
}

/// What a model in which kinds are somewhat alike says of one of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pooled {
    /// Its gain.
    #[serde(deserialize_with = "lenient::value")]
    pub gain: Option<f64>,
    /// The 90 % interval of that: the gain is above its lower end with a chance of 95 %.
    #[serde(deserialize_with = "lenient::value")]
    pub interval_90: Option<Span>,
    /// The chance that it loses more than the margin, in percent.
    #[serde(deserialize_with = "lenient::value")]
    pub chance_of_harm: Option<f64>,
}
