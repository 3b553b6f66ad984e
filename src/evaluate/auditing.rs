//! When a bench has its messages audited, and what becomes of those that make claims up.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ask::Error;
use super::generator::Fault;
use super::grounding::{Audit, Auditor, ClaimKind, Grounding, Sources, audit_without_model};
use super::reading::BEGAN;
use crate::data::Map;
use crate::data::results::{Decision, Judged, MessageNote};
use crate::model::FailureKind;

/// The key of a note under which the audit stands.
const AUDIT: &str = "audit";

/// Characters of a note that are shown.
const SHOWN: usize = 120;

/// How often a message that makes claims up is revised, at most.
pub const REVISIONS: u32 = 2;

/// When a message is audited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditWhen {
    /// After a yes: a grounded yes needs both, and a no is a no whatever the message claims. For searching.
    AfterYes,
    /// Before it is decided on: what makes claims up is revised first. For proofs, and for what is written to be kept.
    BeforeDecision,
}

/// How a bench has its messages audited. Cheap to clone.
#[derive(Clone)]
pub struct Auditing {
    /// Who audits.
    pub by: AuditedBy,
    /// What the messages are held against.
    pub sources: Sources,
    /// When.
    pub when: AuditWhen,
    /// How often a message that makes claims up is revised before it is decided on; 0 where messages stay as the prompt
    /// gives them.
    pub revisions: u32,
}

/// Who audits.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one of it in a run")]
pub enum AuditedBy {
    /// This model.
    Model(Auditor),
    /// Nobody: only blanks that were never filled in are found.
    Nobody,
    /// Nobody any more, for this reason.
    GivenUp(Arc<str>),
}

impl AuditedBy {
    /// The auditor, where there is one.
    #[must_use]
    pub fn model(&self) -> Option<&Auditor> {
        match self {
            AuditedBy::Model(auditor) => Some(auditor),
            AuditedBy::Nobody | AuditedBy::GivenUp(_) => None,
        }
    }
}

impl From<Option<Auditor>> for AuditedBy {
    fn from(auditor: Option<Auditor>) -> Self {
        auditor.map_or(AuditedBy::Nobody, AuditedBy::Model)
    }
}

/// A message with what is known of its claims.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The text as it is sent.
    pub text: String,
    /// What it claims.
    pub audit: Audit,
    /// How often it was revised.
    pub revisions: u32,
    /// Why its claims could not be checked although they should have been; one line.
    pub audit_failure: Option<String>,
    /// Keys of the message in its file that this version does not know.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map,
    /// Keys of the message's `rejoinder` object that this version does not know.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub note_extra: Map,
}

/// The run is to stop, so that nothing more is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl Auditing {
    /// Whether messages are revised.
    #[must_use]
    pub fn revises(&self) -> bool {
        self.when == AuditWhen::BeforeDecision && self.revisions > 0
    }

    /// Audits a message. An audit that fails leaves it not checked.
    ///
    /// # Errors
    /// When the run is to stop.
    pub async fn check(&self, message: Message, persona: &str, key: &[&str]) -> Result<Message, Stopped> {
        let failure = match &self.by {
            AuditedBy::Nobody => None,
            AuditedBy::GivenUp(reason) => Some(reason.to_string()),
            AuditedBy::Model(auditor) => match auditor.audit(&message.text, &self.sources, persona, key).await {
                Ok(audit) => return Ok(message.audited(audit, None)),
                Err(Error::Call(failure)) if failure.kind == FailureKind::Stopped => return Err(Stopped),
                Err(error) => Some(error.to_string()),
            },
        };
        let audit = audit_without_model(&message.text, &self.sources, persona);
        Ok(message.audited(audit, failure))
    }
}

impl Message {
    /// A message whose claims nobody has checked.
    #[must_use]
    pub fn unchecked(text: impl Into<String>) -> Self {
        Message { text: text.into(), ..Message::default() }
    }

