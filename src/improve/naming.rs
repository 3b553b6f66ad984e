//! Open coding: a model names the groups of what people said, from a sample of it.

use serde_json::{Value, json};

use super::Improver;
use super::codebook::{Codebook, MOST_NAMED, Proposed, Side, folded};
use super::feedback::shortened;
use crate::evaluate::ask::{Error, ask};
use crate::evaluate::fence::fence;
use crate::evaluate::reading::{self, Unusable};
use crate::model::{Answer, CallKey, Request, Schema};

const SYSTEM: &str = include_str!("../../prompts/codebook.md");

/// Reasonings of one side that a model names groups from. More hardly ever hold a reason that recurs and is not among
/// these.
pub const NAMED_FROM: usize = 80;
/// Characters of each.
const LONGEST_LINE: usize = 500;

impl Improver {
    /// Names groups for what some people said who all said no, or all said yes. `known` are the groups of the lineage.
    /// Gives [`MOST_NAMED`] at most, those that it takes over from the lineage included.
    ///
    /// # Errors
    /// When the call fails, or no answer named a group.
    pub async fn name_groups(
        &self,
        side: Side,
        reasonings: &[&str],
        known: &Codebook,
        key: &[&str],
    ) -> Result<Vec<Proposed>, Error> {
        let key: Vec<&str> = key.iter().copied().chain(["name", side.as_str()]).collect();
        ask(self.caller(), &key, |key| self.naming(side, reasonings, known, key), groups).await
    }

    /// The request; also what a dry run measures.
    #[must_use]
    pub fn naming(&self, side: Side, reasonings: &[&str], known: &Codebook, key: CallKey) -> Request {
        let lines: Vec<String> = reasonings
            .iter()
            .take(NAMED_FROM)
            .enumerate()
            .map(|(at, said)| format!("{}. {}", at + 1, shortened(said, LONGEST_LINE)))
            .collect();
        let who = match side {
            Side::Against => "All of these decision makers said no. Name what they hold against the messages.",
            Side::InFavour => "All of these decision makers said yes. Name what they like about the messages.",
        };
        let in_use = match known.lines(side) {
            none if none.is_empty() => "No group is in use yet.".to_owned(),
            lines => format!("Groups that are in use:\n\n{}", fence("codebook", &lines)),
        };
        Request {
            key,
            system: SYSTEM.trim().to_owned(),
            user: format!(
                "{who}\n\n{in_use}\n\nWhat they said:\n\n{}\n\nAnswer with a JSON object: `groups`, a list of 5 to \
                 {MOST_NAMED} objects, each with `name` and `definition` (texts).",
                fence("reasonings", &lines.join("\n"))
            ),
            schema: Some(schema()),
            max_tokens: self.max_tokens(),
        }
    }
}

fn schema() -> Schema {
    Schema {
        name: "codebook".into(),
        json: json!({
            "type": "object",
            "properties": {"groups": {"type": "array", "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "definition": {"type": "string"}},
                "required": ["name", "definition"],
                "additionalProperties": false
            }}},
            "required": ["groups"],
            "additionalProperties": false
        }),
    }
}

/// Reads what was named: each name once, and what names or defines nothing left out.
fn groups(answer: &Answer) -> Result<Vec<Proposed>, Unusable> {
    let unusable = Unusable::WrongField { field: "groups", kind: "list of names with definitions" };
    let object = reading::object(answer)?;
    let list = object.get("groups").and_then(Value::as_array).ok_or_else(|| unusable.clone())?;
    let text = |group: &Value, field: &str| group.get(field).and_then(Value::as_str).map(ToOwned::to_owned);
    let mut found: Vec<Proposed> = Vec::new();
    for group in list {
        let proposed = text(group, "name").zip(text(group, "definition"));
        let Some(proposed) = proposed.and_then(|(name, definition)| Proposed::new(&name, &definition)) else {
            continue;
        };
        if found.len() < MOST_NAMED && !found.iter().any(|other| folded(&other.name) == folded(&proposed.name)) {
            found.push(proposed);
        }
    }
    if found.is_empty() { Err(unusable) } else { Ok(found) }
}

#[cfg(test)]
mod tests;
