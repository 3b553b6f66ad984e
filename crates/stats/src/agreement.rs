//! How far two raters agree on yes or no: the share on which they do, and Gwet's AC1, which takes off what chance alone
//! would bring about.
//!
//! AC1 and its variance: Gwet 2008, "Computing inter-rater reliability and its variance in the presence of high
//! agreement", British Journal of Mathematical and Statistical Psychology 61. Cohen's kappa is not used: where nearly
//! everything is a yes it is near 0 however much two raters agree.

use crate::{Interval, normal};

/// What two raters said of the same things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// Both said yes.
    pub both: u64,
    /// The first said yes and the second no.
    pub first_only: u64,
    /// The second said yes and the first no.
    pub second_only: u64,
    /// Both said no.
    pub neither: u64,
}

/// How far two raters agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Things that both rated.
    pub things: u64,
    /// The share on which they agree, in 0..=1, with its 95 % interval (Wilson 1927).
    pub raw: f64,
    /// See `raw`.
    pub raw_interval: Interval,
    /// Gwet's AC1, in -1..=1: 1 where they always agree, about 0 where they do as often as chance would have it.
    pub ac1: f64,
    /// Its 95 % interval.
    pub ac1_interval: Interval,
}

/// Added to every cell of the table that the interval of AC1 is made from, as Agresti and Coull (1998) do for a share:
/// without it ten of ten would be an interval of no width.
const ADDED: f64 = 0.5;

impl Pairs {
    /// Adds what the two said of one more thing.
    pub fn add(&mut self, first: bool, second: bool) {
        match (first, second) {
            (true, true) => self.both += 1,
            (true, false) => self.first_only += 1,
            (false, true) => self.second_only += 1,
            (false, false) => self.neither += 1,
        }
    }

    /// Things that both rated.
    #[must_use]
    pub fn things(&self) -> u64 {
        self.both + self.first_only + self.second_only + self.neither
    }

    /// How far they agree; `None` where nothing was rated by both.
    #[must_use]
    pub fn agreement(&self) -> Option<Agreement> {
        let things = self.things();
        let agreed = self.both + self.neither;
        let raw_interval = Interval::wilson(agreed, things)?;
        let cells = [self.both, self.first_only, self.second_only, self.neither].map(|count| count as f64);
        let (ac1, _) = ac1(cells);
        let (centre, variance) = ac1_of_more(cells);
        let half = normal::quantile(0.975) * variance.sqrt();
        // The interval holds the estimate, whatever was added.
        let low = (centre - half).min(ac1).max(-1.0);
        let high = (centre + half).max(ac1).min(1.0);
        let raw = agreed as f64 / things as f64;
        Some(Agreement { things, raw, raw_interval, ac1, ac1_interval: Interval { low, high } })
    }
}

fn ac1_of_more(cells: [f64; 4]) -> (f64, f64) {
    ac1(cells.map(|count| count + ADDED))
}

