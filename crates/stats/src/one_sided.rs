//! One-sided bounds of a rate whose decisions come in clusters.

use statrs::distribution::{Beta, ContinuousCDF};

use super::Tally;
use super::rate::effective_size;

/// The chance that a bound is wrong.
const ALPHA: f64 = 0.05;

/// The upper 95 % bound of the rate of yes; 1 where nothing was decided.
///
/// Clopper and Pearson's (1934), on the effective number of decisions (Korn and Graubard 1998): decisions on one text
/// are alike, so that three on each of twenty texts are between twenty and sixty.
#[must_use]
pub fn high(tallies: &[Tally]) -> f64 {
    match counts(tallies) {
        Some((_, no)) if no <= 0.0 => 1.0,
        Some((yes, no)) => quantile(yes + 1.0, no, 1.0 - ALPHA),
        None => 1.0,
    }
}

/// The lower 95 % bound of the rate of yes, likewise; 0 where nothing was decided.
#[must_use]
pub fn low(tallies: &[Tally]) -> f64 {
    match counts(tallies) {
        Some((yes, _)) if yes <= 0.0 => 0.0,
        Some((yes, no)) => quantile(yes, no + 1.0, ALPHA),
        None => 0.0,
    }
}

/// The effective numbers of yes and no.
fn counts(tallies: &[Tally]) -> Option<(f64, f64)> {
    let decided: Vec<Tally> = tallies.iter().copied().filter(|tally| tally.total > 0).collect();
    let (yes, total) = decided.iter().fold((0, 0), |(yes, total), tally| (yes + tally.yes, total + tally.total));
    if total == 0 {
        return None;
    }
    let share = yes as f64 / total as f64;
    let size = effective_size(&decided, share, total);
    Some((share * size, (1.0 - share) * size))
}

fn quantile(a: f64, b: f64, chance: f64) -> f64 {
    Beta::new(a, b).map_or(f64::NAN, |beta| beta.inverse_cdf(chance))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn singles(yes: u64, total: u64) -> Vec<Tally> {
        (0..total).map(|index| Tally { yes: u64::from(index < yes), total: 1 }).collect()
    }

    #[test]
    fn single_decisions_give_the_bounds_of_clopper_and_pearson() {
        // Closed forms: none of n has 1 - 0.05^(1/n) as the upper bound, and all of n have its mirror image as the
        // lower.
        for total in [13, 20, 100] {
            let none = 1.0 - 0.05_f64.powf(1.0 / total as f64);
            assert!((high(&singles(0, total)) - none).abs() < 1e-6, "{total}");
            assert!((low(&singles(total, total)) - (1.0 - none)).abs() < 1e-6, "{total}");
        }
        // The tail of the binomial distribution at the bound is 5 %: at most one of 20, and at least 19 of 20.
        let tail = |p: f64| (1.0 - p).powi(20) + 20.0 * p * (1.0 - p).powi(19);
        assert!((tail(high(&singles(1, 20))) - 0.05).abs() < 1e-4);
        assert!((tail(1.0 - low(&singles(19, 20))) - 0.05).abs() < 1e-4);
        assert_eq!((high(&singles(20, 20)), low(&singles(0, 20))), (1.0, 0.0));
        assert_eq!((high(&[]), low(&[])), (1.0, 0.0));
    }

    #[test]
    fn repeats_that_all_say_the_same_tell_no_more_than_one() {
        let thrice = |tallies: Vec<Tally>| -> Vec<Tally> {
            tallies.into_iter().map(|tally| Tally { yes: 3 * tally.yes, total: 3 }).collect()
        };
        for yes in [0, 1, 5] {
            let (one, three) = (high(&singles(yes, 20)), high(&thrice(singles(yes, 20))));
            assert!((one - three).abs() < 0.01, "{yes}: {one} and {three}");
        }
        // Yeses that lie scattered tell more.
        let scattered: Vec<Tally> = (0..20).map(|index| Tally { yes: u64::from(index < 3), total: 3 }).collect();
        assert!(high(&scattered) < high(&thrice(singles(1, 20))) - 0.05);
    }
}
