//! The mean of outcomes between 0 and 1, such as chances of a yes.

use super::{Interval, t_quantile};

/// The outcomes of one persona.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcomes {
    /// Their sum; each is in 0..=1.
    pub sum: f64,
    /// How many there are.
    pub count: u64,
}

impl Outcomes {
    /// Adds one.
    pub fn add(&mut self, outcome: f64) {
        self.sum += outcome;
        self.count += 1;
    }
}

/// A mean with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// The mean over all outcomes, in 0..=1.
    pub mean: f64,
    /// How many there are.
    pub outcomes: u64,
    /// Personas with at least one.
    pub personas: u64,
    /// 95 % interval; with a single persona it is as wide as it can be.
    pub interval: Interval,
}

impl Mean {
    /// The mean over all outcomes with Student's interval, by personas; `None` without outcomes.
    ///
    /// The variance is that of a ratio of totals, linearised by personas (Cochran 1977, ch. 6), of these personas and
    /// of two more of the average size, one with nothing but 0 and one with nothing but 1: that few people happen to be
    /// alike does not mean that all are (the device of Agresti and Coull 1998 for shares). Coverage, of outcomes that
    /// are all 0 or 1 the worst, is tested by simulation below.
    #[must_use]
    pub fn from_outcomes(outcomes: &[Outcomes]) -> Option<Self> {
        let each: Vec<&Outcomes> = outcomes.iter().filter(|outcomes| outcomes.count > 0).collect();
        let total: u64 = each.iter().map(|outcomes| outcomes.count).sum();
        if total == 0 {
            return None;
        }
        let (people, total_size) = (each.len() as f64, total as f64);
        let mean = each.iter().map(|outcomes| outcomes.sum).sum::<f64>() / total_size;
        let size = total_size / people;
        let deviations = each.iter().map(|outcomes| outcomes.sum - mean * outcomes.count as f64);
        let extremes = [-mean * size, (1.0 - mean) * size];
        let squares: f64 = deviations.chain(extremes).map(|deviation| deviation * deviation).sum();
        let variance = squares / (people + 1.0) / people / (size * size);
        let half = t_quantile(people - 1.0).map_or(1.0, |quantile| quantile * variance.sqrt());
        let interval = Interval { low: (mean - half).max(0.0), high: (mean + half).min(1.0) };
        Some(Mean { mean, outcomes: total, personas: each.len() as u64, interval })
    }
}

/// The mean change of people who were asked twice, with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The mean of their differences, in -1..=1.
    pub mean: f64,
    /// How many people there are.
    pub personas: u64,
    /// Student's 95 % interval.
    pub interval: Interval,
}

impl Change {
    /// The change with these differences, one per person; `None` with fewer than two.
    #[must_use]
    pub fn from_differences(differences: &[f64]) -> Option<Self> {
        let people = differences.len() as f64;
        let quantile = t_quantile(people - 1.0)?;
        let mean = differences.iter().sum::<f64>() / people;
        let variance = differences.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (people - 1.0);
        let half = quantile * (variance / people).sqrt();
        let interval = Interval { low: (mean - half).max(-1.0), high: (mean + half).min(1.0) };
        Some(Change { mean, personas: differences.len() as u64, interval })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn single(outcome: f64) -> Outcomes {
        Outcomes { sum: outcome, count: 1 }
    }

    #[test]
    fn of_nothing_there_is_no_mean_and_of_one_persona_no_narrow_interval() {
        assert_eq!(Mean::from_outcomes(&[]), None);
        assert_eq!(Mean::from_outcomes(&[Outcomes::default()]), None);
        let one = Mean::from_outcomes(&[single(0.3)]).unwrap();
        assert_eq!((one.mean, one.interval.low, one.interval.high), (0.3, 0.0, 1.0));
    }

    #[test]
    fn a_change_takes_two_people_and_has_students_interval() {
        assert_eq!((Change::from_differences(&[]), Change::from_differences(&[0.1])), (None, None));
        let two = Change::from_differences(&[0.1, 0.3]).unwrap();
        // 0.2 plus and minus 12.706 times 0.1.
        assert!((two.mean - 0.2).abs() < 1e-12 && (two.interval.low + 1.0).abs() < 1e-9, "{two:?}");
        let four = Change::from_differences(&[0.1, 0.2, 0.3, 0.2]).unwrap();
        // 3.182 times the root of 0.02 / 3 / 4.
        assert!((four.interval.high - four.mean - 3.182 * (0.02_f64 / 12.0).sqrt()).abs() < 1e-3, "{four:?}");
    }

    #[test]
    fn people_who_are_all_alike_are_no_proof_that_everybody_is() {
        let alike = Mean::from_outcomes(&[single(0.2); 20]).unwrap();
        assert!(alike.interval.low < 0.17 && alike.interval.high > 0.23, "{alike:?}");
    }

    /// The share of samples of `people` whose interval holds the mean of the population.
    fn coverage(people: usize, draw: impl Fn(&mut ChaCha8Rng) -> f64, truth: f64) -> f64 {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let holds = |_: &usize| {
            let sample: Vec<Outcomes> = (0..people).map(|_| single(draw(&mut rng))).collect();
            Mean::from_outcomes(&sample).is_some_and(|mean| mean.interval.low <= truth && truth <= mean.interval.high)
        };
        let samples = 4_000;
        (0..samples).filter(holds).count() as f64 / samples as f64
    }

    #[test]
    fn intervals_hold_the_mean_of_flat_lopsided_and_forked_chances_at_least_93_times_of_100() {
        for people in [8, 20, 60] {
            let flat = coverage(people, |rng| rng.random_range(0.0..1.0), 0.5);
            let lopsided = coverage(people, |rng| rng.random_range(0.0_f64..1.0).powi(3), 0.25);
            let forked = coverage(people, |rng| f64::from(u8::from(rng.random_bool(0.3))), 0.3);
            for found in [flat, lopsided, forked] {
                assert!(found >= 0.93, "{people} people: {flat} {lopsided} {forked}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_mean_lies_within_its_interval_and_both_within_0_and_1(
            outcomes in prop::collection::vec((0.0_f64..=1.0, 0_u64..5), 0..30)
        ) {
            let outcomes: Vec<Outcomes> =
                outcomes.into_iter().map(|(share, count)| Outcomes { sum: share * count as f64, count }).collect();
            if let Some(Mean { mean, interval, .. }) = Mean::from_outcomes(&outcomes) {
                prop_assert!(0.0 <= interval.low && interval.low <= mean + 1e-12);
                prop_assert!(mean <= interval.high + 1e-12 && interval.high <= 1.0);
            }
        }
    }
}
