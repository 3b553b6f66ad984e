//! Texts on disk instead of in memory.
//!
//! A run may have a million personas and trials. For each, only 8 bytes are in memory: the place of its text in a file.
//! The file has no name: it is gone when the process ends, however that happens, and nobody else can open it.

use std::fs::File;
use std::io;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use crate::Error;
use crate::hash::hex;

/// How many bytes are gathered before they are written, and read at a time if everything is read.
const BLOCK: usize = 64 * 1024;

/// How many bytes of a text, including its length before it, are read at once.
const USUAL: usize = 2 * 1024;

/// Where a text lies in its spool: 8 bytes, also as an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(NonZeroU64);

impl Place {
    fn at(offset: u64) -> Self {
        Place(NonZeroU64::MIN.saturating_add(offset))
    }

    fn offset(self) -> u64 {
        self.0.get() - 1
    }
}

/// A nameless file of texts that can be read back in any order. Clones share it.
#[derive(Clone, Debug)]
pub struct Spool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// The folder in which it was made, for error messages.
    folder: PathBuf,
    file: File,
    tail: Mutex<Tail>,
}

/// What was put last and is not in the file yet.
#[derive(Debug, Default)]
struct Tail {
    /// Bytes in the file.
    written: u64,
    bytes: Vec<u8>,
}

impl Spool {
    /// An empty spool on the disk of this folder. If nothing can be created there, it is among the system's temporary
    /// files: commands that only read need no right to write.
    ///
    /// # Errors
    /// [`Error::Write`] and its kin.
    pub fn new(folder: &Path) -> Result<Self, Error> {
        let file = tempfile::tempfile_in(folder).or_else(|_| tempfile::tempfile());
        let file = file.map_err(|error| Error::write(folder, error))?;
        Ok(Spool(Arc::new(Shared { folder: folder.to_owned(), file, tail: Mutex::default() })))
    }

    /// Puts a text at the end.
    ///
    /// # Errors
    /// Where the disk is full, say.
    pub fn put(&self, text: &str) -> Result<Place, Error> {
        let mut tail = self.tail();
        let place = tail.written + tail.bytes.len() as u64;
        let length = u32::try_from(text.len()).map_err(|_| {
            Error::write(&self.0.folder, io::Error::new(io::ErrorKind::InvalidInput, "a text of more than 4 GiB"))
        })?;
        tail.bytes.extend_from_slice(&length.to_le_bytes());
        tail.bytes.extend_from_slice(text.as_bytes());
        if tail.bytes.len() >= BLOCK {
            self.flush(&mut tail)?;
        }
        Ok(Place::at(place))
    }

