//! Where a batch of trials runs.

pub mod local;
