//! Faults of a prompt.

use super::facts::Facts;

/// A passage of a prompt that makes messages lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptFault {
    /// The passage.
    pub passage: String,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a passage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It tells the writer to claim what nobody has stated.
    AsksToInvent(&'static str),
    /// It states what the facts do not.
    StatesMore(String),
}

/// The passages of a prompt that make messages lie.
#[must_use]
pub fn prompt_faults(_prompt: &str, _facts: &Facts) -> Vec<PromptFault> {
    Vec::new()
}
