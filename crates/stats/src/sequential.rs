//! The test that decides on adoption: is the challenger better on unseen personas, with looks on the way?

use super::group_sequential::{LARGEST_RATIO, Walk};
use super::normal::{quantile, t_of_z, tail};
use super::sign_flip::{self, Estimate, augmented_variance};
use super::spending::Spending;
use super::{Interval, Tally};

/// What is fixed before the first look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Design {
    /// One-sided level: the largest chance of calling a challenger better that is not.
    pub alpha: f64,
    /// How the level is divided over the looks.
    pub spending: Spending,
    /// When to give up; never, where `None`.
    pub futility: Option<Futility>,
}

/// Giving up where the aim is out of reach. Not binding: going on all the same costs nothing but trials, and the level
/// holds either way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Futility {
    /// The mean difference that the test was planned to find.
    pub effect: f64,
    /// Stop where the chance of a "better" at the last look is below this, if that were the true difference, or the one
    /// that the test has 80 % power for where it is larger (stochastic curtailment: Lan, Simon and Halperin 1982).
    pub chance: f64,
}

impl Design {
    /// A level and the difference to find, with the rest as simulations say is best: of 60 personas in four or five
    /// blocks, at 80 % power for the effect, this spending uses the fewest trials if the effect is there (0.80 to 0.82
    /// of those of a test with one look; O'Brien and Fleming's 0.82 to 0.84), and giving up below a chance of 0.4 as
    /// few as 0.64 to 0.68 if there is none. At most it takes 1.12 to 1.13 times as many.
    #[must_use]
    pub fn new(alpha: f64, effect: f64) -> Self {
        Design { alpha, spending: Spending::Gamma(-2.0), futility: Some(Futility { effect, chance: 0.4 }) }
    }
}

/// What a look says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The challenger is better; adopt it.
    Better,
    /// It was not shown to be, and is not likely to be.
    Futile,
    /// Neither yet.
    GoOn,
}

/// What is known after the last look, whatever made it the last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Median-unbiased estimate of the mean difference. Stopping early flatters the plain mean.
    pub estimate: f64,
    /// The plain mean of the differences per persona.
    pub mean: f64,
    /// Two-sided 95 % interval.
    pub interval: Interval,
    /// One-sided p-value against "no better"; at most `alpha` if and only if a look said better.
    pub p_value: f64,
    /// Looks taken.
    pub looks: usize,
    /// Personas in all, those who were only measured included.
    pub personas: usize,
}

/// A group-sequential test of the mean difference per persona, one-sided.
///
/// - The *persona* is the unit: at each look every persona so far has one difference (later share minus earlier) over
///   the messages so far. Between looks personas may be added, or messages to all of them.
/// - *Statistic.* The p-value of [`sign_flip::p_value`] is turned into the normal value that is as far out
///   (significance levels: Jennison and Turnbull 2000, ch. 3.8 and 11).
/// - *Boundary.* Look k may spend what the spending function allows at its planned fraction and was not spent before
///   (Lan and DeMets 1983, 1989: the fraction may be any measure of progress fixed beforehand, such as trials). The
///   boundary follows from how strongly the looks correlate, `√(I_j / I_k)`, by [`Walk`]; the information is one over
///   the variance of the mean, and the ratio of two looks is taken from the personas that both have, so that chance
///   variation between personas cancels. This correlation holds for added personas and for added messages alike: the
///   mean over all is the efficient estimate (Scharfstein, Tsiatis and Robins 1997).
/// - *After stopping* interval and estimate follow the stagewise ordering ([`Outcome`]): a stop at an earlier look is
///   stronger evidence than one at a later look, within a look the statistic counts (Fairbanks and Madsen 1982;
///   Tsiatis, Rosner and Mehta 1984; Jennison and Turnbull 2000, ch. 8). The standard error is scaled by Student's
///   quantile over the normal one, so that a test with one look reports just Student's interval.
/// - *Measuring.* A large gain is decided upon early, when little is known of its size. Those who are asked after the
///   decision ([`SequentialTest::measure`]) do not change it, nor its p-value; interval and estimate are from all
///   together. Where a "better" always leads to everybody being asked once, it stops no one from being asked, so the
///   early boundaries select nothing and are left out of the interval's walk; giving up still ends it. Where people are
///   asked again instead, those who helped to decide count again, and such an interval would hold the gain too rarely
///   (47 to 86 % of the times where "better" was said): then it stays the one of the looks.
/// - *Whom a gain is claimed for.* Personas are a random draw from some population, and what is tested is the mean gain
///   there, everybody counting once. A kind of people that the sample happens to miss is not in it: where a tenth lose
///   much and the rest gain little, twelve people miss that tenth one time in four. With a yes or no a person the
///   scatter of single answers is larger than what is missed; with many messages to each it shrinks and that is not. So
///   nobody is asked more than [`MOST_PAIRS`] times, a lean to the left is held against the mean
///   ([`super::sign_flip::p_value`]), and so is the rarest kind that may have been missed
///   ([`super::sign_flip::missed`]). Then worlds of this kind were called better at most as often as the level says (by
///   simulation, from 12 to 80 people).
#[derive(Clone, Debug)]
pub struct SequentialTest {
    design: Design,
    /// The walk without drift, up to the look before the last.
    walk: Walk,
    looks: Vec<Look>,
    measured: Option<Measured>,
}

