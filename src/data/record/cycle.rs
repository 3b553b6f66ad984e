//! The story of a cycle as its file tells it: `metadata.rejoinder.metrics.cycle`.

use serde::{Deserialize, Serialize};

use super::findings::{ByHand, Change, CycleVerdict, Objective, Refused, Step};
use super::lenient;
use super::proof::{ProofRecord, SegmentRecord};
use super::rates::{RatesRecord, Span};
use crate::compare::second_judge::Opinion;

/// What a cycle found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CycleRecord {
    /// What it came to.
    #[serde(deserialize_with = "lenient::object")]
    pub verdict: Option<RecordedVerdict>,
    /// What was raised.
    #[serde(deserialize_with = "lenient::value")]
    pub objective: Objective,
    /// Why people said no to the prompt before, the most frequent first.
    #[serde(deserialize_with = "lenient::objects")]
    pub objections: Vec<Group>,
    /// How much of what they said was sorted; `None` where nothing was.
    #[serde(deserialize_with = "lenient::object")]
    pub sorted_reasonings: Option<Sorted>,
    /// What became of the objections with an adopted challenger.
    #[serde(deserialize_with = "lenient::value")]
    pub objections_changed: Vec<Change>,
    /// What those who said yes named.
    #[serde(deserialize_with = "lenient::objects")]
    pub liked: Vec<Group>,
    /// Challengers that were asked for.
    #[serde(deserialize_with = "lenient::object")]
    pub challengers: Option<Challengers>,
    /// Instructions that were tried, the most helpful first.
    #[serde(deserialize_with = "lenient::objects")]
    pub instructions: Vec<Instruction>,
    /// Trials of the search.
    #[serde(deserialize_with = "lenient::value")]
    pub explored_trials: u64,
    /// The race of the best.
    #[serde(deserialize_with = "lenient::object")]
    pub race: Option<Race>,
    /// The prompt that won it, adopted or not.
    #[serde(deserialize_with = "lenient::value")]
    pub challenger: Option<String>,
    /// What became of the advice with an adopted challenger.
    #[serde(deserialize_with = "lenient::value")]
    pub advice_changed: Vec<Step>,
    /// Who was learned from and who only verified.
    #[serde(deserialize_with = "lenient::object")]
    pub personas: Option<People>,
    /// The proof on people kept aside; `None` if the cycle did not come that far.
    #[serde(deserialize_with = "lenient::object")]
    pub proof: Option<ProofRecord>,
    /// Kinds of those people.
    #[serde(deserialize_with = "lenient::objects")]
    pub segments: Vec<SegmentRecord>,
    /// What a second judge says of an adopted challenger.
    #[serde(deserialize_with = "lenient::object")]
    pub referee: Option<Referee>,
    /// The people of the file and the incumbent ...
    #[serde(deserialize_with = "lenient::object")]
    pub before: Option<RatesRecord>,
    /// ... and an adopted challenger.
    #[serde(deserialize_with = "lenient::object")]
    pub after: Option<RatesRecord>,
    /// Calls that the search took.
    #[serde(deserialize_with = "lenient::value")]
    pub search_calls: u64,
    /// What became of the candidates that the user wrote.
    #[serde(deserialize_with = "lenient::value", skip_serializing_if = "Vec::is_empty")]
    pub by_hand: Vec<ByHand>,
    /// Texts of people who were generated for the proof and only verified.
    #[serde(deserialize_with = "lenient::value", skip_serializing_if = "Vec::is_empty")]
    pub generated_people: Vec<String>,
    /// The chance that the run's remaining calls gain something worth having, in percent.
    #[serde(deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub chance_of_more: Option<f64>,
}

impl CycleRecord {
    /// The verdict; `None` also if a later version wrote one that this version does not know.
    #[must_use]
    pub fn verdict(&self) -> Option<&CycleVerdict> {
        match self.verdict.as_ref()? {
            RecordedVerdict::Known(verdict) => Some(verdict),
            RecordedVerdict::Unknown { .. } => None,
        }
    }
}

/// A verdict, or at least its word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RecordedVerdict {
    /// One of this version.
    Known(CycleVerdict),
    /// Another.
    Unknown {
        /// Its word.
        verdict: String,
    },
}

impl RecordedVerdict {
    /// Its word in files: `not_enough_data`.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            RecordedVerdict::Known(CycleVerdict::Adopted) => "adopted",
            RecordedVerdict::Known(CycleVerdict::Kept { .. }) => "kept",
            RecordedVerdict::Known(CycleVerdict::NotEnoughData { .. }) => "not_enough_data",
            RecordedVerdict::Unknown { verdict } => verdict,
        }
    }
}

