//! Calls of language models that are durable, paced and within a budget.
//!
//! Rooms, from the top; imports point down this list only:
//!
//! - [`engine`]: where a batch of jobs runs: here, in message batches, or with workers (feature `restate`)
//! - [`call`]: the only door to a model: journal, budget, permit, send, retry, record
//! - [`model`]: hosts and their wire formats, limits, retries, prices
//! - [`journal`]: every answered call and every run, in SQLite
//! - [`event`]: what happened, as data
//!
//! What is asked, and why, is no concern of this crate.

#![warn(missing_docs, clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

pub mod call;
pub mod engine;
pub mod event;
pub mod journal;
pub mod model;
