//! The people of a world, as they are without their words.

use crate::stream::Stream;
use crate::world::{SEGMENTS, World};

/// A decision maker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Person {
    /// Its segment.
    pub segment: usize,
    /// How far its logit is from that of an average person.
    pub taste: f64,
}

impl World {
    /// The person of that number in a group, such as `learn`. Groups have nobody in common.
    #[must_use]
    pub fn person(&self, group: &str, number: u64) -> Person {
        let mut dice = Stream::new(&["person", &self.place.to_string(), group, &number.to_string()]);
        let segment = dice.weighted(&self.shares).unwrap_or(0).min(SEGMENTS - 1);
        Person { segment, taste: self.tastes * dice.normal() }
    }
}
