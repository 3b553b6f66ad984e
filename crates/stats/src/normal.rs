//! The standard normal distribution and Student's, as the tests here need them.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use statrs::function::erf::erfc;

/// The chance of a standard normal value above `z`; exact far out, where one minus the chance below would be 0.
#[must_use]
pub fn tail(z: f64) -> f64 {
    erfc(z / std::f64::consts::SQRT_2) / 2.0
}

/// The value that a standard normal one stays below with this chance; infinite at 0 and 1.
#[must_use]
pub fn quantile(chance: f64) -> f64 {
    if chance <= 0.0 {
        f64::NEG_INFINITY
    } else if chance >= 1.0 {
        f64::INFINITY
    } else {
        // Mean 0 and deviation 1 is what `standard` is; the quantile of a chance within 0..1 is finite.
        Normal::standard().inverse_cdf(chance)
    }
}

/// The chance of a value of Student's distribution above `t`; of a normal one if the degrees of freedom are not above
/// 0.
#[must_use]
pub fn t_tail(t: f64, degrees_of_freedom: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, degrees_of_freedom) {
        Ok(student) if t.is_finite() => student.cdf(-t),
        _ => tail(t),
    }
}

/// The value of Student's distribution that lies as far out as `z` does in the normal one; infinite where floats hold
/// no chance that small. By bisection: the quantile of `statrs` does not return for some chances far out.
#[must_use]
pub fn t_of_z(z: f64, degrees_of_freedom: f64) -> f64 {
    if !z.is_finite() || StudentsT::new(0.0, 1.0, degrees_of_freedom).is_err() {
        return z;
    }
    let chance = tail(z.abs());
    if chance == 0.0 {
        return f64::INFINITY.copysign(z);
    }
    let is_beyond = |t: f64| t_tail(t, degrees_of_freedom) <= chance;
    if chance >= 0.5 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while !is_beyond(high) {
        (low, high) = (high, high * 2.0);
        if high > FARTHEST {
            return f64::INFINITY.copysign(z);
        }
    }
    while high - low > high * f64::EPSILON * 4.0 {
        let middle = f64::midpoint(low, high);
        if is_beyond(middle) { high = middle } else { low = middle }
    }
    f64::midpoint(low, high).copysign(z)
}

/// Beyond this no quantile is looked for.
const FARTHEST: f64 = 1e100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_textbooks_are_met() {
        assert!((tail(1.959_963_984_540_054) - 0.025).abs() < 1e-10);
        assert!((tail(6.0) / 9.865_876_450_377e-10 - 1.0).abs() < 1e-6);
        assert!((quantile(0.95) - 1.644_853_626_951).abs() < 1e-9);
        assert!((t_tail(2.262_157, 9.0) - 0.025).abs() < 1e-7);
        assert!((t_of_z(1.959_963_984_540_054, 9.0) - 2.262_157).abs() < 1e-5);
        assert!((t_of_z(-1.959_963_984_540_054, 3.0) + 3.182_446).abs() < 1e-5);
        assert_eq!(quantile(1.0), f64::INFINITY);
    }

    #[test]
    fn however_far_out_there_is_a_quantile_or_infinity() {
        for degrees in [0.5, 1.0, 2.0, 7.0, 39.0, 399.0, 2_000.0] {
            let found: Vec<f64> = (0..100).map(|at| t_of_z(f64::from(at) * 0.5, degrees)).collect();
            assert!(found.windows(2).all(|pair| pair[0] <= pair[1]), "{degrees}: {found:?}");
            assert!(found.iter().all(|t| !t.is_nan()) && found[0] == 0.0, "{degrees}: {found:?}");
        }
    }

    #[test]
    fn where_floats_hold_no_chance_that_small_the_quantile_is_infinite() {
        assert_eq!(t_of_z(45.0, 2_000.0), f64::INFINITY);
        assert_eq!(t_of_z(-45.0, 2_000.0), f64::NEG_INFINITY);
    }

    #[test]
    fn far_out_and_back_is_the_same_chance() {
        for (z, degrees) in [(5.0, 9.0), (4.0, 4.0), (6.0, 79.0), (0.3, 12.0)] {
            assert!((t_tail(t_of_z(z, degrees), degrees) / tail(z) - 1.0).abs() < 1e-4, "{z} {degrees}");
        }
    }
}
