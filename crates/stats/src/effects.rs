//! What each of many features does to the chance of a yes: Bayesian logistic regression.

use rand::{Rng, RngExt};
use thiserror::Error;

use super::cholesky::{Cholesky, start};

/// One observation: its features by index with their values (what is not named is 0), the outcome in 0..=1, and how
/// many observations it stands for.
pub type Row<'a> = (&'a [(usize, f64)], f64, f64);

/// Why no effects could be learnt. All of them are mistakes of the caller's.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum EffectsError {
    /// A prior's mean is not finite, or its variance is not finite and above 0.
    #[error("the prior of feature {0} is not a finite mean and a finite variance above 0")]
    Prior(usize),
    /// An outcome outside 0..=1, a weight below 0, a value that is not finite, or a feature without a prior.
    #[error(
        "observation {0} has an outcome outside 0..=1, a weight below 0, a value that is not finite, or an unknown \
         feature"
    )]
    Row(usize),
    /// Values so large that the arithmetic broke down.
    #[error("the effects could not be computed: values or prior variances are too large")]
    Arithmetic,
}

/// The joint posterior of all coefficients, on the logit scale: normal, by Laplace's approximation.
///
/// The outcome of an observation with features x has the chance `1 / (1 + exp(-Σ β_j x_j))`; each β_j has a normal
/// prior of its own. The posterior is taken for the normal distribution around its mode with the curvature there
/// (Bishop 2006, ch. 4.5; MacKay 1992). A feature that was never seen keeps its prior, and two that were only ever seen
/// together share what is known of their sum: with more instruction lines than runs this is what makes learning
/// possible at all. An outcome between 0 and 1 is a share of yes and enters as so much of a yes and so much of a no
/// (Papke and Wooldridge 1996).
#[derive(Clone, Debug, PartialEq)]
pub struct Effects {
    /// The posterior means (and modes), one per feature.
    pub mean: Vec<f64>,
    /// The log marginal likelihood of the observations, by the same approximation (MacKay 1992): among several priors
    /// the one with the largest fits best. Its differences alone mean something.
    pub log_evidence: f64,
    /// The factor of the posterior precision, the inverse of the covariance.
    precision: Cholesky,
}

/// Enough for data that a single feature separates entirely under a prior variance of 1e12; ten are usual.
const STEPS: usize = 200;

/// Observations from which on the spread of a group is estimated.
const LEAST_ESTIMATED: usize = 60;
/// What it may be besides the one that is given, as multiples of it.
const SPREADS: [f64; 4] = [0.5, 0.7, 1.4, 2.0];
/// The standard deviation of its logarithm.
const SPREAD_OF_SPREADS: f64 = 0.5;

