//! Searches without text: designs of a search are compared on a hundred worlds in minutes.
//!
//! A design is what the product's search is in ideas: what it asks for, what it believes, what it proves. What wins
//! here is built there.

pub mod design;
mod designs;
pub mod lab;
pub mod learner;
pub mod pool;
