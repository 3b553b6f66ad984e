//! Phrases: the words of the generator.
//!
//! `<a|b>` is a choice and `{slot}` a value (see [`super::spin`]). No phrase may show a feature other than its own:
//! a test sends every one through the detector.

pub(super) mod frame;
pub(super) mod harmful;
pub(super) mod helpful;

/// Phrases for one feature: full sentences, and terse ones for short messages.
pub(super) struct Bank {
    /// About 20 words each.
    pub full: &'static [&'static str],
    /// About 10 words each.
    pub terse: &'static [&'static str],
}
