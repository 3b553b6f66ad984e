//! The designs that are compared.

use super::learner::{Belief, Mean};
use crate::feedback::Size;

/// A design.
#[derive(Clone, Debug)]
pub struct Design {
    /// What tables call it.
    pub name: String,
    /// Proposals of the first wave at most: one for every 25 calls, six at least.
    pub first: usize,
    /// And of each later one.
    pub later: usize,
    /// At these shares of the exploring trials there is a later wave.
    pub ask_again: Vec<f64>,
    /// Items that a proposal adds.
    pub size: Size,
    /// What is believed before any trial.
    pub belief: Belief,
    /// Trials for each idea that is considered; 0 for all.
    pub trials_per_idea: usize,
    /// Rounds, between which it learns.
    pub rounds: usize,
    /// The share of the trials that is spent on exploring in any case.
    pub least_explored: f64,
    /// The share of the trials that the race takes.
    pub race: f64,
    /// The fewest trials of a race.
    pub least_race: usize,
    /// The share of the first round that tries what the proposals agree on.
    pub consensus: f64,
    /// The share of the level that the first proof takes.
    pub first_level: f64,
    /// The share of what is kept for new messages that a proof may use up.
    pub lent: f64,
    /// Whether the spread of the ideas is estimated from the trials.
    pub estimates: bool,
    /// The share of what is left that tries the winner without one of its ideas each.
    pub leave_out: f64,
    /// How it is proved.
    pub proof: Proof,
    /// Attempts to better the prompt at most: after a proof, what is left is searched with again.
    pub attempts: usize,
}

/// What is adopted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Proof {
    /// What wins, unproved.
    None,
    /// What proves to be better on people aside, at the product's level.
    Planned {
        /// The chance of proving 0.7 of the gain that is expected, for which pairs are kept.
        power: f64,
        /// Pairs at least.
        least: usize,
        /// The share of the trials that is kept at most.
        share: f64,
    },
    /// The consensus of the first wave, unproved and without a trial.
    Consensus,
}

impl Design {
    /// The product's search.
    #[must_use]
    pub fn today() -> Self {
        Design {
            name: "today".into(),
            first: 15,
            later: 4,
            ask_again: vec![0.3, 0.6],
            size: Size { least: 3, most: 6 },
            belief: Belief {
                mean: Mean::Share(-0.05, 1.0),
                idea: 0.33,
                vague: 0.2,
                line: 0.2,
                whole: 0.2,
                crowding: (-0.4, 0.3),
                person: 1.0,
                worth: 0.1,
                most: 14,
            },
            trials_per_idea: 0,
            rounds: 12,
            least_explored: 0.25,
            race: 0.1,
            least_race: 96,
            consensus: 0.5,
            first_level: 0.75,
            lent: 0.75,
            estimates: true,
            leave_out: 0.0,
            proof: Proof::Planned { power: 0.9, least: 16, share: 0.45 },
            attempts: 9,
        }
    }

    /// The product's search before the first proof had most of the level and could use what is kept for new messages,
    /// and before the spread of ideas was estimated.
    #[must_use]
    pub fn before() -> Self {
        Design { name: "before".into(), first_level: 0.5, lent: 0.0, estimates: false, ..Design::today() }
    }
}
