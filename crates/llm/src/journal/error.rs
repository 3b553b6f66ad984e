//! What can go wrong with the journal, each in one line.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// A journal that cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The disk is full.
    #[error(
        "cannot write the journal {}: the disk is full; what it holds is safe: free some space and start again",
        .0.display()
    )]
    DiskFull(PathBuf),
    /// The file or its folder cannot be written to.
    #[error("cannot write the journal {}: no permission, or a read-only folder; make it writable or choose another \
             --data-dir", .0.display())]
    ReadOnly(PathBuf),
    /// Another program holds it.
    #[error(
        "the journal {} has been locked by another program for too long; close that program and start again",
        .0.display()
    )]
    Locked(PathBuf),
    /// It is no journal, or a damaged one.
    #[error("the journal {} is damaged or no journal ({reason}); move it away to start a new one: results files do not \
             depend on it", .path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// A later version of this program has written it.
    #[error("the journal {} was written by a newer rejoinder (its version is {found}, this one knows {known}); upgrade \
             to use it", .path.display())]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The version known here.
        known: i64,
    },
    /// The same run is under way in another process.
    #[error(
        "this run is under way in another process ({0}); wait for it, or start one beside it with another --seed or \
         with --fresh"
    )]
    UnderWay(String),
    /// A run was to be resumed whose inputs have changed.
    #[error("run {0} depends on something else than is there now")]
    Changed(String),
    /// There is no such run.
    #[error("there is no run {0}; `rejoinder runs` lists them")]
    NoRun(String),
    /// Anything else.
    #[error("the journal {}: {reason}", .path.display())]
    Other {
        /// Which.
        path: PathBuf,
        /// What SQLite or the operating system says.
        reason: String,
    },
}

impl Error {
    /// What SQLite's error means for a person.
    pub(super) fn from_sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Error::DiskFull(path),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => Error::ReadOnly(path),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Locked(path),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Error::Damaged { path, reason: source.to_string() }
            }
            _ => Error::Other { path, reason: source.to_string() },
        }
    }
}
