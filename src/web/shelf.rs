//! What is known of the results files, each looked at once for every version of it.

mod holding;
mod index;
mod summary;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, SystemTime};

pub use index::{Before, Index, Measured};
pub use summary::{GROUNDED, Summary, raised, stem};

use crate::data::{self, DataFolder, FileName, Kind};
use crate::optimize::before::readings;

/// Files whose summaries are kept.
const MOST_SUMMARIES: usize = 10_000;
/// Trials of the runs whose indexes are kept, beyond the one that is looked at: some 60 MB.
const MOST_TRIALS: usize = 1_000_000;

/// So long a page waits for a run that nobody has looked into yet.
const PATIENCE: Duration = Duration::from_millis(150);
/// Bytes of a file from which on looking into it takes longer than a reader would wait.
const LONG: u64 = 8 << 20;
/// Bytes of a trial in its file, at least.
const BYTES_A_TRIAL: usize = 500;

/// What tells the versions of a file apart: when it was changed, how long it is, and when what was read of it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamp(Option<SystemTime>, u64, Option<SystemTime>);

impl Stamp {
    /// That of a file as it is now.
    #[must_use]
    pub fn of(folder: &DataFolder, file: &FileName) -> Self {
        let about = |file: &FileName| fs::metadata(folder.path(file)).ok();
        let changed = |about: &fs::Metadata| about.modified().ok();
        let reading = readings::beside(file).ok().and_then(|reading| about(&reading));
        let file = about(file);
        let length = file.as_ref().map_or(0, fs::Metadata::len);
        Stamp(file.as_ref().and_then(changed), length, reading.as_ref().and_then(changed))
    }
}

/// What is known.
#[derive(Default)]
pub struct Shelf {
    summaries: Mutex<HashMap<FileName, (Stamp, Arc<Summary>)>>,
    /// The one that was looked at last stands at the end.
    indexes: Mutex<Vec<(FileName, Stamp, Arc<Index>)>>,
    /// Who looks into a file keeps others from doing the same.
    turns: Mutex<HashMap<FileName, Arc<Mutex<()>>>>,
}

impl Shelf {
    /// What a list says of a file, if it is known.
    #[must_use]
    pub fn known(&self, folder: &DataFolder, file: &FileName) -> Option<Arc<Summary>> {
        let summaries = lock(&self.summaries);
        let (stamp, summary) = summaries.get(file)?;
        (*stamp == Stamp::of(folder, file)).then(|| Arc::clone(summary))
    }

    /// What a list says of a file.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn summary(&self, folder: &DataFolder, file: &FileName) -> Result<Arc<Summary>, data::Error> {
        self.in_turn(file, || {
            if let Some(known) = self.known(folder, file) {
                return Ok(known);
            }
            let stamp = Stamp::of(folder, file);
            let summary = Arc::new(Summary::read(folder, file)?);
            let mut summaries = lock(&self.summaries);
            if summaries.len() >= MOST_SUMMARIES {
                summaries.clear();
            }
            summaries.insert(file.clone(), (stamp, Arc::clone(&summary)));
            Ok(summary)
        })
    }

    /// Where every trial of a run stands, if that is known in a moment. `None` where it takes longer: it is read on,
    /// and who asks again gets it.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn index_soon(
        self: &Arc<Self>,
        folder: &DataFolder,
        file: &FileName,
    ) -> Result<Option<Arc<Index>>, data::Error> {
        let (sender, receiver) = mpsc::channel();
        let (shelf, folder, file) = (Arc::clone(self), folder.clone(), file.clone());
        let read = move || drop(sender.send(shelf.index(&folder, &file)));
        // Without a thread it is read here.
        if std::thread::Builder::new().name("index".into()).spawn(read.clone()).is_err() {
            read();
        }
        match receiver.recv_timeout(PATIENCE) {
            Ok(index) => index.map(Some),
            Err(_) => Ok(None),
        }
    }

    /// Looks into what has come since the last time, so that nobody has to wait for it: lists first, then the long
    /// runs, the latest first, as many as are kept. `seen` are those that it has looked into.
    pub fn warm(&self, folder: &DataFolder, seen: &mut HashSet<(FileName, Stamp)>) {
        let mut files: Vec<(Stamp, FileName)> = folder
            .list(Kind::Results)
            .unwrap_or_default()
            .into_iter()
            .map(|file| (Stamp::of(folder, &file), file))
            .collect();
        files.sort_by_key(|(stamp, _)| std::cmp::Reverse(stamp.0));
        for (_, file) in files.iter().take(MOST_SUMMARIES) {
            if self.known(folder, file).is_none() {
                let _ = self.summary(folder, file);
            }
        }
        let mut room = MOST_TRIALS * BYTES_A_TRIAL;
        for (stamp, file) in files.iter().filter(|(stamp, _)| stamp.1 >= LONG) {
            room = room.saturating_sub(stamp.1 as usize);
            if room > 0 && seen.insert((file.clone(), *stamp)) {
                let _ = self.index(folder, file);
            }
        }
    }

    /// Where every trial of a run stands.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn index(&self, folder: &DataFolder, file: &FileName) -> Result<Arc<Index>, data::Error> {
        self.in_turn(file, || {
            let stamp = Stamp::of(folder, file);
            {
                let mut indexes = lock(&self.indexes);
                if let Some(at) = indexes.iter().position(|(own, known, _)| own == file && *known == stamp) {
                    let found = indexes.remove(at);
                    let index = Arc::clone(&found.2);
                    indexes.push(found);
                    return Ok(index);
                }
                indexes.retain(|(own, ..)| own != file);
            }
            let index = Arc::new(Index::read(folder, file)?);
            let mut indexes = lock(&self.indexes);
            indexes.push((file.clone(), stamp, Arc::clone(&index)));
            let mut held = 0;
            let kept = indexes.iter().rev().take_while(|(_, _, own)| {
                let first = held == 0;
                held += own.trials.len().max(1);
                first || held <= MOST_TRIALS
            });
            let kept = kept.count();
            let from = indexes.len() - kept;
            indexes.drain(..from);
            Ok(index)
        })
    }

    fn in_turn<T>(&self, file: &FileName, work: impl FnOnce() -> T) -> T {
        let turn = {
            let mut turns = lock(&self.turns);
            // What nobody waits for is not kept.
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            Arc::clone(turns.entry(file.clone()).or_default())
        };
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        work()
    }
}

/// The lock, whatever became of who held it before.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
