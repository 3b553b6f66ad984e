//! From what the rows say to what is known of each address.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::dates::Orders;
use super::fact::{Fact, Meaning, What};
use crate::data::moment::{earlier, moment};
use crate::data::replies::{Outcome, Reply, Sent};

/// What an export says of one address.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// Where it is first named, for messages.
    pub row: usize,
    facts: Vec<Fact>,
}

impl Gathered {
    /// Adds facts of one more row.
    pub fn add(&mut self, row: usize, facts: Vec<Fact>) {
        if self.facts.is_empty() {
            self.row = row;
        }
        self.facts.extend(facts);
    }

    /// Steps that tools count from 0 are counted from 1 here.
    pub fn count_steps_from(&mut self, first: u32) {
        let shift = 1_u32.saturating_sub(first);
        self.facts.iter_mut().for_each(|fact| fact.step = fact.step.map(|step| step + shift));
    }

    /// The times that are named.
    pub fn times(&self) -> impl Iterator<Item = &str> {
        self.facts.iter().filter_map(|fact| fact.at.as_deref())
    }

    /// Reads the times, now that it is known how the file writes them. Gives the first that cannot be read; all of
    /// those are unknown from now on.
    pub fn read_times(&mut self, orders: Orders) -> Option<String> {
        let mut unread = None;
        for fact in &mut self.facts {
            let Some(at) = fact.at.take() else { continue };
            fact.at = orders.read(&at);
            if fact.at.is_none() {
                unread.get_or_insert(at);
            }
        }
        unread
    }

    /// The smallest step that is named.
    #[must_use]
    pub fn first_step(&self) -> Option<u32> {
        self.facts.iter().filter_map(|fact| fact.step).min()
    }

    /// The texts that were sent, with their subjects.
    pub fn texts(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.facts.iter().filter_map(|fact| match &fact.what {
            What::Sent { text: Some(text), subject } => Some((text.as_str(), subject.as_deref())),
            _ => None,
        })
    }

    /// What became of this lead. `step_of` gives the step of what was written whose text was sent, 0 where it is
    /// another text: a text outweighs the tool's number.
    #[must_use]
    pub fn outcome(&self, step_of: &dyn Fn(&str, Option<&str>) -> u32) -> Outcome {
        let mut sent: BTreeMap<u32, Option<String>> = BTreeMap::new();
        // Which step a tool's number is, by the text that it sent.
        let mut numbers: BTreeMap<u32, u32> = BTreeMap::new();
        let (mut replies, mut positive, mut category) = (Vec::new(), None, None);
        let mut outcome = Outcome::default();
        for fact in &self.facts {
            match &fact.what {
                What::Sent { text, subject } => {
                    let step = match text {
                        Some(text) => step_of(text, subject.as_deref()),
                        None => fact.step.unwrap_or(1).max(1),
                    };
                    if step > 0 {
                        numbers.extend(fact.step.map(|number| (number, step)));
                        let at = sent.entry(step).or_default();
                        *at = earlier(at.take(), fact.at.clone());
                    }
                }
                What::Replied { text } => replies.push((fact, text)),
                What::Category(meaning) => {
                    category = fact.category.clone().or(category);
                    positive = match meaning {
                        Meaning::Positive => Some(true),
                        Meaning::Negative | Meaning::DoNotContact => Some(false),
                        Meaning::OutOfOffice | Meaning::Unknown => positive,
                    };
                }
                What::Bounced => outcome.bounced = true,
                What::Unsubscribed => outcome.unsubscribed = true,
                What::OutOfOffice => outcome.out_of_office = true,
            }
        }
        // The first reply, which may stand on many rows: with everything that any of them knows of it.
        replies.sort_by_cached_key(|(fact, _)| {
            let at = time(fact.at.as_deref());
            (at.is_none(), at)
        });
        if let Some((first, _)) = replies.first() {
            let at = first.at.clone();
            let text = replies.iter().filter(|(fact, _)| fact.at == at).find_map(|(_, text)| (*text).clone());
            let text = text.or_else(|| replies.iter().find_map(|(_, text)| (*text).clone()));
            let named = replies.iter().filter_map(|(fact, _)| fact.step).min();
            let named = named.map(|number| numbers.get(&number).copied().unwrap_or(number));
            let only = || sent.keys().next().copied().filter(|_| sent.len() == 1);
            let step = named.or_else(|| last_before(&sent, at.as_deref())).or_else(only);
            let category = replies.iter().find_map(|(fact, _)| fact.category.clone()).or(category);
            outcome.reply = Some(Reply { step, at, text, category });
            outcome.positive = positive;
        }
        outcome.sent = sent.into_iter().map(|(step, at)| Sent { step, at }).collect();
        outcome
    }
}

/// The last step that was sent before a time; `None` where times are not known.
fn last_before(sent: &BTreeMap<u32, Option<String>>, at: Option<&str>) -> Option<u32> {
    let at = time(at)?;
    let timed = sent.iter().filter_map(|(step, sent)| Some((time(sent.as_deref())?, *step)));
    timed.filter(|(sent, _)| *sent <= at).max().map(|(_, step)| step)
}

fn time(text: Option<&str>) -> Option<Timestamp> {
    text.and_then(moment)
}
