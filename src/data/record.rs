//! What a cycle writes down about itself, under `metadata.rejoinder`: one set of types for those who write it and those
//! who read it. [`Provenance`](super::Provenance) is the whole; here are its parts.
//!
//! The files belong to people, and come from every version. A part that is missing or damaged is left out and never
//! refused. What was read is written again as it was, with keys that this version does not know ([`Kept`]). Shares,
//! gains and ends of intervals are in percent, as in the files.

mod cycle;
mod findings;
mod kept;
mod lenient;
mod metrics;
mod proof;
mod rates;

pub use cycle::{
    Challengers, CycleRecord, Group, Instruction, People, Race, RecordedVerdict, Referee, SecondOpinion, Sorted,
};
pub use findings::{
    Because, ByHand, Change, ClaimKind, Course, CycleVerdict, InTheRace, ObjectionCount, Objective, Refused, Step,
    Unreachable,
};
pub use kept::{Kept, Sealed};
pub use metrics::{Improvement, Metrics, ResponseRate};
pub use proof::{AfterDecision, Chances, FailedTrials, Pooled, ProofRecord, SegmentRecord, SegmentVerdict, Variance};
pub use rates::{Chance, RateRecord, RatesRecord, Span};

/// A share of 1 in percent, rounded so that the last digits of a floating-point sum do not differ between machines.
#[must_use]
pub fn percent(share: f64) -> f64 {
    (share * 1e8).round() / 1e6
}

/// Rounds to six decimal places, for the same reason.
#[must_use]
pub fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
