//! The statistic of a test with several looks, followed from look to look by numerical integration.

use super::normal::tail;

/// The path of a test statistic. At a look with information I (one over the variance of the estimate) the standardised
/// statistic is normal with mean `θ √I` and variance 1, and its increments between looks are independent. The test
/// stops above `high` and below `low`; what is followed is the density of the paths that have not stopped.
///
/// Armitage, McPherson and Rowe (1969); the integration is that of Jennison and Turnbull (2000), ch. 19, with Simpson's
/// rule on an even grid. One integration serves all drifts: walks that end at the same place differ in likelihood by a
/// known factor only (their section 19.2).
#[derive(Clone, Debug)]
pub struct Walk {
    drift: f64,
    looks: Vec<Look>,
}

#[derive(Clone, Debug)]
struct Look {
    information: f64,
    high: f64,
    /// Places of the standardised statistic with the chance of the walks that are there and go on.
    nodes: Vec<(f64, f64)>,
}

/// Beyond so many deviations there is nothing (a chance of 1e-15).
const REACH: f64 = 8.0;

/// The largest share of information that a look may already have had before; beyond it the grid would be too coarse:
/// the step between the looks must span a few of its points.
pub const LARGEST_RATIO: f64 = 0.98;

impl Walk {
    /// A path that has not begun. The grid lies around `drift`; other drifts can be asked for afterwards, and are
    /// answered well within some four deviations of it.
    #[must_use]
    pub fn new(drift: f64) -> Self {
        Walk { drift, looks: vec![Look { information: 0.0, high: f64::INFINITY, nodes: vec![(0.0, 1.0)] }] }
    }

    /// The chance under a drift of reaching the next look, with this information, and lying above `z` there.
    #[must_use]
    pub fn above(&self, information: f64, z: f64, drift: f64) -> f64 {
        self.looks.last().map_or(0.0, |last| self.crossing(last, information, z, drift))
    }

    /// The chance under a drift of having stopped above at a look so far.
    #[must_use]
    pub fn stopped_above(&self, drift: f64) -> f64 {
        self.looks.windows(2).map(|pair| self.crossing(&pair[0], pair[1].information, pair[1].high, drift)).sum()
    }

    /// The height at the next look above which the path lies with this chance if there is no drift.
    #[must_use]
    pub fn boundary(&self, information: f64, chance: f64) -> f64 {
        if chance <= 0.0 {
            return f64::INFINITY;
        }
        let (mut low, mut high) = (-REACH, REACH);
        for _ in 0..50 {
            let middle = f64::midpoint(low, high);
            if self.above(information, middle, 0.0) > chance { low = middle } else { high = middle }
        }
        high
    }

    /// Passes the next look with the paths that lie between `low` and `high` there. The information must exceed that of
    /// the last look by what [`LARGEST_RATIO`] says.
    pub fn pass(&mut self, information: f64, low: f64, high: f64) {
        let Some(last) = self.looks.last() else { return };
        let added = information - last.information;
        let centre = self.drift * information.sqrt();
        let (from, to) = (low.max(centre - REACH), high.min(centre + REACH));
        let spread = (added / information).sqrt();
        let intervals = if to > from { 2 * ((to - from) / (spread / 3.0).min(0.15) / 2.0).ceil() as usize } else { 0 };
        let width = (to - from) / intervals as f64;
        let nodes = (0..=intervals).filter(|_| intervals > 0).map(|index| {
            let z = from + width * index as f64;
            let density: f64 = last
                .nodes
                .iter()
                .map(|(at, chance)| {
                    let step = z * information.sqrt() - at * last.information.sqrt() - self.drift * added;
                    chance * (-step * step / (2.0 * added)).exp()
                })
                .sum();
            let simpson = match index {
                _ if index == 0 || index == intervals => 1.0,
                _ if index % 2 == 1 => 4.0,
                _ => 2.0,
            };
            (z, simpson * width / 3.0 * density / (std::f64::consts::TAU.sqrt() * spread))
        });
        let nodes = nodes.collect();
        self.looks.push(Look { information, high, nodes });
    }

