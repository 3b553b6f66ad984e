//! What can go wrong with reading and writing, each in one line: what, where and what to do.

use std::io;
use std::path::{Path, PathBuf};

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system would not let us read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that had to be new is there already.
    #[error("{path} is there already and was left as it is; choose another name or move it away")]
    Exists {
        /// Which file.
        path: PathBuf,
    },
    /// The disk, or the quota on it, is full.
    #[error("cannot write {path}: the disk is full; nothing was changed there: free some space and try again")]
    DiskFull {
        /// The file that was to be.
        path: PathBuf,
    },
    /// The folder cannot be written to.
    #[error("cannot write {path}: {source}; nothing was changed there: make the folder writable or choose another")]
    ReadOnly {
        /// The file that was to be.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Any other failure to write.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file that was to be.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Error {
    /// A failed read, with its path.
    #[must_use]
    pub fn read(path: &Path, source: io::Error) -> Self {
        Error::Read { path: path.to_owned(), source }
    }

    /// A failed write, told apart by what the person can do about it.
    #[must_use]
    pub fn write(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::DiskFull { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Error::ReadOnly { path, source },
            _ => Error::Write { path, source },
        }
    }
}
