//! What counts as success.

use serde::{Deserialize, Serialize};

use crate::evaluate::grounding::Grounding;

/// What the optimizer raises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// The share of messages that get a yes and make nothing up.
    #[default]
    Grounded,
    /// The share of messages that get a yes, whatever they claim.
    Response,
}

impl Objective {
    /// What a message is worth, in 0..=1: the share of decisions that were a yes, or nothing where it makes something up.
    #[must_use]
    pub fn score(self, share: f64, grounding: Grounding) -> f64 {
        match self {
            Objective::Grounded if grounding == Grounding::MadeUp => 0.0,
            Objective::Grounded | Objective::Response => share,
        }
    }

    /// What its rate is called.
    #[must_use]
    pub fn rate(self) -> &'static str {
        match self {
            Objective::Grounded => "grounded response rate",
            Objective::Response => "response rate",
        }
    }
}
