//! Decides on messages: with yes or no, with a score, or, where the model is one that only decides, with a probability.

mod question;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::ask::{Error, ask};
use super::decision_prompt::DecisionPrompt;
use super::examples::Examples;
use super::reading;
use crate::call::Caller;
use crate::data::Map;
use crate::data::results::{Decision, OBJECTIONS, SCORE};
use crate::event::Event;
use crate::model::{Answer, CallKey, FailureKind, Request, digest};
use question::{Question, YES};

/// The most tokens of one decision, thinking included.
pub const DECISION_TOKENS: u32 = 8_192;

/// The score from which on a decision is a yes: above 0, and at most 1.
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

/// A reason for a no that a lineage knows. A model that only decides is asked about it in the same call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// Its name.
    pub name: String,
    /// What it means, in a sentence.
    pub meaning: String,
}

/// Decides whether a persona says yes to a message.
#[derive(Clone)]
pub struct DecisionMaker {
    caller: Caller,
    prompt: DecisionPrompt,
    max_tokens: u32,
    scored: Option<Threshold>,
    objections: Arc<[Objection]>,
    examples: Option<Arc<Examples>>,
    reasons: Option<Reasons>,
}

/// Who gives reasons where the decision maker writes nothing.
#[derive(Clone)]
struct Reasons {
    caller: Caller,
    max_tokens: u32,
    /// Whether the user was told that reasons are missing.
    is_said: Arc<AtomicBool>,
}

impl DecisionMaker {
    /// A decision maker behind this door, with this prompt.
    #[must_use]
    pub fn new(caller: Caller, prompt: DecisionPrompt, max_tokens: u32) -> Self {
        DecisionMaker {
            caller,
            prompt,
            max_tokens,
            scored: None,
            objections: Arc::default(),
            examples: None,
            reasons: None,
        }
    }

    /// The same, but asked for a score from 0 to 1 if there is a threshold: a score at or above it is a yes. The score
    /// is kept with the decision, see [`SCORE`]. A model that only decides gives one in any case.
    #[must_use]
    pub fn scored(self, scored: Option<Threshold>) -> Self {
        DecisionMaker { scored, ..self }
    }

    /// The same, but shown real examples before it decides: another judge.
    #[must_use]
    pub fn with_examples(self, examples: Option<Arc<Examples>>) -> Self {
        DecisionMaker { examples, ..self }
    }

    /// The examples that it is shown, if any.
    #[must_use]
    pub fn examples(&self) -> Option<&Arc<Examples>> {
        self.examples.as_ref()
    }

    /// The same, with reasons by the model behind this door if its own model writes none.
    #[must_use]
    pub fn with_reasons(self, caller: Option<Caller>, max_tokens: u32) -> Self {
        let reasons = caller.filter(|_| self.only_decides());
        DecisionMaker { reasons: reasons.map(|caller| Reasons { caller, max_tokens, is_said: Arc::default() }), ..self }
    }

    /// The same, but also asked which of these objections hold, if its model only decides: in the same call, and
    /// without influence on the decision. The answer is kept with the decision, see [`OBJECTIONS`].
    #[must_use]
    pub fn asking_about(self, objections: &[Objection]) -> Self {
        let objections = objections.iter().take(if self.only_decides() { question::MOST_OBJECTIONS } else { 0 });
        DecisionMaker { objections: objections.cloned().collect(), ..self }
    }

    /// The same, but asked for the decision alone: for proofs and audits, from which nothing is learned.
    #[must_use]
    pub fn deciding_only(self) -> Self {
        DecisionMaker { objections: Arc::default(), reasons: None, ..self }
    }

    /// Its prompt.
    #[must_use]
    pub fn prompt(&self) -> &DecisionPrompt {
        &self.prompt
    }

    /// The score or probability at which a decision becomes a yes, if the model gives one.
    #[must_use]
    pub fn threshold(&self) -> Option<Threshold> {
        if self.only_decides() { Some(self.scored.unwrap_or(Threshold::HALF)) } else { self.scored }
    }

    /// The door.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The door of the model that gives reasons, if the decision maker's own writes none.
    #[must_use]
    pub fn reasons(&self) -> Option<&Caller> {
        self.reasons.as_ref().map(|reasons| &reasons.caller)
    }

    fn only_decides(&self) -> bool {
        self.caller.model().only_decides()
    }

