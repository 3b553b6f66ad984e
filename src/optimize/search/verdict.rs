//! What a search comes to, in words.

use std::collections::BTreeMap;

use super::Aim;
use super::segments;
use super::verify::Verified;
pub use crate::compare::needed::MOST_PEOPLE;
use crate::compare::needed::{Answers, Gain, Needed, messages_needed, people_needed};
use crate::compare::pooled::{Pooled, pool};
use crate::compare::power::Size;
use crate::compare::segments::{Segment, judge};
use crate::compare::sequential::Decision;
pub use crate::data::record::{Because, Unreachable, Verdict};
use crate::data::spool::Texts;
use crate::optimize::error::Error;

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
