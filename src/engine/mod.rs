//! Where a batch of trials runs.

pub mod local;
#[cfg(feature = "restate")]
pub mod restate;
