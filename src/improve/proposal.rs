//! What an improver answers: changes to the advice, item by item, or a whole prompt.

use std::fmt;

use serde_json::{Map, Value, json};

use super::feedback::shortened;
use super::fold::key;
use super::parts::bare;
use crate::evaluate::reading::{self, Unusable};
use crate::model::{Answer, Schema};

/// Changes that are taken from one answer.
const MOST_CHANGES: usize = 100;
/// Characters of a name, and of the objection that an item answers.
const LONGEST_NAME: usize = 80;

/// An item of advice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// What it says, whole.
    pub text: String,
    /// What it asks for, in a few words; empty where nobody said.
    pub name: String,
    /// The objection that it answers; empty where nobody said.
    pub objection: String,
}

impl Item {
    /// An item about which nothing more is known.
    #[must_use]
    pub fn bare(text: &str) -> Self {
        Item { text: text.to_owned(), ..Item::default() }
    }
}

/// One change to the advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// One more item.
    Add(Item),
    /// Another item in the place of this one, counted from 0.
    Replace(usize, Item),
    /// Without this one, counted from 0.
    Drop(usize),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Add(item) => write!(f, "add: {}", item.text),
            Change::Replace(place, item) => write!(f, "replace {}: {}", place + 1, item.text),
            Change::Drop(place) => write!(f, "drop {}", place + 1),
        }
    }
}

/// What an improver answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rewrite {
    /// Changes to the numbered advice.
    Changes(Vec<Change>),
    /// A prompt, to be taken apart by its layout.
    Prompt(String),
}

/// The form of the answer.
#[must_use]
pub fn schema() -> Schema {
    Schema {
        name: "rewrite".into(),
        json: json!({
            "type": "object",
            "properties": {"changes": {"type": "array", "items": {
                "type": "object",
                "properties": {
                    "action": {"type": "string", "enum": ["add", "replace", "drop"]},
                    "item": {"type": "integer"},
                    "text": {"type": "string"},
                    "name": {"type": "string"},
                    "objection": {"type": "string"}
                },
                "required": ["action", "item", "text", "name", "objection"],
                "additionalProperties": false
            }}},
            "required": ["changes"],
            "additionalProperties": false
        }),
    }
}

/// Reads an answer about so many items of advice.
///
/// # Errors
/// When there are neither changes nor a prompt, a change names no item that is there, or an item has no text.
pub fn read(answer: &Answer, items: usize) -> Result<Rewrite, Unusable> {
    let object = reading::object(answer)?;
    let Some(changes) = object.get("changes") else {
        return Ok(Rewrite::Prompt(reading::string(&object, "prompt")?));
    };
    let unusable = || Unusable::WrongField { field: "changes", kind: "list of changes to the numbered advice" };
    let list = changes.as_array().filter(|list| !list.is_empty() && list.len() <= MOST_CHANGES).ok_or_else(unusable)?;
    let changes: Option<Vec<Change>> = list.iter().map(|entry| change(entry.as_object()?, items)).collect();
    Ok(Rewrite::Changes(changes.ok_or_else(unusable)?))
}

fn change(fields: &Map<String, Value>, items: usize) -> Option<Change> {
    let text = |field: &str| fields.get(field).and_then(Value::as_str).unwrap_or_default();
    let place = || {
        let number = fields.get("item")?.as_u64()?;
        usize::try_from(number).ok()?.checked_sub(1).filter(|place| *place < items)
    };
    let item = || {
        let item = Item {
            text: bare(text("text")),
            name: shortened(text("name"), LONGEST_NAME),
            objection: shortened(text("objection"), LONGEST_NAME),
        };
        (!key(&item.text).is_empty()).then_some(item)
    };
    match text("action").trim().to_ascii_lowercase().as_str() {
        "add" => Some(Change::Add(item()?)),
        "replace" => Some(Change::Replace(place()?, item()?)),
        "drop" => Some(Change::Drop(place()?)),
        _ => None,
    }
}

/// The advice after these changes. If several changes concern one item the first counts, and repeated items appear
/// once.
#[must_use]
pub fn apply(changes: &[Change], advice: &[String]) -> Vec<Item> {
    let mut items: Vec<Option<Item>> = advice.iter().map(|text| Some(Item::bare(text))).collect();
    let mut changed = vec![false; advice.len()];
    let mut added = Vec::new();
    for change in changes {
        match change {
            Change::Add(item) => added.push(Some(item.clone())),
            Change::Replace(place, _) | Change::Drop(place) if changed.get(*place).copied().unwrap_or(true) => {}
            Change::Replace(place, item) => (items[*place], changed[*place]) = (Some(item.clone()), true),
            Change::Drop(place) => (items[*place], changed[*place]) = (None, true),
        }
    }
    let mut found: Vec<Item> = Vec::new();
    for item in items.into_iter().chain(added).flatten() {
        if !found.iter().any(|other| key(&other.text) == key(&item.text)) {
            found.push(item);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Stop, Usage};

    fn read(text: &str) -> Result<Rewrite, Unusable> {
        let usage = Usage::default();
        super::read(&Answer { text: text.into(), stop: Stop::EndTurn, usage, request_id: None, ..Answer::default() }, 2)
    }

    #[test]
    fn changes_are_read_and_applied_item_by_item() {
        let rewrite = read(
            r#"{"changes": [
                {"action": "replace", "item": 1, "text": "- Be brief. Stop there.", "name": "length", "objection": "too long"},
                {"action": "drop", "item": 1, "text": "", "name": "", "objection": ""},
                {"action": "drop", "item": 2, "text": "", "name": "", "objection": ""},
                {"action": "add", "item": 0, "text": "相手の課題を一つ挙げる。", "name": "課題", "objection": "自分に関係ない"},
                {"action": "add", "item": 0, "text": "be brief, stop there", "name": "", "objection": ""}
            ]}"#,
        );
        let Ok(Rewrite::Changes(changes)) = rewrite else { panic!("{rewrite:?}") };
        let items = apply(&changes, &["Be short.".into(), "Praise them.".into()]);
        let texts: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
        assert_eq!(texts, ["Be brief. Stop there.", "相手の課題を一つ挙げる。"]);
        assert_eq!((items[0].name.as_str(), items[1].objection.as_str()), ("length", "自分に関係ない"));
    }

    #[test]
    fn a_whole_prompt_is_taken_and_changes_to_what_is_not_there_are_not() {
        assert_eq!(read(r#"{"prompt": "Sell tea."}"#), Ok(Rewrite::Prompt("Sell tea.".into())));
        for change in [
            r#"{"action": "drop", "item": 3}"#,
            r#"{"action": "replace", "item": 0, "text": "Be kind."}"#,
            r#"{"action": "add", "item": 0, "text": " - "}"#,
            r#"{"action": "rewrite", "item": 1, "text": "Be kind."}"#,
            "7",
        ] {
            assert!(read(&format!(r#"{{"changes": [{change}]}}"#)).is_err(), "{change}");
        }
        assert!(read(r#"{"changes": []}"#).is_err() && read(r#"{"groups": []}"#).is_err());
    }
}
