//! The loop: from a results file to a better prompt, and the proof of it.
//!
//! One cycle ([`cycle`]) takes the facts and the split of its [`lineage`], learns what is known [`before`] anything is
//! tried, and [`search`]es: challengers are asked for, taken apart, tried, raced, and one of them is proved on people
//! whom nobody tuned anything on.
//!
//! Rooms import downwards only: [`cycle`], [`search`], [`before`], [`lineage`], [`trials`], [`people`].

pub mod allowance;
pub mod before;
mod cast;
pub mod compare_runs;
pub mod cycle;
pub mod error;
pub mod fresh;
pub mod history;
pub mod lineage;
mod objective;
pub mod people;
pub mod record;
pub mod saving;
pub mod search;
pub mod story;
pub mod trials;
pub mod tuning;

pub use cast::{Cast, CycleOptions};
pub use cycle::Cycle;
pub use error::Error;
pub use objective::Objective;
pub use search::verdict::CycleVerdict;
