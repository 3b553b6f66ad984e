//! The journal: every answered call and every run, in SQLite (`journal.db` in the data folder).
//!
//! An answer is durable before it is used. Commits are synced to disk, and grouped: while one is being synced, the
//! answers that arrive meanwhile wait together for the next, so that durability costs latency, not throughput.
//!
//! A run is one command with its inputs. It is *open* until it has written what it was to write; the same command then
//! finds it, goes on, and gets every answer that is here from here. A run belongs to the process that holds its lock
//! file; the operating system lets go of it when the process dies, however it dies.

mod attempts;
mod batches;
mod calls;
mod checkpoints;
mod error;
mod forget;
mod listed;
mod live;
mod requests;
mod rows;
mod runs;
mod schema;
mod trials;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use rusqlite::Connection;

use checkpoints::Checkpoints;

pub use attempts::{AttemptPlace, AttemptRow, AttemptState};
pub use batches::{BatchEnd, OpenBatch};
pub use calls::{Call, CallLog, Key, RecordedCall, key_of};
pub use error::Error;
pub use forget::{ForgottenCalls, Traces};
pub use listed::{RunRow, Spending};
pub use live::{LiveFile, is_under_way, is_under_way_in, live_text, live_texts};
pub use runs::{Inputs, OpenRun, RunState, kept};
pub use trials::{BatchRow, TrialRow, Trials};

/// The file's name in the data folder.
pub const FILE: &str = "journal.db";

/// An open journal. Cheap to clone.
#[derive(Clone)]
pub struct Journal(Arc<Shared>);

struct Shared {
    path: PathBuf,
    /// For reading, and for the few writes that are not calls.
    connection: Mutex<Connection>,
    writer: writer::Writer,
}

/// The journals that this process has open.
static OPEN: Mutex<Vec<Weak<Shared>>> = Mutex::new(Vec::new());

/// Writes whatever any open journal has still to write. Dropping a journal does the same; this is for a process that
/// must exit at once, without dropping anything.
pub fn flush() {
    let open: Vec<Arc<Shared>> =
        OPEN.lock().unwrap_or_else(PoisonError::into_inner).iter().filter_map(Weak::upgrade).collect();
    for journal in open {
        journal.writer.flush();
    }
}

impl Journal {
    /// Opens the journal of a data folder, and makes it where there is none.
    ///
    /// # Errors
    /// When it cannot be opened or written, is damaged, or is of a newer version than this program.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE);
        let _turn = schema::turn(&path)?;
        let connection = schema::open(&path)?;
        let checkpoints = Checkpoints::start(schema::open(&path)?);
        let writer = writer::Writer::start(schema::open(&path)?, checkpoints, path.clone());
        let shared = Arc::new(Shared { path, connection: Mutex::new(connection), writer });
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|journal| journal.strong_count() > 0);
        open.push(Arc::downgrade(&shared));
        Ok(Journal(shared))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    fn with<T>(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        let mut connection = self.0.connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut connection).map_err(|source| Error::from_sqlite(&self.0.path, source))
    }
}

#[cfg(test)]
mod tests;
