//! Audits messages with a model, on top of the rules.

use serde_json::{Map, Value, json};

use super::ask::{Error, ask};
use super::claims::{Audit, Facts, Kind, Said, audit, combine};
use super::fence::fence;
use super::reading::{self, Unusable};
use crate::call::Caller;
use crate::model::{CallKey, Request, Schema, digest};

/// The most tokens of one audit, thinking included.
pub const AUDIT_TOKENS: u32 = 8_192;

/// The most claims that are taken from one answer: a message has a dozen or two.
const MOST_CLAIMS: usize = 200;

const SYSTEM: &str = include_str!("../../prompts/auditor.md");

/// Finds the claims of a message: what rules can find, and what only a reader can.
///
/// A model adds claims, and may say that facts support one in words in which no rule would have looked for it. It is not
/// believed without a quotation that is there, see [`combine`].
#[derive(Clone)]
pub struct Auditor {
    caller: Caller,
    max_tokens: u32,
}

impl Auditor {
    /// An auditor behind this door.
    #[must_use]
    pub fn new(caller: Caller, max_tokens: u32) -> Self {
        Auditor { caller, max_tokens }
    }

    /// The door.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Hash of all that audits: the model, its settings, the prompt, and the form of the question. 16 hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let model = self.caller.model();
        let question = self.request("message", &Facts::of("Company: facts"), "persona", CallKey::of(&[]));
        let schema = question.schema.map(|schema| schema.json.to_string()).unwrap_or_default();
        let limit = self.max_tokens.to_string();
        let parts = [model.id(), &model.settings(), SYSTEM.trim(), &question.user, &schema, &limit];
        digest(&parts)[..16].to_owned()
    }

    /// Audits one message. `key` tells this audit from its siblings on the same message.
    ///
    /// # Errors
    /// When the call fails, or when no answer could be read as a list of claims. What the rules found alone is never
    /// passed off as the model's audit.
    pub async fn audit(&self, message: &str, facts: &Facts, persona: &str, key: &[&str]) -> Result<Audit, Error> {
        let found = audit(message, facts, persona);
        let said = ask(
            &self.caller,
            key,
            |key| self.request(message, facts, persona, key),
            |answer| claims(&reading::object(answer)?),
        )
        .await?;
        Ok(combine(found, &said, message, facts, persona))
    }

    /// The request for one audit; also what a dry run measures.
    #[must_use]
    pub fn request(&self, message: &str, facts: &Facts, persona: &str, key: CallKey) -> Request {
        let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        Request {
            key,
            system: SYSTEM.trim().to_owned(),
            user: format!(
                "The facts about the offer:\n\n{}\n\nThe person to whom the message is addressed:\n\n{}\n\nThe \
                 message:\n\n{}\n\nAnswer with a JSON object: `claims`, the list of the message's claims in their order, \
                 each with `quote`, `kind`, `grounded` and `support`.",
                fence("facts", &facts.text),
                fence("persona", persona),
                fence("message", message)
            ),
            schema: Some(Schema {
                name: "audit".into(),
                json: json!({
                    "type": "object",
                    "properties": {"claims": {"type": "array", "items": {
                        "type": "object",
                        "properties": {
                            "quote": {"type": "string"},
                            "kind": {"type": "string", "enum": kinds},
                            // Support first: a model that writes in this order has looked for it before it decides.
                            "support": {"type": "string"},
                            "grounded": {"type": "boolean"}
                        },
                        "required": ["quote", "kind", "support", "grounded"],
                        "additionalProperties": false
                    }}},
                    "required": ["claims"],
                    "additionalProperties": false
                }),
            }),
            max_tokens: self.max_tokens,
        }
    }
}

/// The claims of an answer. A kind that is none of ours is `other`; nothing else is guessed.
fn claims(object: &Map<String, Value>) -> Result<Vec<Said>, Unusable> {
    let wrong = || Unusable::WrongField { field: "claims", kind: "list of claims" };
    let list = object.get("claims").and_then(Value::as_array).ok_or_else(wrong)?;
    let said = |claim: &Value| {
        let text = |field: &str| claim.get(field).and_then(Value::as_str);
        Some(Said {
            quote: text("quote")?.to_owned(),
            kind: text("kind").and_then(Kind::named).unwrap_or(Kind::Other),
            grounded: claim.get("grounded")?.as_bool()?,
            support: text("support").map(str::to_owned),
        })
    };
    list.iter().take(MOST_CLAIMS).map(|claim| said(claim).ok_or_else(wrong)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Answer, Stop, Usage};

    fn read(text: &str) -> Result<Vec<Said>, Unusable> {
        let answer = Answer {
            text: text.into(),
            stop: Stop::EndTurn,
            usage: Usage::default(),
            request_id: None,
            ..Answer::default()
        };
        claims(&reading::object(&answer)?)
    }

    #[test]
    fn a_list_of_claims_is_read_and_nothing_is_guessed() {
        let said =
            read(r#"{"claims": [{"quote": "SOC 2", "kind": "badge", "grounded": false, "support": ""}]}"#).unwrap();
        assert_eq!((said[0].kind, said[0].grounded), (Kind::Other, false));
        assert_eq!(read(r#"{"claims": []}"#), Ok(Vec::new()));
        for wrong in
            [r"{}", r#"{"claims": {}}"#, r#"{"claims": ["x"]}"#, r#"{"claims": [{"quote": "x", "grounded": "no"}]}"#]
        {
            assert!(matches!(read(wrong), Err(Unusable::WrongField { field: "claims", .. })), "{wrong}");
        }
    }
}
