//! How many calls are in flight at one host at once.
//!
//! A host without a limit on the rate still has one on what it does at once: beyond it, calls only wait in its queue.
//! Three signs tell of it. A refusal narrows the width at once (multiplicative decrease: Chiu and Jain, 1989). While
//! the width doubles, a rate of answers that no longer grows with it means that the host was full before (the end of
//! BBR's start: Cardwell and others, 2016). And answers that take longer than they did at their best are waiting in a
//! queue (TCP Vegas: Brakmo and Peterson, 1995; the gradient limits of Netflix's concurrency-limits, 2018).
//!
//! The width grows by rounds. A round ends when half a width of the calls that were sent in it have come back, so that
//! its answers describe its width. After the width shrank, one round passes without a judgement.

use tokio::time::{Duration, Instant};

use super::latency::Latencies;

/// The width at the start.
const START: usize = 6;
/// The widest it gets.
pub const WIDEST: usize = 2048;
/// By what the width may grow in one round of the start, and, until it is [`MANY`], in one whose calls take longer than
/// [`SLOW`] seconds: there are few such rounds in a minute.
const DOUBLE: usize = 2;
const FOURFOLD: usize = 4;
const MANY: usize = 64;
const SLOW: f64 = 0.75;
/// If the first calls come back over more than this many times the shortest of them, some of them waited for others.
const TOGETHER: f64 = 1.75;
/// A rate of answers that grows by less than this while calls in flight double is that of a full host.
const FASTER: f64 = 1.25;
/// Up to this ratio of latency to its best the width grows; above the other it shrinks. A queue of calls in service
/// makes latency proportional to the width, and chance makes a median err by a third.
const CALM: f64 = 1.5;
const CROWDED: f64 = 2.0;
/// With fewer answers than this, latency is not measured.
const FEWEST: usize = 12;
/// What is left of the width after a refusal, and after a round that took too long.
const AFTER_REFUSAL: f64 = 0.7;
const AFTER_CROWDED: f64 = 0.8;
/// One burst brings many refusals at once; they are one sign, not many.
const BETWEEN_DECREASES: Duration = Duration::from_secs(1);
/// Refusals within this time belong to one bout, after which the width returns to this part of what it was.
const BOUT: Duration = Duration::from_secs(10);
const AFTER_BOUT: f64 = 0.9;
/// After this many narrow rounds that did not help, the high latency is not caused by us.
const IN_VAIN: u32 = 4;

/// A pure state machine: every moment is an argument.
#[derive(Debug)]
pub(super) struct Width {
    /// The width itself.
    calls: usize,
    /// Whether no limit was met yet.
    opening: bool,
    /// Up to here the width grows as fast as at the start.
    goal: usize,
    /// By how much a full round widens it; doubles with every quiet one.
    step: usize,
    /// Answers towards the next widening.
    credit: f64,
    /// Whether the last round was too slow to grow.
    hold: bool,
    narrowed: Option<Instant>,
    /// Rounds in a row that narrowed the width since their ratio was too high, and the first one's ratio.
    crowded: u32,
    crowded_ratio: f64,
    latencies: Latencies,
    /// By what the width grows in a round of the start, once the first has ended.
    factor: Option<usize>,
    /// Whether answers still come that were sent at another width, and are no measure of this one.
    settling: bool,
    round: Round,
    /// Calls in flight and answers a second when they last had doubled.
    doubled: Option<(usize, f64)>,
}

#[derive(Debug)]
struct Round {
    began: Instant,
    width: usize,
    /// Calls in flight when it began.
    in_flight: usize,
    answers: usize,
    /// Answers to calls that were sent in this round.
    own_answers: usize,
    /// Whether there was less to send than at its begin: then its rate of answers is not the host's.
    idle: bool,
}

impl Round {
    fn new(began: Instant, width: usize, in_flight: usize) -> Self {
        Round { began, width, in_flight, answers: 0, own_answers: 0, idle: false }
    }
}

