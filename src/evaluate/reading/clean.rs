//! What a model said, without what is no part of it: its thinking, the tokens of its template, a fence or chatter
//! around a message.
//!
//! All of it is told by form, in no language: by tags, fences, rules and the order of lines. What these do not tell
//! apart is asked for again.

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

/// More than this is no salutation.
const SALUTATION: usize = 60;

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
    Ok(unquoted(without_preamble(inside_fence(text)?)))
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

/// The text inside of the one fence that stands around it, or around all but short remarks.
fn inside_fence(text: &str) -> Result<&str, Unusable> {
    let text = text.trim();
    let fences: Vec<Line> = lines(text).filter(Line::is_fence).collect();
    let [first, last] = fences.as_slice() else {
        let begins = text.starts_with("```") || text.starts_with("~~~");
        // Several blocks, or one without an end: which of them is the message?
        return if begins { Err(Unusable::SeveralTexts) } else { Ok(text) };
    };
    let (before, after) = (text[..first.from].trim(), text[last.to..].trim());
    let introduces = before.is_empty() || is_remark(before) && ends_with_colon(before);
    if last.text != last.text.trim_end_matches(|c: char| !matches!(c, '`' | '~')) || !introduces || !is_remark(after) {
        return Ok(text);
    }
    Ok(text[first.to..last.from].trim())
}

/// The text between two rules (`---`), where what stands before the first introduces it.
fn between_rules(text: &str) -> Result<&str, Unusable> {
    let rules: Vec<Line> = lines(text).filter(Line::is_rule).collect();
    let Some(first) = rules.first() else { return Ok(text) };
    let before = text[..first.from].trim();
    if !(before.is_empty() || is_remark(before) && ends_with_colon(before)) {
        return Ok(text);
    }
    match rules.as_slice() {
        [_] => Ok(text[first.to..].trim()),
        [_, last] if is_remark(text[last.to..].trim()) => Ok(text[first.to..last.from].trim()),
        _ => Err(Unusable::SeveralTexts),
    }
}

/// The text without a line that introduces it: one that ends with a colon and has another beginning after it, or more
/// than one sentence in it. A salutation may end with a colon too, and stays.
fn without_preamble(text: &str) -> &str {
    let Some((first, rest)) = text.split_once('\n') else { return text };
    let (first, rest) = (first.trim(), rest.trim());
    if !is_remark(first) || !ends_with_colon(first) || rest.is_empty() {
        return text;
    }
    let body = first.trim_end_matches([':', '\u{ff1a}', '*', '_', ' ']);
    let has_exclamation = body.contains(['!', '?', '\u{ff01}', '\u{3002}', '\u{ff1f}']);
    // A subject may come before the salutation.
    let mut openers = rest.lines().map(str::trim).filter(|line| !line.is_empty()).take(2);
    let opens = openers
        .next()
        .is_some_and(|line| is_salutation(line) || has_inner_colon(line) && openers.next().is_some_and(is_salutation));
    if has_exclamation || opens { rest } else { text }
}

fn is_salutation(line: &str) -> bool {
    line.chars().count() <= SALUTATION
        && line.ends_with([',', ':', '!', '\u{ff0c}', '\u{ff1a}', '\u{ff01}', '\u{3001}', '\u{060c}'])
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
