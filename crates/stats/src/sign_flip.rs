//! The one-sided test of a mean difference over few personas.

use super::normal::t_tail;

/// If at most this many differences are not 0, all ways to turn their signs are gone through: 16,384, so that a look
/// takes no noticeable time. With more of them Student's t is close.
const MOST: usize = 14;

/// Fewer decided personas than this show nothing, whatever they say. Four unanimous ones come by chance in 1 case of
/// 16, which is more than any level that is used; five in 1 of 32.
pub const LEAST: usize = 5;

/// The mean of differences and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Personas with a difference.
    pub personas: usize,
    /// Mean of their differences.
    pub mean: f64,
    /// Its standard error.
    pub error: f64,
}

impl Estimate {
    /// Estimates the mean of differences in -1..=1, one per persona; `step` is the smallest change that a persona can
    /// make. The variance is the sample variance of the differences and of two more, one persona that rose and one that
    /// fell by a step, after [`super::paired`]: nobody having changed does not mean that nothing is uncertain. It is
    /// divided by one less than their number, where the interval there divides by the number: with several messages per
    /// persona the step is small, and a level of 0.05 was 0.057 in simulations. `None` without two personas.
    #[must_use]
    pub fn from_differences(differences: &[f64], step: f64) -> Option<Self> {
        if differences.len() < 2 {
            return None;
        }
        let n = differences.len() as f64;
        let unbiased = augmented_variance(differences, step) * (n + 2.0) / (n + 1.0);
        let error = (unbiased / n).sqrt();
        let mean = differences.iter().sum::<f64>() / n;
        (error > 0.0).then_some(Estimate { personas: differences.len(), mean, error })
    }

    /// For an interval rather than a decision: Student's, with the sample variance alone, where at least five
    /// differences lie above the mean and five below it (the usual condition of the normal approximation: Cochran 1977,
    /// ch. 3.8); of fewer, [`Estimate::from_differences`]. The two personas more that a decision is careful by make an
    /// interval of 24 personas a tenth too wide.
    #[must_use]
    pub fn plain(differences: &[f64], step: f64) -> Option<Self> {
        let careful = Self::from_differences(differences, step)?;
        let n = differences.len() as f64;
        let above = differences.iter().filter(|difference| **difference > careful.mean).count();
        let below = differences.iter().filter(|difference| **difference < careful.mean).count();
        if above.min(below) < LEAST {
            return Some(careful);
        }
        let squares: f64 = differences.iter().map(|difference| (difference - careful.mean).powi(2)).sum();
        Some(Estimate { error: (squares / (n - 1.0) / n).sqrt(), ..careful })
    }

    /// One less than the number of personas.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> f64 {
        self.personas as f64 - 1.0
    }
}

/// The variance of differences and of two more, one step up and one step down.
#[must_use]
pub fn augmented_variance(differences: &[f64], step: f64) -> f64 {
    let size = differences.len() as f64 + 2.0;
    let squares = differences.iter().map(|difference| difference * difference).sum::<f64>() + 2.0 * step * step;
    squares / size - (differences.iter().sum::<f64>() / size).powi(2)
}

/// One-sided p-value of "the mean difference is at most 0" against "it is above": the larger of Student's t on
/// [`Estimate`] and, where at most 14 differences are not 0, of the exact sign-flip test; 1 for fewer than five
/// personas.
///
/// If the prompts do not differ, each difference is as likely to have either sign, so the share of the sign patterns
/// with a sum as large is an exact p-value (Fisher 1935; Pitman 1937; Good 2005). Five personas that all rose are 1 in
/// 32, four would be 1 in 16. Differences of 0 stay 0 in all patterns and are left out of them. Beyond fourteen t is
/// taken alone. With one message per persona sums take few values, and there it is some two thirds of the exact
/// p-value, whose steps are then coarse; over all samples it kept to the level: at most 0.053 of 8,000 simulated tests
/// at 0.05, and 0.011 at 0.01, of 16 to 60 personas with one and with three messages.
#[must_use]
pub fn p_value(differences: &[f64], step: f64) -> f64 {
    let Some(estimate) = Estimate::from_differences(differences, step).filter(|estimate| estimate.personas >= LEAST)
    else {
        return 1.0;
    };
    let t = (estimate.mean + leaning(differences, &estimate)) / estimate.error;
    let student = t_tail(t, estimate.degrees_of_freedom());
    let moved: Vec<f64> = differences.iter().copied().filter(|difference| *difference != 0.0).collect();
    if moved.len() > MOST { student } else { student.max(exact(&moved)) }
}

