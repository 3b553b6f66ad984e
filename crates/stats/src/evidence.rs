//! Evidence that may be looked at after every persona: betting against "it is no better".

use super::Interval;

/// The parts of its wealth that each bettor stakes; why these, see the end of [`Evidence`].
const STAKES: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/// Evidence about the mean of paired differences in -1..=1, added one persona at a time.
///
/// Nine bettors begin with the same wealth and each stakes a fixed part `c` of its own on every persona, at odds that
/// are fair or worse if the mean is at most `m`: a difference `d` multiplies the wealth by
/// `(1 - c) + c (1 + d) / (1 + m)`. Together they then form a supermartingale, whatever the distribution of the
/// differences, and by Ville's inequality (1939) their wealth ever reaches `1 / alpha` times the first with a chance of
/// at most `alpha`. So one may look after every persona, stop when one likes and go on later (Waudby-Smith and Ramdas
/// 2024, "Estimating means of bounded random variables by betting"; the mixture over constant stakes is Cover's
/// universal portfolio, 1991). The last look does not depend on the order of the personas. All that is asked of them is
/// that each has the same expected difference given those before it, as have personas drawn at random.
///
/// Simulated for gains of 0.1 to 0.5, these stakes needed fewer personas than finer or geometric grids of them.
/// aGRAPA's adaptive stake needs more for small gains, where a race lasts longest (117 to 129 personas instead of 109
/// for 0.15), and one to four fewer for large ones.
#[derive(Clone, Debug)]
pub struct Evidence {
    mean: f64,
    above: Bettors,
    below: Bettors,
    differences: Vec<f64>,
}

impl Evidence {
    /// Nothing known yet. `mean` is what is bet against, 0 for "no better" or "no worse", the least gain that matters,
    /// or minus the margin that may be lost; it is held within -0.999..=0.999.
    #[must_use]
    pub fn new(mean: f64) -> Self {
        let mean = if mean.is_nan() { 0.0 } else { mean.clamp(-0.999, 0.999) };
        Evidence { mean, above: Bettors::new(), below: Bettors::new(), differences: Vec::new() }
    }

    /// Adds the difference of one more persona, later minus earlier, held within -1..=1. A NaN is left out.
    pub fn add(&mut self, difference: f64) {
        if difference.is_nan() {
            return;
        }
        let difference = difference.clamp(-1.0, 1.0);
        self.above.bet((1.0 + difference) / (1.0 + self.mean));
        self.below.bet((1.0 - difference) / (1.0 - self.mean));
        self.differences.push(difference);
    }

    /// How many personas were added.
    #[must_use]
    pub fn personas(&self) -> usize {
        self.differences.len()
    }

    /// The mean of the differences; `None` without any.
    #[must_use]
    pub fn estimate(&self) -> Option<f64> {
        let n = self.differences.len();
        (n > 0).then(|| self.differences.iter().sum::<f64>() / n as f64)
    }

    /// The evidence now that the mean is above: a multiple of what was staked, 1 without data. Never more than
    /// `f64::MAX`; at a time that was chosen without looking, 1 over it is a p-value.
    #[must_use]
    pub fn e_value(&self) -> f64 {
        self.above.now().exp().min(f64::MAX)
    }

    /// The evidence now that the mean is below.
    #[must_use]
    pub fn e_value_below(&self) -> f64 {
        self.below.now().exp().min(f64::MAX)
    }

    /// Whether the evidence for "above" has ever sufficed: false with a chance of at least `1 - alpha` if it is not so.
    #[must_use]
    pub fn rejects(&self, alpha: f64) -> bool {
        self.above.peak >= -alpha.ln()
    }

    /// Whether the evidence for "below" has ever sufficed.
    #[must_use]
    pub fn rejects_below(&self, alpha: f64) -> bool {
        self.below.peak >= -alpha.ln()
    }

    /// The means that no bettors ever sufficed against, each side at half of `alpha`. It holds the true mean at all
    /// looks together with a chance of at least `1 - alpha` (a confidence sequence).
    ///
    /// The wealth falls as the mean that is bet against rises, so each end is found by halving, to 1e-6. Should the
    /// two ends have crossed, which says that the mean has drifted, those of this look alone are given.
    #[must_use]
    pub fn interval(&self, alpha: f64) -> Interval {
        let turned: Vec<f64> = self.differences.iter().map(|difference| -difference).collect();
        let enough = -(alpha / 2.0).ln();
        let ends = |of: fn(&Bettors) -> f64| Interval {
            low: lower(&self.differences, enough, of),
            high: -lower(&turned, enough, of),
        };
        let ever = ends(|bettors| bettors.peak);
        if ever.low <= ever.high { ever } else { ends(Bettors::now) }
    }
}

/// The largest mean that the bettors on "above" suffice against.
fn lower(differences: &[f64], enough: f64, wealth: fn(&Bettors) -> f64) -> f64 {
    let suffice = |mean: f64| {
        let mut bettors = Bettors::new();
        differences.iter().for_each(|difference| bettors.bet((1.0 + difference) / (1.0 + mean)));
        wealth(&bettors) >= enough
    };
    let (mut low, mut high) = (-1.0, 1.0);
    while high - low > 1e-6 {
        let middle = f64::midpoint(low, high);
        if suffice(middle) { low = middle } else { high = middle }
    }
    low
}

/// The wealths of the bettors on one side, as logarithms: a thousand personas neither overflow nor underflow.
#[derive(Clone, Debug)]
struct Bettors {
    logs: [f64; STAKES.len()],
    /// The largest logarithm of their mean wealth so far.
    peak: f64,
}

impl Bettors {
    fn new() -> Self {
        Bettors { logs: [0.0; STAKES.len()], peak: 0.0 }
    }

    /// `paid` is what comes back for one staked, at least 0; its mean is at most 1 if they are wrong.
    fn bet(&mut self, paid: f64) {
        for (log, stake) in self.logs.iter_mut().zip(STAKES) {
            *log += (1.0 - stake + stake * paid).ln();
        }
        self.peak = self.peak.max(self.now());
    }

    /// The logarithm of their mean wealth.
    fn now(&self) -> f64 {
        let most = self.logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = self.logs.iter().map(|log| (log - most).exp()).sum();
        most + (sum / STAKES.len() as f64).ln()
    }
}

#[cfg(test)]
#[path = "evidence_tests.rs"]
mod tests;
