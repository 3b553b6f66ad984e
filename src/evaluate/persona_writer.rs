//! Writes personas for a domain, or more of a population, in batches.

mod population;
mod requests;
mod seen;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::ask::ask;
use crate::call::Caller;
use crate::engine::local;
use crate::event::{Event, Grounding, TrialOutcome};
use population::Audit;
pub use population::{MOST_PEOPLE, Population};
pub use requests::{Batch, Whom};
use requests::{KNOWN, read};

/// Personas asked for at once. More in one answer grow alike; fewer cost more calls.
pub const BATCH: usize = 10;

/// Rounds of batches after which fewer personas than asked for are accepted: a model that only repeats itself would
/// otherwise be asked for ever.
const ROUNDS: usize = 6;

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

/// Writes `count` distinct personas, `width` batches at a time, in rounds until there are enough. Nobody is written who
/// is in the population already, or is described nearly as somebody there. What a batch failed to bring is asked for
/// again in the next round, unless the host has been closed, or every batch failed in two rounds in a row. Every
/// accepted persona is reported as a trial that ended.
pub async fn write(caller: &Caller, whom: Whom<'_>, count: usize, seed: u64, width: usize) -> Written {
    let audit = match whom {
        Whom::Domain(_) => Audit::of_new_people(),
        Whom::Like(population) => Audit::against(population),
    };
    let accepted = Mutex::new(Accepted { count, audit, ..Accepted::default() });
    let lock = || accepted.lock().unwrap_or_else(PoisonError::into_inner);
    let seeded = seed.to_string();
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
            let key = [seeded.clone(), whom.key().to_owned(), round.to_string(), number.to_string()];
            let batch = Batch { seed, round, number, size };
            async move {
                let key: Vec<&str> = key.iter().map(String::as_str).collect();
                let asked = ask(caller, &key, |key| whom.request(batch, known, key), read).await;
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
    audit: Audit,
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
        if self.audit.accepts(&persona) {
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
