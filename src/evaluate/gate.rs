//! No message goes out with a claim that nothing supports, if the generator can help it.
//!
//! A generator that is left alone invents, also one that was told not to. So every message is audited before anybody reads
//! it, and one with an ungrounded claim is written again, with the passages named. What is measured is then what would be
//! sent.

use std::sync::Arc;

use super::claims::{Audit, Facts, audit};

/// How often a message is written again.
pub const REWRITES: u32 = 4;

/// Holds messages against the facts. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gate {
    facts: Arc<Facts>,
    /// How often a message may be written again.
    pub rewrites: u32,
}

impl Gate {
    /// A gate with these facts.
    #[must_use]
    pub fn new(facts: Arc<Facts>) -> Self {
        Gate { facts, rewrites: REWRITES }
    }

    /// The facts.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The claims of a message to this persona.
    #[must_use]
    pub fn audit(&self, message: &str, persona: &str) -> Audit {
        audit(message, &self.facts, persona)
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
