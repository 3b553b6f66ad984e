//! Whether a host is down, and when it is asked again.
//!
//! One failure is no sign: calls fail by chance, and each is sent again on its own. Several in a row with no answer in
//! between are one. Then nothing is sent but one call from time to time, with growing gaps, until one is answered - or
//! until this has lasted longer than anybody wants to wait. A pure state machine: every moment is an argument.

use tokio::time::{Duration, Instant};

use super::LONGEST_WAIT;
use crate::model::{Failure, FailureKind};

/// This many failures in a row mean that the host is down.
const IN_A_ROW: u32 = 3;
/// The first gap between two tries, doubled up to the longest.
const FIRST_GAP: Duration = Duration::from_millis(500);
const LONGEST_GAP: Duration = Duration::from_secs(15);
/// While a pace is being learnt from refusals, refusals alone do not mean that the host is down before this much time
/// has passed: the pace slows down first.
const PACED: Duration = Duration::from_secs(5);

/// How a host is.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// How long trouble is waited out; zero means no waiting.
    patience: Duration,
    last_answer: Option<Instant>,
    /// Failures since the last answer, and the moment of the first.
    in_a_row: u32,
    first: Option<Instant>,
    trouble: Option<Trouble>,
}

#[derive(Debug)]
struct Trouble {
    since: Instant,
    failure: Failure,
    next: Instant,
    gap: Duration,
    probing: bool,
}

/// Whether a call may be sent to the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It is up.
    Up,
    /// The asking call may be sent, alone, as a probe.
    Probe,
    /// A probe is under way, until this moment at the latest.
    Probing(Instant),
    /// Not before this moment.
    Not(Instant),
    /// It has been down for too long.
    TooLong,
}

/// Why nothing is sent, for a person.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Down {
    pub(super) since: Instant,
    pub(super) reason: String,
    pub(super) next: Instant,
}

impl Health {
    pub(super) fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// It is unknown whether the host answers at all: one call is sent to find out.
    pub(super) fn doubt(&mut self, now: Instant, failure: Failure) {
        self.trouble = Some(Trouble { since: now, failure, next: now, gap: FIRST_GAP, probing: false });
    }

    /// The host answered. True if it was down until now.
    pub(super) fn answered(&mut self, now: Instant) -> bool {
        self.last_answer = Some(now);
        self.is_up()
    }

    fn is_up(&mut self) -> bool {
        (self.in_a_row, self.first) = (0, None);
        self.trouble.take().is_some()
    }

    /// Records that a call failed; `was_probe` says whether it was the probe, and `is_paced` whether refusals are
    /// learnt from. Returns true if this changed whether the host is down.
    pub(super) fn failed(&mut self, now: Instant, failure: &Failure, was_probe: bool, is_paced: bool) -> bool {
        if self.patience.is_zero() {
            return self.is_up();
        }
        if !failure.passes() {
            // A host that finds fault with the request is up.
            let is_there = failure.status.is_some() && failure.kind != FailureKind::Malformed;
            if is_there {
                return self.is_up();
            }
            self.next_gap(now, was_probe);
            return false;
        }
        self.in_a_row = self.in_a_row.saturating_add(1);
        let first = *self.first.get_or_insert(now);
        if let Some(trouble) = &mut self.trouble {
            trouble.failure = failure.clone();
            self.next_gap(now, was_probe);
            return was_probe;
        }
        let is_sign = !(is_paced && failure.kind == FailureKind::RateLimited) || now.duration_since(first) >= PACED;
        if self.in_a_row < IN_A_ROW || !is_sign {
            return false;
        }
        let next = now + FIRST_GAP;
        self.trouble = Some(Trouble { since: first, failure: failure.clone(), next, gap: FIRST_GAP, probing: false });
        true
    }

    fn next_gap(&mut self, now: Instant, was_probe: bool) {
        if let Some(trouble) = self.trouble.as_mut().filter(|_| was_probe) {
            trouble.gap = (trouble.gap * 2).min(LONGEST_GAP);
            trouble.next = now + trouble.gap;
            trouble.probing = false;
        }
    }

    /// The probe ended without an outcome.
    pub(super) fn probe_lost(&mut self) {
        if let Some(trouble) = &mut self.trouble {
            trouble.probing = false;
        }
    }

    /// Whether a call may be sent. `paused` is until when the host itself asks to wait.
    pub(super) fn look(&self, now: Instant, paused: Option<Instant>) -> Look {
        let Some(trouble) = &self.trouble else { return Look::Up };
        // Without patience the host is only in doubt, which any outcome ends.
        let patience = if self.patience.is_zero() { LONGEST_WAIT } else { self.patience };
        let end = trouble.since + patience;
        if now >= end {
            return Look::TooLong;
        }
        let next = paused.map_or(trouble.next, |paused| paused.max(trouble.next));
        match trouble.probing {
            true => Look::Probing(end),
            false if now >= next => Look::Probe,
            false => Look::Not(next.min(end)),
        }
    }

    pub(super) fn probe(&mut self) {
        if let Some(trouble) = &mut self.trouble {
            trouble.probing = true;
        }
    }

    /// Why it is down, where it is.
    pub(super) fn down(&self, paused: Option<Instant>) -> Option<Down> {
        let trouble = self.trouble.as_ref()?;
        let next = paused.map_or(trouble.next, |paused| paused.max(trouble.next));
        Some(Down { since: trouble.since, reason: trouble.failure.message.clone(), next })
    }

    /// The failure for a caller that has waited too long. The next caller's wait starts anew.
    pub(super) fn give_up(&mut self) -> Option<Failure> {
        let trouble = self.trouble.take()?;
        (self.in_a_row, self.first) = (0, None);
        Some(Failure { kind: FailureKind::Unreachable, ..trouble.failure })
    }

