//! Kinds of people: told apart by the traits that decide how the market's people take a message. One in ten is told
//! wrongly, as with everything that is sorted here.

use serde_json::{Value, json};

use super::dice::Dice;
use super::groups::{ERRS, numbered};
use super::traits::{Trait, Traits, traits_of};

/// The traits that make a kind, the first that a person has, with a name and a definition for it.
const KINDS: [(Trait, &str, &str); 5] = [
    (Trait::Technical, "technical people", "They look at how a thing is built and fits in."),
    (Trait::Secure, "guardians of rules", "They ask for security and compliance first."),
    (Trait::Frugal, "keepers of a budget", "They ask what it costs first."),
    (Trait::Data, "readers of figures", "They decide by figures."),
    (Trait::Careful, "careful deciders", "They take their time and ask others."),
];
/// Everybody else.
const OTHERS: (&str, &str) = ("people of other concerns", "Nothing of that is what they ask for first.");

/// Sorts numbered people into the kinds that are known, or into those that they show.
pub(super) fn sort(lines: &str, known: &str, dice: &mut Dice) -> Value {
    let known: Vec<&str> =
        known.lines().filter_map(|line| line.strip_prefix("- ")?.split_once(": ").map(|(name, _)| name)).collect();
    let mut kinds: Vec<(&str, &str, Vec<u64>)> = known.iter().map(|name| (*name, "", Vec::new())).collect();
    for (number, person) in numbered(lines) {
        let (name, definition) = kind_of(traits_of(person));
        let right = kinds.iter().position(|(kind, ..)| *kind == name);
        let wrong = dice.chance(ERRS).then(|| dice.below(kinds.len().max(1))).filter(|at| *at < kinds.len());
        match wrong.or(right) {
            Some(at) => kinds[at].2.push(number),
            // Into other people's kinds it sorts as well as it can: into the last.
            None if !known.is_empty() => kinds.last_mut().into_iter().for_each(|(.., people)| people.push(number)),
            None => kinds.push((name, definition, vec![number])),
        }
    }
    // One kind of all people would tell nobody apart.
    if let [(only, ..)] = kinds[..]
        && known.is_empty()
    {
        let (name, definition) = if only == OTHERS.0 { (KINDS[0].1, KINDS[0].2) } else { OTHERS };
        kinds.push((name, definition, Vec::new()));
    }
    let kind = |(name, definition, people): (&str, &str, Vec<u64>)| match definition {
        "" => json!({"name": name, "people": people}),
        _ => json!({"name": name, "definition": definition, "people": people}),
    };
    json!({"kinds": kinds.into_iter().map(kind).collect::<Vec<_>>()})
}

fn kind_of(traits: Traits) -> (&'static str, &'static str) {
    KINDS.iter().find(|(which, ..)| traits.has(*which)).map_or(OTHERS, |(_, name, definition)| (name, definition))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_apart_by_what_they_care_for_but_for_one_in_ten() {
        let persona = |at: u64| if at.is_multiple_of(2) { "An engineer." } else { "Short of budget." };
        let lines: String = (1..=400).map(|at| format!("{at}. {}\n", persona(at))).collect();
        let said = sort(&lines, "", &mut Dice::from_parts(&["kinds"]));
        let kinds = said["kinds"].as_array().unwrap();
        let names: Vec<&str> = kinds.iter().map(|kind| kind["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["keepers of a budget", "technical people"]);
        let of = |at: usize| kinds[at]["people"].as_array().unwrap();
        assert_eq!(of(0).len() + of(1).len(), 400, "everybody once");
        let right = of(1).iter().filter(|number| number.as_u64().unwrap().is_multiple_of(2)).count();
        assert!((180..=199).contains(&right), "{right} of 200");
    }

    #[test]
    fn kinds_that_are_known_are_the_only_ones() {
        let known = "- technical people: They look at how a thing is built.\n- people of other concerns: Others.";
        let said = sort("1. An engineer.\n2. Short of budget.\n", known, &mut Dice::from_parts(&["kinds"]));
        let names: Vec<&str> =
            said["kinds"].as_array().unwrap().iter().map(|kind| kind["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["technical people", "people of other concerns"]);
        assert_eq!(numbers(&said), [1, 2], "each number stands there once");
    }

    #[test]
    fn people_who_are_all_alike_are_told_apart_from_others() {
        let said = sort("1. An engineer.\n2. An engineer.\n", "", &mut Dice::from_parts(&["kinds"]));
        let names: Vec<&str> =
            said["kinds"].as_array().unwrap().iter().map(|kind| kind["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["technical people", "people of other concerns"]);
        assert_eq!(numbers(&said), [1, 2]);
    }

    /// The numbers of all kinds, in order.
    fn numbers(said: &Value) -> Vec<u64> {
        let people = |kind: &Value| kind["people"].as_array().unwrap().clone();
        let mut numbers: Vec<u64> =
            said["kinds"].as_array().unwrap().iter().flat_map(people).filter_map(|number| number.as_u64()).collect();
        numbers.sort_unstable();
        numbers
    }
}
