//! What is known of a campaign's replies, as imports are merged into it.

use std::collections::HashMap;

use crate::data::replies::{self, Counts, Outcome};
use crate::data::{DataFolder, Error};

/// Outcomes in the order in which they became known. Who is new comes after those who are known, in the order of their
/// ids, which are hashes: the order in which the arms of a test are read must not follow from what was answered.
#[derive(Debug, Default)]
pub struct Known {
    outcomes: Vec<Outcome>,
    /// By the lead's id.
    places: HashMap<String, usize>,
}

impl Known {
    /// What the folder knows; nothing where there are no replies yet.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn read(folder: &DataFolder, campaign: &str) -> Result<Self, Error> {
        let mut known = Known::default();
        if folder.exists(&replies::file_name(campaign)?) {
            for outcome in replies::open(folder, campaign)? {
                known.add(outcome?);
            }
        }
        Ok(known)
    }

    /// Merges one import into it. Whether that is news.
    pub fn merge(&mut self, outcomes: impl IntoIterator<Item = Outcome>) -> bool {
        let mut is_news = false;
        let mut new: Vec<Outcome> = Vec::new();
        for outcome in outcomes {
            match self.places.get(&outcome.lead) {
                Some(at) => {
                    let before = self.outcomes[*at].clone();
                    self.outcomes[*at].merge(outcome);
                    is_news |= self.outcomes[*at] != before;
                }
                None => new.push(outcome),
            }
        }
        new.sort_by(|one, other| one.lead.cmp(&other.lead));
        is_news |= !new.is_empty();
        new.into_iter().for_each(|outcome| self.add(outcome));
        is_news
    }

    fn add(&mut self, outcome: Outcome) {
        self.places.insert(outcome.lead.clone(), self.outcomes.len());
        self.outcomes.push(outcome);
    }

    /// What is known of a lead.
    pub fn about(&self, lead: &str) -> Option<&Outcome> {
        self.places.get(lead).map(|at| &self.outcomes[*at])
    }

    /// Drops what rested on an import that is gone: events of people to whom nothing was sent, and judgements of no
    /// reply.
    pub fn settle(self) -> Self {
        let mut settled = Known::default();
        for mut outcome in self.outcomes.into_iter().filter(|outcome| !outcome.sent.is_empty()) {
            outcome.positive = outcome.positive.filter(|_| outcome.reply.is_some());
            settled.add(outcome);
        }
        settled
    }

    /// All of them.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.outcomes.is_empty()
    }

    /// People counted.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.outcomes.iter().for_each(|outcome| counts.add(outcome));
        counts
    }

    /// Writes it in place of what was known; where nothing is, there is no file. The caller holds the lock on `replies/`.
    ///
    /// # Errors
    /// As [`replies::replace`]; the file is then as it was.
    pub fn write(&self, folder: &DataFolder, campaign: &str) -> Result<(), Error> {
        if self.is_empty() {
            return folder.remove(&replies::file_name(campaign)?);
        }
        replies::replace(folder, campaign, self.outcomes.iter().cloned().map(Ok)).map(drop)
    }
}
