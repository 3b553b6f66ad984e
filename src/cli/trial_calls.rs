//! What trials of some personas are going to take, for `--dry-run`.

use super::error::Error;
use crate::data::spool::Texts;
use crate::evaluate::account::Account;
use crate::evaluate::auditing::Auditing;
use crate::evaluate::generator::{Draft, Fault};
use crate::evaluate::grounding::Sources;
use crate::evaluate::{Auditor, DecisionMaker, Generator};
use crate::model::{CallKey, Role, Usage};
use crate::report::estimate::{self, Line};

/// Tokens of a message and of a decision, as a plan assumes them: what the messages and decisions of real runs have.
pub const MESSAGE_ANSWER: u64 = 250;
/// See [`MESSAGE_ANSWER`].
pub const DECISION_ANSWER: u64 = 130;
/// Tokens of the answer to one audit: a dozen claims with their quotations.
pub const AUDIT_ANSWER: u64 = 600;
/// Characters of a passage that is made up, and of the reason beside it.
const FAULT: usize = 120;

/// Calls of one trial per persona.
#[derive(Default)]
pub struct TrialCalls {
    /// Writing the message.
    pub write: Vec<Usage>,
    /// Checking its claims; empty without an auditor.
    pub audit: Vec<Usage>,
    /// Revising it once; empty where messages are kept as they are.
    pub revise: Vec<Usage>,
    /// Deciding on it.
    pub decide: Vec<Usage>,
    /// The calls for the reasons of a decision; empty if the decision maker writes its own.
    pub reason: Vec<Usage>,
}

impl TrialCalls {
    /// Of trials with this prompt for these personas.
    ///
    /// # Errors
    /// Where a persona cannot be read.
    pub fn of(
        prompt: &str,
        people: &Texts,
        (generator, auditing): (&Generator, &Auditing),
        decision_maker: Option<&DecisionMaker>,
    ) -> Result<Self, Error> {
        let (mut calls, key) = (TrialCalls::default(), CallKey::from_parts(&[]));
        let text = estimate::text_of(MESSAGE_ANSWER);
        let faults = [Fault { passage: " ".repeat(FAULT), why: " ".repeat(FAULT) }];
        // Without a model that audits hardly anything is found that could be revised.
        let revises = auditing.revises() && auditing.by.model().is_some();
        for persona in people.iter() {
            let persona = persona?;
            let request = generator.request(prompt, &persona, key.clone());
            calls.write.push(estimate::tokens(&request, MESSAGE_ANSWER));
            if revises {
                let draft = Draft { text: &text, faults: &faults };
                let request = generator.revision(prompt, &persona, &draft, key.clone());
                calls.revise.push(estimate::tokens(&request, MESSAGE_ANSWER));
            }
        }
        if let Some(auditor) = auditing.by.model() {
            calls.audit = TrialCalls::audits(auditor, &auditing.sources, people)?;
        }
        if let Some(decision_maker) = decision_maker {
            calls.decide = TrialCalls::decisions(decision_maker, people)?;
            calls.reason = TrialCalls::reasons(decision_maker, people)?;
        }
        Ok(calls)
    }

    /// Of one decision on a message to each of these personas.
    ///
    /// # Errors
    /// Where a persona cannot be read.
    pub fn decisions(decision_maker: &DecisionMaker, people: &Texts) -> Result<Vec<Usage>, Error> {
        let typical = estimate::text_of(MESSAGE_ANSWER);
        let of = |persona: String| {
            estimate::tokens(&decision_maker.request(&persona, &typical, CallKey::from_parts(&[])), DECISION_ANSWER)
        };
        people.iter().map(|persona| Ok(of(persona?))).collect()
    }

    /// Of the words for one decision on a message to each of these personas; none where the decision maker writes its
    /// own.
    ///
    /// # Errors
    /// Where a persona cannot be read.
    fn reasons(decision_maker: &DecisionMaker, people: &Texts) -> Result<Vec<Usage>, Error> {
        let typical = estimate::text_of(MESSAGE_ANSWER);
        let mut calls = Vec::new();
        for persona in people.iter() {
            let request = decision_maker.reason_request(&persona?, &typical);
            calls.extend(request.map(|request| estimate::tokens(&request, DECISION_ANSWER)));
        }
        Ok(calls)
    }

    /// Of one audit of a message to each of these personas.
    ///
    /// # Errors
    /// Where a persona cannot be read.
    pub fn audits(auditor: &Auditor, sources: &Sources, people: &Texts) -> Result<Vec<Usage>, Error> {
        let typical = estimate::text_of(MESSAGE_ANSWER);
        let of = |persona: String| {
            estimate::tokens(&auditor.request(&typical, sources, &persona, CallKey::from_parts(&[])), AUDIT_ANSWER)
        };
        people.iter().map(|persona| Ok(of(persona?))).collect()
    }

    /// The lines of a plan that writes so many messages to each persona to keep them: messages, audits, revisions,
    /// decisions. `of` says in words what they are.
    pub fn kept(&self, messages: u64, of: &str, account: &Account) -> Vec<Line> {
        let line = |role, what: String, calls: &[Usage]| Line::for_calls(role, what, calls, messages, account);
        let revised = half(if self.revise.is_empty() { &[] } else { &self.audit });
        vec![
            line(Role::Generator, of.to_owned(), &self.write),
            line(Role::Auditor, format!("claims of {of}"), &self.audit),
            line(Role::Generator, format!("{of}: every second one revised"), &half(&self.revise)),
            line(Role::Auditor, "claims of the revisions".to_owned(), &revised),
            line(Role::DecisionMaker, format!("decisions on {of}"), &self.decide),
            line(Role::Reasoner, format!("reasons for decisions on {of}"), &self.reason),
        ]
    }
}

/// Every second of these calls.
#[must_use]
pub fn half(calls: &[Usage]) -> Vec<Usage> {
    calls.iter().copied().step_by(2).collect()
}
