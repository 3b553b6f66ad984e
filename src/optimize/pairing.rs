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

/// The decisions of a run, one tally for each persona text: the same text is the same decision maker, who is one
/// observation however many entries it has. In order of first appearance.
#[must_use]
pub fn clusters(results: &[PersonaResult]) -> Vec<Tally> {
    by_persona(results).into_iter().map(|(_, tally)| tally).collect()
}

/// Tallies of two runs, one pair for each persona text. A persona that stands in only one of them is paired with an
/// empty tally, so that the rates count it and the paired difference does not.
#[must_use]
pub fn tallies(before: &[PersonaResult], after: &[PersonaResult]) -> Vec<(Tally, Tally)> {
    let (before, after) = (by_persona(before), by_persona(after));
    let mut earlier: HashMap<&str, Tally> = before.iter().copied().collect();
    let mut pairs: Vec<(Tally, Tally)> =
        after.iter().map(|(persona, tally)| (earlier.remove(persona).unwrap_or_default(), *tally)).collect();
    pairs.extend(
        before.iter().filter(|(persona, _)| earlier.contains_key(persona)).map(|(_, tally)| (*tally, Tally::default())),
    );
    pairs
}

fn by_persona(results: &[PersonaResult]) -> Vec<(&str, Tally)> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut found: Vec<(&str, Tally)> = Vec::new();
    for result in results {
        let persona = result.persona.trim();
        let place = *places.entry(persona).or_insert(found.len());
        if place == found.len() {
            found.push((persona, Tally::default()));
        }
        found[place].1 += Tally::of(result.messages.iter().map(|judged| judged.decision.decision));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Map;
    use crate::data::results::{Decision, Judged};

    fn result(persona: &str, decisions: &[bool]) -> PersonaResult {
        let judged = |decision: &bool| Judged {
            message: "Hello".into(),
            decision: Decision { decision: *decision, reasoning: String::new(), extra: Map::new() },
            extra: Map::new(),
        };
        PersonaResult { persona: persona.into(), messages: decisions.iter().map(judged).collect(), extra: Map::new() }
    }

    #[test]
    fn personas_are_matched_by_text_in_order_of_appearance() {
        assert_eq!(
            match_personas(["a", "b", "a"], ["a", "c", "a", "a", "b "]),
            [Some(0), None, Some(2), None, Some(1)]
        );
    }

    #[test]
    fn entries_with_one_text_are_one_persona_however_many_they_are() {
        let run = [result("a", &[true]), result("b", &[]), result(" a\n", &[false, true])];
        assert_eq!(clusters(&run), [Tally { yes: 2, total: 3 }, Tally::default()]);
    }

    #[test]
    fn pairs_are_by_text_and_a_persona_of_one_run_is_paired_with_nothing() {
        let before = [result("a", &[true]), result("gone", &[true]), result("a", &[true])];
        let after = [result("new", &[false]), result("a ", &[false])];
        assert_eq!(
            tallies(&before, &after),
            [
                (Tally::default(), Tally { yes: 0, total: 1 }),
                (Tally { yes: 2, total: 2 }, Tally { yes: 0, total: 1 }),
                (Tally { yes: 1, total: 1 }, Tally::default()),
            ]
        );
    }
}
