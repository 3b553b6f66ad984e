//! Which entry of one run is the same persona as which entry of another.

use std::collections::{HashMap, VecDeque};

use crate::compare::Tally;
use crate::data::results::PersonaResult;

/// For every entry of `after`, the index of the entry of `before` with the same persona text.
///
/// A text that stands twice is paired in order of appearance, so nothing is counted twice.
#[must_use]
pub fn match_personas<'a>(
    before: impl IntoIterator<Item = &'a str>,
    after: impl IntoIterator<Item = &'a str>,
) -> Vec<Option<usize>> {
    let mut places: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for (index, persona) in before.into_iter().enumerate() {
        places.entry(persona.trim()).or_default().push_back(index);
    }
    after.into_iter().map(|persona| places.get_mut(persona.trim()).and_then(VecDeque::pop_front)).collect()
}

/// Tallies of two runs, paired by persona. A persona that stands in only one of them is paired with an empty tally, so
/// that the rates count it and the paired difference does not.
#[must_use]
pub fn tallies(before: &[PersonaResult], after: &[PersonaResult]) -> Vec<(Tally, Tally)> {
    let matches = match_personas(
        before.iter().map(|result| result.persona.as_str()),
        after.iter().map(|result| result.persona.as_str()),
    );
    let mut unpaired = vec![true; before.len()];
    let mut pairs = Vec::with_capacity(after.len());
    for (result, partner) in after.iter().zip(&matches) {
        let earlier = partner.map(|index| {
            unpaired[index] = false;
            tally(&before[index])
        });
        pairs.push((earlier.unwrap_or_default(), tally(result)));
    }
    pairs.extend(
        before.iter().zip(unpaired).filter(|(_, alone)| *alone).map(|(result, _)| (tally(result), Tally::default())),
    );
    pairs
}

/// The decisions on one persona's messages.
#[must_use]
pub fn tally(result: &PersonaResult) -> Tally {
    Tally::of(result.messages.iter().map(|judged| judged.decision.decision))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personas_are_matched_by_text_in_order_of_appearance() {
        assert_eq!(
            match_personas(["a", "b", "a"], ["a", "c", "a", "a", "b "]),
            [Some(0), None, Some(2), None, Some(1)]
        );
    }
}
