//! From a file of others to a list of leads.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::report::Report;
use super::{Options, Source, read};
use crate::data::leads::list::{self, LeadList, Place, Sink};
use crate::data::leads::suppressed::ASKED;
use crate::data::leads::{AddressKey, Lead, Suppressed, Suppression};
use crate::data::spool::Texts;
use crate::data::{DataFolder, Error, FileName, Kind, clock};

/// What an import does where its list is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It leaves the list as it is, and says what to do.
    New,
    /// It adds to the list.
    Update,
}

/// A list's name from a file's: its stem, with what no name has left out.
#[must_use]
pub fn name_from(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name: String = stem.chars().map(|c| if c.is_alphanumeric() || "-_ .".contains(c) { c } else { '_' }).collect();
    let name = name.trim_matches(['.', ' ']).to_owned();
    if name.is_empty() { "leads".to_owned() } else { name }
}

/// Imports a file into a list. People who may not be written to go on the folder's suppression list as well, so that no
/// later import brings them back.
///
/// # Errors
/// What is wrong with the file; [`Error::ListExists`]; what the disk says. Nothing is then written.
pub fn import<'a>(
    folder: &DataFolder,
    list: &FileName,
    mode: Mode,
    source: impl Into<Source<'a>>,
    options: &Options,
) -> Result<Report, Error> {
    let source = source.into();
    let exists = folder.exists(list);
    if exists && mode == Mode::New {
        return Err(Error::ListExists { path: folder.path(list) });
    }
    let _lock = folder.lock(Kind::Leads)?;
    let mut tally = Tally::new(folder)?;
    let place = if exists { Place::Instead } else { Place::New };
    let mut report = list::write(folder, list, place, |out| {
        let report = if exists {
            update(folder, list, &Import { source, options }, &mut tally, out)?
        } else {
            read(source, options, &mut |lead| {
                if !tally.keeps(&lead)? {
                    return Ok(());
                }
                tally.new += 1;
                out.put(&lead)
            })?
        };
        // Before the list has its name: whoever sees it sees also who may not be written to.
        tally.suppress(folder)?;
        Ok(report)
    })?;
    tally.tell(&mut report);
    Ok(report)
}

/// Reads a file as an import would, and writes nothing.
///
/// # Errors
/// As [`import`].
pub fn preview<'a>(
    folder: &DataFolder,
    source: impl Into<Source<'a>>,
    options: &Options,
    each: &mut dyn FnMut(&Lead),
) -> Result<Report, Error> {
    let mut tally = Tally::new(folder)?;
    let mut report = read(source, options, &mut |lead| {
        if tally.keeps(&lead)? {
            tally.new += 1;
            each(&lead);
        }
        Ok(())
    })?;
    tally.tell(&mut report);
    Ok(report)
}

/// What is imported, and how.
struct Import<'a> {
    source: Source<'a>,
    options: &'a Options,
}

/// Adds a file's leads to a list: people who are there are changed in place, the others come after them.
fn update(
    folder: &DataFolder,
    list: &FileName,
    import: &Import<'_>,
    tally: &mut Tally,
    out: &mut Sink<'_>,
) -> Result<Report, Error> {
    let mut texts = Texts::new(folder.root())?;
    let mut places: HashMap<AddressKey, usize> = HashMap::new();
    let report = read(import.source, import.options, &mut |lead| {
        if tally.keeps(&lead)? {
            places.insert(lead.key(), texts.len());
            texts.push(&line_of(&lead)?)?;
        }
        Ok(())
    })?;
    let mut met = HashSet::new();
    for lead in LeadList::open(folder, list)? {
        let mut lead = lead?;
        // A list of before the person was forgotten, such as one that was put back from a backup.
        if tally.leaves_out(lead.key()) {
            continue;
        }
        if let Some(place) = places.get(&lead.key())
            && met.insert(*place)
        {
            let before = lead.clone();
            lead.merge(lead_of(&texts, &texts.get(*place)?)?);
            let count = if lead == before { &mut tally.unchanged } else { &mut tally.changed };
            *count += 1;
        }
        out.put(&lead)?;
    }
    for (place, text) in texts.iter().enumerate() {
        if !met.contains(&place) {
            tally.new += 1;
            out.put(&lead_of::<Lead>(&texts, &text?)?)?;
        }
    }
    Ok(report)
}

