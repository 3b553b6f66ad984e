//! Personas in words, and read from them.

use super::{TextWorld, banks};
use crate::people::Person;
use crate::stream::Stream;
use crate::world::SEGMENTS;

impl TextWorld {
    /// The persona of that number in a group. Groups have nobody in common.
    #[must_use]
    pub fn persona(&self, group: &str, number: u64) -> String {
        let place = self.world.place.to_string();
        let mut dice = Stream::new(&["persona", &place, group, &number.to_string()]);
        let segment = dice.weighted(&self.world.shares).unwrap_or(0).min(SEGMENTS - 1);
        let town = format!("{}{}", dice.pick(&banks::NAME_BEGINS), dice.pick(&banks::NAME_ENDS));
        let shown = self.words.segments[segment][dice.below(2)];
        let quirks = [dice.below(banks::QUIRKS.len()), dice.below(banks::QUIRKS.len())];
        let years = 2 + dice.below(38);
        format!(
            "{}, one of the {} of {town}, for {years} years, in house {} {number}. {} {shown} {}",
            dice.pick(&banks::FIRST_NAMES),
            self.words.role,
            group.chars().next().unwrap_or('x'),
            banks::QUIRKS[quirks[0]],
            banks::QUIRKS[quirks[1]],
        )
    }

    /// Who a description describes. Somebody of whom nothing is known belongs to the first segment.
    #[must_use]
    pub fn read_persona(&self, text: &str) -> Person {
        let shows = |segment: &usize| self.words.segments[*segment][..2].iter().any(|shown| text.contains(shown));
        let segment = (0..SEGMENTS).find(shows).unwrap_or(0);
        let mut dice = Stream::new(&["taste", &self.world.place.to_string(), text.trim()]);
        Person { segment, taste: self.world.tastes * dice.normal() }
    }
}
