//! Simulated worlds of outreach, drawn by seed without end, in families that differ in structure: what prompt
//! optimizers are measured on. They share neither code nor wording with the product's own market, and the program does
//! not link them.
//!
//! - [`world`]: what a world is made of; [`draw`] draws one; [`truth`] says what a message shows and what it is worth
//! - [`feedback`]: why people said no, and what an improver makes of it
//! - [`text`]: the same in words: a world answers the requests of the product by their text alone
//! - [`search`]: designs of a search on ideas without words, so that a hundred worlds take minutes

#![warn(missing_docs, clippy::unwrap_used, clippy::expect_used)]

pub mod best;
pub mod draw;
pub mod family;
pub mod feedback;
pub mod people;
pub mod search;
pub mod stream;
pub mod text;
pub mod truth;
pub mod world;

pub use family::{Family, Place, Set};
pub use people::Person;
pub use stream::Stream;
pub use world::{Item, World};

#[cfg(test)]
mod tests;
