//! What trials of a search take, in calls.

/// What is expected of a trial beforehand counts as much as so many trials.
const EXPECTED_COUNTS: f64 = 6.0;

/// The calls of the trials so far. Asking for candidates and sorting what people said are not among them: a search does
/// that once or twice, so it says nothing about what further trials will take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    trials: u64,
    calls: u64,
}

impl Costs {
    /// Counts a batch.
    pub fn add(&mut self, trials: usize, calls: u64) {
        self.trials += trials as u64;
        self.calls += calls;
    }

    /// Calls of a trial, if so many were `expected` before any was run.
    #[must_use]
    pub fn of_a_trial(self, expected: f64) -> f64 {
        (self.calls as f64 + EXPECTED_COUNTS * expected) / (self.trials as f64 + EXPECTED_COUNTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_takes_what_was_expected_until_trials_show_what_it_takes() {
        let mut costs = Costs::default();
        assert!((costs.of_a_trial(2.5) - 2.5).abs() < 1e-9);
        costs.add(6, 18);
        assert!((costs.of_a_trial(2.5) - 2.75).abs() < 1e-9);
        costs.add(600, 1_800);
        assert!((costs.of_a_trial(2.5) - 3.0).abs() < 0.01);
    }
}
