//! The loop: from a results file to a better prompt, and the proof of it.

pub mod compare_runs;
pub mod cycle;
pub mod judges;
pub mod older;
pub mod pairing;
pub mod personas;

pub use cycle::{Cast, Cycle, CycleOptions, Error};
