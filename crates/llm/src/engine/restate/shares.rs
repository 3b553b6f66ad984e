//! How a host's limits are divided among workers. No clock and no waiting of its own: every moment is an argument.
//!
//! A worker asks about twice a second for a block of calls that it may send, and for a share of the calls that may be
//! in flight; both hold for a lease, after which they are void. So what is asked of the object does not grow with the
//! calls, and a worker that dies takes nothing with it for longer than a lease. Blocks come out of a bucket that fills
//! at the host's rate (a token bucket) and holds a second's worth: whatever the workers do, no more than the rate and
//! one bucket is handed out within any time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::wire::{Block, Wish};

/// How long a block and a share hold, in milliseconds.
pub const LEASE_MS: u64 = 3_000;
/// The longest that a host is left alone at once, as everywhere ([`crate::model::limits::LONGEST_WAIT`]).
const LONGEST_PAUSE_MS: u64 = 600_000;

/// What is known of a host, and who has which part of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shares {
    /// Calls a second, where known.
    rate: Option<f64>,
    /// Calls in flight, where known.
    width: Option<u32>,
    /// Calls that may be handed out, and when that was reckoned.
    tokens: f64,
    reckoned: u64,
    paused_until: u64,
    workers: BTreeMap<String, Share>,
}

/// A worker's part.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Share {
    slots: u32,
    /// Whether it had anything to send.
    hungry: bool,
    /// When it asked last.
    asked: u64,
    until: u64,
}

impl Shares {
    /// Answers a wish at `now`, in milliseconds of any clock. One that was set back hands out nothing for a while.
    pub fn grant(&mut self, wish: &Wish, now: u64) -> Block {
        let now = now.max(self.reckoned);
        self.workers.retain(|_, share| share.until > now);
        self.learn(wish);
        self.fill(now);
        let pause = wish.pause_ms.map(|pause| now + pause.min(LONGEST_PAUSE_MS));
        self.paused_until = self.paused_until.max(pause.unwrap_or(0));

        let wants_slots = wish.in_flight + wish.waiting;
        let hungry = wish.waiting > 0 || wish.sent > 0;
        let others: Vec<&Share> =
            self.workers.iter().filter(|(name, _)| **name != wish.worker).map(|(_, share)| share).collect();
        let hungry_ones = 1 + others.iter().filter(|share| share.hungry).count() as u32;
        let slots = self.width.map(|width| {
            let taken: u32 = others.iter().map(|share| share.slots).sum();
            // What is in flight cannot be taken back; beyond it everyone gets the same.
            let even = (width / hungry_ones).max(1);
            let fair = if wants_slots == 0 { 1 } else { even };
            fair.max(wish.in_flight).min(width.saturating_sub(taken)).min(wish.slots)
        });
        let since = self.workers.get(&wish.worker).map_or(1_000, |share| (now - share.asked).min(1_000));
        let calls = self.rate.map(|rate| {
            let wants = (wish.waiting + wish.sent + 1).saturating_sub(wish.left);
            // What the rate has brought since it asked last, and of what others have left. A part of the bucket would
            // favour whoever asks first.
            let brought = rate * since as f64 / 1_000.0;
            let fair = ((brought + (self.tokens - rate / 2.0).max(0.0)) / f64::from(hungry_ones)).ceil();
            let calls = f64::from(wants).min(fair).min(self.tokens.floor()).max(0.0);
            self.tokens -= calls;
            calls as u32
        });
        let until = now + LEASE_MS;
        self.workers.insert(wish.worker.clone(), Share { slots: slots.unwrap_or(0), hungry, asked: now, until });
        let pause_ms = self.paused_until.checked_sub(now).filter(|pause| *pause > 0);
        Block { calls, slots, pause_ms, lease_ms: LEASE_MS }
    }

    /// The strictest of what workers were told. Who was told nothing changes nothing.
    fn learn(&mut self, wish: &Wish) {
        let alone = self.workers.keys().all(|name| *name == wish.worker);
        let rate = wish.rate.filter(|rate| rate.is_finite() && *rate > 0.0);
        let stricter = |known: Option<f64>, told: Option<f64>| match (known, told) {
            (Some(known), Some(told)) => Some(known.min(told)),
            (known, told) => known.or(told),
        };
        // Whoever is alone says what holds from now on.
        self.rate = if alone { rate } else { stricter(self.rate, rate) };
        let width = wish.width.map(|width| width.max(1));
        self.width = match (self.width, width) {
            (Some(known), Some(told)) if !alone => Some(known.min(told)),
            (_, told) if alone => told,
            (known, told) => known.or(told),
        };
    }

