//! The people in the whole folder who are never to be written to: `leads/suppressed.jsonl`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::address::{self, AddressKey, fold_address};
use super::lead::Lead;
use super::list::{self, Place};
use crate::data::json::Fault;
use crate::data::lines;
use crate::data::{DataFolder, Error, FileName, Kind, Map};

/// Why somebody is there whom an export of replies put there: the only reason that can be taken back.
pub const ASKED: &str = "asked not to be written to";

/// Somebody who is never to be written to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `hash` and `reason`")]
pub struct Suppressed {
    /// SHA-256 of the folded address, 64 hexadecimal digits.
    pub hash: String,
    /// The folded address; none for a person who was forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Why, in a few words.
    pub reason: String,
    /// Since when, as [`clock::iso`](crate::data::clock::iso) writes it.
    pub at: String,
    /// Whether somebody else has said the same since an export of replies put this person here: then they stay when
    /// that export is taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirmed: bool,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

impl Suppressed {
    /// The entry of an address; none if the text is no address.
    #[must_use]
    pub fn of_address(address: &str, reason: &str, at: &str) -> Option<Self> {
        let email = fold_address(address)?;
        let hash = address::hash(&email);
        let (reason, at) = (reason.to_owned(), at.to_owned());
        Some(Suppressed { hash, email: Some(email), reason, at, confirmed: false, extra: Map::new() })
    }

    /// The same without the address: its hash alone says that this person is not to be written to.
    #[must_use]
    pub fn without_address(self) -> Self {
        Suppressed { email: None, ..self }
    }

    fn is_one_of(&self, people: &HashSet<AddressKey>) -> bool {
        AddressKey::of_hash(&self.hash).is_some_and(|key| people.contains(&key))
    }
}

/// The people who are never to be written to. It holds about 50 bytes for each.
#[derive(Debug, Default)]
pub struct Suppression {
    reasons: HashMap<AddressKey, Arc<str>>,
    /// People of whom only a hash is left.
    forgotten: HashSet<AddressKey>,
}

impl Suppression {
    /// The suppression list of a folder; empty where there is none.
    ///
    /// # Errors
    /// What is wrong with the file, and where: who must not be written to is not to be guessed.
    pub fn load(folder: &DataFolder) -> Result<Self, Error> {
        let (mut reasons, mut forgotten) = (HashMap::new(), HashSet::new());
        let mut shared: HashMap<String, Arc<str>> = HashMap::new();
        for_each(folder, |entry| {
            let key = key_of(&entry, folder)?;
            if entry.email.is_none() {
                forgotten.insert(key);
            }
            let reason = shared.entry(entry.reason).or_insert_with_key(|reason| Arc::from(reason.as_str()));
            reasons.entry(key).or_insert_with(|| Arc::clone(reason));
            Ok(())
        })?;
        Ok(Suppression { reasons, forgotten })
    }

    /// How many people there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.reasons.len()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Why this folded address is not to be written to; none if it may be.
    #[must_use]
    pub fn reason(&self, key: AddressKey) -> Option<&str> {
        self.reasons.get(&key).map(AsRef::as_ref)
    }

    /// Whether this person was forgotten: nothing of them is to be stored again.
    #[must_use]
    pub fn is_forgotten(&self, key: AddressKey) -> bool {
        self.forgotten.contains(&key)
    }

    /// Why this lead is not to be written to; none if they may be.
    #[must_use]
    pub fn why_not<'a>(&'a self, lead: &'a Lead) -> Option<&'a str> {
        lead.blocked.as_deref().or_else(|| self.reason(lead.key()))
    }

    /// Adds people for good, each once; a person who is there already keeps the first reason. Returns how many are new.
    ///
    /// # Errors
    /// As [`load`](Self::load), and what the disk says; the list is then as it was.
    pub fn add(folder: &DataFolder, new: impl IntoIterator<Item = Suppressed>) -> Result<usize, Error> {
        let new: Vec<Suppressed> = new.into_iter().collect();
        let again = new.iter().filter_map(|entry| AddressKey::of_hash(&entry.hash)).collect();
        let _lock = folder.lock(Kind::Leads)?;
        Suppression::add_locked(folder, &again, new.into_iter().map(Ok))
    }

    /// The same for who holds the lock on `leads/`. `again` are people to confirm, where an export of replies put them
    /// there.
    pub(super) fn add_locked(
        folder: &DataFolder,
        again: &HashSet<AddressKey>,
        new: impl IntoIterator<Item = Result<Suppressed, Error>>,
    ) -> Result<usize, Error> {
        Suppression::rewrite(folder, new, |old| {
            let is_again = old.reason == ASKED && old.is_one_of(again);
            Some(Suppressed { confirmed: old.confirmed || is_again, ..old })
        })
    }

    /// Adds people of whom an export of replies says that they asked, so that they can be taken off again. A person who
    /// is there already stays as they are. Returns how many are new.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn add_asked<'a>(
        folder: &DataFolder,
        addresses: impl IntoIterator<Item = &'a str>,
        now: &str,
    ) -> Result<usize, Error> {
        let _lock = folder.lock(Kind::Leads)?;
        let new = addresses.into_iter().filter_map(|address| Suppressed::of_address(address, ASKED, now));
        Suppression::rewrite(folder, new.map(Ok), Some)
    }

