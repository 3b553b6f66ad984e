//! Renders events on stderr: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::event::{Event, Events, TrialOutcome};
use crate::report::words;

/// Without a terminal, a line is due after this time at the latest.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// How loud to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loudness {
    /// Warnings only.
    Quiet,
    /// Steps, notes and progress.
    Normal,
    /// Also every call that is sent again.
    Verbose,
}

/// Events rendered on stderr.
#[must_use]
pub fn on_stderr(loudness: Loudness) -> Events {
    let state = Arc::new(Mutex::new(State { loudness, batch: None }));
    Events::new(move |event| state.lock().unwrap_or_else(PoisonError::into_inner).handle(event))
}

/// A line on stderr. Where it cannot be written (a full disk behind it, say) the work goes on without it.
pub fn say(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

struct State {
    loudness: Loudness,
    batch: Option<Batch>,
}

struct Batch {
    label: String,
    total: usize,
    simulated: bool,
    started: Instant,
    line_at: Instant,
    done: usize,
    yes: usize,
    no: usize,
    failed: usize,
    calls: usize,
    retries: usize,
    bar: Option<ProgressBar>,
}

impl State {
    fn handle(&mut self, event: Event) {
        match event {
            Event::Warning(text) => self.line(&format!("warning: {}", words::safe(&text)), Loudness::Quiet),
            Event::Note(text) => self.line(&words::safe(&text), Loudness::Normal),
            Event::Step(text) => self.line(&format!("{} …", words::safe(&text)), Loudness::Normal),
            Event::BatchStarted { label, total, simulated } => {
                self.batch = Some(Batch::new(label, total, simulated, self.loudness));
            }
            Event::TrialEnded(outcome) => {
                if let Some(batch) = &mut self.batch {
                    batch.count(outcome);
                    batch.show(self.loudness);
                }
            }
            Event::CallAnswered => {
                if let Some(batch) = &mut self.batch {
                    batch.calls += 1;
                }
            }
            Event::CallRetried { role, reason, wait } => {
                if let Some(batch) = &mut self.batch {
                    batch.retries += 1;
                }
                let reason = words::one_line(&reason, 140);
                let wait = words::duration(wait);
                self.line(&format!("the {role} is asked again in {wait}: {reason}"), Loudness::Verbose);
            }
            Event::BatchEnded { simulated } => {
                if let Some(mut batch) = self.batch.take() {
                    batch.simulated |= simulated;
                    batch.finish(self.loudness);
                }
            }
        }
    }

    fn line(&self, text: &str, least: Loudness) {
        let heard = match least {
            Loudness::Quiet => true,
            Loudness::Normal => self.loudness != Loudness::Quiet,
            Loudness::Verbose => self.loudness == Loudness::Verbose,
        };
        if heard {
            match self.batch.as_ref().and_then(|batch| batch.bar.as_ref()) {
                Some(bar) => bar.suspend(|| say(text)),
                None => say(text),
            }
        }
    }
}

impl Batch {
    fn new(label: String, total: usize, simulated: bool, loudness: Loudness) -> Self {
        let now = Instant::now();
        let bar = (loudness != Loudness::Quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr_with_hz(10));
            if let Ok(style) = ProgressStyle::with_template("{prefix} [{bar:24}] {pos}/{len} {msg}") {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_prefix(label.clone());
            bar
        });
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
            calls: 0,
            retries: 0,
            bar,
        }
    }

    fn count(&mut self, outcome: TrialOutcome) {
        self.done += 1;
        match outcome {
            TrialOutcome::Yes => self.yes += 1,
            TrialOutcome::No => self.no += 1,
            TrialOutcome::Written => {}
            TrialOutcome::Failed => self.failed += 1,
        }
    }

    fn show(&mut self, loudness: Loudness) {
        if let Some(bar) = &self.bar {
            bar.set_message(self.words());
            bar.set_position(self.done as u64);
        } else if loudness != Loudness::Quiet && self.done < self.total && self.line_at.elapsed() >= LINE_EVERY {
            self.line_at = Instant::now();
            say(&format!("{}: {}/{} {}", self.label, self.done, self.total, self.words()));
        }
    }

    fn finish(self, loudness: Loudness) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if loudness != Loudness::Quiet {
            say(&format!("{}: {}/{} {}", self.label, self.done, self.total, self.words()));
        }
    }

    /// Yes-rate so far, failures, calls per second, time left.
    fn words(&self) -> String {
        let mut parts = Vec::new();
        let decided = self.yes + self.no;
        if decided > 0 {
            let simulated = if self.simulated { " (simulated)" } else { "" };
            parts.push(format!("yes {:.0}% of {decided}{simulated}", 100.0 * self.yes as f64 / decided as f64));
        }
        parts.push(format!("{} failed", self.failed));
        if self.retries > 0 {
            parts.push(format!("{} repeated", self.retries));
        }
        let seconds = self.started.elapsed().as_secs_f64();
        if seconds >= 0.5 {
            parts.push(format!("{:.1} calls/s", self.calls as f64 / seconds));
        }
        if self.done < self.total && self.done > 0 {
            let left = seconds / self.done as f64 * (self.total - self.done) as f64;
            parts.push(format!("{} left", words::duration(Duration::from_secs_f64(left))));
        } else if self.done == self.total {
            parts.push(format!("in {}", words::duration(self.started.elapsed())));
        }
        parts.join(", ")
    }
}
