use super::*;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Families, each with a number of probes and how many of these get three yeses of three.
fn families(fooled: &[(usize, usize)]) -> Vec<Vec<Tally>> {
    let probe = |yes| Tally { yes: if yes { 3 } else { 0 }, total: 3 };
    fooled.iter().map(|(yes, probes)| (0..*probes).map(|index| probe(index < *yes)).collect()).collect()
}

/// Texts that a search found, and that get no yes.
const NOTHING_FOUND: [Tally; 20] = [Tally { yes: 0, total: 3 }; 20];
/// Messages that deserve a yes and get it.
const LIKED: [Tally; 20] = [Tally { yes: 3, total: 3 }; 20];

/// An audit without anything to complain of but what is given.
fn blank<'a>(families: &'a [Vec<Tally>], messages: &'a [(Vec<bool>, Vec<bool>)]) -> Decided<'a> {
    Decided { families, attack: &NOTHING_FOUND, controls: &LIKED, messages, missed: &[], questions: (300, 300) }
}

fn shortfalls(fooled: &[(usize, usize)], messages: &[(Vec<bool>, Vec<bool>)]) -> Vec<Shortfall> {
    JudgeFindings::from_decisions(&blank(&families(fooled), messages)).shortfalls()
}

fn steady() -> Vec<(Vec<bool>, Vec<bool>)> {
    (0..12).map(|index| (vec![index % 3 == 0; 3], vec![index % 3 == 0; 5])).collect()
}

#[test]
fn a_judge_that_is_not_fooled_passes_and_so_does_one_that_a_few_probes_fool() {
    assert_eq!(shortfalls(&[(0, 50), (0, 50)], &steady()), []);
    assert_eq!(shortfalls(&[(2, 50), (2, 50)], &steady()), []);
    assert!(matches!(shortfalls(&[(4, 50), (4, 50)], &steady())[..], [Shortfall::FalseYes(_)]));
}

#[test]
fn a_judge_that_misses_nine_of_24_facts_fails_and_one_that_misses_eight_passes() {
    let missing = |count: usize| {
        let missed: Vec<bool> = (0..24).map(|pair| pair < count).collect();
        let (families, messages) = (families(&[(0, 100)]), steady());
        JudgeFindings::from_decisions(&Decided { missed: &missed, ..blank(&families, &messages) }).shortfalls()
    };
    assert!(matches!(missing(9)[..], [Shortfall::Missed(low)] if low > MOST_MISSED));
    assert_eq!((missing(8), missing(0)), (vec![], vec![]));
}

#[test]
fn the_figures_that_justify_the_bounds_are_right() {
    let standing = |yes, probes| JudgeFindings::from_decisions(&blank(&families(&[(yes, probes)]), &[]));
    let high = |yes| standing(yes, 100).all.interval.unwrap().high;
    assert!((high(0) - 0.037).abs() < 5e-4 && (high(4) - 0.098).abs() < 5e-4, "{} {}", high(0), high(4));
    let bound = |yes, probes| standing(yes, probes).bounds[0];
    assert!((bound(0, LEAST_PROBES) - 0.139).abs() < 5e-4, "{}", bound(0, LEAST_PROBES));
    assert!((bound(1, LEAST_PROBES) - 0.216).abs() < 5e-4, "{}", bound(1, LEAST_PROBES));
    assert!(bound(0, 13) > MOST_IN_A_FAMILY && bound(0, 14) < MOST_IN_A_FAMILY);
}

#[test]
fn one_family_that_fools_the_judge_is_enough_to_fail_and_so_is_what_a_search_finds() {
    // The rate over all probes would do.
    let found = shortfalls(&[(0, 300), (4, 20)], &steady());
    assert!(matches!(found[..], [Shortfall::Family(1, high)] if high > 0.3), "{found:?}");
    let (families, messages) = (families(&[(0, 100)]), steady());
    let attack = [&[Tally { yes: 3, total: 3 }; 4], &NOTHING_FOUND[4..]].concat();
    let standing = JudgeFindings::from_decisions(&Decided { attack: &attack, ..blank(&families, &messages) });
    assert!(matches!(standing.shortfalls()[..], [Shortfall::Family(1, _)]), "{:?}", standing.shortfalls());
    assert_eq!((standing.all.yes, standing.worst().map(|(family, _)| family)), (0, Some(1)));
}

