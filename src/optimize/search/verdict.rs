//! What a search comes to, in words.

use std::collections::BTreeMap;

use super::Aim;
use super::verify::Verified;
pub use crate::compare::needed::MOST_PEOPLE;
use crate::compare::needed::{Answers, Gain, Needed, messages_needed, people_needed};
use crate::compare::pooled::{Pooled, pool};
use crate::compare::power::Size;
use crate::compare::segments::{Segment, judge};
use crate::compare::sequential::Decision;
pub use crate::data::record::{Because, CycleVerdict, Unreachable};
use crate::optimize::before::earlier::Aside;
use crate::optimize::people::kinds::Kinds;

/// The power that a plan is for.
pub const POWER: f64 = 0.8;

impl CycleVerdict {
    /// The verdict.
    #[must_use]
    pub fn of(has_challenger: bool, verified: Option<&Verified>, kinds: &[KindVerdict], aim: Aim) -> Self {
        let Some(verified) = verified else {
            let because = if has_challenger { Because::Beaten } else { Because::NoChallenger };
            return CycleVerdict::Kept { because };
        };
        if verified.decision == Decision::Better {
            let inferior = kinds.iter().find(|kind| kind.verdict == Segment::Inferior);
            return match inferior {
                Some(kind) => CycleVerdict::Kept { because: Because::Segment(kind.name.clone()) },
                None if verified.later.as_ref().is_some_and(|later| later.shown.vetoes(aim.min_gain)) => {
                    CycleVerdict::Kept { because: Because::NotConfirmed }
                }
                None => CycleVerdict::Adopted,
            };
        }
        match verified.outcome {
            Some(outcome) if outcome.interval.high < aim.min_gain => CycleVerdict::Kept { because: Because::NoGain },
            // At no difference no number of people is advice: nobody knows whether there is anything to be seen.
            Some(outcome) if outcome.mean <= 0.0 => NO_GAIN,
            Some(outcome) => needs(verified, outcome.mean.max(aim.min_gain), aim.alpha),
            None => UNKNOWN,
        }
    }

    /// Whether the challenger takes the incumbent's place.
    #[must_use]
    pub fn adopts(&self) -> bool {
        *self == CycleVerdict::Adopted
    }
}

/// Nothing is known of what would settle it.
const UNKNOWN: CycleVerdict =
    CycleVerdict::NotEnoughData { more_personas: None, messages_each: None, unreachable: None };

/// There was no gain that more people could settle.
const NO_GAIN: CycleVerdict =
    CycleVerdict::NotEnoughData { more_personas: None, messages_each: None, unreachable: Some(Unreachable::NoGain) };

/// What would settle a gain of this size, in an attempt after this one.
fn needs(verified: &Verified, effect: f64, alpha: f64) -> CycleVerdict {
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
    CycleVerdict::NotEnoughData {
        more_personas,
        messages_each: messages_needed(&components, size, gain, alpha, POWER).filter(|wanted| *wanted > messages),
        unreachable,
    }
}

/// A kind of people among those who only verify, and what can be said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct KindVerdict {
    /// What it is called.
    pub name: String,
    /// People of it with a difference.
    pub people: usize,
    /// What can be said of it alone.
    pub verdict: Segment,
    /// What can be believed of it together with the other kinds; `None` where that is nothing.
    pub pooled: Option<Pooled>,
}

/// Every kind of the unseen people, in the order in which they were asked, of whom there is anybody, and what can be
/// said of each.
#[must_use]
pub fn kinds(verified: &Verified, order: &[Aside], known: &Kinds, aim: Aim) -> Vec<KindVerdict> {
    // Who is of no kind stands under no name: one more kind for the model of all of them, of which nothing is said.
    let mut sorted: BTreeMap<Option<&str>, Vec<f64>> = BTreeMap::new();
    for (one, difference) in order.iter().zip(&verified.differences).filter(|(_, difference)| !difference.is_nan()) {
        sorted.entry(known.name(one.key)).or_default().push(*difference);
    }
    let values: Vec<Vec<f64>> = sorted.values().cloned().collect();
    let pooled = pool(&values, aim.margin).unwrap_or_else(|| vec![None; values.len()]);
    let named: Vec<(&str, Vec<f64>, Option<Pooled>)> = sorted
        .into_iter()
        .zip(pooled)
        .filter_map(|((name, differences), pooled)| Some((name?, differences, pooled)))
        .collect();
    let differences: Vec<Vec<f64>> = named.iter().map(|(_, differences, _)| differences.clone()).collect();
    let verdicts = judge(&differences, verified.step, aim.margin, SEGMENT_ALPHA);
    let kind = |((name, differences, pooled), verdict): ((&str, Vec<f64>, Option<Pooled>), Segment)| KindVerdict {
        name: name.to_owned(),
        people: differences.len(),
        verdict,
        pooled,
    };
    named.into_iter().zip(verdicts).map(kind).collect()
}

/// The chance of refusing for a segment that lost nothing.
const SEGMENT_ALPHA: f64 = 0.05;
