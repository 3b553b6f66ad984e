//! The before/after of any two results files.

use std::collections::HashMap;

use crate::compare::mean::{Change, Mean, Outcomes};
use crate::compare::{Comparison, Rate};
use crate::data::provenance::Redone;
use crate::data::{self, DataFolder, Entry, FileName, Gather, Head, Part, results_stream};
use crate::optimize::before::judges::{Judge, Judges, Side, is_simulated};
use crate::optimize::people::pairing::{Clusters, Key};

/// What a comparison needs of a results file. Its messages are not held.
#[derive(Clone, Debug)]
pub struct Run {
    head: Head,
    decisions: Decisions,
}

/// The decisions of a results file.
#[derive(Clone, Debug, Default)]
struct Decisions {
    /// Of the run itself.
    own: Clusters,
    /// Of the run's judge on its parent's messages.
    again: Clusters,
}

impl Gather for Decisions {
    fn gather(&mut self, entry: &Entry<'_>) {
        let clusters = match entry.part {
            Part::Results => &mut self.own,
            Part::Baseline => &mut self.again,
        };
        clusters.add_entry(entry);
    }

    fn then(&mut self, later: Self) {
        self.own.then(later.own);
        self.again.then(later.again);
    }
}

impl Run {
    /// Reads a results file.
    ///
    /// # Errors
    ///
    /// As [`Results::load`](data::Results::load).
    pub fn load(folder: &DataFolder, file: &FileName) -> Result<Self, data::Error> {
        let (decisions, head) = results_stream::gather(folder, file, &Decisions::default())?;
        Ok(Run { head, decisions })
    }

    /// The messages of the file with this hash, as the judge of this run decided on them.
    fn decided_again(&self, sha256: &str) -> Option<&Clusters> {
        let own = self.head.metadata.rejoinder.as_ref()?;
        let baseline = own.baseline.as_ref()?;
        let is_decided = baseline.redone == Redone::Decisions;
        (is_decided && baseline.sha256 == sha256 && Some(&baseline.fingerprint) == own.fingerprint.as_ref())
            .then_some(&self.decisions.again)
    }
}

/// Compares two runs as their files record them, paired by persona.
///
/// Where one of the files holds decisions by its own judge on the other's messages (an improvement run that decided
/// them again), those are what is compared, whichever of the two is named first.
#[must_use]
pub fn compare(a: &Run, b: &Run) -> (Comparison, Judges) {
    let judges = Judges::of(Judge::of(&a.head), Judge::of(&b.head));
    let (of_a, of_b) = (&a.decisions.own, &b.decisions.own);
    let (marked_a, marked_b) = (is_simulated(&a.head), is_simulated(&b.head));
    // Decided again, a run is simulated if either its messages or the later decisions are.
    let either = marked_a || marked_b;
    if let Some(again) = b.decided_again(&a.head.sha256) {
        let recorded = Rate::from_tallies(&of_a.tallies()).marked(marked_a);
        let comparison = Comparison::from_pairs(&Clusters::paired(again, of_b)).marked(either, marked_b);
        return (comparison, judges.decided_again(Side::Before, recorded));
    }
    if let Some(again) = a.decided_again(&b.head.sha256) {
        let recorded = Rate::from_tallies(&of_b.tallies()).marked(marked_b);
        let comparison = Comparison::from_pairs(&Clusters::paired(of_a, again)).marked(marked_a, either);
        return (comparison, judges.decided_again(Side::After, recorded));
    }
    (Comparison::from_pairs(&Clusters::paired(of_a, of_b)).marked(marked_a, marked_b), judges)
}

/// The mean chances of a yes of two runs whose decisions are chances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chances {
    /// Of A.
    pub a: Mean,
    /// Of B.
    pub b: Mean,
    /// The change from A to B; `None` if fewer than two personas are in both, or if it is not known that one judge gave
    /// both.
    pub change: Option<Change>,
    /// Whether the market took part in A.
    pub simulated_a: bool,
    /// The same of B.
    pub simulated_b: bool,
}

/// The chances that [`compare`] counts as a yes or a no, by the same rules; `None` where one of the runs has none.
#[must_use]
pub fn chances(a: &Run, b: &Run) -> Option<Chances> {
    let (of_a, of_b) = match (b.decided_again(&a.head.sha256), a.decided_again(&b.head.sha256)) {
        (Some(again), _) => (again, &b.decisions.own),
        (None, Some(again)) => (&a.decisions.own, again),
        (None, None) => (&a.decisions.own, &b.decisions.own),
    };
    let (comparison, judges) = compare(a, b);
    Some(Chances {
        a: of_a.mean_chance()?,
        b: of_b.mean_chance()?,
        change: judges.are_one().then(|| Change::from_differences(&differences(of_a, of_b))).flatten(),
        simulated_a: comparison.original.simulated,
        simulated_b: comparison.improved.simulated,
    })
}

/// The change of the mean chance of every persona who is in both runs.
fn differences(before: &Clusters, after: &Clusters) -> Vec<f64> {
    let mean = |outcomes: Outcomes| outcomes.sum / outcomes.count as f64;
    let earlier: HashMap<Key, f64> = before.chances().map(|(key, outcomes)| (key, mean(outcomes))).collect();
    after.chances().filter_map(|(key, outcomes)| Some(mean(outcomes) - earlier.get(&key)?)).collect()
}