impl Effects {
    /// Finds the posterior from one (mean, variance) per feature as the prior, and the observations.
    ///
    /// Newton's method, which for this model is iteratively reweighted least squares (McCullagh and Nelder 1989), with
    /// halved steps where a full one would not rise (Boyd and Vandenberghe 2004, ch. 9.2). The log posterior is
    /// strictly concave, so there is one mode and it is found. Cost: per step, the squares of the counts of features
    /// per observation plus the cube of `prior.len()` over 6.
    ///
    /// # Errors
    /// See [`EffectsError`].
    pub fn fit<'a>(prior: &[(f64, f64)], rows: impl IntoIterator<Item = Row<'a>>) -> Result<Self, EffectsError> {
        let sound = |(mean, variance): &(f64, f64)| {
            mean.is_finite() && *variance > 0.0 && variance.is_finite() && variance.recip().is_finite()
        };
        if let Some(feature) = prior.iter().position(|prior| !sound(prior)) {
            return Err(EffectsError::Prior(feature));
        }
        let rows: Vec<Row> = rows.into_iter().collect();
        let sound = |(features, outcome, weight): &Row| {
            (0.0..=1.0).contains(outcome)
                && *weight >= 0.0
                && weight.is_finite()
                && features.iter().all(|(feature, value)| *feature < prior.len() && value.is_finite())
        };
        if let Some(row) = rows.iter().position(|row| !sound(row)) {
            return Err(EffectsError::Row(row));
        }
        climb(prior, &rows).ok_or(EffectsError::Arithmetic)
    }

    /// The same where it is not known how far the coefficients of one group of features scatter. From 60 observations
    /// on, the prior variances of `group` are 0.25, 0.49, 1, 1.96 or 4 times those given, whichever explains the
    /// observations best: empirical Bayes (Robbins 1956), by the marginal likelihood of Laplace's approximation (MacKay
    /// 1992), with a normal prior of standard deviation 0.5 on the logarithm of the factor of the standard deviation.
    ///
    /// # Errors
    /// See [`EffectsError`].
    pub fn fit_best<'a>(
        prior: &[(f64, f64)],
        group: std::ops::Range<usize>,
        rows: impl IntoIterator<Item = Row<'a>>,
    ) -> Result<Self, EffectsError> {
        let rows: Vec<Row> = rows.into_iter().collect();
        let mut best = Effects::fit(prior, rows.iter().copied())?;
        if rows.len() < LEAST_ESTIMATED {
            return Ok(best);
        }
        let mut likely = best.log_evidence;
        for factor in SPREADS {
            let mut other = prior.to_vec();
            other.iter_mut().take(group.end).skip(group.start).for_each(|(_, variance)| *variance *= factor * factor);
            let found = Effects::fit(&other, rows.iter().copied())?;
            // Without evidence the spread is believed to be the one that is given.
            let believed = found.log_evidence - (factor.ln() / SPREAD_OF_SPREADS).powi(2) / 2.0;
            if believed > likely {
                (best, likely) = (found, believed);
            }
        }
        Ok(best)
    }

    /// The posterior standard deviation of one coefficient; 0 for an index that is none.
    #[must_use]
    pub fn sd(&self, feature: usize) -> f64 {
        self.variance(&[(feature, 1.0)]).sqrt()
    }

    /// The posterior mean of a sum of coefficients, each times its value: the logit of an observation with these
    /// features, or with values of both signs a contrast. Indices that are none are left out.
    #[must_use]
    pub fn logit(&self, features: &[(usize, f64)]) -> f64 {
        product(&self.mean, features)
    }

    /// The posterior variance of the same sum.
    #[must_use]
    pub fn variance(&self, features: &[(usize, f64)]) -> f64 {
        self.covariance(features, features)
    }

    /// The posterior covariance of two such sums.
    #[must_use]
    pub fn covariance(&self, left: &[(usize, f64)], right: &[(usize, f64)]) -> f64 {
        // a' (L L')^-1 b is the product of L^-1 a and L^-1 b.
        let half = |features: &[(usize, f64)]| {
            let mut dense = vec![0.0; self.mean.len()];
            for (feature, value) in features {
                if let Some(entry) = dense.get_mut(*feature) {
                    *entry += value;
                }
            }
            self.precision.forward(&mut dense);
            dense
        };
        half(left).iter().zip(half(right)).map(|(a, b)| a * b).sum()
    }

    /// A draw of all coefficients from the posterior: what Thompson sampling asks for.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Vec<f64> {
        let mut draw: Vec<f64> = self.mean.iter().map(|_| normal(rng)).collect();
        self.precision.backward(&mut draw);
        draw.iter_mut().zip(&self.mean).for_each(|(value, mean)| *value += mean);
        draw
    }

    /// The chance of a yes for an observation with these features, averaged over the posterior: nearer to one half than
    /// that of the mean coefficients, the less is known (MacKay 1992).
    #[must_use]
    pub fn predict(&self, features: &[(usize, f64)]) -> f64 {
        let widening = (1.0 + std::f64::consts::PI * self.variance(features) / 8.0).sqrt();
        logistic(self.logit(features) / widening)
    }
}