    /// The message of a results file, and its decision.
    #[must_use]
    pub fn of_file(judged: Judged) -> (Self, Decision) {
        let Judged { message: text, decision, rejoinder, extra } = judged;
        let MessageNote { audit, extra: mut note_extra } = rejoinder.unwrap_or_default();
        let read = audit.as_ref().and_then(|audit| Audit::deserialize(audit).ok());
        // What a later version has found is kept as it is.
        note_extra.extend(audit.filter(|_| read.is_none()).map(|audit| (AUDIT.to_owned(), audit)));
        let audit = read.unwrap_or_default();
        (Message { text, audit, extra, note_extra, ..Message::default() }, decision)
    }

    /// The same in a results file.
    #[must_use]
    pub fn into_judged(self, decision: Decision) -> Judged {
        let audit = recorded(&self.audit);
        let is_said = audit.is_some() || !self.note_extra.is_empty();
        let rejoinder = is_said.then_some(MessageNote { audit, extra: self.note_extra });
        Judged { message: self.text, decision, rejoinder, extra: self.extra }
    }

    fn audited(mut self, audit: Audit, failure: Option<String>) -> Self {
        if recorded(&audit).is_some() {
            self.note_extra.remove(AUDIT);
        }
        Message { audit, audit_failure: failure, ..self }
    }

    /// Why this is no message, in one line, where all of it is a remark to whoever ordered it, such as a refusal.
    #[must_use]
    pub fn only_a_note(&self) -> Option<String> {
        let is_remark = |at: usize| {
            let mut remarks = self.audit.made_up().filter(|claim| claim.kind == ClaimKind::Remark);
            remarks.any(|claim| (claim.start..claim.end).contains(&at))
        };
        let mut letters = self.text.chars().enumerate().filter(|(_, c)| c.is_alphanumeric()).peekable();
        let is_note = letters.peek().is_some() && letters.all(|(at, _)| is_remark(at));
        is_note.then(|| {
            let words: Vec<&str> = self.text.split_whitespace().collect();
            let shown: String = words.join(" ").chars().filter(|c| !c.is_control()).take(SHOWN).collect();
            format!("the model wrote a note in place of a message{BEGAN}{shown:?}")
        })
    }

    /// The passages that make something up, each once, with what is wrong with it.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = Vec::new();
        for claim in self.audit.made_up() {
            let passage = claim.quote(&self.text);
            if let Some(why) = claim.fault().filter(|_| !faults.iter().any(|fault| fault.passage == passage)) {
                faults.push(Fault { passage: passage.to_owned(), why });
            }
        }
        faults
    }
}

/// An audit as files keep it; `None` where nothing is known.
#[must_use]
pub fn recorded(audit: &Audit) -> Option<serde_json::Value> {
    let is_known = audit.auditor.is_some() || !audit.claims.is_empty();
    is_known.then(|| serde_json::to_value(audit).ok()).flatten()
}

/// What became of the audits of some messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditCounts {
    /// Messages.
    pub messages: u64,
    /// Messages that a model audited.
    pub checked: u64,
    /// Messages that make something up as they are now.
    pub made_up: u64,
    /// Messages that were revised.
    pub revised: u64,
    /// Messages whose claims could not be checked although they should have been.
    pub failed: u64,
    /// Why the first of these could not.
    pub first_failure: Option<String>,
}

impl AuditCounts {
    /// Counts a message.
    pub fn add(&mut self, message: &Message) {
        self.messages += 1;
        self.checked += u64::from(message.audit.auditor.is_some());
        self.made_up += u64::from(message.audit.grounding() == Grounding::MadeUp);
        self.revised += u64::from(message.revisions > 0);
        if let Some(reason) = &message.audit_failure {
            self.failed += 1;
            self.first_failure.get_or_insert_with(|| reason.clone());
        }
    }

