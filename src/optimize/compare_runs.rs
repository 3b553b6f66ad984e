//! The before/after of any two results files.

use super::judges::{Judge, Judges, Side};
use super::pairing::{OfParts, Tallies};
use crate::compare::{Comparison, Rate};
use crate::data::folder::DataFolder;
use crate::data::results::Metadata;
use crate::data::{self, FileName, Head, results_stream};

/// What a comparison needs of a results file.
#[derive(Debug)]
pub struct File {
    /// All of it but its entries.
    pub head: Head,
    /// Its decisions.
    pub tallies: OfParts,
}

impl File {
    /// Reads a results file.
    ///
    /// # Errors
    /// As [`Results::load`](crate::data::Results::load).
    pub fn read(folder: &DataFolder, file: &FileName) -> Result<Self, data::Error> {
        let (tallies, head) = results_stream::gather(folder, file, &OfParts::default())?;
        Ok(File { head, tallies })
    }
}

/// Compares two runs as their files record them, paired by persona.
///
/// Where one of the files holds decisions by its own judge on the other's messages (an improvement run that decided them
/// again), those are what is compared, whichever of the two is named first.
#[must_use]
pub fn compare(a: &File, b: &File) -> (Comparison, Judges) {
    let judges = Judges::of(Judge::of(&a.head), Judge::of(&b.head));
    let (of_a, of_b) = (&a.tallies.results, &b.tallies.results);
    let (marked_a, marked_b) = (is_simulated(&a.head.metadata), is_simulated(&b.head.metadata));
    // Decided again, a run is simulated if either its messages or the later decisions are.
    let either = marked_a || marked_b;
    if let Some(again) = decided_again_in(b, &a.head.sha256) {
        let recorded = Rate::of(&of_a.clusters()).marked(marked_a);
        let comparison = Comparison::of(&Tallies::pairs(again, of_b)).marked(either, marked_b);
        return (comparison, judges.decided_again(Side::Before, recorded));
    }
    if let Some(again) = decided_again_in(a, &b.head.sha256) {
        let recorded = Rate::of(&of_b.clusters()).marked(marked_b);
        let comparison = Comparison::of(&Tallies::pairs(of_a, again)).marked(marked_a, either);
        return (comparison, judges.decided_again(Side::After, recorded));
    }
    (Comparison::of(&Tallies::pairs(of_a, of_b)).marked(marked_a, marked_b), judges)
}

/// Whether the market took part in a run, as its file says.
#[must_use]
pub fn is_simulated(metadata: &Metadata) -> bool {
    metadata.rejoinder.as_ref().is_some_and(|own| own.simulated)
}

/// The messages of the file with this hash, as the judge of `descendant` decided on them.
fn decided_again_in<'a>(descendant: &'a File, sha256: &str) -> Option<&'a Tallies> {
    let own = descendant.head.metadata.rejoinder.as_ref()?;
    let baseline = own.baseline.as_ref()?;
    (baseline.sha256 == sha256 && Some(&baseline.fingerprint) == own.fingerprint.as_ref())
        .then_some(&descendant.tallies.baseline)
}
