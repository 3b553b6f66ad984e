//! Decides on messages.

use serde_json::json;

use super::ask::{Error, ask};
use super::decision_prompt::DecisionPrompt;
use super::fence::fence;
use super::reading;
use crate::call::Caller;
use crate::data::Map;
use crate::data::results::Decision;
use crate::model::{CallKey, Request, Schema, digest};

/// The most tokens of one decision, thinking included.
pub const DECISION_TOKENS: u32 = 8_192;

/// Decides whether a persona says yes to a message.
#[derive(Clone)]
pub struct DecisionMaker {
    caller: Caller,
    prompt: DecisionPrompt,
    max_tokens: u32,
}

impl DecisionMaker {
    /// A decision maker behind this door, with this prompt.
    #[must_use]
    pub fn new(caller: Caller, prompt: DecisionPrompt, max_tokens: u32) -> Self {
        DecisionMaker { caller, prompt, max_tokens }
    }

    /// The door.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Hash of all that judges: the model, its settings, the prompt, and the form of the question. 16 hexadecimal
    /// digits. Two rates may be compared only if the same fingerprint judged both.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let model = self.caller.model();
        // The question for fixed texts stands for the template and the schema: a change to either changes the hash.
        let question = self.request("persona", "message", CallKey::of(&[]));
        let schema = question.schema.map(|schema| schema.json.to_string()).unwrap_or_default();
        let limit = self.max_tokens.to_string();
        digest(&[model.id(), &model.settings(), &self.prompt.text, &question.user, &schema, &limit])[..16].to_owned()
    }

    /// Decides once. `key` tells this decision from its siblings on the same message.
    ///
    /// # Errors
    /// When the call fails, or when no answer could be read as a decision. A decision is never guessed.
    pub async fn decide(&self, persona: &str, message: &str, key: &[&str]) -> Result<Decision, Error> {
        ask(
            &self.caller,
            key,
            |key| self.request(persona, message, key),
            |answer| {
                let object = reading::object(answer)?;
                Ok(Decision {
                    decision: reading::boolean(&object, "decision")?,
                    reasoning: reading::string(&object, "reasoning")?,
                    extra: Map::new(),
                })
            },
        )
        .await
    }

    /// The request for one decision; also what a dry run measures.
    #[must_use]
    pub fn request(&self, persona: &str, message: &str, key: CallKey) -> Request {
        Request {
            key,
            system: self.prompt.text.clone(),
            user: format!(
                "This is you:\n\n{}\n\nThis message has just reached you:\n\n{}\n\nDo you say yes to it? Answer with a \
                 JSON object: `reasoning` (text), then `decision` (true for yes, false for no).",
                fence("persona", persona),
                fence("message", message)
            ),
            schema: Some(Schema {
                name: "decision".into(),
                json: json!({
                    "type": "object",
                    // Reasoning first: a model that writes in the schema's order then decides after it has reasoned.
                    "properties": {"reasoning": {"type": "string"}, "decision": {"type": "boolean"}},
                    "required": ["reasoning", "decision"],
                    "additionalProperties": false
                }),
            }),
            max_tokens: self.max_tokens,
        }
    }
}
