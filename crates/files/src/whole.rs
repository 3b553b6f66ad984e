//! Writing a file whole or not at all.
//!
//! The content goes into a hidden temporary file in the same folder, reaches the disk (fsync), and only then gets its
//! name, either in place of the old file (rename) or only if the name is free (create-new). A crash, a full disk or a
//! failing writer leaves at most a hidden temporary file, which nothing reads.
//!
//! Personas, prompts and what was written to them are nobody else's business: on Unix a new file is its owner's alone
//! (0600), and a folder that is made for it as well (0700). A file that is replaced keeps the rights that it had.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::Error;
use crate::hash::hex;

/// Writes a file in place of any of that name.
///
/// # Errors
///
/// What the writer or the file system said; the old file is then untouched.
pub fn replace(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    Draft::write(path, fill)?.replace(path)
}

/// Writes a file whose name must be free.
///
/// # Errors
///
/// [`Error::Exists`] if it is not; otherwise as [`replace`].
pub fn create_new(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    match Draft::write(path, fill)?.claim(path)? {
        Claim::Ours => Ok(()),
        Claim::Taken(_) => Err(Error::Exists { path: path.to_owned() }),
    }
}

/// Proves that a file can be created in a folder, and leaves nothing behind.
///
/// # Errors
///
/// As [`replace`].
pub fn probe(folder: &Path) -> Result<(), Error> {
    temporary_in(folder).map(drop).map_err(|error| Error::write(folder, error))
}

/// A complete file that has no name yet. Dropped, it is gone.
#[derive(Debug)]
pub struct Draft {
    temporary: NamedTempFile,
    sha256: String,
}

/// How an attempt to claim a name ended.
#[derive(Debug)]
pub enum Claim {
    /// The name was free; the file now has it.
    Ours,
    /// Someone else has the name. The draft can try another.
    Taken(Draft),
}

impl Draft {
    /// Writes the content to the disk, beside where it is to be.
    ///
    /// # Errors
    ///
    /// As [`replace`].
    pub fn write(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Self, Error> {
        Self::write_inner(path, fill).map_err(|error| Error::write(path, error))
    }

    fn write_inner(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<Self> {
        let mut temporary = temporary_in(folder_of(path))?;
        // Blocks, so that a file of gigabytes is not written and hashed in pieces of some bytes each.
        let mut out = BufWriter::with_capacity(BLOCK, Hashing { out: temporary.as_file_mut(), hash: Sha256::new() });
        fill(&mut out)?;
        out.flush()?;
        let hash = out.get_ref().hash.clone();
        drop(out);
        temporary.as_file().sync_all()?;
        Ok(Draft { temporary, sha256: hex(&hash.finalize()) })
    }

    /// SHA-256 of the contents, 64 hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Moves the file into place, replacing any file of that name but keeping its permissions.
    ///
    /// # Errors
    ///
    /// As [`replace`].
    pub fn replace(self, path: &Path) -> Result<(), Error> {
        keep_rights(path, self.temporary.as_file()).map_err(|error| Error::write(path, error))?;
        self.temporary.persist(path).map_err(|failed| Error::write(path, failed.error))?;
        settle(path)
    }

    /// Gives the file its name if, and only if, the name is free. Of any number of claimants exactly one succeeds.
    ///
    /// # Errors
    ///
    /// As [`replace`].
    pub fn claim(self, path: &Path) -> Result<Claim, Error> {
        match self.temporary.persist_noclobber(path) {
            Ok(_) => settle(path).map(|()| Claim::Ours),
            Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => {
                Ok(Claim::Taken(Draft { temporary: failed.file, sha256: self.sha256 }))
            }
            Err(failed) => Err(Error::write(path, failed.error)),
        }
    }
}

/// So much is written at once.
const BLOCK: usize = 128 * 1024;

/// Hashes what passes through.
struct Hashing<W> {
    out: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.hash.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Makes the new name itself survive a power cut.
fn settle(path: &Path) -> Result<(), Error> {
    if !cfg!(unix) {
        return Ok(());
    }
    match fs::File::open(folder_of(path)).and_then(|folder| folder.sync_all()) {
        // Some network file systems cannot sync a folder. The file is there and whole; that must do.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        synced => synced.map_err(|error| Error::write(path, error)),
    }
}

/// Keeps the permissions of the old file: whoever set them meant them for its contents, not for these bytes.
fn keep_rights(path: &Path, new: &fs::File) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(old) if old.is_file() => new.set_permissions(old.permissions()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Creates the file here rather than in the crate, so that its temporary name stays out of error messages.
fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    tempfile::Builder::new().prefix(".rejoinder-").suffix(".tmp").make_in(folder, |temporary| options.open(temporary))
}

/// Makes a folder, and those above it that are not there. One that is there keeps its rights.
///
/// # Errors
///
/// What the file system said.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
