//! What failed trials could have been, at worst and at best.

use super::Interval;
use super::normal::quantile;

/// One side of a person's pair: outcomes that came, and trials that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Side {
    /// The sum of the outcomes, each in 0..=1.
    pub sum: f64,
    /// How many came.
    pub decided: u64,
    /// How many failed for good.
    pub failed: u64,
}

impl Side {
    /// The mean outcome if every failed trial had come out as `with`; `None` if nothing was tried.
    fn filled(self, with: f64) -> Option<f64> {
        let all = self.decided + self.failed;
        (all > 0).then(|| (self.sum + with * self.failed as f64) / all as f64)
    }
}

/// The range of a mean gain that no assumption about failed trials can narrow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WorstCase {
    /// The mean gain over all people if every failed trial had come out worst for the challenger, and if best: the
    /// challenger's as a no and the incumbent's as a yes, or the other way round (Manski 1990; Horowitz and Manski
    /// 2000).
    pub range: Interval,
    /// An interval that holds the mean gain in the population with a chance of 95 %, wherever in the range the truth
    /// lies (Imbens and Manski 2004).
    pub interval: Interval,
    /// The share of the incumbent's trials that failed.
    pub before_failed: f64,
    /// The share of the challenger's.
    pub after_failed: f64,
}

impl WorstCase {
    /// Computes the range from both sides of every person, in any order; people of whom nothing was tried on a side are
    /// left out. `None` with fewer than two. A rate that leaves failures out is only right if failed trials are like
    /// the others; a challenger whose long messages are cut off, say, fails where it is weak. If even the worst case is
    /// a gain, that cannot be why.
    #[must_use]
    pub fn from_sides(people: &[(Side, Side)]) -> Option<Self> {
        let gains = |before: f64, after: f64| -> Vec<f64> {
            people.iter().filter_map(|(was, is)| Some(is.filled(after)? - was.filled(before)?)).collect()
        };
        let (worst, best) = (gains(1.0, 0.0), gains(0.0, 1.0));
        if worst.len() < 2 {
            return None;
        }
        let ((low, low_error), (high, high_error)) = (moments(&worst), moments(&best));
        let critical = critical(high - low, low_error.max(high_error));
        let share = |side: fn(&(Side, Side)) -> Side| {
            let (failed, all) = people
                .iter()
                .map(side)
                .fold((0, 0), |(failed, all), counts| (failed + counts.failed, all + counts.failed + counts.decided));
            failed as f64 / all.max(1) as f64
        };
        Some(WorstCase {
            range: Interval { low, high },
            interval: Interval {
                low: (low - critical * low_error).max(-1.0),
                high: (high + critical * high_error).min(1.0),
            },
            before_failed: share(|(before, _)| *before),
            after_failed: share(|(_, after)| *after),
        })
    }

    /// Whether the sign of these people's mean gain depends on how the failed trials would have come out.
    #[must_use]
    pub fn hangs_on_failures(&self) -> bool {
        self.range.low <= 0.0 && self.range.high >= 0.0
    }
}

fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt())
}

/// How many standard errors to add on each side so that the true value, rather than the whole range, is held with 95 %:
/// between the one-sided and the two-sided quantile. Solves `Φ(c + width / error) - Φ(-c) = 0.95`.
fn critical(width: f64, error: f64) -> f64 {
    let (mut low, mut high) = (quantile(0.95), quantile(0.975));
    if error <= 0.0 {
        return low;
    }
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        let held = super::normal::tail(-(middle + width / error)) - super::normal::tail(middle);
        if held < 0.95 { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn side(sum: u32, decided: u64, failed: u64) -> Side {
        Side { sum: f64::from(sum), decided, failed }
    }

    #[test]
    fn failures_are_a_no_for_one_side_and_a_yes_for_the_other() {
        // Ten people; of the challenger's trials three failed, of the incumbent's one.
        let mut people = vec![(side(0, 1, 0), side(1, 1, 0)); 4];
        people.extend([(side(1, 1, 0), side(1, 1, 0)); 2]);
        people.extend([(side(0, 1, 0), side(0, 0, 1)); 3]);
        people.push((side(0, 0, 1), side(1, 1, 0)));
        let found = WorstCase::from_sides(&people).unwrap();
        assert!((found.range.low - 0.4).abs() < 1e-12 && (found.range.high - 0.8).abs() < 1e-12, "{found:?}");
        assert_eq!((found.before_failed, found.after_failed, found.hangs_on_failures()), (0.1, 0.3, false));
        assert_eq!(WorstCase::from_sides(&people[..1]), None);
    }

    #[test]
    fn without_failures_the_range_is_a_point_and_the_interval_the_usual_one() {
        let people: Vec<(Side, Side)> =
            (0..40).map(|index| (side(index % 2, 1, 0), side(u32::from(index % 3 > 0), 1, 0))).collect();
        let found = WorstCase::from_sides(&people).unwrap();
        assert_eq!(found.range.low, found.range.high);
        let (mean, error) = moments(&people.iter().map(|(before, after)| after.sum - before.sum).collect::<Vec<f64>>());
        assert!((found.interval.high - mean - 1.96 * error).abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn it_holds_the_gain_of_all_although_a_no_fails_more_often() {
        // Of the challenger's messages a no fails one time in three: those that came flatter it by ten points.
        let mut rng = ChaCha8Rng::seed_from_u64(701);
        let (mut held, mut naive, runs) = (0, 0, 600);
        for _ in 0..runs {
            let people: Vec<(Side, Side)> = (0..80)
                .map(|_| {
                    let (before, after) = (rng.random_bool(0.4), rng.random_bool(0.4));
                    let fails = !after && rng.random_bool(1.0 / 3.0);
                    let came = if fails { side(0, 0, 1) } else { side(u32::from(after), 1, 0) };
                    (side(u32::from(before), 1, 0), came)
                })
                .collect();
            let found = WorstCase::from_sides(&people).unwrap();
            held += i32::from(found.interval.low <= 0.0 && 0.0 <= found.interval.high);
            let came: Vec<f64> =
                people.iter().filter(|(_, after)| after.decided > 0).map(|(a, b)| b.sum - a.sum).collect();
            let (mean, error) = moments(&came);
            naive += i32::from((mean / error).abs() < 1.96);
        }
        // Three standard deviations below 95 %.
        assert!(held >= 555 && naive < 500, "{held} held, {naive} without bounds, of {runs}");
    }

    proptest! {
        #[test]
        fn whatever_the_failed_ones_would_have_been_the_mean_is_in_the_range(
            people in prop::collection::vec(
                ((0_u64..3, 0_u64..3), (0_u64..3, 0_u64..3), 0.0_f64..=1.0, 0.0_f64..=1.0),
                2..30,
            ),
        ) {
            let sides: Vec<(Side, Side)> = people
                .iter()
                .map(|((a, fa), (b, fb), ..)| (side(0, *a, *fa), Side { sum: *b as f64, decided: *b, failed: *fb }))
                .collect();
            if let Some(found) = WorstCase::from_sides(&sides) {
                let truth: Vec<f64> = sides
                    .iter()
                    .zip(&people)
                    .filter_map(|((before, after), (.., x, y))| Some(after.filled(*y)? - before.filled(*x)?))
                    .collect();
                let mean = truth.iter().sum::<f64>() / truth.len() as f64;
                prop_assert!(found.range.low - 1e-12 <= mean && mean <= found.range.high + 1e-12);
                prop_assert!(found.interval.low <= found.range.low + 1e-12);
                prop_assert!(found.range.high <= found.interval.high + 1e-12);
            }
        }
    }
}
