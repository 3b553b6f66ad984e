//! Whether a failed call is sent again, and after how long. What is the host's trouble rather than the call's is told
//! apart before, in `call/tries.rs`: such a call waits without using up its tries.
//!
//! The rules are those of the official SDK (PyPI `anthropic` 2.14, `_base_client.py`), with three differences: bodies
//! that make no sense are retried too, a spend limit never is, and no wait is longer than
//! [`LONGEST_WAIT`].

use std::time::Duration;

use super::limits::LONGEST_WAIT;
use super::{Failure, FailureKind};

/// How often and how patiently a call is repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Retries after the first attempt.
    pub max_retries: u32,
    /// The first wait where the host names none; doubles with every retry.
    pub first_wait: Duration,
    /// Where the doubling ends.
    pub longest_backoff: Duration,
}

impl Default for RetryPolicy {
    /// Four retries, where the SDK has two: its two wait 1.5 s together, which any bout of overload outlasts, and a
    /// trial that is lost costs its message too and is missing from a paired comparison. Four wait up to 7.5 s.
    fn default() -> Self {
        RetryPolicy { max_retries: 4, first_wait: Duration::from_millis(500), longest_backoff: Duration::from_secs(8) }
    }
}

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Send the same request again after this wait.
    After(Duration),
    /// Report the failure.
    GiveUp,
}

impl RetryPolicy {
    /// Decides about a failure after `attempt` earlier retries (0 for the first failure of a call). `jitter` is a
    /// random number in 0..1 that spreads retries over the last quarter of the wait; the host's own wait is kept as it
    /// is.
    #[must_use]
    pub fn decide(&self, failure: &Failure, attempt: u32, jitter: f64) -> Retry {
        if attempt >= self.max_retries || !is_worth_repeating(failure) {
            return Retry::GiveUp;
        }
        match failure.retry_after {
            Some(wait) if !wait.is_zero() => Retry::After(wait.min(LONGEST_WAIT)),
            _ => Retry::After(self.backoff(attempt, jitter)),
        }
    }

    /// The wait before the next try after `attempt` tries, if the host names none.
    #[must_use]
    pub fn backoff(&self, attempt: u32, jitter: f64) -> Duration {
        let factor = 2_u32.saturating_pow(attempt);
        let wait = self.first_wait.saturating_mul(factor).min(self.longest_backoff).min(LONGEST_WAIT);
        let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 0.0 };
        wait.mul_f64(1.0 - 0.25 * jitter)
    }
}

fn is_worth_repeating(failure: &Failure) -> bool {
    use FailureKind::{
        Billing, Conflict, Connection, Forbidden, Invalid, Journal, Malformed, Misconfigured, NotFound, Overloaded,
        RateLimited, Server, SpendLimit, Stopped, Timeout, TooLarge, Unauthorized, Unreachable, Version,
    };
    let ours = match failure.kind {
        // Even if the host says otherwise: money does not come back within seconds.
        SpendLimit | Stopped | Journal | Unreachable | Misconfigured | Version => return false,
        Connection | Timeout | RateLimited | Overloaded | Server | Conflict | Malformed => true,
        Unauthorized | Billing | Forbidden | NotFound | TooLarge | Invalid => false,
    };
    failure.should_retry.unwrap_or(ours)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KINDS: [FailureKind; 14] = [
        FailureKind::Connection,
        FailureKind::Timeout,
        FailureKind::RateLimited,
        FailureKind::SpendLimit,
        FailureKind::Overloaded,
        FailureKind::Server,
        FailureKind::Conflict,
        FailureKind::Unauthorized,
        FailureKind::Billing,
        FailureKind::Forbidden,
        FailureKind::NotFound,
        FailureKind::TooLarge,
        FailureKind::Invalid,
        FailureKind::Malformed,
    ];

    fn failure(kind: FailureKind) -> Failure {
        Failure::new(kind, "x")
    }

    #[test]
    fn passing_failures_are_repeated_and_lasting_ones_are_not() {
        let repeated: Vec<FailureKind> = KINDS
            .into_iter()
            .filter(|kind| RetryPolicy::default().decide(&failure(*kind), 0, 0.0) != Retry::GiveUp)
            .collect();
        use FailureKind::{Conflict, Connection, Malformed, Overloaded, RateLimited, Server, Timeout};
        assert_eq!(repeated, [Connection, Timeout, RateLimited, Overloaded, Server, Conflict, Malformed]);
    }

    #[test]
    fn the_wait_doubles_up_to_eight_seconds_and_ends_after_four_retries() {
        let policy = RetryPolicy { max_retries: 7, ..RetryPolicy::default() };
        let waits: Vec<Retry> = (0..8).map(|n| policy.decide(&failure(FailureKind::Server), n, 0.0)).collect();
        let seconds = |s: f64| Retry::After(Duration::from_secs_f64(s));
        let expected = [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0].map(seconds);
        assert_eq!(waits[..7], expected);
        assert_eq!(waits[7], Retry::GiveUp);
        assert_eq!(RetryPolicy::default().decide(&failure(FailureKind::Server), 4, 0.0), Retry::GiveUp);
    }

    #[test]
    fn the_hosts_wait_is_kept_whatever_the_jitter() {
        let failure = Failure { retry_after: Some(Duration::from_secs(17)), ..failure(FailureKind::RateLimited) };
        assert_eq!(RetryPolicy::default().decide(&failure, 0, 0.9), Retry::After(Duration::from_secs(17)));
    }

    #[test]
    fn the_hosts_verdict_overrides_ours_except_on_a_spend_limit() {
        for kind in KINDS {
            let say = |verdict| Failure { should_retry: Some(verdict), ..failure(kind) };
            let policy = RetryPolicy::default();
            assert_eq!(policy.decide(&say(false), 0, 0.0), Retry::GiveUp);
            assert_eq!(policy.decide(&say(true), 0, 0.0) == Retry::GiveUp, kind == FailureKind::SpendLimit);
        }
    }

    proptest! {
        #[test]
        fn a_wait_is_always_within_bounds(
            kind in 0..KINDS.len(),
            retry_after in proptest::option::of(any::<Duration>()),
            should_retry in any::<Option<bool>>(),
            policy in (any::<u32>(), any::<Duration>(), any::<Duration>()),
            attempt in any::<u32>(),
            jitter in any::<f64>(),
        ) {
            let failure = Failure { retry_after, should_retry, ..failure(KINDS[kind]) };
            let (max_retries, first_wait, longest_backoff) = policy;
            let policy = RetryPolicy { max_retries, first_wait, longest_backoff };
            match policy.decide(&failure, attempt, jitter) {
                Retry::After(wait) => {
                    prop_assert!(attempt < max_retries && wait <= LONGEST_WAIT);
                    if retry_after.is_none_or(|wait| wait.is_zero()) {
                        prop_assert!(wait <= longest_backoff);
                        prop_assert!(wait >= first_wait.min(longest_backoff).min(LONGEST_WAIT).mul_f64(0.749));
                    }
                }
                Retry::GiveUp => {}
            }
        }
    }
}
