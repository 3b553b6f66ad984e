//! From feedback to objections to a new prompt.

pub mod challenge;
pub mod changes;
pub mod codebook;
pub mod coding;
pub mod feedback;
pub mod ideas;
pub mod improver;
pub mod naming;
pub mod objections;
pub mod parts;
pub mod screen;
#[cfg(test)]
pub(crate) mod scripted;
pub mod sorting;
pub mod soundness;

pub use challenge::{Assignment, Brief, Temperament, Tried, assign};
pub use changes::{Change, Course, changes};
pub use codebook::Codebook;
pub use coding::Coding;
pub use feedback::Heard;
pub use improver::Improver;
pub use objections::Objections;
pub use parts::Parts;
pub use screen::{Details, Screen, Screened};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<(Parts, Screen, Screened, Details, Improver, Brief<'_>, Assignment, Tried)>();
        shared::<(Codebook, Coding, Objections, Change, Heard, screen::Dropped)>();
    }
}
