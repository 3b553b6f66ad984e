//! Writes personas for a domain, in batches.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::ask::ask;
use super::fence::fence;
use super::reading::{self, Unusable};
use crate::call::Caller;
use crate::engine::local;
use crate::event::{Event, Grounding, TrialOutcome};
use crate::model::{CallKey, Request, Schema};

/// Personas asked for at once. More in one answer grow alike; fewer cost more calls.
pub const BATCH: usize = 10;

/// The most tokens of one batch, thinking included.
const BATCH_TOKENS: u32 = 16_000;

/// Rounds of batches after which fewer personas than asked for are accepted: a model that only repeats itself would
/// otherwise be asked for ever.
const ROUNDS: usize = 6;

/// Personas of which a batch is told that they are written already.
const KNOWN: usize = 40;

/// Words at the beginning of a persona that make it worth a closer look whether it is another one once more.
const OPENING: usize = 8;

/// Personas of the same opening with which a new one is compared.
const COMPARED: usize = 50;

const SYSTEM: &str = "You invent realistic, diverse business personas: people who receive cold outreach and decide on \
it. Each persona is one paragraph of 60 to 110 words: name, age, role, kind, size and city of the company; temper; how \
this person likes to be contacted; values; pains; how they decide and what budget they have. Vary industry, seniority, \
culture, company size, scepticism and style. Do not mention the product being sold.";

/// Personas that were written, and what went wrong on the way.
#[derive(Debug, Default)]
pub struct Written {
    /// Distinct personas, at most as many as asked for.
    pub personas: Vec<String>,
    /// Personas dropped because they were there already.
    pub duplicates: usize,
    /// Batches that failed, with the reason. A later round may have made up for them.
    pub failures: Vec<String>,
}

/// Writes `count` distinct personas for `domain`, `width` batches at a time, in rounds until there are enough. What a
/// batch failed to bring is asked for again in the next round, unless the host has been closed, or every batch failed in
/// two rounds one after the other. Every persona that is accepted is told as a trial that ended.
pub async fn write(caller: &Caller, domain: &str, count: usize, seed: u64, width: usize) -> Written {
    let accepted = Mutex::new(Accepted { count, ..Accepted::default() });
    let lock = || accepted.lock().unwrap_or_else(PoisonError::into_inner);
    let seed = seed.to_string();
    let mut rounds_lost = 0;
    for round in 0..ROUNDS {
        let (missing, failed_before, known) = {
            let mut accepted = lock();
            accepted.next = 0;
            (count - accepted.written.personas.len(), accepted.written.failures.len(), accepted.newest())
        };
        if missing == 0 || rounds_lost == 2 || caller.refusal().is_some() {
            break;
        }
        let sizes: Vec<usize> = (0..missing).step_by(BATCH).map(|start| BATCH.min(missing - start)).collect();
        let (known, batches) = (&known, sizes.len());
        local::run(sizes.into_iter().enumerate().collect(), width, |(number, size)| {
            let key = [seed.clone(), "personas".to_owned(), round.to_string(), number.to_string()];
            async move {
                let key: Vec<&str> = key.iter().map(String::as_str).collect();
                let asked = ask(caller, &key, |key| request(domain, size, number, known, key), read).await;
                for _ in 0..lock().batch(number, asked.map_err(|error| error.to_string())) {
                    caller.events().emit(Event::TrialEnded {
                        persona: 0,
                        outcome: TrialOutcome::Written,
                        grounding: Grounding::NotChecked,
                        reason: None,
                    });
                }
            }
        })
        .await;
        let all_failed = lock().written.failures.len() - failed_before == batches;
        rounds_lost = if all_failed { rounds_lost + 1 } else { 0 };
    }
    accepted.into_inner().unwrap_or_else(PoisonError::into_inner).written
}

/// What has been accepted so far. Batches are looked at in their order, whatever the order in which they end, so that
/// the same answers give the same personas.
#[derive(Default)]
struct Accepted {
    count: usize,
    written: Written,
    seen: Seen,
    /// The batch of this round whose turn it is.
    next: usize,
    waiting: BTreeMap<usize, Result<Vec<String>, String>>,
}

