//! Kinds of decision makers, so that a gain on the whole is not paid for by some of them.
//!
//! Two rough cuts that any description of a decision maker allows: what the person is in charge of, and how large the
//! organisation is. They are found by words, in a fixed order, so that a persona is always in the same segments.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

/// What people are in charge of, by the words of their roles. The first that fits counts.
const CHARGES: &[(&str, &str)] = &[
    ("founders", r"(?i)\b(?:co-?founders?|founders?|owners?|ceo|chief executive|managing directors?|proprietors?)\b"),
    (
        "finance",
        r"(?i)\b(?:cfo|finance|financial|controllers?|accounting|accounts|treasur\w+|procurement|purchasing)\b",
    ),
    ("technology", r"(?i)\b(?:cto|cio|ciso|it|technology|engineering|engineers?|developers?|devops|security|data)\b"),
    ("people", r"(?i)\b(?:hr|human resources|people|talent|recruit\w+|chro)\b"),
    ("sales and marketing", r"(?i)\b(?:cmo|cro|sales|marketing|growth|customer success|revenue|brand)\b"),
    (
        "operations",
        r"(?i)\b(?:coo|operations|ops|logistics|supply|plant|production|office|practice|project|program\w*)\b",
    ),
];

/// Sizes, by the number of people.
const SIZES: &[(&str, u32)] = &[("up to 50 people", 50), ("51 to 250 people", 250), ("more than 250 people", u32::MAX)];

/// Letters of a persona's beginning that are read for its role.
const HEAD: usize = 200;

/// The segments of a persona: at most one of each cut.
#[must_use]
pub fn of(persona: &str) -> Vec<&'static str> {
    static ROLES: LazyLock<Vec<(&'static str, Regex)>> =
        LazyLock::new(|| CHARGES.iter().filter_map(|(name, words)| Some((*name, Regex::new(words).ok()?))).collect());
    static SIZE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(\d{1,3}(?:,\d{3})+|\d{1,6})\+?[- ](?:person|people|employees?|staff|strong|headcount)\b")
            .ok()
    });
    let head: String = persona.chars().take(HEAD).collect();
    // What stands first in the text is the role; what stands later may be somebody else's.
    let role = ROLES
        .iter()
        .filter_map(|(name, words)| Some((words.find(&head)?.start(), *name)))
        .min_by_key(|(start, _)| *start)
        .map(|(_, name)| name);
    let size = SIZE.iter().find_map(|words| {
        let number: u32 = words.captures(persona)?.get(1)?.as_str().replace(',', "").parse().ok()?;
        SIZES.iter().find(|(_, most)| number <= *most).map(|(name, _)| *name)
    });
    role.into_iter().chain(size).collect()
}

/// The same by cut: in charge of what, and how large.
#[must_use]
pub fn by_cut(persona: &str) -> [Option<&'static str>; 2] {
    let mut cuts = [None, None];
    for name in of(persona) {
        cuts[usize::from(SIZES.iter().any(|(size, _)| *size == name))] = Some(name);
    }
    cuts
}

/// Differences per persona, sorted into segments; what is not a number is left out.
#[must_use]
pub fn sorted<'p>(personas: impl IntoIterator<Item = (&'p str, f64)>) -> BTreeMap<&'static str, Vec<f64>> {
    let mut segments: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    for (persona, difference) in personas.into_iter().filter(|(_, difference)| !difference.is_nan()) {
        for segment in of(persona) {
            segments.entry(segment).or_default().push(difference);
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn roles_and_sizes_are_read_from_descriptions() {
        let of = |persona: &str| super::of(persona).join(", ");
        assert_eq!(
            of("Marcus, 45, IT Operations Manager at a 500-person software company"),
            "technology, more than 250 people"
        );
        assert_eq!(
            of("Alex Kumar, 31, Founder/CEO of a marketplace (15 employees) in Austin"),
            "founders, up to 50 people"
        );
        assert_eq!(
            of("Director of Operations at a clinic that employs 1,200 people"),
            "operations, more than 250 people"
        );
        assert_eq!(of("Someone."), "");
    }

    proptest! {
        #[test]
        fn any_text_is_in_at_most_two_segments(text in "\\PC{0,300}") {
            prop_assert!(of(&text).len() <= 2);
        }
    }
}
