//! How many calls a second are sent to a host, learnt from its refusals.
//!
//! Sends pass a token bucket of our own that holds a twentieth of a second, so that what comes in a burst leaves
//! evenly. Until the first refusal its rate doubles every second in which it held something back, since a sharp ramp
//! alone can bring refusals. From then on it follows CUBIC (Ha, Rhee and Xu, 2008; RFC 9438): a cut, a steep return
//! towards the rate that was refused, a plateau there, and a slow, then faster, probe beyond it.
//!
//! What that rate is need not be guessed. A refusal means that the host's allowance is used up at this moment; what it
//! admitted between two refusals is therefore what it refilled between them, whatever its form (bucket or window) and
//! however large the burst was with which it began. So the cut after a second refusal is a small one.

use tokio::time::{Duration, Instant};

/// Calls a second at the start, doubled every second.
const START: f64 = 50.0;
/// Calls that may be sent at once at the start.
const AT_ONCE: f64 = 6.0;
/// What the bucket holds, in seconds.
const DEPTH: f64 = 0.05;
/// The fastest and the slowest pace: far from what any host bears, and so slow that it is a probe.
const FASTEST: f64 = 100_000.0;
const SLOWEST: f64 = 0.05;
/// How far below the host's rate we continue after a refusal that revealed it, and how long it takes to return to it.
const SMALL_CUT: Curve = Curve { cut: 0.04, span: 8.0 };
/// The cut after a refusal that revealed nothing precise.
const LARGE_CUT: Curve = Curve { cut: 0.3, span: 4.0 };
/// And after the first: a ramp that doubles every second was at half its rate a second ago.
const FIRST_CUT: Curve = Curve { cut: 0.5, span: 4.0 };
/// The calls between two refusals reveal a rate if they span at least this many seconds and are at least this many.
const PRECISE: (f64, u64) = (1.0, 8);
/// Refusals without a moment of sending are one sign if they come within this.
const ONE_SIGN: Duration = Duration::from_secs(1);
/// The waiter looks again after this, whatever the pace was when it went to sleep.
const LOOK: f64 = 1.0;

/// A pure state machine: every moment is an argument, and moments must not go back.
#[derive(Debug)]
pub(super) struct Pace {
    level: f64,
    at: Instant,
    /// The rate to return to; while none is known, the rate at the start.
    peak: f64,
    /// None until the first refusal.
    curve: Option<Curve>,
    /// Seconds since the last cut (since the start), as far as sends had to wait for this pace.
    clock: f64,
    /// Whether the next send waits for this pace.
    held: bool,
    last_sent: Instant,
    admitted: u64,
    used_up: Option<UsedUp>,
    cut_at: Option<Instant>,
    recent: Recent,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Curve {
    /// The part of the peak that is cut off.
    cut: f64,
    /// Seconds until the peak is reached again.
    span: f64,
}

/// A moment at which the host's allowance was used up.
#[derive(Clone, Copy, Debug)]
struct UsedUp {
    at: Instant,
    admitted: u64,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Pace {
            level: AT_ONCE,
            at: now,
            peak: START,
            curve: None,
            clock: 0.0,
            held: false,
            last_sent: now,
            admitted: 0,
            used_up: None,
            cut_at: None,
            recent: Recent::new(now),
        }
    }

    /// Sends a second that are allowed now.
    pub(super) fn rate(&self) -> f64 {
        let rate = match self.curve {
            None => self.peak * self.clock.exp2(),
            Some(Curve { cut, span }) => {
                let way = (self.clock - span) / span;
                self.peak * (1.0 + cut * way.powi(3))
            }
        };
        rate.clamp(SLOWEST, FASTEST)
    }

    /// The rate that the next seconds may reach; infinite while none is known.
    pub(super) fn goal(&self) -> f64 {
        if self.curve.is_some() { self.peak.max(self.rate()) } else { f64::INFINITY }
    }

    /// When the next call may be sent if another limit allows `ceiling` calls a second; `None` for now.
    pub(super) fn earliest(&mut self, now: Instant, ceiling: f64) -> Option<Instant> {
        let pace = self.rate();
        let rate = pace.min(ceiling).max(SLOWEST);
        let depth = (rate * DEPTH).max(1.0);
        let refilled = self.level + now.saturating_duration_since(self.at).as_secs_f64() * rate;
        self.level = self.level.max(refilled.min(depth));
        self.at = self.at.max(now);
        let missing = 1.0 - self.level;
        if missing <= 1e-6 {
            return None;
        }
        self.held |= pace <= ceiling;
        Some(now + Duration::from_secs_f64((missing / rate).clamp(1e-6, LOOK)))
    }

