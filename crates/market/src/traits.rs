//! Traits: what kind of person a persona is, by the words of its text.

use std::sync::LazyLock;

use regex::RegexSet;

use super::lexicon::ascii;

/// One trait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Trait {
    Secure,
    Frugal,
    Brief,
    Formal,
    Data,
    Technical,
    Fast,
    Careful,
    Social,
}

#[cfg(test)]
use Trait::{Brief, Careful, Data, Fast, Formal, Frugal, Secure, Social, Technical};

/// How many traits there are.
pub(super) const TRAITS: usize = 9;

/// Every trait, in order of its number.
#[cfg(test)]
pub(super) const ALL_TRAITS: [Trait; TRAITS] = [Secure, Frugal, Brief, Formal, Data, Technical, Fast, Careful, Social];

const WORDS: [&str; TRAITS] = [
    r"secur|complian|hipaa|gdpr|soc 2|iso 27001|audit|privacy|risk-averse|regulat",
    r"budget|cash flow|price|pricing|cost-conscious|afford|frugal|cost control|watches every",
    concat!(
        r"\bbrief\b|concise|short (?:e-?mails|messages)|to the point|quick (?:slack|chat|calls|messages)|",
        r"no patience|skims|direct communic|busy",
    ),
    r"formal\b|formally|traditional|executive|structured|old-school|courteous|reserved",
    r"data-driven|analytical|metrics|\broi\b|numbers|measurable|quantif|evidence|cost-benefit",
    r"technical|\bapi|architecture|engineer|developer|integrat",
    r"fast-mov|move-fast|gut feel|quick decision|quickly|agil|decides fast|impatient|speed",
    concat!(
        r"stakeholder|methodical|pilot|proof-of-concept|proof of concept|careful|consensus|committee|vetting|",
        r"cautious|sceptic|skeptic|months",
    ),
    r"peer|reference|recommendation|case stud|track record|proven|network|community|communities",
];

/// The traits of one persona.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Traits(u16);

impl Traits {
    /// Whether the persona has it.
    pub(super) fn has(self, which: Trait) -> bool {
        self.0 & (1 << which as u16) != 0
    }
}

/// Reads the traits from a persona's text.
#[expect(clippy::expect_used, reason = "the words are constants")]
pub(super) fn traits_of(persona: &str) -> Traits {
    static SET: LazyLock<RegexSet> =
        LazyLock::new(|| RegexSet::new(WORDS.map(ascii)).expect("the words are constants"));
    let mut traits = Traits::default();
    for index in &SET.matches(&persona.to_lowercase()) {
        traits.0 |= 1 << index;
    }
    traits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_the_traits() {
        let traits = traits_of("Analytical, security-conscious, short of budget; seeks consensus.");
        let found: Vec<Trait> = ALL_TRAITS.into_iter().filter(|&which| traits.has(which)).collect();
        assert_eq!(found, [Secure, Frugal, Data, Careful]);
        assert_eq!(traits_of(""), Traits::default());
    }
}
