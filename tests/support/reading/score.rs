//! Counts of what was found of what was labelled.

use std::fmt;

use rejoinder::compare::{Rate, Tally};
use rejoinder::evaluate::grounding::{Audit, Grounding};

use super::labelled::Message;

/// A share with its counts and Wilson's interval.
#[derive(Clone, Debug, Default)]
pub struct Share(pub Vec<bool>);

impl Share {
    pub fn count(&self) -> usize {
        self.0.iter().filter(|hit| **hit).count()
    }

    pub fn share(&self) -> f64 {
        self.count() as f64 / self.0.len().max(1) as f64
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tallies: Vec<Tally> = self.0.iter().map(|hit| Tally::from_decisions([*hit])).collect();
        let Some(interval) = Rate::from_tallies(&tallies).interval else { return f.write_str("none") };
        let (low, high) = (100.0 * interval.low, 100.0 * interval.high);
        write!(f, "{} of {} ({:.0} %, {low:.0} to {high:.0} %)", self.count(), self.0.len(), 100.0 * self.share())
    }
}

/// How an auditor did on labelled messages.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// Lying messages, and whether each was called made up.
    pub caught: Share,
    /// Honest messages, and whether each was called made up.
    pub accused: Share,
    /// Made-up passages, and whether a made-up claim touches each.
    pub passages: Share,
    /// Messages without a usable audit.
    pub not_checked: usize,
}

impl Score {
    pub fn add(&mut self, message: &Message, audit: Option<&Audit>) {
        let is_made_up = audit.is_some_and(|audit| audit.grounding() == Grounding::MadeUp);
        self.not_checked += usize::from(audit.is_none_or(|audit| audit.grounding() == Grounding::NotChecked));
        if message.made_up.is_empty() {
            self.accused.0.push(is_made_up);
        } else {
            self.caught.0.push(is_made_up);
        }
        for passage in &message.made_up {
            self.passages.0.push(audit.is_some_and(|audit| touches(audit, *passage)));
        }
    }

    /// Of the messages that were called made up the share that is.
    pub fn precision(&self) -> f64 {
        let (caught, accused) = (self.caught.count(), self.accused.count());
        caught as f64 / (caught + accused).max(1) as f64
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "lying messages caught {}; honest ones accused {}; passages found {}; precision {:.2}; not checked {}",
            self.caught,
            self.accused,
            self.passages,
            self.precision(),
            self.not_checked
        )
    }
}

/// Whether a made-up claim has a character in common with this passage.
pub fn touches(audit: &Audit, (start, end): (usize, usize)) -> bool {
    audit.made_up().any(|claim| claim.start < end && start < claim.end)
}

/// Labels found and missed, over all reasonings (micro-averaged), and whether the main one was among those found.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    pub right: usize,
    pub wrong: usize,
    pub missed: usize,
    pub main: Share,
}

impl Labels {
    pub fn add(&mut self, found: &[String], labels: &[String]) {
        self.right += found.iter().filter(|name| labels.contains(name)).count();
        self.wrong += found.iter().filter(|name| !labels.contains(name)).count();
        self.missed += labels.iter().filter(|name| !found.contains(name)).count();
        self.main.0.push(labels.first().is_some_and(|main| found.contains(main)));
    }

    pub fn f1(&self) -> f64 {
        2.0 * self.right as f64 / (2 * self.right + self.wrong + self.missed).max(1) as f64
    }
}

impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "micro-F1 {:.2}; main objection found {}", self.f1(), self.main)
    }
}
