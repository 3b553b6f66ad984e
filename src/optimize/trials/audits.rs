//! What became of the audits of a cycle, batch by batch: how many the next batch of the search can afford, what a yes
//! is worth that was not audited, and when an auditor that gives no usable answer is given up.
//!
//! All of it depends on the batches before alone, so that it is the same at any concurrency.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::evaluate::Auditor;
use crate::evaluate::auditing::{AuditCounts, AuditedBy, Message, REVISIONS};
use crate::event::Grounding;

/// After so many audits of which not one could be used, no more are asked for.
const HOPELESS: u64 = 12;
/// Calls of the auditor for each trial of the search, at most on average. With a message and a decision that is 2.57
/// calls; where more than every second message gets a yes, an even share of them is audited.
const CALLS_A_TRIAL: f64 = 0.57;
/// What is believed of audits before any was seen counts as much as so many of them,
const BELIEVED: f64 = 4.0;
/// of which so many find something made up.
const BELIEVED_MADE_UP: f64 = 1.0;
/// The share of messages with a yes before any was seen.
const LIKELY_YES: f64 = 0.5;

/// The counts. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Audits(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    all: AuditCounts,
    search: Searched,
}

/// Trials of the search so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// All of them.
    pub trials: u64,
    /// Those with a yes.
    pub yes: u64,
    /// Of these, those that were audited.
    pub checked: u64,
    /// Of these, those that make something up.
    pub made_up: u64,
    /// Calls of the auditor.
    pub calls: u64,
}

impl Searched {
    /// Adds a trial.
    pub fn add(&mut self, yes: bool, grounding: Grounding) {
        self.trials += 1;
        self.yes += u64::from(yes);
        if yes {
            self.checked += u64::from(grounding != Grounding::NotChecked);
            self.made_up += u64::from(grounding == Grounding::MadeUp);
        }
    }
}

impl Audits {
    /// Counts a message.
    pub fn add(&self, message: &Message) {
        self.state().all.add(message);
    }

    /// Counts the messages of a batch.
    pub fn add_all(&self, batch: &AuditCounts) {
        self.state().all.then(batch);
    }

    /// Counts a batch of the search.
    pub fn searched(&self, batch: Searched) {
        let search = &mut self.state().search;
        search.trials += batch.trials;
        search.yes += batch.yes;
        search.checked += batch.checked;
        search.made_up += batch.made_up;
        search.calls += batch.calls;
    }

    /// Which share of the messages with a yes the next batch of so many trials of the search can have audited, in
    /// 0..=1.
    #[must_use]
    pub fn affordable(&self, trials: usize) -> f64 {
        let Searched { trials: before, yes, checked, calls, .. } = self.state().search;
        let trials = trials as f64;
        let left = CALLS_A_TRIAL * (before as f64 + trials) - calls as f64;
        let rate = if before == 0 { LIKELY_YES } else { yes as f64 / before as f64 };
        // What does not verify is asked for once more.
        let calls_each = if checked == 0 { 1.0 } else { (calls as f64 / checked as f64).max(1.0) };
        let wanted = rate * trials * calls_each;
        if wanted <= left { 1.0 } else { (left / wanted).max(0.0) }
    }

    /// What a yes is worth that was not audited, in 0..=1: the share of those that were and make nothing up. One more
    /// of them is counted, so that it is everything where nothing is known.
    #[must_use]
    pub fn worth_of_unchecked(&self) -> f64 {
        let Searched { checked, made_up, .. } = self.state().search;
        (checked - made_up + 1) as f64 / (checked + 1) as f64
    }

    /// Calls that checking the claims of a message of a proof takes: an audit, and revisions, each a call of the writer
    /// and another audit, where something is made up. How often that is the messages of the search have shown, which
    /// are audited and never revised; before any was seen, one in four is believed to make something up.
    #[must_use]
    pub fn calls_of_a_proof(&self) -> f64 {
        let Searched { checked, made_up, calls, .. } = self.state().search;
        let checked = checked as f64 + BELIEVED;
        let audit = ((calls as f64 + BELIEVED) / checked).max(1.0);
        let made_up = (made_up as f64 + BELIEVED_MADE_UP) / checked;
        let revisions: f64 = (1..=REVISIONS).map(|times| made_up.powi(times as i32)).sum();
        audit + revisions * (1.0 + audit)
    }

    /// Who audits the next batch.
    #[must_use]
    pub fn next(&self, auditor: Option<&Auditor>) -> AuditedBy {
        let all = &self.state().all;
        match (&all.first_failure, auditor) {
            (Some(reason), Some(_)) if all.checked == 0 && all.failed >= HOPELESS => {
                AuditedBy::GivenUp(reason.as_str().into())
            }
            (_, auditor) => auditor.cloned().into(),
        }
    }

    /// What is to be said of those that failed; `None` where none did.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        self.state().all.warning()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the item of this number is among so large a share of them, evenly spread.
#[must_use]
pub fn is_among(number: usize, share: f64) -> bool {
    ((number + 1) as f64 * share).floor() > (number as f64 * share).floor()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn searched(trials: u64, yes: u64, checked: u64, made_up: u64, calls: u64) -> Audits {
        let audits = Audits::default();
        audits.searched(Searched { trials, yes, checked, made_up, calls });
        audits
    }

    #[test]
    fn every_yes_is_audited_as_long_as_that_can_be_afforded_and_then_an_even_share() {
        assert!((Audits::default().affordable(20) - 1.0).abs() < 1e-9);
        assert!((searched(100, 50, 50, 0, 50).affordable(20) - 1.0).abs() < 1e-9);
        let share = searched(100, 80, 60, 0, 60).affordable(100);
        assert!((share - (0.57 * 200.0 - 60.0) / 80.0).abs() < 1e-9, "{share}");
        assert!(searched(100, 90, 90, 0, 180).affordable(10) < 1e-9);
        for share in [0.0, 0.3, 0.71, 1.0] {
            let chosen = (0..100).filter(|number| is_among(*number, share)).count();
            assert_eq!(chosen, (100.0 * share).floor() as usize, "{share}");
        }
    }

    #[test]
    fn an_audit_of_a_proof_takes_more_calls_the_more_is_made_up() {
        let calls = |made_up| searched(100, 60, 60, made_up, 60).calls_of_a_proof();
        assert!((Audits::default().calls_of_a_proof() - 1.625).abs() < 1e-9, "one in four, and a sixteenth again");
        assert!(calls(0) < 1.1 && calls(0) > 1.0, "{}", calls(0));
        assert!((calls(31) - 2.5).abs() < 1e-9, "one in two, and a quarter again: {}", calls(31));
        assert!(searched(100, 60, 60, 0, 90).calls_of_a_proof() > 1.4, "claims that were asked for twice");
    }

    #[test]
    fn a_yes_that_was_not_audited_is_worth_what_the_others_are() {
        assert!((Audits::default().worth_of_unchecked() - 1.0).abs() < 1e-9);
        assert!((searched(100, 60, 39, 20, 39).worth_of_unchecked() - 0.5).abs() < 1e-9);
    }
}
