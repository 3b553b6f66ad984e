//! A list of leads on the disk, one a line.

use std::io::{self, Write};

use super::lead::Lead;
use super::suppressed::Suppression;
use crate::data::json::Fault;
use crate::data::lines::{self, Lines};
use crate::data::spool::Texts;
use crate::data::whole::{Claim, Draft};
use crate::data::{DataFolder, Error, FileError, FileName};

/// All leads of a list, in its order, the ones that may not be written to included.
pub struct LeadList(Lines<Lead>);

/// Whether a file may take another's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The name must be free.
    New,
    /// It replaces the file of that name.
    Instead,
}

impl LeadList {
    /// Opens a list.
    ///
    /// # Errors
    /// As [`DataFolder::read`].
    pub fn open(folder: &DataFolder, file: &FileName) -> Result<Self, Error> {
        lines::open(folder, file).map(LeadList)
    }

    /// Writes a list under a name that must be free.
    ///
    /// # Errors
    /// As [`write()`], and those of the leads.
    pub fn create(
        folder: &DataFolder,
        file: &FileName,
        leads: impl IntoIterator<Item = Result<Lead, Error>>,
    ) -> Result<(), Error> {
        write(folder, file, Place::New, |out| leads.into_iter().try_for_each(|lead| out.put(&lead?)))
    }
}

impl Iterator for LeadList {
    type Item = Result<Lead, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

/// The leads of a list who may be written to, in its order.
pub struct Writable {
    leads: LeadList,
    suppression: Suppression,
}

impl Writable {
    /// Opens a list.
    ///
    /// # Errors
    /// As [`LeadList::open`] and [`Suppression::load`].
    pub fn open(folder: &DataFolder, file: &FileName) -> Result<Self, Error> {
        Ok(Writable { suppression: Suppression::load(folder)?, leads: LeadList::open(folder, file)? })
    }

    /// The personas of a list, without those of people who may not be written to.
    ///
    /// # Errors
    /// As [`open`](Self::open), and where nobody is left.
    pub fn personas(folder: &DataFolder, file: &FileName) -> Result<Texts, Error> {
        let mut texts = Texts::new(folder.root())?;
        for lead in Writable::open(folder, file)? {
            texts.push(&lead?.persona_text())?;
        }
        if texts.is_empty() {
            return Err(Fault::new("", "nobody in this list may be written to").in_file(folder, file));
        }
        Ok(texts)
    }
}

impl Iterator for Writable {
    type Item = Result<Lead, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let suppression = &self.suppression;
        self.leads.find(|lead| match lead {
            Ok(lead) => suppression.why_not(lead).is_none(),
            Err(_) => true,
        })
    }
}

/// Where leads are written to, one after the other.
pub struct Sink<'a> {
    out: &'a mut dyn Write,
    failed: Option<io::Error>,
}

impl Sink<'_> {
    /// Writes a lead, or anything else that has a line of its own.
    ///
    /// # Errors
    /// [`FileError::Write`] and its kin.
    pub fn put<T: serde::Serialize>(&mut self, lead: &T) -> Result<(), Error> {
        lines::put(&mut *self.out, lead).map_err(|error| {
            let shown = io::Error::from(error.kind());
            self.failed = Some(error);
            Error::write(std::path::Path::new(""), shown)
        })
    }
}

/// Writes a file of lines whole or not at all; what `fill` returns is returned.
///
/// # Errors
/// Those of `fill`, of the disk, and [`FileError::Exists`].
pub fn write<T>(
    folder: &DataFolder,
    file: &FileName,
    place: Place,
    fill: impl FnOnce(&mut Sink<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let path = match place {
        Place::New => folder.path_to_create(file)?,
        Place::Instead => folder.path_to_write(file)?,
    };
    let mut ended = None;
    let draft = Draft::write(&path, |out| {
        let mut sink = Sink { out, failed: None };
        let result = fill(&mut sink);
        match (sink.failed, result) {
            (Some(failed), _) => Err(failed),
            (None, Ok(value)) => {
                ended = Some(Ok(value));
                Ok(())
            }
            (None, Err(error)) => {
                ended = Some(Err(error));
                Err(io::Error::other("what was to be written cannot be read"))
            }
        }
    });
    let value = match ended {
        Some(Err(error)) => return Err(error),
        Some(Ok(value)) => Some(value),
        None => None,
    };
    let draft = draft?;
    match place {
        Place::Instead => draft.replace(&path)?,
        Place::New => {
            if let Claim::Taken(_) = draft.claim(&path)? {
                return Err(FileError::Exists { path }.into());
            }
        }
    }
    value.ok_or_else(|| Error::write(&path, io::Error::other("nothing was written")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "a test lays out files that are not the program's")]

    use super::*;
    use crate::data::leads::{self, Suppressed};

    fn place() -> (tempfile::TempDir, DataFolder, FileName) {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let file = leads::file(&folder, "spring").unwrap();
        (root, folder, file)
    }

    fn some() -> Vec<Lead> {
        ["a@x.example", "b@x.example", "c@y.example"].iter().map(|address| Lead::new(address).unwrap()).collect()
    }

    #[test]
    fn a_list_comes_back_in_its_order_and_is_its_owners_alone() {
        let (_root, folder, file) = place();
        LeadList::create(&folder, &file, some().into_iter().map(Ok)).unwrap();
        let read: Result<Vec<Lead>, Error> = LeadList::open(&folder, &file).unwrap().collect();
        assert_eq!(read.unwrap(), some());
        assert!(matches!(LeadList::create(&folder, &file, []), Err(Error::File(FileError::Exists { .. }))));
        assert_eq!(leads::lists(&folder).unwrap(), std::slice::from_ref(&file));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(folder.path(&file)).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn who_is_blocked_or_suppressed_is_in_no_persona() {
        let (_root, folder, file) = place();
        let mut leads = some();
        leads[0].blocked = Some("unsubscribed".into());
        LeadList::create(&folder, &file, leads.into_iter().map(Ok)).unwrap();
        Suppression::add(&folder, [Suppressed::of_address("C@Y.example", "asked us", "2026-11-30T00:00:00").unwrap()])
            .unwrap();
        let left: Vec<String> = Writable::open(&folder, &file).unwrap().map(|lead| lead.unwrap().email).collect();
        assert_eq!(left, ["b@x.example"]);
        assert_eq!(Writable::personas(&folder, &file).unwrap().len(), 1);
        assert_eq!(leads::lists(&folder).unwrap().len(), 1, "the suppression list is none of them");
    }

    #[test]
    fn a_broken_line_is_named_and_a_failed_writing_leaves_nothing() {
        let (_root, folder, file) = place();
        let failing = [Ok(some().remove(0)), Err(Error::Clock { value: "x".into() })];
        assert!(matches!(LeadList::create(&folder, &file, failing), Err(Error::Clock { .. })));
        assert_eq!(std::fs::read_dir(folder.subfolder(crate::data::Kind::Leads)).unwrap().count(), 0);
        std::fs::write(folder.path(&file), "{\"id\":\"l_0\",\"email\":\"a@x.example\"}\n\n{\"id\":1}\n").unwrap();
        let error = LeadList::open(&folder, &file).unwrap().find_map(Result::err).unwrap().to_string();
        assert!(error.contains("(line 3, column 7)"), "{error}");
    }

    #[test]
    fn no_list_can_take_the_name_of_the_suppression_list() {
        let (_root, folder, _) = place();
        assert!(leads::file(&folder, "Suppressed.jsonl").is_err() && leads::file(&folder, "../x").is_err());
    }
}