    /// Takes the address out of an entry, so that only its hash is left. A person who is not there is added in this
    /// form.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn forget(folder: &DataFolder, entry: Suppressed) -> Result<usize, Error> {
        let _lock = folder.lock(Kind::Leads)?;
        let hash = entry.hash.clone();
        Suppression::rewrite(folder, [Ok(entry.without_address())], |old| {
            Some(if old.hash == hash { old.without_address() } else { old })
        })
    }

    /// Takes people off the list whom an export of replies put there, unless somebody else has said the same or they
    /// were forgotten. Returns how many.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn take_back(folder: &DataFolder, people: &HashSet<AddressKey>) -> Result<usize, Error> {
        if people.is_empty() {
            return Ok(0);
        }
        let _lock = folder.lock(Kind::Leads)?;
        let mut count = 0;
        Suppression::rewrite(folder, [], |entry| {
            let can_leave = entry.email.is_some() && entry.reason == ASKED && !entry.confirmed;
            let is_meant = can_leave && entry.is_one_of(people);
            count += usize::from(is_meant);
            (!is_meant).then_some(entry)
        })?;
        Ok(count)
    }

    fn rewrite(
        folder: &DataFolder,
        new: impl IntoIterator<Item = Result<Suppressed, Error>>,
        mut change: impl FnMut(Suppressed) -> Option<Suppressed>,
    ) -> Result<usize, Error> {
        let mut known = HashSet::new();
        list::write(folder, &file()?, Place::Instead, |out| {
            for_each(folder, |entry| {
                known.insert(key_of(&entry, folder)?);
                change(entry).map_or(Ok(()), |entry| out.put(&entry))
            })?;
            let mut added = 0;
            for entry in new {
                let entry = entry?;
                if known.insert(key_of(&entry, folder)?) {
                    out.put(&entry)?;
                    added += 1;
                }
            }
            Ok(added)
        })
    }
}

fn file() -> Result<FileName, Error> {
    FileName::new(Kind::Leads, super::SUPPRESSED)
}

fn key_of(entry: &Suppressed, folder: &DataFolder) -> Result<AddressKey, Error> {
    let file = file()?;
    let key = AddressKey::of_hash(&entry.hash).ok_or_else(|| {
        Fault::new("hash", "expected 64 hexadecimal digits; mend the line or remove it").in_file(folder, &file)
    })?;
    // An address that is folded otherwise today has another hash than when it was put there.
    let changed = entry.email.as_deref().filter(|email| fold_address(email).is_some_and(|folded| folded != *email));
    Ok(changed.map_or(key, AddressKey::from_address))
}

fn for_each(folder: &DataFolder, mut each: impl FnMut(Suppressed) -> Result<(), Error>) -> Result<(), Error> {
    let file = file()?;
    if !folder.exists(&file) {
        return Ok(());
    }
    for entry in lines::open(folder, &file)? {
        each(entry?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(address: &str, reason: &str) -> Suppressed {
        Suppressed::of_address(address, reason, "2026-11-30T01:00:00").unwrap()
    }

    #[test]
    fn who_is_suppressed_stays_so_with_the_first_reason_and_however_the_address_is_written() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        assert!(Suppression::load(&folder).unwrap().is_empty());
        assert_eq!(Suppression::add(&folder, [entry("a@x.example", "unsubscribed")]).unwrap(), 1);
        assert_eq!(
            Suppression::add(&folder, [entry("A@X.example", "bounced"), entry("b@x.example", "bounced")]).unwrap(),
            1
        );
        let list = Suppression::load(&folder).unwrap();
        assert_eq!(list.len(), 2);
        assert_eq!(list.reason(AddressKey::from_address("a@x.example")), Some("unsubscribed"));
        assert_eq!(list.why_not(&Lead::new("B@x.example").unwrap()), Some("bounced"));
        assert_eq!(list.why_not(&Lead::new("c@x.example").unwrap()), None);
    }

    #[test]
    fn an_address_that_an_earlier_version_folded_otherwise_is_suppressed_in_every_form() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let old = "ada@xn--mller-kva.example";
        let old = Suppressed { hash: address::hash(old), email: Some(old.into()), ..entry("a@x.example", "bounced") };
        Suppression::add(&folder, [old, entry("b\u{ad}ob@x.example", "bounced")]).unwrap();
        let list = Suppression::load(&folder).unwrap();
        for address in ["ada@xn--mller-kva.example", "ada@müller.example", "bob@x.example", "bo\u{200b}b@x.example"] {
            assert_eq!(list.reason(AddressKey::from_address(address)), Some("bounced"), "{address}");
        }
    }

    #[test]
    fn a_person_who_is_forgotten_leaves_a_hash_and_no_address() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        Suppression::add(&folder, [entry("a@x.example", "unsubscribed"), entry("b@x.example", "bounced")]).unwrap();
        Suppression::forget(&folder, entry("a@x.example", "forgotten")).unwrap();
        Suppression::forget(&folder, entry("new@x.example", "forgotten")).unwrap();
        let bytes = folder.read(&file().unwrap()).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains("\"a@x") && !text.contains("new@x") && text.contains("b@x.example"), "{text}");
        let list = Suppression::load(&folder).unwrap();
        assert!(list.reason(AddressKey::from_address("a@x.example")).is_some());
        assert_eq!(list.reason(AddressKey::from_address("new@x.example")), Some("forgotten"));
        let is_forgotten = |address: &str| list.is_forgotten(AddressKey::from_address(address));
        assert!(is_forgotten("a@x.example") && is_forgotten("new@x.example") && !is_forgotten("b@x.example"));
    }
}
