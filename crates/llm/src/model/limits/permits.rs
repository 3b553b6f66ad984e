//! The gate in front of one host: who may call now, who waits, and for what.
//!
//! A host's limit is a rate, its strength a number of calls at once, and neither can stand for the other: a width alone
//! cannot sit at a rate without either idling or being refused, and a rate alone queues calls without end where the host
//! is slow. So the gate keeps both, a width and a pace, and keeps to what the host's headers tell (`told.rs`).
//!
//! A host that is down is asked by one call from time to time (`trouble.rs`), and whoever waits is told why.
//!
//! Callers wait in a line, first come, first served, and only the first of them watches the gate. An event at the gate
//! thus wakes one task, however many wait, and whoever gives up its wait has taken nothing yet. Work that has begun has a
//! line of its own: it has waited already, and need not stand behind all that came since.

mod loan;
mod waiting;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::{Duration, Instant, sleep_until};

use super::LONGEST_WAIT;
use super::flow::Flow;
use super::trouble::{Health, Look};
pub use super::width::WIDEST;
use crate::model::{Failure, FailureKind, Reply};
pub use loan::{Demand, Loan};
use waiting::Waiting;

/// So many refusals before the first answer mean that the model or the right to it is not there.
const REFUSALS: u32 = 3;

/// How many calls to one host may be in flight at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// As many as the host bears: starts at 6, up to 2,048, at the pace that the host allows.
    Auto,
    /// Always this many (at least one), as fast as they come back: who names a number wants that number, and measures
    /// by it. Pauses still apply.
    Fixed(usize),
}

/// Why nothing is sent to a host.
#[derive(Clone, Debug, PartialEq)]
pub struct Wait {
    /// In a few words, the host's own among them.
    pub reason: String,
    /// Since when.
    pub since: Instant,
    /// When something is sent again.
    pub until: Instant,
}

/// Called when a wait begins or changes, and with `None` when it ends.
type Tell = Box<dyn Fn(Option<Wait>) + Send + Sync>;

/// Shorter pauses are not reported.
const WORTH_A_WORD: Duration = Duration::from_secs(1);

/// The gate of one host. Clones share it.
#[derive(Clone, Debug)]
pub struct Permits(Arc<Gate>);

struct Gate {
    /// Those who begin, and those whose work has begun; one of each line gets to the door.
    line: Semaphore,
    begun: Semaphore,
    door: Semaphore,
    state: Mutex<State>,
    /// Tells the one at the door to look again. It keeps one message, so that none is missed between two looks.
    look: Notify,
    waiting: AtomicU32,
    closed: watch::Sender<Option<Failure>>,
    tell: OnceLock<Tell>,
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate")
            .field("state", &self.state)
            .field("closed", &*self.closed.borrow())
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct State {
    /// Whether any call was ever answered.
    answered: bool,
    /// Calls that the host refused for what they ask.
    refusals: u32,
    in_flight: usize,
    flow: Flow,
    paused_until: Option<Instant>,
    /// Since when and why, if the pause is long enough to be reported.
    pause: Option<(Instant, String)>,
    health: Health,
    /// Whether somebody was told of a wait that has not ended.
    has_told: bool,
    /// The part of a limit that is divided elsewhere, where it is.
    loan: Option<Loan>,
    /// Calls that have passed since that was last asked.
    sent: u32,
    /// What the one at the door waits for.
    door: Door,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Nobody,
    /// For a call to come back.
    Room,
    Until(Instant),
}

/// Leave for one call; given back when dropped.
#[derive(Debug)]
pub struct Permit {
    gate: Arc<Gate>,
    given: Instant,
    /// Whether this call is the probe that shows whether the host is up.
    is_probe: bool,
}

impl Permits {
    /// A gate that nothing has passed yet.
    #[must_use]
    pub fn new(concurrency: Concurrency) -> Self {
        Permits(Arc::new(Gate {
            line: Semaphore::new(1),
            begun: Semaphore::new(1),
            door: Semaphore::new(1),
            state: Mutex::new(State {
                answered: false,
                refusals: 0,
                in_flight: 0,
                flow: Flow::new(concurrency, Instant::now()),
                paused_until: None,
                pause: None,
                health: Health::default(),
                has_told: false,
                loan: None,
                sent: 0,
                door: Door::Nobody,
            }),
            look: Notify::new(),
            waiting: AtomicU32::new(0),
            closed: watch::Sender::new(None),
            tell: OnceLock::new(),
        }))
    }

    /// The same gate, but it waits out its host's trouble for this long: until then no call fails for passing trouble.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        self.0.lock().health.set_patience(patience);
        self
    }

    /// The same gate, but it reports why nothing is sent: when a wait of more than a moment begins or changes, and,
    /// with `None`, when it is over. Only the first callback that is set is used.
    #[must_use]
    pub fn telling(self, tell: impl Fn(Option<Wait>) + Send + Sync + 'static) -> Self {
        let _ = self.0.tell.set(Box::new(tell));
        self
    }

