//! What an example does not hold: addresses, and the names of people and companies.

use crate::data::Map;
use crate::data::leads::address::holds_address;

/// Fields that name somebody, and what stands in their place.
const NAMING: [(&str, &str); 5] = [
    ("first_name", "[first name]"),
    ("last_name", "[last name]"),
    ("company", "[company]"),
    ("website", "[link]"),
    ("linkedin_url", "[link]"),
];
/// Digits from which on a number is taken for a telephone's.
const TELEPHONE: usize = 9;

/// A text without mail addresses, links and telephone numbers, and with a word in the place of each name that the
/// lead's fields give.
pub(super) fn masked(text: &str, fields: &Map) -> String {
    let lines = text.lines().map(|line| line.split(' ').map(plain_word).collect::<Vec<_>>().join(" "));
    let mut text = without_numbers(&lines.collect::<Vec<_>>().join("\n"));
    for (field, mask) in NAMING {
        if let Some(name) = fields.get(field).and_then(|name| name.as_str()) {
            text = replaced(&text, name.trim(), mask);
        }
    }
    text
}

fn plain_word(word: &str) -> &str {
    let lowered = word.to_ascii_lowercase();
    let is_link = ["http://", "https://", "www."].iter().any(|start| lowered.contains(start));
    match (holds_address(word), is_link) {
        (true, _) => "[address]",
        (_, true) => "[link]",
        _ => word,
    }
}

/// With a mark in the place of what may be a telephone number.
fn without_numbers(text: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_digit() || "+-()./ ".contains(letter);
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|letter: char| letter.is_ascii_digit() || letter == '+') {
        let end = rest[at..].find(|letter| !is_part(letter)).map_or(rest.len(), |length| at + length);
        // What stands behind the last digit, such as a bracket, is the sentence's; a plus sign alone has none.
        let run = rest[at..end].trim_end_matches(|letter: char| !letter.is_ascii_digit());
        let run = if run.is_empty() { &rest[at..=at] } else { run };
        let end = at + run.len();
        masked.push_str(&rest[..at]);
        let is_number = run.bytes().filter(u8::is_ascii_digit).count() >= TELEPHONE;
        masked.push_str(if is_number { "[number]" } else { run });
        rest = &rest[end..];
    }
    masked.push_str(rest);
    masked
}

/// The text with a mask wherever this name stands as a word of its own, however its letters are written. A name of one
/// letter is in everything.
fn replaced(text: &str, name: &str, mask: &str) -> String {
    if name.chars().count() < 2 {
        return text.to_owned();
    }
    let (mut masked, mut rest, mut before) = (String::with_capacity(text.len()), text, None);
    while let Some(first) = rest.chars().next() {
        let is_start = before.is_none_or(|letter: char| !letter.is_alphanumeric());
        match length_of(rest, name).filter(|_| is_start) {
            Some(length) => {
                masked.push_str(mask);
                rest = &rest[length..];
                before = name.chars().next_back();
            }
            None => {
                masked.push(first);
                rest = &rest[first.len_utf8()..];
                before = Some(first);
            }
        }
    }
    masked
}

/// How many bytes of the text are this name, where it begins with it and the name ends there. Small words that are
/// names as well (will, may) keep their place: it must begin with a capital where the name does.
fn length_of(text: &str, name: &str) -> Option<usize> {
    let mut letters = text.char_indices();
    for (place, wanted) in name.chars().enumerate() {
        let (_, letter) = letters.next()?;
        let is_same = letter == wanted
            || (letter.to_lowercase().eq(wanted.to_lowercase()) && (place > 0 || letter.is_uppercase()));
        if !is_same {
            return None;
        }
    }
    match letters.next() {
        None => Some(text.len()),
        Some((at, next)) => (!next.is_alphanumeric()).then_some(at),
    }
}

/// Whether a lowercase text names this company, as words of their own. A name of two letters is in too much.
pub(super) fn holds_name(lowered: &str, name: &str) -> bool {
    let is_free = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    name.chars().count() > 2
        && lowered.match_indices(name).any(|(at, found)| {
            is_free(lowered[..at].chars().next_back()) && is_free(lowered[at + found.len()..].chars().next())
        })
}

/// The beginning of a text.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    let text = text.trim();
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn fields(first: &str, last: &str, company: &str) -> Map {
        let value = json!({"first_name": first, "last_name": last, "company": company});
        value.as_object().unwrap().clone()
    }

    #[test]
    fn names_addresses_links_and_telephones_are_masked_and_the_rest_stays() {
        let text = "Hi Ana,\n\nANA SILVA of Acme Ltd. wrote to ana@acme.example (+49 30 1234 5678), see https://acme.example/x.\n\
                    Anabel closed 12 books in 2026.";
        insta::assert_snapshot!(masked(text, &fields("Ana", "Silva", "Acme")), @r"
        Hi [first name],

        [first name] [last name] of [company] Ltd. wrote to [address] ([number]), see [link]
        Anabel closed 12 books in 2026.
        ");
    }

    #[test]
    fn a_word_that_is_a_name_as_well_stays_where_it_is_a_word() {
        assert_eq!(
            masked("Will you, Will? We will.", &fields("Will", "", "")),
            "[first name] you, [first name]? We will."
        );
    }

    #[test]
    fn a_company_is_named_by_whole_words_only() {
        assert!(holds_name("cfo of acme, a maker", "acme") && !holds_name("acmesoft", "acme"));
        assert!(!holds_name("an ag in bonn", "ag"));
    }

    proptest! {
        /// Whatever the text: an address of the name's never comes through, nor the name as a word.
        #[test]
        fn no_name_comes_through(before in "\\PC{0,20}", after in "[ ,.!]\\PC{0,20}") {
            let text = format!("{before} Zoltán{after} zoltan@x.example");
            let masked = masked(&text, &fields("Zoltán", "", ""));
            prop_assert!(!masked.contains("zoltan@x.example") && !masked.contains(" Zoltán"), "{}", masked);
        }
    }
}
