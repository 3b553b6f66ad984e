//! The incumbent's messages that are there already: whoever only verifies was never learned from, so what its run wrote
//! to them and what they said proves as much as fresh messages would, and is paid for.
//!
//! It counts only where the same writer wrote and the same judge decided, and once for each run: two challengers that
//! are measured against the same sample of the incumbent would be lucky or unlucky together.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::older::Older;
use crate::data::spool::Texts;
use crate::data::{self, DataFolder, Entries, Entry, Part};
use crate::model::digest;
use crate::optimize::people::pairing::Key;
use crate::optimize::people::split::People;
use crate::optimize::trials::trial_runner::TrialResult;

/// From so many messages a person on, on average, comparing with their mean finds more than the exact test of one
/// message each does; with one or two that test finds more (`just bench-proof messages`).
const SEVERAL: usize = 3;

/// The incumbent's messages to those who only verify.
#[derive(Clone, Debug, Default)]
pub struct Earlier {
    found: HashMap<Key, Vec<TrialResult>>,
}

impl Earlier {
    /// The messages among these entries that the proof can use: those to the first `most` personas in the [`order`] of
    /// this salt.
    ///
    /// # Errors
    /// Where an entry or a persona cannot be had.
    pub fn of(entries: &Entries, people: &People, (most, salt): (usize, &str)) -> Result<Self, data::Error> {
        let mut wanted = HashSet::new();
        wanted.extend(order(&people.unseen, salt)?.into_iter().take(most).map(|one| one.key));
        let mut found: HashMap<Key, Vec<TrialResult>> = HashMap::new();
        entries.each(&mut |result| {
            let key = Key::of(&result.persona);
            if wanted.contains(&key) {
                let entry = Entry::from_result(Part::Results, 0, result);
                found.entry(key).or_default().extend(entry.messages.iter().map(|said| TrialResult {
                    message: said.message.get().into_owned(),
                    decisions: vec![said.yes],
                    chances: vec![said.score.unwrap_or(f64::from(u8::from(said.yes)))],
                    reasoning: said.reasoning.get().into_owned(),
                    audit: said.audit().unwrap_or_default(),
                }));
            }
            true
        })?;
        Ok(Earlier { found })
    }

    /// Whether a file has a message to a person kept aside that no attempt was measured against yet.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn has_unused(
        (folder, older): (&DataFolder, &Older),
        people: &People,
        used: &BTreeSet<String>,
    ) -> Result<bool, data::Error> {
        if used.is_empty() {
            return Ok(true);
        }
        let mut found = false;
        older.entries(folder).each(&mut |result| {
            let key = Key::of(&result.persona);
            found = people.is_unseen(&result.persona)
                && result.messages.iter().any(|judged| !used.contains(&digest_of(key, &judged.message)));
            !found
        })?;
        Ok(found)
    }

    /// Leaves out messages that attempts were already measured against, given by their digests.
    #[must_use]
    pub fn without(mut self, used: &BTreeSet<String>) -> Self {
        for (key, messages) in &mut self.found {
            messages.retain(|result| !used.contains(&digest_of(*key, &result.message)));
        }
        self.found.retain(|_, messages| !messages.is_empty());
        self
    }

    /// Digests that identify these messages, in order.
    #[must_use]
    pub fn digests(&self) -> Vec<String> {
        let of = |(key, messages): (&Key, &Vec<TrialResult>)| {
            messages.iter().map(|result| digest_of(*key, &result.message)).collect::<Vec<_>>()
        };
        let all: BTreeSet<String> = self.found.iter().flat_map(of).collect();
        all.into_iter().collect()
    }

    /// How many pairs have the incumbent's side there already. All messages to a person count in their first pair:
    /// their mean scatters less than one of them, and tells nothing of a second pair.
    #[must_use]
    pub fn pairs(&self) -> usize {
        if self.has_several() { self.found.len() } else { self.len() }
    }

    /// Whether people have so many messages each that all of them are compared with the challenger's message at once:
    /// three on average.
    #[must_use]
    pub fn has_several(&self) -> bool {
        !self.is_empty() && self.len() >= SEVERAL * self.found.len()
    }

    /// What a pair's difference changes by if one of its messages is decided otherwise, in the root mean square over
    /// its two sides: 1 where each side is one message, and less where the incumbent's is the mean of several.
    #[must_use]
    pub fn step(&self) -> f64 {
        if !self.has_several() {
            return 1.0;
        }
        let share_of_a_message = self.found.len() as f64 / self.len() as f64;
        (0.5 * (1.0 + share_of_a_message)).sqrt()
    }

    /// The messages to a persona that its pair of this number, from 0, is compared with.
    #[must_use]
    pub fn messages(&self, persona: &str, pair: usize) -> &[TrialResult] {
        let all = self.found.get(&Key::of(persona)).map_or(&[][..], Vec::as_slice);
        match (self.has_several(), pair) {
            (true, 0) => all,
            (true, _) => &[],
            (false, pair) => all.get(pair..=pair).unwrap_or_default(),
        }
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
}

