//! The before/after of any two results files.

use super::judges::{Judge, Judges, Side};
use super::pairing;
use crate::compare::{Comparison, Rate};
use crate::data::results::{PersonaResult, Results};

/// A results file and the SHA-256 of its bytes, by which a descendant names it.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its contents.
    pub results: &'a Results,
    /// 64 hexadecimal digits.
    pub sha256: &'a str,
}

/// Compares two runs as their files record them, paired by persona.
///
/// Where one of the files holds decisions by its own judge on the other's messages (an improvement run that decided them
/// again), those are what is compared, whichever of the two is named first.
#[must_use]
pub fn compare(a: File<'_>, b: File<'_>) -> (Comparison, Judges) {
    let judges = Judges::of(Judge::of(a.results), Judge::of(b.results));
    let (of_a, of_b) = (&a.results.results, &b.results.results);
    let (marked_a, marked_b) = (is_simulated(a.results), is_simulated(b.results));
    // Decided again, a run is simulated if either its messages or the later decisions are.
    let either = marked_a || marked_b;
    if let Some(again) = decided_again_in(b.results, a.sha256) {
        let recorded = Rate::of(&pairing::clusters(of_a)).marked(marked_a);
        let comparison = Comparison::of(&pairing::tallies(again, of_b)).marked(either, marked_b);
        return (comparison, judges.decided_again(Side::Before, recorded));
    }
    if let Some(again) = decided_again_in(a.results, b.sha256) {
        let recorded = Rate::of(&pairing::clusters(of_b)).marked(marked_b);
        let comparison = Comparison::of(&pairing::tallies(of_a, again)).marked(marked_a, either);
        return (comparison, judges.decided_again(Side::After, recorded));
    }
    (Comparison::of(&pairing::tallies(of_a, of_b)).marked(marked_a, marked_b), judges)
}

/// Whether the market took part in a run, as its file says.
#[must_use]
pub fn is_simulated(results: &Results) -> bool {
    results.metadata.rejoinder.as_ref().is_some_and(|own| own.simulated)
}

/// The messages of the file with this hash, as the judge of `descendant` decided on them.
fn decided_again_in<'a>(descendant: &'a Results, sha256: &str) -> Option<&'a [PersonaResult]> {
    let own = descendant.metadata.rejoinder.as_ref()?;
    let baseline = own.baseline.as_ref()?;
    (baseline.sha256 == sha256 && Some(&baseline.fingerprint) == own.fingerprint.as_ref())
        .then_some(baseline.results.as_slice())
}
