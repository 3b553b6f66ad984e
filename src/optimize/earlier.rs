//! The incumbent's messages that are there already: whoever only verifies was never learned from, so what its run wrote to
//! them and what they said proves as much as fresh messages would, and is paid for.
//!
//! It counts only where the same writer wrote and the same judge decided, and once for each run: two challengers that are
//! measured against the same sample of the incumbent would be lucky or unlucky together.

use std::collections::{HashMap, HashSet};

use super::lab::{self, Shown};
use super::pairing::Key;
use super::split::People;
use crate::data::spool::Texts;
use crate::data::{self, Entries};
use crate::evaluate::claims::Facts;

/// The incumbent's messages to those who only verify.
#[derive(Clone, Debug, Default)]
pub struct Earlier {
    found: HashMap<Key, Vec<Shown>>,
}

impl Earlier {
    /// Those among these entries, as far as the proof can use them: of the first `most` personas in [`order`].
    ///
    /// # Errors
    /// Where an entry or a persona cannot be had.
    pub fn of(entries: &Entries, people: &People, facts: &Facts, most: usize) -> Result<Self, data::Error> {
        let mut wanted = HashSet::new();
        for index in order(&people.unseen)?.into_iter().take(most) {
            wanted.insert(Key::of(&people.unseen.get(index as usize)?));
        }
        let mut found: HashMap<Key, Vec<Shown>> = HashMap::new();
        entries.each(&mut |entry| {
            let key = Key::of(&entry.persona);
            if wanted.contains(&key) {
                found.entry(key).or_default().extend(entry.messages.iter().map(|judged| Shown {
                    ungrounded: lab::ungrounded(&judged.message, facts, &entry.persona),
                    message: judged.message.clone(),
                    votes: vec![judged.decision.decision],
                    reasoning: judged.decision.reasoning.clone(),
                }));
            }
            true
        })?;
        Ok(Earlier { found })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.found.values().map(Vec::len).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The message of this number, from 0, to a persona.
    #[must_use]
    pub fn message(&self, persona: &str, number: usize) -> Option<&Shown> {
        self.found.get(&Key::of(persona))?.get(number)
    }
}

/// People in an order that has nothing to do with who they are, the same in every cycle of a lineage.
///
/// # Errors
/// Where a persona cannot be read.
pub fn order(people: &Texts) -> Result<Vec<u32>, data::Error> {
    let mut numbered = Vec::with_capacity(people.len());
    for (index, persona) in people.iter().enumerate() {
        numbered.push((Key::of(&persona?).number(), index as u32));
    }
    numbered.sort_unstable();
    Ok(numbered.into_iter().map(|(_, index)| index).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::data::Map;
    use crate::data::results::{Decision, Judged, PersonaResult};

    fn judged(message: &str, decision: bool) -> Judged {
        let decision = Decision { decision, reasoning: "so".into(), extra: Map::new() };
        Judged { message: message.into(), decision, extra: Map::new() }
    }

    fn entry(persona: &str, messages: Vec<Judged>) -> PersonaResult {
        PersonaResult { persona: persona.into(), messages, extra: Map::new() }
    }

    #[test]
    fn only_messages_to_unseen_people_are_found_and_their_claims_are_audited() {
        let place = tempfile::tempdir().unwrap();
        let texts = |names: &[&str]| Arc::new(Texts::of(place.path(), names).unwrap());
        let people = People::apart(texts(&["Ann, CTO"]), texts(&["Bo, CFO", "Cy, COO"])).unwrap();
        let entries = Entries::Held(vec![
            entry("Ann, CTO", vec![judged("Hello Ann", true)]),
            entry("Bo, CFO", vec![judged("Hello Bo", true), judged("We are SOC 2 Type II certified.", true)]),
        ]);
        let earlier = Earlier::of(&entries, &people, &Facts::of("Company: Brackwater"), 10).unwrap();
        assert_eq!(earlier.len(), 2);
        assert!(earlier.message("Ann, CTO", 0).is_none() && earlier.message("Cy, COO", 0).is_none());
        assert!(earlier.message("Bo, CFO", 0).is_some_and(Shown::is_grounded));
        assert!(earlier.message("Bo, CFO", 1).is_some_and(|own| !own.is_grounded()));
        assert!(Earlier::of(&entries, &people, &Facts::of(""), 0).unwrap().is_empty());
    }
}
