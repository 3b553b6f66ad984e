//! The server's rate limit, and what it tells about it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;

use super::outbound::Dialect;

/// Limits on tokens are told and never enforced, and so are limits on requests without a rate.
const GENEROUS: [(&str, u64); 2] = [("input-tokens", 4_000_000), ("output-tokens", 800_000)];
const GENEROUS_REQUESTS: u64 = 50_000;

/// A token bucket that holds one second's worth of requests.
pub(super) struct Pace {
    rate: f64,
    capacity: f64,
    level: Mutex<(f64, Instant)>,
}

/// What is left of a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Left {
    limit: u64,
    remaining: u64,
    /// Until it is full again.
    reset: Duration,
}

impl Pace {
    pub(super) fn new(requests_per_second: f64) -> Self {
        let capacity = requests_per_second.max(1.0);
        Pace { rate: requests_per_second, capacity, level: Mutex::new((capacity, Instant::now())) }
    }

    /// Lets one request pass, or says how long until the next one may.
    pub(super) fn admit(&self, now: Instant) -> Result<(), Duration> {
        self.refill(now, |level| {
            if *level < 1.0 {
                return Err(self.time(1.0 - *level));
            }
            *level -= 1.0;
            Ok(())
        })
    }

    fn look(&self, now: Instant) -> Left {
        self.refill(now, |level| Left {
            limit: self.capacity as u64,
            remaining: level.floor() as u64,
            reset: self.time(self.capacity - *level),
        })
    }

    fn refill<T>(&self, now: Instant, then: impl FnOnce(&mut f64) -> T) -> T {
        let mut guard = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let (level, at) = &mut *guard;
        *level = (*level + now.saturating_duration_since(*at).as_secs_f64() * self.rate).min(self.capacity);
        // Threads may come here in another order than they looked at the clock.
        *at = now.max(*at);
        then(level)
    }

    fn time(&self, tokens: f64) -> Duration {
        Duration::try_from_secs_f64(tokens / self.rate).unwrap_or(Duration::MAX)
    }
}

/// Writes the limits as they are now into the headers; generous ones if there is no pace.
pub(super) fn tell(pace: Option<&Pace>, dialect: Dialect, headers: &mut HeaderMap) {
    let now = Timestamp::now();
    let generous = |limit| Left { limit, remaining: limit, reset: Duration::ZERO };
    let requests = pace.map_or(generous(GENEROUS_REQUESTS), |pace| pace.look(Instant::now()));
    let tokens = GENEROUS.into_iter().map(|(name, limit)| (name, generous(limit)));
    for (name, left) in std::iter::once(("requests", requests)).chain(tokens) {
        let (limit, remaining, reset) = match dialect {
            Dialect::Messages => {
                let reset = now.checked_add(left.reset).unwrap_or(Timestamp::MAX);
                // The provider tells whole seconds; a bucket of one second needs finer ones.
                let reset = if left.reset.is_zero() { format!("{reset:.0}") } else { format!("{reset:.3}") };
                let name = |what| format!("anthropic-ratelimit-{name}-{what}");
                ((name("limit"), left.limit), (name("remaining"), left.remaining), (name("reset"), reset))
            }
            _ if name == "output-tokens" => continue,
            Dialect::ChatCompletions | Dialect::Decisions | Dialect::SystemOne => {
                let name = if name == "requests" { name } else { "tokens" };
                let reset = format!("{}ms", left.reset.as_millis());
                let name = |what| format!("x-ratelimit-{what}-{name}");
                ((name("limit"), left.limit), (name("remaining"), left.remaining), (name("reset"), reset))
            }
        };
        insert(headers, &limit.0, &limit.1.to_string());
        insert(headers, &remaining.0, &remaining.1.to_string());
        insert(headers, &reset.0, &reset.1);
    }
}

/// Sets a header, unless it cannot be one: a fault's `retry-after` may be anything.
pub(super) fn insert(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_s_worth_passes_at_once_and_then_the_rate() {
        let pace = Pace::new(10.0);
        let start = Instant::now();
        assert_eq!((0..30).filter(|_| pace.admit(start).is_ok()).count(), 10);
        let wait = pace.admit(start).unwrap_err();
        assert!((wait.as_secs_f64() - 0.1).abs() < 0.01, "{wait:?}");
        let later = start + Duration::from_millis(310);
        assert_eq!((0..30).filter(|_| pace.admit(later).is_ok()).count(), 3);
    }

    #[test]
    fn a_rate_below_one_lets_single_requests_pass() {
        let pace = Pace::new(0.5);
        let start = Instant::now();
        assert!(pace.admit(start).is_ok());
        assert_eq!(pace.look(start), Left { limit: 1, remaining: 0, reset: Duration::from_secs(2) });
        assert!(pace.admit(start + Duration::from_secs(1)).is_err());
        assert!(pace.admit(start + Duration::from_millis(2_001)).is_ok());
    }
}
