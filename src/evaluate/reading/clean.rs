//! What a model said, without what is no part of it: its thinking, the tokens of its template, a fence or chatter
//! around a message.
//!
//! All of it is recognised by form, in no particular language: by tags, fences, rules and the order of paragraphs. If
//! the parts of an answer are marked but it is unclear which of them is the message, it is asked for again. Chatter
//! that nothing marks stays: only somebody who understands it can tell it from the message, and the auditor of messages
//! that are kept does.

mod speech;
mod wrapped;

use std::borrow::Cow;

pub(super) use speech::speech;

use super::Unusable;

/// More than this is no remark around a message.
const REMARK: usize = 300;

/// More than this is no greeting.
const GREETING: usize = 60;

/// The message in what was said.
pub(super) fn message(speech: &str) -> Result<Cow<'_, str>, Unusable> {
    let text = wrapped::inside_element(inside_fence(speech)?)?;
    if wrapped::begins_with_thinking(text) {
        return Err(Unusable::Mixed);
    }
    if let Some(field) = wrapped::json(text)? {
        return message(&field).map(|message| Cow::Owned(message.into_owned()));
    }
    let text = between_rules(inside_fence(text)?)?;
    let text = inside_fence(text)?;
    let greeted = without_preamble(text);
    let text = if greeted.len() < text.len() { before_closing_rule(greeted) } else { text };
    Ok(Cow::Borrowed(unquoted(quoted_after_introduction(without_count(text)))))
}

/// The text inside of the one fence that stands around it, or around most of it, after a line that introduces it.
pub(super) fn inside_fence(text: &str) -> Result<&str, Unusable> {
    let text = text.trim();
    let fences: Vec<Line> = lines(text).filter(Line::is_fence).collect();
    let [first, last] = fences.as_slice() else {
        let begins = text.starts_with("```") || text.starts_with("~~~");
        // Several blocks, or one without an end: which of them is the message?
        return if begins { Err(Unusable::SeveralTexts) } else { Ok(text) };
    };
    let is_end = last.text == last.text.trim_end_matches(|c: char| !matches!(c, '`' | '~'));
    let (before, inside) = (text[..first.from].trim(), text[first.to..last.from].trim());
    let block = Block { before, inside, after: text[last.to..].trim() };
    Ok(if is_end && block.is_the_message() { inside } else { text })
}

/// The text between two rules (`---`), where what stands before the first introduces it.
fn between_rules(text: &str) -> Result<&str, Unusable> {
    let rules: Vec<Line> = lines(text).filter(Line::is_rule).collect();
    let Some(first) = rules.first() else { return Ok(text) };
    let before = text[..first.from].trim();
    if !before.is_empty() && !introduces(before) {
        return Ok(text);
    }
    let block = match rules.as_slice() {
        [_] => Block { before, inside: text[first.to..].trim(), after: "" },
        [_, last] => {
            let (inside, after) = (text[first.to..last.from].trim(), text[last.to..].trim());
            if !is_remark(after) {
                return Err(Unusable::SeveralTexts);
            }
            Block { before, inside, after }
        }
        _ => return Err(Unusable::SeveralTexts),
    };
    Ok(if block.is_the_message() { block.inside } else { text })
}

/// The text before a last rule, if the one paragraph after it is addressed to whoever asked, as a line before the
/// message was. What may be a footer stays.
fn before_closing_rule(text: &str) -> &str {
    let Some(rule) = lines(text).filter(Line::is_rule).last() else { return text };
    let (before, after) = (text[..rule.from].trim(), &text[rule.to..]);
    let is_apart = lines(after).next().is_some_and(|line| line.text.is_empty());
    let after = after.trim();
    let is_sentence = after.ends_with(['.', '!', '?', '\u{3002}', '\u{ff01}', '\u{ff1f}']) && !after.contains('\n');
    let low = after.to_lowercase();
    let is_footer = low.contains(['@', '/']) || low.contains(char::is_numeric) || after.contains("STOP");
    let is_footer = is_footer || ["unsubscribe", "opt out", "opt-out"].iter().any(|words| low.contains(words));
    let is_remark = is_apart && is_sentence && is_remark(after) && !is_footer;
    if is_remark && !before.is_empty() { before } else { text }
}

/// What a writer may count, in some languages.
const WORDS: [&str; 12] = [
    "word",
    "words",
    "w\u{f6}rter",
    "worte",
    "mots",
    "palabras",
    "parole",
    "palavras",
    "woorden",
    "ord",
    "s\u{142}\u{f3}w",
    "\u{5b57}",
];

/// The text without a last paragraph that counts its words, `(42 words)`.
fn without_count(text: &str) -> &str {
    let text = text.trim();
    let Some(last) = paragraphs(text).last().filter(|last| last.len() < text.len()) else { return text };
    let inside = last.trim_matches(['*', '_', '(', ')', '[', ']', '\u{ff08}', '\u{ff09}', ' ']).to_lowercase();
    let word = inside.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_count = word.len() < inside.len() && WORDS.contains(&word.trim_start());
    if is_count { text[..text.len() - last.len()].trim_end() } else { text }
}

