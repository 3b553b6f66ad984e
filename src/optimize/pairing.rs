//! Which entry of one run is the same persona as which entry of another.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::compare::Tally;
use crate::data::results::PersonaResult;
use crate::data::{Entry, Error, Gather, Part};
use crate::evaluate::run::Run;

/// A persona, told from others by its text without the blanks around it: 128 bits of its SHA-256, so that of a million
/// personas no two are taken for one (the odds are less than 1 in 10^26).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonaId(u128);

impl PersonaId {
    /// The id of a persona's text.
    #[must_use]
    pub fn of(persona: &str) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(&Sha256::digest(persona.trim())[..16]);
        PersonaId(u128::from_le_bytes(half))
    }
}

/// The decisions of a run, one tally for each persona text: the same text is the same decision maker, who is one
/// observation however many entries it has. In order of first appearance.
#[derive(Clone, Debug, Default)]
pub struct Tallies {
    /// Index in `found`.
    places: HashMap<PersonaId, usize>,
    found: Vec<(PersonaId, Tally)>,
}

impl Tallies {
    /// Of a run that has just ended.
    ///
    /// # Errors
    /// Where its personas cannot be read.
    pub fn of(run: &Run) -> Result<Self, Error> {
        let mut tallies = Tallies::default();
        for (persona, count) in run.people.iter().zip(&run.counts) {
            let tally = Tally { yes: u64::from(count.yes), total: u64::from(count.all) };
            tallies.add(PersonaId::of(&persona?), tally);
        }
        Ok(tallies)
    }

    /// Of entries that are in memory.
    #[must_use]
    pub fn of_entries(entries: &[PersonaResult]) -> Self {
        let mut tallies = Tallies::default();
        for entry in entries {
            let tally = Tally::of(entry.messages.iter().map(|judged| judged.decision.decision));
            tallies.add(PersonaId::of(&entry.persona), tally);
        }
        tallies
    }

    /// Adds an entry's decisions.
    pub fn add(&mut self, persona: PersonaId, tally: Tally) {
        let place = *self.places.entry(persona).or_insert(self.found.len());
        if place == self.found.len() {
            self.found.push((persona, Tally::default()));
        }
        self.found[place].1 += tally;
    }

    fn then(&mut self, later: Self) {
        for (persona, tally) in later.found {
            self.add(persona, tally);
        }
    }

    /// Whether there is an entry of this persona.
    #[must_use]
    pub fn has(&self, persona: PersonaId) -> bool {
        self.places.contains_key(&persona)
    }

    /// One tally for each persona.
    #[must_use]
    pub fn clusters(&self) -> Vec<Tally> {
        self.found.iter().map(|(_, tally)| *tally).collect()
    }

    /// The tallies of two runs, one pair for each persona. A persona that stands in only one of them is paired with an
    /// empty tally, so that the rates count it and the paired difference does not.
    #[must_use]
    pub fn pairs(before: &Tallies, after: &Tallies) -> Vec<(Tally, Tally)> {
        let earlier = |persona: &PersonaId| before.places.get(persona).map(|place| before.found[*place].1);
        let both = after.found.iter().map(|(persona, tally)| (earlier(persona).unwrap_or_default(), *tally));
        let gone = before.found.iter().filter(|(persona, _)| !after.has(*persona));
        both.chain(gone.map(|(_, tally)| (*tally, Tally::default()))).collect()
    }
}

/// The tallies of both parts of a results file.
#[derive(Clone, Debug, Default)]
pub struct OfParts {
    /// The run itself.
    pub results: Tallies,
    /// The parent's messages, decided again by this run's judge.
    pub baseline: Tallies,
}

impl Gather for OfParts {
    fn take(&mut self, entry: &Entry<'_>) {
        let tally = Tally::of(entry.messages.iter().map(|said| said.yes));
        let part = match entry.part {
            Part::Results => &mut self.results,
            Part::Baseline => &mut self.baseline,
        };
        part.add(PersonaId::of(&entry.persona.get()), tally);
    }

    fn then(&mut self, later: Self) {
        self.results.then(later.results);
        self.baseline.then(later.baseline);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tallies(entries: &[(&str, u64, u64)]) -> Tallies {
        let mut tallies = Tallies::default();
        for (persona, yes, total) in entries {
            tallies.add(PersonaId::of(persona), Tally { yes: *yes, total: *total });
        }
        tallies
    }

    #[test]
    fn entries_with_one_text_are_one_persona_however_many_they_are() {
        let run = tallies(&[("a", 1, 1), ("b", 0, 0), (" a\n", 1, 2)]);
        assert_eq!(run.clusters(), [Tally { yes: 2, total: 3 }, Tally::default()]);
    }

    #[test]
    fn pairs_are_by_text_and_a_persona_of_one_run_is_paired_with_nothing() {
        let before = tallies(&[("a", 1, 1), ("gone", 1, 1), ("a", 1, 1)]);
        let after = tallies(&[("new", 0, 1), ("a ", 0, 1)]);
        assert_eq!(
            Tallies::pairs(&before, &after),
            [
                (Tally::default(), Tally { yes: 0, total: 1 }),
                (Tally { yes: 2, total: 2 }, Tally { yes: 0, total: 1 }),
                (Tally { yes: 1, total: 1 }, Tally::default()),
            ]
        );
    }

    #[test]
    fn parts_put_together_are_the_whole() {
        let mut first = tallies(&[("a", 1, 1), ("b", 0, 1)]);
        first.then(tallies(&[("b", 1, 1), ("c", 0, 2)]));
        let whole = tallies(&[("a", 1, 1), ("b", 0, 1), ("b", 1, 1), ("c", 0, 2)]);
        assert_eq!(first.clusters(), whole.clusters());
    }
}
