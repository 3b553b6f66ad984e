//! The summary of a run's feedback: reasons for a no, and what the yes-sayers liked, counted by group.
//!
//! A model reads once which reasoning is in which group ([`Coding`]). Until then there are quotes by decision and no
//! groups: the feedback is *unsorted*.

use std::collections::BTreeMap;

use super::codebook::{Codebook, Side};
use super::coding::Coding;
use super::feedback::{rank, shortened};
use crate::data::{Entry, Gather, Part};

/// One group of feedback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// Its name in the codebook, or [`OTHER`].
    pub name: String,
    /// Reasonings that raise it.
    pub count: usize,
    /// Distinct personas that raise it.
    pub personas: usize,
    /// A short reasoning that raises it, as a quote.
    pub quote: String,
}

/// What a run's feedback comes down to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objections {
    /// Why people said no; the most frequent first. Empty where nothing is sorted.
    pub raised: Vec<Objection>,
    /// What people who said yes named.
    pub liked: Vec<Objection>,
    /// How much of it was sorted; `None` if nothing was.
    pub sorted: Option<Sorted>,
    /// Some of what was said, by decision, evenly over the run.
    pub quotes: Quotes,
    /// Personas that said no at least once.
    pub personas_saying_no: usize,
    /// All personas that were heard.
    pub personas: usize,
    /// Reasonings of a no.
    pub noes: usize,
    /// Reasonings of a yes.
    pub yeses: usize,
}

/// What was sorted of a run's reasonings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sorted {
    /// Into which groups.
    pub codebook: Codebook,
    /// How many reasonings.
    pub reasonings: usize,
    /// The number of personas with a sorted reasoning.
    pub personas: usize,
    /// Reasonings that the model was asked about. For those beyond `reasonings`, it gave no usable answer.
    pub asked: usize,
    /// Reasonings in all; more than were asked about if these are a sample.
    pub of: usize,
}

/// Some of what was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quotes {
    /// By those who said no.
    pub no: Vec<String>,
    /// By those who said yes.
    pub yes: Vec<String>,
}

/// Characters of a quote.
pub(super) const LONGEST_QUOTE: usize = 240;
/// Quotes of each decision.
const QUOTES: usize = 5;

/// Name of what was sorted and fits no group.
pub const OTHER: &str = "something else";
/// What is shown for reasoning that has not been sorted.
pub const UNSORTED: &str = "unsorted";

impl Objections {
    /// The same by the groups of a coding, which is of this run.
    #[must_use]
    pub fn by(self, coding: &Coding) -> Self {
        if coding.codes().is_empty() {
            return self;
        }
        let sorted = Sorted {
            codebook: coding.codebook.clone(),
            reasonings: coding.codes().len(),
            personas: coding.personas(),
            asked: coding.asked,
            of: coding.of,
        };
        let (raised, liked) = (coding.counted(Side::Against), coding.counted(Side::InFavour));
        Objections { raised, liked, sorted: Some(sorted), ..self }
    }

    /// The number of personas that shares refer to: those with at least one sorted reasoning.
    #[must_use]
    pub fn people(&self) -> usize {
        self.sorted.as_ref().map_or(0, |sorted| sorted.personas)
    }

    /// The share of those people who raise one of its groups; 0 where nothing was sorted.
    #[must_use]
    pub fn share(&self, group: &Objection) -> f64 {
        if self.people() == 0 { 0.0 } else { group.personas as f64 / self.people() as f64 }
    }

    /// The groups as lines for the improver with the share of each: `against: no evidence: 12 reasonings, 8 of 16
    /// personas (50 %). For example: ...`. Empty where nothing is sorted.
    #[must_use]
    pub fn lines_with_shares(&self) -> String {
        let line = |sign: &str, group: &Objection| {
            let percent = (100.0 * self.share(group)).round();
            let Objection { name, count, personas, quote } = group;
            let all = self.people();
            format!(
                "{sign} {name}: {count} reasonings, {personas} of {all} personas ({percent} %). For example: {quote}"
            )
        };
        let raised = self.raised.iter().map(|group| line("against:", group));
        let liked = self.liked.iter().map(|group| line("in favour:", group));
        raised.chain(liked).collect::<Vec<_>>().join("\n")
    }
}

/// Decisions as they are counted, one after the other. It holds a few quotes, and nothing else.
#[derive(Clone, Debug, Default)]
pub struct Counting {
    saying_no: Personas,
    all: Personas,
    /// Noes and yeses.
    decisions: [usize; 2],
    quotes: [Few; 2],
}

impl Counting {
    /// Counts one decision. `persona` is the index of the persona in the run, all of whose decisions come one after the
    /// other.
    pub fn add(&mut self, persona: usize, message: usize, yes: bool, reasoning: &str) {
        self.all.count(persona);
        self.decisions[usize::from(yes)] += 1;
        if !yes {
            self.saying_no.count(persona);
        }
        self.quotes[usize::from(yes)].add(persona, message, reasoning);
    }

