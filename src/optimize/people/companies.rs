//! Leads are split by company: colleagues talk to one another and are described alike, so that a gain on somebody whose
//! colleague was learned from is no gain on a stranger.

use std::collections::HashMap;

use super::pairing::Key;
use crate::data::leads::colleagues::Groups;
use crate::data::leads::{self, LeadList};
use crate::data::{self, DataFolder};

/// The number by which each lead of a list is split: that of their company. It holds 24 bytes for each text.
#[derive(Clone, Debug, Default)]
pub struct Companies {
    numbers: HashMap<Key, u32>,
}

impl Companies {
    /// Reads a list, `leads/NAME`. People who may not be written to are colleagues as well.
    ///
    /// # Errors
    /// Where the list is not there or cannot be read.
    pub fn read(folder: &DataFolder, list: &str) -> Result<Self, data::Error> {
        let mut groups = Groups::default();
        let mut people: Vec<(Key, u32)> = Vec::new();
        for lead in LeadList::open(folder, &leads::file(folder, list)?)? {
            let lead = lead?;
            let text = Key::of(&lead.persona_text());
            let person = groups.add(&lead, text.number());
            people.push((text, person));
            // What was written to this person before they were described otherwise.
            people.extend(lead.earlier.iter().filter_map(|hash| Some((Key::from_hash(hash)?, person))));
        }
        let mut numbers = HashMap::with_capacity(people.len());
        for (text, person) in people {
            let number = groups.number(person);
            // Who is described in the same words as somebody kept aside is kept aside.
            numbers.entry(text).and_modify(|other: &mut u32| *other = number.min(*other)).or_insert(number);
        }
        Ok(Companies { numbers })
    }

    /// The number of a persona's company, or their own where nobody knows a company.
    #[must_use]
    pub fn number(&self, persona: Key) -> u32 {
        self.numbers.get(&persona).copied().unwrap_or_else(|| persona.number())
    }

    /// Whether a persona is a lead of the list.
    #[must_use]
    pub fn knows(&self, persona: Key) -> bool {
        self.numbers.contains_key(&persona)
    }
}

/// The number below which about so many people have theirs, whole companies at a time: never everybody, and somebody if
/// there are two companies. `numbers` are sorted.
#[must_use]
pub fn cut(numbers: &[u32], held: usize) -> u32 {
    let Some(at) = numbers.get(held).filter(|_| held > 0) else { return 0 };
    let before = numbers.partition_point(|number| number < at);
    let after = numbers.partition_point(|number| number <= at);
    let is_after_nearer = before == 0 || after - held < held - before;
    match numbers.get(after) {
        Some(next) if is_after_nearer => *next,
        _ => *at,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn whole_companies_are_held_back_as_near_to_the_wanted_number_as_can_be() {
        assert_eq!(cut(&[1, 2, 3, 4, 5], 2), 3);
        assert_eq!(cut(&[1, 1, 1, 1, 5], 2), 5, "the first company is too many, but the only one");
        assert_eq!(cut(&[1, 3, 3, 3, 5, 6], 3), 5);
        assert_eq!(cut(&[1, 3, 3, 3, 3, 3], 2), 3);
        assert_eq!(cut(&[7, 7, 7], 1), 7, "one company alone cannot be split");
        assert_eq!((cut(&[1, 2], 0), cut(&[], 0)), (0, 0));
    }

    proptest! {
        #[test]
        fn somebody_is_left_to_learn_from(mut numbers in prop::collection::vec(0_u32..6, 1..40), share in 0.0_f64..0.5) {
            numbers.sort_unstable();
            let held = (share * numbers.len() as f64) as usize;
            let below = cut(&numbers, held);
            let count = numbers.partition_point(|number| *number < below);
            prop_assert!(count < numbers.len());
            prop_assert!(count > 0 || held == 0 || numbers.first() == numbers.last());
        }
    }
}
