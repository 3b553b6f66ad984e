//! One message for one persona and its decision: the unit of work, of cost and of failure.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ask::Error;
use super::auditing::{AuditWhen, Auditing, Message, Stopped};
use super::generator::Draft;
use super::{DecisionMaker, Generator};
use crate::data::results::Decision;
use crate::model::FailureKind;

/// What is to be done for one persona.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Index of the persona in its run.
    pub persona: usize,
    /// Number of the message among those to the same persona, from 0.
    pub message: usize,
    /// What is to be done.
    pub work: Work,
}

/// The stages of a trial that are still to do.
#[derive(Clone, Debug)]
pub enum Work {
    /// Write a message and decide on it.
    WriteAndDecide,
    /// The same with a prompt in place of the bench's.
    WriteWithAndDecide {
        /// The prompt.
        prompt: Arc<str>,
        /// Whether the message is audited where messages are after a yes: that may be too many calls.
        audit: bool,
    },
    /// Write a message.
    Write,
    /// Decide on this message.
    Decide(String),
    /// Find out about this message what is not known yet.
    Review(Box<Review>),
}

/// A message that is there already.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Review {
    /// The message, with its audit where there is one.
    pub message: Message,
    /// Its decision; `None` where it is to be decided on.
    pub decision: Option<Decision>,
    /// When its claims are to be checked.
    pub audit: ReviewAudit,
}

/// When the claims of a message that is there already are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReviewAudit {
    /// Never: what is known of them stays.
    Never,
    /// If its decision is a yes.
    AfterYes,
    /// In any case.
    Always,
}

/// How a trial ended.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// With a decision.
    Decided {
        /// The message.
        message: Message,
        /// Its decision.
        decision: Decision,
    },
    /// With a message; no decision was asked for.
    Written(Message),
    /// Not run to its end: the run is to stop. What was answered of it is in the journal.
    NotRun,
    /// Without what was asked for.
    Failed(TrialFailure),
}

impl Verdict {
    /// The message, where there is one that did not fail.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        match self {
            Verdict::Decided { message, .. } | Verdict::Written(message) => Some(message),
            Verdict::NotRun | Verdict::Failed(_) => None,
        }
    }
}

/// Why a trial failed. It is never a decision and counts in no rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialFailure {
    /// What failed.
    pub stage: Stage,
    /// One line.
    pub reason: String,
    /// The message, where one had been written: it was paid for.
    pub message: Option<String>,
}

/// The stages of a trial that can fail. An audit cannot: without one the claims of the message are not checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Writing the message.
    Generate,
    /// Deciding on it.
    Decide,
}

impl Stage {
    /// As files list it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Generate => "generate",
            Stage::Decide => "decide",
        }
    }
}

/// All that a trial needs besides itself.
#[derive(Clone)]
pub struct Bench {
    /// Writes messages.
    pub generator: Option<Generator>,
    /// Decides on them.
    pub decision_maker: Option<DecisionMaker>,
    /// How messages are audited; where it is missing nobody looks at what they claim.
    pub auditing: Option<Auditing>,
    /// The prompt under test.
    pub prompt: String,
    /// The run's seed.
    pub seed: u64,
    /// The run's place in its cycle (`challenger`, `again`): keeps the keys of two runs of one cycle apart.
    pub label: String,
}

impl Bench {
    /// Runs one trial to its end.
    pub async fn run(&self, persona: &str, trial: Trial) -> Verdict {
        let parts = [self.seed.to_string(), self.label.clone(), trial.persona.to_string(), trial.message.to_string()];
        let key = |stage| -> Vec<&str> { parts.iter().map(String::as_str).chain([stage]).collect() };
        let written = match &trial.work {
            Work::Decide(text) => Ok(Message::unchecked(text)),
            Work::Review(review) => Ok(review.message.clone()),
            Work::WriteWithAndDecide { prompt, .. } => self.write(prompt, persona, &key("generate")).await,
            Work::Write | Work::WriteAndDecide => self.write(&self.prompt, persona, &key("generate")).await,
        };
        let message = match written {
            Ok(message) => message,
            Err(why) => return why.ended(Stage::Generate, None),
        };
        if matches!(trial.work, Work::Write) {
            return Verdict::Written(message);
        }
        let known = match &trial.work {
            Work::Review(review) => review.decision.clone(),
            _ => None,
        };
        let decided = match known {
            Some(decision) => Ok(decision),
            None => self.decide(persona, &message.text, &key("decide")).await,
        };
        let decision = match decided {
            Ok(decision) => decision,
            Err(why) => return why.ended(Stage::Decide, Some(message.text)),
        };
        if !self.audits_after(&trial.work, decision.decision) {
            return Verdict::Decided { message, decision };
        }
        match self.check(message, persona, &key("audit")).await {
            Ok(message) => Verdict::Decided { message, decision },
            Err(why) => why.ended(Stage::Decide, None),
        }
    }

