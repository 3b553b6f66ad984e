//! What a judge's yes is worth: how often people reply to whom it said yes, and to whom it said no.

use statrs::function::beta::beta_reg;

use crate::{Interval, Tally};

/// Replies to messages that a judge said yes to, and to those that it said no to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worth {
    /// Replies to messages with a yes; `yes` of the tally counts replies.
    pub of_yes: Tally,
    /// Replies to messages with a no; `yes` of the tally counts replies.
    pub of_no: Tally,
    /// How often there is a reply after a yes, with its interval; `None` where the judge never said yes.
    pub after_yes: Option<Interval>,
    /// How often there is a reply after a no, likewise.
    pub after_no: Option<Interval>,
    /// How many times as often people reply after a yes as after a no, as counted; `None` if nobody replied after a no.
    pub ratio: Option<f64>,
    /// Its 95 % interval; `None` where the judge only ever said one thing, or nobody replied.
    pub ratio_interval: Option<Interval>,
}

/// Points of the rule that the ratio is found by.
const POINTS: u32 = 800;

impl Worth {
    /// Counts what a yes is worth.
    ///
    /// Each chance of a reply has a Beta posterior from Jeffreys' prior, independent of the other; intervals are
    /// equal-tailed at 95 % (Brown, Cai and DasGupta 2001 for one share, with their ends at none and at all; Agresti
    /// and Min 2005 for the ratio of two). 10 replies to 120 messages against 10 to 280 give 2.3 times, 1.0 to 5.4.
    #[must_use]
    pub fn from_tallies(of_yes: Tally, of_no: Tally) -> Self {
        let is_known = of_yes.total > 0 && of_no.total > 0 && of_yes.yes + of_no.yes > 0;
        let ratio = of_yes.share().zip(of_no.share()).filter(|(_, no)| *no > 0.0).map(|(yes, no)| yes / no);
        Worth {
            of_yes,
            of_no,
            after_yes: jeffreys(of_yes),
            after_no: jeffreys(of_no),
            ratio,
            ratio_interval: is_known.then(|| ratio_interval(of_yes, of_no)),
        }
    }
}

/// Jeffreys' 95 % interval of a share; `None` where nothing was counted.
#[must_use]
pub fn jeffreys(tally: Tally) -> Option<Interval> {
    let posterior = Posterior::from_tally(tally);
    (tally.total > 0).then(|| Interval {
        low: if tally.yes == 0 { 0.0 } else { posterior.quantile(0.025) },
        high: if tally.yes == tally.total { 1.0 } else { posterior.quantile(0.975) },
    })
}

/// A Beta distribution.
#[derive(Clone, Copy, Debug)]
struct Posterior {
    a: f64,
    b: f64,
}

impl Posterior {
    fn from_tally(tally: Tally) -> Self {
        Posterior { a: tally.yes as f64 + 0.5, b: (tally.total - tally.yes) as f64 + 0.5 }
    }

    fn below(self, share: f64) -> f64 {
        match share {
            _ if share <= 0.0 => 0.0,
            _ if share >= 1.0 => 1.0,
            share => beta_reg(self.a, self.b, share),
        }
    }

    fn quantile(self, chance: f64) -> f64 {
        bisect(0.0, 1.0, |share| self.below(share) < chance)
    }

    /// Values of the share with their weights, which sum to 1. With the share as the square of a sine, the density has
    /// no pole at either end, so that an even rule is exact to many digits.
    fn points(self) -> Vec<(f64, f64)> {
        let (hits, misses) = (2.0 * self.a - 1.0, 2.0 * self.b - 1.0);
        let mode = hits.max(0.0).sqrt().atan2(misses.max(0.0).sqrt());
        let reach = 6.0 / (hits + misses).max(1.0).sqrt();
        let (from, to) = ((mode - reach).max(0.0), (mode + reach).min(std::f64::consts::FRAC_PI_2));
        let log = |angle: f64| {
            let part = |times: f64, value: f64| if times > 0.0 { times * value.ln() } else { 0.0 };
            part(hits, angle.sin()) + part(misses, angle.cos())
        };
        let top = log(mode.clamp(from + 1e-12, to - 1e-12));
        let step = (to - from) / f64::from(POINTS);
        let point = |index: u32| {
            let angle = from + step * (f64::from(index) + 0.5);
            (angle.sin().powi(2), (log(angle) - top).exp())
        };
        let mut points: Vec<(f64, f64)> = (0..POINTS).map(point).collect();
        let all: f64 = points.iter().map(|(_, weight)| weight).sum();
        points.iter_mut().for_each(|(_, weight)| *weight /= all);
        points
    }
}

