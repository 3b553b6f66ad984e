//! Where a file of leads is: on the disk, or in memory.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::fault;
use crate::data::folder::describe;
use crate::data::{Error, encoding};

/// A file of leads.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its path; of one in memory what it is called.
    pub path: &'a Path,
    /// What is in it, where that is in memory.
    bytes: Option<&'a [u8]>,
}

impl<'a> From<&'a Path> for Source<'a> {
    fn from(path: &'a Path) -> Self {
        Source { path, bytes: None }
    }
}

impl<'a> From<&'a PathBuf> for Source<'a> {
    fn from(path: &'a PathBuf) -> Self {
        Source { path, bytes: None }
    }
}

impl<'a> Source<'a> {
    /// A file in memory. Nothing of it is written to the disk.
    #[must_use]
    pub fn in_memory(name: &'a str, bytes: &'a [u8]) -> Self {
        Source { path: Path::new(name), bytes: Some(bytes) }
    }

    /// Its bytes from the beginning.
    ///
    /// # Errors
    /// What the disk says.
    pub fn open(self) -> Result<Box<dyn Read + 'a>, Error> {
        match self.bytes {
            Some(bytes) => Ok(Box::new(bytes)),
            None => Ok(Box::new(File::open(self.path).map_err(|error| self.unreadable(error))?)),
        }
    }

    /// An error of the disk.
    pub fn unreadable(self, error: io::Error) -> Error {
        Error::read(self.path, error)
    }

    /// Its encoding.
    ///
    /// # Errors
    /// If it cannot be read, or is no text.
    pub fn encoding(self) -> Result<encoding::Text, Error> {
        encoding::detect(self.path, &mut self.open()?)
    }

    /// Tells at once what is no file, or no text.
    ///
    /// # Errors
    /// What it is, and what to do.
    pub fn check(self) -> Result<(), Error> {
        let length = if let Some(bytes) = self.bytes {
            bytes.len() as u64
        } else {
            let found = fs::metadata(self.path).map_err(|error| self.unreadable(error))?;
            if !found.is_file() {
                return Err(Error::NamedNoFile { path: self.path.to_owned(), what: describe(found.file_type()) });
            }
            found.len()
        };
        if length == 0 {
            return Err(fault(self.path, None, "the file is empty".into()));
        }
        let start = self.beginning()?;
        if start.is_empty() && length <= BEGINNING {
            return Err(fault(self.path, None, "the file is empty".into()));
        }
        // What is saved where a download asked for a login first.
        if start.starts_with("<!doctype html") || start.starts_with("<html") {
            let problem = "the file is a web page, not an export; download the export itself";
            return Err(fault(self.path, None, problem.into()));
        }
        Ok(())
    }

    /// The beginning of the file in small letters, without white space before it.
    fn beginning(self) -> Result<String, Error> {
        let mut start = Vec::new();
        self.open()?.take(BEGINNING).read_to_end(&mut start).map_err(|error| self.unreadable(error))?;
        let start = String::from_utf8_lossy(&start).to_lowercase();
        Ok(start.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}').to_owned())
    }
}

/// How many bytes of a file are read to tell whether it is a web page.
const BEGINNING: u64 = 512;
