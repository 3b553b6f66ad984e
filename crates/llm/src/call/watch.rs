//! The times of a run's calls, shared by its callers, and which of those calls are late.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::straggler::{Ledger, Policy};
use crate::event::{Event, Events};
use crate::model::Role;

/// Shared by all callers of a run. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    policy: Policy,
    ledger: Arc<Mutex<Ledger>>,
}

/// Somebody waits for a call, until this is dropped.
pub(super) struct Open(Watch);

/// A straggler, until this is dropped.
pub(super) struct Straggling<'a> {
    watch: &'a Watch,
    events: &'a Events,
    role: Role,
    number: u64,
}

impl Watch {
    /// Nothing was seen yet.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Watch { policy, ledger: Arc::default() }
    }

    pub(super) fn policy(&self) -> Policy {
        self.policy
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Ledger) -> T) -> T {
        work(&mut self.ledger.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn open(&self) -> Open {
        self.with(Ledger::open);
        Open(self.clone())
    }

    /// How often a straggler's situation is looked at again.
    pub(super) fn look(&self) -> Duration {
        (self.policy.margin / 5).max(Duration::from_millis(10))
    }

    /// Returns once a call that was sent at `sent` is a straggler.
    pub(super) async fn late(&self, role: Role, sent: Instant) {
        let Policy { margin, .. } = self.policy;
        // No call is one before: what returns in time costs a timer and no more.
        let mut wait = margin;
        loop {
            sleep(wait).await;
            wait = match self.with(|ledger| ledger.patience(role, margin, sent, Instant::now())) {
                Some(Duration::ZERO) => return,
                // What is usual changes meanwhile.
                Some(left) => left.min(margin).max(Duration::from_millis(1)),
                None => self.look(),
            };
        }
    }

    /// Reports a straggler until the returned guard is dropped.
    pub(super) fn name<'a>(&'a self, role: Role, sent: Instant, events: &'a Events) -> Straggling<'a> {
        let number = self.with(|ledger| {
            let number = ledger.is_late(role, sent);
            tell(ledger, role, events);
            number
        });
        Straggling { watch: self, events, role, number }
    }
}

/// Sends the event while the ledger is locked: otherwise two changes at once could be reported in the wrong order, and
/// the earlier one would stand.
fn tell(ledger: &Ledger, role: Role, events: &Events) {
    let late = ledger.late(role);
    events.emit(Event::Stragglers {
        role: role.to_string(),
        calls: late.map_or(0, |late| late.calls),
        since: late.map(|late| late.since.into_std()),
    });
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.with(Ledger::close);
    }
}

impl Drop for Straggling<'_> {
    fn drop(&mut self) {
        self.watch.with(|ledger| {
            ledger.is_over(self.role, self.number);
            tell(ledger, self.role, self.events);
        });
    }
}
