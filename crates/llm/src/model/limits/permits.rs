//! The gate in front of one host: who may call now, who waits, and for what.
//!
//! A host's limit is a rate, its strength a number of calls at once, and neither can stand for the other: a width alone
//! cannot sit at a rate without either idling or being refused, and a rate alone queues calls without end where the
//! host is slow. So the gate keeps both, a width and a pace, and keeps to what the host's headers tell
//! (`host_limits.rs`).
//!
//! A host that is down is asked by one call from time to time (`trouble.rs`), and whoever waits is told why.
//!
//! Callers wait in a line, first come, first served, and only the first of them watches the gate. An event at the gate
//! thus wakes one task, however many wait, and whoever gives up its wait has taken nothing yet. Work that has begun has
//! a line of its own: it has waited already, and need not stand behind all that came since.

mod gate;
mod loan;
mod waiting;

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::time::{Duration, Instant, sleep_until};

use super::trouble::Look;
pub use super::width::WIDEST;
use crate::event::HostWait;
use crate::model::{Failure, Reply};
use gate::{Counted, Door, Gate};
pub use loan::{Demand, Loan};
use waiting::Waiting;

/// This many refusals before the first answer mean that the model does not exist, or that the key has no right to it.
const REFUSALS: u32 = 3;

/// In which line a call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Behind all new calls that came before it.
    New,
    /// In a line of its own, for work that has begun: the call was sent before, or it decides on a message that was
    /// written before. It takes turns with the first of the new calls, so that trials end one after the other rather
    /// than all at the end.
    Begun,
}

/// How many calls to one host may be in flight at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// As many as the host bears: starts at 6, up to 2,048, at the pace that the host allows.
    Auto,
    /// Always this many (at least one), as fast as they come back: a person who names a number wants that number, and
    /// measures by it. Pauses still apply.
    Fixed(usize),
}

/// The gate of one host. Clones share it.
#[derive(Clone, Debug)]
pub struct Permits(Arc<Gate>);

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
        Permits(Arc::new(Gate::new(concurrency)))
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
    pub fn telling(self, tell: impl Fn(Option<HostWait>) + Send + Sync + 'static) -> Self {
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
    /// Fails at once with the failure for which the host was closed, also for callers that wait already. Fails with
    /// [`FailureKind::Unreachable`](crate::model::FailureKind::Unreachable) if the host was down for longer than its
    /// patience.
    pub async fn acquire(&self) -> Result<Permit, Failure> {
        self.pass(&self.0.line).await
    }

    /// Like [`Permits::acquire`], in the line that the call's turn gives it.
    ///
    /// # Errors
    ///
    /// As [`Permits::acquire`].
    pub async fn acquire_for(&self, turn: Turn) -> Result<Permit, Failure> {
        match turn {
            Turn::New => self.pass(&self.0.line).await,
            Turn::Begun => self.pass(&self.0.begun).await,
        }
    }

    async fn pass(&self, line: &Semaphore) -> Result<Permit, Failure> {
        let gate = &self.0;
        let _counted = Counted::new(&gate.waiting);
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

    /// Learns from an outcome whose permit is not at hand, and so without the time that the call took. If it is at
    /// hand, [`Permit::observe`] learns more.
    pub fn observe(&self, outcome: &Result<Reply, Failure>) {
        self.0.observe(outcome, None, false);
    }

    /// Closes the gate for good: every further [`Permits::acquire`] returns this failure. For failures that
    /// [`FailureKind::is_final_for_host`](crate::model::FailureKind::is_final_for_host); the first one counts.
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

    /// Until when nothing passes, if there is a pause.
    #[must_use]
    pub fn pause_until(&self) -> Option<Instant> {
        self.0.lock().paused_until.filter(|until| *until > Instant::now())
    }
}

/// For calls that are sent beside others and must not take their place.
impl Permits {
    /// A permit, if one is free at once and nobody waits for it. `None` also during a pause, if the pace would have the
    /// call wait, or if the host was closed.
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
