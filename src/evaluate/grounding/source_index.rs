//! The sources of a message, prepared for lookups.

use std::cell::OnceCell;

use super::Sources;
use super::fold::Folded;
use super::numbers::{Number, Tongues, numbers, spoken_numbers, spoken_ordinals};

/// Facts, orders and persona. Whatever is expensive is computed when it is first asked for.
pub(super) struct SourceIndex<'a> {
    pub sources: &'a Sources,
    message: &'a str,
    texts: [&'a str; 3],
    folded: [OnceCell<Folded>; 3],
    /// For each source, the byte at which each character begins, and the end.
    bytes: [OnceCell<Vec<usize>>; 3],
    numbers: [OnceCell<Vec<Number>>; 3],
    spoken: [OnceCell<Vec<Number>>; 3],
    ordinals: [OnceCell<Vec<Number>>; 3],
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
            bytes: Default::default(),
            numbers: Default::default(),
            spoken: Default::default(),
            ordinals: Default::default(),
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
        (0..3).any(|source| self.folded(source).holds(quotation))
    }

    /// Whether a text that is folded already stands in one of the sources.
    pub(super) fn contains(&self, folded_text: &str) -> bool {
        (0..3).any(|source| self.folded(source).contains(folded_text))
    }

    /// Whether a number stands in one of the sources, in whatever notation.
    pub(super) fn counts(&self, number: &Number) -> bool {
        (0..3).any(|source| number.is_among(self.in_digits(source)))
            || (0..3).any(|source| number.is_among(self.in_words(source)))
    }

    /// The same for a proof.
    pub(super) fn repeats(&self, number: &Number) -> bool {
        (0..3).any(|source| number.repeats_one_of(&self.in_digits(source).iter()))
            || (0..3).any(|source| number.repeats_one_of(&self.in_words(source).iter()))
    }

    /// The numbers in digits of which a quotation shows something: the whole numbers, though it begins or ends within
    /// one (`500 €` of `1 500 €`, `€4` of `€4 million`).
    pub(super) fn digits_at(&self, quotation: &str) -> Vec<Number> {
        self.at(quotation, |source| self.in_digits(source))
    }

    /// The numbers in words of which a quotation shows something.
    pub(super) fn words_at(&self, quotation: &str) -> Vec<Number> {
        self.at(quotation, |source| self.in_words(source))
    }

    /// The ordinal numbers in words of which a quotation shows something.
    pub(super) fn ordinals_at(&self, quotation: &str) -> Vec<Number> {
        self.at(quotation, |source| {
            self.ordinals[source].get_or_init(|| spoken_ordinals(self.texts[source], self.tongues()))
        })
    }

    fn at<'s>(&'s self, quotation: &str, numbers: impl Fn(usize) -> &'s [Number]) -> Vec<Number> {
        let mut found = Vec::new();
        for source in (0..3).filter(|source| self.folded(*source).holds(quotation)) {
            for (start, end) in self.folded(source).places(quotation) {
                let bytes = self.bytes(source);
                let (start, end) = (bytes[start], bytes[end]);
                found.extend(numbers(source).iter().filter(|number| number.start < end && start < number.end).cloned());
            }
        }
        found
    }

    fn in_digits(&self, source: usize) -> &[Number] {
        self.numbers[source].get_or_init(|| numbers(self.texts[source]))
    }

    fn in_words(&self, source: usize) -> &[Number] {
        self.spoken[source].get_or_init(|| {
            let in_digits = self.in_digits(source);
            let mut spoken = spoken_numbers(self.texts[source], self.tongues());
            spoken.retain(|number| !number.overlaps_any(in_digits));
            spoken
        })
    }

    fn bytes(&self, source: usize) -> &[usize] {
        let text = self.texts[source];
        self.bytes[source].get_or_init(|| text.char_indices().map(|(at, _)| at).chain([text.len()]).collect())
    }

    /// The languages that the sources may be in: that of the offer, and that of the message, which is the persona's.
    pub(super) fn tongues(&self) -> &Tongues {
        self.tongues.get_or_init(|| {
            let [facts, orders, _] = self.texts;
            let offer = if facts.trim().is_empty() { orders } else { facts };
            Tongues::detect(offer).and(self.message_tongues())
        })
    }

    /// The languages that the message may be in. For a short message it is hard to tell, and then those of the persona
    /// and of the facts count too.
    pub(super) fn message_tongues(&self) -> &Tongues {
        self.message_tongues.get_or_init(|| {
            let tongues = Tongues::detect(self.message);
            let others = || [self.texts[2], self.texts[0]].map(Tongues::detect);
            if tongues.are_certain() { tongues } else { others().iter().fold(tongues, Tongues::and) }
        })
    }

    fn folded(&self, source: usize) -> &Folded {
        self.folded[source].get_or_init(|| Folded::new(self.texts[source]))
    }
}