    /// Adds what later personas of the run said.
    pub fn then(&mut self, later: Self) {
        self.quotes.iter_mut().zip(later.quotes).for_each(|(quotes, more)| quotes.then(more));
        self.decisions.iter_mut().zip(later.decisions).for_each(|(count, more)| *count += more);
        self.saying_no.then(later.saying_no);
        self.all.then(later.all);
    }

    /// The objections as long as nothing is sorted.
    #[must_use]
    pub fn objections(&self) -> Objections {
        let [noes, yeses] = self.decisions;
        Objections {
            quotes: Quotes { no: self.quotes[0].texts(), yes: self.quotes[1].texts() },
            personas_saying_no: self.saying_no.count,
            personas: self.all.count,
            noes,
            yeses,
            ..Objections::default()
        }
    }
}

/// Counts the run's own entries; those of its baseline belong to another run.
impl Gather for Counting {
    fn gather(&mut self, entry: &Entry<'_>) {
        if entry.part == Part::Results {
            for (message, said) in entry.messages.iter().enumerate() {
                self.add(entry.index, message, said.yes, &said.reasoning.get());
            }
        }
    }

    fn then(&mut self, later: Self) {
        Counting::then(self, later);
    }
}

/// Distinct personas, whose decisions come one persona after the other.
#[derive(Clone, Copy, Debug, Default)]
struct Personas {
    count: usize,
    last: Option<usize>,
}

impl Personas {
    fn count(&mut self, persona: usize) {
        if self.last != Some(persona) {
            self.count += 1;
            self.last = Some(persona);
        }
    }

    fn then(&mut self, later: Self) {
        self.count += later.count;
        self.last = later.last.or(self.last);
    }
}

/// A few reasonings, spread evenly over the run: those with the lowest ranks.
#[derive(Clone, Debug, Default)]
struct Few(BTreeMap<(u64, usize, usize), String>);

impl Few {
    fn add(&mut self, persona: usize, message: usize, reasoning: &str) {
        let place = (rank(persona, message), persona, message);
        if self.0.len() < QUOTES || self.0.last_key_value().is_some_and(|(last, _)| place < *last) {
            self.0.insert(place, shortened(reasoning, LONGEST_QUOTE));
            self.fit();
        }
    }

    fn then(&mut self, later: Self) {
        self.0.extend(later.0);
        self.fit();
    }

    fn fit(&mut self) {
        while self.0.len() > QUOTES {
            self.0.pop_last();
        }
    }

    fn texts(&self) -> Vec<String> {
        let mut places: Vec<_> = self.0.iter().collect();
        places.sort_by_key(|((_, persona, message), _)| (*persona, *message));
        places.into_iter().map(|(_, text)| text.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn without_groups_there_are_quotes_by_decision() {
        let mut counting = Counting::default();
        counting.add(0, 0, false, "Mondays.");
        counting.add(1, 0, true, "Brief\nenough.");
        let objections = counting.objections();
        assert_eq!((objections.sorted.as_ref(), objections.raised.as_slice()), (None, [].as_slice()));
        let quotes = Quotes { no: vec!["Mondays.".into()], yes: vec!["Brief enough.".into()] };
        assert_eq!(objections.quotes, quotes);
        assert_eq!(objections.lines_with_shares(), "");
    }

    proptest! {
        /// Counted in two halves that are put together, it is what counting everything at once gives.
        #[test]
        fn counting_in_a_stream_is_counting(
            runs in prop::collection::vec(prop::collection::vec((any::<bool>(), "[a-c]{0,4}"), 0..4), 0..24),
            cut in any::<prop::sample::Index>(),
        ) {
            let cut = cut.index(runs.len() + 1);
            let count = |range: std::ops::Range<usize>| {
                let mut counting = Counting::default();
                for persona in range {
                    for (message, (yes, why)) in runs[persona].iter().enumerate() {
                        counting.add(persona, message, *yes, why);
                    }
                }
                counting
            };
            let whole = count(0..runs.len()).objections();
            let mut halves = count(0..cut);
            halves.then(count(cut..runs.len()));
            prop_assert_eq!(&halves.objections(), &whole);
            prop_assert_eq!(whole.noes + whole.yeses, runs.iter().map(Vec::len).sum::<usize>());
            prop_assert_eq!(whole.personas, runs.iter().filter(|decisions| !decisions.is_empty()).count());
            let says_no = |decisions: &&Vec<(bool, String)>| decisions.iter().any(|(yes, _)| !yes);
            prop_assert_eq!(whole.personas_saying_no, runs.iter().filter(says_no).count());
        }
    }
}
