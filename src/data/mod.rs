//! The files people keep: personas, messages, results and their versions.
//!
//! The formats are those of the original service, so its files are read and its users can read ours. Everything that
//! `rejoinder` adds lives under one key: `metadata.rejoinder` of a results file, `rejoinder` of a row of messages.
//! Three promises hold for every file in this room:
//!
//! - a file appears whole or not at all ([`whole`]);
//! - a name that must be new is claimed, not looked up and then taken ([`versions`]);
//! - a file that is not what it should be ends in one clear line ([`json`], [`Error`]), never in a wrong result, and
//!   keys that this version does not know survive being read and written.

pub mod auditors;
pub mod calibrations;
pub mod campaigns;
pub mod clock;
pub mod encoding;
pub mod entries;
pub mod entry;
mod entry_reader;
mod error;
pub mod export;
pub mod file_name;
pub mod folder;
pub mod imports;
pub mod json;
pub mod judges;
pub mod leads;
pub mod lines;
pub mod messages;
pub mod moment;
pub mod opinions;
pub mod people;
pub mod personas;
pub mod provenance;
pub mod record;
pub mod replies;
pub mod results;
pub mod results_stream;
mod scan;
mod split;
pub mod text;
pub mod titles;
mod undecided;
pub mod versions;

pub use entries::Entries;
pub use entry::{Entry, Part};
pub use error::Error;
pub use file_name::{FileName, Kind};
pub use folder::DataFolder;
pub use json::Fault;
pub use provenance::Provenance;
pub use rejoinder_files::{Error as FileError, spool, whole};
pub use results::Results;
pub use results_stream::{Gather, Head};

/// Keys of a JSON object that this version does not know, in the order of the file.
pub type Map = serde_json::Map<String, serde_json::Value>;
