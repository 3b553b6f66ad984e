//! From feedback to objections to a new prompt.

pub mod feedback;
pub mod improver;
pub mod objections;
pub mod soundness;

pub use feedback::Feedback;
pub use improver::Improver;
pub use objections::Objections;
