//! Rates, mean chances and intervals as a record has them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::findings::ClaimKind;
use super::{lenient, percent};
use crate::compare::{Interval, Mean, Rate};

/// The ends of an interval, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "[f64; 2]")]
pub struct Span {
    /// The lower one.
    pub low: f64,
    /// The upper one.
    pub high: f64,
}

impl Span {
    /// The interval in shares of 1.
    #[must_use]
    pub fn interval(self) -> Interval {
        Interval { low: self.low / 100.0, high: self.high / 100.0 }
    }
}

impl From<Interval> for Span {
    fn from(of: Interval) -> Self {
        Span { low: percent(of.low), high: percent(of.high) }
    }
}

impl From<Span> for [f64; 2] {
    fn from(span: Span) -> Self {
        [span.low, span.high]
    }
}

impl TryFrom<Vec<f64>> for Span {
    type Error = &'static str;

    fn try_from(ends: Vec<f64>) -> Result<Self, Self::Error> {
        match ends[..] {
            [low, high, ..] => Ok(Span { low, high }),
            _ => Err("an interval has two ends"),
        }
    }
}

/// How many of how many.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RateRecord {
    /// Times yes.
    #[serde(deserialize_with = "lenient::value")]
    pub yes: u64,
    /// Decisions.
    #[serde(deserialize_with = "lenient::value")]
    pub total: u64,
    /// The share, in percent; `None` of nothing.
    #[serde(deserialize_with = "lenient::value")]
    pub rate: Option<f64>,
    /// Its 95 % interval.
    #[serde(deserialize_with = "lenient::value")]
    pub interval_95: Option<Span>,
}

impl From<&Rate> for RateRecord {
    fn from(of: &Rate) -> Self {
        let (rate, interval_95) = (of.share().map(percent), of.interval.map(Span::from));
        RateRecord { yes: of.yes, total: of.total, rate, interval_95 }
    }
}

impl RateRecord {
    /// The rate. How many people there were is not in a record.
    #[must_use]
    pub fn rate(&self, personas: u64, simulated: bool) -> Rate {
        let interval = self.interval_95.map(Span::interval);
        Rate { yes: self.yes, total: self.total, personas, interval, simulated }
    }
}

/// A mean chance of a yes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chance {
    /// In percent.
    pub mean: f64,
    /// Its 95 % interval.
    pub interval_95: Span,
    /// People.
    pub personas: u64,
    /// Decisions; earlier versions did not count them.
    #[serde(default, deserialize_with = "lenient::value")]
    pub decisions: u64,
}

impl From<&Mean> for Chance {
    fn from(of: &Mean) -> Self {
        let (mean, interval_95) = (percent(of.mean), of.interval.into());
        Chance { mean, interval_95, personas: of.personas, decisions: of.outcomes }
    }
}

impl Chance {
    /// The mean, in shares of 1.
    #[must_use]
    pub fn mean(&self) -> Mean {
        let (mean, interval) = (self.mean / 100.0, self.interval_95.interval());
        Mean { mean, outcomes: self.decisions, personas: self.personas, interval }
    }
}

/// The rates of some messages, and their claims.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RatesRecord {
    /// Yes of all decisions.
    #[serde(deserialize_with = "lenient::object")]
    pub response: Option<RateRecord>,
    /// Yes to messages that make nothing up; `None` where no claims were checked.
    #[serde(deserialize_with = "lenient::object")]
    pub grounded_response: Option<RateRecord>,
    /// Messages.
    #[serde(deserialize_with = "lenient::value")]
    pub messages: u64,
    /// Messages whose claims a model has read. Earlier versions had rules find claims, and lack this: nothing is
    /// checked then.
    #[serde(deserialize_with = "lenient::value")]
    pub checked_messages: u64,
    /// Of these, messages that make something up.
    #[serde(deserialize_with = "lenient::value")]
    pub made_up_messages: u64,
    /// Messages that nobody checked, with a blank that was never filled in.
    #[serde(deserialize_with = "lenient::value")]
    pub open_blanks: u64,
    /// Claims that nothing supports, by kind.
    #[serde(deserialize_with = "lenient::value")]
    pub made_up_claims: BTreeMap<ClaimKind, u64>,
    /// The mean chance of a yes, where decisions are chances.
    #[serde(deserialize_with = "lenient::object", skip_serializing_if = "Option::is_none")]
    pub mean_chance_of_yes: Option<Chance>,
}

impl RatesRecord {
    /// The rate of yes to messages that make nothing up, as far as claims were checked.
    #[must_use]
    pub fn grounded(&self) -> Option<&RateRecord> {
        self.grounded_response.as_ref().filter(|_| self.checked_messages > 0)
    }
}