/// A block, and what stands around it.
struct Block<'a> {
    before: &'a str,
    inside: &'a str,
    after: &'a str,
}

impl Block<'_> {
    /// Whether the block is what was asked for, and what stands around it is about it. A message may hold a block too,
    /// after a sentence that ends with a colon: then the block is a single paragraph, and shorter than the rest.
    fn is_the_message(&self) -> bool {
        let Block { before, inside, after } = self;
        let length = |text: &str| text.chars().count();
        let is_most = paragraphs(inside).nth(1).is_some() || length(inside) >= length(before) + length(after);
        (before.is_empty() || introduces(before)) && is_remark(after) && is_most
    }
}

/// The text without a line that introduces it. Such a line ends with a colon, and a greeting follows, which in a
/// message only a subject precedes. A greeting is recognised by its form: a short line that ends with a
/// comma and is a paragraph of its own. If the form does not tell, the text stays: a message too may begin with a line
/// that ends with a colon, and an auditor tells the two apart.
fn without_preamble(text: &str) -> &str {
    let mut all: Vec<&str> = paragraphs(text).take(4).collect();
    // The greeting may stand on the next line.
    let first = all.first().copied().unwrap_or_default();
    if let Some((line, greeting)) = first.split_once('\n').map(|(line, rest)| (line.trim_end(), rest.trim_start()))
        && introduces(line)
    {
        all.splice(..1, [line, greeting]);
    }
    let Some((first, rest)) = all.split_first() else { return text };
    let greeted = match rest {
        [greeting, _, ..] if is_greeting(greeting) => true,
        [subject, greeting, _] => has_inner_colon(subject) && is_greeting(greeting),
        _ => false,
    };
    // A line with a name before its own colon is a subject.
    if introduces(first) && !has_label(first) && greeted { text[first.len()..].trim_start() } else { text }
}

fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let mut blank = lines(rest).filter(|line| line.text.is_empty());
        let end = blank.next().map_or(rest.len(), |line| line.from);
        let paragraph = rest[..end].trim_end();
        rest = &rest[end..];
        Some(paragraph)
    })
}

fn is_greeting(paragraph: &str) -> bool {
    let is_short = paragraph.chars().count() <= GREETING && !paragraph.contains('\n');
    is_short && paragraph.ends_with([',', '\u{ff0c}', '\u{3001}', '\u{060c}'])
}

/// Whether this is one line that ends with a colon.
fn introduces(text: &str) -> bool {
    is_remark(text) && !text.contains('\n') && ends_with_colon(text)
}

fn has_label(line: &str) -> bool {
    has_inner_colon(line.trim_end_matches([':', '\u{ff1a}', '*', '_', ' ']))
}

fn has_inner_colon(line: &str) -> bool {
    line.find([':', '\u{ff1a}']).is_some_and(|at| at > 0 && !ends_with_colon(line))
}

fn ends_with_colon(text: &str) -> bool {
    text.trim_end_matches(['*', '_', ' ']).ends_with([':', '\u{ff1a}'])
}

/// Whether this is one short paragraph, or nothing.
fn is_remark(text: &str) -> bool {
    text.chars().count() <= REMARK && !text.lines().any(|line| line.trim().is_empty())
}

/// The text in quotation marks after a line that introduces it, if it has several paragraphs and nothing follows: a
/// message that quotes somebody goes on after it.
fn quoted_after_introduction(text: &str) -> &str {
    let Some(first) = paragraphs(text).next().filter(|first| introduces(first)) else { return text };
    let rest = text.trim_start()[first.len()..].trim();
    let inside = unquoted(rest);
    if inside.len() < rest.len() && paragraphs(inside).nth(1).is_some() { inside } else { text }
}

/// The text without the quotation marks that stand around all of it.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    for (open, close) in [('"', '"'), ('\u{201c}', '\u{201d}'), ('\u{201e}', '\u{201c}'), ('\u{ab}', '\u{bb}')] {
        let inside = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        if let Some(inside) = inside.filter(|inside| !inside.contains([open, close])) {
            return inside.trim();
        }
    }
    text
}

/// A line and where it stands, its end included.
struct Line<'a> {
    from: usize,
    to: usize,
    text: &'a str,
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut from = 0;
    text.split_inclusive('\n').map(move |line| {
        let begin = from;
        from += line.len();
        Line { from: begin, to: from, text: line.trim() }
    })
}

impl Line<'_> {
    /// A fence, with what it says about its contents.
    fn is_fence(&self) -> bool {
        let mark = ["```", "~~~"].into_iter().find(|mark| self.text.starts_with(mark));
        mark.is_some_and(|mark| !self.text.trim_start_matches(&mark[..1]).contains(['`', '~']) && self.text.len() <= 40)
    }

    /// A rule across the page.
    fn is_rule(&self) -> bool {
        let mark =
            self.text.chars().next().filter(|mark| matches!(mark, '-' | '*' | '_' | '=' | '\u{2014}' | '\u{2500}'));
        mark.is_some_and(|mark| self.text.chars().count() >= 3 && self.text.chars().all(|c| c == mark))
    }
}

#[cfg(test)]
#[path = "clean_tests.rs"]
mod tests;
