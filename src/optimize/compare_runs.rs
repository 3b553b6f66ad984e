//! The before/after of any two results files.

use super::judges::Judges;
use super::pairing;
use crate::compare::{Comparison, Rate};
use crate::data::provenance::Provenance;
use crate::data::results::Results;

/// Compares two runs as their files record them, paired by persona.
///
/// Where the later file holds decisions by its own judge on the earlier file's messages (an improvement run that decided
/// them again), those are what is compared. `earlier_sha256` is the hash of the earlier file's bytes.
#[must_use]
pub fn compare(earlier: &Results, earlier_sha256: &str, later: &Results) -> (Comparison, Judges) {
    let (before, after) = (provenance(earlier), provenance(later));
    let fingerprint = |of: Option<&Provenance>| of.and_then(|provenance| provenance.fingerprint.clone());
    let judges = Judges::of(fingerprint(before).as_deref(), fingerprint(after).as_deref());
    if let Some(baseline) = after.and_then(|provenance| provenance.baseline.as_ref())
        && baseline.sha256 == earlier_sha256
        && Some(&baseline.fingerprint) == fingerprint(after).as_ref()
    {
        let tallies: Vec<_> = earlier.results.iter().map(pairing::tally).collect();
        let judges = judges.decided_again(Rate::of(&tallies));
        return (Comparison::of(&pairing::tallies(&baseline.results, &later.results)), judges);
    }
    (Comparison::of(&pairing::tallies(&earlier.results, &later.results)), judges)
}

fn provenance(results: &Results) -> Option<&Provenance> {
    results.metadata.rejoinder.as_ref()
}
