//! Copies the log into the file, beside the commits and not between them.
//!
//! SQLite by itself does this in the commit that makes the log long enough, and all who wait for that commit wait until
//! some thousand pages have been written and synced: calls in flight then fall into step, and the host idles meanwhile.

use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::JoinHandle;

use rusqlite::Connection;

/// Bytes of calls after which the log is copied.
pub(super) const EVERY: usize = 8 << 20;

/// How many pages (64 MB) the log may reach before it is restarted after copying. Restarting holds up commits while the
/// latest pages are copied, so shorter logs are left to grow.
const LONGEST: i64 = 16_000;

/// The thread that copies. It ends when this is dropped.
pub(super) struct Checkpoints {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    pub(super) fn start(connection: Connection) -> Self {
        let (wake, woken) = mpsc::sync_channel(1);
        let thread = std::thread::spawn(move || work(&connection, &woken));
        Checkpoints { wake: Some(wake), thread: Some(thread) }
    }

    /// Says that there is something to copy. Nobody waits for it.
    pub(super) fn due(&self) {
        if let Some(wake) = &self.wake {
            // Where one is under way and another asked for already, that is enough.
            let _ = wake.try_send(());
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        drop(self.wake.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(connection: &Connection, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        // Busy, pages in the log, pages copied. What fails here is tried again next time, and fails loudly in a commit.
        let copied = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(1));
        if copied.is_ok_and(|pages| pages >= LONGEST) {
            let _ = connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()));
        }
    }
}
