//! How every kind of people fares, when each kind is too small to tell alone.

use super::normal::{quantile, t_of_z, tail};
use super::segments::Segment;

/// What can be believed of the gain of one segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooled {
    /// People of the segment with a difference.
    pub people: usize,
    /// The mean of their differences as it is.
    pub raw: f64,
    /// The estimated gain: the raw one, pulled towards the gain of all by as much as it is uncertain.
    pub gain: f64,
    /// It is above this with a chance of 95 %.
    pub low: f64,
    /// It is below this with a chance of 95 %.
    pub high: f64,
    /// The chance that the segment loses more than the margin.
    pub harm: f64,
}

impl Pooled {
    /// What the segment loses at most, with a chance of 95 %; 0 where it surely loses nothing.
    #[must_use]
    pub fn loses_at_most(&self) -> f64 {
        (-self.low).max(0.0)
    }
}

/// The result of testing the segments one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentTests {
    /// None was large enough to be tested: that no loss was shown says nothing.
    TooSmall,
    /// This many were tested, and none was shown to lose.
    NoneLoses(usize),
    /// The one with this index was shown to lose.
    Loses(usize),
}

impl SegmentTests {
    /// Sums up the verdicts of the segments.
    #[must_use]
    pub fn from_verdicts(verdicts: &[Segment]) -> Self {
        if let Some(index) = verdicts.iter().position(|verdict| *verdict == Segment::Inferior) {
            return SegmentTests::Loses(index);
        }
        match verdicts.iter().filter(|verdict| **verdict != Segment::TooSmall).count() {
            0 => SegmentTests::TooSmall,
            asked => SegmentTests::NoneLoses(asked),
        }
    }
}

/// How much the gains of segments are assumed to differ before any data: the deviation of the half-normal prior of
/// `τ`. Weakly informative, on the scale of the gains that are looked for (Gelman 2006): a gain of 15 points that some
/// kind does not share at all is within one deviation, and one that turns into a loss as large within two.
const SPREAD: f64 = 0.15;
/// The number of values of `τ` in the grid; they go up to [`WIDEST`], four deviations of the prior, beyond which 1 in
/// 15,000 lies. A point apart they change no bound by more than a tenth of a point.
const GRID: usize = 60;
/// See [`GRID`].
const WIDEST: f64 = 0.6;

/// Estimates every segment's gain from the differences of its people, in -1..=1. Each person is in one segment only.
/// Segments without anybody get `None`. `margin` is the loss that would be accepted. `None` if fewer than five people
/// have a difference, or if all differences are the same.
///
/// A normal model with partial pooling: the mean of segment j has the variance `σ² / n_j`, with `σ²` the scatter within
/// segments, and the segments' gains are a draw from a normal distribution with mean `μ` and deviation `τ` (Lindley and
/// Smith 1972; Rubin 1981; Gelman et al. 2013, ch. 5.4). `μ` has a flat prior; `τ` a half-normal one with a deviation
/// of 15 points and is averaged over, not put in as if it were known: with three to six segments the data say little of
/// it, and an estimate of 0 would claim that all segments are alike (Gelman 2006). Student's quantiles stand in for a
/// `σ` that is estimated too.
///
/// The bound holds on average over segments such as these. For a single one that is unlike all others it is too kind,
/// the more so the smaller it is: that is the price of saying anything of five people.
#[must_use]
pub fn pool(segments: &[Vec<f64>], margin: f64) -> Option<Vec<Option<Pooled>>> {
    let count: usize = segments.iter().map(Vec::len).sum();
    let present: Vec<&Vec<f64>> = segments.iter().filter(|segment| !segment.is_empty()).collect();
    let degrees = count.checked_sub(present.len())? as f64;
    let within: f64 = present.iter().map(|segment| squares(segment)).sum();
    if count < 5 || degrees < 2.0 || within <= 0.0 {
        return None;
    }
    // Widened as much as Student's 95 % quantile is wider than the normal one, since σ is estimated.
    let z = quantile(0.95);
    let variance = within / degrees * (t_of_z(z, degrees) / z).powi(2);
    let data: Vec<(f64, f64)> =
        present.iter().map(|segment| (mean(segment), variance / segment.len() as f64)).collect();
    let layers = layers(&data);
    let mut believed = (0..data.len()).map(|index| {
        let mixture: Vec<(f64, f64, f64)> =
            layers.iter().map(|(weight, each)| (*weight, each[index].0, each[index].1)).collect();
        Pooled {
            people: present[index].len(),
            raw: data[index].0,
            gain: mixture.iter().map(|(weight, mean, _)| weight * mean).sum(),
            low: at(&mixture, 0.05),
            high: at(&mixture, 0.95),
            harm: below(&mixture, -margin),
        }
    });
    Some(segments.iter().map(|segment| if segment.is_empty() { None } else { believed.next() }).collect())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn squares(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum()
}

/// For each `τ` of the grid: its posterior weight, and the mean and deviation of every segment's gain given it. `data`
/// holds the raw gains with their variances.
fn layers(data: &[(f64, f64)]) -> Vec<(f64, Vec<(f64, f64)>)> {
    let layer = |step: usize| {
        let tau = WIDEST * (step as f64 + 0.5) / GRID as f64;
        let between = tau * tau;
        let precision: f64 = data.iter().map(|(_, variance)| 1.0 / (between + variance)).sum();
        let centre = data.iter().map(|(raw, variance)| raw / (between + variance)).sum::<f64>() / precision;
        // Gelman et al. 2013, formula 5.21, with μ integrated out.
        let fit: f64 = data
            .iter()
            .map(|(raw, variance)| {
                -0.5 * (between + variance).ln() - (raw - centre).powi(2) / (2.0 * (between + variance))
            })
            .sum();
        let log = fit - 0.5 * precision.ln() - between / (2.0 * SPREAD * SPREAD);
        let each = |(raw, variance): &(f64, f64)| {
            let drawn = variance / (variance + between);
            let spread = variance * between / (variance + between) + drawn * drawn / precision;
            (raw + drawn * (centre - raw), spread.sqrt())
        };
        (log, data.iter().map(each).collect())
    };
    let mut layers: Vec<(f64, Vec<(f64, f64)>)> = (0..GRID).map(layer).collect();
    let most = layers.iter().map(|(log, _)| *log).fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = layers.iter().map(|(log, _)| (log - most).exp()).sum();
    for (log, _) in &mut layers {
        *log = (*log - most).exp() / sum;
    }
    layers
}

/// The chance of a value below `value` under a mixture of normal distributions: weight, mean, deviation.
fn below(mixture: &[(f64, f64, f64)], value: f64) -> f64 {
    mixture.iter().map(|(weight, mean, deviation)| weight * tail((mean - value) / deviation)).sum()
}

/// The value that has this chance below it.
fn at(mixture: &[(f64, f64, f64)], chance: f64) -> f64 {
    let (mut low, mut high) = (-2.0, 2.0);
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if below(mixture, middle) < chance { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
#[path = "pooled_tests.rs"]
mod tests;
