//! A command under way, as a page or another process sees it: a fold of its events.
//!
//! Nothing here holds a text of a persona, a message or a key: only labels, counts, and the words that the terminal
//! would have shown.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::words;
use crate::compare::{Rate, Tally};
use crate::data::text;
use crate::event::{Event, Exploring, Grounding, Look, Share, Spent, Standings, TrialOutcome};

/// Points of a batch's rate that are kept.
const POINTS: usize = 48;
/// Notes and warnings that are kept.
const TOLD: usize = 40;
/// Reasons of failures that are kept, the latest last.
const REASONS: usize = 6;
/// Calls a second are counted over this long.
const WINDOW: Duration = Duration::from_secs(10);
/// Characters of a text that is kept.
const LENGTH: usize = 400;

/// What is known of a command under way.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Live {
    /// The run's id in the journal.
    pub run: String,
    /// The command's name.
    pub command: String,
    /// The process that has it under way.
    pub pid: u32,
    /// When it began, RFC 3339.
    pub began: String,
    /// Seconds since this process took it up.
    pub seconds: f64,
    /// What it is doing.
    pub step: Option<String>,
    /// The batch under way, or the last one.
    pub batch: Option<Batch>,
    /// How far exploring has come.
    pub exploring: Option<Exploring>,
    /// The race.
    pub race: Option<Standings>,
    /// Looks at the proof.
    pub looks: Vec<Look>,
    /// What was used.
    pub spent: Spent,
    /// Calls a second that a model answered, of late.
    pub calls_per_second: f64,
    /// Calls that were sent again.
    pub retried: u64,
    /// Calls that were sent a second time beside the first.
    pub hedged: u64,
    /// Trials that failed.
    pub failed: u64,
    /// The latest reasons of failures, with how many each ended.
    pub reasons: Vec<(String, u64)>,
    /// The latest notes and warnings.
    pub told: Vec<Notice>,
    /// Files that were saved.
    pub saved: Vec<Saved>,
    /// What came of the latest cycle, and whether its challenger was adopted.
    pub concluded: Option<(String, bool)>,
    /// How it ended, once it has.
    pub ended: Option<RunEnd>,
    /// What it waits for if that is message batches: how many, their requests, and how many of these have ended.
    pub batches: Option<(u64, u64, u64)>,
    /// Hosts that are waited for.
    #[serde(skip)]
    waited_for: BTreeSet<String>,
    /// Decisions by persona, in this batch.
    #[serde(skip)]
    tallies: Vec<Tally>,
    /// Calls that a model answered, and when that was known.
    #[serde(skip)]
    answered: VecDeque<(Duration, u64)>,
}

/// A batch of trials.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// What it is.
    pub label: String,
    /// Trials.
    pub total: u64,
    /// Of these, those that ended.
    pub done: u64,
    /// Messages that got a yes.
    pub yes: u64,
    /// Messages that got a no.
    pub no: u64,
    /// Trials that failed.
    pub failed: u64,
    /// Messages that make something up, as far as their claims were checked.
    #[serde(default)]
    pub made_up: u64,
    /// Whether any answer is simulated.
    pub simulated: bool,
    /// Whether it is over.
    pub over: bool,
    /// Seconds, counted like [`Live::seconds`], at which it began.
    pub began: f64,
    /// Its rate of yes on the way; the last one is the latest.
    pub rates: Vec<Point>,
}

/// A rate on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Trials that had ended.
    pub done: u64,
    /// The rate with its interval.
    pub share: Share,
}

/// How urgent a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Note,
    Warning,
}

/// A line for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Whether it is a warning.
    pub warning: bool,
    /// The line.
    pub text: String,
}

/// A file that was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// `results`, `personas` or `messages`.
    pub kind: String,
    /// Its name without `.json`.
    pub name: String,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEnd {
    /// Whether well.
    pub well: bool,
    /// If not: why, in one line.
    pub why: Option<String>,
}

