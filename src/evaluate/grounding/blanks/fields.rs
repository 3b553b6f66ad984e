//! Fields between signs: `%NAME%`, `$name`, `((name))`, `__NAME__` and their like.

use super::{Certainty, Found, Shape, head, near};

/// `%NAME%`, `%first name%`, `*|NAME|*`, `##name##`, `@@name@@`.
pub(super) fn between_signs(text: &str, at: usize) -> Found {
    let rest = &text[at..];
    let (open, close) =
        [("%", "%"), ("*|", "|*"), ("##", "##"), ("@@", "@@")].into_iter().find(|(open, _)| rest.starts_with(open))?;
    let inside = &rest[open.len()..];
    let end = head(inside).find(close)?;
    let name = &inside[..end];
    let part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':');
    let is_name = match open {
        "*|" => !name.trim().is_empty() && !name.contains('|'),
        "%" => name.chars().all(part) || is_words(name),
        _ => name.chars().all(part),
    };
    let is_name = is_name && name.chars().count() <= 60 && (open == "*|" || name.starts_with(char::is_alphabetic));
    // `caf%C3%A9` is a letter in an address.
    let is_name = is_name && !(open == "%" && name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_hexdigit()));
    // `100%organic%`: what follows a number is a percent sign.
    let is_percent = open == "%" && text[..at].trim_end().ends_with(|letter: char| letter.is_numeric());
    // Without spaces between words a percent sign may stand before anything.
    let is_certain = open != "%" || name.is_ascii() || !text[..at].ends_with(char::is_alphanumeric);
    let certainty = if is_certain { Certainty::Certain } else { Certainty::Possible };
    (is_name && !is_percent).then_some((open.len() + end + close.len(), Shape::Field, certainty))
}

/// Whether this is two or three words of letters, a space between two.
fn is_words(name: &str) -> bool {
    let mut words = name.split(' ');
    (2..=3).contains(&name.split(' ').count())
        && words.all(|word| !word.is_empty() && word.chars().all(char::is_alphabetic))
}

/// `$name`. In capitals it may be the sign of a share as well, or a currency.
pub(super) fn after_dollar(text: &str, at: usize) -> Found {
    let name = &text[at + 1..];
    let end = name.find(|letter: char| !(letter.is_alphanumeric() || letter == '_')).unwrap_or(name.len());
    let name = &name[..end];
    let is_name = name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
        && (2..=60).contains(&name.chars().count())
        // `$XX` is an amount to come.
        && !name.chars().all(|letter| letter == 'X')
        && !text[..at].ends_with(char::is_alphanumeric);
    let is_plain = name.chars().any(char::is_lowercase) || name.contains('_');
    let certainty = if is_plain { Certainty::Certain } else { Certainty::Possible };
    is_name.then_some((1 + end, Shape::Field, certainty))
}

/// `((name))`, `«First_Name»`. A hug is written so as well, and with spaces the latter is a quotation.
pub(super) fn between_pairs(rest: &str) -> Found {
    if let Some(inside) = rest.strip_prefix("((") {
        let end = near(inside, ')').filter(|end| inside[*end..].starts_with("))"))?;
        let name = &inside[..end];
        let is_name = is_words(name) || (name.chars().all(|c| c.is_alphabetic() || c == '_') && !name.is_empty());
        return is_name.then_some((end + 4, Shape::Field, Certainty::Possible));
    }
    let inside = rest.strip_prefix('\u{ab}')?;
    let end = near(inside, '\u{bb}')?;
    let name = &inside[..end];
    let is_camel = name.chars().zip(name.chars().skip(1)).any(|(one, next)| one.is_lowercase() && next.is_uppercase());
    let is_name = (name.contains('_') || is_camel)
        && name.starts_with(char::is_alphabetic)
        && name.chars().all(|letter| letter.is_alphabetic() || letter == '_');
    // A trade mark may be written so in a quotation.
    let certainty = if name.contains('_') { Certainty::Certain } else { Certainty::Possible };
    is_name.then_some((end + 2 * '\u{ab}'.len_utf8(), Shape::Field, certainty))
}

/// `__NAME__`, which in Markdown is bold as well.
pub(super) fn underlined(text: &str, at: usize) -> Found {
    let inside = text[at..].strip_prefix("__")?;
    let end = head(inside).find("__").filter(|end| *end > 0)?;
    let name = &inside[..end];
    let is_name = name.starts_with(|letter: char| letter.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        && !inside[end + 2..].starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
    let certainty = if name.contains('_') { Certainty::Certain } else { Certainty::Possible };
    is_name.then_some((end + 4, Shape::Field, certainty))
}
