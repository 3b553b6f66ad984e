//! Whether a part of the personas pays for the gain of the rest.

use super::normal::{quantile, t_of_z};
use super::sign_flip::{Estimate, LEAST, p_value};

/// What can be said of one segment of the personas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The loss, if there is one, is smaller than the margin.
    NonInferior,
    /// There is a loss, and it may exceed the margin.
    Inferior,
    /// Large enough to tell, and told neither.
    Unclear,
    /// Too few personas to demand anything: not even a segment that lost nothing would be likely to show it.
    TooSmall,
}

/// One verdict per segment, from the differences per persona (later minus earlier, in -1..=1) of each and the smallest
/// `step` that a persona can make. `margin` is the loss that would be accepted, above 0; `alpha` one-sided.
///
/// - A segment is *large enough* if, had it a mean difference of 0, the lower bound of its mean would lie above minus
///   the margin: Student's quantile times the standard error is at most the margin. To demand more of a smaller one
///   would veto by noise; such a veto grows with the number of segments and not with harm.
/// - *Non-inferior*: the lower one-sided bound lies above minus the margin (Wellek 2010; ICH E9). Each segment is asked
///   at the full level: a claim that all of them hold is an intersection-union test, which needs no correction (Berger
///   1982).
/// - *Inferior*: not that, and a mean below 0 is shown, by the larger of the t and the exact sign-flip p-value, at
///   `alpha` over the number of large-enough segments (Bonferroni): one wrong alarm among them all has a chance of at
///   most `alpha`.
///
/// A segment that lost nothing and is only just large enough is called unclear about half of the time. So refuse what
/// is `Inferior`; to refuse what is `Unclear` as well is to ask for proof that most tests cannot give.
#[must_use]
pub fn judge(segments: &[Vec<f64>], step: f64, margin: f64, alpha: f64) -> Vec<Segment> {
    let estimates: Vec<Option<Estimate>> =
        segments.iter().map(|segment| large_enough(segment, step, margin, alpha)).collect();
    let asked = estimates.iter().flatten().count().max(1) as f64;
    let verdict = |(segment, estimate): (&Vec<f64>, Option<Estimate>)| {
        let Some(estimate) = estimate else { return Segment::TooSmall };
        if estimate.mean - half_width(&estimate, alpha) > -margin {
            return Segment::NonInferior;
        }
        let turned: Vec<f64> = segment.iter().map(|difference| -difference).collect();
        if p_value(&turned, step) <= alpha / asked { Segment::Inferior } else { Segment::Unclear }
    };
    segments.iter().zip(estimates).map(verdict).collect()
}

/// The verdict on one segment that is the only one.
#[must_use]
pub fn non_inferior(differences: &[f64], step: f64, margin: f64, alpha: f64) -> Segment {
    judge(&[differences.to_vec()], step, margin, alpha).first().copied().unwrap_or(Segment::TooSmall)
}

fn half_width(estimate: &Estimate, alpha: f64) -> f64 {
    t_of_z(quantile(1.0 - alpha), estimate.degrees_of_freedom()) * estimate.error
}

fn large_enough(differences: &[f64], step: f64, margin: f64, alpha: f64) -> Option<Estimate> {
    Estimate::from_differences(differences, step)
        .filter(|estimate| estimate.personas >= LEAST && half_width(estimate, alpha) <= margin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Differences over `messages` messages of so many personas, each with a chance of 0.4 before and 0.4 + `change`
    /// after.
    fn segment(personas: usize, messages: usize, change: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let share = |chance: f64, rng: &mut ChaCha8Rng| {
            (0..messages).filter(|_| rng.random_bool(chance)).count() as f64 / messages as f64
        };
        (0..personas).map(|_| share(0.4 + change, rng) - share(0.4, rng)).collect()
    }

    #[test]
    fn a_handful_is_too_small_and_a_steady_segment_is_not() {
        assert_eq!(non_inferior(&[-1.0; 4], 0.1, 0.1, 0.05), Segment::TooSmall);
        assert_eq!(non_inferior(&[1.0, -1.0, 1.0, -1.0, 0.0, 0.0], 1.0, 0.1, 0.05), Segment::TooSmall);
        assert_eq!(non_inferior(&[0.0; 30], 0.2, 0.1, 0.05), Segment::NonInferior);
        assert_eq!(non_inferior(&[-0.5; 30], 0.2, 0.1, 0.05), Segment::Inferior);
        assert!(judge(&[], 1.0, 0.1, 0.05).is_empty());
    }

    #[test]
    fn a_loss_within_the_margin_is_accepted_even_if_it_is_sure() {
        assert_eq!(non_inferior(&[-0.05; 60], 0.05, 0.1, 0.05), Segment::NonInferior);
    }

    #[test]
    fn segments_that_lost_nothing_are_called_inferior_as_rarely_as_is_said() {
        let mut rng = ChaCha8Rng::seed_from_u64(61);
        let runs = 500;
        let alarms = (0..runs).filter(|_| {
            let segments: Vec<Vec<f64>> = (0..6).map(|index| segment(10 + 8 * index, 5, 0.0, &mut rng)).collect();
            judge(&segments, 0.2, 0.15, 0.05).contains(&Segment::Inferior)
        });
        let alarms = alarms.count();
        // 25 and three standard deviations.
        assert!(alarms <= 40, "{alarms} of {runs}");
    }

    #[test]
    fn a_segment_that_loses_the_margin_is_called_non_inferior_as_rarely_as_is_said() {
        let mut rng = ChaCha8Rng::seed_from_u64(62);
        let runs = 800;
        let (mut passed, mut refused) = (0, 0);
        for _ in 0..runs {
            let verdict = non_inferior(&segment(40, 5, -0.15, &mut rng), 0.2, 0.15, 0.05);
            passed += usize::from(verdict == Segment::NonInferior);
            refused += usize::from(verdict == Segment::Inferior);
        }
        assert!(passed <= 62, "{passed} of {runs} passed");
        assert!(refused > runs * 3 / 4, "{refused} of {runs} refused");
    }

    #[test]
    fn a_segment_that_gains_passes() {
        let mut rng = ChaCha8Rng::seed_from_u64(63);
        let passed =
            (0..300).filter(|_| non_inferior(&segment(40, 5, 0.1, &mut rng), 0.2, 0.15, 0.05) == Segment::NonInferior);
        assert!(passed.count() > 290);
    }
}
