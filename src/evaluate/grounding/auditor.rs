//! Asks a model what a message claims.

use serde_json::{Map, Value, json};

use super::{Audit, ClaimKind, Finding, Sources, Verdict, verify};
use crate::call::Caller;
use crate::evaluate::ask::{Error, ask};
use crate::evaluate::fence::fence;
use crate::evaluate::reading::{self, Unusable};
use crate::model::{CallKey, Request, Schema, digest};

/// The most tokens of one audit, thinking included.
pub const AUDIT_TOKENS: u32 = 8_192;

/// The most claims that are taken from one answer: a message has a dozen or two.
const MOST_CLAIMS: usize = 200;

const SYSTEM: &str = include_str!("../../../prompts/auditor.md");

/// Finds the claims of a message: a model reads, and nothing of what it says is taken that code cannot verify.
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
        let question = self.request("message", &Sources::new("facts", "orders"), "persona", CallKey::of(&[]));
        let schema = question.schema.map(|schema| schema.json.to_string()).unwrap_or_default();
        let limit = self.max_tokens.to_string();
        let parts = [model.id(), &model.settings(), SYSTEM.trim(), &question.user, &schema, &limit];
        digest(&parts)[..16].to_owned()
    }

    /// Audits one message: asks, verifies, and asks once more about what did not verify. `key` tells this audit from its
    /// siblings on the same message.
    ///
    /// # Errors
    /// When a call fails, or when no answer could be read as a list of claims: then the message is not checked.
    pub async fn audit(&self, message: &str, sources: &Sources, persona: &str, key: &[&str]) -> Result<Audit, Error> {
        let findings = ask(
            &self.caller,
            key,
            |key| self.request(message, sources, persona, key),
            |answer| findings(&reading::object(answer)?),
        )
        .await?;
        let verified = verify(&findings, message, sources, persona);
        Ok(Audit { auditor: Some(self.fingerprint()), claims: verified.claims })
    }

    /// The request for one audit; also what a dry run measures.
    #[must_use]
    pub fn request(&self, message: &str, sources: &Sources, persona: &str, key: CallKey) -> Request {
        let kinds: Vec<&str> = ClaimKind::ALL.iter().map(|kind| kind.as_str()).collect();
        Request {
            key,
            system: SYSTEM.trim().to_owned(),
            user: format!(
                "The facts about the offer:\n\n{}\n\nWhat the sender ordered:\n\n{}\n\nThe person to whom the message is \
                 addressed:\n\n{}\n\nThe message:\n\n{}",
                fence("facts", &sources.facts),
                fence("orders", &sources.orders),
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
                            "support": {"type": "array", "items": {"type": "string"}},
                            "derivation": {"type": "string"},
                            "verdict": {"type": "string", "enum": ["supported", "contradicted", "unsupported"]}
                        },
                        "required": ["quote", "kind", "support", "derivation", "verdict"],
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

/// The findings of an answer. A kind that is none of ours is `other`; nothing else is guessed.
fn findings(object: &Map<String, Value>) -> Result<Vec<Finding>, Unusable> {
    let wrong = || Unusable::WrongField { field: "claims", kind: "list of claims" };
    let list = object.get("claims").and_then(Value::as_array).ok_or_else(wrong)?;
    let read = |claim: &Value| {
        let text = |field: &str| claim.get(field).and_then(Value::as_str);
        let support = claim.get("support").and_then(Value::as_array);
        let quotes = support.into_iter().flatten().filter_map(Value::as_str);
        Some(Finding {
            quote: text("quote")?.to_owned(),
            kind: text("kind").and_then(ClaimKind::named).unwrap_or(ClaimKind::Other),
            verdict: text("verdict").and_then(Verdict::named)?,
            support: quotes.filter(|quote| !quote.trim().is_empty()).map(str::to_owned).collect(),
            derivation: text("derivation").filter(|sum| !sum.trim().is_empty()).map(str::to_owned),
        })
    };
    list.iter().take(MOST_CLAIMS).map(|claim| read(claim).ok_or_else(wrong)).collect()
}
