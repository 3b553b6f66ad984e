//! Forgets a person: removes them from every file of the data folder, in an order in which a crash at any point loses
//! nothing that is needed to continue.
//!
//! First what is known of the person is gathered, then the suppression list gets their hash, then results and the other
//! files are changed, and last the lists of leads, which say what to look for. A file in `leads/` keeps, on the way,
//! which hash of a results file has become which: files name one another by their hashes.

mod scrub;
mod traces;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rejoinder_files::sha256;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use traces::Traces;

use super::list::{self, Place};
use super::{Lead, LeadList, Suppressed, Suppression, lists};
use crate::data::json::{self, Fault};
use crate::data::whole::Draft;
use crate::data::{DataFolder, Error, FileName, Kind, clock, lines};

/// What stands where a text of a forgotten person stood.
pub const FORGOTTEN: &str = "[forgotten]";

/// The reason on the suppression list.
const REASON: &str = "forgotten";

/// Kinds whose files are one JSON text.
const JSON: &[Kind] = &[
    Kind::Personas,
    Kind::Results,
    Kind::Messages,
    Kind::Readings,
    Kind::Opinions,
    Kind::Judges,
    Kind::Auditors,
    Kind::Calibrations,
];

/// Kinds whose files have a person on each line.
const LINES: &[Kind] = &[Kind::Campaigns, Kind::Replies, Kind::Imports];

/// What was done to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The file.
    pub path: PathBuf,
    /// What, in a few words.
    pub what: String,
}

/// A person on the way to being forgotten.
pub struct Forgetting<'a> {
    folder: &'a DataFolder,
    traces: Traces,
    progress: Progress,
}

/// What has been done, as far as the process that continues has to know. It names nobody.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Progress {
    /// What the person is called from now on, so that they stay one person in every file.
    name: String,
    /// Hashes that files had, and those that they have now.
    renamed: BTreeMap<String, String>,
}

impl<'a> Forgetting<'a> {
    /// Gathers what is known of a person, and puts their hash on the suppression list. `name` is what they are called
    /// from now on, unless an interrupted forgetting has chosen one.
    ///
    /// # Errors
    /// When a file cannot be read; nothing has been changed then. Not when the person is nowhere: their hash is
    /// suppressed.
    pub fn begin(folder: &'a DataFolder, address: &str, name: &str) -> Result<Self, Error> {
        let now = clock::iso(clock::now()?);
        let Some(entry) = Suppressed::of_address(address, REASON, &now) else {
            let why = "it is no e-mail address; give one such as ada@example.com".to_owned();
            return Err(Error::Name { kind: Kind::Leads, name: address.chars().take(80).collect(), why });
        };
        let email = entry.email.clone().unwrap_or_default();
        let traces = Traces::gather(folder, &email)?;
        let mut forgetting = Forgetting { folder, traces, progress: Progress::default() };
        match fs::read(forgetting.progress_path()) {
            Ok(bytes) => forgetting.progress = serde_json::from_slice(&bytes).unwrap_or_default(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::read(&forgetting.progress_path(), error)),
        }
        if forgetting.progress.name.is_empty() {
            forgetting.progress.name = format!("[forgotten person {name}]");
        }
        Suppression::forget(folder, entry)?;
        forgetting.keep_progress()?;
        Ok(forgetting)
    }

    /// What texts are looked for.
    #[must_use]
    pub fn traces(&self) -> &Traces {
        &self.traces
    }

    /// Hashes of files that were changed, and what they are now.
    #[must_use]
    pub fn renamed(&self) -> &BTreeMap<String, String> {
        &self.progress.renamed
    }

    /// Takes the person out of all files but the lists of leads.
    ///
    /// # Errors
    /// When a file cannot be read or written. The same call again goes on.
    pub fn files(&mut self) -> Result<Vec<Change>, Error> {
        let mut changes = Vec::new();
        {
            // Held by whoever writes replies and imports. An import that comes after it knows who was forgotten.
            let _lock = self.folder.lock(Kind::Replies)?;
            for kind in LINES {
                for file in self.folder.list(*kind)? {
                    changes.extend(self.lines(&file)?);
                }
            }
        }
        for kind in JSON {
            for file in self.folder.list(*kind)? {
                changes.extend(self.json(&file)?);
            }
        }
        changes.extend(self.loose()?);
        self.rename()?;
        Ok(changes)
    }

