//! What a cycle finds, in the words in which it is kept: verdict, aim, and what became of advice, objections and
//! candidates.

use serde::{Deserialize, Serialize};

/// The verdict on a challenger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum CycleVerdict {
    /// It is better on unseen people, beyond what chance explains, and no segment pays for it.
    Adopted,
    /// The incumbent stays.
    Kept {
        /// Why.
        because: Because,
    },
    /// It may be better; so few people do not tell.
    NotEnoughData {
        /// This many more personas kept aside would settle a gain of the observed size, with 80% power.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        more_personas: Option<u32>,
        /// Or this many messages to each of those who are there, in place of the present number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        messages_each: Option<u32>,
        /// Why there is no such number, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unreachable: Option<Unreachable>,
    },
}

/// Why no number of people is given that would settle the gain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreachable {
    /// It would take more people than anybody asks to see so small a gain.
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

/// What the optimizer raises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// The share of messages that get a yes and make nothing up.
    #[default]
    Grounded,
    /// The share of messages that get a yes, whatever they claim.
    Response,
}

/// One item that was added, replaced or dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Step {
    /// It was not there before.
    Added {
        /// What it says.
        text: String,
    },
    /// It stands in the place of one that says something like it.
    Replaced {
        /// What that said.
        before: String,
        /// What it says.
        text: String,
    },
    /// It is gone, and nothing like it is there.
    Dropped {
        /// What it said.
        before: String,
    },
}

/// What became of one objection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Course {
    /// Nobody raised it before.
    Appeared,
    /// A larger share of the personas raises it.
    Grew,
    /// The same share of personas raises it.
    Stayed,
    /// A smaller share does.
    Shrank,
    /// Nobody raises it any more.
    WentAway,
}

/// How many raise an objection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectionCount {
    /// Reasonings.
    pub count: usize,
    /// Distinct personas.
    pub personas: usize,
    /// Personas in all.
    pub of: usize,
}

/// One objection before and after. It describes what was said; whether a change is more than noise is for `compare`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub course: Course,
    /// Before.
    pub before: ObjectionCount,
    /// After.
    pub after: ObjectionCount,
}

/// What became of a candidate that the user wrote.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ByHand {
    /// The prompt as it was tested, after the facts and rules of the lineage; as it was given where it was not tested.
    pub prompt: String,
    /// Passages that were cut out before it was tested, each with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<String>,
    /// Why it was not tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// How it did in the race; `None` where it took no part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raced: Option<InTheRace>,
    /// The share of successes that is expected of it with an average persona, and that of the current prompt, in 0..=1:
    /// an estimate from all trials of the search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<(f64, f64)>,
    /// Whether it asks for nothing else than the current prompt does, so that there was nothing to test.
    #[serde(default)]
    pub same: bool,
    /// Whether it won the race: then the verdict and the proof of the cycle are its own.
    #[serde(default)]
    pub won: bool,
}

/// How a candidate did in the race.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InTheRace {
    /// Sum of the scores of its messages, each in 0..=1.
    pub successes: f64,
    /// Its messages.
    pub messages: usize,
    /// After how many people it was dropped, since another was clearly better; `None` if it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped_after: Option<usize>,
}

/// A challenger that was not tested, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Its beginning.
    pub prompt: String,
    /// What is wrong with it.
    pub why: String,
}

/// What a claim is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// A customer, named or described, or evidence from one.
    Customer,
    /// A number with what it counts.
    Figure,
    /// What somebody got from it.
    Result,
    /// A standard that the offer meets.
    Certification,
    /// Something that the product connects with.
    Integration,
    /// Something seen of the reader, or had with them.
    SharedHistory,
    /// A price, a discount or a condition.
    Price,
    /// A blank that was never filled in.
    Placeholder,
    /// No claim, but text that is no part of the message: it speaks to whoever ordered it, and not to its reader.
    Remark,
    /// Anything else that can be checked: awards, press, the team's past.
    #[serde(other)]
    Other,
}