/// AC1 of a table of two raters, and its variance over samples of things (Gwet 2008, equations 8 and 17, for two
/// categories).
fn ac1([both, first_only, second_only, neither]: [f64; 4]) -> (f64, f64) {
    let things = both + first_only + second_only + neither;
    let [yes_yes, yes_no, no_yes, no_no] = [both, first_only, second_only, neither].map(|count| count / things);
    let agreed = yes_yes + no_no;
    // How often a rating is a yes, over both raters.
    let yes = yes_yes + f64::midpoint(yes_no, no_yes);
    let no = 1.0 - yes;
    let chance = 2.0 * yes * no;
    let ac1 = (agreed - chance) / (1.0 - chance);
    let first = yes_yes * no + no_no * yes - agreed * chance;
    let square = |of_first: f64, of_second: f64| (1.0 - f64::midpoint(of_first, of_second)).powi(2);
    let second =
        yes_yes * square(yes, yes) + no_no * square(no, no) + (yes_no + no_yes) * square(yes, no) - chance * chance;
    let left = 1.0 - ac1;
    let spread = agreed * (1.0 - agreed) - 4.0 * left * first + 4.0 * left * left * second;
    (ac1, (spread / (things * (1.0 - chance).powi(2))).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn pairs(both: u64, first_only: u64, second_only: u64, neither: u64) -> Pairs {
        Pairs { both, first_only, second_only, neither }
    }

    #[test]
    fn ac1_is_that_of_the_published_example() {
        // Gwet 2002 and 2008: 125 patients, 118 of them a yes by both raters; AC1 0.9408 where kappa is -0.0234.
        let found = pairs(118, 5, 2, 0).agreement().unwrap();
        assert!((found.ac1 - 0.9408).abs() < 5e-5, "{found:?}");
        assert!((found.raw - 0.944).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn the_variance_is_that_of_leaving_one_thing_out_at_a_time() {
        // The jackknife of Efron and Stein 1981 needs no formula of ours.
        let table = [90.0, 20.0, 14.0, 76.0];
        let things: f64 = table.iter().sum();
        let without = |cell: usize| {
            let mut fewer = table;
            fewer[cell] -= 1.0;
            ac1(fewer).0
        };
        let left_out: Vec<(f64, f64)> = (0..4).map(|cell| (without(cell), table[cell])).collect();
        let mean = left_out.iter().map(|(value, count)| value * count).sum::<f64>() / things;
        let squares: f64 = left_out.iter().map(|(value, count)| (value - mean).powi(2) * count).sum();
        let jackknife = squares * (things - 1.0) / things;
        let (_, variance) = ac1(table);
        assert!((variance / jackknife - 1.0).abs() < 0.03, "{variance} {jackknife}");
    }

    #[test]
    fn chance_alone_is_no_agreement_and_ten_of_ten_is_no_certainty() {
        assert!(pairs(25, 25, 25, 25).agreement().unwrap().ac1.abs() < 1e-12);
        let all = pairs(10, 0, 0, 0).agreement().unwrap();
        assert!(all.ac1 > 0.999 && all.ac1_interval.low < 0.9 && all.ac1_interval.high > 0.999, "{all:?}");
        assert_eq!(Pairs::default().agreement(), None);
    }

    #[test]
    fn the_interval_holds_the_truth_as_often_as_it_says() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        for (things, cells) in [(20, [0.6, 0.1, 0.05, 0.25]), (60, [0.3, 0.1, 0.1, 0.5]), (40, [0.9, 0.03, 0.02, 0.05])]
        {
            let truth = ac1(cells.map(|share| share * 1e9)).0;
            let worlds = 2_000;
            let held = (0..worlds).filter(|_| {
                let mut found = Pairs::default();
                for _ in 0..things {
                    let at: f64 = rng.random();
                    let [both, first_only, second_only, _] = cells;
                    found.add(
                        at < both + first_only,
                        at < both || (both + first_only..both + first_only + second_only).contains(&at),
                    );
                }
                let interval = found.agreement().unwrap().ac1_interval;
                interval.low <= truth && truth <= interval.high
            });
            let share = held.count() as f64 / f64::from(worlds);
            assert!(share > 0.93, "{things} things of {cells:?}: {share}");
        }
    }

    proptest! {
        #[test]
        fn who_is_the_first_rater_does_not_matter(a in 0_u64..50, b in 0_u64..50, c in 0_u64..50, d in 0_u64..50) {
            prop_assume!(a + b + c + d > 0);
            let (one, other) = (pairs(a, b, c, d).agreement().unwrap(), pairs(a, c, b, d).agreement().unwrap());
            prop_assert!((one.ac1 - other.ac1).abs() < 1e-12);
            let swapped = pairs(d, b, c, a).agreement().unwrap();
            prop_assert!((one.ac1 - swapped.ac1).abs() < 1e-12, "yes and no change places");
            prop_assert!(one.ac1_interval.low <= one.ac1 && one.ac1 <= one.ac1_interval.high);
            prop_assert!(one.ac1 <= 1.0 && one.ac1_interval.low >= -1.0);
        }
    }
}
