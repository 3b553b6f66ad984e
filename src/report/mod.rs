//! What people read.

pub mod claims;
pub mod estimate;
pub mod lineages;
pub mod run;
pub mod summary;
pub mod words;
