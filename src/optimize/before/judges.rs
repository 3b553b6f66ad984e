//! Which judge decided on the older messages, and whether it is the one that decides now.

use crate::compare::Rate;
use crate::data::results::Metadata;

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

/// A judge, as far as a file or a run says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judge<'a> {
    /// Hash of model, settings, decision prompt and form of the question.
    pub fingerprint: &'a str,
    /// Whether the market answered. Behind a wire it answers under any model's name, so the fingerprint does not tell.
    pub simulated: bool,
}

impl<'a> Judge<'a> {
    /// The judge of a results file; `None` where the file does not say.
    #[must_use]
    pub fn of(run: &'a impl AsRef<Metadata>) -> Option<Self> {
        let own = run.as_ref().rejoinder.as_ref()?;
        Some(Judge { fingerprint: own.fingerprint.as_deref()?, simulated: own.simulated })
    }
}

/// Which of the two runs of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The earlier, or A.
    Before,
    /// The later, or B.
    After,
}

/// Who judged messages the first time that have been decided again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordedJudge {
    /// The same judge, on another occasion.
    Same,
    /// Another one.
    Other,
    /// The file does not say.
    Unknown,
}

/// How the two rates of a comparison were judged.
#[derive(Clone, Debug, PartialEq)]
pub enum Judges {
    /// One judge decided on both.
    Same,
    /// The messages of one run were decided again by the judge of the other.
    DecidedAgain {
        /// The run whose messages they are.
        side: Side,
        /// The rate that its own file records.
        recorded: Rate,
        /// Who gave it.
        by: RecordedJudge,
    },
    /// Two judges, of which both are known.
    Different,
    /// At least one of them is not known: that of this run, or of the earlier one where neither is.
    Unknown(Side),
}

impl Judges {
    /// Compares judges as recorded: they are one if the fingerprints are equal and both or neither are simulated.
    #[must_use]
    pub fn of(before: Option<Judge<'_>>, after: Option<Judge<'_>>) -> Self {
        match (before, after) {
            (Some(before), Some(after)) if before == after => Judges::Same,
            (Some(_), Some(_)) => Judges::Different,
            (None, _) => Judges::Unknown(Side::Before),
            (_, None) => Judges::Unknown(Side::After),
        }
    }

    /// The messages of one run were decided again, after these judges had been found in the files.
    #[must_use]
    pub fn decided_again(self, side: Side, recorded: Rate) -> Self {
        let by = match self {
            Judges::Same => RecordedJudge::Same,
            Judges::Different => RecordedJudge::Other,
            Judges::Unknown(_) => RecordedJudge::Unknown,
            Judges::DecidedAgain { by, .. } => by,
        };
        Judges::DecidedAgain { side, recorded, by }
    }

    /// Whether the two rates may be compared at all.
    #[must_use]
    pub fn are_one(&self) -> bool {
        matches!(self, Judges::Same | Judges::DecidedAgain { .. })
    }
}

/// Whether the market took part in a run, as its file says.
#[must_use]
pub fn is_simulated(run: &impl AsRef<Metadata>) -> bool {
    run.as_ref().rejoinder.as_ref().is_some_and(|provenance| provenance.simulated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_market_behind_a_wire_is_not_the_model_whose_name_it_answers_under() {
        let judge = |simulated| Some(Judge { fingerprint: "0123456789abcdef", simulated });
        assert_eq!(Judges::of(judge(false), judge(true)), Judges::Different);
        assert_eq!(Judges::of(judge(true), judge(true)), Judges::Same);
        assert_eq!(Judges::of(None, judge(true)), Judges::Unknown(Side::Before));
        assert_eq!(Judges::of(judge(true), None), Judges::Unknown(Side::After));
    }
}
