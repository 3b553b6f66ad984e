//! The before/after of two runs on the same personas.

use super::{Interval, Rate, Tally, sign_test, t_quantile};

/// How sure one can be that a difference is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairedVerdict {
    /// The interval lies above 0, and so does the exact test's word.
    Better,
    /// The same, below 0.
    Worse,
    /// The data do not distinguish it from no difference at all.
    Undecided,
    /// No persona was decided in both runs.
    NothingToCompare,
}

/// Two runs, compared on the personas that were decided in both.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The earlier run, all its decided messages.
    pub original: Rate,
    /// The later run, all its decided messages.
    pub improved: Rate,
    /// Personas decided in both.
    pub personas: u64,
    /// Personas decided in the earlier run only. They count in its rate and in nothing else.
    pub only_original: u64,
    /// Personas decided in the later run only.
    pub only_improved: u64,
    /// The earlier run on the personas decided in both.
    pub original_in_both: Rate,
    /// The later run on them.
    pub improved_in_both: Rate,
    /// Mean over those personas of the change in their share of yes; `None` without such personas.
    pub difference: Option<f64>,
    /// 95 % interval of that mean.
    pub interval: Option<Interval>,
    /// Personas whose share of yes rose.
    pub rose: u64,
    /// Personas whose share of yes fell.
    pub fell: u64,
    /// Personas whose majority went from no to yes.
    pub flipped_to_yes: u64,
    /// Personas whose majority went from yes to no.
    pub flipped_to_no: u64,
    /// Two-sided exact sign test on the personas whose share changed.
    pub p_value: f64,
}

impl Comparison {
    /// Compares tallies that are paired by position: `before[i]` and `after[i]` are the same persona.
    #[must_use]
    pub fn from_pairs(pairs: &[(Tally, Tally)]) -> Self {
        let (before, after): (Vec<Tally>, Vec<Tally>) = pairs.iter().copied().unzip();
        let both: Vec<(Tally, Tally)> =
            pairs.iter().copied().filter(|(before, after)| before.total > 0 && after.total > 0).collect();
        let (before_in_both, after_in_both): (Vec<Tally>, Vec<Tally>) = both.iter().copied().unzip();
        let (original, improved) = (Rate::from_tallies(&before), Rate::from_tallies(&after));
        let personas = both.len() as u64;
        let changes: Vec<f64> =
            both.iter().filter_map(|(before, after)| Some(after.share()? - before.share()?)).collect();
        let rose = changes.iter().filter(|change| **change > 0.0).count() as u64;
        let fell = changes.iter().filter(|change| **change < 0.0).count() as u64;
        let flips = |from: bool| {
            both.iter().filter(|(before, after)| before.majority() == from && after.majority() != from).count() as u64
        };
        let messages = both.iter().map(|(before, after)| before.total.min(after.total)).sum::<u64>();
        Comparison {
            only_original: original.personas - personas,
            only_improved: improved.personas - personas,
            original,
            improved,
            personas,
            original_in_both: Rate::from_tallies(&before_in_both),
            improved_in_both: Rate::from_tallies(&after_in_both),
            difference: (!changes.is_empty()).then(|| mean(&changes)),
            interval: interval(&changes, messages),
            rose,
            fell,
            flipped_to_yes: flips(false),
            flipped_to_no: flips(true),
            p_value: sign_test::p_value(rose, fell),
        }
    }

    /// The same comparison, its rates marked as simulated or not.
    #[must_use]
    pub fn marked(self, original: bool, improved: bool) -> Self {
        Comparison {
            original: self.original.marked(original),
            original_in_both: self.original_in_both.marked(original),
            improved: self.improved.marked(improved),
            improved_in_both: self.improved_in_both.marked(improved),
            ..self
        }
    }

    /// Change of the rate over all decided messages, in -1..=1 units; `None` where one of the runs has none. Exactly 0
    /// if and only if the two rates are equal: a division is rounded, but equal fractions are rounded alike.
    #[must_use]
    pub fn absolute(&self) -> Option<f64> {
        Some(self.improved.share()? - self.original.share()?)
    }

    /// The same relative to the original rate; `None` where that is 0 or unknown.
    #[must_use]
    pub fn relative(&self) -> Option<f64> {
        let original = self.original.share().filter(|share| *share > 0.0)?;
        Some(self.absolute()? / original)
    }

