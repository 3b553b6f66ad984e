//! The sources of a message, prepared for lookups.

use std::cell::OnceCell;

use super::Sources;
use super::fold::{folded, holds};
use super::numbers::{Number, Tongues, numbers, spoken_numbers};

/// Facts, orders and persona. Whatever is expensive is computed when it is first asked for.
pub(super) struct SourceIndex<'a> {
    pub sources: &'a Sources,
    message: &'a str,
    texts: [&'a str; 3],
    folded: [OnceCell<String>; 3],
    numbers: [OnceCell<Vec<Number>>; 3],
    spoken: [OnceCell<Vec<Number>>; 3],
    tongues: OnceCell<Tongues>,
    message_tongues: OnceCell<Tongues>,
}

impl<'a> SourceIndex<'a> {
    pub(super) fn new(message: &'a str, sources: &'a Sources, persona: &'a str) -> Self {
        SourceIndex {
            sources,
            message,
            texts: [&sources.facts, &sources.orders, persona],
            folded: Default::default(),
            numbers: Default::default(),
            spoken: Default::default(),
            tongues: OnceCell::new(),
            message_tongues: OnceCell::new(),
        }
    }

    /// The facts, the orders, the persona.
    pub(super) fn texts(&self) -> &[&'a str; 3] {
        &self.texts
    }

    /// Whether a quotation stands in one of the sources.
    pub(super) fn holds(&self, quotation: &str) -> bool {
        (0..3).any(|source| holds(self.folded(source), quotation))
    }

    /// Whether a text that is folded already stands in one of the sources.
    pub(super) fn contains(&self, folded_text: &str) -> bool {
        (0..3).any(|source| self.folded(source).contains(folded_text))
    }

    /// Whether a number stands in one of the sources, in whatever notation.
    pub(super) fn counts(&self, number: &Number) -> bool {
        let in_digits =
            |source: usize| number.is_among(self.numbers[source].get_or_init(|| numbers(self.texts[source])));
        let in_words = |source: usize| {
            number.is_among(self.spoken[source].get_or_init(|| spoken_numbers(self.texts[source], self.tongues())))
        };
        (0..3).any(in_digits) || (0..3).any(in_words)
    }

    /// The languages that the sources may be in: that of the offer, and that of the message, which is the persona's.
    pub(super) fn tongues(&self) -> &Tongues {
        self.tongues.get_or_init(|| {
            let [facts, orders, _] = self.texts;
            let offer = if facts.trim().is_empty() { orders } else { facts };
            Tongues::detect(offer).and(self.message_tongues())
        })
    }

    /// The languages that the message may be in. For a short message it is hard to tell, and then that of the persona
    /// counts too.
    pub(super) fn message_tongues(&self) -> &Tongues {
        self.message_tongues.get_or_init(|| {
            let tongues = Tongues::detect(self.message);
            if tongues.are_certain() { tongues } else { tongues.and(&Tongues::detect(self.texts[2])) }
        })
    }

    fn folded(&self, source: usize) -> &str {
        self.folded[source].get_or_init(|| folded(self.texts[source]))
    }
}
