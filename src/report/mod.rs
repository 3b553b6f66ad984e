//! What people read.

pub mod audit;
pub mod estimate;
pub mod lineages;
pub mod run;
pub mod summary;
pub mod words;
