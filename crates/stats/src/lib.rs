//! Pure statistics of a before/after. No I/O; nothing here knows files or models.
//!
//! The persona is the cluster: all messages to one persona share its temper, so a hundred messages to ten personas are
//! ten observations, not a hundred (Miller 2024, arXiv 2411.00640).

#![warn(missing_docs, clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

pub mod adoption;
pub mod agreement;
pub mod arms;
pub mod audit;
pub mod auditor;
pub mod cholesky;
pub mod confirm;
pub mod course;
pub mod crossed;
pub mod effects;
pub mod evidence;
pub mod exact;
pub mod group_sequential;
pub mod ledger;
pub mod mean;
pub mod missing;
pub mod needed;
pub mod normal;
pub mod one_sided;
pub mod paired;
pub mod pooled;
pub mod power;
pub mod prediction_powered;
pub mod prospects;
pub mod ranking;
pub mod ranking_paired;
pub mod rate;
pub mod second_judge;
pub mod segments;
pub mod sequential;
pub mod sign_flip;
pub mod sign_test;
pub mod spending;
pub mod variance;
pub mod worth;

use statrs::distribution::{ContinuousCDF, StudentsT};

pub use effects::Effects;
pub use evidence::Evidence;
pub use mean::Mean;
pub use paired::{Comparison, PairedVerdict};
pub use rate::Rate;
pub use segments::Segment;
pub use sequential::{Decision, Design, Futility, Outcome, SequentialTest};
pub use spending::Spending;
pub use variance::Components;

/// Decisions on the messages to one persona.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages that got a yes.
    pub yes: u64,
    /// Messages that were decided. Failed trials are in neither count.
    pub total: u64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.yes += other.yes;
        self.total += other.total;
    }
}

impl Tally {
    /// Counts decisions.
    pub fn from_decisions(decisions: impl IntoIterator<Item = bool>) -> Self {
        decisions
            .into_iter()
            .fold(Tally::default(), |tally, yes| Tally { yes: tally.yes + u64::from(yes), total: tally.total + 1 })
    }

    /// The share of yes, `None` where nothing was decided.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.total > 0).then(|| self.yes as f64 / self.total as f64)
    }

    /// What this persona says as a whole: yes if more than half of its messages got one.
    #[must_use]
    pub fn majority(self) -> bool {
        2 * self.yes > self.total
    }
}

/// An interval of shares or of differences of shares; 0.05 is five percentage points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Whether 0 lies outside.
    #[must_use]
    pub fn excludes_zero(self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// The 97.5 % point of the standard normal distribution: intervals here are two-sided 95 % intervals.
pub(crate) const Z: f64 = 1.959_963_984_540_054;

/// The same point of Student's distribution with so many degrees of freedom; `None` where there are too few to say.
pub(crate) fn t_quantile(degrees_of_freedom: f64) -> Option<f64> {
    if degrees_of_freedom < 0.1 {
        return None;
    }
    Some(StudentsT::new(0.0, 1.0, degrees_of_freedom).ok()?.inverse_cdf(0.975))
}
