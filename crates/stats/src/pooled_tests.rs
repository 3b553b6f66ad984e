use super::*;
use crate::effects::normal;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Differences of single messages of people whose chance of a yes goes from 0.35 to 0.35 + `gain`.
fn segment(people: usize, gain: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let after = (0.35 + gain).clamp(0.0, 1.0);
    let yes = |chance: f64, rng: &mut ChaCha8Rng| f64::from(u8::from(rng.random_bool(chance)));
    (0..people).map(|_| yes(after, rng) - yes(0.35, rng)).collect()
}

#[test]
fn the_eight_schools_come_out_as_published() {
    // Rubin 1981: effects of coaching in eight schools with their standard errors, on a scale of 1 to 100 here. With a
    // flat prior on τ Gelman et al. 2013 (table 5.3) have medians of 10, 8, 7, 8, 5, 6, 10 and 8; ours on τ is
    // half-normal with a deviation of 15 on that scale and tells the same story.
    let effects = [28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0];
    let errors = [15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0];
    let data: Vec<(f64, f64)> =
        effects.iter().zip(errors).map(|(effect, error)| (effect / 100.0, (error / 100.0_f64).powi(2))).collect();
    let layers = layers(&data);
    for (index, published) in [10.0, 8.0, 7.0, 8.0, 5.0, 6.0, 10.0, 8.0].into_iter().enumerate() {
        let gain: f64 = layers.iter().map(|(weight, each)| weight * each[index].0).sum();
        assert!((100.0 * gain - published).abs() < 1.7, "school {index}: {}", 100.0 * gain);
    }
}

#[test]
fn the_bound_on_harm_holds_on_average_whether_segments_differ_or_not() {
    let mut rng = ChaCha8Rng::seed_from_u64(501);
    for spread in [0.0, 0.1, 0.2] {
        let (mut held, mut all, mut reach, mut alone) = (0, 0, 0.0, 0.0);
        for _ in 0..300 {
            let gains: Vec<f64> = (0..4).map(|_| (0.15 + spread * normal(&mut rng)).clamp(-0.34, 0.64)).collect();
            let segments: Vec<Vec<f64>> =
                gains.iter().zip([5, 8, 12, 15]).map(|(gain, people)| segment(people, *gain, &mut rng)).collect();
            let Some(pooled) = pool(&segments, 0.1) else { continue };
            for ((gain, segment), people) in
                gains.iter().zip(pooled.into_iter().flatten()).zip([5.0, 8.0, 12.0, 15.0_f64])
            {
                held += i32::from(segment.low <= *gain);
                all += 1;
                reach += segment.gain - segment.low;
                alone += 1.9 * (0.47 / people).sqrt();
            }
        }
        let share = f64::from(held) / f64::from(all);
        println!(
            "spread {spread}: held {share:.3}, reach {:.3} instead of {:.3}",
            reach / f64::from(all),
            alone / f64::from(all)
        );
        assert!(share > 0.925, "spread {spread}: {share}");
        assert!(reach < 0.8 * alone, "spread {spread}: {reach} {alone}");
    }
}

#[test]
fn a_kind_that_clearly_loses_stands_out_and_small_ones_follow_the_rest() {
    let lost = [vec![-1.0; 12], vec![0.0; 8]].concat();
    let gained = [vec![1.0; 12], vec![0.0; 20], vec![-1.0; 2]].concat();
    let few = vec![-1.0, 0.0];
    let pooled = pool(&[gained, lost, few, Vec::new()], 0.1).unwrap();
    let [Some(gained), Some(lost), Some(few), None] = pooled[..] else { panic!("{pooled:?}") };
    assert!(gained.low > 0.0 && gained.loses_at_most() == 0.0 && gained.harm < 0.01, "{gained:?}");
    assert!(lost.gain < -0.3 && lost.harm > 0.95 && lost.loses_at_most() > 0.5, "{lost:?}");
    assert!(few.gain > few.raw + 0.1 && few.harm < 0.9, "{few:?}");
}

#[test]
fn nothing_can_be_said_of_too_few_or_of_no_scatter() {
    assert_eq!(pool(&[vec![0.0; 20], vec![0.0; 4]], 0.1), None);
    assert_eq!(pool(&[vec![1.0, -1.0], vec![0.0]], 0.1), None);
    assert_eq!(pool(&[], 0.1), None);
}

#[test]
fn that_none_was_asked_is_not_that_none_loses() {
    let (small, fine, lost) = (Segment::TooSmall, Segment::NonInferior, Segment::Inferior);
    assert_eq!(SegmentTests::from_verdicts(&[small, small]), SegmentTests::TooSmall);
    assert_eq!(SegmentTests::from_verdicts(&[]), SegmentTests::TooSmall);
    assert_eq!(SegmentTests::from_verdicts(&[small, fine, Segment::Unclear]), SegmentTests::NoneLoses(2));
    assert_eq!(SegmentTests::from_verdicts(&[small, fine, lost]), SegmentTests::Loses(2));
}

proptest! {
    #[test]
    fn a_pooled_gain_lies_between_the_raw_one_and_that_of_all_segments(
        segments in prop::collection::vec(prop::collection::vec(-1_i32..=1, 1..12), 2..6),
    ) {
        let segments: Vec<Vec<f64>> =
            segments.iter().map(|segment| segment.iter().map(|value| f64::from(*value)).collect()).collect();
        if let Some(pooled) = pool(&segments, 0.1) {
            let pooled: Vec<Pooled> = pooled.into_iter().flatten().collect();
            let low = pooled.iter().map(|segment| segment.raw).fold(1.0_f64, f64::min);
            let high = pooled.iter().map(|segment| segment.raw).fold(-1.0_f64, f64::max);
            for segment in pooled {
                prop_assert!(low - 1e-9 <= segment.gain && segment.gain <= high + 1e-9);
                prop_assert!(segment.low <= segment.gain + 1e-9 && segment.gain <= segment.high + 1e-9);
                // `low` is where 5 % lie below, so that a loss beyond the margin is likelier than that just where it is
                // lower.
                prop_assert!(segment.low > -0.1 - 1e-6 || segment.harm > 0.05 - 1e-6, "{segment:?}");
                prop_assert!(segment.low < -0.1 + 1e-6 || segment.harm < 0.05 + 1e-6, "{segment:?}");
                // More than the margin is lost more seldom than more than nothing, and never as surely as it is gained.
                prop_assert!(segment.harm <= 0.5 || segment.gain < 0.0, "{segment:?}");
            }
        }
    }
}
