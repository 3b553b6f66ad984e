//! Removes a person's texts from JSON. Counts stay: how many said yes is nobody's secret, and references to an entry by
//! its place still find it there.

use serde_json::Value;

use super::{FORGOTTEN, Traces};

/// Keys of an entry whose texts were written to somebody, or said by them.
pub const SAID: &[&str] = &["message", "reasoning", "reason", "text", "subject", "body", "quote", "note", "said"];

/// What belongs to a message and means nothing without it: the positions of its claims.
const ABOUT_A_MESSAGE: &str = "rejoinder";

/// Removes the entries of a list that are of the person. Returns how many.
pub fn remove(value: &mut Value, traces: &Traces) -> u64 {
    let Value::Array(list) = value else { return 0 };
    let before = list.len();
    list.retain(|entry| {
        let persona = entry.as_str().or_else(|| entry.get("persona").and_then(Value::as_str));
        !persona.is_some_and(|persona| traces.is_described_by(persona))
    });
    (before - list.len()) as u64
}

/// Replaces the texts of the person: what describes them by `name`, every other one as a whole. Returns how many.
pub fn replace(value: &mut Value, traces: &Traces, name: &str) -> u64 {
    walk(value, traces, name, Whose::Nobodys)
}

/// Takes the person's address, and the name beside it, out of what is of somebody else, such as notes on a lead or a
/// message, whose texts stay otherwise. Returns how many texts were changed.
pub fn replace_mentions(value: &mut Value, traces: &Traces) -> u64 {
    match value {
        Value::String(text) => match traces.erased(text) {
            Some(rest) => {
                *text = rest;
                1
            }
            None => 0,
        },
        Value::Array(list) => list.iter_mut().map(|value| replace_mentions(value, traces)).sum(),
        Value::Object(object) => {
            let texts = object.iter_mut().filter(|(key, _)| !SENDERS.contains(&key.as_str()));
            texts.map(|(_, value)| replace_mentions(value, traces)).sum()
        }
        _ => 0,
    }
}

/// Keys of texts that a sender writes. They are no data of a lead, and stand word for word in what descends from them.
/// If the person's name or address is in them, it is the sender's.
const SENDERS: &[&str] = &["system_prompt", "prompt", "facts", "rules", "orders"];

/// Whose entry a text stands in.
#[derive(Clone, Copy, PartialEq)]
enum Whose {
    /// In nobody's: what was said may be quoted there.
    Nobodys,
    /// In another's, who may have said the same.
    Anothers,
}

fn walk(value: &mut Value, traces: &Traces, name: &str, whose: Whose) -> u64 {
    match value {
        Value::String(text) => {
            let is_quoted = |text: &str| match whose {
                Whose::Nobodys => traces.is_in(text) || traces.is_piece(text),
                Whose::Anothers => traces.is_named_in(text),
            };
            let new = match () {
                () if text == name || text == FORGOTTEN => return 0,
                () if traces.is_described_by(text) => name,
                () if traces.is_told_in(text) || is_quoted(text) => FORGOTTEN,
                () => return 0,
            };
            new.clone_into(text);
            1
        }
        Value::Array(list) => list.iter_mut().map(|value| walk(value, traces, name, whose)).sum(),
        Value::Object(object) => {
            let persona = object.get("persona").and_then(Value::as_str);
            let is_theirs = persona.is_some_and(|persona| traces.is_described_by(persona));
            let whose = if persona.is_some() { Whose::Anothers } else { whose };
            let silenced = if is_theirs { silence_here(object) } else { 0 };
            let inside = object
                .iter_mut()
                .map(|(key, value)| if SENDERS.contains(&key.as_str()) { 0 } else { walk(value, traces, name, whose) });
            silenced + inside.sum::<u64>()
        }
        _ => 0,
    }
}

/// Replaces what was written and said anywhere in an entry.
fn silence(value: &mut Value) -> u64 {
    match value {
        Value::Array(list) => list.iter_mut().map(silence).sum(),
        Value::Object(object) => silence_here(object),
        _ => 0,
    }
}

fn silence_here(object: &mut crate::data::Map) -> u64 {
    let mut count = 0;
    for (key, value) in object.iter_mut() {
        match value {
            Value::String(text) if SAID.contains(&key.as_str()) && text != FORGOTTEN && !text.is_empty() => {
                FORGOTTEN.clone_into(text);
                count += 1;
            }
            Value::Array(_) | Value::Object(_) => count += silence(value),
            _ => {}
        }
    }
    if object.contains_key("message") {
        count += u64::from(object.shift_remove(ABOUT_A_MESSAGE).is_some());
    }
    count
}
