//! The gate in front of one host: how many calls are in flight at once, when all of them wait, when none may pass.
//!
//! The width follows the rule that keeps TCP from choking networks (additive increase, multiplicative decrease: Chiu and
//! Jain, 1989): a window full of successes widens it by a step, a sign of overload narrows it at once. A sharp ramp alone
//! can bring 429, hence a small start and no doubling.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Duration, Instant, sleep_until};

use super::LONGEST_WAIT;
use crate::model::{Failure, FailureKind, Reply};

/// Width at the start of [`Concurrency::Auto`].
const START: usize = 6;
/// By how much a full window of successes widens it.
const STEP: usize = 6;
/// The widest it gets.
pub const WIDEST: usize = 2048;
/// So many refusals before the first answer mean that the model or the right to it is not there.
const REFUSALS: u32 = 3;
/// One burst brings many refusals at once; they are one sign, not many.
const BETWEEN_DECREASES: Duration = Duration::from_secs(1);

/// How many calls to one host may be in flight at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// As many as the host bears: starts at 6, up to 2,048.
    Auto,
    /// Always this many (at least one). Pauses still apply.
    Fixed(usize),
}

/// The gate of one host. Clones share it.
#[derive(Clone, Debug)]
pub struct Permits(Arc<Gate>);

#[derive(Debug)]
struct Gate {
    concurrency: Concurrency,
    /// First come, first served, which keeps the oldest trial from starving.
    slots: Arc<Semaphore>,
    state: Mutex<State>,
    closed: watch::Sender<Option<Failure>>,
}

#[derive(Debug)]
struct State {
    /// Whether any call was ever answered.
    answered: bool,
    /// Calls that the host refused for what they ask.
    refusals: u32,
    width: usize,
    in_flight: usize,
    /// Slots that are given up as soon as their calls return: the width shrank below what was in flight.
    owed: usize,
    successes: usize,
    narrowed: Option<Instant>,
    paused_until: Option<Instant>,
}

/// Leave for one call; given back when dropped.
#[derive(Debug)]
pub struct Permit {
    slot: Option<OwnedSemaphorePermit>,
    gate: Arc<Gate>,
}

impl Permits {
    /// A gate that nothing has passed yet.
    #[must_use]
    pub fn new(concurrency: Concurrency) -> Self {
        let width = match concurrency {
            Concurrency::Auto => START,
            Concurrency::Fixed(width) => width.clamp(1, Semaphore::MAX_PERMITS),
        };
        Permits(Arc::new(Gate {
            concurrency,
            slots: Arc::new(Semaphore::new(width)),
            state: Mutex::new(State {
                width,
                in_flight: 0,
                owed: 0,
                successes: 0,
                narrowed: None,
                paused_until: None,
                answered: false,
                refusals: 0,
            }),
            closed: watch::Sender::new(None),
        }))
    }

    /// Waits for a slot and for the end of any pause.
    ///
    /// # Errors
    ///
    /// The failure with which the host was closed, at once, also for those who wait already.
    pub async fn acquire(&self) -> Result<Permit, Failure> {
        let gate = &self.0;
        let Ok(slot) = Arc::clone(&gate.slots).acquire_owned().await else {
            return Err(gate.reason());
        };
        gate.lock().in_flight += 1;
        let permit = Permit { slot: Some(slot), gate: Arc::clone(gate) };
        let mut closed = gate.closed.subscribe();
        loop {
            if closed.borrow_and_update().is_some() {
                return Err(gate.reason());
            }
            // Read anew after every sleep: a pause can be prolonged while it lasts.
            let Some(until) = gate.lock().paused_until.filter(|until| *until > Instant::now()) else {
                return Ok(permit);
            };
            tokio::select! {
                () = sleep_until(until) => {}
                _ = closed.changed() => {}
            }
        }
    }

    /// Whether the host has refused the first calls, several of them, and has never answered one.
    #[must_use]
    pub fn only_refuses(&self) -> bool {
        let state = self.0.lock();
        !state.answered && state.refusals >= REFUSALS
    }