    /// The same gate, for a host that may refuse every call for this reason: one call finds out before others are sent.
    #[must_use]
    pub fn in_doubt(self, reason: &Failure) -> Self {
        self.0.lock().health.doubt(Instant::now(), reason.clone());
        self
    }

    /// How long trouble of this host is waited out.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.0.lock().health.patience()
    }

    /// Whether this host is down, as far as known: whoever wants to send waits at the gate.
    #[must_use]
    pub fn is_down(&self) -> bool {
        self.0.lock().health.down(None).is_some()
    }

    /// Whether this host has answered any call since that moment.
    #[must_use]
    pub fn has_answered_since(&self, moment: Instant) -> bool {
        self.0.lock().health.has_answered_since(moment)
    }

    /// Waits for room, for the end of any pause and for the pace.
    ///
    /// # Errors
    ///
    /// The failure with which the host was closed, at once, also for those who wait already;
    /// [`FailureKind::Unreachable`] where the host was down for longer than its patience.
    pub async fn acquire(&self) -> Result<Permit, Failure> {
        self.pass(&self.0.line).await
    }

    /// As [`Permits::acquire`], for a call that belongs to work which has `begun` - it was sent before, or it decides on a
    /// message that was written before: it takes turns with the first of those who begin, and does not wait behind the
    /// others. So trials end one after the other, rather than all of them at the end.
    ///
    /// # Errors
    ///
    /// As [`Permits::acquire`].
    pub async fn acquire_for(&self, begun: bool) -> Result<Permit, Failure> {
        self.pass(if begun { &self.0.begun } else { &self.0.line }).await
    }

    async fn pass(&self, line: &Semaphore) -> Result<Permit, Failure> {
        let gate = &self.0;
        let _counted = Counted::of(&gate.waiting);
        let Ok(_first) = line.acquire().await else { return Err(gate.reason()) };
        let Ok(_at_the_door) = gate.door.acquire().await else { return Err(gate.reason()) };
        let mut waiting = Waiting { gate, waited: false, is_probe: false };
        loop {
            if gate.closed.borrow().is_some() {
                return Err(gate.reason());
            }
            let now = Instant::now();
            let door = match waiting.look(now) {
                Ok(door) => door,
                Err(failure) => return Err(failure),
            };
            match door {
                Door::Nobody => {
                    return Ok(Permit { gate: Arc::clone(gate), given: now, is_probe: waiting.is_probe });
                }
                Door::Room => gate.look.notified().await,
                // A pause can be prolonged and the pace can change meanwhile, hence the look after every sleep.
                Door::Until(until) => tokio::select! {
                    () = sleep_until(until) => {}
                    () = gate.look.notified() => {}
                },
            }
        }
    }

    /// Whether the host has refused the first calls, several of them, and has never answered one.
    #[must_use]
    pub fn only_refuses(&self) -> bool {
        let state = self.0.lock();
        !state.answered && state.refusals >= REFUSALS
    }

    /// Learns from an outcome whose permit is not at hand, and so without the time that the call took. Where it is at
    /// hand, [`Permit::observe`] learns more.
    pub fn observe(&self, outcome: &Result<Reply, Failure>) {
        self.0.observe(outcome, None, false);
    }

    /// Closes the gate for good: every further [`Permits::acquire`] returns this failure. For failures that
    /// [`FailureKind::is_final_for_host`]; the first one counts.
    pub fn close(&self, failure: Failure) {
        let gate = &self.0;
        gate.closed.send_if_modified(|closed| closed.is_none() && closed.replace(failure).is_none());
        for waiting in [&gate.line, &gate.begun, &gate.door] {
            waiting.close();
        }
        gate.look.notify_one();
    }

    /// The failure with which the host was closed, if it was.
    #[must_use]
    pub fn closed(&self) -> Option<Failure> {
        self.0.closed.borrow().clone()
    }

    /// How many calls may be in flight now.
    #[must_use]
    pub fn width(&self) -> usize {
        self.0.lock().flow.width()
    }

    /// How many calls a second may be sent now; infinite for a fixed width.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.0.lock().flow.rate(Instant::now())
    }

    /// Until when nothing passes, where a pause lasts.
    #[must_use]
    pub fn pause_until(&self) -> Option<Instant> {
        self.0.lock().paused_until.filter(|until| *until > Instant::now())
    }
}

/// For calls that are sent beside others and must not take their place.
impl Permits {
    /// A permit that is free at once and that nobody waits for; `None` also while a pause lasts, where the pace would have
    /// it wait, or where the host was closed.
    #[must_use]
    pub fn try_acquire(&self) -> Option<Permit> {
        let gate = &self.0;
        if self.closed().is_some() {
            return None;
        }
        let now = Instant::now();
        let mut state = gate.lock();
        let is_held = state.paused_until.is_some_and(|until| until > now) || state.flow.earliest(now).is_some();
        // What is lent is for first sends.
        if state.is_wanted() || is_held || state.loan.is_some() || state.health.look(now, None) != Look::Up {
            return None;
        }
        state.pass();
        state.flow.sent(now, false);
        Some(Permit { gate: Arc::clone(gate), given: now, is_probe: false })
    }