    fn fill(&mut self, now: u64) {
        let Some(rate) = self.rate else {
            (self.tokens, self.reckoned) = (0.0, now);
            return;
        };
        let seconds = (now - self.reckoned) as f64 / 1_000.0;
        self.tokens = (self.tokens + rate * seconds).min(rate.max(1.0));
        self.reckoned = now;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wish(worker: &str) -> Wish {
        Wish { worker: worker.into(), slots: 100, ..Wish::default() }
    }

    #[test]
    fn without_a_known_limit_a_worker_does_as_it_likes() {
        let block = Shares::default().grant(&Wish { waiting: 50, ..wish("a") }, 1_000);
        assert_eq!((block.calls, block.slots, block.pause_ms), (None, None, None));
    }

    #[test]
    fn two_busy_workers_share_a_rate_evenly_and_use_it_up() {
        let (mut shares, mut got) = (Shares::default(), [0_u32; 2]);
        for tick in 0..200_u64 {
            for (index, name) in ["a", "b"].into_iter().enumerate() {
                let asks = Wish { waiting: 100, sent: 10, rate: Some(40.0), ..wish(name) };
                got[index] += shares.grant(&asks, 10_000 + tick * 250 + index as u64).calls.unwrap();
            }
        }
        let (a, b) = (f64::from(got[0]), f64::from(got[1]));
        assert!((a / b - 1.0).abs() < 0.1, "{got:?}");
        assert!((1_900.0..=2_060.0).contains(&(a + b)), "{got:?}");
    }

    #[test]
    fn one_that_idles_leaves_the_rate_to_the_other() {
        let (mut shares, mut got) = (Shares::default(), 0);
        for tick in 0..80_u64 {
            let now = 10_000 + tick * 250;
            shares.grant(&Wish { rate: Some(40.0), ..wish("idle") }, now);
            got += shares.grant(&Wish { waiting: 100, sent: 10, rate: Some(40.0), ..wish("busy") }, now).calls.unwrap();
        }
        assert!(got > 720, "{got}");
    }

    #[test]
    fn a_pause_that_one_worker_met_holds_for_all() {
        let mut shares = Shares::default();
        shares.grant(&Wish { pause_ms: Some(5_000), ..wish("a") }, 1_000);
        assert_eq!(shares.grant(&wish("b"), 2_000).pause_ms, Some(4_000));
        assert_eq!(shares.grant(&wish("b"), 6_001).pause_ms, None);
    }

    #[test]
    fn a_dead_workers_share_is_free_after_its_lease() {
        let mut shares = Shares::default();
        let asks = |name: &str| Wish { waiting: 90, width: Some(60), ..wish(name) };
        assert_eq!(shares.grant(&asks("dead"), 0).slots, Some(60));
        assert_eq!(shares.grant(&asks("b"), 1_000).slots, Some(0));
        assert_eq!(shares.grant(&asks("b"), LEASE_MS + 1).slots, Some(60));
    }

    proptest! {
        #[test]
        fn no_more_is_handed_out_than_the_limits_allow_whatever_workers_wish(
            rate in 1.0..500.0_f64,
            width in 1..300_u32,
            wishes in proptest::collection::vec((0..4_usize, 0..400_u32, 0..200_u32, 0..2_000_u64), 1..200),
        ) {
            let mut shares = Shares::default();
            let (mut now, mut handed, mut held) = (1_000_000_u64, 0.0, BTreeMap::new());
            let began = now;
            for (worker, waiting, sent, later) in wishes {
                now += later;
                held.retain(|_, (_, until)| *until > now);
                // Who keeps to its share has no more in flight than that.
                let in_flight = held.get(&worker).map_or(0, |(slots, _)| *slots);
                let asks = Wish {
                    waiting, sent, in_flight, rate: Some(rate), width: Some(width), ..wish(&worker.to_string())
                };
                let block = shares.grant(&asks, now);
                handed += f64::from(block.calls.unwrap());
                held.insert(worker, (block.slots.unwrap(), now + block.lease_ms));
                prop_assert!(handed <= rate * (now - began) as f64 / 1_000.0 + rate.max(1.0) + 1e-6);
                prop_assert!(held.values().map(|(slots, _)| *slots).sum::<u32>() <= width);
            }
        }
    }
}