    /// Adds the counts of later messages.
    pub fn then(&mut self, later: &AuditCounts) {
        self.messages += later.messages;
        self.checked += later.checked;
        self.made_up += later.made_up;
        self.revised += later.revised;
        self.failed += later.failed;
        if self.first_failure.is_none() {
            self.first_failure.clone_from(&later.first_failure);
        }
    }

    /// The warning about audits that failed; `None` if none did.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let reason = self.first_failure.as_deref()?;
        let of = self.failed + self.checked;
        Some(format!(
            "the claims of {} of {of} messages could not be checked: they count as not checked; the first: {reason}",
            self.failed
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::grounding::{Claim, ClaimKind, ClaimVerdict};

    fn claim(start: usize, end: usize, verdict: ClaimVerdict) -> Claim {
        Claim { start, end, kind: ClaimKind::Customer, verdict, support: vec![], derivation: None, note: None }
    }

    #[test]
    fn the_passages_that_are_made_up_are_named_once_each_with_the_reason() {
        let claims = vec![
            claim(0, 6, ClaimVerdict::Unsupported),
            claim(11, 16, ClaimVerdict::Supported),
            claim(17, 23, ClaimVerdict::Contradicted),
        ];
        let audit = Audit { auditor: Some("00".into()), claims };
        let message = Message { audit, ..Message::unchecked("Stripe and Slack Stripe") };
        let faults: Vec<(String, String)> =
            message.faults().into_iter().map(|fault| (fault.passage, fault.why)).collect();
        assert_eq!(faults, [("Stripe".to_owned(), "nothing that is known supports it".to_owned())]);
        let remark = Claim { kind: ClaimKind::Remark, ..claim(0, 5, ClaimVerdict::Unsupported) };
        let audit = Audit { auditor: Some("00".into()), claims: vec![remark] };
        let faults = Message { audit, ..Message::unchecked("Sure!\n\nHello") }.faults();
        assert_eq!((faults.len(), faults[0].passage.as_str()), (1, "Sure!"));
        assert!(faults[0].why.starts_with("no part of the message"), "{}", faults[0].why);
    }

    #[test]
    fn a_note_in_place_of_a_message_is_no_message_and_one_beside_it_is() {
        let remark = |start, end| Claim { kind: ClaimKind::Remark, ..claim(start, end, ClaimVerdict::Unsupported) };
        let noted = |text: &str, claims: Vec<Claim>| {
            Message { text: text.into(), audit: Audit { auditor: Some("00".into()), claims }, ..Message::default() }
                .only_a_note()
        };
        let refusal = "Keine Nachricht.\n\nAda möchte nicht angeschrieben werden.";
        let said = "the model wrote a note in place of a message; it began: \"Keine Nachricht. Ada möchte nicht \
                    angeschrieben werden.\"";
        assert_eq!(noted(refusal, vec![remark(0, 15), remark(18, refusal.chars().count())]).as_deref(), Some(said));
        assert_eq!(noted("Here it is:\n\nHi Ada", vec![remark(0, 11)]), None);
        assert_eq!(noted("Hi Ada", vec![claim(0, 6, ClaimVerdict::Unsupported)]), None);
        assert_eq!(noted("", vec![]), None);
    }

    #[test]
    fn audits_that_failed_are_counted_with_the_first_reason() {
        let mut counts = AuditCounts::default();
        let failed = |reason: &str| Message { audit_failure: Some(reason.into()), ..Message::unchecked("Hello") };
        let audit = Audit { auditor: Some("00".into()), claims: vec![] };
        counts.add(&Message { audit, revisions: 2, ..Message::unchecked("Hello") });
        assert_eq!(counts.warning(), None);
        counts.add(&failed("cut off"));
        counts.add(&failed("refused"));
        assert_eq!((counts.checked, counts.revised, counts.made_up, counts.failed), (1, 1, 0, 2));
        assert!(counts.warning().unwrap().starts_with("the claims of 2 of 3 messages could not be checked"));
        assert!(counts.warning().unwrap().ends_with("the first: cut off"));
    }
}
