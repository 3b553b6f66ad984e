//! What one trial for each of some personas is going to take, for `--dry-run`.

use super::error::Error;
use crate::data::spool::Texts;
use crate::evaluate::{DecisionMaker, Generator};
use crate::model::{CallKey, Usage};
use crate::report::estimate;

/// Tokens of a message and of a decision, as a plan assumes them: what the messages and decisions of real runs have.
pub const MESSAGE_ANSWER: u64 = 250;
/// See [`MESSAGE_ANSWER`].
pub const DECISION_ANSWER: u64 = 130;
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
        let (typical, claims) = (estimate::text_of(MESSAGE_ANSWER), [" ".repeat(CLAIMS)]);
        for persona in people.iter() {
            let persona = persona?;
            let request = generator.request(prompt, &persona, key.clone());
            calls.write.push(estimate::tokens(&request, MESSAGE_ANSWER));
            if rewrites {
                let request = generator.request_without(prompt, &persona, &claims, key.clone());
                calls.again.push(estimate::tokens(&request, MESSAGE_ANSWER));
            }
            if let Some(decision_maker) = decision_maker {
                let request = decision_maker.request(&persona, &typical, key.clone());
                calls.decide.push(estimate::tokens(&request, DECISION_ANSWER));
            }
        }
        Ok(calls)
    }
}
