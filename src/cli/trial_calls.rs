//! What trials of some personas are going to take, for `--dry-run`.

use super::error::Error;
use crate::data::spool::Texts;
use crate::evaluate::claims::Facts;
use crate::evaluate::{Auditor, DecisionMaker, Generator};
use crate::model::{CallKey, Usage};
use crate::report::estimate;

/// Tokens of a message and of a decision, as a plan assumes them: what the messages and decisions of real runs have.
pub const MESSAGE_ANSWER: u64 = 250;
/// See [`MESSAGE_ANSWER`].
pub const DECISION_ANSWER: u64 = 130;
/// Tokens of the answer to one audit: a dozen claims with their quotations.
pub const AUDIT_ANSWER: u64 = 600;
/// How often a message is written again, on the mean, as a plan assumes it. On three markets it was 1.2 to 1.9 times; of
/// the 48 messages of the original service, which a strong model wrote, every one made up something.
pub const REWRITES: u64 = 2;
/// What the line of a plan says of these calls.
pub const EXPECTED_AGAIN: &str = "messages written again, as is to be expected";
/// What such a message has made up, in characters.
const CLAIMS: usize = 240;

/// Calls of one trial per persona.
#[derive(Default)]
pub struct TrialCalls {
    /// Writing the message.
    pub write: Vec<Usage>,
    /// Writing it again once; to be expected [`REWRITES`] times. Empty where messages are kept as they are.
    pub again: Vec<Usage>,
    /// Deciding on it.
    pub decide: Vec<Usage>,
}

impl TrialCalls {
    /// Of trials with this prompt for these personas.
    ///
    /// # Errors
    /// Where a persona cannot be read.
    pub fn of(
        prompt: &str,
        people: &Texts,
        (generator, rewrites): (&Generator, bool),
        decision_maker: Option<&DecisionMaker>,
    ) -> Result<Self, Error> {
        let (mut calls, key) = (TrialCalls::default(), CallKey::of(&[]));
        let claims = [" ".repeat(CLAIMS)];
        for persona in people.iter() {
            let persona = persona?;
            let request = generator.request(prompt, &persona, key.clone());
            calls.write.push(estimate::tokens(&request, MESSAGE_ANSWER));
            if rewrites {
                let request = generator.request_without(prompt, &persona, &claims, key.clone());
                calls.again.push(estimate::tokens(&request, MESSAGE_ANSWER));
            }
        }
        if let Some(decision_maker) = decision_maker {
            calls.decide = TrialCalls::decisions(decision_maker, people)?;
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
            estimate::tokens(&decision_maker.request(&persona, &typical, CallKey::of(&[])), DECISION_ANSWER)
        };
        people.iter().map(|persona| Ok(of(persona?))).collect()
    }

    /// Of the words for one decision on a message to each of these personas; none where the decision maker writes its own.
    ///
    /// # Errors
    /// Where a persona cannot be read.
    pub fn reasons(decision_maker: &DecisionMaker, people: &Texts) -> Result<Vec<Usage>, Error> {
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
    pub fn audits(auditor: &Auditor, facts: &str, people: &Texts) -> Result<Vec<Usage>, Error> {
        let (typical, facts) = (estimate::text_of(MESSAGE_ANSWER), Facts::of(facts));
        let of = |persona: String| {
            estimate::tokens(&auditor.request(&typical, &facts, &persona, CallKey::of(&[])), AUDIT_ANSWER)
        };
        people.iter().map(|persona| Ok(of(persona?))).collect()
    }
}
