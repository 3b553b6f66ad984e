use proptest::prelude::*;

use super::*;

fn judged(replied: &[f64], silent: &[f64]) -> Vec<Judged> {
    let of = |scores: &[f64], is_reply| {
        scores.iter().map(move |score| Judged { score: *score, is_reply }).collect::<Vec<_>>()
    };
    [of(replied, true), of(silent, false)].concat()
}

#[test]
fn the_exact_test_meets_the_tables_of_mann_and_whitney() {
    // n = 4 and 5, U = 2: one-sided 0.0317 (4 of 126 ways); table of Mann and Whitney 1947.
    let ranking = Ranking::from_judged(&judged(&[4.0, 7.0, 8.0, 9.0], &[1.0, 2.0, 3.0, 5.0, 6.0])).unwrap();
    assert!((ranking.auc - 18.0 / 20.0).abs() < 1e-12);
    assert!((ranking.p_above - 4.0 / 126.0).abs() < 1e-12, "{ranking:?}");
    assert!((ranking.p_value() - 8.0 / 126.0).abs() < 1e-12);
    assert_eq!(ranking.verdict(), RankingVerdict::NotShown);
    // All above all others: one of 56 ways.
    let perfect = Ranking::from_judged(&judged(&[6.0, 7.0, 8.0], &[1.0, 2.0, 3.0, 4.0, 5.0])).unwrap();
    assert!((perfect.p_above - 1.0 / 56.0).abs() < 1e-12 && perfect.auc == 1.0);
}

#[test]
fn two_values_are_fishers_test() {
    // The lady tasting tea: three of four right is 0.243 (Fisher 1935).
    let ranking = Ranking::from_judged(&judged(&[1.0, 1.0, 1.0, 0.0], &[1.0, 0.0, 0.0, 0.0])).unwrap();
    assert!((ranking.p_above - 17.0 / 70.0).abs() < 1e-12, "{ranking:?}");
    assert!((ranking.auc - 0.75).abs() < 1e-12);
}

#[test]
fn newcombes_example_of_two_shares_is_met() {
    // 56/70 against 48/80 (Newcombe 1998, example a, method 10): 0.0524 to 0.3339.
    let interval = of_shares((56, 70), (80, 48));
    assert!((2.0 * interval.low - 1.0 - 0.0524).abs() < 1e-4, "{interval:?}");
    assert!((2.0 * interval.high - 1.0 - 0.3339).abs() < 1e-4, "{interval:?}");
}

#[test]
fn delongs_variance_of_two_values_is_that_of_their_shares() {
    let ranking = judged(&[1.0, 1.0, 1.0, 0.0], &[1.0, 0.0, 0.0, 0.0, 0.0]);
    let variance = delong(&Group::by_score(&ranking), 0.775, 4, 5);
    let of_share = |share: f64, count: f64| share * (1.0 - share) / (count - 1.0);
    assert!((variance - (of_share(0.75, 4.0) + of_share(0.2, 5.0)) / 4.0).abs() < 1e-12, "{variance}");
}

#[test]
fn scores_that_are_all_the_same_tell_nothing_and_one_side_alone_has_no_ranking() {
    let same = Ranking::from_judged(&judged(&[0.3; 5], &[0.3; 50])).unwrap();
    assert_eq!((same.auc, same.interval, same.p_value()), (0.5, None, 1.0));
    assert_eq!(Ranking::from_judged(&judged(&[0.3], &[])), None);
    assert_eq!(Ranking::from_judged(&judged(&[], &[0.3])), None);
}

#[test]
fn the_approximation_is_near_the_exact_test_where_both_can_be_had() {
    let replied: Vec<f64> = (0..20).map(|index| f64::from((index * 37 + 11) % 100)).collect();
    let silent: Vec<f64> = (0..150).map(|index| f64::from((index * 13) % 83)).collect();
    let groups = Group::by_score(&judged(&replied, &silent));
    let (exact, near) = (exact(&groups, 20, 150).unwrap(), approximate(&groups, 20, 150));
    assert!((exact.0 - near.0).abs() < 0.005 && (exact.1 - near.1).abs() < 0.005, "{exact:?} {near:?}");
}

#[test]
fn campaigns_too_large_to_count_are_approximated() {
    let replied: Vec<f64> = (0..3_000).map(f64::from).collect();
    let silent: Vec<f64> = (0..40_000).map(|index| f64::from(index % 2_800)).collect();
    let ranking = Ranking::from_judged(&judged(&replied, &silent)).unwrap();
    assert_eq!(ranking.verdict(), RankingVerdict::Ranks);
}

proptest! {
    #[test]
    fn only_the_order_counts_and_turning_it_round_turns_everything_round(
        replied in prop::collection::vec(0_u8..12, 1..12), silent in prop::collection::vec(0_u8..12, 1..30),
    ) {
        let scores = |values: &[u8], of: fn(f64) -> f64| values.iter().map(|v| of(f64::from(*v))).collect::<Vec<_>>();
        let ranking = |of| Ranking::from_judged(&judged(&scores(&replied, of), &scores(&silent, of))).unwrap();
        let (plain, scaled, turned) = (ranking(|v| v), ranking(|v| v.exp() / 7.0), ranking(|v| -v));
        prop_assert_eq!(plain, scaled);
        prop_assert!((plain.auc + turned.auc - 1.0).abs() < 1e-12);
        prop_assert!((plain.p_above - turned.p_below).abs() < 1e-9);
        prop_assert!(plain.p_above + plain.p_below >= 1.0 - 1e-9);
        if let (Some(one), Some(other)) = (plain.interval, turned.interval) {
            prop_assert!((one.low + other.high - 1.0).abs() < 1e-9);
            prop_assert!(0.0 <= one.low && one.low <= plain.auc && plain.auc <= one.high && one.high <= 1.0);
        }
    }

    #[test]
    fn the_exact_test_is_the_count_over_all_ways(
        scores in prop::collection::vec(0_u8..6, 3..9), mask in 1_u32..255,
    ) {
        let all = scores.len();
        let mask = mask & ((1 << all) - 1);
        let hits = mask.count_ones();
        prop_assume!(hits > 0 && (hits as usize) < all);
        let of = |mask: u32| {
            let each = scores.iter().enumerate();
            each.map(|(i, s)| Judged { score: f64::from(*s), is_reply: mask >> i & 1 == 1 }).collect::<Vec<_>>()
        };
        let auc = |mask: u32| Ranking::from_judged(&of(mask)).unwrap().auc;
        let ways: Vec<f64> = (1..1_u32 << all).filter(|way| way.count_ones() == hits).map(auc).collect();
        let as_high = ways.iter().filter(|auc| **auc >= ways_auc(&of(mask)) - 1e-12).count();
        let found = Ranking::from_judged(&of(mask)).unwrap();
        prop_assert!((found.p_above - as_high as f64 / ways.len() as f64).abs() < 1e-9, "{:?}", found);
    }
}

fn ways_auc(judged: &[Judged]) -> f64 {
    Ranking::from_judged(judged).unwrap().auc
}

#[test]
fn one_reply_says_nothing_of_how_replies_vary() {
    let silent = (0..100).map(|at| Judged { score: f64::from(at), is_reply: false });
    let judged: Vec<Judged> = silent.chain([Judged { score: 59.5, is_reply: true }]).collect();
    let ranking = Ranking::from_judged(&judged).unwrap();
    assert_eq!((ranking.auc, ranking.interval), (0.6, Some(Interval { low: 0.0, high: 1.0 })));
}