    /// The text at this place.
    ///
    /// # Errors
    /// Where the disk cannot be read.
    pub fn get(&self, place: Place) -> Result<String, Error> {
        self.flushed(place)?;
        let failed = |error| Error::read(&self.0.folder, error);
        // One reading is enough for most texts; the length of a longer one is known then.
        let mut text = vec![0; USUAL];
        let read = read_some_at(&self.0.file, &mut text, place.offset()).map_err(failed)?;
        let Some(length) = text[..read].first_chunk().map(|length| u32::from_le_bytes(*length) as usize) else {
            return Err(self.unreadable("a text that is cut off"));
        };
        let had = read.min(4 + length);
        text.resize(4 + length, 0);
        read_at(&self.0.file, &mut text[had..], place.offset() + had as u64).map_err(failed)?;
        text.drain(..4);
        String::from_utf8(text).map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidData, error)))
    }

    /// Sees to it that the text at this place is in the file.
    fn flushed(&self, place: Place) -> Result<(), Error> {
        let mut tail = self.tail();
        if place.offset() + 4 > tail.written { self.flush(&mut tail) } else { Ok(()) }
    }

    /// The error for a text that is not what was put, which only a failing disk brings about.
    #[must_use]
    pub fn unreadable(&self, why: &str) -> Error {
        Error::read(&self.0.folder, io::Error::new(io::ErrorKind::InvalidData, why))
    }

    fn flush(&self, tail: &mut Tail) -> Result<(), Error> {
        let Tail { written, bytes } = tail;
        // At its place, so that what a full disk has cut short is written again, whole, once there is room.
        write_at(&self.0.file, bytes, *written).map_err(|error| Error::write(&self.0.folder, error))?;
        *written += bytes.len() as u64;
        bytes.clear();
        Ok(())
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.0.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads at least as many bytes as are there, up to the length of `bytes`.
#[cfg(unix)]
fn read_some_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    let mut read = 0;
    while read < bytes.len() {
        match std::os::unix::fs::FileExt::read_at(file, &mut bytes[read..], at + read as u64) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

/// Fills `bytes` from this place of a file.
///
/// # Errors
/// Where the file is shorter, or cannot be read.
#[cfg(unix)]
pub fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

/// A list of texts in a spool of its own, such as the personas of a run: 8 bytes of memory for each.
#[derive(Clone, Debug)]
pub struct Texts {
    spool: Spool,
    places: Vec<Place>,
}

impl Texts {
    /// An empty list on the disk of this folder.
    ///
    /// # Errors
    /// As [`Spool::new`].
    pub fn new(folder: &Path) -> Result<Self, Error> {
        Ok(Texts { spool: Spool::new(folder)?, places: Vec::new() })
    }

    /// A list of these texts.
    ///
    /// # Errors
    /// As [`Spool::new`] and [`Spool::put`].
    pub fn spool<T: AsRef<str>>(folder: &Path, texts: impl IntoIterator<Item = T>) -> Result<Self, Error> {
        let mut list = Texts::new(folder)?;
        for text in texts {
            list.push(text.as_ref())?;
        }
        Ok(list)
    }

    /// Appends a text.
    ///
    /// # Errors
    /// As [`Spool::put`].
    pub fn push(&mut self, text: &str) -> Result<(), Error> {
        self.places.push(self.spool.put(text)?);
        Ok(())
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The text of this index.
    ///
    /// # Errors
    /// As [`Spool::get`].
    ///
    /// # Panics
    /// When there is no such index.
    pub fn get(&self, index: usize) -> Result<String, Error> {
        self.spool.get(self.places[index])
    }

    /// The error for a text that is not what was put.
    #[must_use]
    pub fn unreadable(&self, why: &str) -> Error {
        self.spool.unreadable(why)
    }

    /// Hash of all texts, 64 hexadecimal digits. Other texts, another order or another division give another hash.
    ///
    /// # Errors
    /// As [`Spool::get`].
    pub fn sha256(&self) -> Result<String, Error> {
        let mut hash = Sha256::new();
        for text in self.iter() {
            let text = text?;
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(&text);
        }
        Ok(hex(&hash.finalize()))
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Result<String, Error>> + '_ {
        Pass { list: self, next: 0, start: 0, bytes: Vec::new() }
    }
}

/// Reads a list from its beginning to its end, block by block.
struct Pass<'a> {
    list: &'a Texts,
    next: usize,
    /// What was read of the file last, and where that begins.
    start: u64,
    bytes: Vec<u8>,
}

impl Pass<'_> {
    /// The text at this offset, if all of it is in the block.
    fn in_block(&self, offset: u64) -> Option<&[u8]> {
        let rest = self.bytes.get(usize::try_from(offset.checked_sub(self.start)?).ok()?..)?;
        let (length, rest) = rest.split_first_chunk()?;
        rest.get(..u32::from_le_bytes(*length) as usize)
    }

    fn read(&mut self, place: Place) -> Result<String, Error> {
        let Spool(shared) = &self.list.spool;
        let failed = |error| Error::read(&shared.folder, error);
        if self.in_block(place.offset()).is_none() {
            self.list.spool.flushed(place)?;
            self.bytes.resize(BLOCK, 0);
            let read = read_some_at(&shared.file, &mut self.bytes, place.offset()).map_err(failed)?;
            self.bytes.truncate(read);
            self.start = place.offset();
        }
        match self.in_block(place.offset()) {
            Some(text) => String::from_utf8(text.to_vec())
                .map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidData, error))),
            // Longer than a block.
            None => self.list.spool.get(place),
        }
    }
}

impl Iterator for Pass<'_> {
    type Item = Result<String, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let place = *self.list.places.get(self.next)?;
        self.next += 1;
        Some(self.read(place))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.list.len() - self.next;
        (left, Some(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_text_comes_back_whole_whenever_it_is_read(
            texts in prop::collection::vec(prop_oneof![".{0,40}", "x{0,3}", "[a-z]{70000}"], 0..30),
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut list = Texts::new(folder.path()).unwrap();
            let mut order = order.into_iter();
            for (index, text) in texts.iter().enumerate() {
                list.push(text).unwrap();
                // Reading in between moves nothing.
                if let Some(at) = order.next() {
                    let at = at.index(index + 1);
                    prop_assert_eq!(&list.get(at).unwrap(), &texts[at]);
                }
            }
            prop_assert_eq!(&list.iter().collect::<Result<Vec<_>, _>>().unwrap(), &texts);
            let other = Texts::spool(folder.path(), texts.iter().chain([&"one more".to_owned()])).unwrap();
            prop_assert_ne!(list.sha256().unwrap(), other.sha256().unwrap());
        }
    }

    #[test]
    fn the_file_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let list = Texts::spool(folder.path(), ["a", "b"]).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_eq!((list.len(), list.get(1).unwrap().as_str()), (2, "b"));
    }
}
