//! The calls that a cycle may spend, and those of a run as one plan: the cycle takes what the run has left, less what
//! writing to everybody with an adopted prompt will take; and the next one is worth it as long as it has a chance.

use crate::compare::adoption;
use crate::compare::prospects::chance_of_gain;
use crate::optimize::search::MOST_PROOF;

/// What a cycle may spend on finding and proving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// This many calls, whatever the rest of the cycle takes.
    Search(u64),
    /// What a whole run may take, with everything that it does.
    Run {
        /// Answered calls in all.
        calls: u64,
        /// Cycles to come, including this one. What is left is divided evenly among them.
        cycles: u64,
        /// Of them at most so many for finding and proving.
        most: u64,
    },
}

/// The fewest calls of a search: with fewer, nothing can be found. A limit still ends it wherever it is reached.
const FEWEST: u64 = 40;
/// The largest share of what is left that is kept for new messages. If it is not enough, the limit is reached while
/// they are written, when the adopted prompt is already saved.
const MOST_KEPT: f64 = 0.25;
/// The largest share of what is kept for new messages that a proof may use up: its trials may turn out dearer than
/// planned, and at the limit it would end without a decision all the same.
const MOST_LENT: f64 = 0.75;
/// The smallest chance of gaining something at which another cycle is worthwhile.
pub const WORTH_GOING_ON: f64 = 0.05;

impl Allowance {
    /// Calls for finding and proving, if the run has made `used` calls so far and its new messages will take `kept`.
    #[must_use]
    pub fn for_search(self, used: u64, kept: u64) -> u64 {
        match self {
            Allowance::Search(calls) => calls,
            Allowance::Run { most, .. } => {
                let (left, kept) = self.divided(used, kept);
                (left - kept).min(most).max(FEWEST)
            }
        }
    }

    /// Calls out of those kept for new messages that a proof may use up before it ends without a decision, as far as
    /// finding and proving may take more. If it does not adopt, there are no new messages; if it does, those that the
    /// limit leaves out can be written by resuming with a higher one.
    #[must_use]
    pub fn for_a_longer_proof(self, used: u64, kept: u64) -> u64 {
        let Allowance::Run { most, .. } = self else { return 0 };
        let lent = (MOST_LENT * self.divided(used, kept).1 as f64) as u64;
        lent.min(most.saturating_sub(self.for_search(used, kept)))
    }

    /// What is left for this cycle, and how much of it is kept for its new messages; nothing where the run has no plan.
    fn divided(self, used: u64, kept: u64) -> (u64, u64) {
        let Allowance::Run { calls, cycles, .. } = self else { return (0, 0) };
        let left = calls.saturating_sub(used) / cycles.max(1);
        (left, kept.min((MOST_KEPT * left as f64) as u64))
    }

    /// The chance that what is left of the run gains something worth having, where another cycle may come; `None` where
    /// the run has no plan.
    #[must_use]
    pub fn chance_of_more(self, used: u64, kept: u64, prospects: Prospects<'_>) -> Option<f64> {
        let Allowance::Run { calls, most, .. } = self else { return None };
        let another = Allowance::Run { calls, cycles: 1, most };
        if calls.saturating_sub(used) < 2 * FEWEST {
            return Some(0.0);
        }
        Some(prospects.chance(another.for_search(used, kept)))
    }
}

/// What may still be gained.
#[derive(Clone, Copy, Debug)]
pub struct Prospects<'a> {
    /// Posterior draws of the gain of the best prompt that can be assembled over the current one.
    pub gains: &'a [f64],
    /// The one-sided level of the next proof.
    pub alpha: f64,
    /// A gain below this is not worth having.
    pub min_gain: f64,
    /// People who only verify.
    pub unseen: usize,
}

/// Calls of a trial of a proof, its audit and revisions included.
const CALLS_A_PROOF: f64 = 3.3;

impl Prospects<'_> {
    /// The chance that there is a gain worth having and that a proof finds it, in a search of so many calls.
    fn chance(self, calls: u64) -> f64 {
        let pairs = (MOST_PROOF * calls as f64 / (2.0 * CALLS_A_PROOF)).min(adoption::most_pairs(self.unseen) as f64);
        chance_of_gain(self.gains, self.min_gain, self.alpha, pairs)
    }
}