    fn question(&self) -> Question<'_> {
        match (self.only_decides(), self.scored) {
            (true, _) => Question::Chances(&self.objections),
            (false, Some(_)) => Question::Score,
            (false, None) => Question::YesOrNo,
        }
    }

    /// Hash of everything that judges: the model, its settings, the prompt, and the form of the question. 16
    /// hexadecimal digits. Two rates may be compared only if the same fingerprint judged both.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let model = self.caller.model();
        // The question for fixed texts stands for the template and the schema: a change to either changes the hash.
        // What is asked beside it is not part of it.
        let question = match self.question() {
            Question::Chances(_) => Question::Chances(&[]),
            other => other,
        };
        let (prompt, key) = (self.prompt.text.clone(), CallKey::from_parts(&[]));
        let question = question.request(prompt, "persona", "message", key, self.max_tokens);
        let schema = question.schema.map(|schema| schema.json.to_string()).unwrap_or_default();
        let limit = self.max_tokens.to_string();
        let threshold = self.threshold().map(|threshold| threshold.get().to_string());
        let parts = [model.id(), &model.settings(), &self.prompt.text, &question.user, &schema, &limit];
        // Whom an example is not shown to follows from who is judged: all that examples are chosen from are the
        // judge's.
        let examples = self.examples.as_ref().map(|examples| format!("examples {}", examples.record().sha256));
        let further = threshold.as_deref().into_iter().chain(examples.as_deref());
        digest(&parts.into_iter().chain(further).collect::<Vec<_>>())[..16].to_owned()
    }

    /// Decides once. `key` tells this decision from its siblings on the same message.
    ///
    /// # Errors
    /// When the call fails, or when no answer could be read as a decision. A decision is never guessed.
    pub async fn decide(&self, persona: &str, message: &str, key: &[&str]) -> Result<Decision, Error> {
        let request = |key| self.request(persona, message, key);
        let mut decision = ask(&self.caller, key, request, |answer| self.read(answer)).await?;
        // The objections that hold are the reason; another model is asked for one only if none is known.
        if let Some(reasons) = self.reasons.as_ref().filter(|_| decision.reasoning.is_empty()) {
            decision.reasoning = self.reason(reasons, persona, message, decision.decision, key).await?;
        }
        Ok(decision)
    }

    fn read(&self, answer: &Answer) -> Result<Decision, reading::Unusable> {
        let object = reading::object(answer)?;
        let mut extra = Map::new();
        let mut decide = |field, threshold: Threshold| {
            let chance = reading::share(&object, field)?;
            extra.insert(SCORE.to_owned(), chance.into());
            Ok(chance >= threshold.get())
        };
        let (decision, reasoning) = match (self.question(), self.threshold()) {
            (Question::Chances(objections), threshold) => {
                let decision = decide(YES, threshold.unwrap_or(Threshold::HALF))?;
                let held = question::objections(&object, objections);
                let reasoning = if decision { String::new() } else { question::in_words(&held) };
                if !held.is_empty() {
                    extra.insert(OBJECTIONS.to_owned(), held.into());
                }
                (decision, reasoning)
            }
            (_, Some(threshold)) => {
                let reasoning = reading::string(&object, "reasoning")?;
                (decide(SCORE, threshold)?, reasoning)
            }
            (_, None) => (reading::boolean(&object, "decision")?, reading::string(&object, "reasoning")?),
        };
        Ok(Decision { decision, reasoning, extra })
    }

    /// Asks for the reasons of a decision that was made. If there are none to be had, the decision stands without.
    async fn reason(
        &self,
        reasons: &Reasons,
        persona: &str,
        message: &str,
        decision: bool,
        key: &[&str],
    ) -> Result<String, Error> {
        let key: Vec<&str> = key.iter().copied().chain(["reason"]).collect();
        let request =
            |key| question::reason(self.prompt.text.clone(), (persona, message), decision, key, reasons.max_tokens);
        let read = |answer: &Answer| reading::string(&reading::object(answer)?, "reasoning");
        match ask(&reasons.caller, &key, request, read).await {
            Err(Error::Unusable { reason }) => {
                if !reasons.is_said.swap(true, Ordering::Relaxed) {
                    reasons.caller.events().emit(Event::Warning(format!(
                        "{} gives no reasons that can be read, and decisions stay without: {reason}",
                        reasons.caller.model().id()
                    )));
                }
                Ok(String::new())
            }
            // A single call that is too large or refused does not cost the decision; whatever ends the run ends it here
            // too.
            Err(Error::Call(failure)) if matches!(failure.kind, FailureKind::Invalid | FailureKind::TooLarge) => {
                Ok(String::new())
            }
            other => other,
        }
    }

    /// The request for one decision; also what a dry run measures.
    #[must_use]
    pub fn request(&self, persona: &str, message: &str, key: CallKey) -> Request {
        let request = self.question().request(self.prompt.text.clone(), persona, message, key, self.max_tokens);
        match &self.examples {
            // First, so that what is the same for most people stands first: hosts remember beginnings.
            Some(examples) => Request { user: examples.text(persona) + &request.user, ..request },
            None => request,
        }
    }

    /// The request for the reasons of a decision if its own model writes none; a dry run measures it.
    #[must_use]
    pub fn reason_request(&self, persona: &str, message: &str) -> Option<Request> {
        let reasons = self.reasons.as_ref()?;
        let (prompt, key) = (self.prompt.text.clone(), CallKey::from_parts(&[]));
        Some(question::reason(prompt, (persona, message), false, key, reasons.max_tokens))
    }
}

#[cfg(test)]
mod tests;
