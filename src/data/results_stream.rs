//! Reads a results file as a stream: what is wanted is taken from each entry as it passes, and no entry is kept.
//!
//! This reader accepts what [`Results::load`] accepts, with the same content, and refuses what it refuses, in the same
//! words: anything that it does not recognise as right, it leaves to [`Results::load`] to explain.
//!
//! One thread reads and cuts the file into batches of whole entries (`split.rs`), one hashes them, the others read the
//! entries (`entry_reader.rs`). Only a few batches are in memory at a time.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use sha2::{Digest, Sha256};

use super::entries::Entries;
use super::entry::{Entry, Part};
use super::entry_reader;
use super::folder::LARGEST_STREAM;
use super::json::Fault;
use super::results::{self, Metadata, PersonaResult, Results};
use super::split::{self, Batch, Wrong};
use super::{DataFolder, Error, FileName, Map};

/// Batches that may wait for each thread.
const WAITING: usize = 2;
/// The most threads that read entries. With more, the one that cuts the file would get no time.
const MOST_READERS: usize = 8;

/// How a file is read.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// Bytes of a batch.
    block: usize,
    /// Threads that read entries.
    readers: usize,
    /// Whether the hash of the file is wanted.
    is_hashed: bool,
}

impl Pace {
    /// A pace with this many readers, and batches that fit into the cache of a processor.
    fn for_readers(readers: usize) -> Self {
        Pace { block: 512 << 10, readers, is_hashed: true }
    }

    /// With a reader on every processor.
    fn side_by_side() -> Self {
        Pace::for_readers(thread::available_parallelism().map_or(1, usize::from).min(MOST_READERS))
    }
}

/// What is taken of the entries of a file.
///
/// Parts of a file are gathered side by side and put together afterwards, so `then` must give what gathering the
/// entries of both, one after the other, would have given.
pub trait Gather: Clone + Send + Sync {
    /// Takes what is wanted of the next entry.
    fn gather(&mut self, entry: &Entry<'_>);

    /// Adds what was taken of later entries.
    fn then(&mut self, later: Self);
}

/// Gathers nothing: the file is only checked, and hashed.
impl Gather for () {
    fn gather(&mut self, _entry: &Entry<'_>) {}

    fn then(&mut self, (): Self) {}
}

/// Two things at once.
impl<A: Gather, B: Gather> Gather for (A, B) {
    fn gather(&mut self, entry: &Entry<'_>) {
        self.0.gather(entry);
        self.1.gather(entry);
    }

