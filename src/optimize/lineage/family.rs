//! The files that descend from one first run: which of a folder do, and what they record of attempts.

use std::collections::{BTreeMap, BTreeSet};

use super::Lineage;
use crate::compare::ledger::{self, Attempt, Ended, Ledger};
use crate::data::{self, DataFolder, FileName, Head, Kind, results_stream, versions};
use crate::journal::{AttemptRow, AttemptState};

/// One file, and the cycles' files whose names begin like its name.
pub struct Family {
    members: BTreeMap<String, Member>,
    focus: String,
    /// SHA-256 of the first run that the file in question descends from, or a stand-in for it.
    root: String,
}

struct Member {
    lineage: Option<Lineage>,
    /// The file that it was made from.
    parent: Option<String>,
}

impl Member {
    fn of(head: &Head) -> Self {
        let parent = head.metadata.rejoinder.as_ref().and_then(|provenance| provenance.parent.as_ref());
        Member { lineage: Lineage::of(head), parent: parent.map(|parent| parent.file.clone()) }
    }
}

impl Family {
    /// That of this file.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn read(folder: &DataFolder, file: &FileName, head: &Head) -> Result<Self, data::Error> {
        let base = versions::lineage_base(file.stem());
        let focus = file.as_str().to_owned();
        let mut members = BTreeMap::from([(focus.clone(), Member::of(head))]);
        for other in folder.list(Kind::Results)? {
            let is_kin = versions::version_of(other.stem()).is_some() && versions::lineage_base(other.stem()) == base;
            if is_kin && other != *file {
                let ((), head) = results_stream::gather(folder, &other, &())?;
                members.insert(other.as_str().to_owned(), Member::of(&head));
            }
        }
        let mut family = Family { members, focus, root: String::new() };
        family.root = family.find_root(folder, head)?;
        Ok(family)
    }

    /// SHA-256 of the first run, which also identifies attempts on copies of it. If that file is gone, its name; if
    /// even that is unknown, the common beginning of all names.
    #[must_use]
    pub fn root(&self) -> &str {
        &self.root
    }

    fn find_root(&self, folder: &DataFolder, head: &Head) -> Result<String, data::Error> {
        let Some(lineage) = self.members.get(&self.focus).and_then(|member| member.lineage.as_ref()) else {
            return Ok(head.sha256.clone());
        };
        if !lineage.root.is_empty() {
            return Ok(lineage.root.clone());
        }
        let Some(first) = self.first(&self.focus) else { return Ok(versions::lineage_base(&self.focus)) };
        match folder.resolve(Kind::Results, &first) {
            Ok(file) if folder.exists(&file) => folder.sha256(&file),
            _ => Ok(first),
        }
    }

    /// The name of the ancestor without a parent, as far as the parents are here. `None` if a cycle's file on the way
    /// does not name its parent.
    fn first(&self, name: &str) -> Option<String> {
        let (mut name, mut seen) = (name.to_owned(), BTreeSet::new());
        while let Some(member) = self.members.get(&name) {
            if member.lineage.is_none() || !seen.insert(name.clone()) {
                break;
            }
            name = member.parent.clone()?;
        }
        Some(name)
    }

    /// The attempts that files of this root record. Earlier versions recorded no root: such a file counts unless its
    /// parents lead to another first run.
    #[must_use]
    pub fn attempts(&self, root: &str, alpha: f64) -> Vec<Attempt> {
        let first = self.first(&self.focus);
        let is_ours = |name: &str, lineage: &Lineage| {
            if lineage.root.is_empty() {
                self.first(name).is_none_or(|other| first.as_ref().is_none_or(|first| *first == other))
            } else {
                lineage.root == root
            }
        };
        let members = self.members.iter().filter_map(|(name, member)| Some((name, member, member.lineage.as_ref()?)));
        members
            .filter(|(name, _, lineage)| is_ours(name, lineage))
            .flat_map(|(name, member, lineage)| self.of_record(name, member, lineage, alpha))
            .collect()
    }

    /// How many attempts are recorded of this root, and the level of the next.
    #[must_use]
    pub fn next(&self, alpha: f64) -> (usize, f64) {
        let ledger = Ledger::new(self.attempts(&self.root, alpha));
        (ledger.len(), ledger.next_level(alpha))
    }

    /// The attempts that one file records. Earlier versions kept only whether each of a line of cycles adopted: those
    /// that the parent does not have, if it is here, belong to this file.
    fn of_record(&self, name: &str, member: &Member, lineage: &Lineage, alpha: f64) -> Vec<Attempt> {
        if !lineage.root.is_empty() {
            return lineage.proofs.iter().map(from_row).collect();
        }
        let parent = member.parent.as_ref().and_then(|parent| self.members.get(parent));
        let before = parent.and_then(|parent| parent.lineage.as_ref()).map_or(0, |lineage| lineage.attempts.len());
        let mut all = ledger::recorded(name, alpha, &lineage.attempts);
        all.split_off(before.min(all.len()))
    }
}

/// The attempt of a record, for the ledger.
#[must_use]
pub fn from_row(row: &AttemptRow) -> Attempt {
    let ended = match row.state {
        AttemptState::Planned | AttemptState::Open => Ended::Open,
        AttemptState::NotAdopted => Ended::NotAdopted,
        AttemptState::Adopted => Ended::Adopted,
    };
    Attempt { id: row.id.clone(), level: row.level, ended, used: row.used.clone() }
}