/// What is known of all, those included who were asked after the decision.
#[derive(Clone, Copy, Debug)]
struct Measured {
    estimate: Estimate,
    /// What share of this information the deciding look had.
    ratio: f64,
}

#[derive(Clone, Debug)]
struct Look {
    differences: Vec<f64>,
    step: f64,
    /// The level spent up to and with this look.
    spent: f64,
    estimate: Option<Estimate>,
    z: f64,
    /// What share of this look's information the look before it had.
    ratio: f64,
    low: f64,
    high: f64,
    decision: Decision,
}

/// Pairs of messages to one persona at most: with more the scatter between people is measured ever better on ever the
/// same people, and a kind that the sample misses counts for more; see [`SequentialTest`] and `just bench-proof
/// skewed`.
pub const MOST_PAIRS: usize = 3;

/// How far out a p-value may lie: about where a double's complement to 1 has no digits left.
const FURTHEST: f64 = 1e-15;

impl SequentialTest {
    /// A test that has not looked yet.
    #[must_use]
    pub fn new(design: Design) -> Self {
        SequentialTest { design, walk: Walk::new(0.0), looks: Vec::new(), measured: None }
    }

    /// Looks at (earlier, later) tallies of yes, paired by persona; see [`SequentialTest::look_at`].
    pub fn look(&mut self, pairs: &[(Tally, Tally)], planned_fraction: f64) -> Decision {
        let both = |(before, after): &(Tally, Tally)| Some(after.share()? - before.share()?);
        let differences: Vec<f64> = pairs.iter().map(|pair| both(pair).unwrap_or(f64::NAN)).collect();
        let decided = pairs.iter().filter(|pair| both(pair).is_some());
        let messages: u64 = decided.clone().map(|(before, after)| before.total.min(after.total)).sum();
        let step = decided.count() as f64 / messages.max(1) as f64;
        self.look_at(&differences, step, planned_fraction)
    }