impl Width {
    pub(super) fn new(now: Instant) -> Self {
        Width {
            calls: START,
            opening: true,
            goal: WIDEST,
            step: 1,
            credit: 0.0,
            hold: false,
            narrowed: None,
            crowded: 0,
            crowded_ratio: 0.0,
            latencies: Latencies::default(),
            factor: None,
            settling: false,
            round: Round::new(now, START, START),
            doubled: None,
        }
    }

    pub(super) fn get(&self) -> usize {
        self.calls
    }

    /// The usual time that a call takes, in seconds; zero where unknown.
    pub(super) fn latency(&self) -> f64 {
        self.latencies.typical()
    }

    /// Records an answer of so many tokens to a call that was sent at `sent`, if that is known. `in_flight` still
    /// counts the call.
    pub(super) fn answered(&mut self, now: Instant, sent: Option<Instant>, in_flight: usize, tokens: u64) {
        self.round.answers += 1;
        self.round.idle |= in_flight * 2 < self.round.in_flight;
        self.round.own_answers += usize::from(sent.is_none_or(|sent| sent >= self.round.began));
        if let Some(sent) = sent.filter(|_| !self.settling) {
            // All of them, since those that were sent in this round and are back already are the fast ones.
            self.latencies.add(tokens, now.saturating_duration_since(sent).as_secs_f64());
        }
        // A width that was never filled proved nothing. While it is opened, what fills it may still be held by the
        // pace.
        let factor = self.factor();
        if in_flight * factor >= self.calls {
            self.grow(factor);
        }
        let enough = if self.opening || self.settling { 1 } else { FEWEST };
        if self.round.own_answers >= self.round.width.div_ceil(2).min(64) && self.round.answers >= enough {
            self.end_round(now, in_flight);
        }
    }

    fn factor(&self) -> usize {
        match self.factor {
            _ if !self.opening || self.calls >= MANY => DOUBLE,
            Some(factor) => factor,
            None if self.latencies.typical() > SLOW => FOURFOLD,
            None => DOUBLE,
        }
    }

    fn grow(&mut self, factor: usize) {
        let most = if self.opening {
            self.calls += factor - 1;
            self.round.width * factor
        } else if self.hold {
            return;
        } else if self.calls < self.goal {
            self.calls += 1;
            self.goal
        } else {
            self.credit += self.step as f64 / self.calls as f64;
            self.calls += self.credit as usize;
            self.credit = self.credit.fract();
            WIDEST
        };
        self.calls = self.calls.min(most).min(WIDEST);
    }

    fn end_round(&mut self, now: Instant, in_flight: usize) {
        let ratio = self.latencies.take_ratio();
        if self.opening {
            self.look_for_the_end(now, ratio);
        } else if self.settling {
            self.settling = false;
        } else {
            self.judge(ratio);
        }
        self.round = Round::new(now, self.calls, in_flight);
    }

    /// Whether the host is full already at the width that it was opened to.
    fn look_for_the_end(&mut self, now: Instant, ratio: Option<f64>) {
        let seconds = now.saturating_duration_since(self.round.began).as_secs_f64();
        if seconds <= 0.0 || self.round.idle || self.latencies.least() <= 0.0 {
            return;
        }
        let rate = self.round.answers as f64 / seconds;
        let together = seconds < TOGETHER * self.latencies.least();
        let factor = self.factor();
        self.factor.get_or_insert(if together { factor } else { DOUBLE });
        let (before, slower) = *self.doubled.get_or_insert((self.round.in_flight, rate));
        let doubled = self.round.in_flight >= 2 * before;
        if doubled && rate < FASTER * slower || ratio.is_some_and(|ratio| ratio > CROWDED) {
            // What the host does at once is what it does a second times how long it takes when nothing waits.
            let at_once = rate * self.latencies.without_waiting();
            self.leave_opening((at_once.round() as usize).clamp(1, self.round.width));
            // All that was measured was measured in a queue. Until there is a better measure, nothing grows.
            self.latencies.forget();
            self.settling = true;
            self.hold = true;
        } else if doubled {
            self.doubled = Some((self.round.in_flight, rate));
        }
    }