impl Live {
    /// Records this event, which came `at` after this process took the run up.
    pub fn record(&mut self, event: &Event, at: Duration) {
        self.seconds = at.as_secs_f64();
        match event {
            Event::Note(text) => self.tell(Level::Note, text),
            Event::Warning(text) => self.tell(Level::Warning, text),
            Event::Step(text) => self.step = Some(short(text)),
            Event::BatchStarted { label, total, simulated } => self.begin(label, *total, *simulated),
            Event::TrialEnded { persona, outcome, grounding, reason } => {
                self.end_trial(*persona, *outcome, reason.as_deref());
                if let Some(batch) = self.batch.as_mut().filter(|_| *grounding == Grounding::MadeUp) {
                    batch.made_up += 1;
                }
            }
            Event::BatchEnded { simulated } => {
                if let Some(batch) = &mut self.batch {
                    batch.simulated |= simulated;
                    batch.over = true;
                }
                self.point();
            }
            Event::CallRetried { .. } => self.retried += 1,
            Event::CallHedged { .. } => self.hedged += 1,
            Event::Explored(exploring) => {
                // Another cycle searches anew.
                if exploring.rounds <= 1 {
                    (self.race, self.concluded) = (None, None);
                    self.looks.clear();
                }
                self.exploring = Some(exploring.clone());
            }
            Event::Raced(standings) => self.race = Some(standings.clone()),
            Event::Looked(look) => self.looks.push(look.clone()),
            Event::Spent(spent) => self.spend(*spent, at),
            Event::Concluded { words, adopted } => self.concluded = Some((short(words), *adopted)),
            Event::Saved { kind, name } => self.saved.push(Saved { kind: kind.clone(), name: name.clone() }),
            Event::MessageBatches { open, requests, answered, since } => {
                self.batches = since.map(|_| (*open as u64, *requests as u64, *answered as u64));
            }
            Event::HostWaits { host, wait: Some(wait) } => {
                // Reported once; how long it lasts shows in the time.
                if self.waited_for.insert(host.clone()) {
                    self.tell(Level::Warning, &format!("waiting for {host}: {}", wait.reason));
                }
            }
            Event::HostWaits { host, wait: None } => {
                if self.waited_for.remove(host) {
                    self.tell(Level::Note, &format!("{host} is back"));
                }
            }
            Event::CallAnswered | Event::Stragglers { .. } => {}
        }
    }

    fn tell(&mut self, level: Level, text: &str) {
        self.told.push(Notice { warning: level == Level::Warning, text: short(text) });
        let long_ago = self.told.len().saturating_sub(TOLD);
        self.told.drain(..long_ago);
    }

    fn begin(&mut self, label: &str, total: usize, simulated: bool) {
        self.tallies.clear();
        let (label, total) = (short(label), total as u64);
        self.batch = Some(Batch { label, total, simulated, began: self.seconds, ..Batch::default() });
    }

    fn end_trial(&mut self, persona: u32, outcome: TrialOutcome, reason: Option<&str>) {
        let Some(batch) = &mut self.batch else { return };
        batch.done += 1;
        let yes = match outcome {
            TrialOutcome::Yes => Some(true),
            TrialOutcome::No => Some(false),
            TrialOutcome::Written | TrialOutcome::Failed => None,
        };
        if let Some(yes) = yes {
            batch.yes += u64::from(yes);
            batch.no += u64::from(!yes);
            let persona = persona as usize;
            if self.tallies.len() <= persona {
                self.tallies.resize(persona + 1, Tally::default());
            }
            self.tallies[persona] += Tally::from_decisions([yes]);
        }
        // Each costs a pass over the personas; so many are enough to draw.
        let is_due = batch.done % (batch.total / POINTS as u64).max(1) == 0 || batch.done == batch.total;
        if outcome == TrialOutcome::Failed {
            batch.failed += 1;
            self.fail(reason.unwrap_or("no reason was given"));
        }
        if is_due {
            self.point();
        }
    }

    fn fail(&mut self, reason: &str) {
        self.failed += 1;
        let reason = short(reason);
        let times = match self.reasons.iter().position(|(known, _)| *known == reason) {
            Some(at) => self.reasons.remove(at).1,
            None => 0,
        };
        self.reasons.push((reason, times + 1));
        let long_ago = self.reasons.len().saturating_sub(REASONS);
        self.reasons.drain(..long_ago);
    }

    /// Adds the rate of now to the batch's.
    fn point(&mut self) {
        let Some(batch) = &mut self.batch else { return };
        if batch.yes + batch.no == 0 || batch.rates.last().is_some_and(|last| last.done == batch.done) {
            return;
        }
        let rate = Rate::from_tallies(&self.tallies);
        let interval = rate.interval.map(|interval| (interval.low, interval.high));
        batch.rates.push(Point { done: batch.done, share: Share { yes: rate.yes, total: rate.total, interval } });
        // A batch may have grown: every second one is left out, the last one kept.
        if batch.rates.len() > 2 * POINTS {
            let last = batch.rates.len() - 1;
            let mut at = 0;
            batch.rates.retain(|_| {
                at += 1;
                at % 2 == 0 || at - 1 == last
            });
        }
    }

