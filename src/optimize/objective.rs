//! What counts as success.

pub use crate::data::record::Objective;
use crate::evaluate::grounding::Grounding;

impl Objective {
    /// What a message is worth, in 0..=1: the share of decisions that were a yes, or nothing where it makes something
    /// up.
    #[must_use]
    pub fn score(self, share: f64, grounding: Grounding) -> f64 {
        match self {
            Objective::Grounded if grounding == Grounding::MadeUp => 0.0,
            Objective::Grounded | Objective::Response => share,
        }
    }

    /// The word for it where scores are told apart. It never changes: what was remembered is found by it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Objective::Grounded => "Grounded",
            Objective::Response => "Response",
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
