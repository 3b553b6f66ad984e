//! Whether one of two judges of the same messages ranks better than the other.

use crate::{Interval, Z};

/// A message that was really sent, with the scores of two judges and what its reader did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JudgedTwice {
    /// What the one judge said; only the order counts. Never NaN.
    pub before: f64,
    /// What the other said.
    pub after: f64,
    /// Whether the reader replied.
    pub is_reply: bool,
}

/// The areas of two judges, and their difference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankingChange {
    /// The area under the ROC curve of the one judge, as in [`Ranking`](crate::ranking::Ranking).
    pub before: f64,
    /// That of the other.
    pub after: f64,
    /// 95 % interval of `after - before`, from -1 to 1; `None` where the two rank everybody alike, or a side has one
    /// person only, which tells nothing of the scatter.
    pub interval: Option<Interval>,
    /// How many replied.
    pub replied: u64,
    /// How many did not.
    pub silent: u64,
}

impl RankingChange {
    /// Compares two judges. `None` unless somebody replied and somebody did not.
    ///
    /// The interval is that of DeLong, DeLong and Clarke-Pearson (1988) for two correlated curves: each person's place
    /// among the other side by the one judge is paired with the place by the other, and the variance is that of the
    /// paired differences, on each side apart. Student's quantile is that of the smaller side, as for a single area.
    #[must_use]
    pub fn from_judged(judged: &[JudgedTwice]) -> Option<Self> {
        let before = placements(judged, |one| one.before)?;
        let after = placements(judged, |one| one.after)?;
        let paired = |is_reply: bool| -> Vec<(f64, f64)> {
            let both = judged.iter().zip(before.iter().zip(&after));
            both.filter(|(one, _)| one.is_reply == is_reply).map(|(_, (before, after))| (*before, *after)).collect()
        };
        let (replied, silent) = (paired(true), paired(false));
        let mean = |side: &dyn Fn(&(f64, f64)) -> f64| replied.iter().map(side).sum::<f64>() / replied.len() as f64;
        let (area_before, area_after) = (mean(&|places| places.0), mean(&|places| places.1));
        let spread = variance_of_mean(&replied).zip(variance_of_mean(&silent)).map(|(one, other)| one + other);
        let interval = spread.filter(|variance| *variance > 0.0).map(|variance| {
            let smaller = replied.len().min(silent.len()) as f64;
            let reach = crate::t_quantile(smaller - 1.0).unwrap_or(Z) * variance.sqrt();
            let difference = area_after - area_before;
            Interval { low: (difference - reach).max(-1.0), high: (difference + reach).min(1.0) }
        });
        Some(RankingChange {
            before: area_before,
            after: area_after,
            interval,
            replied: replied.len() as u64,
            silent: silent.len() as u64,
        })
    }

    /// How much larger the second area is.
    #[must_use]
    pub fn difference(&self) -> f64 {
        self.after - self.before
    }
}

/// For each message the share of the other side that it is on the right side of, ties one half: those who did not reply
/// below one who did, those who did above one who did not. `None` where a side is empty.
fn placements(judged: &[JudgedTwice], score: impl Fn(&JudgedTwice) -> f64) -> Option<Vec<f64>> {
    let replied = judged.iter().filter(|one| one.is_reply).count();
    let silent = judged.len() - replied;
    if replied == 0 || silent == 0 {
        return None;
    }
    let mut order: Vec<usize> = (0..judged.len()).collect();
    order.sort_by(|one, other| score(&judged[*one]).total_cmp(&score(&judged[*other])));
    let mut places = vec![0.0; judged.len()];
    let (mut replied_below, mut silent_below) = (0.0, 0.0);
    for tied in order.chunk_by(|one, other| score(&judged[*one]) == score(&judged[*other])) {
        let hits = tied.iter().filter(|at| judged[**at].is_reply).count() as f64;
        let misses = tied.len() as f64 - hits;
        for at in tied {
            places[*at] = if judged[*at].is_reply {
                (silent_below + misses / 2.0) / silent as f64
            } else {
                (replied as f64 - replied_below - hits / 2.0) / replied as f64
            };
        }
        replied_below += hits;
        silent_below += misses;
    }
    Some(places)
}