/// The chance that so many people miss a kind which loses everything and is so frequent that it eats up the mean gain
/// of these: `(1 + mean)^-n`. 1 without a gain; 0 where everybody has a single yes or no on both sides, whose own
/// scatter is larger than what is missed.
///
/// If a share `q` of people loses all of 1 and the others gain `g`, the mean is `g - q (1 + g)`, which is 0 at
/// `q = g / (1 + g)`, and `n` people miss them with chance `(1 - q)^n`. No test of a mean that is valid for every
/// distribution in -1..=1 can have a smaller p-value if all gain alike.
#[must_use]
pub fn missed(differences: &[f64]) -> f64 {
    if differences.iter().all(|one| *one == 0.0 || one.abs() == 1.0) {
        return 0.0;
    }
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    (1.0 + mean.max(0.0)).powf(-n)
}

/// The smallest mean gain at which [`missed`] is at most this chance, for as many people as have a difference (not
/// NaN). Minus infinity if nothing can be missed.
#[must_use]
pub fn mean_not_missed(differences: &[f64], chance: f64) -> f64 {
    let decided: Vec<f64> = differences.iter().copied().filter(|one| !one.is_nan()).collect();
    if missed(&decided) == 0.0 || chance >= 1.0 {
        return f64::NEG_INFINITY;
    }
    chance.powf(-1.0 / decided.len() as f64) - 1.0
}

/// The correction of the mean for a few people who lose much, before the mean is compared with its error; 0 if it is
/// the gains that are rare and large.
///
/// Where a few lose much and many gain a little, samples that happen to miss some of the few have a high mean and a
/// small error at once, and t is too often large. The third moment tells (Johnson 1978).
fn leaning(differences: &[f64], estimate: &Estimate) -> f64 {
    let n = differences.len() as f64;
    let third = differences.iter().map(|one| (one - estimate.mean).powi(3)).sum::<f64>() / n;
    let variance = estimate.error.powi(2) * n;
    (third / (6.0 * variance * n) + third / (3.0 * variance.powi(2)) * estimate.mean.powi(2)).min(0.0)
}

/// The least p-value that so many personas can have.
#[must_use]
pub fn least(personas: usize) -> f64 {
    match personas {
        0..LEAST => 1.0,
        LEAST..=MOST => 0.5_f64.powi(personas as i32),
        _ => 0.0,
    }
}

/// The share of sign patterns whose sum is at least that of the differences.
fn exact(moved: &[f64]) -> f64 {
    let observed: f64 = moved.iter().sum();
    // Sums that are equal on paper differ by rounding.
    let enough = observed - 1e-9;
    let patterns = 1_u32 << moved.len();
    let mut signs = vec![1.0; moved.len()];
    let mut sum = observed;
    let mut count = 1_u32;
    for pattern in 1..patterns {
        // Gray's code: each pattern differs from the one before in one sign.
        let turned = pattern.trailing_zeros() as usize;
        sum -= 2.0 * signs[turned] * moved[turned];
        signs[turned] = -signs[turned];
        count += u32::from(sum >= enough);
    }
    f64::from(count) / f64::from(patterns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn four_personas_show_nothing_and_five_that_all_rose_are_one_in_thirty_two() {
        assert_eq!(p_value(&[1.0; 4], 1.0), 1.0);
        assert!((exact(&[1.0; 5]) - 1.0 / 32.0).abs() < 1e-12);
        assert!(p_value(&[1.0; 5], 1.0) >= 1.0 / 32.0);
    }

    #[test]
    fn with_one_message_per_persona_the_exact_part_is_mcnemars_test() {
        // Eight rose and two fell: the binomial chance of at least 8 of 10.
        let moved: Vec<f64> = [vec![1.0; 8], vec![-1.0; 2]].concat();
        assert!((exact(&moved) - 56.0 / 1024.0).abs() < 1e-12);
    }

    #[test]
    fn personas_that_did_not_change_do_not_help() {
        let few: Vec<f64> = [vec![1.0; 5], vec![0.0; 60]].concat();
        assert!(p_value(&few, 1.0) >= 1.0 / 32.0);
        assert_eq!(p_value(&[0.0; 40], 1.0), 1.0);
    }

    proptest! {
        #[test]
        fn it_is_a_chance_that_falls_as_a_difference_grows_and_is_exact_by_brute_force(
            differences in prop::collection::vec(-4_i32..=4, 5..10), at in 0_usize..10,
        ) {
            let values: Vec<f64> = differences.iter().map(|value| f64::from(*value) / 4.0).collect();
            let p = p_value(&values, 0.25);
            prop_assert!(p > 0.0 && p <= 1.0);
            let n = values.len();
            let sum = |pattern: u32| -> f64 {
                (0..n).map(|i| if pattern >> i & 1 == 1 { -values[i] } else { values[i] }).sum()
            };
            let share = (0..1_u32 << n).filter(|pattern| sum(*pattern) >= sum(0) - 1e-9).count() as f64
                / f64::from(1_u32 << n);
            prop_assert!((exact(&values) - share).abs() < 1e-12);
            let mut more = values.clone();
            more[at % n] = 1.0;
            prop_assert!(exact(&more) <= exact(&values) + 1e-12 || more[at % n] == values[at % n]);
        }
    }
}
