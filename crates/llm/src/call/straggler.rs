//! Which calls are far beyond the others' time, and how often something may be done about it.
//!
//! Sending a request a second time once it has taken longer than nearly all do, and taking whichever answer comes
//! first, is the hedged request of Dean and Barroso ("The Tail at Scale", Communications of the ACM 56(2), 2013), as is
//! the cap of about one call in twenty. Here it waits longer than they do, since a second request may be paid for too.
//!
//! Nothing in this file waits or looks at a clock: `now` comes from whoever asks.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use tokio::time::Instant;

use crate::model::Role;

/// How many of a role's latest calls tell how long a call takes.
const REMEMBERED: usize = 256;
/// With fewer calls than this, the usual time is not known.
const ENOUGH: usize = 10;
/// How many times the 95th percentile counts as far beyond it.
const FAR: u32 = 3;
/// At most one call in this many is hedged or cut.
const ONE_IN: u64 = 20;

/// What is done about a straggler.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Remedy {
    /// It is waited for.
    Wait,
    /// The same is asked a second time, and the first answer counts.
    Hedge,
    /// It is dropped and sent again as after a timeout.
    Cut,
    /// It is hedged where nothing else is under way and a call costs something, and waited for otherwise.
    #[default]
    Auto,
}

impl FromStr for Remedy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Remedy::Wait, Remedy::Hedge, Remedy::Cut, Remedy::Auto]
            .into_iter()
            .find(|remedy| remedy.to_string() == text)
            .ok_or_else(|| format!("{text:?} is nothing to do about stragglers: write wait, hedge, cut or auto"))
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Remedy::Wait => "wait",
            Remedy::Hedge => "hedge",
            Remedy::Cut => "cut",
            Remedy::Auto => "auto",
        })
    }
}

/// What is done about stragglers, and from when on a call is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What is done.
    pub remedy: Remedy,
    /// No call is a straggler that takes less than this beyond the median.
    pub margin: Duration,
}

impl Default for Policy {
    /// Five seconds: below that, nobody waits long enough for a second request to be worth its price.
    fn default() -> Self {
        Policy { remedy: Remedy::default(), margin: Duration::from_secs(5) }
    }
}

/// How long the latest calls of one role took.
#[derive(Clone, Debug, Default)]
pub struct Times(VecDeque<Duration>);

impl Times {
    /// Adds one call: the time of its answer, or the time after which it was given up as a straggler. If given-up calls
    /// were left out, a host that has become slow for good would look as fast as ever, and every call to it would be
    /// cut.
    pub fn add(&mut self, time: Duration) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(time);
    }

    /// How long a call may take before it is a straggler: three times the 95th percentile, and at least `margin` more
    /// than the median. `None` as long as too few calls were seen.
    #[must_use]
    pub fn patience(&self, margin: Duration) -> Option<Duration> {
        if self.0.len() < ENOUGH {
            return None;
        }
        let mut sorted: Vec<Duration> = self.0.iter().copied().collect();
        sorted.sort_unstable();
        let at = |percent: usize| sorted[(sorted.len() - 1) * percent / 100];
        Some(at(95).saturating_mul(FAR).max(at(50).saturating_add(margin)))
    }
}

/// The stragglers of one role as they are now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// How many.
    pub calls: usize,
    /// When the latest of them was sent: all have taken at least the time since.
    pub since: Instant,
}

/// What is under way, for all roles of a run.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Calls that somebody waits for, including those that wait for a permit or for their next attempt.
    open: usize,
    times: BTreeMap<Role, Times>,
    /// When the stragglers were sent, by role and number.
    late: BTreeMap<Role, BTreeMap<u64, Instant>>,
    answered: u64,
    remedied: u64,
    numbers: u64,
}

impl Ledger {
    /// Somebody begins to wait for a call.
    pub fn open(&mut self) {
        self.open += 1;
    }

    /// Nobody waits for it any more.
    pub fn close(&mut self) {
        self.open -= 1;
    }

    /// A send was answered after this time.
    pub fn answered(&mut self, role: Role, time: Duration) {
        self.answered += 1;
        self.times.entry(role).or_default().add(time);
    }

    /// A send was given up as a straggler after this time.
    pub fn given_up(&mut self, role: Role, time: Duration) {
        self.times.entry(role).or_default().add(time);
    }

    /// How much longer a call of this role that was sent at `sent` may take. Zero means that it is a straggler; `None`
    /// that too few calls were seen to know what is usual.
    #[must_use]
    pub fn patience(&self, role: Role, margin: Duration, sent: Instant, now: Instant) -> Option<Duration> {
        let patience = self.times.get(&role)?.patience(margin)?;
        Some(patience.saturating_sub(now.saturating_duration_since(sent)))
    }

    /// A call of this role, sent at `sent`, is a straggler from now on. Its number is returned.
    pub fn is_late(&mut self, role: Role, sent: Instant) -> u64 {
        self.numbers += 1;
        self.late.entry(role).or_default().insert(self.numbers, sent);
        self.numbers
    }

    /// This straggler has come to an end.
    pub fn is_over(&mut self, role: Role, number: u64) {
        if let Some(late) = self.late.get_mut(&role) {
            late.remove(&number);
        }
    }

