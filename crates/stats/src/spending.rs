//! How a chance of error is divided over the looks of one test; and how versions before the ledger divided it over the
//! attempts of a lineage.

use super::normal::{quantile, tail};

/// How much of the level may have been spent at a fraction of the information of the last look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spending {
    /// Nearly nothing early: the boundary of O'Brien and Fleming (1979) as Lan and DeMets (1983) spend it.
    OBrienFleming,
    /// About as much at every look: the boundary of Pocock (1977) as Lan and DeMets spend it.
    Pocock,
    /// Hwang, Shih and DeCani (1990): -4 is near to O'Brien and Fleming, 0 in proportion to information, 1 near to
    /// Pocock.
    Gamma(f64),
}

impl Spending {
    /// The level spent at a fraction in 0..=1 of the information; 0 at 0 and `alpha` at 1, rising between.
    #[must_use]
    pub fn spent(self, alpha: f64, fraction: f64) -> f64 {
        let fraction = fraction.clamp(0.0, 1.0);
        if fraction <= 0.0 {
            return 0.0;
        }
        match self {
            Spending::OBrienFleming => 2.0 * tail(quantile(1.0 - alpha / 2.0) / fraction.sqrt()),
            Spending::Pocock => alpha * (1.0 + (std::f64::consts::E - 1.0) * fraction).ln(),
            Spending::Gamma(gamma) if gamma.abs() < 1e-9 => alpha * fraction,
            Spending::Gamma(gamma) => alpha * (-gamma * fraction).exp_m1() / (-gamma).exp_m1(),
        }
    }
}

/// What attempt k (1, 2, ...) took of `alpha`, by itself, in versions before the ledger: `alpha / (k (k + 1))`. All of
/// them together take no more than `alpha` (Bonferroni with unequal parts; "alpha-spending" in Tian and Ramdas 2021).
fn spend(alpha: f64, attempt: u32) -> f64 {
    let attempt = f64::from(attempt.max(1));
    alpha / (attempt * (attempt + 1.0))
}

/// The level that versions before the ledger gave the next attempt after those whose outcome is given (whether they
/// adopted), first to last. It is only for reading what their files record; today's levels are those of
/// [`super::ledger::Ledger::next_level`].
///
/// An attempt that adopts has not erred as far as the family is concerned, and its whole level passes on to the next
/// (online fallback, Tian and Ramdas 2021, after Wiens and Dmitrienko 2005). The chance of any wrong adoption stays at
/// most `alpha` provided that each attempt's test is valid given those before it, which takes unseen personas each
/// time.
#[must_use]
pub fn level(alpha: f64, adopted: &[bool]) -> f64 {
    (1_u32..).zip(adopted.iter().map(Some).chain([None])).fold(0.0, |passed_on, (attempt, adopted)| {
        let level = passed_on + spend(alpha, attempt);
        if adopted == Some(&false) { 0.0 } else { level }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn the_spending_functions_have_their_published_values() {
        // Lan and DeMets 1983, and Jennison and Turnbull 2000, ch. 7: level 0.05 at a fifth and at half.
        assert!((Spending::Pocock.spent(0.05, 0.2) - 0.0148).abs() < 1e-4);
        assert!((Spending::OBrienFleming.spent(0.05, 0.5) - 0.0056).abs() < 1e-4);
        assert!((Spending::Gamma(0.0).spent(0.05, 0.4) - 0.02).abs() < 1e-12);
        assert!((Spending::Gamma(-4.0).spent(0.025, 0.5) - 0.00298).abs() < 1e-5);
    }

    #[test]
    fn all_attempts_together_spend_the_level_and_no_more() {
        let sum: f64 = (1..=1_000_000).map(|attempt| spend(0.05, attempt)).sum();
        assert!(sum <= 0.05 && sum > 0.049_999);
        assert_eq!((spend(0.05, 1), spend(0.05, 0)), (0.025, 0.025));
    }

    #[test]
    fn an_adoption_passes_its_level_on_and_a_refusal_does_not() {
        assert!((level(0.06, &[]) - 0.03).abs() < 1e-12);
        assert!((level(0.06, &[false]) - 0.01).abs() < 1e-12);
        assert!((level(0.06, &[true]) - 0.04).abs() < 1e-12);
        assert!((level(0.06, &[true, true]) - 0.045).abs() < 1e-12);
        assert!((level(0.06, &[true, false]) - 0.005).abs() < 1e-12);
    }

    #[test]
    fn a_lineage_of_attempts_adopts_wrongly_as_rarely_as_is_said() {
        let mut rng = ChaCha8Rng::seed_from_u64(71);
        // Every third challenger is so good that it is adopted, which passes its level on; the rest are no better.
        for good in [0, 3] {
            let wrong = (0..4_000).filter(|_| {
                let mut adopted = Vec::new();
                let mut wrong = false;
                for attempt in 1..=12 {
                    let better = good > 0 && attempt % good == 0;
                    let adopt = better || rng.random::<f64>() <= level(0.1, &adopted);
                    wrong |= adopt && !better;
                    adopted.push(adopt);
                }
                wrong
            });
            let wrong = wrong.count();
            // 400 and three standard deviations; without a correction it would be some 2,900.
            assert!(wrong <= 457 && wrong > 200, "good {good}: {wrong} of 4000");
        }
    }

    proptest! {
        #[test]
        fn what_is_spent_rises_from_nothing_to_the_level(
            alpha in 0.0001_f64..0.2, gamma in -8.0_f64..4.0, one in 0.0_f64..=1.0, other in 0.0_f64..=1.0,
        ) {
            for spending in [Spending::OBrienFleming, Spending::Pocock, Spending::Gamma(gamma)] {
                prop_assert_eq!(spending.spent(alpha, 0.0), 0.0);
                prop_assert!((spending.spent(alpha, 1.0) - alpha).abs() < 1e-9);
                prop_assert!(spending.spent(alpha, one.min(other)) <= spending.spent(alpha, one.max(other)) + 1e-12);
            }
        }

        #[test]
        fn no_sequence_of_outcomes_makes_a_level_of_more_than_alpha(
            adopted in prop::collection::vec(any::<bool>(), 0..40),
        ) {
            prop_assert!(level(0.05, &adopted) <= 0.05);
        }
    }
}
