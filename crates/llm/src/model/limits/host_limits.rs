//! How many calls a second the limits allow that a host reports in its headers.
//!
//! For each limit, hosts report how much there is, what is left and when it is full again. The same words describe two
//! kinds of limit. A *window* gives everything back at one moment: until then, what is left has to last. A *bucket*
//! refills all the time: what is missing, divided by the time until it is full, is its rate. That moment tells them
//! apart: it stands still for a window, and moves on for a bucket, as fast as calls are sent.
//!
//! Sends are spread in proportion to what is left, faster while much is left: a short batch need not wait for a limit
//! that it will not reach, and a long one never meets it, since the pace falls with what is left.

use tokio::time::{Duration, Instant};

use super::{RateLimits, Window};
use crate::model::Usage;

/// The share of a bucket that is kept as a reserve against calls that we do not know of.
const RESERVE: f64 = 0.3;
/// A limit that is nearly used up never stops us altogether (that is what pauses are for): at least this share of a
/// bucket's rate is always sent, with at most so many seconds between two calls.
const LEAST: f64 = 0.05;
const LONGEST_GAP: f64 = 30.0;

/// The limits that a host reported, and how much of them a call takes.
#[derive(Debug, Default)]
pub(super) struct HostLimits {
    requests: Line,
    input: Line,
    output: Line,
    /// Tokens of a call, smoothed; zero until the first answer.
    input_tokens: f64,
    output_tokens: f64,
}

/// One limit.
#[derive(Debug, Default)]
struct Line {
    limit: Option<f64>,
    last: Option<Report>,
    /// The longest reported time to a full limit: about a window's length.
    longest: f64,
    /// The report against which later ones are compared, to see whether the moment moves.
    mark: Option<Report>,
    /// How often in a row it moved as a bucket's does (above zero) or stood (below).
    moving: i8,
    /// Refill a second, as far as known; used where it moves.
    refill: Option<f64>,
    /// Calls sent since the last report.
    since: u32,
}

#[derive(Clone, Copy, Debug)]
struct Report {
    at: Instant,
    remaining: f64,
    full_at: Instant,
}

impl HostLimits {
    /// Records a response with these limits. If it is an answer, `usage` says how much it took.
    pub(super) fn record(&mut self, now: Instant, limits: &RateLimits, usage: Option<Usage>) {
        if let Some(usage) = usage {
            let smooth = |old: &mut f64, new: u64| {
                *old = if *old == 0.0 { new as f64 } else { *old + 0.1 * (new as f64 - *old) };
            };
            // Tokens read from the cache do not count against the limits of current models.
            smooth(&mut self.input_tokens, usage.input_tokens + usage.cache_write_tokens);
            smooth(&mut self.output_tokens, usage.output_tokens);
        }
        self.requests.record(now, &limits.requests);
        self.input.record(now, &limits.input_tokens);
        self.output.record(now, &limits.output_tokens);
    }

    /// A call is sent.
    pub(super) fn sent(&mut self) {
        for line in [&mut self.requests, &mut self.input, &mut self.output] {
            line.since = line.since.saturating_add(1);
        }
    }

    /// Calls a second that all limits allow; infinite if none was reported.
    pub(super) fn ceiling(&self, now: Instant) -> f64 {
        // A host that has one limit for both kinds of tokens tells it as one of input.
        let both = if self.output.last.is_none() { self.output_tokens } else { 0.0 };
        self.requests
            .ceiling(now, 1.0)
            .min(self.input.ceiling(now, self.input_tokens + both))
            .min(self.output.ceiling(now, self.output_tokens))
    }
}

impl Line {
    fn record(&mut self, now: Instant, window: &Window) {
        let (Some(remaining), Some(reset)) = (window.remaining, window.reset) else { return };
        // Absurd moments would overflow; a limit of more than a day is not one to spread sends over.
        let reset = reset.min(Duration::from_secs(86_400));
        self.limit = window.limit.map(|limit| limit as f64).or(self.limit);
        let report = Report { at: now, remaining: remaining as f64, full_at: now + reset };
        self.longest = self.longest.max(reset.as_secs_f64());
        self.watch(report);
        if let Some(limit) = self.limit
            && reset > Duration::ZERO
        {
            let missing = limit - report.remaining;
            // What is left is told in whole numbers, and when, perhaps in whole seconds: little missing tells little.
            if missing >= (0.1 * limit).max(2.0) {
                let sample = missing / reset.as_secs_f64();
                self.refill = Some(self.refill.map_or(sample, |old| old + 0.2 * (sample - old)));
            }
        }
        self.last = Some(report);
        self.since = 0;
    }

    /// Learns whether the moment at which the limit is full moves on.
    fn watch(&mut self, report: Report) {
        let Some(mark) = self.mark else {
            self.mark = Some(report);
            return;
        };
        let passed = report.at.saturating_duration_since(mark.at).as_secs_f64();
        let until_full = report.full_at.saturating_duration_since(report.at).as_secs_f64();
        if passed < (until_full / 8.0).max(0.1) {
            return;
        }
        let moved = report.full_at.saturating_duration_since(mark.full_at).as_secs_f64() / passed;
        // What moves much further than time passed is the next window.
        let sign = match moved {
            4.0.. => 0,
            0.4.. => 1,
            _ => -1,
        };
        if sign != 0 {
            let turned = self.moving.signum() * sign < 0;
            self.moving = if turned { sign } else { (self.moving + sign).clamp(-2, 2) };
        }
        self.mark = Some(report);
    }