    fn judge(&mut self, ratio: Option<f64>) {
        let Some(ratio) = ratio else { return };
        self.hold = ratio > CALM || !self.latencies.is_measured();
        if ratio <= CROWDED {
            self.crowded = 0;
            self.step = if self.hold { 1 } else { (self.step * 2).min((self.calls / 4).max(1)) };
            return;
        }
        if self.crowded == 0 {
            self.crowded_ratio = ratio;
            self.goal = self.calls;
        }
        self.crowded += 1;
        if self.crowded > IN_VAIN && ratio > 0.8 * self.crowded_ratio {
            self.latencies.forget();
            (self.crowded, self.hold) = (0, true);
            return;
        }
        self.set(self.calls as f64 * AFTER_CROWDED, 1);
        self.settling = true;
    }

    /// Records that the host refused a call. The width does not go below the `needed` one, and soon returns to it.
    pub(super) fn refused(&mut self, now: Instant, needed: usize) {
        if self.narrowed.is_some_and(|before| now - before < BETWEEN_DECREASES) {
            return;
        }
        let goal = ((self.calls as f64 * AFTER_BOUT) as usize).max(needed).clamp(1, WIDEST);
        let same_bout = self.narrowed.is_some_and(|before| now - before < BOUT);
        if self.opening {
            self.leave_opening(self.calls);
        }
        self.goal = if same_bout { self.goal.max(needed) } else { goal };
        self.set(self.calls as f64 * AFTER_REFUSAL, needed.min(self.calls));
        self.narrowed = Some(now);
        self.settling = true;
        self.round = Round::new(now, self.calls, self.calls);
    }

    fn leave_opening(&mut self, width: usize) {
        self.opening = false;
        (self.calls, self.goal) = (width, width);
        self.step = 1;
    }

    fn set(&mut self, width: f64, least: usize) {
        self.calls = (width as usize).max(least).max(1);
        self.step = 1;
        self.credit = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// So many answers at `now`, each to a call that took a second, with the width used in full.
    fn answers(width: &mut Width, now: Instant, count: usize) {
        (0..count).for_each(|_| width.answered(now, Some(now - SECOND / 2), width.get(), 100));
    }

    #[test]
    fn the_width_doubles_with_every_round_trip_until_a_sign_of_a_limit() {
        let mut now = Instant::now();
        let mut width = Width::new(now);
        let mut widths = Vec::new();
        for _ in 0..10 {
            now += SECOND / 2;
            let in_flight = width.get();
            answers(&mut width, now, in_flight);
            widths.push(width.get());
        }
        assert!(widths.windows(2).all(|pair| pair[1] <= 2 * pair[0]), "{widths:?}");
        assert_eq!(widths.last(), Some(&WIDEST), "{widths:?}");
        now += SECOND;
        width.refused(now, 1);
        let narrow = width.get();
        assert_eq!(narrow, WIDEST * 7 / 10);
    }

    #[test]
    fn a_refusal_leaves_what_the_pace_needs_and_the_width_returns_to_it() {
        let mut now = Instant::now();
        let mut width = Width::new(now);
        width.refused(now, 40);
        assert_eq!(width.get(), 6);
        for _ in 0..5 {
            now += SECOND;
            let in_flight = width.get();
            answers(&mut width, now, in_flight);
        }
        assert!(width.get() >= 40, "{}", width.get());
        width.refused(now + SECOND, 38);
        assert!((38..45).contains(&width.get()), "{}", width.get());
    }

    #[test]
    fn a_latency_that_does_not_fall_with_the_width_is_the_host_s_own() {
        let mut now = Instant::now();
        let mut width = Width::new(now);
        width.refused(now, 1);
        let mut rounds = |width: &mut Width, latency: Duration, count: usize| {
            let mut least = usize::MAX;
            for _ in 0..count {
                now += latency;
                (0..width.get().max(2)).for_each(|_| width.answered(now, Some(now - latency), width.get(), 100));
                least = least.min(width.get());
            }
            least
        };
        rounds(&mut width, SECOND, 100);
        let wide = width.get();
        assert!(wide > 100, "{wide}");
        // The host became three times slower, whatever we send.
        let least = rounds(&mut width, 3 * SECOND, 400);
        assert!(least < wide / 2, "{least} of {wide}");
        assert!(width.get() >= wide, "{} of {wide}", width.get());
    }
}
