//! The loop: from a results file to a better prompt, and the proof of it.
//!
//! One cycle ([`cycle`]) takes the facts and the split of its [`lineage`], whose first prompt was taken apart once
//! ([`marking`]), asks for challengers ([`propose`]), takes them apart ([`pool`]), learns from trials of many prompts
//! which instructions help ([`explore`], [`model`]), races the best ([`race`]), proves one on unseen people
//! ([`verify`], [`earlier`]) and decides ([`verdict`]).

pub mod allowance;
pub mod asked;
pub mod attempts;
pub mod audits;
pub mod by_hand;
mod cast;
pub mod coding;
pub mod companies;
pub mod compare_runs;
pub mod cycle;
pub mod decisions;
pub mod earlier;
pub mod error;
pub mod explore;
pub mod failures;
pub mod family;
pub mod fresh;
pub mod fresh_people;
pub mod grounded;
pub mod history;
pub mod incumbent;
pub mod judges;
pub mod kinds;
pub mod lab;
pub mod lineage;
pub mod marking;
pub mod memory;
pub mod model;
pub mod near_copies;
mod objective;
pub mod older;
pub mod pairing;
pub mod personas;
pub mod pool;
pub mod proof;
pub mod propose;
pub mod race;
pub mod readings;
pub mod record;
pub mod referee;
pub mod replies;
pub mod root;
pub mod saving;
pub mod search;
pub mod split;
pub mod standing;
pub mod story;
mod tell;
pub mod tuning;
pub mod verdict;
pub mod verify;

pub use cycle::{Cast, Cycle, CycleOptions, Error};
pub use objective::Objective;
pub use verdict::Verdict;
