//! A part of a limit that is lent to one of several gates in front of a host, and what a gate asks for.

use std::sync::atomic::Ordering;

use tokio::time::{Duration, Instant};

use super::Permits;

/// For a gate that is one of several in front of a host, whose limits are divided among them.
impl Permits {
    /// From now on lets no more pass than this part of the limits allows, until another is lent; unused calls are added
    /// to the next part. `None` removes the restriction.
    pub fn lend(&self, loan: Option<Loan>) {
        let mut state = self.0.lock();
        let now = Instant::now();
        let left = state.loan.as_ref().map_or(0, |loan| loan.left(now));
        state.loan = loan.map(|loan| Loan { calls: loan.calls.map(|calls| calls + left), ..loan });
        drop(state);
        self.0.look.notify_one();
    }

    /// What to ask for: how many calls are in flight, wait, and may still be sent, and how many were sent since the
    /// last time.
    #[must_use]
    pub fn demand(&self) -> Demand {
        let waiting = self.0.waiting.load(Ordering::Relaxed);
        let mut state = self.0.lock();
        let left = state.loan.as_ref().map_or(0, |loan| loan.left(Instant::now()));
        Demand { in_flight: state.in_flight as u32, waiting, left, sent: std::mem::take(&mut state.sent) }
    }

    /// Lets nothing pass for this long, because the host has asked another gate for a pause.
    pub fn pause(&self, wait: Duration) {
        self.0.lock().pause(Instant::now(), Some(wait));
    }
}

/// A part of a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loan {
    /// Calls that may be sent; `None` where they are not counted.
    pub calls: Option<u32>,
    /// Calls that may be in flight; `None` where that is not limited.
    pub slots: Option<u32>,
    /// When it ends.
    pub until: Instant,
}

impl Loan {
    pub(super) fn left(&self, now: Instant) -> u32 {
        if self.until > now { self.calls.unwrap_or(0) } else { 0 }
    }

    pub(super) fn allows(&self, in_flight: usize, now: Instant) -> bool {
        self.until > now && self.calls != Some(0) && self.slots.is_none_or(|slots| in_flight < slots as usize)
    }
}

/// What a gate needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// Calls in flight.
    pub in_flight: u32,
    /// Calls that wait.
    pub waiting: u32,
    /// Calls of the loan that may still be sent.
    pub left: u32,
    /// Calls that have passed since the last time.
    pub sent: u32,
}