    /// What the data allow one to say. The interval and the exact test must both say so and in the same direction, so
    /// that a handful of personas never suffices, nor a few great rises among many small falls.
    #[must_use]
    pub fn verdict(&self) -> PairedVerdict {
        match self.interval {
            None => PairedVerdict::NothingToCompare,
            Some(interval) if interval.low > 0.0 && self.p_value < 0.05 && self.rose > self.fell => {
                PairedVerdict::Better
            }
            Some(interval) if interval.high < 0.0 && self.p_value < 0.05 && self.fell > self.rose => {
                PairedVerdict::Worse
            }
            Some(_) => PairedVerdict::Undecided,
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// 95 % interval of the mean change per persona.
///
/// Student's t over personas, with the variance of the data and two more personas, one of which rose and one of which
/// fell by the smallest step that a persona can make (one message). For one message per persona this is the variance
/// of Bonett and Price's adjusted Wald interval for paired proportions (2012; recommended for small samples by
/// Fagerland, Lydersen and Laake 2014). Without the two, sixteen personas of whom none changed would claim an interval
/// of no width. Coverage is tested by simulation below.
fn interval(changes: &[f64], messages: u64) -> Option<Interval> {
    let n = changes.len() as f64;
    if changes.is_empty() {
        return None;
    }
    if changes.len() < 2 {
        return Some(Interval { low: -1.0, high: 1.0 });
    }
    let step = n / messages as f64;
    let (size, sum) = (n + 2.0, changes.iter().sum::<f64>());
    let squares = changes.iter().map(|change| change * change).sum::<f64>() + 2.0 * step * step;
    let variance = squares / size - (sum / size).powi(2);
    let half = t_quantile(n - 1.0)? * (variance / size).sqrt();
    let centre = sum / n;
    Some(Interval { low: (centre - half).max(-1.0), high: (centre + half).min(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn tally(yes: u64, total: u64) -> Tally {
        Tally { yes, total }
    }

    fn pairs(yes_yes: usize, no_yes: usize, yes_no: usize, no_no: usize) -> Vec<(Tally, Tally)> {
        let pair = |before, after, count| std::iter::repeat_n((tally(before, 1), tally(after, 1)), count);
        pair(1, 1, yes_yes).chain(pair(0, 1, no_yes)).chain(pair(1, 0, yes_no)).chain(pair(0, 0, no_no)).collect()
    }

    #[test]
    fn a_clear_gain_is_called_better_and_its_mirror_image_worse() {
        let gain = Comparison::from_pairs(&pairs(4, 10, 1, 1));
        assert_eq!((gain.flipped_to_yes, gain.flipped_to_no, gain.verdict()), (10, 1, PairedVerdict::Better));
        let loss = Comparison::from_pairs(&pairs(4, 1, 10, 1));
        assert_eq!(loss.verdict(), PairedVerdict::Worse);
        let (gain, loss) = (gain.interval.unwrap(), loss.interval.unwrap());
        assert!((gain.low + loss.high).abs() < 1e-12 && (gain.high + loss.low).abs() < 1e-12);
    }

    #[test]
    fn five_flips_to_none_are_not_enough_whatever_the_interval_says() {
        assert_eq!(Comparison::from_pairs(&pairs(0, 5, 0, 11)).verdict(), PairedVerdict::Undecided);
    }

    #[test]
    fn from_all_to_nothing_is_worse_and_from_all_to_all_but_one_is_undecided() {
        assert_eq!(Comparison::from_pairs(&pairs(0, 0, 16, 0)).verdict(), PairedVerdict::Worse);
        assert_eq!(Comparison::from_pairs(&pairs(15, 0, 1, 0)).verdict(), PairedVerdict::Undecided);
    }

    #[test]
    fn a_few_great_rises_among_many_small_falls_are_not_called_better() {
        let pairs: Vec<(Tally, Tally)> = std::iter::repeat_n((tally(0, 100), tally(100, 100)), 16)
            .chain(std::iter::repeat_n((tally(50, 100), tally(49, 100)), 40))
            .collect();
        let mixed = Comparison::from_pairs(&pairs);
        assert!(mixed.interval.unwrap().low > 0.0 && mixed.p_value < 0.05);
        assert_eq!((mixed.rose, mixed.fell, mixed.verdict()), (16, 40, PairedVerdict::Undecided));
    }

    #[test]
    fn personas_of_one_run_only_are_counted_and_kept_out_of_the_rates_in_both() {
        let mut pairs = pairs(0, 10, 0, 0);
        pairs.extend([(tally(1, 1), tally(0, 0)); 10]);
        let comparison = Comparison::from_pairs(&pairs);
        assert_eq!((comparison.personas, comparison.only_original, comparison.only_improved), (10, 10, 0));
        assert_eq!((comparison.original.yes, comparison.original.total), (10, 20));
        assert_eq!((comparison.original_in_both.yes, comparison.improved_in_both.yes), (0, 10));
        assert_eq!((comparison.absolute(), comparison.difference), (Some(0.5), Some(1.0)));
    }

    #[test]
    fn one_more_yes_among_thousands_is_a_change_and_equal_fractions_are_none() {
        let change = |before: (u64, u64), after: (u64, u64)| {
            Comparison::from_pairs(&[(tally(before.0, before.1), tally(after.0, after.1))]).absolute().unwrap()
        };
        assert!(change((1_000, 3_000), (1_001, 3_000)) > 0.0);
        assert_eq!(change((1, 3), (1_000, 3_000)), 0.0);
    }

    #[test]
    fn two_identical_runs_still_have_an_interval_of_some_width() {
        let same = Comparison::from_pairs(&pairs(8, 0, 0, 8));
        let interval = same.interval.unwrap();
        assert_eq!((same.difference, same.verdict()), (Some(0.0), PairedVerdict::Undecided));
        assert!(interval.low < -0.1 && interval.high > 0.1, "{interval:?}");
    }

    #[test]
    fn relative_improvement_over_nothing_is_undefined() {
        let from_zero = Comparison::from_pairs(&pairs(0, 4, 0, 4));
        assert_eq!((from_zero.relative(), from_zero.absolute()), (None, Some(0.5)));
    }

    #[test]
    fn failed_trials_are_in_no_rate_and_their_personas_in_no_pair() {
        let comparison = Comparison::from_pairs(&[(tally(1, 1), tally(0, 0)), (tally(0, 1), tally(1, 1))]);
        assert_eq!((comparison.personas, comparison.improved.total, comparison.original.total), (1, 1, 2));
    }

    #[test]
    fn no_common_persona_means_nothing_to_compare() {
        let comparison = Comparison::from_pairs(&[(tally(1, 1), tally(0, 0))]);
        assert_eq!((comparison.verdict(), comparison.interval), (PairedVerdict::NothingToCompare, None));
    }

    /// Personas with a temper of their own (logit-normal), a prompt effect on the logit, and the share of simulated
    /// runs whose interval holds the true mean change.
    fn coverage(personas: usize, messages: u64, effect: f64, rng: &mut ChaCha8Rng) -> f64 {
        let temper = |rng: &mut ChaCha8Rng| (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        let yes = |logit: f64| 1.0 / (1.0 + (-logit).exp());
        let truth = (0..40_000)
            .map(|_| {
                let base = 1.2 * temper(rng) - 1.0;
                yes(base + effect) - yes(base)
            })
            .sum::<f64>()
            / 40_000.0;
        let draw = |chance: f64, rng: &mut ChaCha8Rng| {
            tally((0..messages).filter(|_| rng.random_bool(chance)).count() as u64, messages)
        };
        let runs = 1_000;
        let held = (0..runs)
            .filter(|_| {
                let pairs: Vec<(Tally, Tally)> = (0..personas)
                    .map(|_| {
                        let base = 1.2 * temper(rng) - 1.0;
                        (draw(yes(base), rng), draw(yes(base + effect), rng))
                    })
                    .collect();
                let interval = Comparison::from_pairs(&pairs).interval.unwrap();
                interval.low <= truth && truth <= interval.high
            })
            .count();
        held as f64 / f64::from(runs)
    }

    #[test]
    fn the_interval_covers_the_true_change_about_as_often_as_it_says() {
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        for (personas, messages) in [(16, 1), (16, 3), (40, 1), (40, 10)] {
            for effect in [0.0, 1.2, 3.0] {
                let share = coverage(personas, messages, effect, &mut rng);
                assert!(share > 0.92, "{personas} personas x {messages}, effect {effect}: covered {share}");
            }
        }
    }

    #[test]
    fn a_change_that_does_nothing_is_called_better_rarely() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let draw = |rng: &mut ChaCha8Rng| tally(u64::from(rng.next_u32() % 2), 1);
        let better = (0..4_000)
            .filter(|_| {
                let pairs: Vec<(Tally, Tally)> = (0..40).map(|_| (draw(&mut rng), draw(&mut rng))).collect();
                Comparison::from_pairs(&pairs).verdict() == PairedVerdict::Better
            })
            .count();
        assert!(better < 4_000 / 40, "{better} of 4000 were called better");
    }
}
