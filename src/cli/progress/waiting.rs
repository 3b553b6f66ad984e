//! A step that is no batch of trials, such as asking for candidates: what is waited for, how long, and how far it is.

use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::report::words;

/// Without a spinner, a line is due after this time at the latest.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// What is over sooner needs no spinner.
const SHOWN_AFTER: Duration = Duration::from_secs(2);

/// The step under way.
pub(super) struct Waiting {
    label: String,
    started: Instant,
    line_at: Instant,
    /// Calls that were answered meanwhile.
    pub(super) calls: usize,
    pub(super) spinner: Option<ProgressBar>,
    /// The ticker ends when this is dropped.
    pub(super) ticker: Option<Sender<()>>,
}

impl Waiting {
    pub(super) fn new(label: String, now: Instant) -> Self {
        Waiting { label, started: now, line_at: now, calls: 0, spinner: None, ticker: None }
    }

    /// With a spinner, which `place` puts on the screen.
    pub(super) fn with_spinner(mut self, place: impl FnOnce(ProgressBar) -> ProgressBar) -> Self {
        let spinner = place(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            spinner.set_style(style);
        }
        self.spinner = Some(spinner);
        self
    }

    /// Brings the spinner up to date; without one, the line that is due now.
    pub(super) fn show(&mut self, now: Instant) -> Option<String> {
        let elapsed = now.saturating_duration_since(self.started);
        let calls = words::count(self.calls as u64, "call", "calls");
        let line = format!("{}: {} so far, {calls} answered", self.label, words::duration(elapsed));
        if let Some(spinner) = &self.spinner {
            if elapsed >= SHOWN_AFTER {
                spinner.set_message(line);
                spinner.tick();
            }
            return None;
        }
        if now.saturating_duration_since(self.line_at) < LINE_EVERY {
            return None;
        }
        self.line_at = now;
        Some(line)
    }
}
