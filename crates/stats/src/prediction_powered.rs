//! A rate of real replies with the help of a judge's predictions for people who were not written to.

use crate::{Interval, Z};

/// The mean of what was really counted, alone and with predictions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PredictionPowered {
    /// The mean alone.
    pub plain: Estimate,
    /// The mean with predictions.
    pub powered: Estimate,
    /// How much of the predictions is used, 0 to 1: what makes the error least.
    pub lambda: f64,
    /// The correlation of predictions and outcomes.
    pub correlation: f64,
    /// Outcomes.
    pub counted: usize,
    /// Predictions for those without an outcome.
    pub predicted: usize,
}

/// A mean with its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error.
    pub error: f64,
}

impl Estimate {
    /// Its 95 % interval by the normal distribution.
    #[must_use]
    pub fn interval(&self) -> Interval {
        Interval { low: self.mean - Z * self.error, high: self.mean + Z * self.error }
    }
}

/// What happened to somebody, and what was predicted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Counted {
    /// What happened: 1 for a reply, 0 for none.
    pub outcome: f64,
    /// What the judge had said: a probability, or 0 or 1.
    pub prediction: f64,
}

impl PredictionPowered {
    /// Estimates a mean by prediction-powered inference with a tuned weight, PPI++ (Angelopoulos, Duchi and Zrnic 2023,
    /// arXiv 2311.01453, example 6.1): the mean of the predictions for those without an outcome, put right by what the
    /// predictions miss among those with one, both times the weight that makes the variance least. A weight of 0 is the
    /// plain mean, so the error is in the limit never larger. `None` with fewer than two outcomes or predictions.
    #[must_use]
    pub fn estimate(counted: &[Counted], predictions: &[f64]) -> Option<Self> {
        let (n, m) = (counted.len() as f64, predictions.len() as f64);
        if counted.len() < 2 || predictions.len() < 2 {
            return None;
        }
        let outcomes: Vec<f64> = counted.iter().map(|counted| counted.outcome).collect();
        let known: Vec<f64> = counted.iter().map(|counted| counted.prediction).collect();
        // The predictions' variance is that of all of them: they are of one kind.
        let all = variance(&[&known[..], predictions].concat());
        let together = covariance(&outcomes, &known);
        let lambda = if all > 0.0 { (together / ((1.0 + n / m) * all)).clamp(0.0, 1.0) } else { 0.0 };
        let residuals: Vec<f64> = counted.iter().map(|counted| counted.outcome - lambda * counted.prediction).collect();
        let error = (variance(&residuals) / n + lambda * lambda * variance(predictions) / m).sqrt();
        let plain = Estimate { mean: mean(&outcomes), error: (variance(&outcomes) / n).sqrt() };
        Some(PredictionPowered {
            plain,
            powered: Estimate { mean: mean(&residuals) + lambda * mean(predictions), error },
            lambda,
            correlation: correlation(counted).unwrap_or(0.0),
            counted: counted.len(),
            predicted: predictions.len(),
        })
    }

    /// By which part the interval is narrower than that of the plain mean; negative where it is wider.
    #[must_use]
    pub fn narrower(&self) -> f64 {
        if self.plain.error > 0.0 { 1.0 - self.powered.error / self.plain.error } else { 0.0 }
    }

    /// Whether a gain may be believed: the correlation lies above what chance gives, at 1 over the root of two outcomes
    /// fewer a deviation, twice that; and the interval is at least a hundredth narrower.
    #[must_use]
    pub fn is_worth_it(&self) -> bool {
        let chance = 1.0 / (self.counted.saturating_sub(2).max(1) as f64).sqrt();
        self.correlation > 2.0 * chance && self.narrower() >= 0.01
    }
}

/// The correlation of predictions and outcomes; `None` where either never changes.
#[must_use]
pub fn correlation(counted: &[Counted]) -> Option<f64> {
    let (outcomes, predictions): (Vec<f64>, Vec<f64>) =
        counted.iter().map(|counted| (counted.outcome, counted.prediction)).unzip();
    let spread = (variance(&outcomes) * variance(&predictions)).sqrt();
    (counted.len() > 1 && spread > 0.0).then(|| covariance(&outcomes, &predictions) / spread)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variance(values: &[f64]) -> f64 {
    covariance(values, values)
}

fn covariance(one: &[f64], other: &[f64]) -> f64 {
    let (a, b) = (mean(one), mean(other));
    one.iter().zip(other).map(|(x, y)| (x - a) * (y - b)).sum::<f64>() / (one.len() as f64 - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counted(outcome: f64, prediction: f64) -> Counted {
        Counted { outcome, prediction }
    }

    #[test]
    fn perfect_predictions_are_worth_the_outcomes_of_all() {
        let known: Vec<Counted> = (0..100).map(|i| f64::from(u8::from(i % 10 == 0))).map(|y| counted(y, y)).collect();
        let more: Vec<f64> = (0..900).map(|i| f64::from(u8::from(i % 10 == 3))).collect();
        let found = PredictionPowered::estimate(&known, &more).unwrap();
        // The weight is N / (n + N) and the error that of a thousand outcomes.
        assert!((found.lambda - 0.9).abs() < 0.02, "{found:?}");
        assert!((found.powered.error / (0.09_f64 / 1_000.0).sqrt() - 1.0).abs() < 0.02, "{found:?}");
        assert!(found.is_worth_it() && (found.narrower() - (1.0 - 0.1_f64.sqrt())).abs() < 0.02);
    }

    #[test]
    fn predictions_that_are_no_use_promise_nothing() {
        let known: Vec<Counted> = (0..400)
            .map(|i| counted(f64::from(u8::from(i % 20 == 0)), f64::from((i * 7 + i / 20) % 5) / 4.0))
            .collect();
        let more: Vec<f64> = (0..4_000).map(|i| f64::from(i % 5) / 4.0).collect();
        let found = PredictionPowered::estimate(&known, &more).unwrap();
        assert!(!found.is_worth_it() && found.narrower() < 0.01, "{found:?}");
        let constant =
            PredictionPowered::estimate(&known.iter().map(|k| counted(k.outcome, 0.3)).collect::<Vec<_>>(), &[0.3; 9]);
        let constant = constant.unwrap();
        assert_eq!((constant.lambda, constant.powered), (0.0, constant.plain));
        assert_eq!(PredictionPowered::estimate(&known, &[0.5]), None);
    }

    proptest! {
        /// The closed form: one minus the square of the correlation, over one plus n / N, is left of the variance.
        #[test]
        fn what_is_saved_follows_from_the_correlation(
            pairs in prop::collection::vec((any::<bool>(), 0_u8..10), 30..200), times in 1_usize..20,
        ) {
            let known: Vec<Counted> =
                pairs.iter().map(|(y, f)| counted(f64::from(u8::from(*y)), f64::from(*f))).collect();
            let more: Vec<f64> = known.iter().map(|k| k.prediction).cycle().take(known.len() * times).collect();
            let found = PredictionPowered::estimate(&known, &more).unwrap();
            prop_assume!(found.correlation > 0.0 && found.lambda < 1.0 && found.plain.error > 0.0);
            let share = times as f64 / (1.0 + times as f64);
            let left = (1.0 - found.correlation.powi(2) * share).sqrt();
            prop_assert!((found.powered.error / found.plain.error - left).abs() < 0.02, "{:?} {}", found, left);
            prop_assert!((found.powered.mean - found.plain.mean).abs() < 1e-9);
        }
    }
}
