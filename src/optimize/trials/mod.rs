//! Prompts are tried on people: the trials of a cycle, what they came to, their audits and their failures.

pub mod audits;
pub mod decisions;
pub mod failures;
pub mod trial_runner;
