//! Grounding: what a message claims, and whether the facts, the prompt's orders or the persona support it.
//!
//! A model understands and code verifies. [`Auditor`] asks a model for the claims of a message with a verdict,
//! quotations and, for derived numbers, the sum; [`verify()`] accepts nothing of it that it cannot check.
//! [`mentions()`] finds in any language what a message names or counts, as hints for the model. No rule accuses on its
//! own, with one exception: a blank that was never filled in and that nobody ordered, which is all that
//! [`audit_without_model`] finds.
//!
//! What a mention is and how it is looked up is in `blanks`, `contacts`, `numbers`, `names` and `mentions`; how an
//! answer is held against the texts is in `fold`, `sums`, `evidence` and `verify`. None of this asks a model.

mod auditor;
mod blanks;
mod claim;
mod contacts;
mod dates;
mod evidence;
mod fold;
mod mentions;
mod names;
mod numbers;
mod question;
mod source_index;
mod sources;
mod sums;
mod verify;

pub use auditor::{AUDIT_TOKENS, Auditor};
pub use blanks::variable_spans;
pub use claim::{Audit, Claim, ClaimKind, ClaimVerdict, Grounding};
pub use mentions::{Mention, MentionKind, mentions, placeholders};
pub use sources::Sources;
pub use verify::{Finding, Rejected, Verified, audit_without_model, verify};

/// Whether a quotation stands in a text, ignoring what differs between a text and a faithful quotation of it: case,
/// white space, quotation marks, dashes and the like.
#[must_use]
pub fn is_quoted(text: &str, quotation: &str) -> bool {
    fold::holds(&fold::folded(text), quotation)
}