/// The digest that identifies a message to a persona.
#[must_use]
pub fn digest_of(persona: Key, message: &str) -> String {
    digest(&[&format!("{persona:?}"), message])[..16].to_owned()
}

/// Somebody among the people kept aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aside {
    /// The index.
    pub index: u32,
    /// Tells them from others.
    pub key: Key,
}

/// People in an order that is unrelated to who they are and differs for each salt.
///
/// # Errors
/// Where a persona cannot be read.
pub fn order(people: &Texts, salt: &str) -> Result<Vec<Aside>, data::Error> {
    let mut numbered = Vec::with_capacity(people.len());
    for (index, persona) in people.iter().enumerate() {
        let one = Aside { index: index as u32, key: Key::of(&persona?) };
        numbered.push((digest(&[salt, &format!("{:?}", one.key)]), one));
    }
    numbered.sort_unstable_by(|(one, a), (other, b)| one.cmp(other).then(a.index.cmp(&b.index)));
    Ok(numbered.into_iter().map(|(_, one)| one).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::data::Map;
    use crate::data::results::{Decision, Judged, MessageNote, PersonaResult};
    use crate::evaluate::grounding::Grounding;

    fn judged(message: &str, decision: bool, rejoinder: Option<MessageNote>) -> Judged {
        let decision = Decision { decision, reasoning: "so".into(), extra: Map::new() };
        Judged { message: message.into(), decision, rejoinder, extra: Map::new() }
    }

    fn entry(persona: &str, messages: Vec<Judged>) -> PersonaResult {
        PersonaResult { persona: persona.into(), messages, extra: Map::new() }
    }

    #[test]
    fn only_messages_to_unseen_people_are_found_with_what_is_known_of_their_claims() {
        let place = tempfile::tempdir().unwrap();
        let texts = |names: &[&str]| Arc::new(Texts::spool(place.path(), names).unwrap());
        let people = People::apart(texts(&["Ann, CTO"]), texts(&["Bo, CFO", "Cy, COO"])).unwrap();
        let claim = json!({"start": 0, "end": 5, "kind": "certification", "verdict": "unsupported"});
        let note = |claims| Some(MessageNote::with_audit(json!({"auditor": "00ff", "claims": claims})));
        let entries = Entries::Held(vec![
            entry("Ann, CTO", vec![judged("Hello Ann", true, None)]),
            entry(
                "Bo, CFO",
                vec![
                    judged("Hello Bo", true, note(json!([]))),
                    judged("SOC 2", true, note(json!([claim]))),
                    judged("Hello", true, None),
                ],
            ),
        ]);
        let earlier = Earlier::of(&entries, &people, (10, "1")).unwrap();
        assert_eq!(earlier.len(), 3);
        assert!(earlier.messages("Ann, CTO", 0).is_empty() && earlier.messages("Cy, COO", 0).is_empty());
        let grounding: Vec<Grounding> = earlier.messages("Bo, CFO", 0).iter().map(TrialResult::grounding).collect();
        assert_eq!(grounding, [Grounding::Grounded, Grounding::MadeUp, Grounding::NotChecked]);
        assert!(Earlier::of(&entries, &people, (0, "1")).unwrap().is_empty());
    }

    #[test]
    fn several_messages_a_person_count_in_the_first_pair_together_and_single_ones_in_a_pair_each() {
        let place = tempfile::tempdir().unwrap();
        let texts = |names: &[&str]| Arc::new(Texts::spool(place.path(), names).unwrap());
        let people = People::apart(texts(&["Ann, CTO"]), texts(&["Bo, CFO", "Cy, COO"])).unwrap();
        let said = |count: usize| (0..count).map(|number| judged(&format!("Hello {number}"), true, None)).collect();
        let earlier = |of_bo: usize, of_cy: usize| {
            let entries = Entries::Held(vec![entry("Bo, CFO", said(of_bo)), entry("Cy, COO", said(of_cy))]);
            Earlier::of(&entries, &people, (10, "1")).unwrap()
        };
        let counts = |earlier: &Earlier, name: &str| [0, 1, 2].map(|pair| earlier.messages(name, pair).len());
        let several = earlier(4, 2);
        assert_eq!((several.len(), several.pairs()), (6, 2));
        assert_eq!((counts(&several, "Bo, CFO"), counts(&several, "Cy, COO")), ([4, 0, 0], [2, 0, 0]));
        assert!((several.step() - (2.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        let few = earlier(3, 2);
        assert_eq!(few.step(), 1.0);
        assert_eq!((few.len(), few.pairs()), (5, 5));
        assert_eq!((counts(&few, "Bo, CFO"), counts(&few, "Cy, COO")), ([1, 1, 1], [1, 1, 0]));
    }
}
