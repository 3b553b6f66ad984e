//! Capitalised names, in scripts that have capitals and languages that do not capitalise every noun.

use std::ops::Range;

/// If at least this share of the words (or runs of words) within sentences is capitalised, the language capitalises its
/// nouns. English and Romance outreach has a tenth, German more than a quarter.
const NOUNS_FROM: f64 = 0.18;
/// How many words within sentences are needed to tell.
const ENOUGH_WORDS: usize = 12;
/// Words of one name.
const MOST_WORDS: usize = 5;

struct Word<'a> {
    text: &'a str,
    start: usize,
    /// Whether a sentence, a line or an item begins with it.
    begins: bool,
    /// Whether it is the next word behind the one before, with nothing but a space between.
    follows: bool,
}

impl Word<'_> {
    fn is_capitalised(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase) && self.text.chars().nth(1).is_some()
    }

    /// A capital behind the first letter, or a digit: no language writes its nouns so.
    fn is_peculiar(&self) -> bool {
        let mut rest = self.text.chars().skip(1).filter(|letter| letter.is_alphanumeric());
        self.is_capitalised() && rest.any(|letter| letter.is_uppercase() || letter.is_numeric())
    }
}

/// The names of a text, in order: ranges of bytes.
pub(super) fn names(text: &str) -> Vec<Range<usize>> {
    if !text.chars().any(char::is_uppercase) {
        return Vec::new();
    }
    let words = words(text);
    let capitalises_nouns = capitalises_nouns(&words);
    let is_name = |word: &Word<'_>| {
        if word.begins || capitalises_nouns { word.is_peculiar() } else { word.is_capitalised() }
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut length = 0;
    for word in &words {
        let end = word.start + word.text.len();
        if !is_name(word) {
            length = 0;
            continue;
        }
        match found.last_mut().filter(|_| word.follows && (1..MOST_WORDS).contains(&length)) {
            Some(name) => name.end = end,
            None => {
                found.push(word.start..end);
                length = 0;
            }
        }
        length += 1;
    }
    found
}

/// Whether the language of a text capitalises its nouns, as far as the text tells.
fn capitalises_nouns(words: &[Word<'_>]) -> bool {
    let counted: Vec<&Word<'_>> =
        words.iter().filter(|word| !word.begins && word.text.chars().nth(1).is_some()).collect();
    let is_noun = |word: &Word<'_>| word.is_capitalised() && !word.is_peculiar();
    // A name of several words counts once.
    let runs = counted
        .iter()
        .enumerate()
        .filter(|(at, word)| is_noun(word) && !(word.follows && *at > 0 && is_noun(counted[at - 1])));
    counted.len() >= ENOUGH_WORDS && runs.count() as f64 >= NOUNS_FROM * counted.len() as f64
}

/// The words of a text, with apostrophes as ends: what follows one belongs to the grammar.
fn words(text: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut start = None;
    let mut begins = true;
    let mut follows = false;
    for (at, letter) in text.char_indices().chain([(text.len(), '\n')]) {
        let is_part = letter.is_alphanumeric() || (start.is_some() && matches!(letter, '-' | '&' | '\u{2011}'));
        if is_part {
            start.get_or_insert(at);
            continue;
        }
        if let Some(start) = start.take() {
            let word = text[start..at].trim_end_matches(['-', '&', '\u{2011}']);
            words.push(Word { text: word, start, begins, follows });
            (begins, follows) = (false, true);
        }
        match letter {
            ' ' | '\u{a0}' => {}
            '.' if words.last().is_some_and(is_abbreviation) => {}
            '.' | '!' | '?' | ':' | ';' | '\n' | '\u{2022}' | '\u{b7}' | '\u{2026}' | '\u{2013}' | '\u{2014}' | '-'
            | '|' | '\u{a1}' | '\u{bf}' | '\u{3002}' | '\u{ff01}' | '\u{ff1f}' | '*' | '/' => {
                (begins, follows) = (true, false);
            }
            // What opens a quotation opens a sentence as often as not.
            '"' | '\u{201c}' | '\u{201e}' | '\u{ab}' | '(' => (begins, follows) = (true, false),
            _ => follows = false,
        }
    }
    words
}

/// A title or an initial: a capital and at most two letters more.
fn is_abbreviation(word: &Word<'_>) -> bool {
    word.is_capitalised() && word.text.chars().count() <= 3 || word.text.chars().count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        names(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn names_are_found_within_sentences() {
        let text = "Hi Tom,\n\nWe put panels on the roof of Tolley Packaging in Corby, and HubSpot keeps the list. \
                    Dr. Lena Forsyth's waiting list doubled. I'm sure the BDA agrees.";
        assert_eq!(found(text), ["Tom", "Tolley Packaging", "Corby", "HubSpot", "Lena Forsyth", "BDA"]);
    }

    #[test]
    fn german_nouns_are_no_names_and_french_names_are() {
        let german = "Sehr geehrter Herr Assmann, wir führen für jeden Kunden eine eigene Wortliste, und sie gehört \
                      Ihnen, auch wenn Sie uns in einer Woche wieder verlassen. Ein Handbuch kostet je Sprache \
                      weniger. Mit freundlichen Grüßen aus dem MedTech-Labor";
        assert_eq!(found(german), ["MedTech-Labor"]);
        let french = "Bonjour, nous avons posé des panneaux sur le toit de la maison Lefèvre à Rennes, et la facture \
            a baissé depuis.";
        assert_eq!(found(french), ["Lefèvre", "Rennes"]);
    }

    #[test]
    fn a_text_without_capitals_has_no_names() {
        assert_eq!(found("水質検査のご案内です。"), Vec::<&str>::new());
        assert_eq!(found(""), Vec::<&str>::new());
        assert_eq!(found("Once. Twice. A day."), Vec::<&str>::new());
    }
}
