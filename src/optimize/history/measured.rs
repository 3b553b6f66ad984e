//! What came of the messages of a run: rates, claims, objections, segments.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::compare::{Rate, Tally};
use crate::data::{Entry, Gather, Part};
use crate::evaluate::claims::{Facts, Kind};
use crate::improve::objections::Counting;
use crate::improve::{Coding, Objections};
use crate::optimize::lab;
use crate::optimize::pairing::{Clusters, Key};
use crate::optimize::segments;
use crate::optimize::split::Unseen;
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
    /// Kinds of decision makers: all of a kind who are in the file.
    pub segments: BTreeMap<&'static str, Rates>,
}

/// A file as it passes.
#[derive(Clone, Debug)]
pub(super) struct Taking {
    facts: Arc<Facts>,
    unseen: Option<Arc<Unseen>>,
    own: Counted,
    again: Counted,
}

/// One of the two lists of a file.
#[derive(Clone, Debug, Default)]
struct Counted {
    training: Group,
    unseen: Group,
    said: Counting,
    segments: BTreeMap<&'static str, Group>,
}

/// Some people of it.
#[derive(Clone, Debug, Default)]
struct Group {
    response: Clusters,
    grounded: Clusters,
    messages: u64,
    ungrounded: u64,
    claims: BTreeMap<Kind, u64>,
}

impl Taking {
    /// Nothing yet.
    pub(super) fn new(facts: Arc<Facts>, unseen: Option<Arc<Unseen>>) -> Self {
        Taking { facts, unseen, own: Counted::default(), again: Counted::default() }
    }

    /// What came of the run's own messages, and of its parent's where they were decided again; what was said to each by the
    /// groups of its coding.
    pub(super) fn measured(self, simulated: bool, codings: [Option<&Coding>; 2]) -> (Measured, Measured) {
        let has_split = self.unseen.is_some();
        let results = self.own.measured(simulated, has_split, codings[0]);
        (results, self.again.measured(simulated, has_split, codings[1]))
    }
}

impl Gather for Taking {
    fn take(&mut self, entry: &Entry<'_>) {
        let persona = entry.persona.get();
        let is_unseen = self.unseen.as_ref().is_some_and(|unseen| unseen.contains(Key::of(&persona)));
        let list = match entry.part {
            Part::Results => &mut self.own,
            Part::Baseline => &mut self.again,
        };
        let mut group = Group::default();
        let (mut response, mut grounded) = (Tally::default(), Tally::default());
        for (number, said) in entry.messages.iter().enumerate() {
            let kinds = lab::ungrounded(&said.message.get(), &self.facts, &persona);
            group.messages += 1;
            group.ungrounded += u64::from(!kinds.is_empty());
            response += Tally::of([said.yes]);
            grounded += Tally::of([said.yes && kinds.is_empty()]);
            for (kind, count) in kinds {
                *group.claims.entry(kind).or_default() += u64::from(count);
            }
            if !is_unseen {
                list.said.add(entry.index, number, said.yes, &said.reasoning.get());
            }
        }
        group.response.add(&persona, response);
        group.grounded.add(&persona, grounded);
        for name in segments::of(&persona) {
            list.segments.entry(name).or_default().then(group.clone());
        }
        if is_unseen { &mut list.unseen } else { &mut list.training }.then(group);
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
        for (name, group) in later.segments {
            self.segments.entry(name).or_default().then(group);
        }
    }

    fn measured(self, simulated: bool, has_split: bool, coding: Option<&Coding>) -> Measured {
        let (training, unseen) = (self.training.rates(simulated), self.unseen.rates(simulated));
        let mut all = self.training;
        all.then(self.unseen);
        let objections = self.said.objections();
        Measured {
            all: all.rates(simulated),
            training: has_split.then_some(training),
            unseen: (unseen.messages > 0).then_some(unseen),
            objections: match coding {
                Some(coding) => objections.by(coding),
                None => objections,
            },
            segments: self.segments.into_iter().map(|(name, group)| (name, group.rates(simulated))).collect(),
        }
    }
}

impl Group {
    fn then(&mut self, later: Self) {
        self.response.then(later.response);
        self.grounded.then(later.grounded);
        self.messages += later.messages;
        self.ungrounded += later.ungrounded;
        for (kind, count) in later.claims {
            *self.claims.entry(kind).or_default() += count;
        }
    }

    fn rates(&self, simulated: bool) -> Rates {
        Rates {
            response: Rate::of(&self.response.tallies()).marked(simulated),
            grounded: Rate::of(&self.grounded.tallies()).marked(simulated),
            messages: self.messages,
            ungrounded: self.ungrounded,
            claims: self.claims.clone(),
        }
    }
}
