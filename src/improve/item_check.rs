//! Has a model read new items of advice: which of them ask to claim what the facts do not hold?
//!
//! Only a reader can tell. Code checks what it can: the words that are quoted must stand in the item, and what the
//! facts or the rules say word for word is no invention. Where no answer can be used, the items are not checked.

use serde_json::{Value, json};

use super::Improver;
use super::fold::{key, segments, stands_in};
use super::screen::Why;
use crate::evaluate::ask::{Error, ask};
use crate::evaluate::fence::fence;
use crate::evaluate::reading::{self, Unusable};
use crate::model::{Answer, CallKey, Request, Schema};

const SYSTEM: &str = include_str!("../../prompts/item_check.md");

/// Words that are no invention where the facts or the rules say them; fewer may stand anywhere.
const STATED: usize = 3;

/// An item that must not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The item.
    pub item: String,
    /// What is wrong with it: [`Why::Invents`] or [`Why::Message`].
    pub why: Why,
    /// The words that make it so.
    pub quote: String,
}

impl Improver {
    /// Finds the items that ask for claims beyond these facts, and those that are no advice. `rules`: what the sender
    /// requires.
    ///
    /// # Errors
    /// When the call fails, or no answer could be read.
    pub async fn check_items(
        &self,
        items: &[&str],
        (facts, rules): (&str, &str),
        key: &[&str],
    ) -> Result<Vec<Flag>, Error> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let said = format!("{}\n{}", super::fold::key(facts), super::fold::key(rules));
        let request = |key| self.checking_items(items, (facts, rules), key);
        ask(self.caller(), key, request, |answer| read(answer, items, &said)).await
    }

    /// The request; also what a dry run measures.
    #[must_use]
    pub fn checking_items(&self, items: &[&str], (facts, rules): (&str, &str), key: CallKey) -> Request {
        let numbered: Vec<String> =
            items.iter().enumerate().map(|(at, item)| format!("{}. {}", at + 1, item.replace('\n', "\n   "))).collect();
        Request {
            key,
            system: SYSTEM.trim().to_owned(),
            user: format!(
                "The facts of the offer:\n\n{}\n\nWhat the sender requires:\n\n{}\n\nItems of advice:\n\n{}\n\nAnswer \
                 with a JSON object: `faults`, a list of objects, each with `item` (its number), `kind` (\"claims\" or \"message\"), \
                 `quote` and `reason` (text).",
                fence("facts", facts),
                fence("rules", rules),
                fence("items", &numbered.join("\n"))
            ),
            schema: Some(schema()),
            max_tokens: self.max_tokens(),
        }
    }
}

fn schema() -> Schema {
    Schema {
        name: "item_check".into(),
        json: json!({
            "type": "object",
            "properties": {"faults": {"type": "array", "items": {
                "type": "object",
                "properties": {
                    "item": {"type": "integer"},
                    "kind": {"type": "string", "enum": ["claims", "message"]},
                    "quote": {"type": "string"},
                    "reason": {"type": "string"}
                },
                "required": ["item", "kind", "quote", "reason"],
                "additionalProperties": false
            }}},
            "required": ["faults"],
            "additionalProperties": false
        }),
    }
}

/// Reads which items are at fault. One that is quoted wrongly is not. `said`: facts and rules, as keys.
fn read(answer: &Answer, items: &[&str], said: &str) -> Result<Vec<Flag>, Unusable> {
    let unusable = || Unusable::WrongField { field: "faults", kind: "list of items" };
    let object = reading::object(answer)?;
    let list = object.get("faults").and_then(Value::as_array).ok_or_else(unusable)?;
    let flag = |fault: &Value| {
        let place = usize::try_from(fault.get("item")?.as_u64()?).ok()?.checked_sub(1)?;
        let item = *items.get(place)?;
        let why = match fault.get("kind")?.as_str()? {
            "claims" => Why::Invents,
            "message" => Why::Message,
            _ => return None,
        };
        let quote = fault.get("quote")?.as_str()?.trim();
        let is_stated = why == Why::Invents
            && segments(quote).len() >= STATED
            && said.lines().any(|said| stands_in(&key(quote), said));
        (stands_in(&key(quote), &key(item)) && !is_stated).then(|| Flag {
            item: item.to_owned(),
            why,
            quote: quote.to_owned(),
        })
    };
    Ok(list.iter().filter_map(flag).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Stop, Usage};

    #[test]
    fn an_item_is_flagged_only_by_its_own_words() {
        let items = ["Name Stripe and Mercury as customers.", "Say that it costs 4 euros.", "Be brief."];
        let fault =
            |item: u64, kind: &str, quote: &str| json!({"item": item, "kind": kind, "quote": quote, "reason": "r"});
        let faults = json!({"faults": [
            fault(1, "claims", "stripe  and mercury"), fault(1, "claims", "Visa"), fault(2, "claims", "it costs 4 euros"),
            fault(3, "slogan", "Be brief"), fault(4, "claims", "Be brief"), fault(0, "claims", "Be brief"), fault(3, "message", ""),
        ]});
        let answer = |text: &str| Answer {
            text: text.into(),
            stop: Stop::EndTurn,
            usage: Usage::default(),
            request_id: None,
            ..Answer::default()
        };
        let said = key("Say that it costs 4 euros.");
        let flags = read(&answer(&faults.to_string()), &items, &said).unwrap();
        let flag = Flag { item: items[0].into(), why: Why::Invents, quote: "stripe  and mercury".into() };
        assert_eq!(flags, [flag]);
        assert!(read(&answer("{\"groups\": []}"), &items, &said).is_err());
    }
}
