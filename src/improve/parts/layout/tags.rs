//! Tags that stand on lines of their own, and what closes them.

use super::Line;

/// Tags that may be open in one another.
const MOST_OPEN: usize = 200;

/// For every line with a tag the line that closes it, or that it closes, plus one; 0 where it stands alone. What stands
/// in a code fence or a table is no tag.
pub(super) fn closings(lines: &[Line<'_>]) -> Vec<usize> {
    let mut pairs = vec![0; lines.len()];
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut whole = 0;
    for (at, line) in lines.iter().enumerate() {
        whole = whole.max(line.whole);
        if at < whole {
            continue;
        }
        match tag(line.bare()) {
            Some((name, false)) if open.len() < MOST_OPEN => open.push((name, at)),
            Some((name, true)) => {
                if let Some(found) = open.iter().rposition(|(tag, _)| *tag == name) {
                    let opened = open[found].1;
                    (pairs[opened], pairs[at]) = (at + 1, opened + 1);
                    open.truncate(found);
                }
            }
            _ => {}
        }
    }
    pairs
}

/// The name of a tag that is all of a line, and whether it closes.
pub(super) fn tag(text: &str) -> Option<(&str, bool)> {
    let inside = text.strip_prefix('<')?.strip_suffix('>')?;
    let (inside, closes) = inside.strip_prefix('/').map_or((inside, false), |name| (name, true));
    let name = inside.split_whitespace().next()?;
    let is_name = name.len() <= 60
        && name.starts_with(char::is_alphabetic)
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && inside.len() <= 200
        && !inside.contains(['<', '>']);
    is_name.then_some((name, closes))
}
