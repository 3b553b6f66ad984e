//! Figures that are written in digits.

use super::figures::{Figure, Unit, following_unit};
use super::fold::{EURO, POUND};

/// The figures of a folded text in lower case that are written in digits.
pub(super) fn in_digits(low: &str) -> Vec<Figure> {
    let bytes = low.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = digits_end(bytes, at);
        if at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'_' | b'@' | b'.')) {
            at = end;
            continue;
        }
        let (figure, next) = digit_figure(low, at, end);
        found.extend(figure);
        at = next;
    }
    found
}

fn digits_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len()
        && (bytes[at].is_ascii_digit()
            || (matches!(bytes[at], b',' | b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)))
    {
        at += 1;
    }
    at
}

/// `1,200` is twelve hundred, and `2,5` two and a half.
fn number(text: &str) -> Option<f64> {
    let thousands = text.split(',').skip(1).all(|part| part.split('.').next().is_some_and(|part| part.len() == 3));
    let plain = if thousands { text.replace(',', "") } else { text.replacen(',', ".", 1) };
    plain.parse().ok()
}

/// A factor behind the digits: `20k`, `$1.2m`, `3 million`.
fn scale(low: &str, at: usize, money: bool) -> (f64, usize) {
    let rest = &low[at..];
    let word: &str = &rest[..rest.bytes().take_while(u8::is_ascii_alphabetic).count()];
    match word {
        "k" => return (1e3, at + 1),
        "m" | "mm" if money => return (1e6, at + word.len()),
        "bn" => return (1e9, at + 2),
        "b" if money => return (1e9, at + 1),
        _ => {}
    }
    let spaced = rest.strip_prefix(' ').unwrap_or("");
    for (name, factor) in [("thousand", 1e3), ("million", 1e6), ("billion", 1e9), ("hundred", 1e2)] {
        if spaced.starts_with(name) {
            return (factor, at + 1 + name.len());
        }
    }
    (1.0, at)
}

fn digit_figure(low: &str, start: usize, digits: usize) -> (Option<Figure>, usize) {
    let bytes = low.as_bytes();
    let is_currency = |byte: u8| matches!(byte, b'$' | POUND | EURO);
    let before = start.checked_sub(1).map(|at| bytes[at]);
    let money = before.is_some_and(is_currency);
    let Some(value) = number(&low[start..digits]) else { return (None, digits) };
    let (factor, mut end) = scale(low, digits, money);
    let mut value = value * factor;
    let mut high = value;
    // Dates, times of day and the like: 10:30, 24/7, 3rd, 2 pm, 555-0100.
    let joined = |at: usize| {
        bytes.get(at).is_some_and(|byte| matches!(byte, b':' | b'/'))
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    };
    if joined(end) || before == Some(b'/') || before == Some(b':') || is_ordinal(low, end) || is_clock(low, end) {
        return (None, skip_joined(bytes, end));
    }
    let mut seen_percent = false;
    if bytes.get(end) == Some(&b'%') {
        seen_percent = true;
        end += 1;
    }
    if bytes.get(end) == Some(&b'+') {
        end += 1;
    }
    // A range: 60-70, 10 to 2,000.
    let rest = &low[end..];
    for joint in ["-", " - ", " to ", " or ", "-to-"] {
        let Some(after) = rest.strip_prefix(joint) else { continue };
        // `From 3 to 4` tells of a change and has two figures.
        if joint == " to " && low[..start].trim_end_matches(['$', '\u{2}', '\u{3}']).ends_with("from ") {
            break;
        }
        let skip = usize::from(after.bytes().next().is_some_and(is_currency));
        let from = end + joint.len() + skip;
        if bytes.get(from).is_some_and(u8::is_ascii_digit) {
            let to = digits_end(bytes, from);
            if let Some(upper) = number(&low[from..to]) {
                let (factor, to) = scale(low, to, money);
                if is_clock(low, to) {
                    return (None, to);
                }
                high = upper * factor;
                end = to;
                if bytes.get(end) == Some(&b'%') {
                    seen_percent = true;
                    end += 1;
                }
                if bytes.get(end) == Some(&b'+') {
                    end += 1;
                }
            }
        }
        break;
    }
    let (mut unit, mut minutes) = (Unit::Bare, false);
    if money {
        unit = Unit::Money;
    } else if seen_percent {
        unit = Unit::Percent;
    } else if let Some((found, hours, to)) = following_unit(low, end) {
        unit = found;
        if found == Unit::Money {
            value *= hours;
            high *= hours;
        }
        if found == Unit::Time {
            minutes = hours < 1.0;
            value *= hours;
            high *= hours;
        }
        end = to;
    }
    let start = if money { start - 1 } else { start };
    (Some(Figure { start, end, value, high, unit, in_words: false, minutes }), end)
}

fn skip_joined(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b':' | b'/' | b'-' | b'.')) {
        at += 1;
    }
    at
}

fn is_ordinal(low: &str, at: usize) -> bool {
    let word: String = low[at..].chars().take_while(char::is_ascii_alphabetic).collect();
    matches!(word.as_str(), "st" | "nd" | "rd" | "th")
}

fn is_clock(low: &str, at: usize) -> bool {
    let rest = low[at..].trim_start_matches(' ');
    let word: String = rest.chars().take_while(|c| c.is_ascii_alphabetic() || *c == '.').collect();
    let word = word.trim_end_matches('.');
    matches!(
        word,
        "am" | "pm"
            | "a.m"
            | "p.m"
            | "est"
            | "pst"
            | "cst"
            | "cet"
            | "gmt"
            | "utc"
            | "et"
            | "pt"
            | "ct"
            | "bst"
            | "o'clock"
    )
}