    fn crossing(&self, from: &Look, information: f64, z: f64, drift: f64) -> f64 {
        let added = information - from.information;
        let (root, deviation) = (from.information.sqrt(), added.sqrt());
        let limit = z * information.sqrt() - drift * added;
        let (tilt, even) = ((drift - self.drift) * root, (drift.powi(2) - self.drift.powi(2)) * from.information / 2.0);
        let part = |(at, chance): &(f64, f64)| {
            let likelihood = if tilt == 0.0 { 1.0 } else { (tilt * at - even).exp() };
            chance * likelihood * tail((limit - at * root) / deviation)
        };
        from.nodes.iter().map(part).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spending::Spending;

    /// The height that a boundary of this shape has at each of so many evenly spaced looks, found from the level.
    fn constant(looks: usize, level: f64, shape: impl Fn(f64) -> f64) -> f64 {
        let chance = |height: f64| {
            let mut walk = Walk::new(0.0);
            for look in 1..=looks {
                let information = look as f64 / looks as f64;
                walk.pass(information, f64::NEG_INFINITY, height * shape(information));
            }
            walk.stopped_above(0.0)
        };
        let (mut low, mut high) = (1.0, 5.0);
        for _ in 0..30 {
            let middle = f64::midpoint(low, high);
            if chance(middle) > level { low = middle } else { high = middle }
        }
        high
    }

    #[test]
    fn the_published_boundaries_of_pocock_and_of_o_brien_and_fleming_are_met() {
        // Jennison and Turnbull 2000, tables 2.1 and 2.3: two-sided 0.05, of which one side is 0.025.
        for (looks, pocock, o_brien_fleming) in [(1, 1.960, 1.960), (2, 2.178, 1.977), (5, 2.413, 2.040)] {
            assert!((constant(looks, 0.025, |_| 1.0) - pocock).abs() < 1.1e-3, "{looks}");
            let found = constant(looks, 0.025, |fraction| fraction.sqrt().recip());
            assert!((found - o_brien_fleming).abs() < 1.1e-3, "{looks}: {found}");
        }
    }

    #[test]
    fn the_published_boundaries_of_error_spending_are_met() {
        // Five even looks at one-sided 0.025, O'Brien-Fleming-like (Lan and DeMets 1983).
        let mut walk = Walk::new(0.0);
        let mut spent = 0.0;
        for (look, expected) in (1..).zip([4.8769, 3.3569, 2.6803, 2.2898, 2.0310]) {
            let fraction = f64::from(look) / 5.0;
            let now = Spending::OBrienFleming.spent(0.025, fraction);
            let boundary = walk.boundary(fraction, now - spent);
            assert!((boundary - expected).abs() < 2e-3, "look {look}: {boundary}");
            walk.pass(fraction, f64::NEG_INFINITY, boundary);
            spent = now;
        }
    }

    #[test]
    fn one_grid_answers_for_other_drifts_as_their_own_grids_do() {
        for (grid, drift) in [(0.0, 2.5), (0.0, -2.0), (3.0, 1.0), (1.0, 1.0)] {
            let chances = |at: f64| {
                let mut walk = Walk::new(at);
                walk.pass(0.5, -0.5, 2.5);
                walk.pass(0.7, 0.0, 2.2);
                (walk.stopped_above(drift), walk.above(1.0, 1.8, drift))
            };
            let (other, fitted) = (chances(grid), chances(drift));
            assert!((other.0 - fitted.0).abs() < 1e-5 && (other.1 - fitted.1).abs() < 1e-5, "{grid} {drift}");
        }
    }

    #[test]
    fn two_looks_at_nearly_the_same_information_are_still_integrated_well() {
        let mut walk = Walk::new(0.0);
        walk.pass(0.97, f64::NEG_INFINITY, 2.0);
        // The walks that cross at either look, where two looks were one: a little more than one look's.
        let either = walk.stopped_above(0.0) + walk.above(1.0, 2.0, 0.0);
        let mut fine = Walk::new(0.0);
        fine.pass(0.97, f64::NEG_INFINITY, 8.0);
        assert!((fine.above(1.0, 2.0, 0.0) - tail(2.0)).abs() < 1e-5);
        assert!(either > tail(2.0) && either < 1.6 * tail(2.0), "{either}");
    }
}
