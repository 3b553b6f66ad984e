//! How a prompt stands: what its messages met, and how much of it is grounded.

use std::collections::BTreeMap;

use super::lab;
use super::objective::Objective;
use super::pairing::{Clusters, Key};
use super::split::People;
use crate::compare::Tally;
use crate::data::entries::Entries;
use crate::data::{self, DataFolder, Entry, FileName, Gather, Part, results_stream};
use crate::evaluate::claims::{Facts, Kind};
use crate::improve::{Coding, Heard, Objections};

/// What is known of a prompt from its messages and their decisions.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// What was said by those from whom is learned.
    pub heard: Heard,
    /// Yes, per persona.
    pub response: Clusters,
    /// Yes and nothing made up, per persona.
    pub grounded: Clusters,
    /// Messages.
    pub messages: u64,
    /// Messages that claim what nothing supports.
    pub ungrounded: u64,
    /// Such claims, by kind.
    pub claims: BTreeMap<Kind, u64>,
}

impl Standing {
    /// Of these entries of a run.
    ///
    /// # Errors
    /// Where an entry cannot be had.
    pub fn of_entries(entries: &Entries, people: &People, facts: &Facts) -> Result<Self, data::Error> {
        let (mut standing, mut index) = (Standing::default(), 0);
        entries.each(&mut |entry| {
            standing.take(&Entry::of(Part::Results, index, entry), people, facts);
            index += 1;
            true
        })?;
        Ok(standing)
    }

    /// Of a results file.
    ///
    /// # Errors
    /// As [`Results::load`](crate::data::Results::load).
    pub fn of_file(folder: &DataFolder, file: &FileName, people: &People, facts: &Facts) -> Result<Self, data::Error> {
        let see = |standing: &mut Standing, entry: &Entry<'_>| standing.take(entry, people, facts);
        Ok(results_stream::fold(folder, file, Standing::default, see)?.0)
    }

    fn take(&mut self, entry: &Entry<'_>, people: &People, facts: &Facts) {
        if entry.part != Part::Results {
            return;
        }
        let persona = entry.persona.get();
        if !people.is_unseen(&persona) {
            self.heard.take(entry);
        }
        let (mut response, mut grounded) = (Tally::default(), Tally::default());
        for said in &entry.messages {
            let kinds = lab::ungrounded(&said.message.get(), facts, &persona);
            self.messages += 1;
            self.ungrounded += u64::from(!kinds.is_empty());
            response += Tally::of([said.yes]);
            grounded += Tally::of([said.yes && kinds.is_empty()]);
            for (kind, count) in kinds {
                *self.claims.entry(kind).or_default() += u64::from(count);
            }
        }
        self.response.add(&persona, response);
        self.grounded.add(&persona, grounded);
    }

    /// What was said comes down to this, by groups where it was sorted.
    #[must_use]
    pub fn objections(&self, coding: Option<&Coding>) -> Objections {
        let objections = self.heard.objections();
        match coding {
            Some(coding) => objections.by(coding),
            None => objections,
        }
    }

    /// The tallies of what counts.
    #[must_use]
    pub fn by(&self, objective: Objective) -> &Clusters {
        match objective {
            Objective::Grounded => &self.grounded,
            Objective::Response => &self.response,
        }
    }

    /// For personas that are learned from, by index: the sum of scores and their number.
    ///
    /// # Errors
    /// Where a persona cannot be read.
    pub fn known(&self, people: &People, objective: Objective) -> Result<BTreeMap<u32, (f64, u32)>, data::Error> {
        let (clusters, mut known) = (self.by(objective), BTreeMap::new());
        for index in &people.learn {
            let tally = clusters.of_key(Key::of(&people.all.get(*index as usize)?));
            if tally.total > 0 {
                known.insert(*index, (tally.yes as f64, tally.total as u32));
            }
        }
        Ok(known)
    }
}
