//! Rates without noise: the distribution of what a message is worth, and from it the probability of a yes.

use super::feature::Feature::{self, Brief, Hype, Long, Plain, Truth};
use super::plan::Odds;
use super::taste::{BIAS_SPREAD, LUCK, Weights};

const LOW: f64 = -10.0;
const STEP: f64 = 0.1;
const BINS: usize = 320;

/// The distribution of a sum of independent contributions, on a grid. A value between two points is shared between
/// them, which keeps the mean exact.
#[derive(Clone)]
pub(super) struct Worth {
    density: Vec<f64>,
    scratch: Vec<f64>,
    from: usize,
    to: usize,
}

impl Worth {
    /// What messages with these odds are worth to a judge with these weights, the luck included.
    pub(super) fn estimate(odds: &Odds, weights: &Weights) -> Self {
        let mut worth = Worth { density: vec![0.0; BINS], scratch: vec![0.0; BINS], from: 0, to: 0 };
        let zero = ((-LOW) / STEP).round() as usize;
        worth.density[zero] = 1.0;
        (worth.from, worth.to) = (zero, zero);
        for feature in Feature::ALL {
            let (p, weight) = (odds[feature.index()], weights[feature.index()]);
            match feature {
                Truth | Long | Hype => {}
                Brief | Plain => {
                    let other = if feature == Brief { Long } else { Hype };
                    let rest = 1.0 - p;
                    let q = odds[other.index()] * rest;
                    worth.add(&[(1.0 - p - q, 0.0), (p, weight), (q, weights[other.index()])]);
                }
                _ => worth.add(&[(1.0 - p, 0.0), (p, weight)]),
            }
        }
        worth.add(&[(0.5, 0.0), (0.25, LUCK), (0.25, -LUCK)]);
        worth
    }

    fn add(&mut self, outcomes: &[(f64, f64)]) {
        self.scratch.fill(0.0);
        let (mut from, mut to) = (BINS - 1, 0);
        for &(p, value) in outcomes.iter().filter(|(p, _)| *p > 0.0) {
            let shift = value / STEP;
            let (whole, part) = (shift.floor() as isize, shift - shift.floor());
            let low = |bin: usize| (bin as isize + whole).clamp(0, BINS as isize - 2) as usize;
            let (stay, spill) = (p * (1.0 - part), p * part);
            for bin in self.from..=self.to {
                let (mass, at) = (self.density[bin], low(bin));
                self.scratch[at] += mass * stay;
                self.scratch[at + 1] += mass * spill;
            }
            from = from.min(low(self.from));
            to = to.max(low(self.to) + 1);
        }
        (self.from, self.to) = (from, to);
        std::mem::swap(&mut self.density, &mut self.scratch);
    }

    /// Adds the distribution of another persona's messages, for a mean over personas.
    pub(super) fn merge(&mut self, other: &Worth) {
        for (mine, theirs) in self.density.iter_mut().zip(&other.density) {
            *mine += theirs;
        }
        (self.from, self.to) = (self.from.min(other.from), self.to.max(other.to));
    }

    /// The mean over the distribution of a function of the worth.
    pub(super) fn mean(&self, of: impl Fn(f64) -> f64) -> f64 {
        let (mut sum, mut mass) = (0.0, 0.0);
        for bin in self.from..=self.to {
            sum += self.density[bin] * of(LOW + STEP * bin as f64);
            mass += self.density[bin];
        }
        if mass > 0.0 { sum / mass } else { 0.0 }
    }
}

/// The probability of a yes at a point of the latent scale.
pub(super) fn yes(latent: f64, noise: f64) -> f64 {
    1.0 / (1.0 + (-latent / noise).exp())
}

/// The probability of a yes at a point of the latent scale, averaged over personas' biases: a table, because the
/// calibration asks for it a hundred thousand times.
pub(super) struct Averaged(Vec<f64>);

impl Averaged {
    /// Computes the table.
    pub(super) fn new(noise: f64) -> Self {
        let points: Vec<(f64, f64)> =
            (-10..=10).map(|point| f64::from(point) / 4.0).map(|z| (BIAS_SPREAD * z, (-z * z / 2.0).exp())).collect();
        let total: f64 = points.iter().map(|(_, mass)| mass).sum();
        let at = |latent: f64| points.iter().map(|(bias, mass)| mass * yes(latent + bias, noise)).sum::<f64>() / total;
        Averaged((0..=640).map(|index| at(f64::from(index) / 40.0 - 8.0)).collect())
    }

    /// The probability at a point.
    pub(super) fn yes(&self, latent: f64) -> f64 {
        let at = ((latent + 8.0) * 40.0).clamp(0.0, 639.0);
        let (low, part) = (at as usize, at.fract());
        self.0[low] * (1.0 - part) + self.0[low + 1] * part
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::COUNT;

    #[test]
    fn the_distribution_keeps_mass_and_mean() {
        let (mut odds, mut weights) = ([0.0; COUNT], [0.0; COUNT]);
        for index in 0..COUNT {
            odds[index] = 0.03 * index as f64;
            weights[index] = 0.37 * (index as f64 - 8.0) / 4.0;
        }
        let mean = Worth::estimate(&odds, &weights).mean(|worth| worth);
        let expected: f64 = Feature::ALL
            .into_iter()
            .filter(|&f| f != Truth)
            .map(|f| {
                let p = odds[f.index()];
                let given = match f {
                    Long => 1.0 - odds[Brief.index()],
                    Hype => 1.0 - odds[Plain.index()],
                    _ => 1.0,
                };
                p * given * weights[f.index()]
            })
            .sum();
        assert!((mean - expected).abs() < 1e-9, "{mean} {expected}");
    }

    #[test]
    fn the_averaged_table_rises_from_no_to_yes() {
        let table = Averaged::new(0.4);
        assert!(table.yes(-50.0) < 0.01 && table.yes(50.0) > 0.99);
        assert!((table.yes(0.0) - 0.5).abs() < 1e-9);
    }
}
