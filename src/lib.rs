//! Improves the prompt that writes cold outreach by listening to why decision makers say no, with an honest
//! before/after.
//!
//! Rooms, from the top; imports point down this list only (a test reads the `use crate::` lines):
//!
//! - [`cli`]: one file per command; reads options, renders events
//! - [`web`]: the dashboard
//! - [`report`]: what people read
//! - [`campaign`]: from leads to messages that can be sent
//! - [`optimize`]: the loop
//! - [`improve`]: feedback to objections to a new prompt
//! - [`evaluate`]: generator, decision maker; trial and run
//! - [`data`]: the files people keep
//!
//! Below them are crates of their own, under the names by which the rooms know them:
//!
//! - [`market`]: the simulated world (`crates/market`; feature `market`)
//! - [`engine`], [`call`], [`model`], [`journal`], [`event`]: calls of models (`crates/llm`)
//! - [`compare`]: pure statistics (`crates/stats`)

#![warn(missing_docs, clippy::unwrap_used, clippy::expect_used)]
// They panic where the stream is full or closed: use `cli::print` and `progress::say`.
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

pub mod campaign;
pub mod cli;
pub mod data;
pub mod evaluate;
pub mod improve;
pub mod optimize;
pub mod report;
pub mod web;

pub use rejoinder_llm::{call, engine, event, journal};
#[cfg(feature = "market")]
pub use rejoinder_market as market;
pub use rejoinder_stats as compare;

pub mod model {
    //! Models: hosts and their wire formats, limits, retries, prices (`crates/llm`); with the feature `market` also the
    //! simulated one.

    pub use rejoinder_llm::model::*;
    #[cfg(feature = "market")]
    pub use rejoinder_market as market;
}
