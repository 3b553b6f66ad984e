//! Which items of advice ask for the same thing.
//!
//! Improvers propose one idea in many wordings. The worth of an idea is learned faster from all of its wordings
//! together, and a prompt needs each idea once. Only a reader can tell, so the improver's model sorts them. If it gives
//! no usable answer, the caller still takes wordings that are nearly the same to the letter for one idea.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Improver;
use super::codebook::Proposed;
use crate::evaluate::ask::{Error, ask};
use crate::evaluate::fence::fence;
use crate::evaluate::reading::{self, Unusable};
use crate::model::{Answer, CallKey, Request, Schema};

const SYSTEM: &str = include_str!("../../prompts/sorter.md");

/// How instructions were sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ideas {
    /// Names of ideas, each with the places of its instructions among those that were given, from 0.
    pub groups: Vec<(String, Vec<usize>)>,
    /// Names of ideas that one message cannot follow at once, in pairs.
    pub conflicts: Vec<(String, String)>,
}

impl Improver {
    /// Sorts instructions by what they ask for. `known`: names that are in use. An instruction that asks for nothing in
    /// particular is in no group.
    ///
    /// # Errors
    /// When the call fails, or no answer could be read.
    pub async fn sort_instructions(
        &self,
        instructions: &[&str],
        known: &[String],
        key: &[&str],
    ) -> Result<Ideas, Error> {
        ask(
            self.caller(),
            key,
            |key| self.sorting_instructions(instructions, known, key),
            |answer| groups(answer, instructions.len()),
        )
        .await
    }

    /// The request; also what a dry run measures.
    #[must_use]
    pub fn sorting_instructions(&self, instructions: &[&str], known: &[String], key: CallKey) -> Request {
        let numbered: Vec<String> = instructions
            .iter()
            .enumerate()
            .map(|(at, item)| format!("{}. {}", at + 1, item.replace('\n', " ")))
            .collect();
        Request {
            key,
            system: SYSTEM.trim().to_owned(),
            user: format!(
                "Names in use:\n\n{}\n\nInstructions:\n\n{}\n\nAnswer with a JSON object: `groups`, a list of objects, \
                 each with `name` (text), `reasonings` (the numbers of its lines) and `conflicts` (names of groups \
                 that it conflicts with).",
                fence("known", &known.join("\n")),
                fence("instructions", &numbered.join("\n"))
            ),
            schema: Some(schema()),
            max_tokens: self.max_tokens(),
        }
    }
}

fn schema() -> Schema {
    Schema {
        name: "groups".into(),
        json: json!({
            "type": "object",
            "properties": {"groups": {"type": "array", "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "reasonings": {"type": "array", "items": {"type": "integer"}},
                    "conflicts": {"type": "array", "items": {"type": "string"}}
                },
                "required": ["name", "reasonings", "conflicts"],
                "additionalProperties": false
            }}},
            "required": ["groups"],
            "additionalProperties": false
        }),
    }
}

/// Reads groups of `count` lines. A line that is in two groups is in the first; a number that no line has is in none.
fn groups(answer: &Answer, count: usize) -> Result<Ideas, Unusable> {
    let unusable = Unusable::WrongField { field: "groups", kind: "list of names with the numbers of their lines" };
    let object = reading::object(answer)?;
    let list = object.get("groups").and_then(Value::as_array).ok_or_else(|| unusable.clone())?;
    let mut taken = BTreeSet::new();
    let mut found = Ideas::default();
    for group in list {
        let name = group.get("name").and_then(Value::as_str).and_then(|name| Proposed::new(name, name));
        let members = group.get("reasonings").and_then(Value::as_array);
        let (Some(named), Some(members)) = (name, members) else { continue };
        let places =
            members.iter().filter_map(Value::as_u64).filter_map(|number| usize::try_from(number).ok()?.checked_sub(1));
        let places: Vec<usize> = places.filter(|at| *at < count && taken.insert(*at)).collect();
        if places.is_empty() {
            continue;
        }
        let others = group.get("conflicts").and_then(Value::as_array).into_iter().flatten();
        let others = others.filter_map(Value::as_str).filter_map(|other| Proposed::new(other, other));
        found.conflicts.extend(others.map(|other| (named.name.clone(), other.name)));
        found.groups.push((named.name, places));
    }
    // Lines that say nothing may be left out, but not all lines under names that none has.
    if found.groups.is_empty() && !list.is_empty() { Err(unusable) } else { Ok(found) }
}