/// A draw from the standard normal distribution (Box and Muller 1958).
pub(crate) fn normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()
}

fn climb(prior: &[(f64, f64)], rows: &[Row]) -> Option<Effects> {
    let mut mean: Vec<f64> = prior.iter().map(|(mean, _)| *mean).collect();
    let mut height = log_posterior(&mean, prior, rows);
    for _ in 0..STEPS {
        let (gradient, precision) = slope(&mean, prior, rows)?;
        let mut step = gradient.clone();
        precision.solve(&mut step);
        let gain: f64 = gradient.iter().zip(&step).map(|(a, b)| a * b).sum();
        if !gain.is_finite() {
            return None;
        }
        // Twice the height that is left to climb, if the posterior were normal.
        if gain < 1e-12 {
            return Some(found(mean, height, precision, prior));
        }
        let mut part = 1.0;
        loop {
            let next: Vec<f64> = mean.iter().zip(&step).map(|(mean, step)| mean + part * step).collect();
            let reached = log_posterior(&next, prior, rows);
            if reached >= height + 0.1 * part * gain {
                (mean, height) = (next, reached);
                break;
            }
            part /= 2.0;
            // The height can no longer tell the two points apart: this is the top to working precision.
            if part < 1e-9 {
                return (gain < 1e-6 * (1.0 + height.abs())).then(|| found(mean, height, precision, prior));
            }
        }
    }
    None
}

/// The posterior at its mode, of this height without the prior's normalization.
fn found(mean: Vec<f64>, height: f64, precision: Cholesky, prior: &[(f64, f64)]) -> Effects {
    let variances: f64 = prior.iter().map(|(_, variance)| variance.ln()).sum();
    Effects { mean, log_evidence: height - 0.5 * (variances + precision.log_determinant()), precision }
}

/// The gradient of the log posterior, and the factor of its curvature with the sign turned.
fn slope(mean: &[f64], prior: &[(f64, f64)], rows: &[Row]) -> Option<(Vec<f64>, Cholesky)> {
    let mut gradient: Vec<f64> = mean.iter().zip(prior).map(|(at, (mean, variance))| (mean - at) / variance).collect();
    let mut curvature = vec![0.0; start(prior.len())];
    for (feature, (_, variance)) in prior.iter().enumerate() {
        curvature[start(feature) + feature] = variance.recip();
    }
    for (features, outcome, weight) in rows {
        let chance = logistic(product(mean, features));
        let (pull, stiff) = (weight * (outcome - chance), weight * chance * (1.0 - chance));
        for (feature, value) in *features {
            gradient[*feature] += pull * value;
            // All ordered pairs, of which the lower triangle is kept: a feature that is named twice comes out right.
            for (other, factor) in features.iter().filter(|(other, _)| other <= feature) {
                curvature[start(*feature) + other] += stiff * value * factor;
            }
        }
    }
    Some((gradient, Cholesky::factor(prior.len(), curvature)?))
}

fn log_posterior(mean: &[f64], prior: &[(f64, f64)], rows: &[Row]) -> f64 {
    let believed: f64 =
        mean.iter().zip(prior).map(|(at, (mean, variance))| (at - mean).powi(2) / variance).sum::<f64>() / -2.0;
    let seen = |(features, outcome, weight): &Row| {
        let logit = product(mean, features);
        // y log p + (1 - y) log(1 - p), without a logarithm of 0.
        weight * (outcome * logit - logit.max(0.0) - (-logit.abs()).exp().ln_1p())
    };
    believed + rows.iter().map(seen).sum::<f64>()
}

fn product(dense: &[f64], sparse: &[(usize, f64)]) -> f64 {
    sparse.iter().filter_map(|(index, value)| Some(dense.get(*index)? * value)).sum()
}

fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
#[path = "effects_tests.rs"]
mod tests;
