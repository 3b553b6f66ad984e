//! What a proof showed, as numbers: what a summary, a page or a file tells of it.

use serde_json::{Value, json};

use super::record::percent;
use super::story::Rates;
use crate::compare::confirm::Confirmed;
use crate::compare::missing::WorstCase;
use crate::compare::sequential::Outcome;
use crate::compare::variance::Components;
use crate::compare::{Interval, Mean};

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
    pub(super) fn to_json(&self) -> Value {
        let mut record = json!({
            "gain": self.outcome.map(|outcome| percent(outcome.estimate)),
            "interval_95": self.outcome.map(|outcome| [percent(outcome.interval.low), percent(outcome.interval.high)]),
            "mean_difference": self.outcome.map(|outcome| percent(outcome.mean)),
            "p_value": self.outcome.map(|outcome| rounded(outcome.p_value)),
            "alpha": rounded(self.alpha),
            "looks": self.outcome.map(|outcome| outcome.looks),
            "personas": self.outcome.map(|outcome| outcome.personas),
            "trials": self.trials,
            "decided_after_trials": self.decided_at,
            "earlier_messages": self.earlier,
            "after_the_decision": self.later.map(|(pairs, shown)| json!({
                "gain": percent(shown.mean),
                "interval_95": interval(shown.interval),
                "pairs": pairs,
                "personas": shown.people,
                "whom": shown.whom.as_str(),
            })),
            "failed_trials": self.worst_case.map(|worst| json!({
                "before": percent(worst.before_failed),
                "after": percent(worst.after_failed),
                "gain_at_worst": percent(worst.range.low),
                "gain_at_best": percent(worst.range.high),
                "interval_95": interval(worst.interval),
            })),
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "variance": self.components.map(|components| json!({
                "between_personas": rounded(components.persona),
                "between_messages": components.message.map(rounded),
                "between_decisions": components.decision.map(rounded),
            })),
            "decisions_per_message": self.decisions,
            "best_decisions_per_message": self.best_decisions,
        });
        if let Some((before, after)) = &self.chances {
            record["mean_chance_of_yes"] = json!({ "before": chance(before), "after": chance(after) });
        }
        record
    }
}

/// A mean chance as files keep it, in percent.
pub(super) fn chance(mean: &Mean) -> Value {
    json!({
        "mean": percent(mean.mean),
        "interval_95": [percent(mean.interval.low), percent(mean.interval.high)],
        "personas": mean.personas,
        "decisions": mean.outcomes,
    })
}

/// An interval in percentage points.
pub(super) fn interval(of: Interval) -> [f64; 2] {
    [percent(of.low), percent(of.high)]
}

/// Rounds to six decimal places.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
