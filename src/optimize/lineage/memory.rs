//! What a lineage has found out about advice: every item that was tried, the ideas that they were sorted into, and what
//! each trial of them came to. It stands in the lineage's record, so that nothing is learned twice: neither by the next
//! cycle nor by another run.
//!
//! Scores are worth the same only where the same models wrote, decided and audited for the same goal, and advice only
//! beside the same facts and rules: what is remembered of others is not used.

use serde::{Deserialize, Serialize};

use super::Lineage;
use crate::data::{self, DataFolder, FileName, Kind, results_stream, versions};
use crate::optimize::people::pairing::Key;

/// The most trials that are remembered; the latest are kept.
pub const MOST_TRIALS: usize = 3_000;
/// The most that a trial may weigh: no run writes more messages to a person.
pub const MOST_WEIGHT: f64 = 10_000.0;
/// The most items that are remembered: those of trials, and those that several challengers proposed.
pub const MOST_ITEMS: usize = 300;

/// The memory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// Who wrote, decided and audited, what counted, and which facts applied: see [`Memory::usable`].
    pub scale: String,
    /// Challengers that were asked for so far and passed.
    pub challengers: u32,
    /// The ideas.
    pub ideas: Vec<RememberedIdea>,
    /// The items.
    pub items: Vec<RememberedItem>,
    /// The trials, the first one first.
    pub trials: Vec<RememberedTrial>,
}

/// An idea.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedIdea {
    /// What the sorter calls it; empty where nobody named it.
    pub name: String,
    /// Challengers that proposed it.
    pub proposals: u32,
    /// Challengers that could have proposed it: those written for a prompt that lacked it.
    pub chances: u32,
    /// Ideas that one message cannot follow together with this one, by index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<usize>,
}

/// An item of advice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedItem {
    /// What it says.
    pub text: String,
    /// The index of its idea.
    pub idea: usize,
}

/// A trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RememberedTrial {
    /// The persona, by the hash of its text, 8 hexadecimal digits.
    pub persona: String,
    /// The items of its prompt, by index.
    pub items: Vec<usize>,
    /// What it was worth, in 0..=1.
    pub score: f64,
    /// How many trials with one decision it tells as much as; absent for one.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: f64,
}

impl Default for RememberedTrial {
    fn default() -> Self {
        RememberedTrial { persona: String::new(), items: Vec::new(), score: 0.0, weight: one() }
    }
}

fn one() -> f64 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(weight: &f64) -> bool {
    (weight - 1.0).abs() < 1e-9
}

impl Memory {
    /// Whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The memory if it was kept on this scale; otherwise an empty one.
    #[must_use]
    pub fn usable(&self, scale: &str) -> Memory {
        if self.scale == scale && self.is_sound() { self.clone() } else { Memory::default() }
    }

    /// A file's memory is only a hint: an index out of range discards it.
    fn is_sound(&self) -> bool {
        let has = |item: &usize| *item < self.items.len();
        self.items.iter().all(|item| item.idea < self.ideas.len())
            && self.ideas.iter().flat_map(|idea| &idea.conflicts).all(|other| *other < self.ideas.len())
            && self.trials.iter().all(|trial| trial.items.iter().all(has) && (0.0..=1.0).contains(&trial.score))
            && self.trials.iter().all(|trial| (0.0..=MOST_WEIGHT).contains(&trial.weight))
    }
}

/// What the lineage of a file remembers and can be used on this scale: the memory of the file itself or of another run
/// of the lineage, whichever knows more. Runs that began no earlier than this one are left out, so that a resumed run
/// knows what it knew before.
///
/// # Errors
/// Where a file of the lineage cannot be read.
pub fn of_lineage(
    folder: &DataFolder,
    (file, lineage): (&FileName, &Lineage),
    scale: &str,
    began: &str,
) -> Result<Memory, data::Error> {
    let base = versions::lineage_base(file.stem());
    let mut found = lineage.memory.usable(scale);
    let mut others: Vec<FileName> = folder.list(Kind::Results)?;
    others.retain(|other| {
        let is_version = versions::version_of(other.stem()).is_some() && versions::lineage_base(other.stem()) == base;
        is_version && other != file
    });
    others.sort_by_key(|other| std::cmp::Reverse(versions::version_of(other.stem())));
    for other in others.iter().take(MOST_SIBLINGS) {
        let ((), head) = results_stream::gather(folder, other, &())?;
        if head.metadata.processing_date.as_str() >= began {
            continue;
        }
        let Some(theirs) = Lineage::of(&head).map(|lineage| lineage.memory.usable(scale)) else { continue };
        if theirs.trials.len() > found.trials.len() {
            found = theirs;
        }
    }
    Ok(found)
}

/// The most other runs of a lineage that are read; the latest are.
const MOST_SIBLINGS: usize = 5;

/// The identifier of a persona: the beginning of the hash of its text.
pub fn number(persona: &str) -> String {
    format!("{:08x}", Key::of(persona).number())
}
