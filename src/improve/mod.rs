//! From feedback to objections to a new prompt.

mod concessions;
pub mod feedback;
pub mod improver;
pub mod objections;
pub mod soundness;
mod themes;
mod vocabulary;

pub use feedback::Heard;
pub use improver::Improver;
pub use objections::Objections;
