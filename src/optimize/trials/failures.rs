//! Trials on the way to a prompt that came to no decision: each is listed in the file, and in no rate.

use std::sync::{Arc, Mutex, PoisonError};

use crate::data::provenance::{FailedTrial, SearchFailure};
use crate::evaluate::TrialFailure;
use crate::evaluate::run::listed;

/// The list. Clones write into the same one.
#[derive(Clone, Debug, Default)]
pub struct Failures(Arc<Mutex<Vec<SearchFailure>>>);

impl Failures {
    /// Lists one, of a trial of the batch `step` for this persona.
    pub fn add(&self, step: &str, persona: String, failure: TrialFailure) {
        self.list(step, persona, listed(0, 0, failure));
    }

    /// The same of one that is listed by its place in a run.
    pub fn list(&self, step: &str, persona: String, failure: FailedTrial) {
        let FailedTrial { stage, reason, text, extra, .. } = failure;
        let failure = SearchFailure { persona, step: step.to_owned(), stage, reason, text, extra };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
    }

    /// All so far, in the order of their batches, and in a batch in that of its trials.
    #[must_use]
    pub fn all(&self) -> Vec<SearchFailure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