/// A group of what people said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// What it is called.
    pub name: String,
    /// The share of people in it, in percent. Earlier versions have this alone.
    #[serde(default, deserialize_with = "lenient::value")]
    pub share_of_personas: Option<f64>,
    /// People in it.
    #[serde(default, deserialize_with = "lenient::value")]
    pub personas: Option<u64>,
    /// People of whom what they said was sorted.
    #[serde(default, deserialize_with = "lenient::value")]
    pub of: Option<u64>,
    /// The 95 % interval of the share.
    #[serde(default, deserialize_with = "lenient::value")]
    pub interval_95: Option<Span>,
}

/// How much of what people said was sorted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sorted {
    /// Reasonings that were.
    pub sorted: u64,
    /// Reasonings in all.
    pub of: u64,
}

/// Challengers that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Challengers {
    /// How many.
    #[serde(deserialize_with = "lenient::value")]
    pub asked: Option<u64>,
    /// How many passed the screen.
    #[serde(deserialize_with = "lenient::value")]
    pub passed: Option<u64>,
    /// Passages that were cut out of those.
    #[serde(deserialize_with = "lenient::value")]
    pub cut_passages: u64,
    /// Candidates that did not pass.
    #[serde(deserialize_with = "lenient::objects")]
    pub refused: Vec<Refused>,
}

/// What an instruction does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instruction {
    /// Its words.
    pub text: String,
    /// What it changes about the chance of success, in percentage points.
    pub change: f64,
    /// Its effect on the logit scale ...
    #[serde(default, deserialize_with = "lenient::value")]
    pub logit: Option<f64>,
    /// ... and the standard deviation of that.
    #[serde(default, deserialize_with = "lenient::value")]
    pub sd: Option<f64>,
    /// Whether the winner of the race has it.
    #[serde(default, deserialize_with = "lenient::value")]
    pub in_challenger: bool,
    /// Whether the incumbent has it.
    #[serde(default, deserialize_with = "lenient::value")]
    pub in_incumbent: bool,
}

/// The race of the best candidates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Race {
    /// How many.
    pub finalists: u64,
    /// Trials of all of them.
    pub trials: u64,
}

/// Who was learned from and who only verified.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct People {
    /// Personas of the former.
    #[serde(deserialize_with = "lenient::value")]
    pub learned_from: Option<u64>,
    /// Personas of the latter.
    #[serde(deserialize_with = "lenient::value")]
    pub unseen: Option<u64>,
    /// How many of these were generated for the proof.
    #[serde(deserialize_with = "lenient::value")]
    pub generated: u64,
}

/// What a second judge, from whom nothing was learned, says of the gain. Differences are in percentage points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Referee {
    /// Its model.
    pub model: String,
    /// Whether it sees the gain as well.
    #[serde(default, deserialize_with = "lenient::value")]
    pub opinion: Option<SecondOpinion>,
    /// What earlier versions wrote instead: whether the gain was significant.
    #[serde(default, deserialize_with = "lenient::value", skip_serializing)]
    pub agrees: Option<bool>,
    /// The gain by its decisions.
    #[serde(default, deserialize_with = "lenient::value")]
    pub paired_difference: Option<f64>,
    /// The 95 % interval of that.
    #[serde(default, deserialize_with = "lenient::value")]
    pub interval_95: Option<Span>,
    /// How much more it sees than the first judge.
    #[serde(default, deserialize_with = "lenient::value")]
    pub beyond_the_first_judge: Option<f64>,
    /// The 95 % interval of that.
    #[serde(default, deserialize_with = "lenient::value")]
    pub beyond_interval_95: Option<Span>,
    /// Whether that includes the first judge's luck.
    #[serde(default, deserialize_with = "lenient::value")]
    pub beyond_is_selected: Option<bool>,
}

impl Referee {
    /// Whether it sees the gain. That it was not significant, which is all that earlier versions tell, says nothing.
    #[must_use]
    pub fn opinion(&self) -> Option<Opinion> {
        let earlier = |agrees: bool| if agrees { Opinion::Holds } else { Opinion::CannotTell };
        self.opinion.map(Opinion::from).or(self.agrees.map(earlier))
    }
}

/// The word for a second judge's opinion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondOpinion {
    /// It sees a gain too.
    Holds,
    /// It shows none.
    DoesNot,
    /// There are too few people to tell which.
    CannotTell,
}

impl From<Opinion> for SecondOpinion {
    fn from(of: Opinion) -> Self {
        match of {
            Opinion::Holds => SecondOpinion::Holds,
            Opinion::DoesNot => SecondOpinion::DoesNot,
            Opinion::CannotTell => SecondOpinion::CannotTell,
        }
    }
}

impl From<SecondOpinion> for Opinion {
    fn from(word: SecondOpinion) -> Self {
        match word {
            SecondOpinion::Holds => Opinion::Holds,
            SecondOpinion::DoesNot => Opinion::DoesNot,
            SecondOpinion::CannotTell => Opinion::CannotTell,
        }
    }
}
