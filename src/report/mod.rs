//! What people read.

pub mod ab;
pub mod audit;
pub mod auditor;
pub mod calibration;
pub mod chances;
pub mod check;
pub mod claims;
pub mod curve;
pub mod estimate;
pub mod html;
pub mod known_hosts;
pub mod leads;
pub mod lineages;
pub mod lint;
pub mod live;
pub mod markdown;
pub mod origin;
pub mod plan;
pub mod proof;
pub mod replies;
pub mod run;
pub mod story;
pub mod summary;
pub mod verdict;
pub mod words;