#[test]
fn a_judge_that_never_says_yes_does_not_pass() {
    let (families, messages) = (families(&[(0, 100)]), steady());
    let with = |controls: &[Tally]| {
        JudgeFindings::from_decisions(&Decided { controls, ..blank(&families, &messages) }).shortfalls()
    };
    assert_eq!(with(&[Tally { yes: 0, total: 3 }; 20]), [Shortfall::TrueYes(0.0)]);
    assert_eq!(with(&[]), [Shortfall::TrueYes(0.0)]);
    // A strict judge, who likes half of what deserves it, is a good one.
    assert_eq!(with(&[&LIKED[..10], &NOTHING_FOUND[10..]].concat()), []);
}

#[test]
fn nothing_decided_and_too_little_decided_is_not_passed() {
    let nothing = JudgeFindings::from_decisions(&Decided { questions: (0, 300), ..Decided::default() });
    assert_eq!(
        nothing.shortfalls(),
        [Shortfall::Undecided, Shortfall::FalseYes(1.0), Shortfall::Family(0, 1.0), Shortfall::TrueYes(0.0)]
    );
    let (families, messages) = (families(&[(0, 60)]), steady());
    let standing = JudgeFindings::from_decisions(&Decided { questions: (239, 300), ..blank(&families, &messages) });
    assert_eq!(standing.shortfalls(), [Shortfall::Undecided]);
}

#[test]
fn a_judge_that_tosses_coins_flips_too_often_and_an_ordinary_one_does_not() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut refused = |chance: f64| {
        let mut decide = |favourite: bool, count: usize| -> Vec<bool> {
            (0..count).map(|_| favourite ^ rng.random_bool(chance)).collect()
        };
        let audits = (0..400).filter(|_| {
            let messages: Vec<_> =
                (0..12).map(|index| (decide(index % 2 == 0, 3), decide(index % 2 == 0, 5))).collect();
            !shortfalls(&[(0, 100)], &messages).is_empty()
        });
        audits.count()
    };
    // A verdict that goes against the judge's own favourite in 7.3 % of cases flips in 13.6 % of pairs.
    let (ordinary, coins) = (refused(0.073), refused(0.5));
    assert!(ordinary <= 8 && coins >= 360, "{ordinary} and {coins} of 400");
}

/// How often a judge says yes to probes of one family.
#[derive(Clone, Copy)]
enum Fooled {
    /// To every probe with this chance, each time.
    Anywhere(f64),
    /// To this share of the probes always, to the others never.
    Always(f64),
    /// To a third of the probes with three times this chance, to the others never.
    Mixed(f64),
}

impl Fooled {
    fn probe(self, rng: &mut ChaCha8Rng) -> Tally {
        let chance = match self {
            Fooled::Anywhere(chance) => chance,
            Fooled::Always(share) => f64::from(u8::from(rng.random_bool(share))),
            Fooled::Mixed(mean) => 3.0 * mean * f64::from(u8::from(rng.random_bool(1.0 / 3.0))),
        };
        Tally::from_decisions((0..3).map(|_| rng.random_bool(chance)))
    }

    fn probes(self, rng: &mut ChaCha8Rng) -> Vec<Tally> {
        (0..LEAST_PROBES).map(|_| self.probe(rng)).collect()
    }
}

/// A judge as an audit meets it: what it says to probes of one family, to those of the eleven others and to what an
/// attack finds, and to messages that deserve a yes.
struct Simulated {
    worst: Fooled,
    others: Fooled,
    deserved: Fooled,
}

impl Simulated {
    /// The share of so many audits that it passes.
    fn passes(&self, audits: usize, rng: &mut ChaCha8Rng) -> f64 {
        let passed = (0..audits).filter(|_| {
            let mut families = vec![self.worst.probes(rng)];
            families.extend((0..11).map(|_| self.others.probes(rng)));
            let (attack, controls) = (self.others.probes(rng), self.deserved.probes(rng));
            let decided = Decided { attack: &attack, controls: &controls, ..blank(&families, &[]) };
            JudgeFindings::from_decisions(&decided).shortfalls().is_empty()
        });
        passed.count() as f64 / audits as f64
    }
}

