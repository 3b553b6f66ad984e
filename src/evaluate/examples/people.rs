//! Who is who: the leads that a text describes, now or earlier, and who works with whom.

use std::collections::{HashMap, HashSet};

use crate::data::campaigns::Campaign;
use crate::data::leads::colleagues::{self, Groups};
use crate::data::leads::lead::text_hash;
use crate::data::leads::{self, Lead, LeadList};
use crate::data::{self, DataFolder, FileName};
use crate::model::digest_number;

/// What tells a lead from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Id(u64);

impl Id {
    pub(super) fn new(lead: &str) -> Self {
        Id(digest_number(&["lead", lead]))
    }
}

/// The leads of a folder. It holds about a hundred bytes for each.
#[derive(Clone, Debug, Default)]
pub(super) struct People {
    /// Whom a text describes, by its hash: two people may be described in the same words.
    described: HashMap<u128, Vec<Id>>,
    companies: HashMap<Id, u32>,
    /// Who may not be written to.
    blocked: HashSet<Id>,
}

/// The same while it is read: one person may join two companies.
#[derive(Clone, Default)]
pub(super) struct Reading {
    people: People,
    groups: Groups,
    places: HashMap<Id, u32>,
}

impl Reading {
    /// Adds everybody of a campaign.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn campaign(mut self, folder: &DataFolder, campaign: &FileName) -> Result<Self, data::Error> {
        for written in Campaign::open(folder, campaign)? {
            let written = written?;
            let mut keys = colleagues::keys_from(&written.email, written.field("website"), written.field("company"));
            keys.extend(written.company_key);
            self.add(&written.lead, keys);
            self.describe(&written.lead, &text_hash(&written.persona));
        }
        Ok(self)
    }

    /// Adds everybody of every list.
    ///
    /// # Errors
    /// Where a list cannot be read.
    pub(super) fn lists(mut self, folder: &DataFolder) -> Result<Self, data::Error> {
        for list in leads::lists(folder)? {
            for lead in LeadList::open(folder, &list)? {
                self.lead(&lead?);
            }
        }
        Ok(self)
    }

    fn lead(&mut self, lead: &Lead) {
        self.add(&lead.id, colleagues::keys(lead));
        self.describe(&lead.id, &text_hash(&lead.persona_text()));
        lead.earlier.iter().for_each(|hash| self.describe(&lead.id, hash));
        if lead.blocked.is_some() {
            self.people.blocked.insert(Id::new(&lead.id));
        }
    }

    fn add(&mut self, lead: &str, mut keys: Vec<String>) {
        // The same person in another file is one, and so a colleague of whoever is one there.
        keys.push(format!("lead:{lead}"));
        let place = self.groups.add_keyed(&keys, 0);
        self.places.insert(Id::new(lead), place);
    }

    /// A hash that is not one was changed by hand, and is ignored.
    fn describe(&mut self, lead: &str, hash: &str) {
        let Ok(hash) = u128::from_str_radix(hash, 16) else { return };
        let (described, lead) = (self.people.described.entry(hash).or_default(), Id::new(lead));
        if !described.contains(&lead) {
            described.push(lead);
        }
    }

    pub(super) fn people(mut self) -> People {
        let companies = self.places.into_iter().map(|(lead, place)| (lead, self.groups.number(place))).collect();
        People { companies, ..self.people }
    }
}

impl People {
    /// Whom this text describes.
    pub(super) fn described_by(&self, persona: &str) -> &[Id] {
        let hash = u128::from_str_radix(&text_hash(persona), 16).ok();
        hash.and_then(|hash| self.described.get(&hash)).map_or(&[], Vec::as_slice)
    }

    /// The number of a lead's company; colleagues have the same.
    pub(super) fn company(&self, lead: Id) -> Option<u32> {
        self.companies.get(&lead).copied()
    }

    /// Whether a list says that this person may not be written to.
    pub(super) fn is_blocked(&self, lead: Id) -> bool {
        self.blocked.contains(&lead)
    }

    /// The hashes of all texts that describe these leads, as [`text_hash`] gives them.
    pub(super) fn texts(&self, leads: &HashSet<Id>) -> HashMap<Id, Vec<String>> {
        let mut texts: HashMap<Id, Vec<String>> = HashMap::new();
        for (hash, described) in &self.described {
            for lead in described.iter().filter(|lead| leads.contains(lead)) {
                texts.entry(*lead).or_default().push(format!("{hash:032x}"));
            }
        }
        texts
    }
}
