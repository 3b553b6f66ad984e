//! What a server counts.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use rejoinder_llm::model::{Schema, Usage};

/// What a server has counted so far. Only requests to a model count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Requests that arrived, whatever became of them.
    pub requests: u64,
    /// Requests that the market answered, also where a fault then spoilt the answer or its delivery: a provider would
    /// bill them.
    pub answered: u64,
    /// Answers to a request that had been answered before under the same `idempotency-key`.
    pub repeated: u64,
    /// Answers by task: `generator`, `decision`, `improver`, `personas`, `auditor`; told apart by the schema that was
    /// asked for.
    pub tasks: BTreeMap<&'static str, u64>,
    /// Faults that struck, as they are written in [`Faults`](super::Faults).
    pub faults: BTreeMap<String, u64>,
    /// Requests that were rejected without a fault, by status: 400, 401, 413, 429.
    pub rejected: BTreeMap<u16, u64>,
    /// Input tokens of all answers, the cached ones included.
    pub input_tokens: u64,
    /// Output tokens of all answers.
    pub output_tokens: u64,
    /// Message batches that were taken.
    pub batches: u64,
    /// Requests of them.
    pub batched: u64,
    /// How many of these requests had been in an earlier batch already, word for word and under the same `custom_id`.
    pub batched_again: u64,
    /// Requests that are being worked on now.
    pub in_flight: u64,
    /// The most that were ever worked on at once.
    pub in_flight_max: u64,
}

const TASKS: [&str; 5] = ["generator", "decision", "improver", "personas", "auditor"];

/// Reads the counts of a server, while it runs and after.
#[derive(Clone, Default)]
pub struct StatsHandle(Arc<Counters>);

#[derive(Default)]
struct Counters {
    requests: AtomicU64,
    answered: AtomicU64,
    repeated: AtomicU64,
    tasks: [AtomicU64; TASKS.len()],
    input_tokens: AtomicU64,
    output_tokens: AtomicU64,
    batches: AtomicU64,
    batched: AtomicU64,
    batched_again: AtomicU64,
    in_flight: AtomicU64,
    in_flight_max: AtomicU64,
    faults: Mutex<BTreeMap<String, u64>>,
    rejected: Mutex<BTreeMap<u16, u64>>,
    seen: Mutex<HashMap<u128, u64>>,
}

impl StatsHandle {
    /// The counts as of now.
    #[must_use]
    pub fn snapshot(&self) -> Stats {
        let counters = &*self.0;
        let tasks = TASKS.into_iter().zip(counters.tasks.iter().map(load)).filter(|(_, count)| *count > 0);
        Stats {
            requests: load(&counters.requests),
            answered: load(&counters.answered),
            repeated: load(&counters.repeated),
            tasks: tasks.collect(),
            faults: lock(&counters.faults).clone(),
            rejected: lock(&counters.rejected).clone(),
            input_tokens: load(&counters.input_tokens),
            output_tokens: load(&counters.output_tokens),
            batches: load(&counters.batches),
            batched: load(&counters.batched),
            batched_again: load(&counters.batched_again),
            in_flight: load(&counters.in_flight),
            in_flight_max: load(&counters.in_flight_max),
        }
    }

    /// A request arrives: its number, from 1, and what counts it as in flight until it is dropped.
    pub(super) fn arrive(&self) -> (u64, InFlight) {
        let number = self.0.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let now = self.0.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        self.0.in_flight_max.fetch_max(now, Ordering::Relaxed);
        (number, InFlight(self.clone()))
    }

    /// The same for what is no request to a model, which has no number.
    pub(super) fn enter(&self) -> InFlight {
        self.0.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(self.clone())
    }

    /// A batch was taken, some of whose requests had been in one before.
    pub(super) fn batch(&self, requests: u64, again: u64) {
        self.0.batches.fetch_add(1, Ordering::Relaxed);
        self.0.batched.fetch_add(requests, Ordering::Relaxed);
        self.0.batched_again.fetch_add(again, Ordering::Relaxed);
    }

    /// How often a fingerprint came up before.
    pub(super) fn times_seen(&self, fingerprint: u128) -> u64 {
        let mut seen = lock(&self.0.seen);
        let times = seen.entry(fingerprint).or_default();
        *times += 1;
        *times - 1
    }

    pub(super) fn answered(&self, schema: Option<&Schema>, usage: Usage, repeated: bool) {
        let counters = &*self.0;
        let Usage { input_tokens, output_tokens, cache_write_tokens, cache_read_tokens } = usage;
        counters.answered.fetch_add(1, Ordering::Relaxed);
        counters.repeated.fetch_add(u64::from(repeated), Ordering::Relaxed);
        counters.input_tokens.fetch_add(input_tokens + cache_write_tokens + cache_read_tokens, Ordering::Relaxed);
        counters.output_tokens.fetch_add(output_tokens, Ordering::Relaxed);
        if let Some(task) = task(schema) {
            counters.tasks[task].fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn fault(&self, name: String) {
        *lock(&self.0.faults).entry(name).or_default() += 1;
    }

    pub(super) fn rejected(&self, status: u16) {
        *lock(&self.0.rejected).entry(status).or_default() += 1;
    }
}

/// Counts a request as in flight as long as it lives.
pub(super) struct InFlight(StatsHandle);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Which of [`TASKS`] a schema belongs to, where it is known.
fn task(schema: Option<&Schema>) -> Option<usize> {
    let Some(schema) = schema else { return Some(0) };
    [("decision", 1), ("score", 1), ("prompt", 2), ("personas", 3), ("claims", 4), ("groups", 2)]
        .into_iter()
        .find(|(property, _)| !schema.json["properties"][property].is_null())
        .map(|(_, task)| task)
}

fn load(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// Counts stay right when a thread dies between two of them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
