//! What people say of a run's messages, decisions and claims: `opinions/{its name}.json`, beside the results file,
//! which is never written twice.

use serde::{Deserialize, Serialize};

use super::file_name::{FileName, Kind};
use super::folder::DataFolder;
use super::{Error, Map, json};

/// The version of the format below.
const SCHEMA_VERSION: u32 = 1;

/// The opinions on one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `opinions`")]
pub struct Opinions {
    schema_version: u32,
    /// In the order in which they were given.
    pub opinions: Vec<Opinion>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// What one person says of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// The entry of the run, from 0.
    pub persona: u32,
    /// Its message, from 0.
    pub message: u32,
    /// Of what, and what.
    #[serde(flatten)]
    pub about: About,
    /// Why, or where it stands.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Who says so: the name that they gave.
    pub who: String,
    /// When, as [`clock::iso`](super::clock::iso) writes it.
    pub at: String,
}

/// What an opinion is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum About {
    /// The message: whether the person would send it.
    Message {
        /// See there.
        would_send: bool,
    },
    /// The decision: what the judge said, and what the person says.
    Decision {
        /// Whether the judge said yes.
        judge: bool,
        /// Whether the person would.
        person: bool,
    },
    /// A claim: whether the auditor called it made up, and whether the person does.
    Claim {
        /// Its first character, and one past its last.
        start: usize,
        /// See `start`.
        end: usize,
        /// See there.
        auditor_made_up: bool,
        /// See there.
        person_made_up: bool,
    },
}

impl Opinion {
    /// Whether the same person says something else of the same thing.
    fn replaces(&self, other: &Opinion) -> bool {
        let is_same = match (self.about, other.about) {
            (About::Message { .. }, About::Message { .. }) | (About::Decision { .. }, About::Decision { .. }) => true,
            (About::Claim { start, end, .. }, About::Claim { start: from, end: to, .. }) => (start, end) == (from, to),
            _ => false,
        };
        is_same && (self.persona, self.message, &self.who) == (other.persona, other.message, &other.who)
    }
}

impl Default for Opinions {
    fn default() -> Self {
        Opinions { schema_version: SCHEMA_VERSION, opinions: Vec::new(), extra: Map::new() }
    }
}

impl Opinions {
    /// The opinions on a run; empty if nobody has given any.
    ///
    /// # Errors
    /// What is wrong with the file, and where.
    pub fn load(folder: &DataFolder, run: &FileName) -> Result<Self, Error> {
        let file = FileName::new(Kind::Opinions, run.stem())?;
        if !folder.exists(&file) {
            return Ok(Opinions::default());
        }
        let (found, _): (Opinions, _) = json::load(folder, &file)?;
        if found.schema_version > SCHEMA_VERSION {
            let path = folder.path(&file);
            return Err(Error::NewerSchema { path, found: found.schema_version.into(), known: SCHEMA_VERSION });
        }
        Ok(found)
    }

    /// Keeps an opinion. It replaces what the same person said of the same thing before.
    ///
    /// # Errors
    /// Where the file cannot be read or written.
    pub fn keep(folder: &DataFolder, run: &FileName, opinion: Opinion) -> Result<(), Error> {
        let _lock = folder.lock(Kind::Opinions)?;
        let mut all = Opinions::load(folder, run)?;
        all.opinions.retain(|other| !opinion.replaces(other));
        all.opinions.push(opinion);
        folder.replace(&FileName::new(Kind::Opinions, run.stem())?, &json::render(Kind::Opinions, &all)?)
    }

    /// The opinions on one message.
    pub fn on(&self, persona: u32, message: u32) -> impl Iterator<Item = &Opinion> {
        self.opinions.iter().filter(move |opinion| (opinion.persona, opinion.message) == (persona, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opinion(who: &str, about: About) -> Opinion {
        let (note, at) = ("It stands on page 3.".to_owned(), "2026-01-02T03:04:05".to_owned());
        Opinion { persona: 2, message: 0, about, note, who: who.into(), at }
    }

    #[test]
    fn the_last_word_of_each_person_on_each_thing_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let run = FileName::new(Kind::Results, "tea_results_20260101_000000").unwrap();
        let claim = |start, made_up| About::Claim { start, end: 9, auditor_made_up: true, person_made_up: made_up };
        let given = [
            opinion("Ann", About::Decision { judge: true, person: true }),
            opinion("Bo", About::Decision { judge: true, person: true }),
            opinion("Ann", About::Message { would_send: false }),
            opinion("Ann", claim(0, false)),
            opinion("Ann", claim(3, true)),
            opinion("Ann", About::Decision { judge: true, person: false }),
        ];
        for opinion in given.clone() {
            Opinions::keep(&folder, &run, opinion).unwrap();
        }
        let kept = Opinions::load(&folder, &run).unwrap();
        assert_eq!(kept.opinions, given[1..]);
        assert_eq!((kept.on(2, 0).count(), kept.on(2, 1).count()), (5, 0));
    }
}