    fn spend(&mut self, spent: Spent, at: Duration) {
        self.spent = spent;
        self.answered.push_back((at, spent.calls - spent.replayed.min(spent.calls)));
        while self.answered.len() > 2 && self.answered[0].0 + WINDOW < at {
            self.answered.pop_front();
        }
        if let (Some(first), Some(last)) = (self.answered.front(), self.answered.back()) {
            let seconds = last.0.saturating_sub(first.0).as_secs_f64();
            self.calls_per_second = if seconds > 0.0 { (last.1 - first.1.min(last.1)) as f64 / seconds } else { 0.0 };
        }
    }

    /// Whether any answer so far is simulated.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        self.spent.simulated || self.batch.as_ref().is_some_and(|batch| batch.simulated)
    }
}

/// Shortens a text to a bounded length; escaping is left to the code that shows it.
fn short(text: &str) -> String {
    text::shortened(text, LENGTH)
}

/// The race in lines for a terminal: the incumbent first, then every finalist with a bar of its share.
#[must_use]
pub fn race_lines(race: &Standings) -> Vec<String> {
    const BAR: usize = 20;
    let bar = |share: f64| {
        let full = (share.clamp(0.0, 1.0) * BAR as f64).round() as usize;
        format!("{}{}", "█".repeat(full), "░".repeat(BAR - full))
    };
    let after = words::count(race.personas as u64, "persona", "personas");
    let mut lines = vec![format!("Race {} {after}", if race.over { "over after" } else { "after" })];
    let (sum, count) = race.incumbent;
    if count > 0 {
        let share = sum / count as f64;
        lines.push(format!(
            "  {} {:>3.0}% of {count}  current prompt, from earlier messages",
            bar(share),
            share * 100.0
        ));
    }
    for (at, finalist) in race.finalists.iter().enumerate() {
        let letter = letter(at);
        let name = words::one_line(&finalist.name, 90);
        if finalist.trials == 0 {
            lines.push(format!("{letter} not raced{}  {name}", if finalist.won { ", goes on" } else { "" }));
            continue;
        }
        let share = finalist.successes / finalist.trials as f64;
        let state = match (finalist.won, finalist.dropped_after) {
            (true, _) => ", goes on".to_owned(),
            (false, Some(personas)) => format!(", dropped after {personas}"),
            (false, None) => String::new(),
        };
        lines.push(format!("{letter} {} {:>3.0}% of {}{state}  {name}", bar(share), share * 100.0, finalist.trials));
    }
    lines
}

/// The name of the finalist with this number: A, B, C.
#[must_use]
pub fn letter(at: usize) -> char {
    char::from(b'A' + (at % 26) as u8)
}

/// Exploring in a line.
#[must_use]
pub fn exploring_line(exploring: &Exploring) -> String {
    format!(
        "Exploring, round {}: {} of {} from {}; expected {:.0}% of the best so far, {:.0}% of the current prompt",
        exploring.rounds,
        words::count(exploring.trials as u64, "trial", "trials"),
        words::count(exploring.instructions as u64, "instruction", "instructions"),
        words::count(exploring.challengers as u64, "candidate", "candidates"),
        exploring.expected.0 * 100.0,
        exploring.expected.1 * 100.0
    )
}

/// A look at the proof in a line.
#[must_use]
pub fn look_line(look: &Look) -> String {
    use crate::event::Decision;
    let share = |counted: &Share| match counted.interval {
        Some((low, high)) => {
            let share = counted.yes as f64 / counted.total.max(1) as f64;
            format!("{:.1}% of {} ({:.1} to {:.1}%)", share * 100.0, counted.total, low * 100.0, high * 100.0)
        }
        None => "nothing decided".to_owned(),
    };
    let gain = look.gain.map_or_else(String::new, |(gain, low, high)| {
        let interval = words::interval(crate::compare::Interval { low, high });
        format!("; gain {} points ({interval})", words::points(gain))
    });
    let decision = match look.decision {
        Decision::Better => "better",
        Decision::NotShown => "not shown to be better",
        Decision::GoOn => "goes on",
    };
    let when =
        if look.measured { "measured on more people".into() } else { format!("look {} of {}", look.number, look.of) };
    format!("Proof, {when}: current prompt {}, candidate {}{gain}: {decision}", share(&look.before), share(&look.after))
}

#[cfg(test)]
#[path = "live/tests.rs"]
mod tests;
