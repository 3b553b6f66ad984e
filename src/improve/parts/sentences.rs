//! Sentences of a paragraph.

use std::ops::Range;

use super::shape::{Shape, shape};

/// Words whose full stop ends no sentence.
const ABBREVIATIONS: &[&str] = &[
    "e.g", "i.e", "etc", "vs", "mr", "mrs", "ms", "dr", "inc", "ltd", "co", "no", "approx", "min", "max", "p.s", "u.s",
    "u.k", "st", "jr", "sr", "cf", "al", "fig",
];

/// The sentences of a text, as places in it; what parts them belongs to none. A piece that would be no sentence on a line
/// of its own (a list mark, a title) stays with the one before.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    let mut add = |range: Range<usize>| {
        let piece = text[range.clone()].trim();
        if piece.is_empty() {
            return;
        }
        let from = range.start + (text[range.clone()].len() - text[range.clone()].trim_start().len());
        let own = from..from + piece.len();
        match found.last_mut() {
            Some(last) if !matches!(shape(piece), Shape::Text) => last.end = own.end,
            _ => found.push(own),
        }
    };
    for (at, ending) in text.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？'))
    {
        let after = at + ending.len_utf8();
        let rest = &text[after..];
        // Of "...!" the last counts.
        if at < from || rest.starts_with(['.', '!', '?', '…']) {
            continue;
        }
        let closed = rest.trim_start_matches(['"', '\'', '”', '’', ')', '*', '_']);
        let end = text.len() - closed.len();
        let next = closed.trim_start();
        let is_parted = next.len() < closed.len() || matches!(ending, '。' | '！' | '？');
        // Only what may open a sentence does so; the marks before it are few.
        let opens = next
            .chars()
            .take(4)
            .find(|c| !matches!(c, '"' | '\'' | '“' | '‘' | '(' | '*' | '_'))
            .is_some_and(|c| c.is_uppercase() || c.is_numeric() || (c.is_alphabetic() && !c.is_lowercase()));
        if is_parted && opens && !(ending == '.' && is_abbreviation(&text[from..at])) {
            add(from..end);
            from = end;
        }
    }
    add(from..text.len());
    found
}

/// Whether the last word before a full stop is short for another, or the number of a list.
fn is_abbreviation(before: &str) -> bool {
    let word: String = before.chars().rev().take_while(|c| !c.is_whitespace() && *c != '(').take(8).collect();
    let word: String = word.chars().rev().flat_map(char::to_lowercase).collect();
    let is_letter = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    let is_number =
        !word.is_empty() && word.len() <= 2 && word.chars().all(|c| c.is_ascii_digit()) && before.len() <= 3;
    is_letter || is_number || ABBREVIATIONS.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn sentences_end_at_their_stops_and_not_at_abbreviations() {
        assert_eq!(
            pieces("Be brief. Ask for 3.5 minutes, e.g. Tuesday! \"No hype.\" Why? Because"),
            ["Be brief.", "Ask for 3.5 minutes, e.g. Tuesday!", "\"No hype.\"", "Why?", "Because"]
        );
        assert_eq!(
            pieces("Acme Inc. sells tea. 40 people work there. See www.acme.com"),
            ["Acme Inc. sells tea.", "40 people work there.", "See www.acme.com"]
        );
        assert_eq!(pieces("We sell tea. 1) Cups. **Title**"), ["We sell tea. 1) Cups. **Title**"]);
        assert_eq!(pieces(" \n "), [""; 0]);
    }
}