    /// A call is sent, after waiting at the gate for anything or not.
    pub(super) fn sent(&mut self, now: Instant, waited: bool) {
        let gap = now.saturating_duration_since(self.last_sent);
        // A pace that holds nothing back proves nothing: the clock stands while there is less to send, and a gap
        // without demand says nothing about the host's rate.
        if self.held {
            self.clock += gap.as_secs_f64().min(LOOK);
        }
        if !waited
            && gap > ONE_SIGN
            && let Some(used_up) = &mut self.used_up
        {
            used_up.at += gap;
        }
        self.held = false;
        self.last_sent = now;
        self.level -= 1.0;
        self.admitted += 1;
        self.recent.count(now);
    }

    /// The host says that this was too fast.
    pub(super) fn refused(&mut self, now: Instant, sent: Option<Instant>) {
        self.admitted = self.admitted.saturating_sub(1);
        if self.is_old_news(now, sent) {
            return;
        }
        let told = self.used_up.and_then(|before| {
            let seconds = now.saturating_duration_since(before.at).as_secs_f64();
            let admitted = self.admitted.saturating_sub(before.admitted);
            (seconds >= PRECISE.0 && admitted >= PRECISE.1).then(|| admitted as f64 / seconds)
        });
        if let Some(rate) = told {
            self.turn(now, rate, SMALL_CUT);
        } else if self.curve.is_none() {
            let reached = self.recent.rate(now).min(self.rate());
            self.turn(now, reached, FIRST_CUT);
        } else {
            self.turn(now, self.rate(), LARGE_CUT);
        }
        if told.is_some() || self.used_up.is_none() {
            self.used_up = Some(UsedUp { at: now, admitted: self.admitted });
        }
    }

    /// The host says that it has too much to do: no limit of ours, and it passes.
    pub(super) fn overloaded(&mut self, now: Instant, sent: Option<Instant>) {
        self.admitted = self.admitted.saturating_sub(1);
        if self.is_old_news(now, sent) || self.cut_at.is_some_and(|cut| now - cut < ONE_SIGN) {
            return;
        }
        let rate = self.recent.rate(now).min(self.rate());
        // The peak of before the bout is where to return to, not what the bout left of it.
        let peak = if self.curve.is_some() { self.peak.max(rate) } else { rate };
        let cut = (1.0 - 0.7 * rate / peak).min(0.98);
        self.turn(now, peak, Curve { cut, span: LARGE_CUT.span });
    }

    /// One burst brings many refusals at once; they are one sign, not many.
    fn is_old_news(&self, now: Instant, sent: Option<Instant>) -> bool {
        self.cut_at.is_some_and(|cut| sent.map_or(now - cut < ONE_SIGN, |sent| sent <= cut))
    }

    fn turn(&mut self, now: Instant, peak: f64, curve: Curve) {
        self.peak = peak.clamp(SLOWEST, FASTEST);
        self.curve = Some(curve);
        self.clock = 0.0;
        self.level = self.level.min(0.0);
        self.cut_at = Some(now);
    }
}

/// Sends of the last second, in tenths.
#[derive(Debug)]
struct Recent {
    began: Instant,
    tenth: u64,
    counts: [u32; 10],
}

impl Recent {
    fn new(now: Instant) -> Self {
        Recent { began: now, tenth: 0, counts: [0; 10] }
    }

    fn turn_to(&mut self, now: Instant) {
        let tenth = (now.saturating_duration_since(self.began).as_millis() / 100) as u64;
        for passed in 1..=tenth.saturating_sub(self.tenth).min(10) {
            self.counts[((self.tenth + passed) % 10) as usize] = 0;
        }
        self.tenth = self.tenth.max(tenth);
    }

    fn count(&mut self, now: Instant) {
        self.turn_to(now);
        self.counts[(self.tenth % 10) as usize] += 1;
    }