    /// The stragglers of a role, if it has any.
    #[must_use]
    pub fn late(&self, role: Role) -> Option<Late> {
        let late = self.late.get(&role)?;
        Some(Late { calls: late.len(), since: late.values().max().copied()? })
    }

    /// Whether stragglers are all that the run waits for.
    #[must_use]
    pub fn stands_still(&self) -> bool {
        self.late.values().map(BTreeMap::len).sum::<usize>() == self.open
    }

    /// Whether one more call may be hedged or cut: one in twenty at most, so that a host that is slow with everything
    /// is not asked for everything twice.
    #[must_use]
    pub fn may_remedy(&self) -> bool {
        (self.remedied + 1) * ONE_IN <= self.answered
    }

    /// One more call is hedged or cut.
    pub fn remedied(&mut self) {
        self.remedied += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MARGIN: Duration = Duration::from_secs(5);
    const ROLE: Role = Role::Generator;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn timed(times: impl IntoIterator<Item = f64>) -> Times {
        let mut all = Times::default();
        times.into_iter().for_each(|time| all.add(seconds(time)));
        all
    }

    #[test]
    fn nothing_is_far_beyond_the_usual_before_enough_calls_were_seen() {
        assert_eq!(timed([1.0; ENOUGH - 1]).patience(MARGIN), None);
        assert!(timed([1.0; ENOUGH]).patience(MARGIN).is_some());
    }

    #[test]
    fn far_is_three_times_the_95th_percentile_and_never_less_than_the_margin_beyond_the_median() {
        assert_eq!(timed([0.3; 100]).patience(MARGIN), Some(seconds(5.3)));
        assert_eq!(timed([20.0; 100]).patience(MARGIN), Some(seconds(60.0)));
        // Four in a hundred took an hour; the others' time is what counts.
        assert_eq!(timed([20.0; 96].into_iter().chain([3600.0; 4])).patience(MARGIN), Some(seconds(60.0)));
    }

    #[test]
    fn old_times_are_forgotten_and_a_host_that_has_become_slow_is_slow_for_all() {
        let mut times = timed([1.0; 1000]);
        assert_eq!(times.0.len(), REMEMBERED);
        (0..REMEMBERED / 15).for_each(|_| times.add(seconds(60.0)));
        assert_eq!(times.patience(MARGIN), Some(seconds(180.0)));
    }

    #[test]
    fn stragglers_are_counted_by_role_with_the_time_that_all_of_them_have_taken() {
        let start = Instant::now();
        let mut ledger = Ledger::default();
        let first = ledger.is_late(ROLE, start);
        let second = ledger.is_late(ROLE, start + seconds(7.0));
        assert_eq!(ledger.late(ROLE), Some(Late { calls: 2, since: start + seconds(7.0) }));
        assert_eq!(ledger.late(Role::Improver), None);
        ledger.is_over(ROLE, second);
        assert_eq!(ledger.late(ROLE), Some(Late { calls: 1, since: start }));
        ledger.is_over(ROLE, first);
        assert_eq!(ledger.late(ROLE), None);
    }

    #[test]
    fn a_run_stands_still_when_stragglers_are_all_that_it_waits_for() {
        let mut ledger = Ledger::default();
        ledger.open();
        ledger.open();
        ledger.is_late(ROLE, Instant::now());
        assert!(!ledger.stands_still());
        ledger.close();
        assert!(ledger.stands_still());
    }

    #[test]
    fn patience_counts_down_from_the_moment_of_sending() {
        let start = Instant::now();
        let mut ledger = Ledger::default();
        let left = |ledger: &Ledger, after: f64| ledger.patience(ROLE, MARGIN, start, start + seconds(after));
        assert_eq!(left(&ledger, 100.0), None);
        (0..ENOUGH).for_each(|_| ledger.answered(ROLE, seconds(1.0)));
        assert_eq!(left(&ledger, 2.0), Some(seconds(4.0)));
        assert_eq!(left(&ledger, 100.0), Some(Duration::ZERO));
    }

    #[test]
    fn every_remedy_is_read_as_it_is_written() {
        for remedy in [Remedy::Wait, Remedy::Hedge, Remedy::Cut, Remedy::Auto] {
            assert_eq!(remedy.to_string().parse(), Ok(remedy));
        }
        assert!("often".parse::<Remedy>().unwrap_err().contains("wait, hedge, cut or auto"));
    }

    proptest! {
        #[test]
        fn at_most_one_call_in_twenty_is_hedged_or_cut(steps in prop::collection::vec(any::<bool>(), 0..2000)) {
            let mut ledger = Ledger::default();
            for answer in steps {
                if answer {
                    ledger.answered(ROLE, seconds(1.0));
                } else if ledger.may_remedy() {
                    ledger.remedied();
                }
                prop_assert!(ledger.remedied * ONE_IN <= ledger.answered);
            }
        }

        #[test]
        fn patience_is_beyond_nearly_all_of_the_calls_that_it_was_learned_from(
            times in prop::collection::vec(0.0_f64..100.0, ENOUGH..400),
        ) {
            let learned = timed(times.clone());
            let patience = learned.patience(MARGIN).unwrap();
            let beyond = learned.0.iter().filter(|time| **time > patience).count();
            prop_assert!(beyond * 20 <= learned.0.len() + 20, "{beyond} of {}", learned.0.len());
        }
    }
}
