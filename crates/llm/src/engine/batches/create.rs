//! Handing in one batch, and not twice.
//!
//! A batch carries no name of ours by which its host would recognise it. So before it is handed in, the journal notes
//! which batch was the account's newest. If the host's answer is lost, later batches are looked at: one with the same
//! number of requests that nobody here knows is taken for ours, until its results say otherwise. One case cannot be
//! excluded: a host that lists a batch only after it has been looked for twice.

use std::sync::Arc;
use std::time::Duration;

use super::Batches;
use super::desk::{Desk, Forms, PendingCall};
use crate::call::Caller;
use crate::journal::{BatchEnd, Key};
use crate::model::batching::{Batch, Batching};
use crate::model::form::MOST_CHANGES;
use crate::model::retry::{Retry, RetryPolicy};
use crate::model::{Failure, FailureKind};

/// How long a batch that is on its way out may take once the run is to stop.
const GRACE: Duration = Duration::from_secs(5);

/// Retries beyond those of a single call, because the trials of a whole round depend on a batch.
const MORE_RETRIES: u32 = 4;

/// Whether a batch is at its host.
pub(super) enum Found {
    /// It is, under this name.
    Here(String),
    /// It is not.
    Nowhere,
    /// The host does not say.
    Unknown,
}

impl Batches {
    /// Hands in these calls. Returns the batch's number in the journal, its name, and the forms of its requests.
    ///
    /// # Errors
    /// Why it is not there.
    pub(super) async fn create(
        &self,
        desk: &Arc<Desk>,
        caller: &Caller,
        calls: &Arc<[PendingCall]>,
    ) -> Result<(Option<i64>, String, Forms), Failure> {
        let host = host(caller)?;
        let before = self.patiently(caller, || host.newest(None)).await?.into_iter().next().map(|batch| batch.id);
        let number = match caller.log() {
            Some(log) => {
                let keys: Vec<Key> = calls.iter().map(|noted| noted.key).collect();
                let begun = log.batch_begun(caller.model().host(), before.as_deref(), &keys);
                Some(begun.map_err(|error| caller.unkept(&error))?)
            }
            None => None,
        };
        let (policy, mut attempt, mut changes) = (self.patience(caller), 0, 0);
        loop {
            let forms = desk.forms();
            let created = tokio::select! {
                created = host.create(desk.lines(Arc::clone(calls), &forms)) => created,
                () = async { self.stop.asked().await; tokio::time::sleep(GRACE).await } => return Err(self.stopped()),
            };
            let failure = match created {
                Ok(batch) => return Ok((number, self.named(caller, number, batch.id)?, forms)),
                Err(failure) => failure,
            };
            if failure.kind == FailureKind::Invalid
                && changes < MOST_CHANGES
                && desk.refused_whole(calls, &forms, &failure)
            {
                changes += 1;
                continue;
            }
            let unsure = failure.status.is_none_or(|status| !(300..500).contains(&status));
            let wait = match policy.decide(&failure, attempt, 0.0) {
                Retry::After(wait) => Some(wait),
                Retry::GiveUp => None,
            };
            for wait in [Some(Duration::ZERO), wait].into_iter().flatten() {
                self.sleep(wait).await?;
                if unsure {
                    match self.find(caller, before.as_deref(), calls.len()).await {
                        Found::Here(id) => return Ok((number, self.named(caller, number, id)?, forms)),
                        Found::Nowhere => {}
                        // To hand it in again could be to pay for it twice. It stays in the journal as it is.
                        Found::Unknown => return Err(failure),
                    }
                }
            }
            if wait.is_none() {
                self.end(caller, number, BatchEnd::Gone);
                return Err(failure);
            }
            attempt += 1;
        }
    }

    #[allow(clippy::result_large_err, reason = "one per batch")]
    fn named(&self, caller: &Caller, number: Option<i64>, id: String) -> Result<String, Failure> {
        if let (Some(log), Some(number)) = (caller.log(), number) {
            log.batch_named(number, &id).map_err(|error| caller.unkept(&error))?;
        }
        Ok(id)
    }

    /// Notes that a batch is open no longer.
    pub(super) fn end(&self, caller: &Caller, number: Option<i64>, end: BatchEnd) {
        if let (Some(log), Some(number)) = (caller.log(), number)
            && let Err(error) = log.batch_ended(number, end)
        {
            let _ = caller.unkept(&error);
        }
    }

    /// Looks for a batch with this many requests that came after the batch `after` and that the journal does not know.
    pub(super) async fn find(&self, caller: &Caller, after: Option<&str>, requests: usize) -> Found {
        let Ok(host) = host(caller) else { return Found::Unknown };
        let Ok(newest) = self.patiently(caller, || host.newest(after)).await else { return Found::Unknown };
        let is_known = |batch: &Batch| {
            let known = caller.log().map_or(Ok(false), |log| log.knows_batch(&batch.id));
            known.unwrap_or_else(|error| {
                let _ = caller.unkept(&error);
                true
            })
        };
        // The first that came after: it was handed in at once.
        let mut candidates = newest.into_iter().rev().filter(|batch| batch.counts.total() == requests as u64);
        candidates.find(|batch| !is_known(batch)).map_or(Found::Nowhere, |batch| Found::Here(batch.id))
    }

    /// Repeats this until it succeeds, as often as the retry policy allows.
    pub(super) async fn patiently<T, Fut>(&self, caller: &Caller, mut ask: impl FnMut() -> Fut) -> Result<T, Failure>
    where
        Fut: Future<Output = Result<T, Failure>>,
    {
        let (policy, mut attempt) = (self.patience(caller), 0);
        loop {
            let failure = match ask().await {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            match policy.decide(&failure, attempt, 0.0) {
                Retry::After(wait) => self.sleep(wait).await?,
                Retry::GiveUp => return Err(failure),
            }
            attempt += 1;
        }
    }

    /// As patient as for a call, and more: on a batch hang thousands of them.
    pub(super) fn patience(&self, caller: &Caller) -> RetryPolicy {
        let policy = caller.retry();
        let max_retries = if policy.max_retries == 0 { 0 } else { policy.max_retries + MORE_RETRIES };
        RetryPolicy { max_retries, longest_backoff: self.manner.longest_look, ..policy.clone() }
    }

    /// Waits, unless the run is to stop.
    pub(super) async fn sleep(&self, wait: Duration) -> Result<(), Failure> {
        tokio::select! {
            biased;
            () = self.stop.asked() => Err(self.stopped()),
            () = tokio::time::sleep(wait) => Ok(()),
        }
    }

    pub(super) fn stopped(&self) -> Failure {
        Failure::new(FailureKind::Stopped, "not handed in, since the run is to stop")
    }
}

/// The batches of a door's host.
#[allow(clippy::result_large_err, reason = "one per batch")]
pub(super) fn host(caller: &Caller) -> Result<&dyn Batching, Failure> {
    caller.model().batches().ok_or_else(|| Failure::new(FailureKind::Invalid, "a model without message batches"))
}
