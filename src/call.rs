//! The only door to a model: permit, send, retry, record.
//!
//! A [`Caller`] is one role's access to one model. Everything that a call costs is counted in the [`Meter`] before its
//! answer is handed on, and answers that turn out to be unusable are counted as well: they were paid for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::event::{Event, Events};
use crate::model::limits::permits::Permits;
use crate::model::market;
use crate::model::retry::{Retry, RetryPolicy};
use crate::model::{Answer, Failure, Model, Reply, Request, Role, Usage, digest};

/// What one role has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Calls that were answered.
    pub calls: u64,
    /// Sends that failed and were sent again.
    pub retries: u64,
    /// Of the answered calls, those that the market answered.
    pub simulated: u64,
    /// Tokens.
    pub usage: Usage,
}

impl Used {
    /// What was used between `earlier` and now.
    #[must_use]
    pub fn less(&self, earlier: &Used) -> Used {
        Used {
            calls: self.calls - earlier.calls,
            retries: self.retries - earlier.retries,
            simulated: self.simulated - earlier.simulated,
            usage: self.usage - earlier.usage,
        }
    }
}

/// Counts what every role uses. Shared by all callers of a run.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    used: Arc<Mutex<BTreeMap<Role, Used>>>,
    met_the_market: Arc<AtomicBool>,
}

impl Meter {
    /// What has been used so far, per role.
    #[must_use]
    pub fn read(&self) -> BTreeMap<Role, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether any answer carried the market's mark, which it does over HTTP too: a simulated rate is never shown
    /// without that word, whatever the model was called.
    #[must_use]
    pub fn met_the_market(&self) -> bool {
        self.met_the_market.load(Ordering::Relaxed)
    }

    fn update(&self, role: Role, change: impl FnOnce(&mut Used)) {
        change(self.used.lock().unwrap_or_else(PoisonError::into_inner).entry(role).or_default());
    }

    fn record(&self, role: Role, answer: &Answer) {
        let simulated = answer.request_id.as_deref().is_some_and(|id| id.starts_with(market::REQUEST_ID_PREFIX));
        self.update(role, |used| {
            used.calls += 1;
            used.simulated += u64::from(simulated);
            used.usage += answer.usage;
        });
        if simulated {
            self.met_the_market.store(true, Ordering::Relaxed);
        }
    }
}

/// One role's door to its model. Cheap to clone.
#[derive(Clone)]
pub struct Caller {
    role: Role,
    model: Arc<dyn Model>,
    permits: Permits,
    retry: RetryPolicy,
    meter: Meter,
    events: Events,
}

impl Caller {
    /// A door for `role` to `model`. Roles on the same host should be given clones of the same `permits`.
    #[must_use]
    pub fn new(
        role: Role,
        model: Arc<dyn Model>,
        permits: Permits,
        retry: RetryPolicy,
        meter: Meter,
        events: Events,
    ) -> Self {
        Caller { role, model, permits, retry, meter, events }
    }

    /// The model behind this door.
    #[must_use]
    pub fn model(&self) -> &dyn Model {
        &*self.model
    }

    /// Why this role's host has been closed for good, if it has.
    #[must_use]
    pub fn refusal(&self) -> Option<Failure> {
        self.permits.closed()
    }

    /// Where this role's events go.
    #[must_use]
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// Asks once and waits for the answer, through as many retries as the policy allows.
    ///
    /// # Errors
    /// The last failure, when the policy gives up or the host has been closed for good (a revoked key, say).
    pub async fn ask(&self, request: &Request) -> Result<Answer, Failure> {
        let mut attempt = 0;
        loop {
            let permit = self.permits.acquire().await?;
            let result = self.model.send(request).await;
            self.permits.observe(&result);
            drop(permit);
            match result {
                Ok(Reply { answer, .. }) => {
                    self.meter.record(self.role, &answer);
                    self.events.emit(Event::CallAnswered);
                    return Ok(answer);
                }
                Err(failure) => match self.retry.decide(&failure, attempt, jitter(request, attempt)) {
                    Retry::After(wait) => {
                        attempt += 1;
                        self.meter.update(self.role, |used| used.retries += 1);
                        self.announce(&failure, wait);
                        tokio::time::sleep(wait).await;
                    }
                    Retry::GiveUp => {
                        if failure.kind.is_final_for_host() || self.permits.only_refuses() {
                            self.permits.close(failure.clone());
                        }
                        return Err(failure);
                    }
                },
            }
        }
    }

    fn announce(&self, failure: &Failure, wait: Duration) {
        self.events.emit(Event::CallRetried { role: self.role.to_string(), reason: failure.message.clone(), wait });
    }
}

/// A number in 0..1 that spreads retries. Taken from the call itself rather than from a clock or a generator, so that
/// a repeated run waits the same and concurrent calls still wait differently.
fn jitter(request: &Request, attempt: u32) -> f64 {
    let hex = digest(&[request.key.as_str(), &attempt.to_string()]);
    let bits = u32::from_str_radix(&hex[..8], 16).unwrap_or(0);
    f64::from(bits) / f64::from(u32::MAX)
}
