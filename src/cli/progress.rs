//! Renders events on stderr: a bar on a terminal, plain lines elsewhere.

mod batch;
mod panel;
mod waiting;

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use batch::Batch;
use panel::Panel;
use waiting::Waiting;

use crate::event::{Event, Events};
use crate::report::{screen, words};

/// How often it is looked whether something is to be shown though nothing has happened.
const TICK: Duration = Duration::from_millis(500);

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
    let panel = (loudness != Loudness::Quiet && std::io::stderr().is_terminal()).then(Panel::new);
    let state: Arc<Mutex<State>> = Arc::new(Mutex::new(State { loudness, panel, batch: None, waiting: None, say }));
    Events::new(move |event| {
        let begins = matches!(event, Event::BatchStarted { .. } | Event::Step(_));
        let mut shown = state.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = &mut *shown;
        shown.handle(event, Instant::now());
        if begins {
            let ticker = tick(Arc::downgrade(&state));
            match (&mut shown.batch, &mut shown.waiting) {
                (Some(batch), _) => batch.ticker = ticker,
                (None, Some(waiting)) => waiting.ticker = ticker,
                (None, None) => {}
            }
        }
    })
}

/// A line on stderr. Where it cannot be written (a full disk behind it, say) the work goes on without it.
pub fn say(text: &str) {
    let _ = writeln!(anstream::stderr(), "{}", fitted(text, super::terminal::columns_of_errors()));
}

/// A line as wide as the terminal, where there is one.
fn fitted(text: &str, columns: Option<usize>) -> String {
    columns.map_or_else(|| text.to_owned(), |columns| screen::wrap(text, columns))
}

/// Looks at the batch from time to time, so that a run in which nothing happens is not silent, until what is returned
/// is dropped. On a thread, since the runtime's may all be busy. Where there can be none, only events bring lines.
fn tick(state: Weak<Mutex<State>>) -> Option<mpsc::Sender<()>> {
    let (ticker, ended) = mpsc::channel();
    let look = move || {
        while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            let Some(state) = state.upgrade() else { return };
            state.lock().unwrap_or_else(PoisonError::into_inner).look(Instant::now());
        }
    };
    std::thread::Builder::new().name("progress".into()).spawn(look).ok().map(|_| ticker)
}

struct State<Say = fn(&str)> {
    loudness: Loudness,
    /// On a terminal.
    panel: Option<Panel>,
    batch: Option<Batch>,
    /// The step under way, where it is no batch.
    waiting: Option<Waiting>,
    say: Say,
}

impl<Say: FnMut(&str)> State<Say> {
    fn handle(&mut self, event: Event, now: Instant) {
        if let Some(panel) = &mut self.panel {
            panel.hear(&event);
        }
        match event {
            Event::Warning(text) => {
                self.line(&screen::warning(&words::without_os_number(&words::safe(&text))), Loudness::Quiet);
            }
            Event::Note(text) => self.line(&words::safe(&text), Loudness::Normal),
            Event::Step(text) => {
                let text = words::safe(&text);
                self.waited();
                self.line(&format!("{text} …"), Loudness::Normal);
                let waiting = Waiting::new(text, now);
                self.waiting = Some(match &self.panel {
                    Some(panel) => waiting.with_spinner(|spinner| panel.add(spinner)),
                    None => waiting,
                });
            }
            Event::BatchStarted { label, total, simulated } => {
                self.waited();
                let batch = Batch::new(label, total, simulated, now);
                self.batch = Some(match &self.panel {
                    Some(panel) => batch.with_bar(|bar| panel.add(bar)),
                    None => batch,
                });
            }
            Event::TrialEnded { outcome, grounding, .. } => {
                self.update(|batch| batch.count(outcome, grounding));
                self.look(now);
            }
            Event::CallAnswered => {
                self.update(|batch| batch.calls += 1);
                if let Some(waiting) = &mut self.waiting {
                    waiting.calls += 1;
                }
            }
            Event::CallRetried { role, reason, wait } => {
                self.update(|batch| batch.retries += 1);
                let reason = words::one_line(&reason, 140);
                let wait = words::duration(wait);
                self.line(&format!("the {role} is asked again in {wait}: {reason}"), Loudness::Verbose);
            }
            Event::CallHedged { role, after } => {
                self.update(|batch| batch.hedged += 1);
                let after = words::duration(after);
                self.line(
                    &format!("the {role} is asked a second time, after {after} without an answer"),
                    Loudness::Verbose,
                );
            }
            Event::Stragglers { role, calls, since } => {
                self.update(|batch| batch.stragglers(role, calls, since));
                self.look(now);
            }
            Event::HostWaits { host, wait } => {
                match (&mut self.batch, &wait) {
                    (Some(batch), _) => batch.host_waits(host, wait),
                    // Between batches no later line would repeat it.
                    (None, Some(wait)) => self.line(&batch::waiting(&host, wait, now), Loudness::Normal),
                    (None, None) => {}
                }
                self.look(now);
            }
            Event::MessageBatches { open, requests, answered, since } => {
                self.update(|batch| batch.batches(open, requests, answered, since));
                self.look(now);
            }
            Event::BatchEnded { simulated } => {
                if let Some(mut batch) = self.batch.take() {
                    batch.simulated |= simulated;
                    if let Some(bar) = &batch.bar {
                        bar.finish_and_clear();
                    }
                    self.line(&batch.line(now), Loudness::Normal);
                }
            }
            // Shown in the panel, where there is one; printed at the end in any case.
            Event::Explored(_) | Event::Raced(_) | Event::Looked(_) | Event::Spent(_) => {}
            Event::Concluded { .. } | Event::Saved { .. } => self.waited(),
        }
    }

