//! What a message names or counts, found by code in any language.

use std::ops::Range;

use super::Sources;
use super::blanks::{Blank, Certainty, Ordered, blanks};
use super::contacts::{contacts, names_phone};
use super::fold::folded;
use super::names::names;
use super::numbers::{Form, numbers_outside};
use super::source_index::SourceIndex;

/// What kind of thing is mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MentionKind {
    /// A blank that was never filled in.
    Placeholder,
    /// A number, with its currency or percent sign.
    Number,
    /// A telephone number.
    Telephone,
    /// A link or an e-mail address.
    Link,
    /// A postal address.
    Address,
    /// Something between quotation marks.
    Quoted,
    /// A capitalised name.
    Name,
}

/// Something that a message mentions and no source does: a hint for who reads, never a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Its first character, counted in Unicode scalar values from the beginning of the message.
    pub start: usize,
    /// One past its last.
    pub end: usize,
    /// What it is.
    pub kind: MentionKind,
}

/// Words between quotation marks that are a name rather than something said.
const MOST_QUOTED_WORDS: usize = 6;
/// Letters of a name that must stand in a source: endings differ by case and number.
const STEM: usize = 4;

/// What the message mentions and neither facts nor orders nor persona do, in order.
#[must_use]
pub fn mentions(message: &str, sources: &Sources, persona: &str) -> Vec<Mention> {
    mentioned(message, &SourceIndex::new(message, sources, persona))
}

/// Blanks that were never filled in and that neither facts nor orders name, in order.
#[must_use]
pub fn placeholders(message: &str, sources: &Sources) -> Vec<Mention> {
    let open = blanks(message);
    if open.is_empty() {
        return Vec::new();
    }
    let ordered = Ordered::new(sources);
    let certain = unordered(&open, &ordered, message).filter(|blank| blank.certainty == Certainty::Certain);
    let found = certain.map(|blank| (blank.range.clone(), MentionKind::Placeholder)).collect();
    in_characters(message, found)
}

pub(super) fn unordered<'a>(
    blanks: &'a [Blank],
    ordered: &'a Ordered,
    message: &'a str,
) -> impl Iterator<Item = &'a Blank> {
    blanks.iter().filter(move |blank| !ordered.allows(blank, message))
}

pub(super) fn mentioned(message: &str, known: &SourceIndex<'_>) -> Vec<Mention> {
    let mut found: Vec<(Range<usize>, MentionKind)> = Vec::new();
    let open = blanks(message);
    if !open.is_empty() {
        let ordered = Ordered::new(known.sources);
        found.extend(unordered(&open, &ordered, message).map(|blank| (blank.range.clone(), MentionKind::Placeholder)));
    }
    let mut skipped: Vec<Range<usize>> = open.into_iter().map(|blank| blank.range).collect();
    for contact in contacts(message) {
        let text = &message[contact.range.clone()];
        let is_known = match contact.kind {
            MentionKind::Telephone => known.texts().iter().any(|source| names_phone(source, text)),
            _ => known.holds(text),
        };
        if !is_known {
            found.push((contact.range.clone(), contact.kind));
        }
        skipped.push(contact.range);
    }
    for number in numbers_outside(message, &skipped) {
        if number.form == Form::Digits && !known.counts(&number) {
            found.push((number.start..number.end, MentionKind::Number));
        }
    }
    let is_free =
        |range: &Range<usize>| !skipped.iter().any(|other| range.start < other.end && other.start < range.end);
    let quotations = quotations(message);
    found.extend(
        quotations
            .iter()
            .filter(|range| is_free(range) && !known.holds(&message[(*range).clone()]))
            .map(|range| (range.clone(), MentionKind::Quoted)),
    );
    let is_quoted = |range: &Range<usize>| quotations.iter().any(|other| other.contains(&range.start));
    for name in names(message) {
        let is_known = || message[name.clone()].split([' ', '\u{a0}']).all(|word| is_known_name(word, known));
        if is_free(&name) && !is_quoted(&name) && !is_known() {
            found.push((name, MentionKind::Name));
        }
    }
    found.sort_by_key(|(range, _)| (range.start, range.end));
    in_characters(message, found)
}

/// Whether a word of a name, or its stem, stands in a source.
fn is_known_name(word: &str, known: &SourceIndex<'_>) -> bool {
    let word = folded(word);
    let stem = word.char_indices().map(|(at, _)| at).nth(word.chars().count().saturating_sub(2).max(STEM));
    known.contains(&word) || stem.is_some_and(|end| known.contains(&word[..end]))
}