    /// Learns from the outcome of a call: call it after every one, before the permit is dropped.
    pub fn observe(&self, outcome: &Result<Reply, Failure>) {
        let gate = &self.0;
        let mut state = gate.lock();
        match outcome {
            Ok(reply) => {
                state.answered = true;
                state.pause(reply.limits.exhausted_for());
                gate.widen(&mut state);
            }
            Err(failure) => {
                state.refusals += u32::from(failure.kind.is_refusal());
                state.pause(failure.retry_after);
                state.pause(failure.limits.exhausted_for());
                if matches!(failure.kind, FailureKind::RateLimited | FailureKind::Overloaded) {
                    gate.narrow(&mut state);
                }
            }
        }
    }

    /// Closes the gate for good: every further [`Permits::acquire`] returns this failure. For failures that
    /// [`FailureKind::is_final_for_host`]; the first one counts.
    pub fn close(&self, failure: Failure) {
        self.0.closed.send_if_modified(|closed| closed.is_none() && closed.replace(failure).is_none());
        self.0.slots.close();
    }

    /// The failure with which the host was closed, if it was.
    #[must_use]
    pub fn closed(&self) -> Option<Failure> {
        self.0.closed.borrow().clone()
    }

    /// How many calls may be in flight now.
    #[must_use]
    pub fn width(&self) -> usize {
        self.0.lock().width
    }

    /// Until when nothing passes, where a pause lasts.
    #[must_use]
    pub fn pause_until(&self) -> Option<Instant> {
        self.0.lock().paused_until.filter(|until| *until > Instant::now())
    }
}

/// For calls that are sent beside others and must not take their place.
impl Permits {
    /// A permit that is free at once and that nobody waits for; `None` also while a pause lasts or where the host was
    /// closed.
    #[must_use]
    pub fn try_acquire(&self) -> Option<Permit> {
        let gate = &self.0;
        if self.closed().is_some() || self.pause_until().is_some() || self.is_wanted() {
            return None;
        }
        let slot = Arc::clone(&gate.slots).try_acquire_owned().ok()?;
        gate.lock().in_flight += 1;
        Some(Permit { slot: Some(slot), gate: Arc::clone(gate) })
    }

    /// Whether somebody may be waiting for a permit: none is free.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        // A semaphore hands a slot that is given back to whoever waits for it, before it counts as available.
        self.0.slots.available_permits() == 0
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

    fn widen(&self, state: &mut State) {
        // A width that was never filled proved nothing.
        if self.concurrency != Concurrency::Auto || state.in_flight * 2 < state.width {
            return;
        }
        state.successes += 1;
        if state.successes < state.width || state.width >= WIDEST {
            return;
        }
        let wider = (state.width + STEP).min(WIDEST);
        let more = wider - state.width;
        let forgiven = more.min(state.owed);
        state.owed -= forgiven;
        self.slots.add_permits(more - forgiven);
        state.width = wider;
        state.successes = 0;
    }

    fn narrow(&self, state: &mut State) {
        state.successes = 0;
        let now = Instant::now();
        let recent = state.narrowed.is_some_and(|before| now - before < BETWEEN_DECREASES);
        if self.concurrency != Concurrency::Auto || recent {
            return;
        }
        let narrower = (state.width * 7 / 10).max(1);
        let fewer = state.width - narrower;
        state.owed += fewer - self.slots.forget_permits(fewer);
        state.width = narrower;
        state.narrowed = Some(now);
    }
}

impl State {
    fn pause(&mut self, wait: Option<Duration>) {
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            let until = Instant::now() + wait.min(LONGEST_WAIT);
            self.paused_until = self.paused_until.max(Some(until));
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.gate.lock();
        state.in_flight -= 1;
        let Some(slot) = self.slot.take() else { return };
        if state.owed > 0 {
            state.owed -= 1;
            slot.forget();
        }
    }
}
