//! What a message names or counts, found by code in any language.

use super::Sources;

/// What kind of thing is mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MentionKind {
    /// A blank that was never filled in.
    Placeholder,
    /// A number, with its currency or percent sign.
    Number,
    /// A telephone number.
    Telephone,
    /// A link or an e-mail address.
    Link,
    /// Something between quotation marks.
    Quoted,
    /// A capitalised name.
    Name,
}

/// Something that a message mentions and no source does: a hint for who reads, never a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Its first character, counted in Unicode scalar values from the beginning of the message.
    pub start: usize,
    /// One past its last.
    pub end: usize,
    /// What it is.
    pub kind: MentionKind,
}

/// What the message mentions and neither facts nor orders nor persona do, in order.
#[must_use]
pub fn mentions(message: &str, sources: &Sources, persona: &str) -> Vec<Mention> {
    let _ = persona;
    placeholders(message, sources)
}

/// Blanks that were never filled in and that neither facts nor orders name, in order.
#[must_use]
pub fn placeholders(message: &str, sources: &Sources) -> Vec<Mention> {
    let _ = (message, sources);
    Vec::new()
}
