//! A results file read in a stream: what is wanted of each entry is taken as it passes, and no entry is kept.
//!
//! What [`Results::load`] accepts is accepted here, with the same content, and what it refuses is refused with the same
//! words.

use super::entries::Entries;
use super::entry::{Entry, Part};
use super::results::{Metadata, PersonaResult, Results};
use super::{DataFolder, Error, FileName, Map};

/// What is taken of the entries of a file.
///
/// Parts of a file are taken side by side and put together afterwards, so `then` must give what taking the entries of
/// both, one after the other, would have given.
pub trait Gather: Clone + Send + Sync {
    /// Takes what is wanted of the next entry.
    fn take(&mut self, entry: &Entry<'_>);

    /// Adds what was taken of later entries.
    fn then(&mut self, later: Self);
}

/// All of a results file but its entries.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// What the run was. A baseline in it has no results: they have passed as entries.
    pub metadata: Metadata,
    /// Keys that this version does not know.
    pub extra: Map,
    /// What passed.
    pub counts: Counts,
    /// SHA-256 of the file's bytes, 64 hexadecimal digits.
    pub sha256: String,
}

impl AsRef<Metadata> for Head {
    fn as_ref(&self) -> &Metadata {
        &self.metadata
    }
}

/// The entries of `results`, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries.
    pub personas: usize,
    /// Entries with a decision.
    pub decided: usize,
    /// The most messages that one entry has.
    pub most: usize,
    /// Decisions.
    pub total: u64,
    /// Positive ones.
    pub yes: u64,
}

impl Gather for Counts {
    fn take(&mut self, entry: &Entry<'_>) {
        if entry.part == Part::Results {
            let messages = entry.messages.len();
            self.personas += 1;
            self.decided += usize::from(messages > 0);
            self.most = self.most.max(messages);
            self.total += messages as u64;
            self.yes += entry.messages.iter().filter(|said| said.yes).count() as u64;
        }
    }

    fn then(&mut self, later: Self) {
        self.personas += later.personas;
        self.decided += later.decided;
        self.most = self.most.max(later.most);
        self.total += later.total;
        self.yes += later.yes;
    }
}

/// Takes from every entry of a file what `empty` wants of it. The entries of each [`Part`] come in order.
///
/// # Errors
///
/// As [`Results::load`].
pub fn gather<G: Gather>(folder: &DataFolder, file: &FileName, empty: &G) -> Result<(G, Head), Error> {
    fold(folder, file, || empty.clone(), G::take)
}

/// Shows every entry of a file to `see`, the entries of each [`Part`] in order. What comes of it is given only if the
/// whole file is good. Should the file have to be read a second time, `see` begins anew with what `start` gives.
///
/// # Errors
///
/// As [`Results::load`].
pub fn fold<A>(
    folder: &DataFolder,
    file: &FileName,
    start: impl Fn() -> A,
    mut see: impl FnMut(&mut A, &Entry<'_>),
) -> Result<(A, Head), Error> {
    whole(folder, file, start(), &mut see)
}

/// The same with the whole file in memory: what is wrong with a file is explained best with all of it at hand.
fn whole<A>(
    folder: &DataFolder,
    file: &FileName,
    mut gathered: A,
    see: &mut impl FnMut(&mut A, &Entry<'_>),
) -> Result<(A, Head), Error> {
    let (Results { mut metadata, results, extra }, sha256) = Results::load(folder, file)?;
    let mut counts = Counts::default();
    let mut show = |part: Part, entries: &[PersonaResult]| {
        for (index, result) in entries.iter().enumerate() {
            let entry = Entry::of(part, index, result);
            counts.take(&entry);
            see(&mut gathered, &entry);
        }
    };
    if let Some(baseline) = metadata.rejoinder.as_mut().and_then(|own| own.baseline.as_mut()) {
        if let Entries::Held(entries) = std::mem::take(&mut baseline.results) {
            show(Part::Baseline, &entries);
        }
    }
    show(Part::Results, &results);
    Ok((gathered, Head { metadata, extra, counts, sha256 }))
}
