//! The claims audit: what a message claims, and whether the facts or the persona support it.
//!
//! [`audit`] is deterministic and asks nobody: rules find customers, results, figures, certifications, integrations, shared
//! history, prices and placeholders in a text, and hold each against the statements of the [`Facts`] and of the persona. It
//! knows no world and no wording of ours; what only understanding can tell is left to a model, see
//! [`Auditor`](super::auditor::Auditor).

mod approvals;
mod asked;
mod asks;
mod changes;
mod combine;
mod customers;
mod digits;
mod facts;
mod figures;
mod fold;
mod history;
mod limits;
mod merge;
mod names;
mod news;
mod offers;
mod phrases;
mod pressure;
mod promises;
mod prompt;
mod quantities;
mod reading;
mod source;
mod spoken;
mod standards;
mod standing;
mod stories;
mod strangers;
mod sums;
mod testimony;
mod tools;
mod words;

use serde::{Deserialize, Serialize};

pub use combine::{Said, combine};
pub use facts::{Facts, is_instruction};
pub use prompt::{PromptFault, Why, prompt_faults};

use reading::Reading;
use source::Source;

/// What a claim is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A customer, named or described, or evidence from one.
    Customer,
    /// A number with what it counts.
    Figure,
    /// What somebody got from it.
    Result,
    /// A standard that the offer meets.
    Certification,
    /// Something that the product connects with.
    Integration,
    /// Something seen of the reader, or had with them.
    SharedHistory,
    /// A price or a condition.
    Price,
    /// A blank that was never filled in.
    Placeholder,
    /// Anything else that can be checked: awards, press, the team's past.
    Other,
}

impl Kind {
    /// All kinds, in the order in which they are listed.
    pub const ALL: [Kind; 9] = [
        Kind::Customer,
        Kind::Figure,
        Kind::Result,
        Kind::Certification,
        Kind::Integration,
        Kind::SharedHistory,
        Kind::Price,
        Kind::Placeholder,
        Kind::Other,
    ];

    /// As files have it: `shared_history`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Customer => "customer",
            Kind::Figure => "figure",
            Kind::Result => "result",
            Kind::Certification => "certification",
            Kind::Integration => "integration",
            Kind::SharedHistory => "shared_history",
            Kind::Price => "price",
            Kind::Placeholder => "placeholder",
            Kind::Other => "other",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == name)
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
    pub kind: Kind,
    /// Whether the facts or the persona support it.
    pub grounded: bool,
    /// What supports it, in the words of the facts or of the persona.
    pub support: Option<String>,
}

impl Claim {
    /// The claim's words.
    #[must_use]
    pub fn quote<'a>(&self, message: &'a str) -> &'a str {
        let at = |character: usize| message.char_indices().nth(character).map_or(message.len(), |(at, _)| at);
        &message[at(self.start)..at(self.end.max(self.start))]
    }
}

/// The claims of a message, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// All that were found, supported or not.
    pub claims: Vec<Claim>,
}

/// What an audit comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every claim is supported.
    Grounded,
    /// At least one is not.
    Ungrounded,
}

impl Audit {
    /// The claims that nothing supports.
    pub fn ungrounded(&self) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(|claim| !claim.grounded)
    }

    /// Whether every claim is supported; true where none is made.
    #[must_use]
    pub fn is_grounded(&self) -> bool {
        self.claims.iter().all(|claim| claim.grounded)
    }

    /// The verdict on the message.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.is_grounded() { Verdict::Grounded } else { Verdict::Ungrounded }
    }
}

/// Finds the claims of a message and holds each against the facts and the persona, without a model.
///
/// It errs on the side of silence where a sentence could be read either way: what is asked, imagined, denied or offered is
/// no claim.
#[must_use]
pub fn audit(message: &str, facts: &Facts, persona: &str) -> Audit {
    audit_with(message, facts, &Source::of_text(persona))
}

fn audit_with(message: &str, facts: &Facts, persona: &Source) -> Audit {
    let reading = Reading::of(message, facts, persona);
    let mut found = Vec::new();
    standing::blanks(&reading, &mut found);
    history::find(&reading, &mut found);
    customers::find(&reading, &mut found);
    changes::find(&reading, &mut found);
    testimony::find(&reading, &mut found);
    names::find(&reading, &mut found);
    strangers::find(&reading, &mut found);
    news::find(&reading, &mut found);
    approvals::find(&reading, &mut found);
    promises::find(&reading, &mut found);
    pressure::find(&reading, &mut found);
    standards::find(&reading, &mut found);
    tools::find(&reading, &mut found);
    standing::find(&reading, &mut found);
    quantities::find(&reading, &mut found);
    Audit { claims: merge::claims(found, &reading.message) }
}

#[cfg(test)]
mod tests;
