//! Telephone numbers, links, e-mail and postal addresses in a text.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::MentionKind;
use super::numbers::digit;

/// Something by which somebody can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Contact {
    /// Its bytes.
    pub range: Range<usize>,
    /// A telephone number, a link or an address.
    pub kind: MentionKind,
}

/// Digits of a telephone number.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// Digits in which two telephone numbers must agree to be the same, apart from the country's code.
const SAME_DIGITS: usize = 7;

/// What the text names, in order.
pub(super) fn contacts(text: &str) -> Vec<Contact> {
    let mut found: Vec<Contact> = Vec::new();
    let joins = |pair: &[u8]| pair[0] == b'@' || (pair[0] == b'.' && pair[1].is_ascii_alphanumeric()) || pair == b"//";
    if text.as_bytes().windows(2).any(joins) {
        found.extend(links(text));
    }
    if text.chars().filter(|letter| digit(*letter).is_some()).take(*PHONE_DIGITS.start()).count() >= 4 {
        for (kind, ranges) in [(MentionKind::Telephone, phones(text)), (MentionKind::Address, postcodes(text))] {
            for range in ranges {
                let overlaps = |other: &Contact| other.range.start < range.end && range.start < other.range.end;
                if !found.iter().any(overlaps) {
                    found.push(Contact { range, kind });
                }
            }
        }
    }
    found.sort_by_key(|contact| contact.range.start);
    found
}

fn links(text: &str) -> impl Iterator<Item = Contact> + '_ {
    // A bare domain without a path needs an ending that hardly follows a dot in a text: a space may be missing there.
    static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?x)
            (?-u:\b)(?i-u:https?://|www\.)[^\s<>()\[\]\x22\u{201d}\u{bb}]+
            | (?-u:\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
            | (?-u:\b(?:[A-Za-z0-9-]+\.)+
                (?i:com|org|net|io|ai|app|dev|eu|info|biz|co|co\.uk|de|fr|es|nl|uk|ch|pl|jp|us|ca|au|br|se|dk|fi|cz)\b)
              (?:/[^\s<>()\[\]\x22]*)?
            | (?-u:\b(?:[A-Za-z0-9-]+\.)+
                (?:xyz|shop|store|online|tech|site|cloud|agency|studio|me|tv|cc|gg|ly|gl|it|be|at|pt|ie|lu|li|gr|hu|ro
                |bg|sk|lt|lv|ee|cy|mt|ua|ru|tr|ae|za|ke|ng|nz|kr|cn|tw|hk|sg|th|ph|vn|mx|ar|cl|uy|pe)\b)
              (?:/[^\s<>()\[\]\x22]*)?
            | (?-u:\b(?:[A-Za-z0-9-]+\.)+[a-z]{2,}/[\w~%-])[^\s<>()\[\]\x22]*",
        )
        .ok()
    });
    let matches = LINK.iter().flat_map(move |link| link.find_iter(text));
    matches.map(|found| {
        let trimmed = found.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '\u{2019}']);
        Contact { range: found.start()..found.start() + trimmed.len(), kind: MentionKind::Link }
    })
}

fn phones(text: &str) -> Vec<Range<usize>> {
    static PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        // Digits of full width as well; any other script writes telephone numbers in these.
        let digits = r"0-9\u{ff10}-\u{ff19}";
        let between = r" \u{a0}()./\u{2010}-\u{2013}-";
        Regex::new(&format!(r"[+(\u{{ff0b}}]{{0,2}}[{digits}][{digits}{between}]{{5,28}}[{digits}]")).ok()
    });
    static DATE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}").ok());
    static AMERICAN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^\(?[0-9]{3}\)?[ .-]{1,2}[0-9]{3}[ .-][0-9]{4}$").ok());
    let (Some(phone), Some(date), Some(american)) = (&*PHONE, &*DATE, &*AMERICAN) else { return Vec::new() };
    let is_phone = |found: &str| {
        let decimal = found.starts_with('0') && found[1..].starts_with(['.', ',']);
        let calls = found.starts_with(['+', '(', '\u{ff0b}'])
            || found.chars().next().and_then(digit) == Some(0)
            || american.is_match(found);
        calls && !decimal && !date.is_match(found) && PHONE_DIGITS.contains(&digits(found).len())
    };
    phone
        .find_iter(text)
        .filter(|found| !text[..found.start()].ends_with(|letter: char| letter.is_alphanumeric() || letter == '.'))
        .filter(|found| is_phone(found.as_str()))
        .map(|found| found.range())
        .collect()
}