impl Accepted {
    /// Takes a batch that ended; says how many personas it and those that waited for it have added.
    fn batch(&mut self, number: usize, batch: Result<Vec<String>, String>) -> usize {
        let before = self.written.personas.len();
        self.waiting.insert(number, batch);
        while let Some(batch) = self.waiting.remove(&self.next) {
            self.next += 1;
            match batch {
                Err(reason) => self.written.failures.push(reason),
                Ok(personas) => personas.into_iter().for_each(|persona| self.persona(persona)),
            }
        }
        self.written.personas.len() - before
    }

    fn persona(&mut self, persona: String) {
        if self.written.personas.len() == self.count {
            return;
        }
        if self.seen.is_new(&persona) {
            self.written.personas.push(persona);
        } else {
            self.written.duplicates += 1;
        }
    }

    /// The newest personas are the likeliest to be repeated.
    fn newest(&self) -> Vec<String> {
        let personas = &self.written.personas;
        personas[personas.len().saturating_sub(KNOWN)..].to_vec()
    }
}

/// Personas that are there already, so that nobody is among them twice.
///
/// Two descriptions are of one person if they have the same words, or if they begin with the same [`OPENING`] words and
/// at least half of all their words (Jaccard 1912) are common to both: models repeat themselves from the beginning.
/// That two people have the same name, title or first sentence does not make them one.
#[derive(Default)]
struct Seen {
    texts: HashSet<u64>,
    openings: HashMap<u64, Vec<Vec<u64>>>,
}

impl Seen {
    fn is_new(&mut self, persona: &str) -> bool {
        let words: Vec<u64> = persona
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| hash(&word.to_lowercase()))
            .collect();
        // Without a word, such as a line of signs, only the signs can differ.
        let text = if words.is_empty() { hash(&persona) } else { hash(&words) };
        if !self.texts.insert(text) {
            return false;
        }
        let alike = self.openings.entry(hash(&words[..words.len().min(OPENING)])).or_default();
        let mut words = words;
        words.sort_unstable();
        words.dedup();
        // Only the newest are compared with, so that the time does not grow with the square where all begin alike.
        if alike.iter().rev().take(COMPARED).any(|other| are_alike(other, &words)) {
            return false;
        }
        alike.push(words);
        true
    }
}

/// Whether at least half of the words of both are common to both. Words come sorted and without repetition.
fn are_alike(one: &[u64], other: &[u64]) -> bool {
    let (mut at, mut common) = (0, 0);
    for word in one {
        at += other[at..].partition_point(|candidate| candidate < word);
        common += usize::from(other.get(at) == Some(word));
    }
    let all = one.len() + other.len() - common;
    2 * common >= all && all > 0
}

/// The same in every process: the hasher has no secret.
fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The request for one batch; also what a dry run measures.
#[must_use]
pub fn request(domain: &str, size: usize, number: usize, known: &[String], key: CallKey) -> Request {
    let mut user = format!(
        "Write {size} personas for this domain:\n\n{}\n\nThis is batch {} of several: choose other people, industries \
         and places than the first that come to mind.",
        fence("domain", domain),
        number + 1
    );
    if !known.is_empty() {
        // The opening of a persona says who it is.
        let openings: Vec<String> =
            known.iter().rev().take(KNOWN).map(|persona| persona.chars().take(80).collect()).collect();
        user.push_str("\n\nThese are written already; write other people:\n\n");
        user.push_str(&fence("known", &openings.join("\n")));
    }
    Request {
        key,
        system: SYSTEM.to_owned(),
        user,
        schema: Some(Schema {
            name: "personas".into(),
            json: json!({
                "type": "object",
                "properties": {"personas": {"type": "array", "items": {"type": "string"}}},
                "required": ["personas"],
                "additionalProperties": false
            }),
        }),
        max_tokens: BATCH_TOKENS,
    }
}