    /// Whether anything was answered since this moment.
    pub(super) fn has_answered_since(&self, moment: Instant) -> bool {
        self.last_answer.is_some_and(|last| last >= moment)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn health(patience: u64) -> Health {
        let mut health = Health::default();
        health.set_patience(Duration::from_secs(patience));
        health
    }

    fn failure(kind: FailureKind) -> Failure {
        Failure::new(kind, "502: no")
    }

    fn fails(health: &mut Health, at: Instant, times: u32) {
        (0..times).for_each(|_| {
            health.failed(at, &failure(FailureKind::Server), false, false);
        });
    }

    #[test]
    fn failures_in_a_row_mean_that_the_host_is_down_and_one_answer_that_it_is_up() {
        let now = Instant::now();
        let mut health = health(60);
        fails(&mut health, now, 2);
        assert!(!health.answered(now));
        fails(&mut health, now, 2);
        assert_eq!(health.look(now, None), Look::Up);
        fails(&mut health, now, 1);
        assert_eq!(health.look(now, None), Look::Not(now + FIRST_GAP));
        assert!(health.answered(now));
        assert_eq!(health.look(now, None), Look::Up);
    }

    #[test]
    fn it_is_asked_by_one_call_at_a_time_with_growing_gaps_until_patience_ends() {
        let start = Instant::now();
        let mut health = health(60);
        fails(&mut health, start, 9);
        let (mut now, mut gaps) = (start, Vec::new());
        loop {
            match health.look(now, None) {
                Look::Not(next) => now = next,
                Look::Probe => {
                    gaps.push(now.duration_since(start).as_secs_f64());
                    health.probe();
                    assert_eq!(health.look(now, None), Look::Probing(start + Duration::from_secs(60)));
                    health.failed(now, &failure(FailureKind::Connection), true, false);
                }
                look => {
                    assert_eq!(look, Look::TooLong);
                    break;
                }
            }
        }
        assert_eq!(gaps, [0.5, 1.5, 3.5, 7.5, 15.5, 30.5, 45.5]);
        assert_eq!(now, start + Duration::from_secs(60));
        assert_eq!(health.give_up().unwrap().kind, FailureKind::Unreachable);
        assert_eq!(health.look(now, None), Look::Up);
    }

    #[test]
    fn the_hosts_own_wait_is_kept_and_a_lost_probe_makes_room_for_another() {
        let now = Instant::now();
        let mut health = health(600);
        fails(&mut health, now, 3);
        let paused = now + Duration::from_secs(34);
        assert_eq!(health.look(now, Some(paused)), Look::Not(paused));
        assert_eq!(health.down(Some(paused)).unwrap().next, paused);
        assert_eq!(health.look(paused, Some(paused)), Look::Probe);
        health.probe();
        health.probe_lost();
        assert_eq!(health.look(paused, Some(paused)), Look::Probe);
    }

    #[test]
    fn a_host_that_finds_fault_with_a_request_is_up() {
        let now = Instant::now();
        let mut health = health(60);
        fails(&mut health, now, 3);
        let fault = Failure { status: Some(400), ..failure(FailureKind::Invalid) };
        assert!(health.failed(now, &fault, true, false));
        assert_eq!(health.look(now, None), Look::Up);
    }

    #[test]
    fn refusals_alone_are_no_sign_at_once_where_a_pace_is_learnt_from_them() {
        let now = Instant::now();
        let mut health = health(60);
        let refused = failure(FailureKind::RateLimited);
        (0..10).for_each(|_| assert!(!health.failed(now, &refused, false, true)));
        assert!(health.failed(now + PACED, &refused, false, true));
        assert_eq!(health.down(None).unwrap().since, now);
    }

    #[test]
    fn a_doubt_lets_one_call_pass_and_any_outcome_ends_it() {
        for patience in [0, 60] {
            let now = Instant::now();
            let mut health = health(patience);
            health.doubt(now, failure(FailureKind::Unauthorized));
            assert_eq!(health.look(now, None), Look::Probe);
            health.probe();
            assert!(matches!(health.look(now, None), Look::Probing(_)));
            let refused = Failure { status: Some(401), ..failure(FailureKind::Unauthorized) };
            assert!(health.failed(now, &refused, true, false));
            assert_eq!(health.look(now, None), Look::Up);
        }
    }

    #[test]
    fn without_patience_nobody_waits() {
        let now = Instant::now();
        let mut health = health(0);
        fails(&mut health, now, 20);
        assert_eq!(health.look(now, None), Look::Up);
    }

    proptest! {
        #[test]
        fn whatever_happens_a_call_may_be_sent_sooner_or_later_or_it_was_too_long(
            steps in prop::collection::vec((0_u8..5, 0_u64..20_000), 0..200),
        ) {
            let (mut health, mut now) = (health(300), Instant::now());
            for (step, wait) in steps {
                now += Duration::from_millis(wait);
                let probe = health.look(now, None) == Look::Probe;
                match step {
                    0 => { health.answered(now); }
                    1 => {
                        if probe { health.probe(); }
                        health.failed(now, &failure(FailureKind::Server), probe, false);
                    }
                    2 => { health.failed(now, &failure(FailureKind::RateLimited), false, true); }
                    3 => { if probe { health.probe(); health.probe_lost(); } }
                    _ => { health.failed(now, &failure(FailureKind::Timeout), false, false); }
                }
                match health.look(now, None) {
                    Look::Not(next) => prop_assert!(next > now && next <= now + LONGEST_GAP),
                    Look::TooLong => prop_assert!(health.give_up().is_some()),
                    Look::Up | Look::Probe | Look::Probing(_) => {}
                }
            }
        }
    }
}
