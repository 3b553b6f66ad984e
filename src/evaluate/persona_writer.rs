//! Writes personas for a domain, in batches.

use std::collections::HashSet;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::ask::{Error, ask};
use super::fence::fence;
use super::reading::{self, Unusable};
use crate::call::Caller;
use crate::engine::local;
use crate::event::{Event, TrialOutcome};
use crate::model::{CallKey, Request, Schema};

/// Personas asked for at once. More in one answer grow alike; fewer cost more calls.
pub const BATCH: usize = 10;

/// The most tokens of one batch, thinking included.
const BATCH_TOKENS: u32 = 16_000;

/// Rounds of batches after which fewer personas than asked for are accepted: a model that only repeats itself would
/// otherwise be asked for ever.
const ROUNDS: usize = 6;

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
    /// Batches that failed, with the reason.
    pub failures: Vec<String>,
}

/// Writes `count` distinct personas for `domain`, `width` batches at a time, in rounds until there are enough.
pub async fn write(caller: &Caller, domain: &str, count: usize, seed: u64, width: usize) -> Written {
    let mut written = Written::default();
    let mut seen = HashSet::new();
    let events = caller.events();
    let seed = seed.to_string();
    for round in 0..ROUNDS {
        let missing = count - written.personas.len();
        if missing == 0 {
            break;
        }
        let sizes: Vec<usize> = (0..missing).step_by(BATCH).map(|start| BATCH.min(missing - start)).collect();
        let known = &written.personas;
        let batches = local::run(sizes.into_iter().enumerate().collect(), width, |(number, size)| {
            let key = [seed.clone(), "personas".to_owned(), round.to_string(), number.to_string()];
            async move {
                let key: Vec<&str> = key.iter().map(String::as_str).collect();
                let asked = ask(caller, &key, |key| request(domain, size, number, known, key), read).await;
                for _ in 0..size {
                    let outcome = if asked.is_ok() { TrialOutcome::Written } else { TrialOutcome::Failed };
                    events.emit(Event::TrialEnded(outcome));
                }
                asked
            }
        })
        .await;
        let mut failed = false;
        for batch in batches {
            match batch {
                Ok(personas) => {
                    for persona in personas {
                        if !seen.insert(likeness(&persona)) {
                            written.duplicates += 1;
                        } else if written.personas.len() < count {
                            written.personas.push(persona);
                        }
                    }
                }
                Err(error) => {
                    failed = failed || matches!(error, Error::Call(_));
                    written.failures.push(error.to_string());
                }
            }
        }
        // A host that fails every retry of a call will fail the next round as well.
        if failed {
            break;
        }
    }
    written
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
        // The opening of a persona says who it is; the newest are the likeliest to be repeated.
        let openings: Vec<String> =
            known.iter().rev().take(40).map(|persona| persona.chars().take(80).collect()).collect();
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

/// What two personas have in common when they are one person: the words up to the first comma or full stop (the name),
/// without case, and the same for the role that follows.
fn likeness(persona: &str) -> String {
    persona
        .split([',', '.', ';'])
        .take(1)
        .flat_map(str::split_whitespace)
        .map(str::to_lowercase)
        .collect::<Vec<_>>()
        .join(" ")
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

    #[test]
    fn one_person_described_twice_is_one_person() {
        assert_eq!(likeness("Ana  Ruiz, CTO at a bank"), likeness("ana ruiz, 41, chief technology officer"));
        assert_ne!(likeness("Ana Ruiz, CTO"), likeness("Anna Ruiz, CTO"));
    }
}
