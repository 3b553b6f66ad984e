//! From feedback to objections to a new prompt.

pub mod challenge;
pub mod changes;
pub mod codebook;
pub mod coding;
pub mod difference;
pub mod feedback;
pub mod fold;
pub mod ideas;
pub mod improver;
pub mod item_check;
pub mod kinds;
pub mod naming;
pub mod objections;
pub mod parts;
pub mod proposal;
pub mod screen;
#[cfg(test)]
pub(crate) mod scripted;
pub mod sorting;
mod splitter;

pub use challenge::{Assignment, Brief, Temperament, Tried, assign};
pub use changes::{Change, Course, changes};
pub use codebook::Codebook;
pub use coding::Coding;
pub use feedback::Feedback;
pub use improver::Improver;
pub use objections::Objections;
pub use parts::{Part, PromptParts};
pub use proposal::{Item, Rewrite};
pub use screen::{Details, Screen, Screened};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<(PromptParts, Rewrite, Screen, Screened, Details, Improver, Brief<'_>, Assignment, Tried)>();
        shared::<(Codebook, Coding, Objections, Change, Feedback, screen::Dropped)>();
    }
}
