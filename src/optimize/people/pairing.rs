//! Which entry of one run is the same persona as which entry of another.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::compare::Tally;
use crate::compare::mean::{Mean, Outcomes};
use crate::data::results::PersonaResult;
use crate::data::{Entry, Error, Gather, Part};
use crate::evaluate::run::Run;

/// What stands for a persona's text, without the space around it: the first 128 bits of its SHA-256, so that a run of
/// which only the decisions are wanted need not be held.
///
/// Two texts have one key with a probability of 2^-128; among ten million personas some two do with 10^-25, and nobody
/// can find two texts that do so on purpose with less than 2^64 attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key([u8; 16]);

impl From<Key> for String {
    fn from(key: Key) -> Self {
        format!("{:032x}", u128::from_be_bytes(key.0))
    }
}

impl TryFrom<String> for Key {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Key::from_hash(&text).ok_or("a persona's key is 32 hexadecimal digits")
    }
}

impl Key {
    /// The key of a persona's text.
    #[must_use]
    pub fn of(persona: &str) -> Self {
        let hash: [u8; 32] = Sha256::digest(persona.trim()).into();
        let mut key = [0; 16];
        key.copy_from_slice(&hash[..16]);
        Key(key)
    }

    /// The key of a text of which the hash is known: 32 hexadecimal digits, as
    /// [`text_hash`](crate::data::leads::lead::text_hash) gives them. None for what is no such hash.
    #[must_use]
    pub fn from_hash(hash: &str) -> Option<Self> {
        let is_hash = hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = is_hash.then(|| u128::from_str_radix(hash, 16).ok()).flatten()?;
        Some(Key(number.to_be_bytes()))
    }

    /// The key of a persona's text but for case, white space and Unicode form: who is described in the same words is
    /// the same person. Splits that are kept go by [`Key::of`].
    #[must_use]
    pub fn folded(persona: &str) -> Self {
        let folded: String = persona.nfkc().flat_map(char::to_lowercase).nfkc().collect();
        Key::of(&folded.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// A number that is spread evenly over personas and has nothing to do with who they are.
    #[must_use]
    pub fn number(self) -> u32 {
        u32::from_be_bytes([self.0[0], self.0[1], self.0[2], self.0[3]])
    }
}

/// The decisions of a run, one tally for each persona text: the same text is the same decision maker, who is one
/// observation however many entries it has. It holds about a hundred bytes for each.
#[derive(Clone, Debug, Default)]
pub struct Clusters {
    /// In order of first appearance.
    found: Vec<(Key, Tally)>,
    places: HashMap<Key, usize>,
    /// The chances of a yes of those to whom decisions are that, by place.
    chances: BTreeMap<usize, Outcomes>,
}

impl Clusters {
    /// The decisions of these entries.
    #[must_use]
    pub fn of(results: &[PersonaResult]) -> Self {
        let mut clusters = Clusters::default();
        for result in results {
            clusters.add(
                &result.persona,
                Tally::from_decisions(result.messages.iter().map(|judged| judged.decision.decision)),
            );
            clusters.add_chances(&result.persona, result.messages.iter().filter_map(|judged| judged.decision.score()));
        }
        clusters
    }

    /// The decisions of a run that has just ended.
    ///
    /// # Errors
    /// Where its personas cannot be read.
    pub fn of_run(run: &Run) -> Result<Self, Error> {
        let mut clusters = Clusters::default();
        for (persona, count) in run.people.iter().zip(&run.counts) {
            clusters.add(&persona?, Tally { yes: u64::from(count.yes), total: u64::from(count.all) });
        }
        Ok(clusters)
    }

    /// Adds the decisions of one entry.
    pub fn add(&mut self, persona: &str, decisions: Tally) {
        self.add_to(Key::of(persona), decisions);
    }

    /// Adds what was decided on the messages of an entry, whichever part of a file it stands in.
    pub fn add_entry(&mut self, entry: &Entry<'_>) {
        let persona = entry.persona.get();
        self.add(&persona, Tally::from_decisions(entry.messages.iter().map(|said| said.yes)));
        self.add_chances(&persona, entry.messages.iter().filter_map(|said| said.score));
    }

    /// Adds chances of a yes of one persona, in 0..=1, where its decisions are that.
    pub fn add_chances(&mut self, persona: &str, chances: impl IntoIterator<Item = f64>) {
        let mut chances = chances.into_iter().peekable();
        if chances.peek().is_some() {
            let place = self.place(Key::of(persona));
            let outcomes = self.chances.entry(place).or_default();
            chances.for_each(|chance| outcomes.add(chance));
        }
    }

    /// The chances of a yes by persona, those only who have some, in order of first appearance.
    pub fn chances(&self) -> impl Iterator<Item = (Key, Outcomes)> + '_ {
        self.chances.iter().map(|(place, outcomes)| (self.found[*place].0, *outcomes))
    }

    /// The mean chance of a yes; `None` where decisions are yes or no.
    #[must_use]
    pub fn mean_chance(&self) -> Option<Mean> {
        Mean::from_outcomes(&self.chances.values().copied().collect::<Vec<_>>())
    }

    /// Whether there is an entry of this persona.
    #[must_use]
    pub fn contains(&self, persona: &str) -> bool {
        self.places.contains_key(&Key::of(persona))
    }

    /// The tally of this persona; an empty one where there is none.
    #[must_use]
    pub fn of_key(&self, key: Key) -> Tally {
        self.places.get(&key).map_or_else(Tally::default, |place| self.found[*place].1)
    }

    /// One tally for each persona text, in order of first appearance.
    #[must_use]
    pub fn tallies(&self) -> Vec<Tally> {
        self.found.iter().map(|(_, tally)| *tally).collect()
    }

    /// Every persona with its tally, in order of first appearance.
    pub fn iter(&self) -> impl Iterator<Item = (Key, Tally)> + '_ {
        self.found.iter().copied()
    }

