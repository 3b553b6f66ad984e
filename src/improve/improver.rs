//! Rewrites the prompt, as one of several challengers.

use serde_json::json;

use super::challenge::Brief;
use super::{screen, soundness};
use crate::call::Caller;
use crate::evaluate::ask::{Error, ask};
use crate::evaluate::reading::{self, Unusable};
use crate::model::{CallKey, Request, Schema};

/// The most tokens of one rewrite, thinking included.
pub const REWRITE_TOKENS: u32 = 16_000;

const SYSTEM: &str = include_str!("../../prompts/improver.md");

/// Turns an incumbent and its feedback into a challenger.
#[derive(Clone)]
pub struct Improver {
    caller: Caller,
    max_tokens: u32,
}

impl Improver {
    /// An improver behind this door.
    #[must_use]
    pub fn new(caller: Caller, max_tokens: u32) -> Self {
        Improver { caller, max_tokens }
    }

    /// The door.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The most tokens of one answer.
    #[must_use]
    pub fn max_tokens(&self) -> u32 {
        self.max_tokens
    }

    /// Writes one challenger. What a model says around it, and single instructions that offend, are for the
    /// [`Screen`](super::Screen) to cut; what no cut can mend is asked for again.
    ///
    /// # Errors
    /// When the call fails, or when no answer held a prompt worth screening.
    pub async fn propose(&self, brief: &Brief<'_>, key: &[&str]) -> Result<String, Error> {
        ask(
            &self.caller,
            key,
            |key| self.proposal(brief, key),
            |answer| {
                let prompt = reading::string(&reading::object(answer)?, "prompt")?;
                match soundness::fault(&screen::bare(&prompt), brief.incumbent) {
                    Some(why) if why != soundness::FULL_OF_BLANKS => Err(Unusable::NoPrompt(why)),
                    _ => Ok(prompt),
                }
            },
        )
        .await
    }

    /// The request for one challenger; also what a dry run measures.
    #[must_use]
    pub fn proposal(&self, brief: &Brief<'_>, key: CallKey) -> Request {
        Request {
            key,
            system: SYSTEM.trim().to_owned(),
            user: brief.text(),
            schema: Some(schema()),
            max_tokens: self.max_tokens,
        }
    }
}

fn schema() -> Schema {
    Schema {
        name: "rewrite".into(),
        json: json!({
            "type": "object",
            "properties": {"prompt": {"type": "string"}},
            "required": ["prompt"],
            "additionalProperties": false
        }),
    }
}
