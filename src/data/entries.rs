//! The entries of a run, in memory or on disk.
//!
//! A run of any size is written from disk, one persona after the other: [`Entries`] looks the same in a file wherever
//! it came from.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use serde::ser::{Error as _, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::results::{Metadata, PersonaResult};
use super::{Error, Kind, Map};

/// Gives the entries of a run one after the other, in order, as often as they are asked for.
pub trait Source: Send + Sync {
    /// Shows every entry, until `see` has seen enough and says `false`.
    ///
    /// # Errors
    /// Where an entry cannot be had.
    fn each(&self, see: &mut dyn FnMut(&PersonaResult) -> bool) -> Result<(), Error>;
}

/// The entries of a run.
#[derive(Clone)]
pub enum Entries {
    /// In memory.
    Held(Vec<PersonaResult>),
    /// Wherever this gets them from.
    Sourced(Arc<dyn Source>),
}

impl Entries {
    /// Shows every entry, in order, until `see` has seen enough and says `false`.
    ///
    /// # Errors
    /// As [`Source::each`].
    pub fn each(&self, see: &mut dyn FnMut(&PersonaResult) -> bool) -> Result<(), Error> {
        match self {
            Entries::Held(entries) => {
                // Whether all were seen is nothing to report.
                let _ = entries.iter().all(see);
                Ok(())
            }
            Entries::Sourced(source) => source.each(see),
        }
    }
}

impl Default for Entries {
    fn default() -> Self {
        Entries::Held(Vec::new())
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entries::Held(entries) => f.debug_tuple("Held").field(entries).finish(),
            Entries::Sourced(_) => f.write_str("Sourced"),
        }
    }
}

impl PartialEq for Entries {
    fn eq(&self, other: &Self) -> bool {
        let all = |entries: &Entries| {
            let mut all = Vec::new();
            entries.each(&mut |entry| {
                all.push(entry.clone());
                true
            })?;
            Ok::<_, Error>(all)
        };
        matches!((all(self), all(other)), (Ok(these), Ok(those)) if these == those)
    }
}

impl Serialize for Entries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        let mut written = Ok(());
        let walked = self.each(&mut |entry| {
            written = sequence.serialize_element(entry);
            written.is_ok()
        });
        written?;
        walked.map_err(S::Error::custom)?;
        sequence.end()
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Entries::Held)
    }
}

/// A results file that is to be written.
#[derive(Serialize)]
pub struct Draft<'a> {
    /// What the run was.
    pub metadata: &'a Metadata,
    /// What came of it, one entry per persona.
    pub results: &'a Entries,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: &'a Map,
}

impl Draft<'_> {
    /// Writes the file's contents, the same bytes as [`Results::to_bytes`](super::Results::to_bytes).
    ///
    /// # Errors
    /// What the writer said; what the source of the entries said, as text.
    pub fn write(&self, out: &mut dyn Write) -> std::io::Result<()> {
        serde_json::to_writer_pretty(out, self).map_err(|source| match source.io_error_kind() {
            Some(_) => source.into(),
            None => std::io::Error::other(Error::Encode { what: Kind::Results, source }),
        })
    }
}
