//! A sequence: the messages that one person gets one after the other, each with a subject.
//!
//! Every step is a request of its own that carries the steps before it. It is audited and revised as any message is,
//! its subject included. A follow-up is shorter than the step before it; one that is not is revised for that as well.

pub(super) mod question;

pub use question::{Earlier, StepText, words};

use super::Generator;
use super::ask::{self, ask};
use super::auditing::{Auditing, Message, Stopped};
use super::generator::Fault;
use crate::model::{CallKey, FailureKind, Request};

/// The most steps of a sequence.
pub const MOST_STEPS: u32 = 8;

/// Writes sequences. Cheap to clone.
#[derive(Clone)]
pub struct SequenceWriter {
    /// Who writes.
    pub generator: Generator,
    /// How steps are audited, and how often they are revised.
    pub auditing: Auditing,
    /// How many steps a sequence has.
    pub steps: u32,
}

/// A step that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenStep {
    /// Subject and body.
    pub text: StepText,
    /// Both as one text, with what it claims.
    pub message: Message,
}

/// What came of a sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    /// The steps that were written, in order.
    pub steps: Vec<WrittenStep>,
    /// Why there are no more of them, where there should be; one line.
    pub failed: Option<String>,
}

/// Why a step was not written.
enum Unended {
    Stopped,
    Failed(String),
}

impl SequenceWriter {
    /// Writes a sequence. `key` tells it from all others of its run.
    ///
    /// # Errors
    /// When the run is to stop. A step that fails is no error: it ends the sequence, and what was written before it
    /// stays.
    pub async fn write(&self, prompt: &str, persona: &str, key: &[&str]) -> Result<Sequence, Stopped> {
        let mut sequence = Sequence::default();
        for number in 1..=self.steps {
            match self.step(prompt, persona, &sequence.steps, key).await {
                Ok(step) => sequence.steps.push(step),
                Err(Unended::Stopped) => return Err(Stopped),
                Err(Unended::Failed(reason)) => {
                    sequence.failed = Some(format!("step {number}: {reason}"));
                    break;
                }
            }
        }
        Ok(sequence)
    }

    /// The request for the step after `earlier`; also what a dry run measures.
    #[must_use]
    pub fn request(&self, prompt: &str, persona: &str, earlier: &[StepText], key: CallKey) -> Request {
        let earlier = Earlier(earlier.iter().collect());
        self.asking(prompt, question::writing(persona, &earlier), key)
    }

    /// The request to revise a step; also what a dry run measures.
    #[must_use]
    pub fn revision(
        &self,
        prompt: &str,
        (persona, earlier): (&str, &[StepText]),
        draft: &StepText,
        faults: &[Fault],
        key: CallKey,
    ) -> Request {
        let earlier = Earlier(earlier.iter().collect());
        self.asking(prompt, question::revising(persona, &earlier, draft, faults), key)
    }

    fn asking(&self, prompt: &str, user: String, key: CallKey) -> Request {
        let max_tokens = self.generator.max_tokens();
        Request { key, system: prompt.to_owned(), user, schema: Some(question::schema()), max_tokens }
    }

    async fn step(
        &self,
        prompt: &str,
        persona: &str,
        before: &[WrittenStep],
        key: &[&str],
    ) -> Result<WrittenStep, Unended> {
        let number = (before.len() + 1).to_string();
        let key = [key, &["step", &number]].concat();
        let earlier = Earlier(before.iter().map(|step| &step.text).collect());
        let text = self.ask(prompt, &question::writing(persona, &earlier), &[&key[..], &["write"]].concat()).await?;
        let mut step = self.check(text, persona, &[&key[..], &["audit"]].concat()).await?;
        let revisions = if self.auditing.revises() { self.auditing.revisions } else { 0 };
        for number in 1..=revisions {
            let faults = step.message.faults();
            if faults.is_empty() && earlier.excess(&step.text).is_none() {
                break;
            }
            let number_text = number.to_string();
            let key = [&key[..], &["revise", &number_text]].concat();
            let user = question::revising(persona, &earlier, &step.text, &faults);
            let revised = match self.ask(prompt, &user, &key).await {
                // A draft that comes back as it was will come back so again.
                Ok(text) if text == step.text => break,
                Ok(text) => text,
                Err(Unended::Stopped) => return Err(Unended::Stopped),
                // A step that is there is better than none, and its claims are listed with it.
                Err(Unended::Failed(_)) => break,
            };
            step = self.check(revised, persona, &[&key[..], &["audit"]].concat()).await?;
            step.message.revisions = number;
        }
        step.message.only_a_note().map_or(Ok(step), |reason| Err(Unended::Failed(reason)))
    }

    async fn ask(&self, prompt: &str, user: &str, key: &[&str]) -> Result<StepText, Unended> {
        let request = |key| self.asking(prompt, user.to_owned(), key);
        ask(self.generator.caller(), key, request, question::read).await.map_err(|error| match error {
            ask::Error::Call(failure) if failure.kind == FailureKind::Stopped => Unended::Stopped,
            error => Unended::Failed(error.to_string()),
        })
    }

    async fn check(&self, text: StepText, persona: &str, key: &[&str]) -> Result<WrittenStep, Unended> {
        let message = Message::unchecked(text.whole());
        let message = self.auditing.check(message, persona, key).await.map_err(|Stopped| Unended::Stopped)?;
        Ok(WrittenStep { text, message })
    }
}

#[cfg(test)]
#[path = "sequence/tests.rs"]
mod tests;
