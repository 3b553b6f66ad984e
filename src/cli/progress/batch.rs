//! How far a batch of trials is, in a bar or in lines.

use std::collections::BTreeMap;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::event::{Grounding, HostWait, TrialOutcome};
use crate::report::words;

/// Without a bar, a line is due after this time at the latest.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// The same while message batches are waited for, which take minutes to hours.
const BATCHES_EVERY: Duration = Duration::from_secs(60);
/// A straggler that no line has named yet makes one due earlier, though not at once: most are over soon.
const NAMED_AFTER: Duration = Duration::from_secs(1);

/// The batch under way.
pub(super) struct Batch {
    label: String,
    total: usize,
    pub(super) simulated: bool,
    started: Instant,
    line_at: Instant,
    done: usize,
    yes: usize,
    no: usize,
    failed: usize,
    made_up: usize,
    pub(super) calls: usize,
    pub(super) retries: usize,
    pub(super) hedged: usize,
    /// How many and since when, by role.
    stragglers: BTreeMap<String, (usize, Instant)>,
    /// Hosts to which nothing is sent for a while, and why.
    waits: BTreeMap<String, HostWait>,
    /// Message batches that are waited for: how many, their requests, those that have ended, and since when.
    batches: Option<(usize, usize, usize, Instant)>,
    /// Whether the last line named stragglers, or what is waited for.
    named: bool,
    pub(super) bar: Option<ProgressBar>,
    /// The ticker ends when this is dropped.
    pub(super) ticker: Option<Sender<()>>,
}

impl Batch {
    pub(super) fn new(label: String, total: usize, simulated: bool, now: Instant) -> Self {
        Batch {
            label,
            total,
            simulated,
            started: now,
            line_at: now,
            done: 0,
            yes: 0,
            no: 0,
            failed: 0,
            made_up: 0,
            calls: 0,
            retries: 0,
            hedged: 0,
            stragglers: BTreeMap::new(),
            waits: BTreeMap::new(),
            batches: None,
            named: false,
            bar: None,
            ticker: None,
        }
    }

    /// With a bar, which `place` puts on the screen.
    pub(super) fn with_bar(mut self, place: impl FnOnce(ProgressBar) -> ProgressBar) -> Self {
        let bar = place(ProgressBar::new(self.total as u64));
        if let Ok(style) = ProgressStyle::with_template("{prefix} [{bar:24}] {pos}/{len} {wide_msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(self.label.clone());
        self.bar = Some(bar);
        self
    }

    pub(super) fn count(&mut self, outcome: TrialOutcome, grounding: Grounding) {
        self.done += 1;
        self.made_up += usize::from(grounding == Grounding::MadeUp);
        match outcome {
            TrialOutcome::Yes => self.yes += 1,
            TrialOutcome::No => self.no += 1,
            TrialOutcome::Written => {}
            TrialOutcome::Failed => self.failed += 1,
        }
    }

    /// How many calls of this role are far beyond the others' time, and since when.
    pub(super) fn stragglers(&mut self, role: String, calls: usize, since: Option<Instant>) {
        match since {
            Some(since) if calls > 0 => self.stragglers.insert(role, (calls, since)),
            _ => self.stragglers.remove(&role),
        };
    }

    /// Why nothing is sent to a host, or that it is over.
    pub(super) fn host_waits(&mut self, host: String, wait: Option<HostWait>) {
        match wait {
            Some(wait) => self.waits.insert(host, wait),
            None => self.waits.remove(&host),
        };
    }

    /// Which message batches are waited for.
    pub(super) fn batches(&mut self, open: usize, requests: usize, answered: usize, since: Option<Instant>) {
        self.batches = since.filter(|_| open > 0).map(|since| (open, requests, answered, since));
    }

    /// Brings the bar up to date; without one, returns the line that is due.
    pub(super) fn show(&mut self, now: Instant) -> Option<String> {
        if let Some(bar) = &self.bar {
            bar.set_message(self.words(now));
            bar.set_position(self.done as u64);
            return None;
        }
        let waited = now.saturating_duration_since(self.line_at);
        let has_names = !self.stragglers.is_empty() || !self.waits.is_empty();
        let unnamed = has_names && !self.named && waited >= NAMED_AFTER;
        let every = if self.batches.is_some() { BATCHES_EVERY } else { LINE_EVERY };
        if self.done >= self.total || !(unnamed || waited >= every) {
            return None;
        }
        self.line_at = now;
        self.named = has_names;
        Some(self.line(now))
    }

    /// The batch as a line.
    pub(super) fn line(&self, now: Instant) -> String {
        format!("{}: {}/{} {}", self.label, self.done, self.total, self.words(now))
    }

    /// Yes-rate so far, failures, stragglers, calls per second, time left.
    fn words(&self, now: Instant) -> String {
        let mut parts = Vec::new();
        let decided = self.yes + self.no;
        if decided > 0 {
            let simulated = if self.simulated { " (simulated)" } else { "" };
            parts.push(format!("yes {:.0}% of {decided}{simulated}", 100.0 * self.yes as f64 / decided as f64));
        }
        if self.made_up > 0 {
            parts.push(format!("{} with a made-up claim", self.made_up));
        }
        parts.push(format!("{} failed", self.failed));
        if self.retries > 0 {
            parts.push(format!("{} repeated", self.retries));
        }
        if self.hedged > 0 {
            parts.push(format!("{} hedged", self.hedged));
        }
        for (role, (calls, since)) in &self.stragglers {
            let calls = words::count(*calls as u64, "call has", "calls have");
            let time = words::duration(now.saturating_duration_since(*since));
            parts.push(format!("{calls} taken over {time} ({role})"));
        }
        for (host, wait) in &self.waits {
            parts.push(waiting(host, wait, now));
        }
        if let Some((open, requests, answered, since)) = self.batches {
            let batches = words::count(open as u64, "message batch", "message batches");
            let time = words::duration(now.saturating_duration_since(since));
            parts.push(format!("{answered} of {requests} requests answered, {batches} waited for since {time}"));
            return parts.join(", ");
        }
        let elapsed = now.saturating_duration_since(self.started);
        let seconds = elapsed.as_secs_f64();
        if seconds >= 0.5 {
            parts.push(format!("{:.1} calls/s", self.calls as f64 / seconds));
        }
        if self.done < self.total && self.done > 0 {
            let left = seconds / self.done as f64 * (self.total - self.done) as f64;
            parts.push(format!("{} left", words::duration(Duration::from_secs_f64(left))));
        } else if self.done == self.total {
            parts.push(format!("in {}", words::duration(elapsed)));
        }
        parts.join(", ")
    }
}

/// Says what is waited for, why, since when and for how long.
pub(super) fn waiting(host: &str, wait: &HostWait, now: Instant) -> String {
    let time = |time| words::duration(time);
    let since = time(now.saturating_duration_since(wait.since));
    let left = wait.until.saturating_duration_since(now);
    let next = if left.is_zero() { "now".to_owned() } else { format!("in {}", time(left)) };
    let reason = words::one_line(&wait.reason, 160);
    format!("waiting for {} since {since} ({reason}), next call {next}", words::one_line(host, 100))
}
