//! What can go wrong with a file, each in one line: what, where and what to do.

use std::io;
use std::path::{Path, PathBuf};

use super::file_name::Kind;
use super::json::Fault;

/// A file that could not be named, read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The name can be no file of the folder.
    #[error("{name:?} cannot name a {kind} file: {why}")]
    Name {
        /// What kind of file was meant.
        kind: Kind,
        /// The name as given.
        name: String,
        /// What is wrong with it, and what is right.
        why: String,
    },
    /// There is no such file.
    #[error("there is no {kind} file {path}; {hint}")]
    NotFound {
        /// What kind of file was meant.
        kind: Kind,
        /// Where it was looked for.
        path: PathBuf,
        /// What there is instead.
        hint: String,
    },
    /// A directory, FIFO, socket or device stands where a file should.
    #[error("{path} is {what}, not a file; move it away or name another")]
    NotAFile {
        /// Where.
        path: PathBuf,
        /// What stands there, such as `a directory`.
        what: &'static str,
    },
    /// What a person has named as a file to read is none.
    #[error("{path} is {what}, not a file; name a file")]
    NamedNoFile {
        /// Where.
        path: PathBuf,
        /// What stands there, such as `a directory`.
        what: &'static str,
    },
    /// A symbolic link leads out of the data folder.
    #[error("{path} leads out of the data folder {root}; put the file itself into the folder")]
    Outside {
        /// The link, or what lies behind it.
        path: PathBuf,
        /// The data folder.
        root: PathBuf,
    },
    /// The file is larger than is read.
    #[error("{path} is larger than {limit} bytes, the most that is read; split it")]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// The file is not the one that it was a moment ago.
    #[error("{path} was changed while it was read; try again")]
    Changed {
        /// Which file.
        path: PathBuf,
    },
    /// Reading or writing failed.
    #[error(transparent)]
    File(#[from] rejoinder_files::Error),
    /// The content is not what it should be.
    #[error("{path}: {fault}")]
    Json {
        /// Which file.
        path: PathBuf,
        /// Where in it, and what.
        fault: Fault,
    },
    /// The file was written by a later version, which may mean other things by the same keys.
    #[error(
        "{path} was written by a newer rejoinder (metadata.rejoinder.schema_version is {found}, this version knows \
         {known}); upgrade to read it"
    )]
    NewerSchema {
        /// Which file.
        path: PathBuf,
        /// The version in the file.
        found: u64,
        /// The version known here.
        known: u32,
    },
    /// A list of leads is there already.
    #[error("{path} is there already and was left as it is; --update adds to it, --name NAME makes another list")]
    ListExists {
        /// Which file.
        path: PathBuf,
    },
    /// No column of a file of leads is known to hold addresses.
    #[error("{path}: {fault}; name it: --map email=\"COLUMN\"; the columns are {columns}")]
    NoAddressColumn {
        /// Which file.
        path: PathBuf,
        /// Where its columns are named, and what is missing.
        fault: Fault,
        /// The columns that it has.
        columns: String,
    },
    /// No row of a file of leads has an address.
    #[error("{path}: {why}; have addresses added, or name the column that holds them: --map email=\"COLUMN\"")]
    NobodyHasAnAddress {
        /// Which file.
        path: PathBuf,
        /// What there is instead.
        why: String,
    },
    /// The content could not be put into JSON.
    #[error("cannot put the content of a {what} file into JSON: {source}")]
    Encode {
        /// What was to be written.
        what: Kind,
        /// Why.
        source: serde_json::Error,
    },
    /// `SOURCE_DATE_EPOCH` is no time.
    #[error("SOURCE_DATE_EPOCH is {value:?}; it must be whole seconds since 1970, or unset")]
    Clock {
        /// Its value.
        value: String,
    },
}

impl Error {
    /// A failed read, with its path.
    pub(super) fn read(path: &Path, source: io::Error) -> Self {
        rejoinder_files::Error::read(path, source).into()
    }

    /// A failed write, told apart by what the person can do about it.
    pub(super) fn write(path: &Path, source: io::Error) -> Self {
        rejoinder_files::Error::write(path, source).into()
    }
}
