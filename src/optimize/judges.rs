//! Which judge decided on the older messages, and whether it is the one that decides now.

use crate::compare::Rate;

/// Whether to decide the older messages again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rejudge {
    /// Where the older file's judge is unknown or another than today's.
    #[default]
    WhereNeeded,
    /// Always: also where the same judge decided, for a second, independent opinion.
    Always,
    /// Never: keep the recorded decisions, and say so where they cannot be compared.
    Never,
}

/// How the two rates of a comparison were judged.
#[derive(Clone, Debug, PartialEq)]
pub enum Judges {
    /// One fingerprint judged both.
    Same,
    /// The older messages were decided again by the judge of the newer ones.
    DecidedAgain {
        /// The rate that the older file records.
        recorded: Rate,
        /// Whether that file says who judged.
        known: bool,
    },
    /// Two judges, of which both are known.
    Different,
    /// The older file does not say who judged.
    Unknown,
}

impl Judges {
    /// Compares fingerprints as recorded.
    #[must_use]
    pub fn of(before: Option<&str>, after: Option<&str>) -> Self {
        match (before, after) {
            (Some(before), Some(after)) if before == after => Judges::Same,
            (Some(_), Some(_)) => Judges::Different,
            _ => Judges::Unknown,
        }
    }

    /// Whether the two rates may be compared at all.
    #[must_use]
    pub fn are_one(&self) -> bool {
        matches!(self, Judges::Same | Judges::DecidedAgain { .. })
    }
}
