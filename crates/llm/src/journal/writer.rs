//! One thread that writes, in groups.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::checkpoints::{self, Checkpoints};
use super::rows::{self, Sums, Texts};
use super::{Call, Error, TrialRow};

/// More than these are not put into one commit, so that the first of them need not wait for ever.
const MOST_AT_ONCE: usize = 4_096;
/// Trials go to disk with the next calls, or alone after this time: nobody waits for them, and a commit of their own
/// for each would keep the disk from the calls.
const TRIALS_WAIT: Duration = Duration::from_millis(250);

/// What the thread is asked to do.
pub(super) enum Order {
    /// Write a run's call and tell when it is on disk.
    Call(Box<Record>),
    /// Write how one of a run's trials ended, some time soon.
    Trial(String, TrialRow),
    /// Write all that was ordered before and tell when it is done.
    Flush(mpsc::Sender<()>),
    /// Let the file grow no further than so many pages, as a full disk would.
    #[cfg(test)]
    LimitPages(u32),
}

/// A run's number, its call, and whom to tell.
pub(super) struct Record {
    run: i64,
    call: Call,
    done: oneshot::Sender<Result<(), Error>>,
}

/// The thread and its letter box. When it is dropped, what is in the box is written before the thread ends.
pub(super) struct Writer {
    letters: Option<mpsc::Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection, checkpoints: Checkpoints, path: PathBuf) -> Self {
        let (sender, receiver) = mpsc::channel();
        // Left to the thread that does nothing else.
        let _ = connection.pragma_update(None, "wal_autocheckpoint", 0);
        let thread = std::thread::spawn(move || {
            let (calls, trials, flushes) = (Vec::new(), Vec::new(), Vec::new());
            let texts = Texts::default();
            Desk { connection, checkpoints, uncopied: 0, path, texts, calls, trials, flushes }.work(&receiver);
        });
        Writer { letters: Some(sender), thread: Some(thread) }
    }

    /// Returns when the call is on disk.
    pub(super) async fn write(&self, run: i64, call: Call) -> Result<(), Error> {
        let gone = || Error::Other { path: PathBuf::from(super::FILE), reason: "its writer has ended".into() };
        let (done, written) = oneshot::channel();
        self.order(Order::Call(Box::new(Record { run, call, done })));
        written.await.map_err(|_| gone())?
    }

    /// Puts an order into the box. If the thread will never see it, its sender is dropped, which tells the caller.
    pub(super) fn order(&self, order: Order) {
        if let Some(sender) = &self.letters {
            let _ = sender.send(order);
        }
    }

    #[cfg(test)]
    pub(super) fn limit_pages(&self, pages: u32) {
        self.order(Order::LimitPages(pages));
    }

    /// Returns when everything ordered before has been written, or has failed to be.
    pub(super) fn flush(&self) {
        let (done, flushed) = mpsc::channel();
        self.order(Order::Flush(done));
        let _ = flushed.recv();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.letters.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The thread's own state: orders that it has taken out of the box and not yet written.
struct Desk {
    connection: Connection,
    checkpoints: Checkpoints,
    /// Bytes of calls since the log was last copied.
    uncopied: usize,
    path: PathBuf,
    texts: Texts,
    calls: Vec<Record>,
    trials: Vec<(String, TrialRow)>,
    flushes: Vec<mpsc::Sender<()>>,
}

impl Desk {
    fn work(mut self, orders: &mpsc::Receiver<Order>) {
        while let Ok(first) = orders.recv() {
            self.apply(first);
            let due = Instant::now() + TRIALS_WAIT;
            // With nobody waiting, more may come.
            while self.calls.is_empty() && self.flushes.is_empty() && self.trials.len() < MOST_AT_ONCE {
                match orders.recv_timeout(due.saturating_duration_since(Instant::now())) {
                    Ok(order) => self.apply(order),
                    Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
                }
            }
            for order in orders.try_iter().take(MOST_AT_ONCE) {
                self.apply(order);
            }
            self.write();
        }
    }

    fn apply(&mut self, order: Order) {
        match order {
            Order::Call(record) => self.calls.push(*record),
            Order::Trial(run, trial) => self.trials.push((run, trial)),
            Order::Flush(done) => self.flushes.push(done),
            #[cfg(test)]
            Order::LimitPages(pages) => self.connection.pragma_update(None, "max_page_count", pages).unwrap_or(()),
        }
    }

    /// One commit of all that is there.
    fn write(&mut self) {
        let written = self.commit().map_err(|source| Error::from_sqlite(&self.path, source));
        if written.is_err() {
            // What was not committed has no numbers.
            self.texts = Texts::default();
        }
        // Trials that could not be written are not tried again: the calls tell the same.
        self.trials.clear();
        for record in self.calls.drain(..) {
            // Nobody waits any more if the run was stopped; the answer is kept all the same.
            let _ = record.done.send(written.clone());
        }
        for done in self.flushes.drain(..) {
            let _ = done.send(());
        }
        if self.uncopied >= checkpoints::EVERY {
            self.uncopied = 0;
            self.checkpoints.due();
        }
    }

    fn commit(&mut self) -> rusqlite::Result<()> {
        if self.calls.is_empty() && self.trials.is_empty() {
            return Ok(());
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut sums: BTreeMap<i64, Sums> = BTreeMap::new();
        for Record { run, call, .. } in &self.calls {
            let bytes = rows::call(&transaction, &mut self.texts, *run, call)?;
            self.uncopied += bytes;
            sums.entry(*run).or_default().add(call, bytes);
        }
        for (run, sums) in sums {
            rows::sums(&transaction, run, &sums)?;
        }
        for (run, trial) in &self.trials {
            rows::trial(&transaction, run, trial)?;
        }
        transaction.commit()
    }
}
