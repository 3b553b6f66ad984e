//! Counts what every role uses.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::{Answer, Role, SIMULATED_PREFIX, Usage};

/// What one role has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Calls that were answered, including those answered from the journal: they are part of what the run took.
    pub calls: u64,
    /// How many of these were answered from the journal, and so cost nothing now.
    pub replayed: u64,
    /// Sends that failed and were sent again.
    pub retries: u64,
    /// Calls that were sent a second time beside the first.
    pub hedged: u64,
    /// How many of the answered calls the market answered.
    pub simulated: u64,
    /// Tokens.
    pub usage: Usage,
    /// How many of these tokens belong to calls that went with message batches.
    pub batched: Usage,
}

impl Used {
    /// What was used between `earlier` and now.
    #[must_use]
    pub fn less(&self, earlier: &Used) -> Used {
        Used {
            calls: self.calls - earlier.calls,
            replayed: self.replayed - earlier.replayed,
            retries: self.retries - earlier.retries,
            hedged: self.hedged - earlier.hedged,
            simulated: self.simulated - earlier.simulated,
            usage: self.usage - earlier.usage,
            batched: self.batched - earlier.batched,
        }
    }
}

/// Whether the market answered, in this process or over HTTP.
pub(super) fn is_simulated(answer: &Answer) -> bool {
    answer.request_id.as_deref().is_some_and(|id| id.starts_with(SIMULATED_PREFIX))
}

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnsweredBy {
    /// From the journal, at no cost.
    Journal,
    /// From the model's host.
    Host,
}

/// The counts of all roles. Shared by all callers of a run.
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

    /// Whether any answer carried the market's mark, as it does over HTTP too. A simulated rate is never shown without
    /// that word, whatever the model was called.
    #[must_use]
    pub fn met_the_market(&self) -> bool {
        self.met_the_market.load(Ordering::Relaxed)
    }

    pub(super) fn retried(&self, role: Role) {
        self.update(role, |used| used.retries += 1);
    }

    pub(super) fn hedged(&self, role: Role) {
        self.update(role, |used| used.hedged += 1);
    }

    pub(super) fn answered(&self, role: Role, answer: &Answer, by: AnsweredBy) {
        let simulated = is_simulated(answer);
        self.update(role, |used| {
            used.calls += 1;
            used.replayed += u64::from(by == AnsweredBy::Journal);
            used.simulated += u64::from(simulated);
            used.usage += answer.usage;
            if answer.batched {
                used.batched += answer.usage;
            }
        });
        if simulated {
            self.met_the_market.store(true, Ordering::Relaxed);
        }
    }

    fn update(&self, role: Role, change: impl FnOnce(&mut Used)) {
        change(self.used.lock().unwrap_or_else(PoisonError::into_inner).entry(role).or_default());
    }
}
