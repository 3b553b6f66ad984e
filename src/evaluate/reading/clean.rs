//! What a model said, without what is no part of it: its thinking, the tokens of its template, a fence or chatter
//! around a message.
//!
//! All of it is recognised by form, in no particular language: by tags, fences, rules and the order of paragraphs. If
//! the parts of an answer are marked but it is unclear which of them is the message, it is asked for again. Chatter
//! that nothing marks stays: only somebody who understands it can tell it from the message, and the auditor of messages
//! that are kept does.

use super::Unusable;

/// Names of tags around thinking.
const THINKING: [&str; 6] = ["think", "thinking", "thought", "reasoning", "reflection", "seed:think"];

/// Where a turn ends, beside `<|...|>` of any name.
const ENDS: [&str; 5] =
    ["</s>", "<eos>", "<end_of_turn>", "[/INST]", "<\u{ff5c}end\u{2581}of\u{2581}sentence\u{ff5c}>"];

/// Where one begins.
const BEGINNINGS: [&str; 4] = ["<s>", "<bos>", "<start_of_turn>", "<\u{ff5c}Assistant\u{ff5c}>"];

/// Who speaks, as templates name it.
const SPEAKERS: [&str; 2] = ["assistant", "model"];

/// More than this is no remark around a message.
const REMARK: usize = 300;

/// More than this is no greeting.
const GREETING: usize = 60;

/// The text after the thinking and without template tokens, trimmed.
pub(super) fn speech(text: &str) -> Result<&str, Unusable> {
    let text = text.trim();
    if !text.contains(['<', '[', '\u{25c1}']) && !text.starts_with("analysis") {
        return Ok(text);
    }
    let text = final_channel(text)?;
    let text = after_thinking(without_beginning(text))?;
    let text = without_beginning(text);
    Ok(text[..end_of_turn(text)].trim())
}

/// The message in what was said.
pub(super) fn message(speech: &str) -> Result<&str, Unusable> {
    let text = between_rules(inside_fence(speech)?)?;
    Ok(unquoted(quoted_after_introduction(without_preamble(inside_fence(text)?))))
}

/// The text in harmony's final channel, if there are channels.
fn final_channel(text: &str) -> Result<&str, Unusable> {
    const CHANNEL: &str = "<|channel|>";
    const MESSAGE: &str = "<|message|>";
    if text.contains(CHANNEL) {
        let last = text.rmatch_indices(CHANNEL).find_map(|(at, _)| {
            let rest = text[at + CHANNEL.len()..].trim_start();
            rest.starts_with("final").then(|| rest.split_once(MESSAGE).map(|(_, message)| message)).flatten()
        });
        return last.map(str::trim).ok_or(Unusable::OnlyThinking);
    }
    // The same if a server has stripped the tokens.
    match text.rsplit_once("assistantfinal") {
        Some((before, last)) if before.starts_with("analysis") => Ok(last.trim()),
        _ => Ok(text),
    }
}

/// The text after its thinking: all tags come before it.
fn after_thinking(text: &str) -> Result<&str, Unusable> {
    let tags = tags(text);
    let Some(last) = tags.iter().rev().find(|tag| tag.closes) else {
        // Thinking without an end is all that there is; a tag further on may be anything.
        return match tags.first() {
            None => Ok(text),
            Some(tag) if text[..tag.from].trim().is_empty() => Err(Unusable::OnlyThinking),
            Some(_) => Err(Unusable::Mixed),
        };
    };
    if tags.iter().any(|tag| tag.from > last.from) {
        return Err(Unusable::Mixed);
    }
    // Text outside of the thinking, before its end: where does the answer begin? Before the first tag that closes, if
    // none opened, all is thinking.
    let (mut outside, mut is_inside) = (0, tags.first().is_some_and(|tag| tag.closes));
    for tag in &tags {
        if !tag.closes && !is_inside && !text[outside..tag.from].trim().is_empty() {
            return Err(Unusable::Mixed);
        }
        (outside, is_inside) = (tag.to, !tag.closes);
    }
    let rest = text[last.to..].trim();
    if rest.is_empty() { Err(Unusable::OnlyThinking) } else { Ok(rest) }
}

/// A tag around thinking.
struct Tag {
    from: usize,
    to: usize,
    closes: bool,
}

/// The tags in the order in which they stand.
fn tags(text: &str) -> Vec<Tag> {
    let low = text.to_ascii_lowercase();
    let mut tags = Vec::new();
    let mut find = |tag: &str, closes| {
        tags.extend(low.match_indices(tag).map(|(from, _)| Tag { from, to: from + tag.len(), closes }));
    };
    for name in THINKING {
        find(&format!("<{name}>"), false);
        find(&format!("</{name}>"), true);
    }
    for (tag, closes) in
        [("[think]", false), ("[/think]", true), ("\u{25c1}think\u{25b7}", false), ("\u{25c1}/think\u{25b7}", true)]
    {
        find(tag, closes);
    }
    tags.sort_by_key(|tag| tag.from);
    tags
}

/// The text without tokens that begin a turn, and without the name of who speaks after one.
fn without_beginning(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let token =
            token_at(rest).or_else(|| BEGINNINGS.iter().find(|token| rest.starts_with(**token)).map(|t| t.len()));
        let Some(length) = token else { return rest };
        rest = rest[length..].trim_start();
        let named = SPEAKERS.iter().find_map(|name| rest.strip_prefix(name));
        if let Some(after) = named.filter(|after| after.starts_with(['\n', '\r', '<'])) {
            rest = after.trim_start();
        }
    }
}

/// The length of a token of the form `<|...|>` at the beginning of this text.
fn token_at(text: &str) -> Option<usize> {
    let name = text.strip_prefix("<|")?;
    let end = name.find("|>")?;
    let is_name =
        (1..=40).contains(&end) && name[..end].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some(end + 4)
}

/// Where the turn ends: whatever a model writes after that is somebody else's turn.
fn end_of_turn(text: &str) -> usize {
    let token = text.match_indices("<|").map(|(at, _)| at).find(|at| token_at(&text[*at..]).is_some());
    let ends = ENDS.iter().filter_map(|end| text.find(end));
    ends.chain(token).min().unwrap_or(text.len())
}

/// The text inside of the one fence that stands around it, or around most of it, after a line that introduces it.
fn inside_fence(text: &str) -> Result<&str, Unusable> {
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

/// The text without a line that introduces it. Such a line ends with a colon, and a blank line and a greeting follow,
/// which in a message only a subject precedes. A greeting is recognised by its form: a short line that ends with a
/// comma and is a paragraph of its own. If the form does not tell, the text stays: a message too may begin with a line
/// that ends with a colon, and an auditor tells the two apart.
fn without_preamble(text: &str) -> &str {
    let all: Vec<&str> = paragraphs(text).take(4).collect();
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
