//! A real test of two prompts: how many sends it takes, and who is ahead, however often one looks.

use crate::normal::{quantile, tail};
use crate::{Evidence, Interval};

/// Two chances of a reply that a test is to tell apart, within 0 and 1; `later` is above `now`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// With the prompt in use.
    pub now: f64,
    /// With the prompt that is to be shown to be better.
    pub later: f64,
}

impl Rates {
    fn gain(self) -> f64 {
        self.later - self.now
    }

    /// The variance of the difference of one reply from each.
    fn variance(self) -> f64 {
        self.now * (1.0 - self.now) + self.later * (1.0 - self.later)
    }

    /// By how much the logarithm of the best bettor's wealth grows with every pair of sends: the most of
    /// `E ln(1 + c d)` over the stakes `c`, reached at the mean of `d` over that of its square.
    fn growth(self) -> f64 {
        let (up, down) = (self.later * (1.0 - self.now), self.now * (1.0 - self.later));
        let stake = (up - down) / (up + down);
        up * (1.0 + stake).ln() + down * (1.0 - stake).ln()
    }
}

/// No plan for more sends an arm is worth giving.
pub const MOST_SENDS: u64 = 10_000_000;

/// The sends for each arm at which a one-sided test at `alpha` finds the gain with a chance of `power`, with one look
/// at the end: `(z_alpha + z_power)² (p(1 - p) + q(1 - q)) / (q - p)²` (Fleiss, Levin and Paik 2003, 4.2, with each
/// rate's own variance). `None` where there is no gain, or it takes more than [`MOST_SENDS`].
#[must_use]
pub fn sends(rates: Rates, alpha: f64, power: f64) -> Option<u64> {
    let distance = quantile(1.0 - alpha) + quantile(power);
    let sends = (distance / rates.gain()).powi(2) * rates.variance();
    (rates.gain() > 0.0 && sends <= MOST_SENDS as f64).then(|| sends.ceil() as u64)
}

/// The chance that this test finds the gain with so many sends an arm.
#[must_use]
pub fn power(rates: Rates, sends: u64, alpha: f64) -> f64 {
    let error = (rates.variance() / sends.max(1) as f64).sqrt();
    tail(quantile(1.0 - alpha) - rates.gain() / error)
}

/// The smallest gain on a rate that is found with a chance of `wanted`; `None` where even all replies would not be.
#[must_use]
pub fn least_gain(now: f64, sends: u64, alpha: f64, wanted: f64) -> Option<f64> {
    let finds = |gain: f64| power(Rates { now, later: now + gain }, sends, alpha) >= wanted;
    let (mut low, mut high) = (0.0, 1.0 - now);
    if !finds(high) {
        return None;
    }
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if finds(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

/// What the mixture of bettors loses against the best of them, as a logarithm: some three of the nine are near it.
const MIXTURE: f64 = 1.1;

/// The sends for each arm at which [`ArmsTest`] has found the gain with a chance of `power`, whenever one looks, at
/// one-sided `alpha`. The logarithm of the wealth is taken as a Brownian motion with drift, whose variance is twice its
/// drift near the best stake (Wald 1947; Siegmund 1985, 3.2, for the chance of reaching a bound in time); in
/// simulations it was within a tenth (`--bench replies`).
#[must_use]
pub fn sends_with_looks(rates: Rates, alpha: f64, power: f64) -> Option<u64> {
    let bound = MIXTURE - alpha.ln();
    let growth = rates.growth();
    if rates.gain() <= 0.0 || growth <= 0.0 {
        return None;
    }
    let reaches = |sends: f64| {
        let (way, spread) = (growth * sends, (2.0 * growth * sends).sqrt());
        tail((bound - way) / spread) + bound.exp() * tail((bound + way) / spread) >= power
    };
    let (mut low, mut high) = (1.0, MOST_SENDS as f64);
    if !reaches(high) {
        return None;
    }
    while high - low > 0.5 {
        let middle = f64::midpoint(low, high);
        if reaches(middle) { high = middle } else { low = middle }
    }
    Some(high.ceil() as u64)
}

/// One of two arms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arm {
    /// The first.
    A,
    /// The second.
    B,
}

/// How a test of two arms stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArmsVerdict {
    /// The first is better.
    A,
    /// The second is better.
    B,
    /// Neither has been shown.
    Open,
}

/// Two arms, compared as their outcomes come in.
///
/// Outcomes of one arm are paired with those of the other in the order in which they came, and the differences are bet
/// on ([`Evidence`]): a product of e-values, so that one may look after every batch and stop when one likes (Ville
/// 1939). For outcomes of 0 and 1 the best bettor's wealth grows as fast as that of the e-variable with the most growth
/// for two proportions (Turner, Ly and Grünwald 2024, arXiv 2106.02693), and it stays valid for shares of replies among
/// colleagues. It is valid for any null hypothesis in which the arm is no better, not only for that of two equal rates.
/// What it asks for: that who is in which arm was drawn, and that the order within an arm was not chosen by the
/// outcomes.
#[derive(Clone, Debug)]
pub struct ArmsTest {
    evidence: Evidence,
    waiting: std::collections::VecDeque<f64>,
    /// Whose outcomes wait for a partner.
    side: Arm,
}

impl Default for ArmsTest {
    fn default() -> Self {
        ArmsTest::new()
    }
}

impl ArmsTest {
    /// Nothing known yet.
    #[must_use]
    pub fn new() -> Self {
        ArmsTest { evidence: Evidence::new(0.0), waiting: std::collections::VecDeque::new(), side: Arm::A }
    }

