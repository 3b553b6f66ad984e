//! The fields of an answer's object, wherever in it they stand.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{ENCODED, Unusable, same_name, unpacked};

/// A string field with something in it, trimmed.
///
/// # Errors
/// When it is missing, no string, or blank.
pub fn string(object: &Map<String, Value>, field: &'static str) -> Result<String, Unusable> {
    let value = self::field(object, field);
    match value.as_deref().and_then(Value::as_str).map(str::trim) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(Unusable::WrongField { field, kind: "text" }),
    }
}

/// A field that is `true` or `false`; the string `"true"` is neither.
///
/// # Errors
/// When it is missing or anything else.
pub fn boolean(object: &Map<String, Value>, field: &'static str) -> Result<bool, Unusable> {
    let value = self::field(object, field);
    value.and_then(|value| value.as_bool()).ok_or(Unusable::WrongField { field, kind: "true or false" })
}

/// A field that is a number from 0 to 1. A number outside is not clamped, and the string `"0.7"` is no number.
///
/// # Errors
/// When it is missing or anything else.
pub fn share(object: &Map<String, Value>, field: &'static str) -> Result<f64, Unusable> {
    let value = self::field(object, field);
    let number = value.and_then(|value| value.as_f64()).filter(|number| (0.0..=1.0).contains(number));
    // A zero with a sign is a zero.
    number.map(|number| number + 0.0).ok_or(Unusable::WrongField { field, kind: "number from 0 to 1" })
}

/// The field of this name, whatever its case; if the object only wraps another one, that one's field.
fn field<'a>(object: &'a Map<String, Value>, name: &str) -> Option<Cow<'a, Value>> {
    field_within(object, name, DEEPEST)
}

/// So many objects may be wrapped around an answer.
const DEEPEST: usize = 6;

fn field_within<'a>(object: &'a Map<String, Value>, name: &str, deepest: usize) -> Option<Cow<'a, Value>> {
    let here =
        object.get(name).or_else(|| object.iter().find(|(known, _)| same_name(known, name)).map(|(_, value)| value));
    if here.is_some() || deepest == 0 {
        return here.map(Cow::Borrowed);
    }
    match wrapped(object)? {
        Cow::Borrowed(inner) => field_within(inner, name, deepest - 1),
        Cow::Owned(inner) => field_within(&inner, name, deepest - 1).map(|value| Cow::Owned(value.into_owned())),
    }
}

/// Names of what a call of a tool or a schema says about the object that it holds.
const ENVELOPE: [&str; 16] = [
    "name",
    "type",
    "id",
    "call_id",
    "index",
    "function",
    "tool",
    "tool_name",
    "title",
    "description",
    "role",
    "status",
    "required",
    "additionalProperties",
    "strict",
    "$schema",
];

/// The one object that an object was wrapped around: nothing else stands in it but what is said about a call. It may be
/// the one element of a list, or text.
fn wrapped(object: &Map<String, Value>) -> Option<Cow<'_, Map<String, Value>>> {
    let mut found = None;
    for (name, value) in object {
        let inner = match value {
            Value::Object(inner) => Some(Cow::Borrowed(inner)),
            Value::Array(values) => match values.as_slice() {
                [Value::Object(inner), more @ ..] if more.iter().all(|other| *other == values[0]) => {
                    Some(Cow::Borrowed(inner))
                }
                _ => None,
            },
            Value::String(text) if text.trim_start().starts_with('{') => unpacked(text, ENCODED).ok().map(Cow::Owned),
            _ => None,
        };
        match inner {
            Some(inner) if found.is_none() => found = Some(inner),
            None if ENVELOPE.contains(&name.as_str()) => {}
            _ => return None,
        }
    }
    found
}