/// Codes of post: British, Dutch, Japanese; and five digits before the name of a place.
fn postcodes(text: &str) -> Vec<Range<usize>> {
    static CODE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?x)
            (?-u:\b[A-Z]{1,2}[0-9][A-Z0-9]?[\ ][0-9][A-Z]{2}\b)
            | (?-u:\b[0-9]{4}[\ ][A-Z]{2}\b)
            | \u{3012}[\ ]?[0-9]{3}-?[0-9]{4}
            | (?-u:\b)[0-9]{5}[\ ]\p{Lu}\p{Ll}+",
        )
        .ok()
    });
    CODE.iter().flat_map(|code| code.find_iter(text)).map(|found| found.range()).collect()
}

fn digits(text: &str) -> String {
    text.chars().filter_map(digit).filter_map(|value| char::from_digit(value, 10)).collect()
}

/// Whether a telephone number stands in a text, with or without the code of its country.
pub(super) fn names_phone(text: &str, phone: &str) -> bool {
    let wanted = digits(phone);
    let national = wanted.trim_start_matches('0');
    phones(text).into_iter().any(|range| {
        let other = digits(&text[range]);
        let other = other.trim_start_matches('0');
        let (short, long) = if national.len() < other.len() { (national, other) } else { (other, national) };
        short.len() >= SAME_DIGITS && (long.ends_with(short) || national_part(long).is_some_and(|part| part == short))
    })
}

/// A number with the code of its country and a zero in brackets: `44 (0)114 ...`.
fn national_part(digits: &str) -> Option<&str> {
    (1..=3).filter_map(|code| digits.get(code..)).find_map(|rest| rest.strip_prefix('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, MentionKind)> {
        contacts(text).into_iter().map(|contact| (&text[contact.range], contact.kind)).collect()
    }

    #[test]
    fn telephone_numbers_links_and_addresses_are_found() {
        let text = "Ruth, 0114 496 0123 or +44 (0)114 496 0123, ruth@kestrel.co.uk, calendly.com/ruth. Kestrel, \
            Sheffield S11 8PR; \
                    79098 Freiburg; (415) 555-0100; https://x.org/a?b=1!";
        let expected = [
            ("0114 496 0123", MentionKind::Telephone),
            ("+44 (0)114 496 0123", MentionKind::Telephone),
            ("ruth@kestrel.co.uk", MentionKind::Link),
            ("calendly.com/ruth", MentionKind::Link),
            ("S11 8PR", MentionKind::Address),
            ("79098 Freiburg", MentionKind::Address),
            ("(415) 555-0100", MentionKind::Telephone),
            ("https://x.org/a?b=1", MentionKind::Link),
        ];
        assert_eq!(found(text), expected);
    }

    #[test]
    fn numbers_dates_and_sentences_are_none_of_them() {
        let text = "On 03.11.2026 at 9:30 we had 1 200 000 words, 0.1234567 of all, 2026-11-03. Then.Next e.g. this \
            z.B. das. 12 300 450";
        assert_eq!(found(text), []);
        assert_eq!(found("Fr\u{fc}h.Das geht. And/or per kWh/Std./Tag, e.g./i.e. 1.5/2"), []);
    }

    #[test]
    fn a_domain_is_a_link_whatever_its_ending() {
        for link in ["kestrel.xyz", "kestrel.shop/a", "bit.ly/3xY", "calend.link/ruth", "kestrel.me", "www.kestrel.uk"]
        {
            assert_eq!(found(&format!("See {link}, please.")), [(link, MentionKind::Link)]);
        }
    }

    #[test]
    fn a_telephone_number_is_the_same_in_every_notation() {
        let orders = "Sign with: Ruth Kestrel, tel. 0114 496 0123";
        for phone in ["0114 4960123", "+44 114 496 0123", "+44 (0)114 496 0123", "0114-496-0123"] {
            assert!(names_phone(orders, phone), "{phone}");
        }
        assert!(!names_phone(orders, "0114 496 0124") && !names_phone("no number", "0114 496 0123"));
    }
}
