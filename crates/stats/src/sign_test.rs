//! The exact sign test; with one message per persona it is McNemar's exact test.

/// Two-sided p-value of `up` personas having risen and `down` having fallen, if rising and falling were equally likely.
///
/// Exact binomial with probability one half (McNemar 1947; Dixon and Mood 1946). Personas that did not change carry no
/// information and are in neither count. At least 6 to 0 is needed for p < 0.05.
#[must_use]
pub fn p_value(up: u64, down: u64) -> f64 {
    let n = up + down;
    if n == 0 {
        return 1.0;
    }
    // Sum of C(n, k) / 2^n for k up to the smaller count, each term from the one before it, in logarithms so that a
    // thousand personas do not underflow.
    let mut term = -(n as f64) * std::f64::consts::LN_2;
    let mut tail = term.exp();
    for k in 1..=up.min(down) {
        term += ((n - k + 1) as f64).ln() - (k as f64).ln();
        tail += term.exp();
    }
    (2.0 * tail).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::p_value;
    use proptest::prelude::*;

    #[test]
    fn six_to_nothing_is_the_least_that_passes_five_percent() {
        assert!((p_value(6, 0) - 0.03125).abs() < 1e-12);
        assert!((p_value(0, 5) - 0.0625).abs() < 1e-12);
    }

    #[test]
    fn known_values_of_the_binomial_are_met() {
        assert!((p_value(8, 2) - 0.109_375).abs() < 1e-12);
        assert!((p_value(0, 0) - 1.0).abs() < 1e-12);
        assert!((p_value(7, 7) - 1.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn it_is_a_probability_symmetric_and_falls_as_one_side_grows(up in 0_u64..3000, down in 0_u64..3000) {
            let p = p_value(up, down);
            prop_assert!((0.0..=1.0).contains(&p));
            prop_assert!((p - p_value(down, up)).abs() < 1e-9);
            if up >= down {
                prop_assert!(p_value(up + 1, down) <= p + 1e-9);
            }
        }
    }
}
