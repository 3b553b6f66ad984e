//! What people read.

pub mod audit;
pub mod claims;
pub mod curve;
pub mod estimate;
pub mod lineages;
pub mod live;
pub mod plan;
pub mod run;
pub mod story;
pub mod summary;
pub mod words;
