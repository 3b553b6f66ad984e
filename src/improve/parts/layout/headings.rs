//! Which lines are headings, and what they name.

use unicode_width::UnicodeWidthStr;

use super::{ends_a_sentence, ends_in_colon, is_labelled};

/// Columns of the widest line that is still a heading.
const WIDEST_HEADING: usize = 120;

/// `## Name ##`: level and name.
pub(super) fn sharp(text: &str) -> Option<(usize, String)> {
    let level = text.bytes().take_while(|byte| *byte == b'#').count();
    let name = &text[level..];
    let is_heading = (1..=6).contains(&level) && name.starts_with(char::is_whitespace) && !name.trim().is_empty();
    is_heading.then(|| (level, plain(name.trim_end_matches('#'))))
}

/// The name that a line gives which is bold from end to end, or marked as Japanese headings are: `【…】`, `■…`.
pub(super) fn bold(text: &str) -> Option<String> {
    let marked =
        text.strip_prefix('【').and_then(|rest| rest.strip_suffix('】')).or_else(|| text.strip_prefix(['■', '◆']));
    if let Some(name) = marked.filter(|name| is_title(name)) {
        return Some(plain(name));
    }
    let inside = |mark: &str| {
        let text = text.trim_end_matches([':', '：']);
        text.strip_prefix(mark)?.strip_suffix(mark).filter(|inside| !inside.contains(mark))
    };
    let inside = inside("**").or_else(|| inside("__"))?;
    is_title(inside).then(|| plain(inside))
}

/// The name that a line of capitals gives.
pub(super) fn capitals(text: &str) -> Option<String> {
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    let is_name = letters().nth(2).is_some() && letters().all(char::is_uppercase) && !is_labelled(text);
    (is_name && is_title(text.trim_end_matches([':', '：']))).then(|| plain(text))
}

/// The name that a line gives which ends in a colon.
pub(super) fn before_colon(text: &str) -> Option<String> {
    (ends_in_colon(text) && text.width() <= WIDEST_HEADING).then(|| plain(text))
}

/// A name without the marks around it.
pub(super) fn plain(name: &str) -> String {
    name.trim().trim_matches(['*', '_']).trim_end_matches([':', '：']).trim().to_owned()
}

pub(super) fn is_title(text: &str) -> bool {
    !text.trim().is_empty() && text.width() <= WIDEST_HEADING && !ends_a_sentence(text)
}
