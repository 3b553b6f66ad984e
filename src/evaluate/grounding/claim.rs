//! The audit of a message, as files keep it and reports read it.

use serde::{Deserialize, Serialize};

pub use crate::data::record::ClaimKind;
pub use crate::event::Grounding;

impl ClaimKind {
    /// All kinds, in the order in which they are listed.
    pub const ALL: [ClaimKind; 10] = [
        ClaimKind::Customer,
        ClaimKind::Figure,
        ClaimKind::Result,
        ClaimKind::Certification,
        ClaimKind::Integration,
        ClaimKind::SharedHistory,
        ClaimKind::Price,
        ClaimKind::Placeholder,
        ClaimKind::Remark,
        ClaimKind::Other,
    ];

    /// As files have it: `shared_history`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ClaimKind::Customer => "customer",
            ClaimKind::Figure => "figure",
            ClaimKind::Result => "result",
            ClaimKind::Certification => "certification",
            ClaimKind::Integration => "integration",
            ClaimKind::SharedHistory => "shared_history",
            ClaimKind::Price => "price",
            ClaimKind::Placeholder => "placeholder",
            ClaimKind::Remark => "remark",
            ClaimKind::Other => "other",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ClaimKind::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What became of one claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimVerdict {
    /// The sources state it, or it follows from them; verified by code.
    Supported,
    /// The sources say otherwise.
    Contradicted,
    /// Nothing supports it, or code could not verify what was said to support it.
    Unsupported,
}

impl ClaimVerdict {
    /// As files have it: `contradicted`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ClaimVerdict::Supported => "supported",
            ClaimVerdict::Contradicted => "contradicted",
            ClaimVerdict::Unsupported => "unsupported",
        }
    }

    /// The verdict of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [ClaimVerdict::Supported, ClaimVerdict::Contradicted, ClaimVerdict::Unsupported]
            .into_iter()
            .find(|verdict| verdict.as_str() == name)
    }
}

/// One claim of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Its first character, counted in Unicode scalar values from the beginning of the message.
    pub start: usize,
    /// One past its last.
    pub end: usize,
    /// What it is about.
    pub kind: ClaimKind,
    /// Whether the sources support it.
    pub verdict: ClaimVerdict,
    /// Quotations from the facts, the orders or the persona that support it, or that contradict it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub support: Vec<String>,
    /// The sum by which its number follows from numbers of the sources: `150 * 930`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derivation: Option<String>,
    /// Why code did not accept what the model called supported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Claim {
    /// The claim's words.
    #[must_use]
    pub fn quote<'a>(&self, message: &'a str) -> &'a str {
        let at = |character: usize| message.char_indices().nth(character).map_or(message.len(), |(at, _)| at);
        &message[at(self.start)..at(self.end.max(self.start))]
    }

    /// Why the claim may not stay as it is, for whoever writes the message again; `None` where it is supported.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let quoted = || self.support.iter().map(|quote| format!("\"{quote}\"")).collect::<Vec<_>>().join(", ");
        match self.verdict {
            ClaimVerdict::Supported => None,
            ClaimVerdict::Contradicted if self.support.is_empty() => Some("what is known says otherwise".to_owned()),
            ClaimVerdict::Contradicted => Some(format!("what is known says otherwise: {}", quoted())),
            ClaimVerdict::Unsupported if self.kind == ClaimKind::Placeholder => {
                Some("a blank that was never filled in".to_owned())
            }
            ClaimVerdict::Unsupported if self.kind == ClaimKind::Remark => {
                Some("no part of the message: its reader must not see it, so leave it out".to_owned())
            }
            ClaimVerdict::Unsupported => {
                Some(self.note.clone().unwrap_or_else(|| "nothing that is known supports it".to_owned()))
            }
        }
    }
}

/// The claims of a message, in order, and who found them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// Fingerprint of the auditor; `None` where no model was asked or none of its answers could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auditor: Option<String>,
    /// All claims that were found, supported or not.
    #[serde(default)]
    pub claims: Vec<Claim>,
}

impl Audit {
    /// What the audit comes to.
    #[must_use]
    pub fn grounding(&self) -> Grounding {
        if self.made_up().next().is_some() {
            Grounding::MadeUp
        } else if self.auditor.is_some() {
            Grounding::Grounded
        } else {
            Grounding::NotChecked
        }
    }

    /// The claims that are not supported.
    pub fn made_up(&self) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(|claim| claim.verdict != ClaimVerdict::Supported)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(verdict: ClaimVerdict) -> Claim {
        Claim { start: 0, end: 4, kind: ClaimKind::Price, verdict, support: vec![], derivation: None, note: None }
    }

    #[test]
    fn without_a_model_nothing_is_grounded_and_a_blank_is_made_up_all_the_same() {
        let audit = |auditor: Option<&str>, claims| Audit { auditor: auditor.map(str::to_owned), claims };
        assert_eq!(audit(None, vec![]).grounding(), Grounding::NotChecked);
        assert_eq!(audit(None, vec![claim(ClaimVerdict::Unsupported)]).grounding(), Grounding::MadeUp);
        assert_eq!(audit(Some("00"), vec![]).grounding(), Grounding::Grounded);
        assert_eq!(audit(Some("00"), vec![claim(ClaimVerdict::Supported)]).grounding(), Grounding::Grounded);
        assert_eq!(audit(Some("00"), vec![claim(ClaimVerdict::Contradicted)]).grounding(), Grounding::MadeUp);
    }

    #[test]
    fn a_file_names_kinds_and_verdicts_and_leaves_out_what_is_not_there() {
        let claim = Claim { kind: ClaimKind::SharedHistory, ..claim(ClaimVerdict::Contradicted) };
        let audit = Audit { auditor: Some("00ff".into()), claims: vec![claim] };
        let text = serde_json::to_string(&audit).unwrap();
        let written =
            r#"{"auditor":"00ff","claims":[{"start":0,"end":4,"kind":"shared_history","verdict":"contradicted"}]}"#;
        assert_eq!(text, written);
        assert_eq!(serde_json::from_str::<Audit>(&text).unwrap(), audit);
    }

    #[test]
    fn names_are_those_of_the_files() {
        for kind in ClaimKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(ClaimKind::named(kind.as_str()), Some(kind));
        }
        for verdict in [ClaimVerdict::Supported, ClaimVerdict::Contradicted, ClaimVerdict::Unsupported] {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.as_str());
            assert_eq!(ClaimVerdict::named(verdict.as_str()), Some(verdict));
        }
    }
}
