//! What a search comes to, in words.

use serde::{Deserialize, Serialize};

use super::cycle::Error;
use super::search::Aim;
use super::segments;
use super::verify::Verified;
use crate::compare::power::{self, Size};
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
    },
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
}

/// The power that a plan is for.
pub const POWER: f64 = 0.8;

impl Verdict {
    /// The verdict.
    #[must_use]
    pub fn of(
        has_challenger: bool,
        verified: Option<&Verified>,
        segments: &[(&'static str, Segment, usize)],
        aim: Aim,
    ) -> Self {
        let Some(verified) = verified else {
            let because = if has_challenger { Because::Beaten } else { Because::NoChallenger };
            return Verdict::Kept { because };
        };
        if verified.decision == Decision::Better {
            let inferior = segments.iter().find(|(_, segment, _)| *segment == Segment::Inferior);
            return match inferior {
                Some((name, ..)) => Verdict::Kept { because: Because::Segment((*name).to_owned()) },
                None => Verdict::Adopted,
            };
        }
        match verified.outcome {
            Some(outcome) if outcome.interval.high < aim.min_gain => Verdict::Kept { because: Because::NoGain },
            Some(outcome) => needs(verified, outcome.mean.max(aim.min_gain)),
            None => Verdict::NotEnoughData { more_personas: None, messages_each: None },
        }
    }

    /// Whether the challenger takes the incumbent's place.
    #[must_use]
    pub fn adopts(&self) -> bool {
        *self == Verdict::Adopted
    }
}

/// What would settle a gain of this size.
fn needs(verified: &Verified, effect: f64) -> Verdict {
    let Some(components) = verified.components else {
        return Verdict::NotEnoughData { more_personas: None, messages_each: None };
    };
    let people = verified.differences.iter().filter(|difference| !difference.is_nan()).count() as u32;
    let messages = (1.0 / verified.step).round().max(1.0) as u32;
    let size = Size { personas: people, messages, decisions: 1 };
    let wanted = power::personas_for(&components, size, effect, verified.alpha, POWER);
    Verdict::NotEnoughData {
        more_personas: wanted.map(|wanted| wanted.saturating_sub(people).max(1)),
        messages_each: power::messages_for(&components, size, effect, verified.alpha, POWER)
            .filter(|wanted| *wanted > messages),
    }
}

/// The segments of the unseen people that are large enough to be asked, and what can be said of each.
///
/// # Errors
/// Where a persona cannot be read.
pub fn segments(verified: &Verified, unseen: &Texts, aim: Aim) -> Result<Vec<(&'static str, Segment, usize)>, Error> {
    let mut texts = Vec::with_capacity(verified.differences.len());
    for index in verified.people.iter().take(verified.differences.len()) {
        texts.push(unseen.get(*index as usize)?);
    }
    let sorted = segments::sorted(texts.iter().map(String::as_str).zip(verified.differences.iter().copied()));
    let differences: Vec<Vec<f64>> = sorted.values().cloned().collect();
    let verdicts = judge(&differences, verified.step, aim.margin, SEGMENT_ALPHA);
    let all = sorted.into_iter().zip(verdicts).map(|((name, own), verdict)| (name, verdict, own.len()));
    Ok(all.filter(|(_, verdict, _)| *verdict != Segment::TooSmall).collect())
}

/// The chance of refusing for a segment that lost nothing.
const SEGMENT_ALPHA: f64 = 0.05;