    /// Takes the person out of the lists of leads, and is done.
    ///
    /// # Errors
    /// As [`files`](Self::files).
    pub fn lists(self) -> Result<Vec<Change>, Error> {
        let mut changes = Vec::new();
        {
            let _lock = self.folder.lock(Kind::Leads)?;
            for file in lists(self.folder)? {
                let (mut removed, mut replaced) = (0, 0);
                for lead in LeadList::open(self.folder, &file)? {
                    let lead = lead?;
                    let is_theirs = self.traces.is_lead(&lead);
                    removed += u64::from(is_theirs);
                    replaced += if is_theirs { 0 } else { self.without_mentions(lead)?.1 };
                }
                if removed + replaced == 0 {
                    continue;
                }
                list::write(self.folder, &file, Place::Instead, |out| {
                    for lead in LeadList::open(self.folder, &file)? {
                        let lead = lead?;
                        if !self.traces.is_lead(&lead) {
                            out.put(&self.without_mentions(lead)?.0)?;
                        }
                    }
                    Ok(())
                })?;
                let lead = (removed > 0).then(|| "the lead was removed".to_owned());
                let what = lead.into_iter().chain(mentions(replaced)).collect::<Vec<_>>().join("; ");
                changes.push(Change { path: self.folder.path(&file), what });
            }
        }
        let path = self.progress_path();
        fs::remove_file(&path).map_err(|error| Error::write(&path, error))?;
        Ok(changes)
    }

    /// Somebody else, without texts that hold the address of this person, and how many those were.
    fn without_mentions(&self, lead: Lead) -> Result<(Lead, u64), Error> {
        let encode = |source| Error::Encode { what: Kind::Leads, source };
        let line = serde_json::to_string(&lead).map_err(encode)?;
        if !self.traces.mentions_address(&line) {
            return Ok((lead, 0));
        }
        let mut value: Value = serde_json::from_str(&line).map_err(encode)?;
        let count = scrub::replace_mentions(&mut value, &self.traces);
        if count == 0 {
            return Ok((lead, 0));
        }
        let mut cleared: Lead = serde_json::from_value(value).map_err(encode)?;
        cleared.remember(&lead.persona_text());
        Ok((cleared, count))
    }

    /// Leaves out the lines of this person, and texts with their address in those of others.
    fn lines(&self, file: &FileName) -> Result<Option<Change>, Error> {
        let (mut count, mut replaced) = (0_u64, 0);
        for line in lines::open::<Value>(self.folder, file)? {
            let mut line = line?;
            if self.traces.is_line(&line) {
                count += 1;
            } else {
                replaced += scrub::replace_mentions(&mut line, &self.traces);
            }
        }
        if count + replaced == 0 {
            return Ok(None);
        }
        let kept = lines::open::<Value>(self.folder, file)?.filter_map(|line| match line {
            Ok(line) if self.traces.is_line(&line) => None,
            Ok(mut line) => {
                scrub::replace_mentions(&mut line, &self.traces);
                Some(Ok(line))
            }
            Err(error) => Some(Err(error)),
        });
        lines::replace(self.folder, file, kept)?;
        let removed = match count {
            0 => None,
            1 => Some("1 line was removed".to_owned()),
            count => Some(format!("{count} lines were removed")),
        };
        let what = removed.into_iter().chain(mentions(replaced)).collect::<Vec<_>>().join("; ");
        Ok(Some(Change { path: self.folder.path(file), what }))
    }

    /// Replaces the texts of this person.
    fn json(&mut self, file: &FileName) -> Result<Option<Change>, Error> {
        let bytes = self.folder.read(file)?;
        if !self.traces.may_be_in(&bytes) {
            return Ok(None);
        }
        // What cannot be read is not passed over in silence: it may hold the person.
        let mut value: Value = json::parse(&bytes).map_err(|fault| fault.in_file(self.folder, file))?;
        let is_listed = matches!(file.kind(), Kind::Personas | Kind::Messages);
        let removed = if is_listed { scrub::remove(&mut value, &self.traces) } else { 0 };
        let replaced = scrub::replace(&mut value, &self.traces, &self.progress.name);
        if removed + replaced == 0 {
            return Ok(None);
        }
        let path = self.folder.path(file);
        if is_listed && value.as_array().is_some_and(Vec::is_empty) {
            fs::remove_file(&path).map_err(|error| Error::write(&path, error))?;
            return Ok(Some(Change { path, what: "nobody else was in it; it was removed".into() }));
        }
        self.put(file, &bytes, &json::render(file.kind(), &value)?)?;
        let what = match (removed, replaced) {
            (0, replaced) => format!("{replaced} texts were replaced by {FORGOTTEN}"),
            (removed, _) => format!("{removed} entries were removed"),
        };
        Ok(Some(Change { path, what }))
    }

