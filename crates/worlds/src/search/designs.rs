//! The designs that are compared.

use super::design::{Design, Proof};
use super::learner::{Belief, Mean};
use crate::feedback::Size;

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
            proof: Proof::Planned { power: 0.9, least: 16, share: 0.45 },
            attempts: 9,
        }
    }

    /// The product's search before consensus came first.
    #[must_use]
    pub fn before() -> Self {
        let today = Design::today();
        let belief = Belief { mean: Mean::PerProposal(0.2), idea: 0.6, line: 0.25, whole: 0.3, ..today.belief };
        Design {
            name: "before".into(),
            first: 6,
            later: 4,
            ask_again: vec![0.1, 0.3, 0.5],
            belief,
            trials_per_idea: 7,
            least_explored: 0.4,
            proof: Proof::Planned { power: 0.8, least: 24, share: 0.45 },
            attempts: 1,
            ..today
        }
    }
}
