//! How a prompt stands: what its messages met, and how much of it is grounded.

use std::collections::BTreeMap;

use super::grounded::{Judgement, RunTallies};
use crate::compare::Tally;
use crate::data::entries::Entries;
use crate::data::entry::DecidedMessage;
use crate::data::{self, DataFolder, Entry, FileName, Gather, Part, results_stream};
use crate::evaluate::grounding::{Audit, Grounding};
use crate::improve::{Coding, Feedback, Objections};
use crate::optimize::objective::Objective;
use crate::optimize::people::pairing::{Clusters, Key};
use crate::optimize::people::split::People;

/// What is known of a prompt from its messages and their decisions.
#[derive(Clone, Debug, Default)]
pub struct PromptStats {
    /// What was said by those from whom is learned.
    pub heard: Feedback,
    /// Yes, per persona.
    pub response: Clusters,
    /// The decisions of those from whom is learned, with what is known of the claims.
    pub learned: RunTallies,
    /// The same of those who only verify.
    pub unseen: RunTallies,
    /// Yes to messages that make nothing up as far as is known, per persona.
    not_made_up: Clusters,
}

impl PromptStats {
    /// Of these entries of a run.
    ///
    /// # Errors
    /// Where an entry cannot be had.
    pub fn of_entries(entries: &Entries, people: &People) -> Result<Self, data::Error> {
        let (mut stats, mut index) = (PromptStats::default(), 0);
        entries.each(&mut |entry| {
            stats.gather(&Entry::from_result(Part::Results, index, entry), people);
            index += 1;
            true
        })?;
        Ok(stats)
    }

    /// Of a results file.
    ///
    /// # Errors
    /// As [`Results::load`](crate::data::Results::load).
    pub fn of_file(folder: &DataFolder, file: &FileName, people: &People) -> Result<Self, data::Error> {
        let see = |stats: &mut PromptStats, entry: &Entry<'_>| stats.gather(entry, people);
        Ok(results_stream::fold(folder, file, PromptStats::default, see)?.0)
    }

    fn gather(&mut self, entry: &Entry<'_>, people: &People) {
        if entry.part != Part::Results {
            return;
        }
        let persona = entry.persona.get();
        let is_unseen = people.is_unseen(&persona);
        if !is_unseen {
            self.heard.gather(entry);
        }
        let audits: Vec<Audit> = entry.messages.iter().map(|said| said.audit().unwrap_or_default()).collect();
        let messages = || entry.messages.iter().zip(&audits);
        let tallies = if is_unseen { &mut self.unseen } else { &mut self.learned };
        let judged = |(said, audit)| {
            let said: &DecidedMessage<'_> = said;
            Judgement { yes: said.yes, chance: said.score, audit }
        };
        tallies.add(&persona, messages().map(judged));
        self.response.add_entry(entry);
        let counts = messages().map(|(said, audit)| said.yes && audit.grounding() != Grounding::MadeUp);
        self.not_made_up.add(&persona, Tally::from_decisions(counts));
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
            Objective::Grounded => &self.not_made_up,
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