fn line_of<T: serde::Serialize>(item: &T) -> Result<String, Error> {
    serde_json::to_string(item).map_err(|source| Error::Encode { what: Kind::Leads, source })
}

fn lead_of<T: serde::de::DeserializeOwned>(texts: &Texts, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| texts.unreadable(&error.to_string()).into())
}

/// Counts people. It holds 16 bytes for each, and for those who may not be written to as many again.
struct Tally {
    seen: HashSet<AddressKey>,
    suppression: Suppression,
    /// Entries for the suppression list.
    blocked: Texts,
    blocked_keys: HashSet<AddressKey>,
    /// Whom this file blocks and who are on the suppression list already.
    again: HashSet<AddressKey>,
    reasons: std::collections::BTreeMap<String, u64>,
    duplicates: u64,
    suppressed: u64,
    forgotten: HashSet<AddressKey>,
    new: u64,
    changed: u64,
    unchanged: u64,
    now: String,
}

impl Tally {
    fn new(folder: &DataFolder) -> Result<Self, Error> {
        Ok(Tally {
            seen: HashSet::new(),
            suppression: Suppression::load(folder)?,
            blocked: Texts::new(folder.root())?,
            blocked_keys: HashSet::new(),
            again: HashSet::new(),
            reasons: std::collections::BTreeMap::new(),
            duplicates: 0,
            suppressed: 0,
            forgotten: HashSet::new(),
            new: 0,
            changed: 0,
            unchanged: 0,
            now: clock::iso(clock::now()?),
        })
    }

    /// Notes a row. Returns whether it is kept: it must be the first with its address, and the person must not have
    /// been forgotten. A later row may still say that this person is not to be written to.
    fn keeps(&mut self, lead: &Lead) -> Result<bool, Error> {
        let key = lead.key();
        if self.leaves_out(key) {
            return Ok(false);
        }
        let is_first = self.seen.insert(key);
        self.duplicates += u64::from(!is_first);
        let was_suppressed = self.suppression.reason(key).is_some();
        if was_suppressed {
            self.suppressed += u64::from(is_first);
            // Another reason of which nothing else would be left once the first is taken back.
            if lead.blocked.is_some() && self.suppression.reason(key) == Some(ASKED) {
                self.again.insert(key);
            }
        } else if let Some(reason) = &lead.blocked
            && self.blocked_keys.insert(key)
        {
            *self.reasons.entry(reason.clone()).or_default() += 1;
            if let Some(entry) = Suppressed::of_address(&lead.email, reason, &self.now) {
                self.blocked.push(&line_of(&entry)?)?;
            }
        }
        Ok(is_first)
    }

    /// Whether this is a person who was forgotten, so that nothing about them is stored again.
    fn leaves_out(&mut self, key: AddressKey) -> bool {
        let is_forgotten = self.suppression.is_forgotten(key);
        if is_forgotten {
            self.forgotten.insert(key);
        }
        is_forgotten
    }

    fn suppress(&self, folder: &DataFolder) -> Result<(), Error> {
        if self.blocked.is_empty() && self.again.is_empty() {
            return Ok(());
        }
        Suppression::add_locked(folder, &self.again, self.blocked.iter().map(|text| lead_of(&self.blocked, &text?)))?;
        Ok(())
    }

    fn tell(self, report: &mut Report) {
        report.duplicates = self.duplicates;
        report.blocked = self.reasons;
        report.suppressed = self.suppressed;
        report.forgotten = self.forgotten.len() as u64;
        (report.new, report.changed, report.unchanged) = (self.new, self.changed, self.unchanged);
    }
}
