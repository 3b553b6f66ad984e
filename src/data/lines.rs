//! Files of JSON lines in the data folder: read one line at a time, written whole or not at all. Lists of leads, what
//! was written to them and what came back are such files, since none of them has to fit into memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::marker::PhantomData;
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::file_name::FileName;
use super::folder::DataFolder;
use super::json::{self, Fault};
use super::{Error, whole};

/// The most bytes of one line that are read: 64 MiB.
const LONGEST_LINE: u64 = 64 << 20;

/// The lines of a file, each read strictly. Empty lines are passed over. After an error there is nothing more.
#[derive(Debug)]
pub struct Lines<T> {
    reader: BufReader<File>,
    path: PathBuf,
    number: usize,
    is_over: bool,
    item: PhantomData<fn() -> T>,
}

/// Opens a file of lines.
///
/// # Errors
///
/// As [`DataFolder::read`], but for the file's size.
pub fn open<T: DeserializeOwned>(folder: &DataFolder, file: &FileName) -> Result<Lines<T>, Error> {
    let reader = BufReader::with_capacity(128 * 1024, folder.opened(file)?);
    Ok(Lines { reader, path: folder.path(file), number: 0, is_over: false, item: PhantomData })
}

impl<T: DeserializeOwned> Lines<T> {
    /// The next line, which is of another type than the others: a file's first may be about the file. `None` at the
    /// end.
    ///
    /// # Errors
    ///
    /// As [`open`], and for a line that is not what it should be.
    pub fn read_as<U: DeserializeOwned>(&mut self) -> Result<Option<U>, Error> {
        let mut line = Vec::new();
        loop {
            line.clear();
            self.number += 1;
            let read = self.reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
            if read.map_err(|error| Error::read(&self.path, error))? == 0 {
                return Ok(None);
            }
            if line.len() as u64 == LONGEST_LINE && !line.ends_with(b"\n") {
                let problem = format!("the line is longer than {LONGEST_LINE} bytes; the file looks damaged");
                return Err(self.fault(Fault { path: String::new(), place: Some((self.number, 1)), problem }));
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            return json::parse(&line).map(Some).map_err(|fault| {
                let place = fault.place.map(|(_, column)| (self.number, column)).or(Some((self.number, 1)));
                self.fault(Fault { place, ..fault })
            });
        }
    }

    fn fault(&self, fault: Fault) -> Error {
        Error::Json { path: self.path.clone(), fault }
    }
}

impl<T: DeserializeOwned> Iterator for Lines<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let next = self.read_as::<T>().transpose();
        self.is_over = !matches!(next, Some(Ok(_)));
        next
    }
}

/// Writes one item on a line of its own.
pub(super) fn put<T: Serialize>(out: &mut dyn Write, item: &T) -> io::Result<()> {
    serde_json::to_writer(&mut *out, item)?;
    out.write_all(b"\n")
}

/// Writes a file of lines in place of any of that name, one line per item as it comes. An item that is an error ends
/// it, and leaves the old file. Returns the number of lines.
///
/// # Errors
///
/// The first error among the items; otherwise as [`DataFolder::replace`].
pub fn replace<T: Serialize>(
    folder: &DataFolder,
    file: &FileName,
    items: impl IntoIterator<Item = Result<T, Error>>,
) -> Result<u64, Error> {
    let path = folder.path_to_write(file)?;
    let mut failed = None;
    let mut count = 0;
    let written = whole::replace(&path, |out| {
        for item in items {
            let item = item.map_err(|error| {
                failed = Some(error);
                io::Error::other("an item could not be had")
            })?;
            put(out, &item)?;
            count += 1;
        }
        Ok(())
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(written.map(|()| count)?),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "a test lays out files that are not the program's")]

    use super::*;
    use crate::data::Kind;

    fn place() -> (tempfile::TempDir, DataFolder, FileName) {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        (root, folder, FileName::new(Kind::Replies, "spring").unwrap())
    }

    #[test]
    fn items_come_back_in_their_order_and_one_that_fails_leaves_the_old_file() {
        let (_root, folder, file) = place();
        assert!(matches!(open::<u64>(&folder, &file), Err(Error::NotFound { .. })));
        assert_eq!(replace(&folder, &file, (0..1_000_u64).map(Ok)).unwrap(), 1_000);
        let broken = [Ok(1_u64), Err(Error::Clock { value: "x".into() })];
        assert!(matches!(replace(&folder, &file, broken), Err(Error::Clock { .. })));
        let back: Vec<u64> = open(&folder, &file).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(back, (0..1_000).collect::<Vec<u64>>());
    }

    #[test]
    fn a_fault_names_its_line_and_ends_the_file() {
        let (_root, folder, file) = place();
        replace(&folder, &file, [Ok("x")]).unwrap();
        std::fs::write(folder.path(&file), "\"one\"\n\n  {\"no\":\n\"three\"\n").unwrap();
        let mut lines = open::<String>(&folder, &file).unwrap();
        assert_eq!(lines.next().unwrap().unwrap(), "one");
        let error = lines.next().unwrap().unwrap_err().to_string();
        assert!(error.contains("line 3, column"), "{error}");
        assert!(lines.next().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (_root, folder, file) = place();
        replace(&folder, &file, [Ok(1)]).unwrap();
        assert_eq!(std::fs::metadata(folder.path(&file)).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
