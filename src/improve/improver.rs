//! Proposes changes to the advice, as one of several challengers.

use super::challenge::Brief;
use super::fold;
use super::proposal::{self, Rewrite};
use crate::call::Caller;
use crate::evaluate::ask::{Error, ask};
use crate::evaluate::reading::Unusable;
use crate::model::{CallKey, Request};

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

    /// Writes one challenger: changes to the advice of the prompt in use, or a prompt. What offends in it is for the
    /// [`Screen`](super::Screen) to cut; an answer that changes nothing is asked for again.
    ///
    /// # Errors
    /// When the call fails, or when no answer held anything worth screening.
    pub async fn propose(&self, brief: &Brief<'_>, key: &[&str]) -> Result<Rewrite, Error> {
        ask(
            &self.caller,
            key,
            |key| self.proposal(brief, key),
            |answer| {
                let rewrite = proposal::read(answer, brief.advice.len())?;
                let items: Vec<String> = match &rewrite {
                    Rewrite::Changes(changes) => {
                        proposal::apply(changes, brief.advice).into_iter().map(|item| item.text).collect()
                    }
                    Rewrite::Prompt(prompt) => brief.parts.advice_in(prompt),
                };
                let keys = |items: &[String]| items.iter().map(|item| fold::key(item)).collect::<Vec<_>>();
                if keys(&items) == keys(brief.advice) { Err(Unusable::NoPrompt(UNCHANGED)) } else { Ok(rewrite) }
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
            schema: Some(proposal::schema()),
            max_tokens: self.max_tokens,
        }
    }
}

/// The fault of a rewrite that is none.
const UNCHANGED: &str = "it is the prompt in use, unchanged";