    /// Looks at the differences in -1..=1 of all personas so far, in the order of the looks before: personas are only
    /// ever added at the end. NaN stands for one that is not decided (yet). `step` is the smallest change of a
    /// persona's difference, one over its messages. `planned_fraction` in 0..=1 is how far along this look was planned
    /// to be; 1 is the last and never says [`Decision::GoOn`].
    ///
    /// A test that has said "better" has decided: later looks repeat it and are not taken. After "futile" one may go
    /// on.
    pub fn look_at(&mut self, differences: &[f64], step: f64, planned_fraction: f64) -> Decision {
        if self.looks.last().is_some_and(|last| last.decision == Decision::Better) {
            return Decision::Better;
        }
        let (ratio, spent_before) = match self.looks.last_mut() {
            // It was said to be futile and went on, so no walk was stopped from below there.
            Some(last) => {
                if last.decision == Decision::Futile {
                    last.low = f64::NEG_INFINITY;
                }
                (ratio(last, differences, step), last.spent)
            }
            None => (0.0, 0.0),
        };
        // The walk goes in units of the first look's information, which is 1.
        let informations = self.informations(1.0);
        if let (Some(last), Some(information)) = (self.looks.last(), informations.last()) {
            // Not binding: what was given up is left out of the boundary, as if nobody had.
            self.walk.pass(*information, f64::NEG_INFINITY, last.high);
        }
        let information = informations.last().map_or(1.0, |before| before / ratio);
        let fraction = if planned_fraction.is_nan() { 0.0 } else { planned_fraction.clamp(0.0, 1.0) };
        let decided: Vec<f64> = differences.iter().copied().filter(|difference| !difference.is_nan()).collect();
        let allowed = self.design.spending.spent(self.design.alpha, fraction).max(spent_before);
        let boundary = self.walk.boundary(information, allowed - spent_before);
        // What so few personas cannot use is left for later looks.
        let usable = tail(boundary) >= sign_flip::least(decided.len());
        let (high, spent) = if usable { (boundary, allowed) } else { (f64::INFINITY, spent_before) };
        let p = sign_flip::p_value(&decided, step).max(sign_flip::missed(&decided)).clamp(FURTHEST, 1.0 - FURTHEST);
        let (z, estimate) = (-quantile(p), Estimate::from_differences(&decided, step));
        let low = match (self.design.futility, estimate) {
            (Some(futility), Some(estimate)) if estimate.personas >= sign_flip::LEAST => {
                futility.low(self.design.alpha, fraction, estimate.error)
            }
            _ => f64::NEG_INFINITY,
        };
        let decision = if z >= high {
            Decision::Better
        } else if z < low || fraction >= 1.0 {
            Decision::Futile
        } else {
            Decision::GoOn
        };
        let differences = differences.to_vec();
        self.looks.push(Look { differences, step, spent, estimate, z, ratio, low, high, decision });
        decision
    }

    /// Passes over a look that another test took at the same differences: that test would have stopped at a statistic
    /// of `high`, and had used up `spent` of the level.
    pub(crate) fn pass(&mut self, differences: &[f64], high: f64, spent: f64) {
        let ratio = self.looks.last().map_or(0.0, |last| ratio(last, differences, 1.0));
        if let (Some(last), Some(information)) = (self.looks.last(), self.informations(1.0).last()) {
            self.walk.pass(*information, f64::NEG_INFINITY, last.high);
        }
        let decided: Vec<f64> = differences.iter().copied().filter(|difference| !difference.is_nan()).collect();
        self.looks.push(Look {
            differences: differences.to_vec(),
            step: 1.0,
            spent,
            estimate: Estimate::from_differences(&decided, 1.0),
            z: f64::NEG_INFINITY,
            ratio,
            low: f64::NEG_INFINITY,
            high,
            decision: Decision::GoOn,
        });
    }

    /// Takes in those who were asked after a look said "better": `differences` are those of all personas, in the order
    /// of the looks, `step` is as in [`SequentialTest::look_at`]. How many there are in all must have been fixed before
    /// the first look. Without a "better", or where anybody was asked more than once, nothing happens.
    pub fn measure(&mut self, differences: &[f64], step: f64) {
        if step < 1.0 - 1e-9 {
            return;
        }
        let Some(last) = self.looks.last().filter(|last| last.decision == Decision::Better) else { return };
        let decided: Vec<f64> = differences.iter().copied().filter(|difference| !difference.is_nan()).collect();
        self.measured = Estimate::plain(&decided, step)
            .map(|estimate| Measured { estimate, ratio: ratio(last, differences, step) });
    }

    /// What is known after the looks so far. `None` before there were two personas.
    #[must_use]
    pub fn result(&self) -> Option<Outcome> {
        let last = self.looks.last()?;
        let plain = self.measured.map(|measured| measured.estimate).or(last.estimate)?;
        let spent_before = self.looks.len().checked_sub(2).map_or(0.0, |before| self.looks[before].spent);
        let p_value = spent_before + self.walk.above(self.informations(1.0).last().copied()?, last.z, 0.0);
        Some(Outcome {
            estimate: self.limit(0.5)?,
            mean: plain.mean,
            interval: self.interval(0.95)?,
            p_value: p_value.clamp(0.0, 1.0),
            looks: self.looks.len(),
            personas: plain.personas,
        })
    }

