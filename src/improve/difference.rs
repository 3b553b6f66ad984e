//! What became of a prompt's advice from one version to the next, item by item.

use std::collections::BTreeSet;

use super::PromptParts;
use super::fold::{key, overlap, terms};
pub use crate::data::record::Step;

/// An item that shares this much with one that is gone replaces it.
const REPLACES: f64 = 0.34;

/// The steps from one prompt of a lineage to another, by their advice. If the parts are not known, everything counts as
/// advice.
#[must_use]
pub fn of_prompts(parts: Option<&PromptParts>, before: &str, after: &str) -> Vec<Step> {
    let none = PromptParts::default();
    let parts = parts.unwrap_or(&none);
    steps(&parts.advice_in(before), &parts.advice_in(after))
}

/// The steps from one list of items to another: first what is gone, in its order, then what is new. Items that stay
/// have no step.
#[must_use]
pub fn steps(before: &[String], after: &[String]) -> Vec<Step> {
    let keys = |items: &[String]| items.iter().map(|item| key(item)).collect::<BTreeSet<_>>();
    let (old, new) = (keys(before), keys(after));
    let gone: Vec<&String> = before.iter().filter(|item| !new.contains(&key(item))).collect();
    let mut come: Vec<Option<&String>> = after.iter().filter(|item| !old.contains(&key(item))).map(Some).collect();
    let mut steps = Vec::new();
    for item in gone {
        let said = terms(item);
        let like = |other: Option<&String>| other.map_or(0.0, |other| overlap(&said, &terms(other)));
        let nearest = (0..come.len()).max_by(|a, b| like(come[*a]).total_cmp(&like(come[*b])).then(b.cmp(a)));
        let taken = nearest.filter(|at| like(come[*at]) >= REPLACES).and_then(|at| come[at].take());
        steps.push(match taken {
            Some(text) => Step::Replaced { before: item.clone(), text: text.clone() },
            None => Step::Dropped { before: item.clone() },
        });
    }
    steps.extend(come.into_iter().flatten().map(|text| Step::Added { text: text.clone() }));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(items: &[&str]) -> Vec<String> {
        items.iter().map(|item| (*item).to_owned()).collect()
    }

    #[test]
    fn what_is_gone_is_named_and_what_stands_in_its_place() {
        let before = list(&["Keep it under 110 words.", "Praise the reader.", "課題を一つ挙げる。", "Sign off."]);
        let after = list(&["sign off", "Keep it under 80 words.", "課題を一つだけ挙げる。", "Ask for a line."]);
        assert_eq!(
            steps(&before, &after),
            [
                Step::Replaced { before: before[0].clone(), text: after[1].clone() },
                Step::Dropped { before: before[1].clone() },
                Step::Replaced { before: before[2].clone(), text: after[2].clone() },
                Step::Added { text: after[3].clone() },
            ]
        );
        assert_eq!(steps(&before, &before), []);
    }

    proptest! {
        #[test]
        fn every_item_that_came_or_went_is_in_one_step(before in prop::collection::vec("[a-d ]{1,6}", 0..6), after in prop::collection::vec("[a-d ]{1,6}", 0..6)) {
            let steps = steps(&before, &after);
            let gone = before.iter().filter(|item| !after.iter().any(|other| key(other) == key(item))).count();
            let named = steps.iter().filter(|step| !matches!(step, Step::Added { .. })).count();
            prop_assert_eq!(named, gone);
            let come = after.iter().filter(|item| !before.iter().any(|other| key(other) == key(item))).count();
            prop_assert_eq!(steps.iter().filter(|step| !matches!(step, Step::Dropped { .. })).count(), come);
        }
    }
}
