//! From what the rows say to what is known of each address.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::dates::Orders;
use super::fact::{Fact, MOST_STEPS, Meaning, What};
use crate::data::moment::{earlier, is_same, moment};
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
        let (mut is_ours, mut last_named) = (true, 0);
        for fact in &self.facts {
            match &fact.what {
                What::Sent { text, subject } => {
                    let step = match text {
                        Some(text) => step_of(text, subject.as_deref()),
                        None => fact.step.unwrap_or(1).max(1),
                    };
                    is_ours &= step > 0;
                    last_named = if text.is_none() { step.max(last_named) } else { last_named };
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
                What::OutOfOffice { .. } => outcome.out_of_office = true,
            }
        }
        // Steps are sent in their order: who got one that is named got those before it. A text says which one it is.
        if is_ours && last_named <= MOST_STEPS {
            (1..last_named).for_each(|step| _ = sent.entry(step).or_default());
        }
        let (mut replies, away_at) = self.by_people(replies);
        outcome.away_at = away_at;
        if outcome.bounced && !self.bounced_later(&sent) {
            replies.clear();
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

    /// What the categories say of a reply, the last of them.
    #[must_use]
    pub fn judgement(&self) -> Option<bool> {
        self.facts.iter().rev().find_map(|fact| match fact.what {
            What::Category(Meaning::Positive) => Some(true),
            What::Category(Meaning::Negative | Meaning::DoNotContact) => Some(false),
            _ => None,
        })
    }

    /// The replies without those of a machine, and when such a one came. Tools report the answer and then, on its own,
    /// that the person is away: that is said of the last reply before, or of the only one.
    fn by_people<'f>(&self, mut replies: Vec<Replied<'f>>) -> (Vec<Replied<'f>>, Option<String>) {
        let mut away_at = None;
        for (index, fact) in self.facts.iter().enumerate() {
            let What::OutOfOffice { is_label } = fact.what else { continue };
            let at = if is_label { self.labelled(index, &replies) } else { fact.at.clone().map(Some) };
            if let Some(at) = at {
                replies.retain(|(reply, _)| !is_same(reply.at.as_deref(), at.as_deref()));
                away_at = earlier(away_at, at);
            }
        }
        (replies, away_at)
    }

    /// The time of the reply that this label is of; none where it is of none, or somebody has judged the reply since.
    #[expect(clippy::option_option, reason = "a reply may have no time")]
    fn labelled(&self, label: usize, replies: &[Replied<'_>]) -> Option<Option<String>> {
        let is_judged = self.facts[label..].iter().any(|fact| {
            matches!(fact.what, What::Category(Meaning::Positive | Meaning::Negative | Meaning::DoNotContact))
        });
        let mut times: Vec<&Option<String>> = replies.iter().map(|(reply, _)| &reply.at).collect();
        times.sort_by_cached_key(|at| time(at.as_deref()));
        times.dedup();
        let only = (times.len() == 1).then(|| times[0]);
        let at = match time(self.facts[label].at.as_deref()) {
            Some(said) => {
                let before = times.iter().rev().find(|at| time(at.as_deref()).is_some_and(|at| at <= said));
                before.copied().or(only.filter(|at| at.is_none()))
            }
            None => only,
        };
        at.filter(|_| !is_judged).cloned()
    }

    /// Whether a person may have replied before mail bounced: to another step, or before the step that bounced was
    /// sent.
    fn bounced_later(&self, sent: &BTreeMap<u32, Option<String>>) -> bool {
        let steps = |what: fn(&What) -> bool| {
            self.facts.iter().filter(move |fact| what(&fact.what)).map(|fact| (fact.step, fact.at.as_deref()))
        };
        let bounced = || steps(|what| matches!(what, What::Bounced)).filter_map(|(step, _)| step);
        steps(|what| matches!(what, What::Replied { .. })).any(|(step, at)| {
            bounced().any(|bounced| {
                let is_before = || time(at).zip(time(sent.get(&bounced)?.as_deref())).map(|(at, sent)| at < sent);
                step.is_some_and(|step| step < bounced) || is_before() == Some(true)
            })
        })
    }
}

type Replied<'f> = (&'f Fact, &'f Option<String>);

/// The last step that was sent before a time; `None` where times are not known.
fn last_before(sent: &BTreeMap<u32, Option<String>>, at: Option<&str>) -> Option<u32> {
    let at = time(at)?;
    let timed = sent.iter().filter_map(|(step, sent)| Some((time(sent.as_deref())?, *step)));
    timed.filter(|(sent, _)| *sent <= at).max().map(|(_, step)| step)
}

fn time(text: Option<&str>) -> Option<Timestamp> {
    text.and_then(moment)
}