    /// Whether a message is audited after it was decided on.
    fn audits_after(&self, work: &Work, yes: bool) -> bool {
        match (work, &self.auditing) {
            (Work::Review(review), Some(_)) => match review.audit {
                ReviewAudit::Never => false,
                ReviewAudit::AfterYes => yes,
                ReviewAudit::Always => true,
            },
            (Work::WriteWithAndDecide { audit: false, .. }, _) | (_, None) => false,
            (_, Some(auditing)) => yes && auditing.when == AuditWhen::AfterYes,
        }
    }

    /// A message; where it is to be checked before anybody reads it, with what it claims, and revised as often as it
    /// may be.
    async fn write(&self, prompt: &str, persona: &str, key: &[&str]) -> Result<Message, Unended> {
        let generator = self.generator.as_ref().ok_or(Unended::because("no generator for this run"))?;
        let mut message = Message::unchecked(generator.write(prompt, persona, key).await?);
        let Some(auditing) = self.auditing.as_ref().filter(|own| own.when == AuditWhen::BeforeDecision) else {
            return Ok(message);
        };
        message = self.check(message, persona, &[key, &["audit"]].concat()).await?;
        for number in 1..=auditing.revisions {
            let faults = message.faults();
            if faults.is_empty() {
                break;
            }
            let number_text = number.to_string();
            let key = [key, &["revise", &number_text]].concat();
            let draft = Draft { text: &message.text, faults: &faults };
            let revised = match generator.revise(prompt, persona, &draft, &key).await {
                // A draft that comes back as it was will come back so again.
                Ok(text) if text == message.text => break,
                Ok(text) => Message::unchecked(text),
                Err(Error::Call(failure)) if failure.kind == FailureKind::Stopped => return Err(Unended::Stopped),
                // A message that is there is better than none, and its claims count against it.
                Err(_) => break,
            };
            message = self.check(revised, persona, &[&key[..], &["audit"]].concat()).await?;
            message.revisions = number;
        }
        message.only_a_note().map_or(Ok(message), |reason| Err(Unended::Failed(reason)))
    }

    async fn check(&self, message: Message, persona: &str, key: &[&str]) -> Result<Message, Unended> {
        match &self.auditing {
            Some(auditing) => Ok(auditing.check(message, persona, key).await?),
            None => Ok(message),
        }
    }

    async fn decide(&self, persona: &str, message: &str, key: &[&str]) -> Result<Decision, Unended> {
        if message.trim().is_empty() {
            return Err(Unended::because("the message is empty"));
        }
        let decision_maker = self.decision_maker.as_ref().ok_or(Unended::because("no decision maker for this run"))?;
        decision_maker.decide(persona, message, key).await.map_err(Unended::from)
    }
}

/// Why a stage did not come to its end.
enum Unended {
    Stopped,
    Failed(String),
}

impl Unended {
    fn because(reason: &str) -> Self {
        Unended::Failed(reason.to_owned())
    }

    fn ended(self, stage: Stage, message: Option<String>) -> Verdict {
        match self {
            Unended::Stopped => Verdict::NotRun,
            Unended::Failed(reason) => Verdict::Failed(TrialFailure { stage, reason, message }),
        }
    }
}

impl From<Error> for Unended {
    fn from(error: Error) -> Self {
        match error {
            Error::Call(failure) if failure.kind == FailureKind::Stopped => Unended::Stopped,
            error => Unended::Failed(error.to_string()),
        }
    }
}

impl From<Stopped> for Unended {
    fn from(_: Stopped) -> Self {
        Unended::Stopped
    }
}

#[cfg(test)]
#[path = "trial_tests.rs"]
mod tests;
