//! What all attempts to better the prompts of one root may spend together, however the file is rerun.

use std::collections::BTreeMap;

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    /// It is under way, or stopped without a verdict: its level is taken.
    Open,
    /// Its challenger was verified and not adopted: its level is spent.
    NotAdopted,
    /// Its challenger was adopted: its level is free again.
    Adopted,
}

/// One challenger that was verified, in whichever branch of the lineage.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Identifies the attempt, such as a hash of its run: an attempt that is found in several files counts once.
    pub id: String,
    /// The one-sided level of its test.
    pub level: f64,
    /// How it ended.
    pub ended: Ended,
    /// Messages of the incumbent, written before the attempt, that it was measured against.
    pub used: Vec<String>,
}

/// The share of the level that the first attempt takes. Chosen on the 150 worlds of the tuning set by the run of
/// designs in `docs/method.md`: `cargo run -p rejoinder-worlds --example designs -- all 30 500,1000,2000 before today`.
const FIRST_SHARE: f64 = 0.75;

/// All attempts of a root. Its figures do not depend on the order in which the attempts are found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    attempts: BTreeMap<String, Attempt>,
}

impl Ledger {
    /// Builds the ledger from every known attempt: those of the file, of its siblings and their descendants, and of the
    /// journal. If an attempt is found twice, the record that is further along counts, with the larger level and the
    /// messages of both.
    #[must_use]
    pub fn new(attempts: impl IntoIterator<Item = Attempt>) -> Self {
        let mut ledger = Ledger::default();
        for attempt in attempts {
            ledger.add(attempt);
        }
        ledger
    }

    /// Adds one more.
    pub fn add(&mut self, attempt: Attempt) {
        let known = self.attempts.entry(attempt.id.clone()).or_insert_with(|| attempt.clone());
        known.level = known.level.max(attempt.level);
        known.ended = known.ended.max(attempt.ended);
        known.used.extend(attempt.used);
        known.used.sort_unstable();
        known.used.dedup();
    }

    /// Replaces the attempt with the same id.
    pub fn replace(&mut self, attempt: Attempt) {
        self.attempts.remove(&attempt.id);
        self.add(attempt);
    }

    /// All of them, by id.
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.values()
    }

    /// The messages that any attempt was measured against; some may come twice.
    pub fn used(&self) -> impl Iterator<Item = &str> {
        self.attempts.values().flat_map(|attempt| attempt.used.iter().map(String::as_str))
    }

    /// How many attempts there were.
    #[must_use]
    pub fn len(&self) -> usize {
        self.attempts.len()
    }

    /// Whether there was none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.attempts.is_empty()
    }

    /// The part of the level that is spent and will not come back.
    #[must_use]
    pub fn spent(&self) -> f64 {
        let mut levels = self.levels_spent();
        // Summed from the smallest up, so that the sum does not depend on the order either.
        levels.sort_unstable_by(f64::total_cmp);
        levels.into_iter().sum()
    }

    /// The level of the next attempt: a share of what is left of `alpha`, three quarters at first and one part in
    /// `k + 4/3` after k attempts that did not adopt. A search rarely succeeds with its second attempt where its first
    /// failed, so the first one takes the most. The share was chosen on the 150 simulated worlds of the tuning set
    /// (`docs/method.md` has the run of designs and its table): with it, and with what changed beside it, searches end
    /// higher than with one half.
    ///
    /// *Why the root adopts wrongly with a chance of at most `alpha`.* Follow the attempts as they begin. As long as
    /// none has adopted wrongly, every one that is no better has not adopted, or is open, and has its level in
    /// [`Ledger::spent`]; by construction these levels and that of the next never exceed `alpha` together. The chance
    /// that a test of level `a` errs, given all that was seen before, is at most `a`; so the chance of a first wrong
    /// adoption is at most the expected sum of these levels (the online fallback of Tian and Ramdas 2021, for a tree).
    /// For "given all that was seen before" an attempt needs messages that no other was measured against: see
    /// [`Ledger::used`].
    #[must_use]
    pub fn next_level(&self, alpha: f64) -> f64 {
        (alpha - self.spent()).max(0.0) / (self.levels_spent().len() as f64 + 1.0 / FIRST_SHARE)
    }

    fn levels_spent(&self) -> Vec<f64> {
        self.attempts.values().filter(|attempt| attempt.ended != Ended::Adopted).map(|attempt| attempt.level).collect()
    }
}

/// The attempts of a lineage that recorded only whether each one adopted, first to last, at the levels of
/// [`super::spending::level`]. `lineage` keeps their ids apart from those of other lineages.
#[must_use]
pub fn recorded(lineage: &str, alpha: f64, adopted: &[bool]) -> Vec<Attempt> {
    let attempt = |(index, adopts): (usize, &bool)| Attempt {
        id: format!("{lineage} {index}"),
        level: super::spending::level(alpha, &adopted[..index]),
        ended: if *adopts { Ended::Adopted } else { Ended::NotAdopted },
        used: Vec::new(),
    };
    adopted.iter().enumerate().map(attempt).collect()
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