    /// Adds an outcome within 0..=1: a reply or none, or the share of replies among colleagues, who share an arm.
    pub fn add(&mut self, arm: Arm, outcome: f64) {
        if self.waiting.is_empty() || self.side == arm {
            self.side = arm;
            self.waiting.push_back(outcome);
        } else if let Some(partner) = self.waiting.pop_front() {
            let (a, b) = if arm == Arm::A { (outcome, partner) } else { (partner, outcome) };
            self.evidence.add(b - a);
        }
    }

    /// Pairs so far.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.evidence.personas()
    }

    /// Who has been shown to be better at any time so far: of tests in which neither is, at most `alpha` ever say so.
    #[must_use]
    pub fn verdict(&self, alpha: f64) -> ArmsVerdict {
        match (self.evidence.rejects(alpha / 2.0), self.evidence.rejects_below(alpha / 2.0)) {
            (true, false) => ArmsVerdict::B,
            (false, true) => ArmsVerdict::A,
            _ => ArmsVerdict::Open,
        }
    }

    /// How much B is above A: it holds the truth at all looks together with a chance of `1 - alpha`. `None` without a
    /// pair.
    #[must_use]
    pub fn interval(&self, alpha: f64) -> Option<Interval> {
        (self.pairs() > 0).then(|| self.evidence.interval(alpha))
    }

    /// The mean difference of the pairs, B less A.
    #[must_use]
    pub fn estimate(&self) -> Option<f64> {
        self.evidence.estimate()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    const GAIN: Rates = Rates { now: 0.05, later: 0.08 };

    #[test]
    fn the_published_sizes_are_met() {
        assert_eq!(sends(GAIN, 0.05, 0.8), Some(832));
        let small = Rates { now: 0.03, later: 0.045 };
        assert!(sends(small, 0.05, 0.8).is_some_and(|sends| sends.abs_diff(1_980) <= 2));
        // Two-sided 5 % is one-sided 2.5 %: 60 % against 70 % takes 354 an arm at 80 %, without continuity correction.
        assert!(sends(Rates { now: 0.6, later: 0.7 }, 0.025, 0.8).is_some_and(|sends| sends.abs_diff(354) <= 2));
        assert_eq!(sends(Rates { now: 0.05, later: 0.05 }, 0.05, 0.8), None);
        assert!((power(GAIN, 832, 0.05) - 0.8).abs() < 1e-3);
        assert!((least_gain(0.05, 832, 0.05, 0.8).unwrap_or(0.0) - 0.03).abs() < 1e-4);
        assert_eq!(least_gain(0.5, 3, 0.05, 0.8), None);
    }

    #[test]
    fn the_growth_is_that_of_the_best_e_variable_for_two_proportions() {
        // Both parts' divergence from their middle (Turner, Ly and Grünwald, for blocks of one and one).
        let apart = |p: f64, q: f64| p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln();
        let known = apart(0.05, 0.065) + apart(0.08, 0.065);
        assert!((GAIN.growth() / known - 1.0).abs() < 0.01, "{} {known}", GAIN.growth());
    }

    fn runs_until(rates: Rates, most: usize, rng: &mut ChaCha8Rng) -> Option<usize> {
        let mut test = ArmsTest::new();
        (1..=most).find(|_| {
            test.add(Arm::A, f64::from(u8::from(rng.random_bool(rates.now))));
            test.add(Arm::B, f64::from(u8::from(rng.random_bool(rates.later))));
            test.verdict(0.1) != ArmsVerdict::Open
        })
    }

    #[test]
    fn the_sends_with_looks_find_the_gain_about_as_often_as_they_say() {
        let mut rng = ChaCha8Rng::seed_from_u64(17);
        let planned = sends_with_looks(GAIN, 0.05, 0.8).unwrap() as usize;
        let found = (0..300).filter(|_| runs_until(GAIN, planned, &mut rng).is_some()).count();
        assert!((0.72..0.90).contains(&(found as f64 / 300.0)), "{found} of 300 with {planned} sends");
    }

    #[test]
    fn arms_of_one_rate_are_told_apart_at_most_as_often_as_allowed_however_often_one_looks() {
        let mut rng = ChaCha8Rng::seed_from_u64(18);
        let equal = Rates { now: 0.06, later: 0.06 };
        let found = (0..300).filter(|_| runs_until(equal, 1_000, &mut rng).is_some()).count();
        assert!(found <= 30, "{found} of 300 at 10 %");
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_the_arms_take_turns(outcomes in prop::collection::vec((0_u8..2, 0_u8..2), 1..60)) {
            let (mut turns, mut blocks) = (ArmsTest::new(), ArmsTest::new());
            for (a, b) in &outcomes {
                turns.add(Arm::A, f64::from(*a));
                turns.add(Arm::B, f64::from(*b));
            }
            outcomes.iter().for_each(|(_, b)| blocks.add(Arm::B, f64::from(*b)));
            outcomes.iter().for_each(|(a, _)| blocks.add(Arm::A, f64::from(*a)));
            prop_assert_eq!(turns.pairs(), blocks.pairs());
            prop_assert_eq!(turns.interval(0.05), blocks.interval(0.05));
            let interval = turns.interval(0.05).unwrap();
            prop_assert!(-1.0 <= interval.low && interval.low <= interval.high && interval.high <= 1.0);
        }
    }
}
