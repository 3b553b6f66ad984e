//! The batch's calls go with message batches, at half the price.
//!
//! It works in rounds. A job is worked on until it makes a call that has no answer yet; that call is put aside, and the
//! job waits. When every job has ended or waits, what was put aside goes to the host as message batches. Their results
//! come into the journal as any answer does, and the waiting jobs are worked on once more: the call that they waited
//! for has its answer now, and the next one is put aside. Stages (messages, decisions, claims) come about by
//! themselves.
//!
//! A batch is in the journal before it is handed in, so that whoever goes on with the run collects it.

mod collect;
mod create;
mod desk;
mod earlier;
mod leave;
mod rounds;
mod split;
mod submit;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use self::earlier::Earlier;
use super::{Engine, Jobs, Work};
use crate::call::stop::Stop;
use crate::event::Events;
use crate::model::batching;

/// Puts a question to the person at the terminal: whether what is under way should be cancelled.
pub type Question = Arc<dyn Fn(String) -> BoxFuture<'static, bool> + Send + Sync>;

/// How batches are handed in and waited for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manner {
    /// The most requests of one batch.
    pub most_requests: usize,
    /// The most bytes of one batch.
    pub most_bytes: u64,
    /// The first wait before a batch's progress is looked at; it grows by half each time.
    pub first_look: Duration,
    /// Where it ends to grow.
    pub longest_look: Duration,
    /// If set, the tail is sent online: requests that a batch did not answer, and rounds of fewer calls than this.
    pub urgent_below: Option<usize>,
}

impl Default for Manner {
    fn default() -> Self {
        Manner {
            most_requests: batching::MOST_REQUESTS,
            most_bytes: batching::MOST_BYTES,
            first_look: Duration::from_millis(500),
            longest_look: Duration::from_secs(60),
            urgent_below: None,
        }
    }
}

/// Rounds of fewer calls than this are the tail of a run that is urgent.
pub const TAIL: usize = 100;

/// The engine.
pub struct Batches {
    manner: Manner,
    scratch: PathBuf,
    events: Events,
    stop: Stop,
    /// Where there is a terminal.
    question: Option<Question>,
    /// Batches that an earlier process has handed in for this run.
    earlier: Earlier,
}

impl Batches {
    /// An engine that keeps on the disk of this folder what does not belong into memory.
    #[must_use]
    pub fn new(manner: Manner, scratch: PathBuf, events: Events, stop: Stop, question: Option<Question>) -> Self {
        Batches { manner, scratch, events, stop, question, earlier: Earlier::default() }
    }
}

impl Engine for Batches {
    fn each(&self, jobs: Jobs, width: usize, work: Work) -> BoxFuture<'_, ()> {
        Box::pin(self.rounds(jobs, width, work))
    }
}
