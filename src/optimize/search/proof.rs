//! What a proof showed, as numbers: what a summary, a page or a file tells of it.

use crate::compare::Mean;
use crate::compare::confirm::Confirmed;
use crate::compare::missing::WorstCase;
use crate::compare::sequential::Outcome;
use crate::compare::variance::Components;
use crate::data::record::{AfterDecision, Chances, FailedTrials, ProofRecord, Variance, percent, rounded};
use crate::optimize::before::rates::Rates;

/// The proof on unseen people.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Gain with its interval.
    pub outcome: Option<Outcome>,
    /// The incumbent there.
    pub before: Rates,
    /// The challenger there.
    pub after: Rates,
    /// One-sided level of its test.
    pub alpha: f64,
    /// Trials of both sides.
    pub trials: usize,
    /// How many of them the decision took; the others measured the size of the gain.
    pub decided_at: usize,
    /// The incumbent's messages that were there already.
    pub earlier: usize,
    /// Where the scatter of the differences comes from.
    pub components: Option<Components>,
    /// What was asked after a decision for the challenger.
    pub later: Option<(usize, Confirmed)>,
    /// The range of the gain that failed trials leave open; `None` if none failed.
    pub worst_case: Option<WorstCase>,
    /// Decisions that each message got.
    pub decisions: u32,
    /// The number of decisions per message that would have given the most precision for each call; `None` with one
    /// decision, which says nothing about the decision maker's scatter.
    pub best_decisions: Option<u32>,
    /// Where decisions are chances: the mean chance of a yes before and after.
    pub chances: Option<(Mean, Mean)>,
}

impl Proof {
    /// The proof for the results file.
    #[must_use]
    pub fn record(&self) -> ProofRecord {
        let chances =
            |(before, after): &(Mean, Mean)| Chances { before: Some(before.into()), after: Some(after.into()) };
        ProofRecord {
            gain: self.outcome.map(|outcome| percent(outcome.estimate)),
            interval_95: self.outcome.map(|outcome| outcome.interval.into()),
            mean_difference: self.outcome.map(|outcome| percent(outcome.mean)),
            p_value: self.outcome.map(|outcome| rounded(outcome.p_value)),
            alpha: Some(rounded(self.alpha)),
            looks: self.outcome.map(|outcome| outcome.looks as u64),
            personas: self.outcome.map(|outcome| outcome.personas as u64),
            trials: self.trials as u64,
            decided_after_trials: self.decided_at as u64,
            earlier_messages: self.earlier as u64,
            after_the_decision: self.later.map(|(pairs, shown)| AfterDecision {
                gain: percent(shown.mean),
                interval_95: shown.interval.into(),
                pairs: pairs as u64,
                personas: shown.people as u64,
                whom: shown.whom.as_str().to_owned(),
            }),
            failed_trials: self.worst_case.map(|worst| FailedTrials {
                before: percent(worst.before_failed),
                after: percent(worst.after_failed),
                gain_at_worst: percent(worst.range.low),
                gain_at_best: percent(worst.range.high),
                interval_95: worst.interval.into(),
            }),
            before: Some(self.before.record()),
            after: Some(self.after.record()),
            variance: self.components.map(|components| Variance {
                between_personas: rounded(components.persona),
                between_messages: components.message.map(rounded),
                between_decisions: components.decision.map(rounded),
            }),
            decisions_per_message: self.decisions,
            best_decisions_per_message: self.best_decisions,
            mean_chance_of_yes: self.chances.as_ref().map(chances),
        }
    }
}