    /// The two-sided interval of the mean difference with this level, corrected for the looks.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<Interval> {
        let outside = (1.0 - level) / 2.0;
        Some(Interval { low: self.limit(outside)?, high: self.limit(1.0 - outside)? })
    }

    /// The mean difference under which what was seen, or stronger evidence, has this chance.
    fn limit(&self, chance: f64) -> Option<f64> {
        // Who was measured afterwards comes after all looks.
        let (earlier, plain) = match (&self.measured, self.looks.split_last()?) {
            (Some(measured), _) => (&self.looks[..], measured.estimate),
            (None, (last, earlier)) => (earlier, last.estimate?),
        };
        // Student's quantiles are wider than the normal ones, and this is where it matters.
        let widening = |estimate: &Estimate| {
            let z = quantile(0.975);
            t_of_z(z, estimate.degrees_of_freedom()) / z
        };
        let error = plain.error * widening(&plain);
        let informations = self.informations_to(error.powi(-2));
        let mut walk = Walk::new(plain.mean);
        for (look, information) in earlier.iter().zip(&informations) {
            let scaled = |bound: f64| match look.estimate {
                Some(estimate) if bound.is_finite() => {
                    let student = t_of_z(bound, estimate.degrees_of_freedom());
                    // The mean that is required because a rare kind of people may have been missed.
                    let missed = sign_flip::mean_not_missed(&look.differences, tail(bound)) / estimate.error;
                    student.max(missed) / widening(&estimate)
                }
                _ => bound,
            };
            let high = if self.measured.is_some() { f64::INFINITY } else { scaled(look.high) };
            walk.pass(*information, scaled(look.low), high);
        }
        let (information, z) = (informations.last().copied()?, plain.mean / error);
        let stronger = |drift: f64| walk.stopped_above(drift) + walk.above(information, z, drift);
        let (mut low, mut high) = ((plain.mean - 6.0 * error).max(-1.0), (plain.mean + 6.0 * error).min(1.0));
        for _ in 0..40 {
            let middle = f64::midpoint(low, high);
            if stronger(middle) < chance { low = middle } else { high = middle }
        }
        Some(f64::midpoint(low, high))
    }

    /// The information of each look, that of the first being given.
    fn informations(&self, first: f64) -> Vec<f64> {
        let mut information = first;
        let next = |(index, look): (usize, &Look)| {
            if index > 0 {
                information /= look.ratio;
            }
            information
        };
        self.looks.iter().enumerate().map(next).collect()
    }

    /// The information of each look and of what was measured afterwards, the largest being given.
    fn informations_to(&self, last: f64) -> Vec<f64> {
        let mut relative = self.informations(1.0);
        if let (Some(measured), Some(end)) = (&self.measured, relative.last()) {
            relative.push(end / measured.ratio);
        }
        let scale = relative.last().map_or(1.0, |end| last / end);
        relative.into_iter().map(|information| information * scale).collect()
    }
}

impl Futility {
    /// The statistic below which the chance of success at the last look, under the planned effect, is too small.
    pub(crate) fn low(self, alpha: f64, fraction: f64, error: f64) -> f64 {
        if fraction <= 0.0 || fraction >= 1.0 {
            return f64::NEG_INFINITY;
        }
        // In Brownian units: z √t now, and what is still to come has mean δ √I (1 - t) and variance 1 - t. A test too
        // small for the effect is held to the effect that it has 80 % power for: it shall not give up because it is
        // small.
        let critical = quantile(1.0 - alpha);
        let drift = (self.effect / error / fraction.sqrt()).max(critical + quantile(0.8));
        let rest = 1.0 - fraction;
        (critical - drift * rest + rest.sqrt() * quantile(self.chance)) / fraction.sqrt()
    }
}

/// What share of the information of these differences the look before had: its personas over these, times the variance
/// of these over its, where both are taken from the personas that both looks have.
fn ratio(before: &Look, differences: &[f64], step: f64) -> f64 {
    let (earlier, now): (Vec<f64>, Vec<f64>) = before
        .differences
        .iter()
        .zip(differences)
        .map(|(earlier, now)| (*earlier, *now))
        .filter(|(earlier, now)| !earlier.is_nan() && !now.is_nan())
        .unzip();
    let count = |of: &[f64]| of.iter().filter(|difference| !difference.is_nan()).count() as f64;
    let variances = augmented_variance(&now, step) / augmented_variance(&earlier, before.step);
    let ratio = count(&before.differences) / count(differences) * variances;
    if ratio.is_finite() { ratio.clamp(0.02, LARGEST_RATIO) } else { LARGEST_RATIO }
}

#[cfg(test)]
#[path = "sequential_tests.rs"]
mod tests;
