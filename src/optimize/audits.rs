//! What became of the audits of a cycle, batch by batch, and when an auditor that gives no usable answer is given up.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::evaluate::Auditor;
use crate::evaluate::auditing::{AuditCounts, AuditedBy, Message};

/// After so many audits of which not one could be used, no more are asked for.
const HOPELESS: u64 = 12;

/// The counts. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Audits(Arc<Mutex<AuditCounts>>);

impl Audits {
    /// Counts a message.
    pub fn add(&self, message: &Message) {
        self.counts().add(message);
    }

    /// Counts the messages of a batch.
    pub fn add_all(&self, batch: &AuditCounts) {
        self.counts().then(batch);
    }

    /// Who audits the next batch. It depends on the batches before alone, so that it is the same at any concurrency.
    #[must_use]
    pub fn next(&self, auditor: Option<&Auditor>) -> AuditedBy {
        let counts = self.counts();
        match (&counts.first_failure, auditor) {
            (Some(reason), Some(_)) if counts.checked == 0 && counts.failed >= HOPELESS => {
                AuditedBy::GivenUp(reason.as_str().into())
            }
            (_, auditor) => auditor.cloned().into(),
        }
    }

    /// What is to be said of those that failed; `None` where none did.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        self.counts().warning()
    }

    fn counts(&self) -> MutexGuard<'_, AuditCounts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
