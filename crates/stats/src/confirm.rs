//! The size of a gain that was found by looking, from people who were asked only afterwards.

use super::exact::{ExactTest, Pairs};
use super::normal::{quantile, t_of_z};
use super::sequential::Design;
use super::sign_flip::Estimate;
use super::spending::Spending;
use super::{Interval, sequential};

/// Who gave the pairs after the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// People who had no part in the decision: what they show is unbiased for the population that all were drawn from.
    Others,
    /// Those who decided, with new messages: what they show is unbiased for the mean gain *of these people*. That they
    /// are the ones with whom it was found still flatters it a little as a claim about others.
    Same,
    /// Some of either.
    Both,
}

impl Whom {
    /// The word for it in records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Whom::Others => "others",
            Whom::Same => "same",
            Whom::Both => "both",
        }
    }
}

/// What was seen after the decision, and nothing else.
///
/// A challenger is adopted because its mean was high, so given that it was adopted the mean that decided is too high:
/// the winner's curse. It is there for any estimate that uses the deciding pairs, the median-unbiased one after a
/// group-sequential test included, which is unbiased over all that is tested and not over what is adopted (Fan, DeMets
/// and Lan 2004; Zhong and Prentice 2008). Pairs asked after the decision were selected by nothing, so their plain mean
/// is unbiased whatever the true gain is, and their interval is that of a sample of fixed size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confirmed {
    /// The mean of their differences.
    pub mean: f64,
    /// Its two-sided 95 % interval.
    pub interval: Interval,
    /// People with a difference.
    pub people: usize,
    /// Who they are.
    pub whom: Whom,
}

impl Confirmed {
    /// Estimates the gain from the differences of the people who were asked after the decision: one per person, in
    /// -1..=1 (NaN is left out), over the messages since then alone. `step` is the smallest change of a difference: one
    /// over the number of those messages. How many people are asked must not depend on what they say. `None` with fewer
    /// than two.
    #[must_use]
    pub fn after_decision(differences: &[f64], step: f64, whom: Whom) -> Option<Self> {
        let decided: Vec<f64> = differences.iter().copied().filter(|one| !one.is_nan()).collect();
        if decided.len() < 2 {
            return None;
        }
        let mean = decided.iter().sum::<f64>() / decided.len() as f64;
        let interval = interval(&decided, step)?;
        Some(Confirmed { mean, interval, people: decided.len(), whom })
    }

    /// Whether these pairs show that the gain is below `least_gain`, the least worth having. The adoption is then taken
    /// back, which can only make wrong adoptions rarer.
    #[must_use]
    pub fn vetoes(&self, least_gain: f64) -> bool {
        self.interval.high < least_gain
    }
}

/// The two-sided 95 % interval of the mean gain from a sample of fixed size: for single answers of yes or no as
/// [`ExactTest`] has it, else Student's.
#[must_use]
pub fn interval(decided: &[f64], step: f64) -> Option<Interval> {
    if let (true, Some(pairs)) = (step > 1.0 - 1e-9, Pairs::of_differences(decided)) {
        let mut test = ExactTest::new(Design { alpha: 0.025, spending: Spending::Gamma(0.0), futility: None });
        let _: sequential::Decision = test.look(pairs, 1.0);
        return test.interval(0.95);
    }
    let estimate = Estimate::plain(decided, step)?;
    let half = t_of_z(quantile(0.975), estimate.degrees_of_freedom()) * estimate.error;
    Some(Interval { low: (estimate.mean - half).max(-1.0), high: (estimate.mean + half).min(1.0) })
}

/// More than a million pairs, and the few that Student's quantile adds, are never worth asking.
const MOST_PAIRS: u32 = 1_001_000;

