//! The blocks of a text, by its layout alone: headings, tags, items of lists with all that belongs to them, lines and
//! wrapped paragraphs. Laid end to end the blocks are the text, character for character.

mod headings;
mod tags;
mod wholes;

use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use headings::{before_colon, bold, capitals, is_title, plain, sharp};
use tags::{closings, tag};
use wholes::mark_wholes;

use crate::improve::fold::segments;

/// One block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its bytes, the blank lines after it included; of the first block also those before it.
    pub span: Range<usize>,
    /// Its bytes without them and without the white space before its first line.
    pub content: Range<usize>,
    /// What it looks like.
    pub shape: Shape,
    /// The nearest heading or opening tag over it, by its place among the blocks.
    pub under: Option<usize>,
}

/// What a block looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The name of what follows.
    Heading {
        /// Headings of a higher level stand under those of a lower one.
        level: usize,
        /// Without its marks.
        name: String,
    },
    /// `<name>`, alone on its line, which a later line closes.
    Opens(String),
    /// The line that closes it, with the place of the block that opens it.
    Closes(usize),
    /// An item of a list, with the lines that belong to it.
    Item,
    /// A line, or a paragraph that was wrapped.
    Text,
}

impl Block {
    /// Whether it says something, and is no mere name of what follows.
    #[must_use]
    pub fn is_content(&self) -> bool {
        matches!(self.shape, Shape::Item | Shape::Text)
    }
}

/// Levels of headings that no `#` gives: bold or capital lines, lines before a list, items over deeper items.
const BOLD: usize = 7;
const BEFORE_LIST: usize = 8;
const ITEM: usize = 9;
/// Columns between which a text is wrapped by whoever wraps it.
const WRAPPED: std::ops::RangeInclusive<usize> = 50..=160;
/// Lines of a wrapped paragraph at most.
const MOST_LINES: usize = 60;

/// A line without its end.
#[derive(Clone, Copy)]
struct Line<'t> {
    start: usize,
    /// Without white space at its end.
    text: &'t str,
    indent: usize,
    /// The line after the code fence or the table that begins here; 0 where none does.
    whole: usize,
}

impl<'t> Line<'t> {
    fn bare(&self) -> &'t str {
        self.text.trim_start()
    }

    fn is_blank(&self) -> bool {
        self.bare().is_empty()
    }
}