    /// One pair of tallies for each persona text of two runs. A persona that stands in only one of them is paired with
    /// an empty tally, so that the rates count it and the paired difference does not.
    #[must_use]
    pub fn paired(before: &Self, after: &Self) -> Vec<(Tally, Tally)> {
        let earlier = |key| before.places.get(key).map_or_else(Tally::default, |place| before.found[*place].1);
        let mut pairs: Vec<(Tally, Tally)> = after.found.iter().map(|(key, tally)| (earlier(key), *tally)).collect();
        let gone = before.found.iter().filter(|(key, _)| !after.places.contains_key(key));
        pairs.extend(gone.map(|(_, tally)| (*tally, Tally::default())));
        pairs
    }

    /// Adds the decisions of one entry, of whose persona only the key is known.
    pub fn add_to(&mut self, key: Key, decisions: Tally) {
        let place = self.place(key);
        self.found[place].1 += decisions;
    }

    /// The place of a persona, which may be new.
    fn place(&mut self, key: Key) -> usize {
        let place = *self.places.entry(key).or_insert(self.found.len());
        if place == self.found.len() {
            self.found.push((key, Tally::default()));
        }
        place
    }
}

/// The decisions of the run itself; those of its baseline are another run's.
impl Gather for Clusters {
    fn gather(&mut self, entry: &Entry<'_>) {
        if entry.part == Part::Results {
            self.add_entry(entry);
        }
    }