fn ratio_interval(of_yes: Tally, of_no: Tally) -> Interval {
    let (yes, points) = (Posterior::from_tally(of_yes), Posterior::from_tally(of_no).points());
    let below = |log: f64| {
        let ratio = log.exp();
        points.iter().map(|(no, weight)| weight * yes.below(ratio * no)).sum::<f64>()
    };
    // No ratio of shares that people could count lies beyond.
    let (least, most) = (-20.0, 20.0);
    let quantile = |chance: f64| bisect(least, most, |log| below(log) < chance).exp();
    Interval {
        low: if of_yes.yes == 0 { 0.0 } else { quantile(0.025) },
        high: if of_no.yes == 0 { f64::INFINITY } else { quantile(0.975) },
    }
}

/// Where a condition that holds at the lower end and not at the upper one ceases to hold.
fn bisect(low: f64, high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (low, high);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if holds(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tally(yes: u64, total: u64) -> Tally {
        Tally { yes, total }
    }

    #[test]
    fn ten_of_120_against_ten_of_280_is_two_to_one_and_barely_shown() {
        let worth = Worth::from_tallies(tally(10, 120), tally(10, 280));
        let interval = worth.ratio_interval.unwrap();
        assert!((worth.ratio.unwrap() - 2.333).abs() < 0.001);
        assert!((interval.low - 1.0).abs() < 0.03 && (interval.high - 5.4).abs() < 0.1, "{interval:?}");
    }

    #[test]
    fn jeffreys_intervals_are_those_of_the_tables() {
        // Brown, Cai and DasGupta 2001, table 5: n = 10, x = 1 and x = 5; R's qbeta(c(.025, .975), x + .5, n - x + .5).
        let near = |found: Option<Interval>, low: f64, high: f64| {
            let found = found.unwrap();
            assert!((found.low - low).abs() < 5e-4 && (found.high - high).abs() < 5e-4, "{found:?}");
        };
        near(jeffreys(tally(1, 10)), 0.0110, 0.3813);
        near(jeffreys(tally(5, 10)), 0.2235, 0.7765);
        near(jeffreys(tally(0, 10)), 0.0, 0.2172);
        assert_eq!(jeffreys(tally(0, 0)), None);
    }

    #[test]
    fn what_nobody_replied_to_has_an_open_end() {
        let worth = Worth::from_tallies(tally(5, 100), tally(0, 300));
        let interval = worth.ratio_interval.unwrap();
        assert_eq!((worth.ratio, interval.high), (None, f64::INFINITY));
        assert!(interval.low > 1.0, "{interval:?}");
        assert_eq!(Worth::from_tallies(tally(0, 10), tally(0, 300)).ratio_interval, None);
        assert_eq!(Worth::from_tallies(tally(0, 0), tally(5, 300)).ratio_interval, None);
    }

    proptest! {
        #[test]
        fn the_points_of_a_posterior_have_its_mean_and_variance(yes in 0_u64..40, no in 0_u64..4_000) {
            let posterior = Posterior::from_tally(tally(yes, yes + no));
            let points = posterior.points();
            let mean: f64 = points.iter().map(|(share, weight)| share * weight).sum();
            let variance: f64 = points.iter().map(|(share, weight)| weight * (share - mean).powi(2)).sum();
            let (a, b) = (posterior.a, posterior.b);
            let known = a * b / ((a + b).powi(2) * (a + b + 1.0));
            prop_assert!((mean / (a / (a + b)) - 1.0).abs() < 1e-3, "{} {}", mean, a / (a + b));
            prop_assert!((variance / known - 1.0).abs() < 1e-2, "{} {}", variance, known);
        }

        #[test]
        fn the_other_way_round_is_one_over_the_ratio(a in 1_u64..30, n in 30_u64..300, b in 1_u64..30, m in 30_u64..300) {
            let one = Worth::from_tallies(tally(a, n), tally(b, m)).ratio_interval.unwrap();
            let other = Worth::from_tallies(tally(b, m), tally(a, n)).ratio_interval.unwrap();
            prop_assert!((one.low * other.high - 1.0).abs() < 2e-3, "{:?} {:?}", one, other);
            prop_assert!((one.high * other.low - 1.0).abs() < 2e-3, "{:?} {:?}", one, other);
        }
    }
}