    /// Whether somebody may be waiting for a permit: none is free.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.0.lock().is_wanted()
    }
}

/// Counts who waits, however the wait ends.
struct Counted<'a>(&'a AtomicU32);

impl<'a> Counted<'a> {
    fn of(count: &'a AtomicU32) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Counted(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl State {
    fn is_wanted(&self) -> bool {
        self.door != Door::Nobody || self.in_flight >= self.flow.width()
    }

    /// A call passes.
    fn pass(&mut self) {
        self.in_flight += 1;
        self.sent = self.sent.saturating_add(1);
        if let Some(calls) = self.loan.as_mut().and_then(|loan| loan.calls.as_mut()) {
            *calls = calls.saturating_sub(1);
        }
    }
}

impl Gate {
    /// A panic elsewhere leaves the counts usable.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reason(&self) -> Failure {
        let closed = self.closed.borrow().clone();
        closed.unwrap_or_else(|| Failure::new(FailureKind::Connection, "the host was closed"))
    }

    fn observe(&self, outcome: &Result<Reply, Failure>, sent: Option<Instant>, was_probe: bool) {
        let now = Instant::now();
        let mut state = self.lock();
        let in_flight = state.in_flight;
        let changed = match outcome {
            Ok(reply) => {
                state.answered = true;
                let exhausted = reply.limits.exhausted_for();
                let paused = state.pause(now, exhausted);
                if paused {
                    state.pause = Some((now, reply.limits.words()));
                }
                state.flow.answered(now, sent, in_flight, reply);
                state.health.answered(now) | paused
            }
            Err(failure) => {
                state.refusals += u32::from(failure.kind.is_refusal());
                let asked = state.pause(now, failure.retry_after);
                let used_up = state.pause(now, failure.limits.exhausted_for());
                if asked || used_up {
                    state.pause = Some((now, failure.message.clone()));
                }
                state.flow.failed(now, sent, failure);
                let is_paced = state.flow.is_learnt();
                state.health.failed(now, failure, was_probe, is_paced) | asked | used_up
            }
        };
        let look = state.health.look(now, None);
        let sooner = match state.door {
            Door::Nobody => false,
            Door::Room => state.in_flight < state.flow.width(),
            Door::Until(until) => {
                look == Look::Up
                    && state.paused_until.is_none_or(|paused| paused < until)
                    && state.flow.earliest(now).is_none_or(|earliest| earliest < until)
            }
        };
        let change = if changed { state.change_to_say(now) } else { None };
        drop(state);
        // Callers that wait for a host that went down meanwhile now have another moment to wait for.
        if sooner || changed {
            self.look.notify_one();
        }
        self.say(change);
    }

    /// Reports a change, if there is one and a callback is set. The state is not locked meanwhile.
    #[expect(clippy::option_option, reason = "no change, or a change to a wait or to none")]
    fn say(&self, change: Option<Option<Wait>>) {
        if let (Some(change), Some(tell)) = (change, self.tell.get()) {
            tell(change);
        }
    }
}

impl State {
    /// Pauses for `wait`. True if this is a longer pause than before and long enough to be reported.
    fn pause(&mut self, now: Instant, wait: Option<Duration>) -> bool {
        let Some(wait) = wait.filter(|wait| !wait.is_zero()) else { return false };
        let until = Some(now + wait.min(LONGEST_WAIT));
        let is_longer = until > self.paused_until;
        self.paused_until = self.paused_until.max(until);
        is_longer && wait >= WORTH_A_WORD
    }

    /// What to say of waits now: a wait, or that it has ended; the outer `None` if there is nothing to say.
    #[expect(clippy::option_option, reason = "no change, or a change to a wait or to none")]
    fn change_to_say(&mut self, now: Instant) -> Option<Option<Wait>> {
        let paused = self.paused_until.filter(|until| *until > now);
        let down = self.health.down(paused);
        let wait = down.map(|down| Wait { reason: down.reason, since: down.since, until: down.next }).or_else(|| {
            let (since, reason) = self.pause.clone()?;
            Some(Wait { reason, since, until: paused? })
        });
        let was_told = std::mem::replace(&mut self.has_told, wait.is_some());
        (wait.is_some() || was_told).then_some(wait)
    }
}

impl Permit {
    /// Learns from the outcome of the call: call it after every one, before the permit is dropped.
    pub fn observe(&self, outcome: &Result<Reply, Failure>) {
        self.gate.observe(outcome, Some(self.given), self.is_probe);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.gate.lock();
        state.in_flight -= 1;
        if self.is_probe {
            // Observed or not, this call can show nothing more.
            state.health.probe_lost();
        }
        let room = state.door == Door::Room && state.in_flight < state.flow.width();
        drop(state);
        if room || self.is_probe {
            self.gate.look.notify_one();
        }
    }
}
