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

/// Who judged the older messages the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordedJudge {
    /// The same fingerprint, on another occasion.
    Same,
    /// Another one.
    Other,
    /// The file does not say.
    Unknown,
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
        /// Who gave it.
        by: RecordedJudge,
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

    /// The older messages were decided again, after these judges had been found in the files.
    #[must_use]
    pub fn decided_again(self, recorded: Rate) -> Self {
        let by = match self {
            Judges::Same => RecordedJudge::Same,
            Judges::Different => RecordedJudge::Other,
            Judges::Unknown => RecordedJudge::Unknown,
            Judges::DecidedAgain { by, .. } => by,
        };
        Judges::DecidedAgain { recorded, by }
    }

    /// Whether the two rates may be compared at all.
    #[must_use]
    pub fn are_one(&self) -> bool {
        matches!(self, Judges::Same | Judges::DecidedAgain { .. })
    }
}