/// What the new messages of an adopted prompt take.
#[derive(Clone, Copy, Debug)]
pub struct NewMessages {
    /// How many.
    pub messages: usize,
    /// Whether their claims are audited.
    pub audited: bool,
    /// Whether those that make claims up are revised.
    pub revised: bool,
    /// Whether a referee decides on the messages of the proof.
    pub refereed: bool,
}

/// Calls for reading what people said to the new messages, at most.
const READING: u64 = 8;
/// Reasons that one call sorts, at least.
const SORTED: u64 = 20;

impl NewMessages {
    /// The calls that they take, assuming that every third message is revised once.
    #[must_use]
    pub fn calls(self) -> u64 {
        let each = 2.0 + f64::from(u8::from(self.audited)) + if self.revised && self.audited { 0.6 } else { 0.0 };
        let referee = if self.refereed { self.messages as u64 } else { 0 };
        (each * self.messages as f64).ceil() as u64 + self.messages as u64 / SORTED + READING + referee
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GAINS: [f64; 4] = [0.3, 0.3, 0.01, 0.0];

    fn prospects(gains: &[f64]) -> Prospects<'_> {
        Prospects { gains, alpha: 0.025, min_gain: 0.02, unseen: 20 }
    }

    #[test]
    fn a_search_takes_what_the_run_has_left_and_leaves_enough_for_the_new_messages() {
        let run = |calls, cycles| Allowance::Run { calls, cycles, most: u64::MAX };
        assert_eq!(run(1_000, 1).for_search(100, 150), 750);
        assert_eq!(run(1_000, 2).for_search(100, 50), 400);
        assert_eq!(run(400, 1).for_search(100, 1_000), 225, "at most a quarter is kept");
        assert_eq!(run(100, 1).for_search(100, 150), FEWEST);
        assert_eq!(Allowance::Run { calls: 9_000, cycles: 1, most: 2_000 }.for_search(0, 100), 2_000);
        assert_eq!(Allowance::Search(70).for_search(1_000, 1_000), 70);
    }

    #[test]
    fn a_proof_may_use_up_most_of_what_is_kept_for_the_new_messages_and_nothing_without_a_plan() {
        let run = Allowance::Run { calls: 1_000, cycles: 1, most: u64::MAX };
        assert_eq!(run.for_a_longer_proof(100, 160), 120);
        assert!(run.for_search(100, 160) + run.for_a_longer_proof(100, 160) < 900, "it stays within the limit");
        assert_eq!(Allowance::Search(70).for_a_longer_proof(0, 160), 0);
    }

    #[test]
    fn a_longer_proof_takes_no_more_than_the_user_gave_for_finding_and_proving() {
        let run = |most| Allowance::Run { calls: 9_000, cycles: 1, most };
        assert_eq!(run(2_000).for_a_longer_proof(0, 100), 0, "the search takes all of it");
        assert_eq!(run(8_930).for_a_longer_proof(0, 100), 30);
    }

    #[test]
    fn going_on_is_worth_it_where_a_gain_is_likely_and_there_are_calls_to_prove_it() {
        let run = Allowance::Run { calls: 2_000, cycles: 1, most: u64::MAX };
        let chance = |used, gains: &[f64]| run.chance_of_more(used, 100, prospects(gains)).unwrap();
        // Half of what is believed is a large gain, and a proof finds two of three.
        assert!((0.25..0.4).contains(&chance(500, &GAINS)), "{}", chance(500, &GAINS));
        assert!(chance(1_900, &GAINS) < chance(500, &GAINS));
        assert_eq!(chance(1_950, &GAINS), 0.0);
        assert_eq!(chance(500, &[0.01; 5]), 0.0, "a gain that is not worth having is none");
        assert_eq!(Allowance::Search(400).chance_of_more(0, 0, prospects(&GAINS)), None);
    }

    proptest! {
        #[test]
        fn a_plan_is_never_more_than_the_run_has_left_where_there_is_enough(
            calls in 0_u64..10_000, used in 0_u64..10_000, kept in 0_u64..5_000, cycles in 1_u64..6,
        ) {
            let found = Allowance::Run { calls, cycles, most: u64::MAX }.for_search(used, kept);
            prop_assert!(found == FEWEST || found * cycles <= calls.saturating_sub(used));
        }
    }
}
