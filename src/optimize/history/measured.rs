//! What came of the messages of a run: rates, claims, objections, segments.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::data::{Entry, Gather, Part};
use crate::evaluate::grounding::Audit;
use crate::improve::objections::Counting;
use crate::improve::{Coding, Objections};
use crate::optimize::before::grounded::{Judgement, RunTallies};
use crate::optimize::people::kinds::Kinds;
use crate::optimize::people::pairing::Key;
use crate::optimize::people::split::Unseen;
use crate::optimize::story::Rates;

/// What came of the messages of a run.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Everybody in the file.
    pub all: Rates,
    /// Those from whom is learned; `None` where the lineage has no split.
    pub training: Option<Rates>,
    /// Those in the file who only verify; `None` where there is none.
    pub unseen: Option<Rates>,
    /// Why people said no; of those from whom is learned, where there is a split.
    pub objections: Objections,
    /// Kinds of people: all in the file who are known to be of one.
    pub segments: BTreeMap<String, Rates>,
}

/// A file as it passes.
#[derive(Clone, Debug)]
pub(super) struct Taking {
    unseen: Option<Arc<Unseen>>,
    kinds: Arc<Kinds>,
    own: Counted,
    again: Counted,
}

/// One of the two lists of a file.
#[derive(Clone, Debug, Default)]
struct Counted {
    training: RunTallies,
    unseen: RunTallies,
    said: Counting,
    segments: BTreeMap<String, RunTallies>,
}

impl Taking {
    /// Nothing yet.
    pub(super) fn new(unseen: Option<Arc<Unseen>>, kinds: Arc<Kinds>) -> Self {
        Taking { unseen, kinds, own: Counted::default(), again: Counted::default() }
    }

    /// What came of the run's own messages, and of its parent's where they were decided again; what was said to each by
    /// the groups of its coding.
    pub(super) fn measured(self, simulated: bool, codings: [Option<&Coding>; 2]) -> (Measured, Measured) {
        let has_split = self.unseen.is_some();
        let results = self.own.measured(simulated, has_split, codings[0]);
        (results, self.again.measured(simulated, has_split, codings[1]))
    }
}

impl Gather for Taking {
    fn gather(&mut self, entry: &Entry<'_>) {
        let persona = entry.persona.get();
        let key = Key::of(&persona);
        let is_unseen = self.unseen.as_ref().is_some_and(|unseen| unseen.contains(key));
        let list = match entry.part {
            Part::Results => &mut self.own,
            Part::Baseline => &mut self.again,
        };
        if !is_unseen {
            for (number, said) in entry.messages.iter().enumerate() {
                list.said.add(entry.index, number, said.yes, &said.reasoning.get());
            }
        }
        let audits: Vec<Audit> = entry.messages.iter().map(|said| said.audit().unwrap_or_default()).collect();
        let add = |tallies: &mut RunTallies| {
            let judged = entry.messages.iter().zip(&audits).map(|(said, audit)| Judgement {
                yes: said.yes,
                chance: said.score,
                audit,
            });
            tallies.add(&persona, judged);
        };
        if let Some(kind) = self.kinds.name(key) {
            add(list.segments.entry(kind.to_owned()).or_default());
        }
        add(if is_unseen { &mut list.unseen } else { &mut list.training });
    }

    fn then(&mut self, later: Self) {
        self.own.then(later.own);
        self.again.then(later.again);
    }
}

impl Counted {
    fn then(&mut self, later: Self) {
        self.training.then(later.training);
        self.unseen.then(later.unseen);
        self.said.then(later.said);
        for (name, tallies) in later.segments {
            self.segments.entry(name).or_default().then(tallies);
        }
    }

    fn measured(self, simulated: bool, has_split: bool, coding: Option<&Coding>) -> Measured {
        let objections = self.said.objections();
        let unseen = self.unseen.rates(simulated);
        Measured {
            all: RunTallies::together([&self.training, &self.unseen], simulated),
            training: has_split.then(|| self.training.rates(simulated)),
            unseen: (unseen.messages > 0).then_some(unseen),
            objections: match coding {
                Some(coding) => objections.by(coding),
                None => objections,
            },
            segments: self.segments.into_iter().map(|(name, tallies)| (name, tallies.rates(simulated))).collect(),
        }
    }
}
