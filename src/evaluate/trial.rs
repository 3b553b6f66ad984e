//! One message for one persona and its decision: the unit of work, of cost and of failure.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ask::Error;
use super::gate::Gate;
use super::{DecisionMaker, Generator};
use crate::call::aside;
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
    /// The same with this prompt in place of the bench's.
    WriteWithAndDecide(Arc<str>),
    /// Write a message.
    Write,
    /// Decide on this message.
    Decide(String),
}

/// How a trial ended.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// With a decision.
    Decided {
        /// The message.
        message: String,
        /// Its decision.
        decision: Decision,
    },
    /// With a message; no decision was asked for.
    Written(String),
    /// Not run to its end: the run is to stop. What was answered of it is in the journal.
    NotRun,
    /// Without what was asked for.
    Failed(TrialFailure),
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

/// The stages of a trial.
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
    /// Has messages with ungrounded claims written again; where it is missing they stay as they are, uncounted.
    pub gate: Option<Gate>,
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
        let prompt = match &trial.work {
            Work::WriteWithAndDecide(prompt) => prompt,
            _ => self.prompt.as_str(),
        };
        let (message, held) = match &trial.work {
            Work::Decide(message) => (message.clone(), None),
            Work::Write | Work::WriteAndDecide | Work::WriteWithAndDecide(_) => {
                match self.write(prompt, persona, &key("generate")).await {
                    Ok(written) => written,
                    Err(why) => return why.ended(Stage::Generate, None),
                }
            }
        };
        let verdict = if matches!(trial.work, Work::Write) {
            Verdict::Written(message)
        } else {
            match self.decide(persona, &message, &key("decide")).await {
                Ok(decision) => Verdict::Decided { message, decision },
                Err(why) => why.ended(Stage::Decide, Some(message)),
            }
        };
        // A trial that is going to be run once more meets the gate once more.
        if let (Some(gate), Some(held)) = (&self.gate, held)
            && !aside::waits()
        {
            gate.count(held.rewritten, held.ungrounded);
        }
        verdict
    }

    /// A message, and what the gate found where there is one.
    async fn write(&self, prompt: &str, persona: &str, key: &[&str]) -> Result<(String, Option<Held>), Unended> {
        let generator = self.generator.as_ref().ok_or(Unended::of("no generator for this run"))?;
        let mut message = generator.write(prompt, persona, key).await.map_err(Unended::from)?;
        let Some(gate) = &self.gate else { return Ok((message, None)) };
        let mut passages = Passages::of(gate, &message, persona);
        let mut rewrites = 0;
        while rewrites < gate.rewrites() && passages.any {
            let claims = passages.list(gate, &message, persona);
            let number = (rewrites + 1).to_string();
            let key: Vec<&str> = key.iter().copied().chain(["without", &number]).collect();
            // A message that is there is better than none, and its claims are counted against it.
            match generator.write_without(prompt, persona, &claims, &key).await {
                Ok(again) => message = again,
                Err(Error::Call(failure)) if failure.kind == FailureKind::Stopped => return Err(Unended::Stopped),
                Err(_) => break,
            }
            rewrites += 1;
            passages = Passages::of(gate, &message, persona);
        }
        Ok((message, Some(Held { rewritten: rewrites > 0, ungrounded: passages.any })))
    }

    async fn decide(&self, persona: &str, message: &str, key: &[&str]) -> Result<Decision, Unended> {
        if message.trim().is_empty() {
            return Err(Unended::of("the message is empty"));
        }
        let decision_maker = self.decision_maker.as_ref().ok_or(Unended::of("no decision maker for this run"))?;
        decision_maker.decide(persona, message, key).await.map_err(Unended::from)
    }
}

/// What the gate found in a message as it goes out.
struct Held {
    rewritten: bool,
    /// Whether anything in it is supported by nothing.
    ungrounded: bool,
}

/// The passages of a message that nothing supports. To find them takes longer than anything else in a trial, so whether
/// there are any is found once, however often the trial is worked on.
struct Passages {
    any: bool,
    list: Option<Vec<String>>,
}

impl Passages {
    fn of(gate: &Gate, message: &str, persona: &str) -> Self {
        let mut list = None;
        let any = aside::once(|| !list.insert(gate.passages(message, persona)).is_empty());
        Passages { any, list }
    }

    fn list(&mut self, gate: &Gate, message: &str, persona: &str) -> Vec<String> {
        self.list.take().unwrap_or_else(|| gate.passages(message, persona))
    }
}

/// Why a stage did not come to its end.
enum Unended {
    Stopped,
    Failed(String),
}

impl Unended {
    fn of(reason: &str) -> Self {
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
