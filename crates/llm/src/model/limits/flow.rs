//! How much may be sent to one host: its width, its pace and the limits that it reports, taken together.

use tokio::time::{Duration, Instant};

use super::host_limits::HostLimits;
use super::pace::Pace;
use super::permits::Concurrency;
use super::width::Width;
use crate::model::{Failure, FailureKind, Reply};

/// What takes longer than this to be full again is a window to wait for, and not a rate.
const WINDOW: Duration = Duration::from_secs(5);

/// A fixed width, or what is learnt about the host. No clock of its own: every moment is an argument.
#[derive(Debug)]
pub(super) enum Flow {
    Fixed(usize),
    /// Boxed, since it is much larger than a number.
    Auto(Box<Learnt>),
}

#[derive(Debug)]
pub(super) struct Learnt {
    width: Width,
    pace: Pace,
    limits: HostLimits,
}

impl Flow {
    pub(super) fn new(concurrency: Concurrency, now: Instant) -> Self {
        match concurrency {
            Concurrency::Fixed(width) => Flow::Fixed(width.max(1)),
            Concurrency::Auto => Flow::Auto(Box::new(Learnt {
                width: Width::new(now),
                pace: Pace::new(now),
                limits: HostLimits::default(),
            })),
        }
    }

    /// Whether refusals are learnt from.
    pub(super) fn is_learnt(&self) -> bool {
        matches!(self, Flow::Auto(_))
    }

    /// Calls that may be in flight at once.
    pub(super) fn width(&self) -> usize {
        match self {
            Flow::Fixed(width) => *width,
            Flow::Auto(learnt) => learnt.width.get(),
        }
    }

    /// Calls that may be sent a second.
    pub(super) fn rate(&self, now: Instant) -> f64 {
        match self {
            Flow::Fixed(_) => f64::INFINITY,
            Flow::Auto(learnt) => learnt.pace.rate().min(learnt.limits.ceiling(now)),
        }
    }

    /// When the next call may be sent; `None` for now.
    pub(super) fn earliest(&mut self, now: Instant) -> Option<Instant> {
        match self {
            Flow::Fixed(_) => None,
            Flow::Auto(learnt) => learnt.pace.earliest(now, learnt.limits.ceiling(now)),
        }
    }

    /// A call is sent, after waiting at the gate or not.
    pub(super) fn sent(&mut self, now: Instant, waited: bool) {
        if let Flow::Auto(learnt) = self {
            learnt.pace.sent(now, waited);
            learnt.limits.sent();
        }
    }

    /// Records the answer to a call that was sent at `sent`, if that is known. `in_flight` still counts the call.
    pub(super) fn answered(&mut self, now: Instant, sent: Option<Instant>, in_flight: usize, reply: &Reply) {
        if let Flow::Auto(learnt) = self {
            learnt.limits.record(now, &reply.limits, Some(reply.answer.usage));
            learnt.width.answered(now, sent, in_flight, reply.answer.usage.output_tokens);
        }
    }

    /// Records that a call that was sent at `sent`, if that is known, got no answer.
    pub(super) fn failed(&mut self, now: Instant, sent: Option<Instant>, failure: &Failure) {
        let Flow::Auto(learnt) = self else { return };
        learnt.limits.record(now, &failure.limits, None);
        match failure.kind {
            // The window is used up and says when it is full again: the pause is for that, there is nothing to learn.
            FailureKind::RateLimited if failure.limits.exhausted_for().is_some_and(|reset| reset > WINDOW) => {}
            FailureKind::RateLimited => {
                learnt.pace.refused(now, sent);
                // A rate is the pace's matter: the width keeps what the pace needs.
                let needed = learnt.width.latency() * learnt.pace.goal().min(learnt.limits.ceiling(now));
                learnt.width.refused(now, (needed * 1.25).ceil() as usize);
            }
            FailureKind::Overloaded => {
                learnt.pace.overloaded(now, sent);
                learnt.width.refused(now, 1);
            }
            _ => {}
        }
    }
}