    fn then(&mut self, later: Self) {
        self.0.then(later.0);
        self.1.then(later.1);
    }
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

impl Counts {
    /// Counts one more entry with these decisions.
    pub(super) fn add(&mut self, decisions: impl IntoIterator<Item = bool>) {
        let (mut messages, mut yes) = (0, 0);
        for decision in decisions {
            messages += 1;
            yes += u64::from(decision);
        }
        self.personas += 1;
        self.decided += usize::from(messages > 0);
        self.most = self.most.max(messages);
        self.total += messages as u64;
        self.yes += yes;
    }
}

impl Gather for Counts {
    fn gather(&mut self, entry: &Entry<'_>) {
        if entry.part == Part::Results {
            self.add(entry.messages.iter().map(|said| said.yes));
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

/// Gathers from every entry of a file. `empty` is the value to start from. The entries of each [`Part`] come in order.
///
/// # Errors
///
/// As [`Results::load`].
pub fn gather<G: Gather>(folder: &DataFolder, file: &FileName, empty: &G) -> Result<(G, Head), Error> {
    gather_at(Pace::side_by_side(), folder, file, empty)
}

/// The same for callers that do not want the hash of the file, which takes a fifth of the time.
///
/// # Errors
///
/// As [`Results::load`].
pub fn look<G: Gather>(folder: &DataFolder, file: &FileName, empty: &G) -> Result<(G, Metadata, Counts), Error> {
    let pace = Pace { is_hashed: false, ..Pace::side_by_side() };
    let (gathered, head) = gather_at(pace, folder, file, empty)?;
    Ok((gathered, head.metadata, head.counts))
}

fn gather_at<G: Gather>(pace: Pace, folder: &DataFolder, file: &FileName, empty: &G) -> Result<(G, Head), Error> {
    let read = |batch: &Arc<Batch>| {
        let (mut gathered, mut counts) = (empty.clone(), Counts::default());
        read_batch(batch, |entry| {
            counts.gather(entry);
            gathered.gather(entry);
        })?;
        Ok((gathered, counts))
    };
    let (mut gathered, mut counts) = (empty.clone(), Counts::default());
    let passed = stream(pace, folder, file, read, |(later, more)| {
        gathered.then(later);
        counts.then(more);
        Ok(())
    })?;
    match passed.and_then(|passed| passed.head(&counts)) {
        Some(head) => Ok((gathered, head)),
        None => whole(folder, file, empty.clone(), &mut G::gather),
    }
}

/// Shows every entry of a file to `see`, the entries of each [`Part`] in order. Returns the result only if the whole
/// file is good. If the file has to be read a second time, `see` starts anew from what `start` gives.
///
/// # Errors
///
/// As [`Results::load`].
pub fn fold<A>(
    folder: &DataFolder,
    file: &FileName,
    start: impl Fn() -> A,
    see: impl FnMut(&mut A, &Entry<'_>),
) -> Result<(A, Head), Error> {
    fold_at(Pace::for_readers(1), folder, file, start, see)
}

fn fold_at<A>(
    pace: Pace,
    folder: &DataFolder,
    file: &FileName,
    start: impl Fn() -> A,
    mut see: impl FnMut(&mut A, &Entry<'_>),
) -> Result<(A, Head), Error> {
    let (mut gathered, mut counts) = (start(), Counts::default());
    let passed = stream(
        pace,
        folder,
        file,
        |batch| Ok(Arc::clone(batch)),
        |batch| {
            read_batch(&batch, |entry| {
                counts.gather(entry);
                see(&mut gathered, entry);
            })
        },
    )?;
    match passed.and_then(|passed| passed.head(&counts)) {
        Some(head) => Ok((gathered, head)),
        None => whole(folder, file, start(), &mut see),
    }
}

/// The entry whose bytes were at this place when the file was read in a stream.
///
/// # Errors
///
/// [`Error::Changed`] where there is none any more.
pub fn entry(
    folder: &DataFolder,
    file: &FileName,
    (part, index): (Part, usize),
    place: Range<u64>,
) -> Result<PersonaResult, Error> {
    let changed = || Error::Changed { path: folder.path(file) };
    let mut opened = folder.opened(file)?;
    let length = opened.metadata().map_err(|_| changed())?.len();
    if place.end > length {
        return Err(changed());
    }
    let mut bytes = vec![0; (place.end - place.start) as usize];
    opened.seek(SeekFrom::Start(place.start)).map_err(|_| changed())?;
    opened.read_exact(&mut bytes).map_err(|_| changed())?;
    let mut found = None;
    entry_reader::read(&bytes, place.start, (part, index), |entry| found = Some(entry.to_result()))
        .map_err(|_| changed())?;
    found.ok_or_else(changed)
}

fn read_batch(batch: &Batch, see: impl FnMut(&Entry<'_>)) -> Result<(), Wrong> {
    match &batch.entries {
        Some(entries) => {
            let from = batch.start + entries.range.start as u64;
            entry_reader::read(&batch.bytes[entries.range.clone()], from, (entries.part, entries.first), see)
        }
        None => Ok(()),
    }
}

/// What is left of a file once its entries have passed.
struct Passed {
    rest: Vec<u8>,
    sha256: String,
}

impl Passed {
    /// `None` if something is wrong with it.
    fn head(self, counts: &Counts) -> Option<Head> {
        let (metadata, extra) = results::head(&self.rest, counts).ok()?;
        Some(Head { metadata, extra, counts: *counts, sha256: self.sha256 })
    }
}

/// Reads a file in batches: `read` is called on the readers' threads, `see` on this one with what `read` gives, in the
/// order of the file. `None` if something is wrong with the file.
fn stream<B: Send>(
    pace: Pace,
    folder: &DataFolder,
    file: &FileName,
    read: impl Fn(&Arc<Batch>) -> Result<B, Wrong> + Sync,
    mut see: impl FnMut(B) -> Result<(), Wrong>,
) -> Result<Option<Passed>, Error> {
    let opened = folder.opened(file)?.take(LARGEST_STREAM + 1);
    thread::scope(|scope| {
        let (to_hash, unhashed) = sync_channel::<Arc<Batch>>(WAITING);
        let hasher = scope.spawn(move || hash(&unhashed, pace.is_hashed));
        let (mut to_read, mut seen) = (Vec::new(), Vec::new());
        for _ in 0..pace.readers {
            let (sender, unread) = sync_channel::<Arc<Batch>>(WAITING);
            let (gives, given) = sync_channel(WAITING);
            let read = &read;
            scope.spawn(move || unread.iter().map(|batch| read(&batch)).all(|read| gives.send(read).is_ok()));
            to_read.push(sender);
            seen.push(given);
        }
        let splitter = scope.spawn(move || split::split(opened, pace.block, in_turn(&to_hash, &to_read)));
        // In turn as they were given, so in the order of the file. The first that has ended has ended because there are
        // no more.
        let in_order = seen.iter().cycle().map_while(|given| given.recv().ok());
        let is_right = in_order.map(|read| read.and_then(&mut see)).all(|outcome| outcome.is_ok());
        // Whoever still wants to give something is told that nobody takes it.
        drop(seen);
        let rest = splitter.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let (sha256, length) = hasher.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        if length > LARGEST_STREAM {
            return Err(Error::TooLarge { path: folder.path(file), limit: LARGEST_STREAM });
        }
        Ok(rest.ok().filter(|_| is_right).map(|rest| Passed { rest, sha256 }))
    })
}

/// Gives every batch to the hasher, and those with entries to the readers in turn.
fn in_turn(to_hash: &SyncSender<Arc<Batch>>, to_read: &[SyncSender<Arc<Batch>>]) -> impl FnMut(Batch) -> bool {
    let mut turn = to_read.iter().cycle();
    move |batch| {
        let batch = Arc::new(batch);
        let is_hashed = to_hash.send(Arc::clone(&batch)).is_ok();
        is_hashed && (batch.entries.is_none() || turn.next().is_some_and(|reader| reader.send(batch).is_ok()))
    }
}

/// The hash, if it is wanted, and the length of all batches.
fn hash(batches: &Receiver<Arc<Batch>>, is_wanted: bool) -> (String, u64) {
    let (mut hasher, mut length) = (Sha256::new(), 0);
    for batch in batches {
        if is_wanted {
            hasher.update(&batch.bytes);
        }
        length += batch.bytes.len() as u64;
    }
    (rejoinder_files::hex(&hasher.finalize()), length)
}

/// The same with the whole file in memory: a fault is best explained with the whole file at hand.
fn whole<A>(
    folder: &DataFolder,
    file: &FileName,
    mut gathered: A,
    see: &mut impl FnMut(&mut A, &Entry<'_>),
) -> Result<(A, Head), Error> {
    let loaded = Results::load(folder, file).map_err(|error| match error {
        Error::TooLarge { path, .. } => {
            let problem = "something in it is not what it should be; it is too large to say what and where";
            Error::Json { path, fault: Fault::new("", problem) }
        }
        error => error,
    });
    let (Results { mut metadata, results, extra }, sha256) = loaded?;
    let mut counts = Counts::default();
    let mut show = |part: Part, entries: &[PersonaResult]| {
        for (index, result) in entries.iter().enumerate() {
            let entry = Entry::from_result(part, index, result);
            counts.gather(&entry);
            see(&mut gathered, &entry);
        }
    };
    if let Some(baseline) = metadata.rejoinder.as_mut().and_then(|provenance| provenance.baseline.as_mut())
        && let Entries::Held(entries) = std::mem::take(&mut baseline.results)
    {
        show(Part::Baseline, &entries);
    }
    show(Part::Results, &results);
    Ok((gathered, Head { metadata, extra, counts, sha256 }))
}

#[cfg(test)]
mod tests;