/// What stands between quotation marks: ranges of bytes, the marks not included.
fn quotations(text: &str) -> Vec<Range<usize>> {
    const PAIRS: [(char, &[char]); 7] = [
        ('"', &['"']),
        ('\u{201c}', &['\u{201d}']),
        ('\u{201e}', &['\u{201c}', '\u{201d}']),
        ('\u{ab}', &['\u{bb}']),
        ('\u{bb}', &['\u{ab}']),
        ('\u{300c}', &['\u{300d}']),
        ('\u{300e}', &['\u{300f}']),
    ];
    let mut found = Vec::new();
    let mut from = 0;
    // For each pair up to where it is known that nothing closes it.
    let mut unclosed = [0; PAIRS.len()];
    for (at, letter) in text.char_indices() {
        if at < from {
            continue;
        }
        let Some(pair) = PAIRS.iter().position(|(open, _)| *open == letter) else { continue };
        if at < unclosed[pair] {
            continue;
        }
        let (start, closing) = (at + letter.len_utf8(), PAIRS[pair].1);
        let ends = |letter: char| closing.contains(&letter) || letter == '\n';
        let end = text[start..].find(ends).map_or(text.len(), |end| start + end);
        let inside = &text[start..end];
        if end == text.len() || text[end..].starts_with('\n') {
            unclosed[pair] = end;
            continue;
        }
        from = end + text[end..].chars().next().map_or(0, char::len_utf8);
        if inside.split_whitespace().count() <= MOST_QUOTED_WORDS && inside.chars().any(char::is_alphanumeric) {
            found.push(start..end);
        }
    }
    found
}

/// The same in characters. What is found is in order.
fn in_characters(text: &str, found: Vec<(Range<usize>, MentionKind)>) -> Vec<Mention> {
    let count = |from: usize, to: usize| text[from..to].chars().count();
    let (mut byte, mut character) = (0, 0);
    let mut mentions = Vec::with_capacity(found.len());
    for (range, kind) in found {
        character += count(byte, range.start);
        byte = range.start;
        mentions.push(Mention { start: character, end: character + count(range.start, range.end), kind });
    }
    mentions
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: &str = "Kestrel Dental Laboratory, Sheffield. Zirconia crown £78, PFM crown £96. Remake rate 14 %. \
        Lead time eight weeks. \
                         3,8 Millionen Wörter. Price 0.98 EUR. Dr Alison Peart takes calls.";
    const PERSONA: &str =
        "Dr Priya Nair, Chesterfield, Lincolnshire. Will spend up to £200,000. Asks for half-hourly data.";

    fn hints(message: &str) -> Vec<(String, MentionKind)> {
        let sources = Sources::new(FACTS, "Sign: Ruth Kestrel, 0114 496 0123, kestrel.co.uk");
        let letters: Vec<char> = message.chars().collect();
        let quote = |mention: &Mention| letters[mention.start..mention.end].iter().collect();
        mentions(message, &sources, PERSONA).iter().map(|mention| (quote(mention), mention.kind)).collect()
    }

    #[test]
    fn what_the_sources_mention_in_another_notation_is_no_hint() {
        for message in [
            "A rate of 14% and £78.",
            "It costs €0.98, that is EUR 0.98 or 0,98 euros.",
            "We need 8 weeks.",
            "Ring +44 114 496 0123 or see kestrel.co.uk.",
            "You have £200,000 and look at half-hourly data in Lincolnshire.",
            "3.800.000 words, or 3.8 million.",
            "Ask “Alison Peart” or Dr Nair's team.",
            "Eine Woche im Labor, mit freundlichen Grüßen aus der Werkstatt, für Ihre Praxis und Ihre Patienten in \
                der Stadt und im Umland",
        ] {
            assert_eq!(hints(message), [], "{message}");
        }
    }

    #[test]
    fn what_no_source_mentions_is_a_hint() {
        let message = "Hi {{name}}, we helped Stripe cut 37 % at “Frugal Hour”. Ring 0114 496 9999 or see \
            kestrel-labs.com. It is 12 300 € now.";
        let expected = [
            ("{{name}}", MentionKind::Placeholder),
            ("Stripe", MentionKind::Name),
            ("37 %", MentionKind::Number),
            ("Frugal Hour", MentionKind::Quoted),
            ("0114 496 9999", MentionKind::Telephone),
            ("kestrel-labs.com", MentionKind::Link),
            ("12 300 €", MentionKind::Number),
        ];
        assert_eq!(hints(message), expected.map(|(text, kind)| (text.to_owned(), kind)));
    }

    #[test]
    fn a_heading_in_lenticular_brackets_is_a_hint_and_no_verdict() {
        let sources = Sources::new("水質検査", "");
        let message = "【会社名】様\n水質検査のご案内";
        assert_eq!(placeholders(message, &sources), []);
        assert_eq!(mentions(message, &sources, "").first().map(|mention| mention.kind), Some(MentionKind::Placeholder));
        assert_eq!(placeholders("こんにちは、【会社名】様", &sources).len(), 1);
    }
}
