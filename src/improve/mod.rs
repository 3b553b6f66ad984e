//! From feedback to objections to a new prompt.

pub mod challenge;
pub mod changes;
pub mod codebook;
mod concessions;
pub mod feedback;
pub mod ideas;
pub mod improver;
pub mod objections;
pub mod parts;
pub mod screen;
pub mod soundness;
mod themes;
mod vocabulary;

pub use challenge::{Assignment, Brief, Temperament, Tried, assign};
pub use changes::{Change, Course, changes};
pub use codebook::Codebook;
pub use feedback::Heard;
pub use improver::Improver;
pub use objections::Objections;
pub use parts::Parts;
pub use screen::{Details, Screen, Screened};
