//! Calls that are put aside, to go with a message batch, while the job that makes them is worked on.
//!
//! While an engine works on a job inside [`within`], each call of the job is either answered from what the engine
//! already has, or put aside: then the call fails as if it had not been sent, the job ends, and it is worked on again
//! once the answer is there. Calls made outside such a job are not affected.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::budget::{Budget, Reserved};
use super::stop::Why;
use super::{Caller, asked};
use crate::journal::CallLog;
use crate::model::price::BATCH_SHARE;
use crate::model::retry::RetryPolicy;
use crate::model::{Answer, Failure, FailureKind, Request, Role};

/// Has calls put aside.
pub trait Aside: Send + Sync {
    /// Decides what becomes of a call that was not in the journal when this process started.
    ///
    /// # Errors
    /// Why there will be no answer.
    fn meet(&self, caller: &Caller, request: &Request) -> Result<Met, Failure>;
}

/// What becomes of a call.
#[derive(Clone, Debug)]
pub enum Met {
    /// It has been answered.
    Answered(Answer),
    /// It is put aside.
    Later,
    /// It is sent like any other.
    Now,
}

tokio::task_local! {
    static JOB: Arc<Job>;
}

/// A job while it is worked on.
struct Job {
    aside: Arc<dyn Aside>,
    /// Calls that came from the journal so far.
    found: AtomicU32,
    /// How many of them were counted, by this or an earlier time that the job was worked on.
    counted: AtomicU32,
    waits: AtomicBool,
    /// One of its calls was sent, and so are all that come after it: the job is not worked on again.
    is_online: AtomicBool,
}

/// What a job that is worked on again has left behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// How many of the job's journaled calls have been counted.
    counted: u32,
}

/// How a job has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Whether one of its calls was put aside, so that it has to be worked on again.
    pub waits: bool,
    /// To be given the next time.
    pub trace: Trace,
}

/// Works on a job whose calls are put aside. `trace` is the trace with which the job ended the last time. The job must
/// make its calls one after the other, in the task that awaits this.
pub async fn within(aside: Arc<dyn Aside>, trace: Trace, job: impl Future<Output = ()>) -> Ended {
    let state = Arc::new(Job {
        aside,
        found: AtomicU32::new(0),
        counted: AtomicU32::new(trace.counted),
        waits: AtomicBool::new(false),
        is_online: AtomicBool::new(false),
    });
    JOB.scope(Arc::clone(&state), job).await;
    let trace = Trace { counted: state.counted.load(Ordering::Relaxed) };
    Ended { waits: state.waits.load(Ordering::Relaxed), trace }
}

/// What this job's engine says to a call; `None` where it is to be sent.
pub(super) fn meet(caller: &Caller, request: &Request) -> Result<Option<Answer>, Failure> {
    let Ok(job) = JOB.try_with(Arc::clone) else { return Ok(None) };
    if caller.model.batches().is_none() || job.is_online.load(Ordering::Relaxed) {
        return Ok(None);
    }
    match job.aside.meet(caller, request)? {
        Met::Answered(answer) => Ok(Some(answer)),
        Met::Now => {
            job.is_online.store(true, Ordering::Relaxed);
            Ok(None)
        }
        Met::Later => {
            job.waits.store(true, Ordering::Relaxed);
            Err(Failure::new(FailureKind::Stopped, "not sent now: it goes with a message batch"))
        }
    }
}

/// Whether a call that the journal answers has not been counted yet.
pub(super) fn is_first_time() -> bool {
    JOB.try_with(|job| {
        let number = job.found.fetch_add(1, Ordering::Relaxed) + 1;
        job.counted.fetch_max(number, Ordering::Relaxed) < number
    })
    .unwrap_or(true)
}

/// Whether the job has a call put aside. If so, nothing that the job does now is final.
#[must_use]
pub fn waits() -> bool {
    JOB.try_with(|job| job.waits.load(Ordering::Relaxed)).unwrap_or(false)
}

/// What an engine needs from a caller for the calls that it has put aside.
impl Caller {
    /// Who asks.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// The run's part of the journal, once the run has begun.
    #[must_use]
    pub fn log(&self) -> Option<&CallLog> {
        self.shared.log.get()
    }

    /// What may be spent.
    #[must_use]
    pub fn budget(&self) -> &Budget {
        &self.shared.budget
    }

    /// What is repeated.
    #[must_use]
    pub fn retry(&self) -> &RetryPolicy {
        &self.retry
    }

    /// The most dollars that a call can cost with a message batch.
    #[must_use]
    pub fn most_batched(&self, request: &Request) -> f64 {
        self.most(request) * BATCH_SHARE
    }

    /// Records the answer that a message batch brought in the journal, the meter and the budget, like any other answer.
    ///
    /// # Errors
    /// [`FailureKind::Journal`] when it could not be made durable.
    pub async fn keep_batched(&self, request: &Request, answer: Answer, reserved: Reserved) -> Result<Answer, Failure> {
        self.keep(request, asked(request), answer, reserved).await
    }

    /// Counts a call that is asked again.
    pub fn count_repeated(&self) {
        self.shared.meter.retried(self.role);
    }

    /// Closes the host for good, for this reason: the run is to stop.
    pub fn refuse(&self, failure: Failure) {
        self.permits.close(failure);
        self.shared.stop.ask(Why::Refused);
    }

    /// Stops the run, since the journal has failed. The failure that says so is returned.
    #[must_use]
    pub fn unkept(&self, error: &crate::journal::Error) -> Failure {
        self.journal_failed(error.to_string())
    }
}
