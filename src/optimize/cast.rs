//! Who takes part in a cycle, and what a user may choose about it.

use crate::evaluate::run::RunContext;
use crate::evaluate::{Auditor, DecisionMaker, Generator};
use crate::improve::Improver;
use crate::optimize::allowance::Allowance;
use crate::optimize::before::judges::Rejudge;
use crate::optimize::objective::Objective;
use crate::optimize::trials::decisions::Decisions;

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
