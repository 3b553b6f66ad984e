//! Decides on messages.

use serde_json::json;

use super::ask::{Error, ask};
use super::decision_prompt::DecisionPrompt;
use super::fence::fence;
use super::reading;
use crate::call::Caller;
use crate::data::Map;
use crate::data::results::{Decision, SCORE};
use crate::model::{CallKey, Request, Schema, digest};

/// The most tokens of one decision, thinking included.
pub const DECISION_TOKENS: u32 = 8_192;

/// From which score on a decision is a yes: above 0, and at most 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold(f64);

impl Threshold {
    /// Half: a score is how likely a yes is.
    pub const HALF: Threshold = Threshold(0.5);

    /// The threshold of this number; none for a number outside, and for 0, at which everything would be a yes.
    #[must_use]
    pub fn new(number: f64) -> Option<Self> {
        (number > 0.0 && number <= 1.0).then_some(Threshold(number))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

/// Decides whether a persona says yes to a message.
#[derive(Clone)]
pub struct DecisionMaker {
    caller: Caller,
    prompt: DecisionPrompt,
    max_tokens: u32,
    scored: Option<Threshold>,
}

impl DecisionMaker {
    /// A decision maker behind this door, with this prompt.
    #[must_use]
    pub fn new(caller: Caller, prompt: DecisionPrompt, max_tokens: u32) -> Self {
        DecisionMaker { caller, prompt, max_tokens, scored: None }
    }

    /// The same, asked for a score from 0 to 1 where there is a threshold: a decision is a yes from it on. The score is
    /// kept beside the decision, see [`SCORE`].
    #[must_use]
    pub fn scored(self, scored: Option<Threshold>) -> Self {
        DecisionMaker { scored, ..self }
    }

    /// Its prompt.
    #[must_use]
    pub fn prompt(&self) -> &DecisionPrompt {
        &self.prompt
    }

    /// From which score on it says yes, where it is asked for one.
    #[must_use]
    pub fn threshold(&self) -> Option<Threshold> {
        self.scored
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
        let threshold = self.scored.map(|threshold| threshold.get().to_string());
        let parts = [model.id(), &model.settings(), &self.prompt.text, &question.user, &schema, &limit];
        digest(&parts.into_iter().chain(threshold.as_deref()).collect::<Vec<_>>())[..16].to_owned()
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
                let reasoning = reading::string(&object, "reasoning")?;
                let mut extra = Map::new();
                let decision = match self.scored {
                    None => reading::boolean(&object, "decision")?,
                    Some(threshold) => {
                        let score = reading::share(&object, SCORE)?;
                        extra.insert(SCORE.to_owned(), score.into());
                        score >= threshold.get()
                    }
                };
                Ok(Decision { decision, reasoning, extra })
            },
        )
        .await
    }

    /// The request for one decision; also what a dry run measures.
    #[must_use]
    pub fn request(&self, persona: &str, message: &str, key: CallKey) -> Request {
        let (question, name, kind) = match self.scored {
            None => (
                "Do you say yes to it? Answer with a JSON object: `reasoning` (text), then `decision` (true for yes, \
                 false for no).",
                "decision",
                "boolean",
            ),
            // The threshold is not told: a model that knows it answers on its safe side.
            Some(_) => (
                "How likely is it that you say yes to it? Answer with a JSON object: `reasoning` (text), then, as your \
                 decision, `score` (a number from 0, surely no, to 1, surely yes).",
                SCORE,
                "number",
            ),
        };
        Request {
            key,
            system: self.prompt.text.clone(),
            user: format!(
                "This is you:\n\n{}\n\nThis message has just reached you:\n\n{}\n\n{question}",
                fence("persona", persona),
                fence("message", message)
            ),
            schema: Some(Schema {
                name: name.into(),
                json: json!({
                    "type": "object",
                    // Reasoning first: a model that writes in the schema's order then decides after it has reasoned.
                    "properties": {"reasoning": {"type": "string"}, name: {"type": kind}},
                    "required": ["reasoning", name],
                    "additionalProperties": false
                }),
            }),
            max_tokens: self.max_tokens,
        }
    }
}
