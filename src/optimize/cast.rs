//! Who takes part in a cycle, what a user may choose about it, and what it comes to.

use std::collections::BTreeMap;
use std::time::Duration;

use super::allowance::Allowance;
use super::decisions::Decisions;
use super::judges::{Judges, Rejudge};
use super::objective::Objective;
use super::story::Story;
use crate::call::Used;
use crate::compare::Comparison;
use crate::data::FileName;
use crate::data::results::Metadata;
use crate::evaluate::run::RunContext;
use crate::evaluate::{Auditor, DecisionMaker, Generator};
use crate::improve::Improver;
use crate::model::Role;

/// Everyone and everything that takes part in a cycle.
#[derive(Clone)]
pub struct Cast {
    /// Writes messages.
    pub generator: Generator,
    /// Decides on them.
    pub decision_maker: DecisionMaker,
    /// Rewrites the prompt.
    pub improver: Improver,
    /// Audits what messages claim, where there is one; without it their claims are not checked.
    pub auditor: Option<Auditor>,
    /// Decides at the end, and nothing is learned from it, where there is one.
    pub referee: Option<DecisionMaker>,
    /// Where it runs.
    pub context: RunContext,
}

/// What a user may choose about a cycle.
#[derive(Clone, Debug)]
pub struct CycleOptions {
    /// New messages for each persona; at least 1.
    pub messages_per_persona: usize,
    /// Decisions on each message while searching.
    pub decisions_per_message: Decisions,
    /// Seed of all sampling that is ours.
    pub seed: u64,
    /// The number of the cycle in its command, from 1.
    pub number: u32,
    /// Whether to decide the older messages again.
    pub rejudge: Rejudge,
    /// What is raised.
    pub objective: Objective,
    /// What the offer may claim, in place of what the first prompt of the lineage states.
    pub facts: Option<String>,
    /// Texts of the first prompt that are rules, whatever else says otherwise.
    pub keep: Vec<String>,
    /// Challengers that the user wrote.
    pub by_hand: Vec<String>,
    /// Calls that finding and proving a better prompt may take.
    pub allowance: Allowance,
    /// Challengers in the first wave; `None` leaves it to the number of calls.
    pub challengers: Option<usize>,
    /// The chance that the lineage ever adopts a prompt that is no better.
    pub alpha: f64,
    /// A gain below this is not worth having.
    pub min_gain: f64,
    /// What a segment may lose at most.
    pub margin: f64,
    /// Pairs asked after a challenger was found better. By default as many as there are people kept aside, at most
    /// forty.
    pub confirm: Option<usize>,
    /// The farthest that the interval of these pairs should reach to each side, if calls are left to narrow it.
    pub precision: Option<f64>,
    /// Characters that a prompt may have.
    pub longest: usize,
    /// Whether messages that make claims up are revised, in proofs and where they are written to be kept.
    pub revises: bool,
    /// People like those of the lineage who are written for the proof, and join those kept aside.
    pub fresh_people: usize,
}

/// A finished cycle.
#[derive(Clone, Debug)]
pub struct Cycle {
    /// The file it started from.
    pub parent: FileName,
    /// The file it saved.
    pub file: FileName,
    /// The prompt that the lineage stands on now.
    pub prompt: String,
    /// What happened on the way, for a reader.
    pub story: Story,
    /// Before and after, on the people of the file; `None` where the incumbent stays.
    pub comparison: Option<Comparison>,
    /// Who judged.
    pub judges: Judges,
    /// What the file says about the run.
    pub metadata: Metadata,
    /// What was used, per role.
    pub used: BTreeMap<Role, Used>,
    /// Dollars, where all prices are known.
    pub cost: Option<f64>,
    /// Wall time.
    pub elapsed: Duration,
}
