//! What changed from one prompt to another, item by item and word by word, and of which parts a prompt consists.

use maud::{Markup, html};
use similar::{Algorithm, ChangeTag, TextDiff};

use super::pieces::{table, text};
use crate::improve::difference::Step;
use crate::improve::{Part, PromptParts};
use crate::report::words;

/// Characters of each prompt that are compared; two long texts that have nothing in common take a time that grows with
/// the square of their words.
const LONGEST: usize = 12_000;

/// A stretch of a difference.
pub type Stretch = (ChangeTag, String);

/// The difference as stretches of words (patience diff by Bram Cohen, which keeps whole lines together, and Myers 1986
/// between them; by the crate similar).
#[must_use]
pub fn stretches(before: &str, after: &str) -> Vec<Stretch> {
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_words(before, after);
    let mut found: Vec<Stretch> = Vec::new();
    for change in diff.iter_all_changes() {
        match found.last_mut() {
            Some((tag, words)) if *tag == change.tag() => words.push_str(change.value()),
            _ => found.push((change.tag(), change.value().to_owned())),
        }
    }
    found
}

/// The difference, marked.
#[must_use]
pub fn difference(before: &str, after: &str) -> Markup {
    difference_within(before, after, LONGEST)
}

/// The same of so many characters of each text.
#[must_use]
pub fn difference_within(before: &str, after: &str, longest: usize) -> Markup {
    let clipped = |text: &str| text.chars().take(longest).collect::<String>();
    html! {
        div.prose dir="auto" {
            @for (tag, words) in stretches(&clipped(before), &clipped(after)) {
                @match tag {
                    ChangeTag::Equal => (text(&words)),
                    ChangeTag::Insert => ins { (text(&words)) },
                    ChangeTag::Delete => del { (text(&words)) },
                }
            }
        }
        @let more = before.chars().count().max(after.chars().count()).saturating_sub(longest);
        @if more > 0 { p.hint { (words::thousands(more as u64)) " more characters are not compared." } }
    }
}

/// The items of advice that were added, replaced or dropped.
#[must_use]
pub fn advice(steps: &[Step]) -> Markup {
    let item = |item: &str| html! { span dir="auto" { (text(&words::one_line(item, ITEM))) } };
    html! {
        @if steps.is_empty() { p.hint { "The advice is the same." } } @else {
            ul.steps {
                @for step in steps {
                    li {
                        @match step {
                            Step::Added { text } => { "Added: " ins { (item(text)) } },
                            Step::Replaced { before, text } => { "Replaced: " del { (item(before)) } " by " ins { (item(text)) } },
                            Step::Dropped { before } => { "Gone: " del { (item(before)) } },
                        }
                    }
                }
            }
        }
    }
}

/// Characters of an item that are shown.
const ITEM: usize = 600;

/// What of a prompt is fact, rule and advice.
#[must_use]
pub fn parts(parts: &PromptParts) -> Markup {
    let name = |part| match part {
        Part::Fact => "fact",
        Part::Rule => "rule",
        Part::Advice => "advice",
    };
    let header = html! { tr { th scope="col" { "Part" } th scope="col" { "As it stands" } } };
    let pieces = || parts.pieces().iter().filter(|piece| !piece.text.trim().is_empty());
    let body = html! {
        @for piece in pieces().take(PIECES) {
            tr { td { (name(piece.part)) } td.words dir="auto" { (text(&words::one_line(piece.text.trim(), ITEM))) } }
        }
    };
    html! {
        (table("The parts of the first prompt", &header, &body))
        @if pieces().count() > PIECES { p.hint { "The rest is left out here." } }
    }
}

/// Pieces that are listed.
const PIECES: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_difference_is_told_word_by_word_and_holds_no_markup() {
        let shown = difference("Sell tea <b>now</b>.", "Sell green tea <b>now</b>.").into_string();
        assert!(shown.contains("<ins>green") && !shown.contains("<b>") && !shown.contains("<del>"), "{shown}");
    }

    proptest! {
        /// Without what was added it is the text before, without what was taken away the text after.
        #[test]
        fn a_difference_holds_both_texts(before in "[ab \n]{0,40}", after in "[ab \n]{0,40}") {
            let all = stretches(&before, &after);
            let but = |tag| all.iter().filter(|stretch| stretch.0 != tag).map(|stretch| stretch.1.as_str()).collect::<String>();
            prop_assert_eq!(but(ChangeTag::Insert), before);
            prop_assert_eq!(but(ChangeTag::Delete), after);
        }
    }
}
