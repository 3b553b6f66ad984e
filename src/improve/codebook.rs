//! The codebook of a lineage: groups of what people hold against messages, and of what they like about them.
//!
//! A model names the groups ([`naming`](super::naming)) and sorts every reasoning into them
//! ([`sorting`](super::sorting)). A group that has been named stays what it is: its name always means the same
//! definition, so that two versions of a lineage can be laid side by side.

use serde::{Deserialize, Serialize};

use super::feedback::shortened;
use super::objections::{OTHER, UNSORTED};
use crate::evaluate::decision_maker::Objection;

/// Groups of a side that one naming adds at most.
pub const MOST_NAMED: usize = 15;
/// Groups of a side that a codebook holds at most.
pub const MOST_GROUPS: usize = 40;
/// Characters of a name.
const LONGEST_NAME: usize = 60;
/// Characters of a definition.
const LONGEST_DEFINITION: usize = 400;

/// Which way a reason speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Against the message: what a no objects to.
    Against,
    /// In favour of it: what a yes likes.
    InFavour,
}

impl Side {
    /// Both.
    pub const ALL: [Side; 2] = [Side::Against, Side::InFavour];

    /// The side of a decision's reasons.
    #[must_use]
    pub fn from_decision(yes: bool) -> Self {
        if yes { Side::InFavour } else { Side::Against }
    }

    /// As requests and files have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Side::Against => "against",
            Side::InFavour => "in_favour",
        }
    }
}

/// A reason that recurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its name, in a few English words: pages are in English, and quotes stay in the language that they were said in.
    pub name: String,
    /// What belongs to it.
    pub definition: String,
    /// Which way it speaks.
    pub side: Side,
}

/// A group as a model names it, before it is in the codebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// Its name.
    pub name: String,
    /// What belongs to it.
    pub definition: String,
}

/// All groups that a lineage has named. It only ever grows, and a group keeps its place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Codebook {
    groups: Vec<Group>,
}

impl Codebook {
    /// Its groups, in the order in which they were named.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Those of one side.
    pub fn of_side(&self, side: Side) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(move |group| group.side == side)
    }

    /// What people hold against messages, as a decision maker is asked about it.
    #[must_use]
    pub fn objections(&self) -> Vec<Objection> {
        let of_group = |group: &Group| Objection { name: group.name.clone(), meaning: group.definition.clone() };
        self.of_side(Side::Against).map(of_group).collect()
    }

    /// Whether a side has no group.
    #[must_use]
    pub fn lacks(&self, side: Side) -> bool {
        self.of_side(side).next().is_none()
    }

    /// The place of the group of this name, compared without case, white space and marks around it.
    #[must_use]
    pub fn place(&self, side: Side, name: &str) -> Option<usize> {
        let wanted = folded(name);
        self.groups.iter().position(|group| group.side == side && folded(&group.name) == wanted)
    }

    /// Adds groups that a model named. A name that is in use stays what it is defined as: a reason with another
    /// definition needs another name. Gives how many are new.
    pub fn add(&mut self, side: Side, proposed: Vec<Proposed>) -> usize {
        let before = self.groups.len();
        for Proposed { name, definition } in proposed {
            if self.place(side, &name).is_none() && self.of_side(side).count() < MOST_GROUPS {
                self.groups.push(Group { name, definition, side });
            }
        }
        self.groups.len() - before
    }

    /// Whether this is the other codebook, or what that one grew into.
    #[cfg(test)]
    pub fn continues(&self, earlier: &Codebook) -> bool {
        self.groups.starts_with(&earlier.groups)
    }

    /// The groups of a side as a request lists them: `- name: definition`.
    #[must_use]
    pub fn lines(&self, side: Side) -> String {
        let line = |group: &Group| format!("- {}: {}", group.name, group.definition);
        self.of_side(side).map(line).collect::<Vec<_>>().join("\n")
    }
}

impl Proposed {
    /// A group as it is kept: on one line, without marks around the name; `None` where it names or defines nothing, or
    /// has one of the two names that stand for no group.
    #[must_use]
    pub fn new(name: &str, definition: &str) -> Option<Self> {
        let name = shortened(plain(name).trim_matches(is_mark), LONGEST_NAME);
        let definition = shortened(&plain(definition), LONGEST_DEFINITION);
        let says = |text: &str| text.chars().any(char::is_alphanumeric);
        let is_ours = [OTHER, UNSORTED].contains(&folded(&name).as_str());
        (says(&name) && says(&definition) && !is_ours).then_some(Proposed { name, definition })
    }
}

/// Without control characters, and in a name without the colon that ends it in a list.
fn plain(text: &str) -> String {
    let plain = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    plain.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands around a name and is no part of it.
fn is_mark(letter: char) -> bool {
    letter.is_whitespace() || (!letter.is_alphanumeric() && !matches!(letter, ')' | '%' | '?' | '!'))
}

/// A name as names are compared.
pub(super) fn folded(name: &str) -> String {
    plain(name).trim_matches(is_mark).to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn proposed(name: &str, definition: &str) -> Vec<Proposed> {
        Proposed::new(name, definition).into_iter().collect()
    }

    #[test]
    fn a_name_in_use_keeps_its_definition_and_its_place() {
        let mut book = Codebook::default();
        assert_eq!(book.add(Side::Against, proposed("wrong moment", "The time is not right.")), 1);
        assert_eq!(book.add(Side::Against, proposed(" \"Wrong  moment\". ", "Something else altogether.")), 0);
        assert_eq!(book.add(Side::InFavour, proposed("wrong moment", "They like it late.")), 1);
        assert_eq!(book.groups()[0].definition, "The time is not right.");
        assert_eq!(book.place(Side::Against, "WRONG MOMENT"), Some(0));
        assert_eq!(book.place(Side::InFavour, "wrong moment"), Some(1));
    }

    #[test]
    fn what_names_nothing_is_no_group() {
        for (name, definition) in [
            ("", "Something."),
            ("...", "Something."),
            ("no proof", "  "),
            ("Something else", "The rest."),
            ("unsorted", "What nobody read."),
        ] {
            assert_eq!(Proposed::new(name, definition), None, "{name}");
        }
        let long = Proposed::new(&"very ".repeat(40), &"long ".repeat(400)).unwrap();
        assert!(
            long.name.chars().count() <= LONGEST_NAME + 1 && long.definition.chars().count() <= LONGEST_DEFINITION + 1
        );
    }

    proptest! {
        /// Whatever is added: names are unique on their side, what was there stays as it was, and the size is bounded.
        #[test]
        fn a_codebook_only_grows(rounds in prop::collection::vec(
            prop::collection::vec(("[a-cA-C \"]{0,3}\\PC{0,3}", "[a-z]{0,4}", any::<bool>()), 0..60), 0..4)) {
            let mut book = Codebook::default();
            for round in rounds {
                let before = book.clone();
                for (name, definition, yes) in round {
                    book.add(Side::from_decision(yes), proposed(&name, &definition));
                }
                prop_assert!(book.continues(&before));
            }
            for side in Side::ALL {
                let names: Vec<String> = book.of_side(side).map(|group| folded(&group.name)).collect();
                let mut unique = names.clone();
                unique.sort();
                unique.dedup();
                prop_assert_eq!(unique.len(), names.len());
                prop_assert!(names.len() <= MOST_GROUPS);
            }
            let read: Codebook = serde_json::from_str(&serde_json::to_string(&book).unwrap()).unwrap();
            prop_assert_eq!(read, book);
        }
    }
}