fn read(answer: &crate::model::Answer) -> Result<Vec<String>, Unusable> {
    let wrong = Unusable::WrongField { field: "personas", kind: "list of texts" };
    let object = reading::object(answer)?;
    let personas = object
        .get("personas")
        .and_then(Value::as_array)
        .ok_or(wrong.clone())?
        .iter()
        .map(|persona| persona.as_str().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
        .collect::<Option<Vec<String>>>()
        .ok_or(wrong.clone())?;
    if personas.is_empty() { Err(wrong) } else { Ok(personas) }
}

impl Written {
    /// Four fifths to learn from and one fifth, at least one persona, to verify with. Later batches know what earlier
    /// ones wrote, so the personas are shuffled (by the seed) before they are split; each part keeps the order in which
    /// it was written.
    #[must_use]
    pub fn split(&self, seed: u64) -> (Vec<String>, Vec<String>) {
        let mut order: Vec<usize> = (0..self.personas.len()).collect();
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let eval = (self.personas.len() / 5).max(1);
        let (for_eval, for_train) = order.split_at(eval.min(order.len()));
        let part = |chosen: &[usize]| {
            let mut chosen = chosen.to_vec();
            chosen.sort_unstable();
            chosen.into_iter().map(|index| self.personas[index].clone()).collect()
        };
        (part(for_train), part(for_eval))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(count: usize) -> Written {
        Written { personas: (0..count).map(|index| format!("Person {index}")).collect(), ..Written::default() }
    }

    #[test]
    fn four_fifths_are_to_learn_from_and_nobody_is_in_both_parts() {
        let (train, eval) = written(50).split(1);
        assert_eq!((train.len(), eval.len()), (40, 10));
        assert!(eval.iter().all(|persona| !train.contains(persona)));
        assert_eq!(written(2).split(1).1.len(), 1);
    }

    fn new_ones(personas: &[&str]) -> Vec<bool> {
        let mut seen = Seen::default();
        personas.iter().map(|persona| seen.is_new(persona)).collect()
    }

    #[test]
    fn one_person_described_twice_is_one_person() {
        let first = "Ana Ruiz, 41, CTO at a bank in Lisbon with 300 staff. Blunt, busy, wants figures. Decides alone.";
        let spaced =
            "ana  ruiz - 41, CTO at a bank in Lisbon with 300 staff; blunt, busy, wants figures, decides alone";
        let reworded =
            "Ana Ruiz, 41, CTO at a bank in Lisbon with 300 staff. Blunt and always busy, wants figures. Decides fast.";
        assert_eq!(new_ones(&[first, spaced, reworded]), [true, false, false]);
    }

    #[test]
    fn a_title_a_name_or_an_opening_in_common_makes_nobody_the_same() {
        assert_eq!(new_ones(&["Dr. Amara Obi, head of a clinic", "Dr. Jonas Weil, head of a clinic"]), [true; 2]);
        assert_eq!(
            new_ones(&["You are a CTO. You run a bank's core systems.", "You are a CTO. Your startup sells shoes."]),
            [true; 2]
        );
        assert_eq!(
            new_ones(&[
                "You are the head of purchasing at a mid-sized steel maker in Graz. Dry humour; reads on Fridays; trusts \
                 referrals; 200k a year without asking.",
                "You are the head of purchasing at a mid-sized organic bakery chain from Lyon who hates phone calls, lives \
                 for margins and signs nothing before the family council has met.",
            ]),
            [true; 2]
        );
        assert_eq!(new_ones(&["Ana Ruiz, CTO", "Ana Ruiz, CFO", "安娜", "鲍勃", "!", "?", "!"])[..6], [true; 6]);
    }

    #[test]
    fn any_number_that_begin_alike_take_time_in_proportion() {
        let mut seen = Seen::default();
        let started = std::time::Instant::now();
        for number in 0..20_000_u64 {
            let own: Vec<String> = (0..40).map(|at| (number * 7_919 + at * 104_729).to_string()).collect();
            let persona = format!("You are a buyer at a firm in Europe. {}", own.join(" "));
            assert!(seen.is_new(&persona));
        }
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }

    #[test]
    fn batches_are_looked_at_in_their_order_and_only_accepted_personas_count() {
        let ok = |names: &[&str]| Ok(names.iter().map(|name| (*name).to_owned()).collect());
        let mut accepted = Accepted { count: 3, ..Accepted::default() };
        assert_eq!(accepted.batch(1, ok(&["b", "c", "d"])), 0, "the one before is still out");
        assert_eq!(accepted.batch(2, Err("cut off".into())), 0);
        assert_eq!(accepted.batch(0, ok(&["a", "b", "a"])), 3);
        assert_eq!(accepted.written.personas, ["a", "b", "c"]);
        assert_eq!((accepted.written.duplicates, accepted.written.failures.len()), (2, 1));
    }
}
