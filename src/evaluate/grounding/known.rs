//! The sources of a message, made ready to look things up in.

use std::cell::OnceCell;

use super::Sources;
use super::fold::{folded, holds};
use super::numbers::{Number, Tongues, numbers, spoken_numbers};

/// Facts, orders and persona. What costs time is done when somebody asks.
pub(super) struct Known<'a> {
    pub sources: &'a Sources,
    texts: [&'a str; 3],
    folded: [OnceCell<String>; 3],
    numbers: [OnceCell<Vec<Number>>; 3],
    spoken: [OnceCell<Vec<Number>>; 3],
    tongues: OnceCell<Tongues>,
}

impl<'a> Known<'a> {
    pub(super) fn new(sources: &'a Sources, persona: &'a str) -> Self {
        Known {
            sources,
            texts: [&sources.facts, &sources.orders, persona],
            folded: Default::default(),
            numbers: Default::default(),
            spoken: Default::default(),
            tongues: OnceCell::new(),
        }
    }

    /// The facts, the orders, the persona.
    pub(super) fn texts(&self) -> &[&'a str; 3] {
        &self.texts
    }

    /// Whether a quotation stands in one of the sources.
    pub(super) fn holds(&self, quotation: &str) -> bool {
        self.holding(quotation).is_some()
    }

    /// The source in which a quotation stands.
    pub(super) fn holding(&self, quotation: &str) -> Option<usize> {
        (0..3).find(|source| holds(self.folded(*source), quotation))
    }

    /// Whether a text that is folded already stands in one of the sources.
    pub(super) fn contains(&self, folded_text: &str) -> bool {
        (0..3).any(|source| self.folded(source).contains(folded_text))
    }

    /// Whether a number stands in one of the sources, in whatever notation.
    pub(super) fn counts(&self, number: &Number) -> bool {
        let in_digits = |source: usize| number.is_among(self.numbers[source].get_or_init(|| numbers(self.texts[source])));
        let in_words = |source: usize| {
            number.is_among(self.spoken[source].get_or_init(|| spoken_numbers(self.texts[source], &self.tongues(source))))
        };
        (0..3).any(in_digits) || (0..3).any(in_words)
    }

    /// The languages that a source may be in.
    pub(super) fn tongues(&self, source: usize) -> Tongues {
        let all = self.tongues.get_or_init(|| Tongues::detect(&self.texts.join("\n"), None));
        Tongues::detect(self.texts[source], Some(all))
    }

    fn folded(&self, source: usize) -> &str {
        self.folded[source].get_or_init(|| folded(self.texts[source]))
    }
}
