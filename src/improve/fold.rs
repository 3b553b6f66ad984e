//! Texts as they are compared, in any language: without case, punctuation, white space and Unicode form.
//!
//! Words are found by the rules of UAX #29. Scripts that put no spaces between words have a segment for every letter
//! there, so such a letter counts half a word, and pairs of them stand for words where texts are held side by side.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// A word, or a letter of a script that has no spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Folded.
    pub text: String,
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
}

impl Segment {
    /// What it counts, in half words.
    fn weight(&self) -> usize {
        if self.text.chars().count() == 1 && self.text.chars().all(is_unspaced) { 1 } else { 2 }
    }
}

/// The segments of a text that hold a letter or a digit.
#[must_use]
pub fn segments(text: &str) -> Vec<Segment> {
    text.unicode_word_indices()
        .filter_map(|(at, word)| {
            let folded = fold(word);
            (!folded.is_empty()).then(|| Segment { text: folded, span: at..at + word.len() })
        })
        .collect()
}

/// A text as it is compared: its segments, with a space between two.
#[must_use]
pub fn key(text: &str) -> String {
    let mut key = String::new();
    for segment in segments(text) {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(&segment.text);
    }
    key
}

/// Whether a text stands in another, both given as keys. Nothing stands nowhere.
#[must_use]
pub fn stands_in(part: &str, whole: &str) -> bool {
    !part.is_empty() && format!(" {whole} ").contains(&format!(" {part} "))
}

/// One word in compatibility form and lower case, without apostrophes. Marks inside a number stay: 3.5 is not 35.
pub(super) fn fold(word: &str) -> String {
    let is_number = word.starts_with(char::is_numeric);
    word.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric() || is_combining_mark(*c) || (is_number && matches!(c, '.' | ',' | ':')))
        .collect()
}

/// Whether a letter is of a script that puts no spaces between words.
fn is_unspaced(letter: char) -> bool {
    matches!(u32::from(letter),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF // Thai, Lao, Burmese, Khmer
        | 0x2E80..=0x2FDF | 0x3040..=0x30FF | 0x31F0..=0x31FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF
        | 0x20000..=0x3FFFF)
}

/// Every run of at least so many words: its first segment, the one after its last, and its hash.
pub(super) fn runs(segments: &[Segment], words: usize) -> impl Iterator<Item = (Range<usize>, u64)> {
    (0..segments.len()).filter_map(move |first| {
        let mut weight = 0;
        let count = segments[first..].iter().position(|segment| {
            weight += segment.weight();
            weight >= 2 * words
        })?;
        let run = first..first + count + 1;
        let mut hasher = DefaultHasher::new();
        for segment in &segments[run.clone()] {
            segment.text.hash(&mut hasher);
        }
        Some((run, hasher.finish()))
    })
}

/// Letters at the beginning of a word that tell it: endings are grammar.
const STEM: usize = 5;
/// The least share of their terms that near-duplicates have in common (Jaccard: the common terms out of all terms of
/// either text). High, since no list says which words turn a sentence into its opposite.
const ALIKE: f64 = 0.8;

/// What a text speaks of: the beginnings of its words, and pairs of letters where a script has no spaces.
#[must_use]
pub fn terms(text: &str) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    let mut before: Option<char> = None;
    for segment in segments(text) {
        let mut letters = segment.text.chars();
        if segment.weight() == 1 {
            let Some(letter) = letters.next() else { continue };
            terms.extend(before.map(|before| format!("{before}{letter}")));
            before = Some(letter);
        } else {
            before = None;
            let is_number = segment.text.starts_with(char::is_numeric);
            terms.insert(if is_number { segment.text } else { letters.take(STEM).collect() });
        }
    }
    terms
}

/// The share of their terms that two texts have in common, from 0 to 1.
#[must_use]
pub fn overlap(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
    let common = a.intersection(b).count();
    common as f64 / (a.len() + b.len() - common).max(1) as f64
}

/// Whether two texts say the same in nearly the same words, with the same numbers.
#[must_use]
pub fn similar(a: &str, b: &str) -> bool {
    if key(a) == key(b) {
        return true;
    }
    let numbers = |terms: &BTreeSet<String>| -> Vec<String> {
        terms.iter().filter(|term| term.starts_with(char::is_numeric)).cloned().collect()
    };
    let (a, b) = (terms(a), terms(b));
    numbers(&a) == numbers(&b) && overlap(&a, &b) >= ALIKE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_the_same_whatever_their_case_marks_spaces_and_unicode_form() {
        assert_eq!(key("  Don’t »ASK«\r\n for 3.5 %!"), "dont ask for 3.5");
        assert_eq!(key("Ｇｒｕ\u{308}ße, 100％"), key("gru\u{308}SSe 100").replace("ss", "ß"));
        assert_eq!(key("簡潔に書く。"), key("簡潔に\n書く"));
        assert!(stands_in(&key("Reply STOP"), &key("Not interested? reply stop now")));
        assert!(!stands_in(&key("top"), &key("Reply STOP")) && !stands_in("", "a"));
    }

    #[test]
    fn near_duplicates_are_similar_and_opposites_are_not() {
        assert!(similar("Keep the message under 100 words.", "- keep messages under 100 words"));
        assert!(similar("Name one pain point of the reader", "Name one of the reader's pain points"));
        assert!(similar(
            "相手の課題を一つ挙げ、解決策を一文で説明してください。",
            "相手の課題を一つ挙げて解決策を一文で説明してください"
        ));
        assert!(!similar("Keep the message under 100 words.", "Keep the message under 60 words."));
        assert!(!similar("Always mention the price.", "Never mention the price."));
        assert!(!similar("Nenne immer den Preis.", "Nenne nie den Preis."));
        assert!(!similar("Open with the reader's situation.", "Close with one small question."));
    }

    #[test]
    fn a_run_is_as_many_words_in_a_script_without_spaces() {
        let count = |text: &str| runs(&segments(text), 4).count();
        assert_eq!(count("one two three four five"), 2);
        assert_eq!(count("承認が遅れて"), 0);
        assert_eq!(count("承認がいつも遅れる"), 2);
    }
}
