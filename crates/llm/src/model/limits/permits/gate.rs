//! The state of a gate, and what changes it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::{Duration, Instant};

use super::{Concurrency, Loan};
use crate::event::HostWait;
use crate::model::limits::LONGEST_WAIT;
use crate::model::limits::flow::Flow;
use crate::model::limits::trouble::{Health, Look};
use crate::model::{Failure, FailureKind, Reply};

/// Called when a wait begins or changes, and with `None` when it ends.
pub(super) type Tell = Box<dyn Fn(Option<HostWait>) + Send + Sync>;

/// Shorter pauses are not reported.
const WORTH_A_WORD: Duration = Duration::from_secs(1);

pub(super) struct Gate {
    /// Those who begin, and those whose work has begun; one of each line gets to the door.
    pub(super) line: Semaphore,
    pub(super) begun: Semaphore,
    pub(super) door: Semaphore,
    pub(super) state: Mutex<State>,
    /// Tells the one at the door to look again. It keeps one message, so that none is missed between two looks.
    pub(super) look: Notify,
    pub(super) waiting: AtomicU32,
    pub(super) closed: watch::Sender<Option<Failure>>,
    pub(super) tell: OnceLock<Tell>,
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
pub(super) struct State {
    /// Whether any call was ever answered.
    pub(super) answered: bool,
    /// Calls that the host refused for what they ask.
    pub(super) refusals: u32,
    pub(super) in_flight: usize,
    pub(super) flow: Flow,
    pub(super) paused_until: Option<Instant>,
    /// Since when and why, if the pause is long enough to be reported.
    pub(super) pause: Option<(Instant, String)>,
    pub(super) health: Health,
    /// Whether somebody was told of a wait that has not ended.
    pub(super) has_told: bool,
    /// The part of a limit that is divided elsewhere, where it is.
    pub(super) loan: Option<Loan>,
    /// Calls that have passed since that was last asked.
    pub(super) sent: u32,
    /// What the one at the door waits for.
    pub(super) door: Door,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    Nobody,
    /// For a call to come back.
    Room,
    Until(Instant),
}

/// Counts who waits, however the wait ends.
pub(super) struct Counted<'a>(&'a AtomicU32);

impl<'a> Counted<'a> {
    pub(super) fn new(count: &'a AtomicU32) -> Self {
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
    pub(super) fn is_wanted(&self) -> bool {
        self.door != Door::Nobody || self.in_flight >= self.flow.width()
    }

    /// A call passes.
    pub(super) fn pass(&mut self) {
        self.in_flight += 1;
        self.sent = self.sent.saturating_add(1);
        if let Some(calls) = self.loan.as_mut().and_then(|loan| loan.calls.as_mut()) {
            *calls = calls.saturating_sub(1);
        }
    }
}

impl Gate {
    /// A gate that nothing has passed yet.
    pub(super) fn new(concurrency: Concurrency) -> Self {
        Gate {
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
        }
    }

    /// A panic elsewhere leaves the counts usable.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn reason(&self) -> Failure {
        let closed = self.closed.borrow().clone();
        closed.unwrap_or_else(|| Failure::new(FailureKind::Connection, "the host was closed"))
    }

    pub(super) fn observe(&self, outcome: &Result<Reply, Failure>, sent: Option<Instant>, was_probe: bool) {
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
    pub(super) fn say(&self, change: Option<Option<HostWait>>) {
        if let (Some(change), Some(tell)) = (change, self.tell.get()) {
            tell(change);
        }
    }
}

impl State {
    /// Pauses for `wait`. True if this is a longer pause than before and long enough to be reported.
    pub(super) fn pause(&mut self, now: Instant, wait: Option<Duration>) -> bool {
        let Some(wait) = wait.filter(|wait| !wait.is_zero()) else { return false };
        let until = Some(now + wait.min(LONGEST_WAIT));
        let is_longer = until > self.paused_until;
        self.paused_until = self.paused_until.max(until);
        is_longer && wait >= WORTH_A_WORD
    }

    /// What to say of waits now: a wait, or that it has ended; the outer `None` if there is nothing to say.
    #[expect(clippy::option_option, reason = "no change, or a change to a wait or to none")]
    pub(super) fn change_to_say(&mut self, now: Instant) -> Option<Option<HostWait>> {
        let paused = self.paused_until.filter(|until| *until > now);
        let down = self.health.down(paused);
        let wait = down.map(|down| (down.reason, down.since, down.next)).or_else(|| {
            let (since, reason) = self.pause.clone()?;
            Some((reason, since, paused?))
        });
        let wait =
            wait.map(|(reason, since, until)| HostWait { reason, since: since.into_std(), until: until.into_std() });
        let was_told = std::mem::replace(&mut self.has_told, wait.is_some());
        (wait.is_some() || was_told).then_some(wait)
    }
}