/// Takes a text apart.
#[must_use]
pub fn blocks(text: &str) -> Vec<Block> {
    let lines = lines(text);
    let mut found: Vec<(Line<'_>, usize, Shape)> = Vec::new();
    let closings = closings(&lines);
    let mut at = 0;
    while at < lines.len() {
        if lines[at].is_blank() || is_rule(lines[at].bare()) {
            at += 1;
            continue;
        }
        let (shape, next) = block(&lines, at, &closings);
        let last = lines[next - 1];
        found.push((lines[at], last.start + last.text.len(), shape));
        at = next;
    }
    let ends: Vec<usize> = found.iter().skip(1).map(|(line, ..)| line.start).chain([text.len()]).collect();
    let mut blocks: Vec<Block> = Vec::with_capacity(found.len());
    let mut open: Vec<Open> = Vec::new();
    for (place, ((line, last, mut shape), end)) in found.into_iter().zip(ends).enumerate() {
        match &mut shape {
            Shape::Heading { level, .. } => close(&mut open, *level),
            Shape::Item => close(&mut open, item_level(line.bare(), line.indent)),
            Shape::Text => close(&mut open, BEFORE_LIST),
            Shape::Closes(opened) => {
                close(&mut open, 0);
                *opened = open.pop().map_or(place, |tag| tag.place);
            }
            Shape::Opens(_) => {}
        }
        let under = open.last().map(|over| over.place);
        match &shape {
            Shape::Heading { level, .. } => open.push(Open { level: Some(*level), place }),
            Shape::Opens(_) => open.push(Open { level: None, place }),
            _ => {}
        }
        let start = if place == 0 { 0 } else { line.start };
        let content = line.start + line.text.len() - line.bare().len()..last;
        blocks.push(Block { span: start..end, content, shape, under });
    }
    blocks
}

/// A heading with its level, or a tag, under which what comes next stands.
struct Open {
    level: Option<usize>,
    place: usize,
}

/// Closes the headings of this level and of higher ones, up to the tag that they stand in.
fn close(open: &mut Vec<Open>, level: usize) {
    while open.last().is_some_and(|over| over.level.is_some_and(|depth| depth >= level)) {
        open.pop();
    }
}

/// Whether a text holds a code fence or a table, which has no sentences.
#[must_use]
pub fn has_wholes(text: &str) -> bool {
    lines(text).iter().any(|line| line.whole > 0)
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut lines: Vec<Line<'_>> = text
        .split_inclusive('\n')
        .map(|whole| {
            let line = Line { start, text: whole.trim_end(), indent: indent(whole), whole: 0 };
            start += whole.len();
            line
        })
        .collect();
    mark_wholes(&mut lines);
    lines
}

/// The level that an item has as a heading: a number is over the marks in the same column.
fn item_level(text: &str, indent: usize) -> usize {
    let is_numbered = text.starts_with(|c: char| c.is_numeric());
    ITEM + 2 * indent + usize::from(!is_numbered)
}

/// The name that a number gives to the marks after it in its own column: `1. Research`.
fn topic(text: &str, in_column: bool) -> Option<String> {
    (in_column && is_title(text)).then(|| plain(text))
}

/// Columns before the first letter; a tab counts four.
fn indent(line: &str) -> usize {
    let space = line.chars().take_while(|c| c.is_whitespace() && *c != '\n');
    space.map(|c| if c == '\t' { 4 } else { 1 }).sum()
}

/// The block that begins at a line, and the line after it.
fn block(lines: &[Line<'_>], at: usize, closings: &[usize]) -> (Shape, usize) {
    let line = lines[at];
    let bare = line.bare();
    if line.whole > 0 && !is_item(&line) {
        return (Shape::Text, line.whole);
    }
    if let Some((name, closes)) = tag(bare) {
        if !closes && closings[at] > 0 {
            return (Shape::Opens(name.to_owned()), at + 1);
        }
        if closes && closings[at] > 0 {
            return (Shape::Closes(0), at + 1);
        }
    }
    if let Some((level, name)) = sharp(bare) {
        return (Shape::Heading { level, name }, at + 1);
    }
    if let Some(rest) = unmarked(bare) {
        let level = item_level(bare, line.indent);
        let next = next_line(lines, at + 1).filter(|next| is_item(next));
        let is_over = |next: &&Line<'_>| item_level(next.bare(), next.indent) > level;
        if let Some(next) = next.filter(is_over)
            && let Some(name) =
                bold(rest).or_else(|| before_colon(rest)).or_else(|| topic(rest, line.indent == next.indent))
        {
            return (Shape::Heading { level, name }, at + 1);
        }
        return (Shape::Item, item_end(lines, at));
    }
    let under = lines.get(at + 1).map(Line::bare).unwrap_or_default();
    if under.len() >= 3 && (under.bytes().all(|b| b == b'=') || under.bytes().all(|b| b == b'-')) && is_title(bare) {
        let level = if under.starts_with('=') { 1 } else { 2 };
        return (Shape::Heading { level, name: bare.to_owned() }, at + 2);
    }
    let next = next_line(lines, at + 1);
    if next.is_some()
        && let Some(name) = bold(bare).or_else(|| capitals(bare))
    {
        return (Shape::Heading { level: BOLD, name }, at + 1);
    }
    if next.is_some_and(is_item)
        && let Some(name) = before_colon(bare)
    {
        return (Shape::Heading { level: BEFORE_LIST, name }, at + 1);
    }
    (Shape::Text, text_end(lines, at))
}

/// The first line from there on that is not blank.
fn next_line<'l, 't>(lines: &'l [Line<'t>], from: usize) -> Option<&'l Line<'t>> {
    lines.get(from..)?.iter().find(|line| !line.is_blank())
}

/// Whether a line cannot go on with what stands before it.
fn begins(line: &Line<'_>) -> bool {
    let bare = line.bare();
    line.is_blank()
        || is_rule(bare)
        || is_item(line)
        || sharp(bare).is_some()
        || tag(bare).is_some()
        || line.whole > 0
        || bare.starts_with("```")
        || bare.starts_with("~~~")
        || bold(bare).is_some()
        || capitals(bare).is_some()
}

/// The line after an item: what is deeper belongs to it, after blank lines too, and so does a line that goes on with
/// it.
fn item_end(lines: &[Line<'_>], at: usize) -> usize {
    let indent = lines[at].indent;
    let mut end = lines[at].whole.max(at + 1);
    let mut next = end;
    while let Some(line) = lines.get(next) {
        let follows = next == end;
        if line.is_blank() {
            next += 1;
            continue;
        }
        let is_deeper = line.indent > indent && tag(line.bare()).is_none() && sharp(line.bare()).is_none();
        let before = &lines[next - 1];
        let goes_on =
            follows && !begins(line) && !ends_a_sentence(before.text) && wraps(before, line, line_width(before));
        if !(is_deeper || goes_on) {
            break;
        }
        next = line.whole.max(next + 1);
        end = next;
    }
    end
}

/// The line after a paragraph that was wrapped, or after a line by itself.
fn text_end(lines: &[Line<'_>], mut at: usize) -> usize {
    // What a colon announces on the next line belongs to it.
    while ends_in_colon(lines[at].text) {
        if let Some(announced) = lines.get(at + 1).filter(|line| line.whole > 0 && !is_item(line)) {
            return announced.whole;
        }
        if lines.get(at + 1).is_none_or(begins) {
            break;
        }
        at += 1;
    }
    let count = lines[at + 1..].iter().take(MOST_LINES - 1).take_while(|line| !begins(line)).count();
    let mut run = &lines[at..=at + count];
    // A line before a list is its heading.
    let last = run[run.len() - 1].bare();
    if count > 0 && lines.get(at + run.len()).is_some_and(is_item) && before_colon(last).is_some() {
        run = &run[..count];
    }
    if is_wrapped(run) {
        return at + run.len();
    }
    // Where a small letter shows that a line goes on, others do whose sentence has not ended.
    let goes_on = |two: &[Line<'_>]| !ends_a_sentence(two[0].text) && two[1].bare().starts_with(char::is_lowercase);
    let is_prose = run[0].bare().starts_with(char::is_uppercase) && run.windows(2).any(goes_on);
    let ends = |two: &[Line<'_>]| ends_a_sentence(two[0].text) || is_labelled(two[1].bare());
    let more = if is_prose { run.windows(2).position(ends).unwrap_or(run.len() - 1) } else { 0 };
    at + 1 + more
}

/// Whether lines are one text that was wrapped at some column: no line could have taken the first word of the next.
fn is_wrapped(run: &[Line<'_>]) -> bool {
    let widest = run.iter().map(line_width).max().unwrap_or_default();
    let Some((_, before)) = run.split_last().filter(|(_, before)| !before.is_empty()) else { return false };
    WRAPPED.contains(&widest)
        && before.iter().any(|line| !ends_a_sentence(line.text))
        && !run.iter().all(|line| is_labelled(line.bare()))
        && run.windows(2).all(|two| wraps(&two[0], &two[1], widest))
}

/// Whether a line of a text that is so wide had no room for the first word of the next.
fn wraps(line: &Line<'_>, next: &Line<'_>, widest: usize) -> bool {
    let text = next.bare();
    let word = text.split_whitespace().next().unwrap_or_default();
    // Without spaces a line may end after any letter.
    let first = segments(word).first().map_or(word.width(), |first| word[..first.span.end].width());
    let is_spaced = word.len() < text.len() || word.is_ascii();
    let room = if is_spaced { 1 + word.width() } else { first };
    WRAPPED.contains(&widest) && line_width(line) + room > widest && !ends_in_colon(line.text)
}

fn line_width(line: &Line<'_>) -> usize {
    line.text.width()
}

/// `Key: value`, the key short.
fn is_labelled(text: &str) -> bool {
    let Some(at) = text.find([':', '：']) else { return false };
    let (key, rest) = text.split_at(at);
    !key.is_empty()
        && key.width() <= 30
        && key.split_whitespace().count() <= 4
        && rest.chars().nth(1).is_some_and(char::is_whitespace)
        && !rest.trim_matches([':', '：', ' ']).is_empty()
}

fn ends_in_colon(text: &str) -> bool {
    text.ends_with([':', '：'])
}

/// Whether a text ends as a sentence does, in whatever script; closing quotes and brackets after the mark are forgiven.
#[must_use]
pub(in crate::improve) fn ends_a_sentence(text: &str) -> bool {
    let text = text.trim_end().trim_end_matches(['"', '\'', '”', '’', '»', '“', ')', ']', '」', '』', '）', '*', '_']);
    text.ends_with([
        '.', '!', '?', '…', '。', '！', '？', '．', '｡', '।', '؟', '۔', '։', '။', '។', ':', '：', ';', '；',
    ])
}

/// Three or more of `-`, `*`, `_` or `=`: a rule across the page.
fn is_rule(text: &str) -> bool {
    ['-', '*', '_', '='].iter().any(|mark| text.len() >= 3 && text.chars().all(|c| c == *mark))
}

fn is_item(line: &Line<'_>) -> bool {
    unmarked(line.bare()).is_some()
}

/// What stands behind the mark of an item: `- x`, `1. x`, `(2) x`, `a) x`, `①x`.
#[must_use]
pub fn unmarked(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    let after = match first {
        '-' | '*' | '+' | '•' | '‣' | '◦' | '▪' | '●' | '–' | '—' | '→' | '➤' | '✓' | '✔' | '✅' | '❌' | '✗' => {
            &text[first.len_utf8()..]
        }
        // These need no space after them.
        '・' | '①'..='⑳' => return Some(text[first.len_utf8()..].trim_start()).filter(|rest| !rest.is_empty()),
        _ => {
            let inside = text.strip_prefix(['(', '（']).unwrap_or(text);
            let number = inside.find(|c: char| !c.is_numeric()).unwrap_or(inside.len());
            let letter = inside.chars().next().filter(|c| number == 0 && c.is_lowercase()).map_or(0, char::len_utf8);
            let rest = &inside[number + letter..];
            let close = rest.chars().next()?;
            let is_mark = match close {
                ')' | '）' => true,
                '.' | '．' | '、' => number > 0 && inside.len() == text.len(),
                _ => false,
            };
            if number + letter == 0 || number > 9 || !is_mark {
                return None;
            }
            let rest = &rest[close.len_utf8()..];
            if matches!(close, '）' | '．' | '、') {
                return Some(rest.trim_start()).filter(|rest| !rest.is_empty());
            }
            rest
        }
    };
    (after.starts_with(char::is_whitespace) && !after.trim().is_empty()).then(|| after.trim_start())
}

#[cfg(test)]
mod tests;