    /// Writes a changed file, after recording which hash it will have.
    fn put(&mut self, file: &FileName, old: &[u8], new: &[u8]) -> Result<(), Error> {
        let path = self.folder.path_to_write(file)?;
        let draft = Draft::write(&path, |out| out.write_all(new))?;
        self.progress.renamed.insert(sha256(old), draft.sha256().to_owned());
        self.keep_progress()?;
        Ok(draft.replace(&path)?)
    }

    /// Pages beside results, and what a crash left of files that were being written.
    fn loose(&self) -> Result<Vec<Change>, Error> {
        let mut changes = Vec::new();
        for kind in JSON.iter().chain(LINES).chain(&[Kind::Leads]) {
            let folder = self.folder.subfolder(*kind);
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries {
                let path = entry.map_err(|error| Error::read(&folder, error))?.path();
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                let is_left = name.starts_with(".rejoinder-") && name.ends_with(".tmp");
                let is_page = path.extension().is_some_and(|ending| ending == "html");
                if !(is_left || is_page) || !path.is_file() {
                    continue;
                }
                let bytes = fs::read(&path).map_err(|error| Error::read(&path, error))?;
                if !self.traces.may_be_in(&bytes) {
                    continue;
                }
                fs::remove_file(&path).map_err(|error| Error::write(&path, error))?;
                let what = if is_left { "left by a crash; it was removed" } else { "it was removed; make it anew" };
                changes.push(Change { path, what: what.into() });
            }
        }
        Ok(changes)
    }

    /// Gives files that refer to changed ones by hash the new hashes, from parents to children, until nothing changes.
    fn rename(&mut self) -> Result<(), Error> {
        // A chain of as many versions as there are files.
        let mut left = 1 + self.folder.list(Kind::Results)?.len() + self.folder.list(Kind::Readings)?.len();
        loop {
            let mut is_done = true;
            for kind in [Kind::Results, Kind::Readings, Kind::Messages, Kind::Calibrations] {
                for file in self.folder.list(kind)? {
                    let bytes = self.folder.read(&file)?;
                    let new = self
                        .renamed_in(&bytes)
                        .map_err(|problem| Fault::new("", problem).in_file(self.folder, &file))?;
                    if let Some(new) = new {
                        self.put(&file, &bytes, new.as_bytes())?;
                        is_done = false;
                    }
                }
            }
            left -= 1;
            if is_done || left == 0 {
                return Ok(());
            }
        }
    }

    /// A file's text with the new hashes in place of the old ones; `None` if it has no old one.
    fn renamed_in(&self, bytes: &[u8]) -> Result<Option<String>, String> {
        if !self.progress.renamed.keys().any(|old| memchr::memmem::find(bytes, old.as_bytes()).is_some()) {
            return Ok(None);
        }
        let mut text =
            String::from_utf8(bytes.to_vec()).map_err(|_| "invalid UTF-8; save the file as UTF-8".to_owned())?;
        for old in self.progress.renamed.keys() {
            text = text.replace(old, self.newest(old));
        }
        Ok(Some(text))
    }

    /// What a hash has become in the end.
    #[must_use]
    pub fn newest<'s>(&'s self, hash: &'s str) -> &'s str {
        let mut newest = hash;
        for _ in 0..=self.progress.renamed.len() {
            match self.progress.renamed.get(newest) {
                Some(next) if next != newest => newest = next,
                _ => break,
            }
        }
        newest
    }

    fn progress_path(&self) -> PathBuf {
        self.folder.subfolder(Kind::Leads).join(format!(".forgetting-{}.json", self.traces.id()))
    }

    fn keep_progress(&self) -> Result<(), Error> {
        let bytes = json::render(Kind::Leads, &self.progress)?;
        let path: &Path = &self.progress_path();
        Ok(crate::data::whole::replace(path, |out| out.write_all(&bytes))?)
    }
}

/// How many texts of others held the address; none where none did.
fn mentions(count: u64) -> Option<String> {
    match count {
        0 => None,
        1 => Some("the address was removed from 1 text of others".to_owned()),
        count => Some(format!("the address was removed from {count} texts of others")),
    }
}

#[cfg(test)]
mod tests;
