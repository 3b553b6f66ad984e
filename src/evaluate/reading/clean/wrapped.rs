//! A message that was wrapped as if a program were to read it: in an element, or in JSON.

use serde_json::Value;

use super::super::Unusable;
use super::{introduces, is_remark};

/// Elements of a message that is written in HTML.
const HTML: [&str; 24] = [
    "p",
    "div",
    "span",
    "b",
    "i",
    "u",
    "em",
    "strong",
    "a",
    "br",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "table",
    "blockquote",
    "html",
    "body",
    "center",
    "font",
];

/// Labels before thinking that nothing else marks.
const LABELS: [&str; 3] = ["thinking", "thinking process", "thought process"];

/// What names of elements around a message hold.
const ANSWERS: [&str; 9] = ["answer", "message", "mail", "output", "response", "reply", "final", "letter", "outreach"];

/// The text inside of the one element that stands around it, or around all but a line that introduces it and a remark
/// after it. An element that only begins the text is something else than the message, and nobody knows what.
pub(super) fn inside_element(text: &str) -> Result<&str, Unusable> {
    let mut text = text.trim();
    while let Some(Element { name, before, inside, after }) = element(text) {
        let is_answer = ANSWERS.iter().any(|answer| name.contains(answer));
        let is_around = (before.is_empty() || introduces(before))
            && (after.is_empty() || (is_answer && is_remark(after) && after.len() < inside.len()));
        if !is_around {
            return if before.is_empty() { Err(Unusable::Mixed) } else { Ok(text) };
        }
        text = inside;
    }
    Ok(text)
}

struct Element<'a> {
    name: &'a str,
    before: &'a str,
    inside: &'a str,
    after: &'a str,
}

/// The first element of this text, with a name of small letters and its end.
fn element(text: &str) -> Option<Element<'_>> {
    let from = text.find('<')?;
    let name = &text[from + 1..];
    let name = &name[..name.find('>')?];
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte));
    if !is_name || HTML.contains(&name) {
        return None;
    }
    let begin = from + name.len() + 2;
    let end = begin + text[begin..].find(&format!("</{name}>"))?;
    let after = &text[end + name.len() + 3..];
    Some(Element { name, before: text[..from].trim(), inside: text[begin..end].trim(), after: after.trim() })
}

/// Whether the first line is a label of thinking, `**Thinking:**`.
pub(super) fn begins_with_thinking(text: &str) -> bool {
    let line = text.trim_start().trim_start_matches(['*', '#', '_', ' ']);
    let Some((label, _)) = line.split_once(':') else { return false };
    LABELS.contains(&label.trim_end_matches(['*', '_', ' ']).to_ascii_lowercase().as_str())
}

/// The one text in a text that is JSON as a whole; `None` if it is not.
///
/// # Errors
/// If it is JSON and holds anything else.
pub(super) fn json(text: &str) -> Result<Option<String>, Unusable> {
    let text = text.trim();
    if !text.starts_with(['{', '[', '"']) {
        return Ok(None);
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::String(inner)) => Ok(Some(inner)),
        Ok(Value::Object(fields)) if fields.len() == 1 => match fields.into_iter().next() {
            Some((_, Value::String(inner))) => Ok(Some(inner)),
            _ => Err(Unusable::SeveralTexts),
        },
        Ok(Value::Object(_)) => Err(Unusable::SeveralTexts),
        Ok(Value::Array(values)) if values.iter().any(|value| !value.is_number()) => match values.as_slice() {
            [Value::String(inner)] => Ok(Some(inner.clone())),
            _ => Err(Unusable::SeveralTexts),
        },
        _ => Ok(None),
    }
}