    /// Calls a second, each of which takes `each` of this limit.
    fn ceiling(&self, now: Instant, each: f64) -> f64 {
        let Some(last) = self.last else { return f64::INFINITY };
        if each <= 0.0 {
            return f64::INFINITY;
        }
        let taken = f64::from(self.since) * each;
        let rate = match (self.refill, self.limit) {
            (Some(refill), Some(limit)) if self.moving > 1 => bucket(now, last, taken, refill, limit),
            _ => self.window(now, last, taken),
        };
        (rate / each).max(1.0 / LONGEST_GAP)
    }

    fn window(&self, now: Instant, last: Report, taken: f64) -> f64 {
        let left = last.full_at.saturating_duration_since(now).as_secs_f64();
        let (remaining, left) =
            if left > 0.0 { (last.remaining, left) } else { (self.limit.unwrap_or(f64::INFINITY), self.longest) };
        let remaining = (remaining - taken).max(0.0);
        let share = self.limit.map_or(0.0, |limit| (remaining / limit).min(1.0));
        // Without end where it is always full.
        remaining / left * (1.0 + 2.0 * share)
    }
}

fn bucket(now: Instant, last: Report, taken: f64, refill: f64, limit: f64) -> f64 {
    let refilled = refill * now.saturating_duration_since(last.at).as_secs_f64();
    let level = ((last.remaining - taken + refilled).min(limit) / limit).max(0.0);
    // Proportional control. What is sent now is told only after a call's time: on a bucket of a second it has to be
    // gentle, or it swings; a bucket of minutes can be used up as far as its reserve in a fraction of them.
    let gain = (limit / refill / 10.0).clamp(0.2, 3.0);
    refill * (1.0 + gain * (level - RESERVE)).max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported(limit: u64, remaining: u64, reset: f64) -> RateLimits {
        let window = |limit, remaining| Window {
            limit: Some(limit),
            remaining: Some(remaining),
            reset: Some(Duration::from_secs_f64(reset)),
        };
        RateLimits { requests: window(limit, remaining), ..RateLimits::default() }
    }

    #[test]
    fn a_host_that_tells_nothing_sets_no_ceiling() {
        let now = Instant::now();
        let mut told = HostLimits::default();
        told.record(now, &RateLimits::default(), Some(Usage::default()));
        assert_eq!(told.ceiling(now), f64::INFINITY);
    }

    #[test]
    fn what_is_left_of_a_window_has_to_last_until_it_is_full_again() {
        let start = Instant::now();
        let mut line = HostLimits::default();
        line.record(start, &reported(100, 20, 40.0), None);
        let rate = line.ceiling(start);
        assert!((rate - 0.7).abs() < 1e-9, "{rate}");
        (0..10).for_each(|_| line.sent());
        assert!((line.ceiling(start) - 0.3).abs() < 1e-9);
        // A new window has begun.
        let rate = line.ceiling(start + Duration::from_secs(41));
        assert!(rate > 100.0 / 60.0, "{rate}");
    }

    #[test]
    fn a_bucket_is_known_by_its_moving_moment_and_sent_to_at_its_rate() {
        let start = Instant::now();
        let mut line = HostLimits::default();
        // 50 a second are refilled, 50 are sent: 25 are left of 50, always.
        for step in 0..10 {
            line.record(start + Duration::from_millis(200 * step), &reported(50, 25, 0.5), None);
        }
        let rate = line.ceiling(start + Duration::from_millis(1_800));
        assert!((45.0..55.0).contains(&rate), "{rate}");
        assert!(rate > 50.0, "above the reserve, more than the refill may be sent: {rate}");
    }

    #[test]
    fn a_standing_moment_is_a_window_also_when_the_next_one_begins() {
        let start = Instant::now();
        let mut line = HostLimits::default();
        for second in 0..240_u64 {
            let into = second % 60;
            line.record(start + Duration::from_secs(second), &reported(600, 600 - 9 * into, (60 - into) as f64), None);
            assert!(line.requests.moving <= 1, "after {second} s");
        }
    }

    #[test]
    fn limits_on_tokens_count_what_calls_take() {
        let start = Instant::now();
        let mut line = HostLimits::default();
        let window = Window { limit: Some(60_000), remaining: Some(30_000), reset: Some(Duration::from_secs(30)) };
        let limits = RateLimits { input_tokens: window.clone(), output_tokens: window, ..RateLimits::default() };
        let usage = Usage { input_tokens: 100, cache_write_tokens: 100, cache_read_tokens: 9_000, output_tokens: 500 };
        line.record(start, &limits, Some(usage));
        // Output binds: 1,000 tokens a second, twice that since half is left, 500 a call.
        assert!((line.ceiling(start) - 4.0).abs() < 1e-9, "{}", line.ceiling(start));
        line.record(start, &RateLimits { input_tokens: limits.input_tokens, ..RateLimits::default() }, None);
    }

    #[test]
    fn one_limit_for_both_kinds_of_tokens_counts_both() {
        let start = Instant::now();
        let mut line = HostLimits::default();
        let window = Window { limit: None, remaining: Some(14_000), reset: Some(Duration::from_secs(10)) };
        let usage = Usage { input_tokens: 200, output_tokens: 500, ..Usage::default() };
        line.record(start, &RateLimits { input_tokens: window, ..RateLimits::default() }, Some(usage));
        assert!((line.ceiling(start) - 2.0).abs() < 1e-9, "{}", line.ceiling(start));
    }

    #[test]
    fn absurd_words_do_no_harm() {
        let start = Instant::now();
        let mut line = HostLimits::default();
        for (limit, remaining, reset) in [(0, 0, 0.0), (0, u64::MAX, 1e12), (1, 5, 0.0), (u64::MAX, 0, 1e-9)] {
            line.record(
                start,
                &reported(limit, remaining, reset),
                Some(Usage { input_tokens: u64::MAX, ..Usage::default() }),
            );
            let rate = line.ceiling(start);
            assert!(rate >= 1.0 / LONGEST_GAP, "{rate}");
        }
    }
}
