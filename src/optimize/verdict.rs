//! What a search comes to, in words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cycle::Error;
use super::search::Aim;
use super::segments;
use super::verify::Verified;
pub use crate::compare::needed::MOST_PEOPLE;
use crate::compare::needed::{Answers, Gain, Needed, messages_needed, people_needed};
use crate::compare::pooled::{Pooled, pool};
use crate::compare::power::Size;
use crate::compare::segments::{Segment, judge};
use crate::compare::sequential::Decision;
use crate::data::spool::Texts;

/// The verdict on a challenger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// It is better on unseen people, beyond what chance explains, and no segment pays for it.
    Adopted,
    /// The incumbent stays.
    Kept {
        /// Why.
        because: Because,
    },
    /// It may be better; so few people do not tell.
    NotEnoughData {
        /// So many more personas to verify with would settle a gain of the size that was seen, with 80 % power.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        more_personas: Option<u32>,
        /// Or so many messages to each of those who are there, in place of what there was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        messages_each: Option<u32>,
        /// Why there is no such number, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unreachable: Option<Unreachable>,
    },
}

/// Why no number of people is given that would settle it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreachable {
    /// It would take more than [`MOST_PEOPLE`] to see so small a gain.
    TooMany,
    /// There was no gain to be settled.
    NoGain,
    /// The incumbent's rate leaves no room for such a gain.
    NoRoom,
}

/// Why the incumbent stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// No challenger was left that differs from it.
    NoChallenger,
    /// The best challenger lost to it already on the people whom it was tuned on.
    Beaten,
    /// The gain on unseen people is credibly below what is worth having.
    NoGain,
    /// The gain on the whole is paid for by this segment.
    Segment(String),
    /// It was better, but the messages asked for after that decision show a gain credibly below the least worth having.
    NotConfirmed,
}

/// The power that a plan is for.
pub const POWER: f64 = 0.8;

impl Verdict {
    /// The verdict.
    #[must_use]
    pub fn of(has_challenger: bool, verified: Option<&Verified>, kinds: &[Kind], aim: Aim) -> Self {
        let Some(verified) = verified else {
            let because = if has_challenger { Because::Beaten } else { Because::NoChallenger };
            return Verdict::Kept { because };
        };
        if verified.decision == Decision::Better {
            let inferior = kinds.iter().find(|kind| kind.verdict == Segment::Inferior);
            return match inferior {
                Some(kind) => Verdict::Kept { because: Because::Segment(kind.name.to_owned()) },
                None if verified.later.as_ref().is_some_and(|later| later.shown.vetoes(aim.min_gain)) => {
                    Verdict::Kept { because: Because::NotConfirmed }
                }
                None => Verdict::Adopted,
            };
        }
        match verified.outcome {
            Some(outcome) if outcome.interval.high < aim.min_gain => Verdict::Kept { because: Because::NoGain },
            // At no difference no number of people is advice: nobody knows whether there is anything to be seen.
            Some(outcome) if outcome.mean <= 0.0 => NO_GAIN,
            Some(outcome) => needs(verified, outcome.mean.max(aim.min_gain), aim.alpha),
            None => UNKNOWN,
        }
    }

    /// Whether the challenger takes the incumbent's place.
    #[must_use]
    pub fn adopts(&self) -> bool {
        *self == Verdict::Adopted
    }
}

/// Nothing is known of what would settle it.
const UNKNOWN: Verdict = Verdict::NotEnoughData { more_personas: None, messages_each: None, unreachable: None };

/// There was no gain that more people could settle.
const NO_GAIN: Verdict =
    Verdict::NotEnoughData { more_personas: None, messages_each: None, unreachable: Some(Unreachable::NoGain) };

/// What would settle a gain of this size, in an attempt after this one.
fn needs(verified: &Verified, effect: f64, alpha: f64) -> Verdict {
    let Some(components) = verified.components else { return UNKNOWN };
    let people = verified.differences.iter().filter(|difference| !difference.is_nan()).count() as u32;
    let messages = (1.0 / verified.step).round().max(1.0) as u32;
    let size = Size { personas: people, messages, decisions: 1 };
    let answers = if verified.chances.is_some() { Answers::Chances } else { Answers::YesOrNo };
    let gain = Gain { effect, from: verified.from, answers };
    let (more_personas, unreachable) = match people_needed(&components, size, gain, alpha, POWER) {
        Needed::People(wanted) => (Some(wanted.saturating_sub(people).max(1)), None),
        Needed::TooMany => (None, Some(Unreachable::TooMany)),
        Needed::NoGain => (None, Some(Unreachable::NoGain)),
        Needed::NoRoom => (None, Some(Unreachable::NoRoom)),
    };
    Verdict::NotEnoughData {
        more_personas,
        messages_each: messages_needed(&components, size, gain, alpha, POWER).filter(|wanted| *wanted > messages),
        unreachable,
    }
}

/// A kind of people among those who only verify.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// What it is called.
    pub name: &'static str,
    /// People of it with a difference.
    pub people: usize,
    /// What can be said of it alone.
    pub verdict: Segment,
    /// What can be believed of it together with the other kinds of its cut; `None` where that is nothing.
    pub pooled: Option<Pooled>,
}

/// Every kind of the unseen people of whom there is anybody, and what can be said of each.
///
/// # Errors
/// Where a persona cannot be read.
pub fn kinds(verified: &Verified, unseen: &Texts, aim: Aim) -> Result<Vec<Kind>, Error> {
    let mut texts = Vec::with_capacity(verified.differences.len());
    for index in verified.people.iter().take(verified.differences.len()) {
        texts.push(unseen.get(*index as usize)?);
    }
    let sorted = segments::sorted(texts.iter().map(String::as_str).zip(verified.differences.iter().copied()));
    let differences: Vec<Vec<f64>> = sorted.values().cloned().collect();
    let verdicts = judge(&differences, verified.step, aim.margin, SEGMENT_ALPHA);
    let pooled = pooled(&texts, &verified.differences, aim.margin);
    let kind = |((name, differences), verdict): ((&'static str, Vec<f64>), Segment)| Kind {
        name,
        people: differences.len(),
        verdict,
        pooled: pooled.get(name).copied(),
    };
    Ok(sorted.into_iter().zip(verdicts).map(kind).collect())
}

/// The pooled gain of every kind. Each cut is taken by itself, so that every person is of one kind; people of no kind
/// form one more.
fn pooled(texts: &[String], differences: &[f64], margin: f64) -> BTreeMap<&'static str, Pooled> {
    let mut found = BTreeMap::new();
    for cut in 0..2 {
        let mut kinds: BTreeMap<Option<&'static str>, Vec<f64>> = BTreeMap::new();
        for (text, difference) in texts.iter().zip(differences).filter(|(_, difference)| !difference.is_nan()) {
            kinds.entry(segments::by_cut(text)[cut]).or_default().push(*difference);
        }
        let values: Vec<Vec<f64>> = kinds.values().cloned().collect();
        let believed = pool(&values, margin).unwrap_or_default();
        found.extend(kinds.into_keys().zip(believed).filter_map(|(name, pooled)| Some((name?, pooled?))));
    }
    found
}

/// The chance of refusing for a segment that lost nothing.
const SEGMENT_ALPHA: f64 = 0.05;