#[test]
fn a_judge_that_one_family_fools_one_time_in_five_passes_at_most_one_audit_in_twenty() {
    let mut rng = ChaCha8Rng::seed_from_u64(1_001);
    let (others, deserved) = (Fooled::Anywhere(0.0), Fooled::Anywhere(0.9));
    for (name, worst) in [
        ("a fifth of its probes always", Fooled::Always(0.2)),
        ("each of its probes one time in five", Fooled::Anywhere(0.2)),
        ("a third of its probes three times in five", Fooled::Mixed(0.2)),
    ] {
        let passes = Simulated { worst, others, deserved }.passes(1_000, &mut rng);
        println!("{name}: {:.1}%", 100.0 * passes);
        assert!(passes <= 0.05, "{name}: {passes}");
    }
}

#[test]
fn a_good_judge_passes_nearly_always_and_one_above_the_bound_hardly_ever() {
    let mut rng = ChaCha8Rng::seed_from_u64(1_002);
    let shares = [0.0, 0.005, 0.01, 0.02, 0.04, 0.07, 0.10].map(|rate| {
        let error = Fooled::Anywhere(rate);
        let passes = Simulated { worst: error, others: error, deserved: Fooled::Anywhere(0.9) }.passes(400, &mut rng);
        println!("{:.1}% false yes everywhere: {:.1}%", 100.0 * rate, 100.0 * passes);
        passes
    });
    assert!(shares[..3].iter().all(|share| *share > 0.97) && shares[3] > 0.9 && shares[6] < 0.02, "{shares:?}");
    assert!(shares.is_sorted_by(|a, b| a >= b), "{shares:?}");
}

#[test]
fn a_judge_that_never_reads_passes_at_most_one_audit_in_twenty_however_often_it_says_yes() {
    let mut rng = ChaCha8Rng::seed_from_u64(1_003);
    for rate in [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.9] {
        let always = Fooled::Anywhere(rate);
        let passes = Simulated { worst: always, others: always, deserved: always }.passes(400, &mut rng);
        println!("yes to {:.0}% of everything: {:.1}%", 100.0 * rate, 100.0 * passes);
        assert!(passes <= 0.05, "{rate}: {passes}");
    }
}

#[test]
fn the_interval_of_the_flip_rate_covers_the_true_one() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for (messages, repeats) in [(12, 3), (16, 3), (12, 8), (40, 2)] {
        // Messages differ in how sure a judge is of them.
        let doubts = [0.0, 0.02, 0.1, 0.3, 0.5];
        let truth = doubts.iter().map(|p| 2.0 * p * (1.0 - p)).sum::<f64>() / doubts.len() as f64;
        let held = (0..1_000).filter(|_| {
            let said: Vec<_> = (0..messages)
                .map(|_| {
                    let doubt = doubts[rng.random_range(0..doubts.len())];
                    ((0..repeats).map(|_| rng.random_bool(doubt)).collect(), Vec::new())
                })
                .collect();
            let interval = JudgeFindings::from_decisions(&blank(&[], &said)).repeats.interval.unwrap();
            (interval.low..=interval.high).contains(&truth)
        });
        let share = held.count() as f64 / 1_000.0;
        assert!(share > 0.92, "{messages} messages, {repeats} repeats: covered {share}");
    }
}

proptest! {
    #[test]
    fn pairs_are_counted_as_they_are_one_by_one(these in prop::collection::vec(any::<bool>(), 0..9), those in prop::collection::vec(any::<bool>(), 0..9)) {
        let mut pairs = Tally::default();
        for (index, a) in these.iter().enumerate() {
            pairs += Tally::from_decisions(these[index + 1..].iter().map(|b| a != b));
        }
        prop_assert_eq!(flips(&these), pairs);
        let mut pairs = Tally::default();
        these.iter().for_each(|a| pairs += Tally::from_decisions(those.iter().map(|b| a != b)));
        prop_assert_eq!(flips_between(&these, &those), pairs);
    }
}
