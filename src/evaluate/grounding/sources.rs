//! What messages are held against.

use std::sync::Arc;

/// What a message may state, the description of its reader apart. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The facts of the offer.
    pub facts: Arc<str>,
    /// What the first prompt of the lineage orders beyond the facts: a signature, an opt-out line, a sum to be shown.
    /// Empty where the facts are the whole prompt.
    pub orders: Arc<str>,
}

impl Sources {
    /// Facts and orders that are known apart.
    #[must_use]
    pub fn new(facts: impl Into<Arc<str>>, orders: impl Into<Arc<str>>) -> Self {
        Sources { facts: facts.into(), orders: orders.into() }
    }

    /// The sources where only a whole prompt is known: all of it may be stated.
    #[must_use]
    pub fn from_prompt(prompt: impl Into<Arc<str>>) -> Self {
        Sources::new(prompt, "")
    }

    /// Whether neither holds a word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.trim().is_empty() && self.orders.trim().is_empty()
    }
}
