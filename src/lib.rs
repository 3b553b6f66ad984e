//! Improves the prompt that writes cold outreach by listening to why decision makers say no, with an honest
//! before/after.
//!
//! Rooms, from the top; imports point down this list only (a test reads the `use crate::` lines):
//!
//! - [`cli`]: one file per command; reads options, renders events
//! - [`web`]: the dashboard
//! - [`report`]: what people read
//! - [`optimize`]: the loop
//! - [`compare`]: pure statistics, a crate of its own (`crates/stats`)
//! - [`improve`]: feedback to objections to a new prompt
//! - [`evaluate`]: generator, decision maker; trial and run
//! - [`engine`]: where a batch of trials runs
//! - [`call`]: the only door to a model
//! - [`model`]: wire formats, the market, prices
//! - [`journal`]: every answered call and every run, in SQLite
//! - [`data`]: the files people keep
//! - [`event`]: what happened, as data

#![warn(missing_docs, clippy::unwrap_used, clippy::expect_used)]
// They panic where the stream is full or closed: use `cli::print` and `progress::say`.
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

pub mod call;
pub mod campaign;
pub mod cli;
pub mod data;
pub mod engine;
pub mod evaluate;
pub mod event;
pub mod improve;
pub mod journal;
pub mod model;
pub mod optimize;
pub mod report;
pub mod web;

pub use rejoinder_stats as compare;