/// The variance of the mean difference of pairs; `None` for fewer than two.
fn variance_of_mean(pairs: &[(f64, f64)]) -> Option<f64> {
    let count = pairs.len() as f64;
    let differences: Vec<f64> = pairs.iter().map(|(before, after)| after - before).collect();
    let mean = differences.iter().sum::<f64>() / count;
    let squares: f64 = differences.iter().map(|difference| (difference - mean).powi(2)).sum();
    (pairs.len() > 1).then(|| squares / (count - 1.0) / count)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::ranking::{Judged, Ranking};

    fn twice(before: f64, after: f64, is_reply: bool) -> JudgedTwice {
        JudgedTwice { before, after, is_reply }
    }

    #[test]
    fn the_variance_is_that_of_the_paired_places() {
        // Places of those who replied: before 1, 1/2; after 1, 1. Of those who did not: before 1, 1/2; after 1, 1.
        let judged = [twice(4.0, 4.0, true), twice(2.0, 3.0, true), twice(1.0, 1.0, false), twice(3.0, 2.0, false)];
        let change = RankingChange::from_judged(&judged).unwrap();
        assert_eq!((change.before, change.after, change.difference()), (0.75, 1.0, 0.25));
        // Differences 0 and 1/2 on each side: variance 1/8 over two, on two sides. With one degree of freedom t is
        // 12.7.
        let reach = 12.706_204_736 * (0.125_f64 / 2.0 * 2.0).sqrt();
        assert_eq!(change.interval, Some(Interval { low: -1.0, high: (0.25 + reach).min(1.0) }));
    }

    #[test]
    fn judges_that_rank_alike_differ_by_nothing_and_one_person_says_nothing_of_the_scatter() {
        let same: Vec<JudgedTwice> = (0..9).map(|at| twice(f64::from(at), f64::from(at) * 2.0, at % 3 == 0)).collect();
        let change = RankingChange::from_judged(&same).unwrap();
        assert_eq!((change.difference(), change.interval), (0.0, None));
        let lone = [twice(1.0, 2.0, true), twice(2.0, 1.0, false), twice(0.0, 0.0, false)];
        assert_eq!(RankingChange::from_judged(&lone).unwrap().interval, None);
        assert_eq!(RankingChange::from_judged(&lone[..1]), None);
    }

    /// Three uniform numbers, centred, are near enough to a normal one for scores of which only the order counts.
    fn noise(rng: &mut ChaCha8Rng) -> f64 {
        (0..3).map(|_| rng.random::<f64>() - 0.5).sum::<f64>() * 2.0
    }

    /// Who replied has a score higher by a shift; both judges see much of the same.
    fn campaign(replied: usize, silent: usize, shifts: [f64; 2], rng: &mut ChaCha8Rng) -> Vec<JudgedTwice> {
        let mut one = |is_reply: bool| {
            let seen = noise(rng);
            let mut score = |shift: f64| seen + noise(rng) + if is_reply { shift } else { 0.0 };
            twice(score(shifts[0]), score(shifts[1]), is_reply)
        };
        (0..replied).map(|_| true).chain((0..silent).map(|_| false)).map(&mut one).collect()
    }

    #[test]
    fn the_interval_holds_the_true_difference_nineteen_times_of_twenty() {
        let mut rng = ChaCha8Rng::seed_from_u64(317);
        for (shifts, replied) in [([0.0, 0.0], 12), ([0.8, 0.8], 20), ([0.3, 1.2], 20)] {
            let large = campaign(40_000, 40_000, shifts, &mut rng);
            let truth = RankingChange::from_judged(&large).unwrap().difference();
            let rounds = 1_500;
            let holds = (0..rounds).filter(|_| {
                let interval =
                    RankingChange::from_judged(&campaign(replied, 200, shifts, &mut rng)).unwrap().interval.unwrap();
                (interval.low..=interval.high).contains(&truth)
            });
            let share = holds.count() as f64 / f64::from(rounds);
            assert!((0.93..=0.985).contains(&share), "{share} of {rounds} for {shifts:?} and {replied}");
        }
    }

    proptest! {
        #[test]
        fn each_area_is_that_of_the_judge_alone_and_turning_the_two_turns_the_sign(
            all in prop::collection::vec((0_u8..5, 0_u8..5, any::<bool>()), 2..40)) {
            let judged: Vec<JudgedTwice> =
                all.iter().map(|(before, after, reply)| twice(f64::from(*before), f64::from(*after), *reply)).collect();
            let alone = |score: &dyn Fn(&JudgedTwice) -> f64| {
                let judged: Vec<Judged> =
                    judged.iter().map(|one| Judged { score: score(one), is_reply: one.is_reply }).collect();
                Ranking::from_judged(&judged).map(|ranking| ranking.auc)
            };
            let change = RankingChange::from_judged(&judged);
            prop_assert_eq!(change.is_some(), alone(&|one| one.before).is_some());
            if let Some(change) = change {
                prop_assert!((change.before - alone(&|one| one.before).unwrap()).abs() < 1e-9);
                prop_assert!((change.after - alone(&|one| one.after).unwrap()).abs() < 1e-9);
                let turned: Vec<JudgedTwice> =
                    judged.iter().map(|one| twice(one.after, one.before, one.is_reply)).collect();
                let turned = RankingChange::from_judged(&turned).unwrap();
                prop_assert!((turned.difference() + change.difference()).abs() < 1e-9);
            }
        }
    }
}
