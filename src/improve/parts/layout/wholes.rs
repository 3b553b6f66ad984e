//! Code fences and tables: runs of lines of which none is a block by itself, whatever it looks like.

use super::headings::sharp;
use super::{Line, unmarked};

/// Notes at the first line of every fence that closes, and of every table, which line comes after it.
pub(super) fn mark_wholes(lines: &mut [Line<'_>]) {
    let closing = closing_fences(lines);
    let mut at = 0;
    while at < lines.len() {
        let end = if closing[at] > at { closing[at] + 1 } else { table_end(lines, at) };
        if end > at {
            lines[at].whole = end;
        }
        at = end.max(at + 1);
    }
}

/// A run of three or more backticks or tildes at the beginning of a line.
#[derive(Clone, Copy)]
struct Fence<'t> {
    mark: u8,
    length: usize,
    /// What stands behind it: the name of a language, say.
    behind: &'t str,
}

fn fence(text: &str) -> Option<Fence<'_>> {
    let mark = *text.as_bytes().first().filter(|mark| matches!(mark, b'`' | b'~'))?;
    let length = text.bytes().take_while(|byte| *byte == mark).count();
    // Backticks further on make it code within a line.
    let behind = text[length..].trim();
    (length >= 3 && !(mark == b'`' && behind.contains('`'))).then_some(Fence { mark, length, behind })
}

/// For every line that may open a fence, as the text of an item too, the line that would close it: a run of the same
/// mark that is no shorter, with nothing behind it. 0 where none does.
fn closing_fences(lines: &[Line<'_>]) -> Vec<usize> {
    let mut found = vec![0; lines.len()];
    // The closing lines further on, the nearest last; one is hidden by a nearer one that is as long.
    let mut further: [Vec<(usize, usize)>; 2] = [Vec::new(), Vec::new()];
    for (at, line) in lines.iter().enumerate().rev() {
        let bare = line.bare();
        let (fence, is_item) = (fence(unmarked(bare).unwrap_or(bare)), unmarked(bare).is_some());
        let Some(fence) = fence else { continue };
        let further = &mut further[usize::from(fence.mark == b'~')];
        let longer = further.partition_point(|(length, _)| *length >= fence.length);
        if let Some((_, closing)) = longer.checked_sub(1).and_then(|nearest| further.get(nearest)) {
            found[at] = *closing;
        }
        if fence.behind.is_empty() && !is_item {
            further.truncate(further.partition_point(|(length, _)| *length > fence.length));
            further.push((fence.length, at));
        }
    }
    found
}

/// The line after a table that begins at a line; 0 where none does. A table has rows that begin with `|`, or a row of
/// dashes under its first.
fn table_end(lines: &[Line<'_>], at: usize) -> usize {
    let is_piped = |line: &Line<'_>| line.bare().starts_with('|');
    let piped = lines[at..].iter().take_while(|line| is_piped(line)).count();
    if piped >= 2 {
        return at + piped;
    }
    let is_row = |line: &Line<'_>| {
        let bare = line.bare();
        bare.contains('|') && unmarked(bare).is_none() && sharp(bare).is_none()
    };
    if !is_row(&lines[at]) || !lines.get(at + 1).is_some_and(|line| is_delimiter(line.bare())) {
        return 0;
    }
    at + 2 + lines[at + 2..].iter().take_while(|line| is_row(line)).count()
}

/// `--- | :---:`
fn is_delimiter(text: &str) -> bool {
    let is_dashes = |cell: &str| {
        let cell = cell.trim();
        let dashes = cell.strip_prefix(':').unwrap_or(cell);
        let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
        !dashes.is_empty() && dashes.bytes().all(|byte| byte == b'-')
    };
    let inside = text.strip_prefix('|').unwrap_or(text);
    let inside = inside.strip_suffix('|').unwrap_or(inside);
    text.contains('|') && inside.split('|').all(is_dashes)
}