/// How many pairs it takes, if differences have this variance, for a 95 % interval that reaches at most `reach` to each
/// side. At least two; `None` if `reach` is not above 0, or if more than a million are needed.
#[must_use]
pub fn pairs_for_precision(variance: f64, reach: f64) -> Option<u32> {
    let wide = |pairs: u32| t_of_z(quantile(0.975), f64::from(pairs - 1)) * (variance / f64::from(pairs)).sqrt();
    let about = quantile(0.975).powi(2) * variance / (reach * reach);
    if !(reach > 0.0 && about < 1e6) {
        return None;
    }
    (about.max(2.0) as u32..MOST_PAIRS).find(|pairs| wide(*pairs) <= reach)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::schedule;
    use crate::sequential::Decision;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn draw(before: f64, after: f64, people: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let yes = |chance: f64, rng: &mut ChaCha8Rng| f64::from(u8::from(rng.random_bool(chance)));
        (0..people).map(|_| yes(after, rng) - yes(before, rng)).collect()
    }

    #[test]
    fn after_an_adoption_those_who_decided_flatter_and_those_asked_later_do_not() {
        let mut rng = ChaCha8Rng::seed_from_u64(401);
        for (gain, wanted) in [(0.05, 250), (0.15, 500), (0.25, 500)] {
            let (mut adopted, mut decided, mut later, mut held, mut tries) = (0, 0.0, 0.0, (0, 0), 0);
            while adopted < wanted && tries < 12_000 {
                tries += 1;
                let people = draw(0.3, 0.3 + gain, 40, &mut rng);
                let mut test = ExactTest::plan(0.025, 0.15);
                let better = schedule(40).into_iter().any(|until| {
                    let pairs = Pairs::of_differences(&people[..until]).unwrap();
                    test.look(pairs, until as f64 / 40.0) == Decision::Better
                });
                if !better {
                    continue;
                }
                adopted += 1;
                let outcome = test.result().unwrap();
                let others = draw(0.3, 0.3 + gain, 40, &mut rng);
                let confirmed = Confirmed::after_decision(&others, 1.0, Whom::Others).unwrap();
                decided += outcome.estimate - gain;
                later += confirmed.mean - gain;
                held.0 += i32::from(outcome.interval.low <= gain && gain <= outcome.interval.high);
                held.1 += i32::from(confirmed.interval.low <= gain && gain <= confirmed.interval.high);
            }
            let all = f64::from(adopted);
            let (decided, later) = (decided / all, later / all);
            let (before, after) = (f64::from(held.0) / all, f64::from(held.1) / all);
            println!(
                "gain {gain}: {adopted} adopted; deciding {decided:+.3} {before:.3}, later {later:+.3} {after:.3}"
            );
            assert!(decided > 0.03 && later.abs() < 0.02, "gain {gain}: {decided} and {later}");
            assert!(after > 0.92, "gain {gain}: {after} covered");
        }
    }

    #[test]
    fn a_veto_is_for_what_is_shown_to_be_worth_little() {
        let confirmed = |rose: usize, fell: usize| {
            let differences = [vec![1.0; rose], vec![-1.0; fell], vec![0.0; 60 - rose - fell]].concat();
            Confirmed::after_decision(&differences, 1.0, Whom::Others).unwrap()
        };
        assert!(confirmed(2, 16).vetoes(0.02) && !confirmed(8, 8).vetoes(0.02));
        assert_eq!(confirmed(12, 6).mean, 0.1);
        assert_eq!(Confirmed::after_decision(&[1.0, f64::NAN], 1.0, Whom::Same), None);
    }

    #[test]
    fn precision_is_what_textbooks_say() {
        // Variance of a quarter, ten points to each side: 96 people by the normal distribution, 99 by Student's.
        assert_eq!(pairs_for_precision(0.25, 0.1), Some(99));
        assert_eq!(pairs_for_precision(0.25, 0.0), None);
        assert_eq!(pairs_for_precision(0.25, f64::NAN), None);
        assert_eq!(pairs_for_precision(0.0, 0.1), Some(2));
        assert_eq!(pairs_for_precision(0.25, 1e-5), None);
    }
}