    fn rate(&mut self, now: Instant) -> f64 {
        self.turn_to(now);
        let since = now.saturating_duration_since(self.began).as_secs_f64();
        f64::from(self.counts.iter().sum::<u32>()) / since.clamp(0.2, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends as fast as the pace allows for so many seconds to a bucket of `rate`, and returns sent and refused.
    fn run(pace: &mut Pace, now: &mut Instant, level: &mut f64, rate: f64, seconds: f64) -> (u64, u64) {
        let (end, mut at) = (*now + Duration::from_secs_f64(seconds), *now);
        let (mut sent, mut refused) = (0, 0);
        while *now < end {
            let mut waited = false;
            while let Some(earliest) = pace.earliest(*now, f64::INFINITY) {
                *now = earliest;
                waited = true;
            }
            pace.sent(*now, waited);
            sent += 1;
            *level = (*level + rate * now.saturating_duration_since(at).as_secs_f64()).min(rate);
            at = *now;
            if *level < 1.0 {
                refused += 1;
                pace.refused(*now + Duration::from_millis(1), Some(*now));
            } else {
                *level -= 1.0;
            }
            *now += Duration::from_micros(10);
        }
        (sent, refused)
    }

    #[test]
    fn the_ramp_doubles_every_second_and_no_faster() {
        let (mut now, mut level) = (Instant::now(), 1e9);
        let mut pace = Pace::new(now);
        let counts: Vec<u64> = (0..6).map(|_| run(&mut pace, &mut now, &mut level, 1e9, 1.0).0).collect();
        assert!(counts[0] < 90, "{counts:?}");
        assert!(counts.windows(2).all(|pair| (1.8..2.2).contains(&(pair[1] as f64 / pair[0] as f64))), "{counts:?}");
    }

    #[test]
    fn the_host_s_rate_is_found_whatever_it_is() {
        for rate in [2.0, 50.0, 700.0] {
            let (mut now, mut level) = (Instant::now(), rate);
            let mut pace = Pace::new(now);
            run(&mut pace, &mut now, &mut level, rate, 60.0);
            let (sent, refused) = run(&mut pace, &mut now, &mut level, rate, 120.0);
            let share = (sent - refused) as f64 / (120.0 * rate);
            assert!((0.96..1.02).contains(&share), "{rate}: {share}");
            assert!(refused as f64 <= (0.01 * sent as f64).max(30.0), "{rate}: {refused} of {sent}");
        }
    }

    #[test]
    fn a_limit_that_was_raised_is_found_again() {
        let (mut now, mut level) = (Instant::now(), 20.0);
        let mut pace = Pace::new(now);
        run(&mut pace, &mut now, &mut level, 20.0, 60.0);
        run(&mut pace, &mut now, &mut level, 200.0, 240.0);
        assert!(pace.rate() > 150.0, "{}", pace.rate());
    }

    #[test]
    fn one_burst_of_refusals_is_one_sign() {
        let (mut now, mut level) = (Instant::now(), 1e9);
        let mut pace = Pace::new(now);
        run(&mut pace, &mut now, &mut level, 1e9, 2.0);
        let before = now;
        (0..50).for_each(|_| pace.refused(before + Duration::from_millis(30), Some(before)));
        let rate = pace.rate();
        assert!(rate > 40.0, "{rate}");
        // One that was sent after the cut is another sign.
        pace.refused(before + Duration::from_millis(90), Some(before + Duration::from_millis(60)));
        assert!(pace.rate() < rate, "{} of {rate}", pace.rate());
    }

    #[test]
    fn a_pace_that_holds_nothing_back_does_not_grow() {
        let mut now = Instant::now();
        let mut pace = Pace::new(now);
        for _ in 0..1000 {
            assert_eq!(pace.earliest(now, f64::INFINITY), None);
            pace.sent(now, false);
            now += Duration::from_millis(100);
        }
        assert_eq!(pace.rate(), START);
    }

    #[test]
    fn after_a_bout_of_overload_the_pace_returns_to_what_it_was() {
        let (mut now, mut level) = (Instant::now(), 1e9);
        let mut pace = Pace::new(now);
        run(&mut pace, &mut now, &mut level, 1e9, 4.0);
        let before = pace.recent.rate(now);
        for _ in 0..5 {
            pace.overloaded(now, None);
            now += ONE_SIGN;
        }
        assert!(pace.rate() < 0.5 * before, "{} of {before}", pace.rate());
        run(&mut pace, &mut now, &mut level, 1e9, 8.0);
        assert!(pace.rate() > 0.9 * before, "{} of {before}", pace.rate());
    }
}
