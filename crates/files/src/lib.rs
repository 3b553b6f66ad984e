//! Files as every crate of `rejoinder` writes them.
//!
//! - [`whole`]: a file appears whole or not at all, and is its owner's alone.
//! - [`spool`]: texts on disk instead of in memory.
//! - [`Error`]: what can go wrong, in one line that names the path and says what to do.
//!
//! Nothing here knows what a file holds.

#![warn(missing_docs, clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

/// The examples of the README compile and hold.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod error;
mod hash;
pub mod spool;
pub mod whole;

pub use error::Error;
pub use hash::{hex, sha256};
