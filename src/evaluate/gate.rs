//! No message goes out with a claim that nothing supports, if the generator can help it.
//!
//! A generator that is left alone invents, also one that was told not to. So every message is audited before anybody reads
//! it, and one with an ungrounded claim is written again, with the passages named. What is measured is then what would be
//! sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::claims::{Audit, Facts, audit};

/// How often a message is written again.
pub const REWRITES: u32 = 4;

/// Holds messages against the facts. Cheap to clone; clones count together.
#[derive(Clone, Debug)]
pub struct Gate {
    facts: Arc<Facts>,
    rewrites: u32,
    met: Arc<Counters>,
}

#[derive(Debug, Default)]
struct Counters {
    messages: AtomicU64,
    rewritten: AtomicU64,
    ungrounded: AtomicU64,
}

/// What became of the messages that a gate has met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// Messages.
    pub messages: u64,
    /// Those that were written again, once or more often.
    pub rewritten: u64,
    /// Those that claim what nothing supports as they are now.
    pub ungrounded: u64,
}

impl Gate {
    /// A gate with these facts.
    #[must_use]
    pub fn new(facts: Arc<Facts>) -> Self {
        Gate { facts, rewrites: REWRITES, met: Arc::default() }
    }

    /// One that has nothing written again, and only counts.
    #[must_use]
    pub fn open(facts: Arc<Facts>) -> Self {
        Gate { rewrites: 0, ..Gate::new(facts) }
    }

    /// The facts.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// How often a message may be written again; 0 where messages stay as the prompt gives them.
    #[must_use]
    pub fn rewrites(&self) -> u32 {
        self.rewrites
    }

    /// What it has met so far.
    #[must_use]
    pub fn met(&self) -> Met {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Met {
            messages: of(&self.met.messages),
            rewritten: of(&self.met.rewritten),
            ungrounded: of(&self.met.ungrounded),
        }
    }

    /// The passages of a message to this persona that nothing supports, each once.
    #[must_use]
    pub fn passages(&self, message: &str, persona: &str) -> Vec<String> {
        passages(&audit(message, &self.facts, persona), message)
    }

    /// Counts a message as it goes out, and whether anything in it is supported by nothing.
    pub(super) fn count(&self, rewritten: bool, ungrounded: bool) {
        self.met.messages.fetch_add(1, Ordering::Relaxed);
        self.met.rewritten.fetch_add(u64::from(rewritten), Ordering::Relaxed);
        self.met.ungrounded.fetch_add(u64::from(ungrounded), Ordering::Relaxed);
    }
}

/// The passages of a message that nothing supports, each once.
#[must_use]
pub fn passages(audit: &Audit, message: &str) -> Vec<String> {
    let mut passages: Vec<String> = Vec::new();
    for claim in audit.ungrounded() {
        let passage = claim.quote(message).to_owned();
        if !passages.contains(&passage) {
            passages.push(passage);
        }
    }
    passages
}
