//! Whether a run can come to anything: if its first trials all fail for one reason, the others will too.

use std::sync::{Arc, Mutex, PoisonError};

use super::ask::kind_of;

/// This many failures for one reason, without a success, are enough.
const ENOUGH: u32 = 12;

/// How the trials of a run have ended so far. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Prospects(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    succeeded: u64,
    failed: u64,
    /// The reason that all failures have shared so far.
    reason: Option<String>,
    /// A failure for a different reason has come: the run continues whatever follows.
    has_others: bool,
}

impl Prospects {
    /// Records that a trial ended; `reason` says why it failed, if it did. Returns what to tell the user once nothing
    /// can come of the run.
    pub fn after(&self, reason: Option<&str>) -> Option<String> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(reason) = reason else {
            state.succeeded += 1;
            return None;
        };
        state.failed += 1;
        let kind = kind_of(reason);
        let known = state.reason.get_or_insert_with(|| kind.to_owned());
        let is_other = known != kind;
        state.has_others |= is_other;
        (state.failed == u64::from(ENOUGH) && state.succeeded == 0 && !state.has_others)
            .then(|| format!("the first {ENOUGH} trials all failed for one reason, and the run was stopped: {reason}"))
    }

    /// How many trials failed and how many there were, if most failed.
    #[must_use]
    pub fn most_failed(&self) -> Option<(u64, u64)> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (state.failed > state.succeeded).then_some((state.failed, state.failed + state.succeeded))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dozen_failures_for_one_reason_are_enough_whatever_the_answers_began_with() {
        let prospects = Prospects::default();
        let reason = |n| format!("the answer is empty; it began: \"{n}\" (asked 3 times)");
        (1..12).for_each(|n| assert_eq!(prospects.after(Some(&reason(n))), None));
        let words = prospects.after(Some(&reason(12))).unwrap();
        assert!(words.contains("first 12 trials all failed") && words.contains("it began: \"12\""), "{words}");
        // Said once.
        assert_eq!(prospects.after(Some(&reason(13))), None);
    }

    #[test]
    fn one_success_or_another_reason_gives_hope() {
        for other in [None, Some("the model refused to answer (asked 3 times)")] {
            let prospects = Prospects::default();
            (0..11).for_each(|_| assert_eq!(prospects.after(Some("429: slow")), None));
            assert_eq!(prospects.after(other), None);
            (0..50).for_each(|_| assert_eq!(prospects.after(Some("429: slow")), None));
        }
    }

    #[test]
    fn most_failed_means_more_than_half() {
        let prospects = Prospects::default();
        assert_eq!(prospects.most_failed(), None);
        prospects.after(None);
        prospects.after(Some("a"));
        assert_eq!(prospects.most_failed(), None);
        prospects.after(Some("b"));
        assert_eq!(prospects.most_failed(), Some((2, 3)));
    }
}
