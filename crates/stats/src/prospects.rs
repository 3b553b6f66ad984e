//! What a proof is likely to find, before it is made: how many pairs it takes, and with which chance so many find it.

use super::normal::{quantile, tail};

/// What a gain that was found by searching keeps of itself with other people. The best of many looks better than it is;
/// seven tenths is what method.md states as the plan, set on the worlds of the tuning set (`crates/worlds`, `designs`).
pub const KEPT_GAIN: f64 = 0.7;
/// The variance of a difference between two messages to one persona, for planning: two decisions that are each a coin's
/// have a quarter each, the most that a yes or a no can have.
pub const PAIR_VARIANCE: f64 = 0.5;
/// How many more pairs a proof with looks takes than one without, at most: a group-sequential test with this spending
/// needs a tenth to a fifth more at the same power (Jennison and Turnbull 2000, ch. 2 and 7), and a little is left for
/// trials that fail.
pub const FOR_LOOKS: f64 = 1.25;
/// The smallest gain that pairs are planned for: below a point their number has no use as a plan.
const LEAST_GAIN: f64 = 0.01;

/// The pairs that prove a gain with the chance `power`, at this one-sided level, if it keeps [`KEPT_GAIN`] of itself;
/// never so few that nothing can be proved at this level.
#[must_use]
pub fn pairs_to_prove(gain: f64, alpha: f64, power: f64) -> f64 {
    let reach = quantile(1.0 - alpha) + quantile(power);
    let pairs = FOR_LOOKS * PAIR_VARIANCE * (reach / (KEPT_GAIN * gain.max(LEAST_GAIN))).powi(2);
    pairs.max(fewest_pairs(alpha))
}

/// With fewer pairs nothing can be proved at this level, however large the gain: where nobody gains, all of those who
/// change rise with a chance of one half each.
fn fewest_pairs(alpha: f64) -> f64 {
    -alpha.log2()
}

/// The chance that so many pairs prove a gain at this one-sided level: the inverse of [`pairs_to_prove`].
#[must_use]
pub fn chance_of_proof(gain: f64, alpha: f64, pairs: f64) -> f64 {
    if pairs < fewest_pairs(alpha) {
        return 0.0;
    }
    let error = (FOR_LOOKS * PAIR_VARIANCE / pairs.max(1.0)).sqrt();
    tail(quantile(1.0 - alpha) - KEPT_GAIN * gain / error)
}

/// The chance that there is a gain of at least `min_gain` and that so many pairs prove it, by posterior draws of the
/// gain; 0 without any.
#[must_use]
pub fn chance_of_gain(gains: &[f64], min_gain: f64, alpha: f64, pairs: f64) -> f64 {
    let worth = gains.iter().filter(|gain| **gain >= min_gain);
    worth.map(|gain| chance_of_proof(*gain, alpha, pairs)).sum::<f64>() / gains.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_chance_is_a_mean_over_what_is_believed_and_a_gain_that_is_not_worth_having_is_none() {
        let proved = chance_of_proof(0.3, 0.05, 60.0);
        assert!((chance_of_gain(&[0.3, 0.3, 0.01, 0.0], 0.02, 0.05, 60.0) - proved / 2.0).abs() < 1e-12);
        assert_eq!(chance_of_gain(&[], 0.02, 0.05, 60.0), 0.0);
    }

    #[test]
    fn so_few_pairs_that_not_even_a_rise_of_everybody_is_evidence_prove_nothing() {
        assert_eq!(chance_of_proof(0.9, 0.0054, 7.0), 0.0);
        assert!(chance_of_proof(0.9, 0.0054, 8.0) > 0.3);
        assert!((pairs_to_prove(0.99, 0.01, 0.3) - 100.0_f64.log2()).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn so_many_pairs_prove_it_with_the_chance_that_they_were_planned_for(
            gain in 0.02_f64..0.9, alpha in 0.001_f64..0.2, power in 0.3_f64..0.99,
        ) {
            let pairs = pairs_to_prove(gain, alpha, power);
            prop_assume!(pairs > fewest_pairs(alpha));
            prop_assert!((chance_of_proof(gain, alpha, pairs) - power).abs() < 1e-6);
            prop_assert!(chance_of_proof(gain, alpha, 2.0 * pairs) > power);
            prop_assert!(chance_of_proof(0.0, alpha, pairs) <= alpha + 1e-9);
        }
    }
}
