//! Where the people are in an object of JSON: it is one of them, holds a list of them, or holds them by their ids.

use serde_json::Value;

use super::headers::{Field, fold_header};
use crate::data::Map;
use crate::data::leads::fold_address;

/// So deep are addresses looked for in objects.
const DEEPEST: usize = 6;

/// Names, folded, of what a saved payload holds objects of. People by their ids have no such names.
const PARTS: &[&str] = &[
    "lead",
    "contact",
    "person",
    "prospect",
    "recipient",
    "sender",
    "from",
    "to",
    "cc",
    "replyto",
    "owner",
    "user",
    "author",
    "assignee",
    "createdby",
    "updatedby",
    "customer",
    "account",
    "company",
    "organization",
    "campaign",
    "email",
    "message",
    "reply",
    "properties",
    "data",
    "body",
    "payload",
    "event",
    "record",
    "json",
    "webhook",
    "custom",
    "fields",
    "attributes",
    "meta",
];

/// The rows of an object that holds them, in a list or by their ids, also within another object; the object itself
/// where it is a row.
///
/// # Errors
/// The object, where it is a row.
pub fn people(object: Map, is_field: &dyn Fn(&str) -> bool) -> Result<Vec<Value>, Map> {
    match way(&object, is_field, DEEPEST) {
        Some(way) => Ok(taken(object, &way)),
        None => Err(object),
    }
}

/// What lies at the end of this way.
fn taken(mut object: Map, way: &[String]) -> Vec<Value> {
    let Some((key, rest)) = way.split_first() else { return rows(object) };
    match object.remove(key) {
        Some(Value::Array(list)) => list,
        Some(Value::Object(inner)) => taken(inner, rest),
        _ => Vec::new(),
    }
}

/// The values that are objects.
fn rows(by_id: Map) -> Vec<Value> {
    by_id.into_iter().map(|(_, value)| value).filter(Value::is_object).collect()
}

/// The keys that lead to the rows; none where the object is a row.
fn way(object: &Map, is_field: &dyn Fn(&str) -> bool, deepest: usize) -> Option<Vec<String>> {
    if object.keys().any(|key| is_field(key)) || is_payload(object) {
        return None;
    }
    let lists: Vec<&String> =
        object.iter().filter(|(_, value)| is_list_of_objects(value)).map(|(key, _)| key).collect();
    if let [key] = lists[..] {
        return Some(vec![key.clone()]);
    }
    if is_by_id(object) {
        return Some(Vec::new());
    }
    // One object, beside counts and the like, may hold the rows.
    let inner = object.iter().filter_map(|(key, value)| Some((key, value.as_object()?)));
    let mut found = inner.filter(|(_, inner)| holds_address(inner));
    let (Some((key, inner)), None) = (found.next(), found.next()) else { return None };
    let mut way = way(inner, is_field, deepest.checked_sub(1)?)?;
    way.insert(0, key.clone());
    Some(way)
}

/// Whether two or more people stand in an object by their ids: each in an object with an address, and beside them no
/// address.
fn is_by_id(object: &Map) -> bool {
    let is_part = |key: &String| {
        let folded = fold_header(key);
        PARTS.contains(&folded.as_str()) || Field::of_header(&folded).is_some()
    };
    let (people, others): (Vec<&Value>, Vec<&Value>) =
        object.values().partition(|value| value.as_object().is_some_and(holds_address));
    people.len() > 1 && !others.iter().any(|value| has_address(value, DEEPEST)) && !object.keys().any(is_part)
}

fn holds_address(object: &Map) -> bool {
    object.values().any(|value| has_address(value, DEEPEST))
}

fn is_list_of_objects(value: &Value) -> bool {
    value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_object))
}

/// Whether an address stands in an object and none in its lists: what they hold is a part of the person's row, such as
/// the thread in a saved webhook.
fn is_payload(object: &Map) -> bool {
    let (lists, others): (Vec<&Value>, Vec<&Value>) = object.values().partition(|value| is_list_of_objects(value));
    !lists.is_empty()
        && others.into_iter().any(|value| has_address(value, DEEPEST))
        && !lists.into_iter().any(|value| has_address(value, DEEPEST))
}

fn has_address(value: &Value, deepest: usize) -> bool {
    match value {
        Value::String(text) => fold_address(text).is_some(),
        Value::Array(list) if deepest > 0 => list.iter().any(|value| has_address(value, deepest - 1)),
        Value::Object(object) if deepest > 0 => object.values().any(|value| has_address(value, deepest - 1)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(value: &Value) -> Option<usize> {
        let is_field = |key: &str| Field::of_header(&fold_header(key)).is_some();
        people(value.as_object().unwrap().clone(), &is_field).ok().map(|rows| rows.len())
    }

    #[test]
    fn people_are_found_in_lists_and_by_their_ids_and_in_objects_around_them() {
        let ann = json!({"email": "ann@a.example", "first_name": "Ann"});
        let bob = json!({"properties": {"email": "bob@b.example"}});
        assert_eq!(found(&json!({"leads": [ann, bob], "total": 2})), Some(2));
        assert_eq!(found(&json!({"u1": ann, "u2": bob})), Some(2));
        assert_eq!(found(&json!({"u1": ann, "u2": bob, "u3": {"first_name": "Cy"}})), Some(3));
        assert_eq!(found(&json!({"data": {"contacts": [ann, bob]}, "total": 2})), Some(2));
        assert_eq!(found(&json!({"users": {"-Nx1": ann, "-Nx2": bob}})), Some(2));
    }

    #[test]
    fn a_person_and_a_payload_with_several_addresses_are_rows_themselves() {
        let ann = json!({"email": "ann@a.example", "first_name": "Ann"});
        for row in [
            ann.clone(),
            json!({"id": 1, "properties": ann}),
            json!({"lead": ann, "sender": {"email": "me@s.example"}}),
            json!({"data": {"lead": ann, "from": {"email": "me@s.example"}}}),
            json!({"lead": ann, "thread": [{"text": "hello"}]}),
            json!({"lead_email": "ann@a.example", "u1": ann, "u2": ann}),
            json!({"total": 0}),
        ] {
            assert_eq!(found(&row), None, "{row}");
        }
    }
}
