//! Asks a model what a message claims.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::question::{QUESTION, Round, findings, question_again, schema, texts};
use super::source_index::SourceIndex;
use super::verify::{Finding, Verifier};
use super::{Audit, Sources};
use crate::call::Caller;
use crate::evaluate::ask::{Error, ask, kind_of};
use crate::evaluate::reading::{self, Unusable};
use crate::model::{Answer, CallKey, Request, digest};

/// The most tokens of one audit, thinking included.
pub const AUDIT_TOKENS: u32 = 8_192;

const SYSTEM: &str = include_str!("../../../prompts/auditor.md");

/// Finds the claims of a message: a model reads it, and nothing that it says is accepted unless code can verify it.
#[derive(Clone)]
pub struct Auditor {
    caller: Caller,
    max_tokens: u32,
    usable: Arc<Mutex<Usable>>,
}

/// Whether any answer could be read so far.
#[derive(Debug, Default)]
enum Usable {
    /// Nothing is known, or some could: the auditor is asked.
    #[default]
    Maybe,
    Yes,
    /// None of this many messages in a row, from the first on, could be read, for one reason.
    No(u32, Box<Error>),
}

/// If none of the first so many messages could be read, for one reason, the auditor is not asked any more: three calls
/// for each would be paid for, and bring nothing.
const ENOUGH: u32 = 12;

impl Auditor {
    /// An auditor behind this door.
    #[must_use]
    pub fn new(caller: Caller, max_tokens: u32) -> Self {
        Auditor { caller, max_tokens, usable: Arc::default() }
    }

    /// The door.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Hash of everything that audits: the model, its settings, the prompt, and the form of the question. 16
    /// hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let model = self.caller.model();
        let question = self.request("message", &Sources::new("facts", "orders"), "persona", CallKey::from_parts(&[]));
        let limit = self.max_tokens.to_string();
        let again = question_again(&[]);
        let parts = [
            model.id(),
            &model.settings(),
            &question.system,
            &question.user,
            &schema(Round::Again).json.to_string(),
            &again,
            &limit,
        ];
        digest(&parts)[..16].to_owned()
    }

    /// Audits one message: asks, verifies, and asks once more about what did not verify. `key` tells this audit from
    /// its siblings on the same message.
    ///
    /// # Errors
    /// When a call fails, or when no answer could be read as a list of claims: then the message is not checked. After a
    /// dozen messages of which none could be read, for one reason, it is that reason at once.
    pub async fn audit(&self, message: &str, sources: &Sources, persona: &str, key: &[&str]) -> Result<Audit, Error> {
        if let Usable::No(ENOUGH.., error) = &*self.usable() {
            return Err(Error::clone(error));
        }
        let audited = self.ask(message, sources, persona, key).await;
        self.record(audited.as_ref().err());
        audited
    }

    fn usable(&self) -> MutexGuard<'_, Usable> {
        self.usable.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records how an audit ended.
    fn record(&self, error: Option<&Error>) {
        let mut usable = self.usable();
        *usable = match (std::mem::take(&mut *usable), error) {
            // Of calls that fail the door knows what to do.
            (known, Some(Error::Call(_))) => known,
            (Usable::Maybe, Some(error)) => Usable::No(1, Box::new(error.clone())),
            (Usable::No(count, known), Some(error)) if kind_of(&known.to_string()) == kind_of(&error.to_string()) => {
                Usable::No(count + 1, known)
            }
            // One success, or another reason, gives hope for good.
            _ => Usable::Yes,
        };
    }

    async fn ask(&self, message: &str, sources: &Sources, persona: &str, key: &[&str]) -> Result<Audit, Error> {
        let verifier = Verifier::new(message, sources, persona);
        let texts = texts(message, verifier.known());
        let first = |key| self.asking(&texts, QUESTION, Round::First, key);
        let (said, _) = ask(&self.caller, key, first, |answer| read(answer, Round::First)).await?;
        let verified = verifier.verify(&said);
        if verified.rejected.is_empty() {
            return Ok(self.found(verified.claims));
        }
        let again = question_again(&verified.rejected);
        let key: Vec<&str> = key.iter().copied().chain(["again"]).collect();
        let again = |key| self.asking(&texts, &again, Round::Again, key);
        let (said, withdrawn) = match ask(&self.caller, &key, again, |answer| read(answer, Round::Again)).await {
            Ok(said) => said,
            // What cannot be read verifies nothing.
            Err(Error::Unusable { .. }) => (Vec::new(), Vec::new()),
            Err(error) => return Err(error),
        };
        Ok(self.found(verifier.settle(verified, &said, &withdrawn)))
    }

    fn found(&self, claims: Vec<super::Claim>) -> Audit {
        Audit { auditor: Some(self.fingerprint()), claims }
    }

    /// The request for one audit; also what a dry run measures.
    #[must_use]
    pub fn request(&self, message: &str, sources: &Sources, persona: &str, key: CallKey) -> Request {
        self.asking(&texts(message, &SourceIndex::new(message, sources, persona)), QUESTION, Round::First, key)
    }

    fn asking(&self, texts: &str, question: &str, round: Round, key: CallKey) -> Request {
        Request {
            key,
            system: SYSTEM.trim().to_owned(),
            user: format!("{texts}\n\n{question}"),
            schema: Some(schema(round)),
            max_tokens: self.max_tokens,
        }
    }
}

fn read(answer: &Answer, round: Round) -> Result<(Vec<Finding>, Vec<String>), Unusable> {
    findings(&reading::object(answer)?, round)
}