    fn then(&mut self, later: Self) {
        for (key, decisions) in &later.found {
            self.add_to(*key, *decisions);
        }
        for (key, chances) in later.chances() {
            let place = self.place(key);
            let outcomes = self.chances.entry(place).or_default();
            outcomes.sum += chances.sum;
            outcomes.count += chances.count;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::data::Map;
    use crate::data::results::{Decision, Judged};

    fn result(persona: &str, decisions: &[bool]) -> PersonaResult {
        let judged = |decision: &bool| Judged {
            message: "Hello".into(),
            decision: Decision { decision: *decision, reasoning: String::new(), extra: Map::new() },
            rejoinder: None,
            extra: Map::new(),
        };
        PersonaResult { persona: persona.into(), messages: decisions.iter().map(judged).collect(), extra: Map::new() }
    }

    #[test]
    fn entries_with_one_text_are_one_persona_however_many_they_are() {
        let run = [result("a", &[true]), result("b", &[]), result(" a\n", &[false, true])];
        assert_eq!(Clusters::of(&run).tallies(), [Tally { yes: 2, total: 3 }, Tally::default()]);
    }

    #[test]
    fn pairs_are_by_text_and_a_persona_of_one_run_is_paired_with_nothing() {
        let before = [result("a", &[true]), result("gone", &[true]), result("a", &[true])];
        let after = [result("new", &[false]), result("a ", &[false])];
        assert_eq!(
            Clusters::paired(&Clusters::of(&before), &Clusters::of(&after)),
            [
                (Tally::default(), Tally { yes: 0, total: 1 }),
                (Tally { yes: 2, total: 2 }, Tally { yes: 0, total: 1 }),
                (Tally { yes: 1, total: 1 }, Tally::default()),
            ]
        );
    }

    #[test]
    fn chances_are_averaged_by_persona_and_a_yes_or_no_has_none() {
        let mut run = [result("a", &[true, false]), result("b", &[]), result("a ", &[false])];
        assert_eq!(Clusters::of(&run).mean_chance(), None);
        for (judged, chance) in run.iter_mut().flat_map(|result| &mut result.messages).zip([0.8, 0.4, 0.3]) {
            judged.decision.extra.insert(crate::data::results::SCORE.to_owned(), chance.into());
        }
        let mean = Clusters::of(&run).mean_chance().unwrap();
        assert_eq!((mean.outcomes, mean.personas), (3, 1));
        assert!((mean.mean - 0.5).abs() < 1e-12, "{mean:?}");
        let mut parts = Clusters::of(&run[1..]);
        parts.then(Clusters::of(&run[..1]));
        assert_eq!(parts.mean_chance().unwrap().outcomes, 3);
        assert_eq!(parts.tallies().len(), 2);
    }

    fn run() -> impl Strategy<Value = Vec<PersonaResult>> {
        let entry = ("[ab]{0,2}[ \n]?", prop::collection::vec(any::<bool>(), 0..3));
        prop::collection::vec(entry.prop_map(|(persona, decisions)| result(&persona, &decisions)), 0..12)
    }

    /// The same by text, without any order.
    fn plainly(run: &[PersonaResult]) -> BTreeMap<&str, Tally> {
        let mut found: BTreeMap<&str, Tally> = BTreeMap::new();
        for result in run {
            let decisions = result.messages.iter().map(|judged| judged.decision.decision);
            *found.entry(result.persona.trim()).or_default() += Tally::from_decisions(decisions);
        }
        found
    }

    proptest! {
        /// Keys do what texts did, and the parts of a run, put together, are the run.
        #[test]
        fn a_run_in_parts_is_the_run(before in run(), after in run(), cut in any::<prop::sample::Index>()) {
            let (first, second) = after.split_at(cut.index(after.len() + 1));
            let mut parts = Clusters::of(first);
            parts.then(Clusters::of(second));
            prop_assert_eq!(parts.tallies(), Clusters::of(&after).tallies());
            let ordered = |mut tallies: Vec<(Tally, Tally)>| {
                tallies.sort_by_key(|(before, after)| (before.total, before.yes, after.total, after.yes));
                tallies
            };
            let (earlier, later) = (plainly(&before), plainly(&after));
            let personas: std::collections::BTreeSet<&&str> = earlier.keys().chain(later.keys()).collect();
            let of = |run: &BTreeMap<&str, Tally>, persona: &str| run.get(persona).copied().unwrap_or_default();
            let expected = personas.into_iter().map(|persona| (of(&earlier, persona), of(&later, persona))).collect();
            prop_assert_eq!(ordered(Clusters::paired(&Clusters::of(&before), &parts)), ordered(expected));
        }
    }
}