    fn update(&mut self, change: impl FnOnce(&mut Batch)) {
        if let Some(batch) = &mut self.batch {
            change(batch);
        }
    }

    /// The step is over.
    fn waited(&mut self) {
        if let Some(spinner) = self.waiting.take().and_then(|waiting| waiting.spinner) {
            spinner.finish_and_clear();
        }
    }

    /// Shows what is due.
    fn look(&mut self, now: Instant) {
        if let Some(line) = self.waiting.as_mut().and_then(|waiting| waiting.show(now)) {
            self.line(&line, Loudness::Normal);
        }
        if let Some(line) = self.batch.as_mut().and_then(|batch| batch.show(now)) {
            self.line(&line, Loudness::Normal);
        }
    }

    fn line(&mut self, text: &str, least: Loudness) {
        let heard = match least {
            Loudness::Quiet => true,
            Loudness::Normal => self.loudness != Loudness::Quiet,
            Loudness::Verbose => self.loudness == Loudness::Verbose,
        };
        if heard {
            let say = &mut self.say;
            match &self.panel {
                Some(panel) => panel.suspend(|| say(text)),
                None => say(text),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Grounding, HostWait, TrialOutcome};

    /// What is said of these events, each at its second, and of looks at every second up to the last one.
    fn said(loudness: Loudness, events: Vec<(u64, Event)>, seconds: u64) -> String {
        let start = Instant::now();
        let mut lines = Vec::new();
        let mut state =
            State { loudness, panel: None, batch: None, waiting: None, say: |text: &str| lines.push(text.to_owned()) };
        let batch = Event::BatchStarted { label: "evaluating".into(), total: 20, simulated: true };
        state.handle(batch, start);
        let mut events = events.into_iter().peekable();
        for second in 0..=seconds {
            let now = start + Duration::from_secs(second);
            while let Some((_, event)) = events.next_if(|(at, _)| *at <= second) {
                // Every straggler of these tests was sent when the batch began.
                let event = match event {
                    Event::Stragglers { role, calls, since } => {
                        Event::Stragglers { role, calls, since: since.map(|_| start) }
                    }
                    event => event,
                };
                state.handle(event, now);
            }
            state.look(now);
        }
        lines.join("\n")
    }

    fn stragglers(calls: usize) -> Event {
        Event::Stragglers { role: "generator".into(), calls, since: (calls > 0).then(Instant::now) }
    }

    #[test]
    fn a_batch_in_which_nothing_happens_says_so_every_ten_seconds() {
        insta::assert_snapshot!(said(Loudness::Normal, vec![], 25), @r"
        evaluating: 0/20 0 failed, 0.0 calls/s
        evaluating: 0/20 0 failed, 0.0 calls/s
        ");
        assert_eq!(said(Loudness::Quiet, vec![(3, stragglers(2))], 25), "");
    }

    #[test]
    fn stragglers_are_named_with_their_time_as_long_as_they_last() {
        let grounding = Grounding::NotChecked;
        let yes =
            |at| (at, Event::TrialEnded { persona: at as u32, outcome: TrialOutcome::Yes, grounding, reason: None });
        let events = vec![yes(1), yes(2), (3, stragglers(1)), (9, stragglers(2)), yes(14), (17, stragglers(0))];
        insta::assert_snapshot!(said(Loudness::Normal, events, 24), @r"
        evaluating: 2/20 yes 100% of 2 (simulated), 0 failed, 1 call has taken over 3.0 s (generator), 0.0 calls/s, 27 s left
        evaluating: 2/20 yes 100% of 2 (simulated), 0 failed, 2 calls have taken over 13 s (generator), 0.0 calls/s, 117 s left
        evaluating: 3/20 yes 100% of 3 (simulated), 0 failed, 0.0 calls/s, 2 min 10 s left
        ");
    }

    #[test]
    fn a_wait_for_a_host_is_named_with_its_reason_and_its_time_as_long_as_it_lasts() {
        let start = Instant::now();
        let wait = |until: u64| {
            let until = start + Duration::from_secs(until);
            let wait = HostWait { reason: "502: an HTML page, not JSON".into(), since: start, until };
            Event::HostWaits { host: "http://127.0.0.1:9000".into(), wait: Some(wait) }
        };
        let over = Event::HostWaits { host: "http://127.0.0.1:9000".into(), wait: None };
        insta::assert_snapshot!(said(Loudness::Normal, vec![(1, wait(3)), (4, wait(20)), (15, over)], 23), @r"
        evaluating: 0/20 0 failed, waiting for http://127.0.0.1:9000 since 1.0 s (502: an HTML page, not JSON), next call in 2.0 s, 0.0 calls/s
        evaluating: 0/20 0 failed, waiting for http://127.0.0.1:9000 since 11 s (502: an HTML page, not JSON), next call in 9.0 s, 0.0 calls/s
        evaluating: 0/20 0 failed, 0.0 calls/s
        ");
    }

    #[test]
    fn a_hedged_call_is_counted_and_told_of_to_who_wants_to_know() {
        let hedged = Event::CallHedged { role: "improver".into(), after: Duration::from_secs(41) };
        insta::assert_snapshot!(said(Loudness::Verbose, vec![(4, hedged)], 12), @r"
        the improver is asked a second time, after 41 s without an answer
        evaluating: 0/20 0 failed, 1 hedged, 0.0 calls/s
        ");
    }

    #[test]
    fn a_step_that_takes_its_time_says_so_and_how_many_calls_were_answered() {
        let start = Instant::now();
        let mut lines = Vec::new();
        let say = |text: &str| lines.push(text.to_owned());
        let mut state = State { loudness: Loudness::Normal, panel: None, batch: None, waiting: None, say };
        state.handle(Event::Step("Asking for 12 candidates".into()), start);
        for second in 1..=21 {
            let now = start + Duration::from_secs(second);
            if second % 4 == 0 {
                state.handle(Event::CallAnswered, now);
            }
            state.look(now);
        }
        state.handle(Event::BatchStarted { label: "next".into(), total: 1, simulated: false }, start);
        assert!(state.waiting.is_none());
        insta::assert_snapshot!(lines.join("\n"), @r"
        Asking for 12 candidates …
        Asking for 12 candidates: 10 s so far, 2 calls answered
        Asking for 12 candidates: 20 s so far, 5 calls answered
        ");
    }

    #[test]
    fn the_ticker_ends_with_its_batch() {
        let state: Arc<Mutex<State>> =
            Arc::new(Mutex::new(State { loudness: Loudness::Quiet, panel: None, batch: None, waiting: None, say }));
        let mut batch = Batch::new("b".into(), 1, false, Instant::now());
        let (ticker, ended) = mpsc::channel::<()>();
        batch.ticker = Some(ticker);
        let mut shown = state.lock().unwrap();
        shown.batch = Some(batch);
        shown.handle(Event::BatchEnded { simulated: false }, Instant::now());
        assert_eq!(ended.recv(), Err(mpsc::RecvError));
    }

    #[test]
    fn an_error_is_as_wide_as_the_terminal_and_whole_where_there_is_none() {
        let error = screen::error(&"a word and another one ".repeat(8));
        let width = |line: &str| line.replace("\u{1b}[1m\u{1b}[31m", "").replace("\u{1b}[0m", "").chars().count();
        let fitted = fitted(&error, Some(60));
        assert!(fitted.lines().count() > 2 && fitted.lines().all(|line| width(line) <= 60), "{fitted}");
        assert_eq!(super::fitted(&error, None), error);
    }
}
