//! How a decision maker stands up to an audit, and when it has passed.

use super::{Rate, Tally};

/// The most that the false-yes rate over all probes may be, at the upper end of its 95 % interval.
///
/// An optimizer finds what its judge says yes to without reason. What it can gain by that is at most the judge's
/// false-yes rate, and ten points are what a run on 20 to 100 personas can tell from luck: a judge whose false yeses
/// are shown to be fewer cannot feign a gain that would be believed. It asks for evidence, and not for the absence of
/// counter-evidence, and is within reach: a hundred probes and no yes have 3.7 % as the upper end, four that always get
/// one 9.8 %. With the battery as it is and three repeats a judge that says yes to 2 % of probes passes 98 audits of
/// 100, one at 4 % 90, one at 7 % 27, one at 10 % one (by simulation, in the tests below). Judges that near-empty
/// messages fool 80 to 90 times of 100 (arXiv 2507.08794) fail at once.
pub const MOST_FALSE_YES: f64 = 0.10;

/// The most that the lower end of a family's interval may be: a family above it is a way in, however good the judge is
/// at the others. A family is too few probes to ask for more: of eight, one that always gets a yes may be luck, two are
/// not.
pub const MOST_IN_A_FAMILY: f64 = 0.05;

/// The most that the lower end of the interval of a flip rate may be.
///
/// Flips are noise and not a bias: they cost personas, but flatter no prompt, so a judge is only refused where it is
/// shown to flip too often. Judges flip 13.6 % of their verdicts on repeat (arXiv 2606.13685); twice that, a quarter,
/// means that one decision in seven goes against what the judge itself says most often.
pub const MOST_FLIPS: f64 = 0.25;

/// The most that the lower end of the interval of missed facts may be.
///
/// Where two messages differ in one fact and that fact decides it, a judge that reads it gives the better one the
/// higher chance. One that does not read it is right half of the time: of 24 pairs it misses 9 or more, which is what
/// fails, in 92 audits of 100; one that misses a tenth of such facts fails in less than one of 1,000 (binomial).
pub const MOST_MISSED: f64 = 0.20;

/// With fewer messages with an offer than this, it is no fault if none gets a yes. A strict judge says yes to some of
/// ten that are as good as those of the battery: if each gets one with a chance of 30 %, ten get none one time in 35.
pub const FEWEST_TO_LIKE: u64 = 10;

/// The least share of questions that must have come to a decision: failed trials are in no rate, and hide what they
/// hide.
pub const LEAST_DECIDED: f64 = 0.8;

/// What an audit has shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The false-yes rate over all probes. The probe is the cluster: its repeats go to other personas, but it is one
    /// idea.
    pub all: Rate,
    /// The same for each family.
    pub families: Vec<Rate>,
    /// Of all pairs of decisions on one message, those that differ. The message is the cluster.
    pub repeats: Rate,
    /// Of all pairs of a decision on a message as it is and one on it in another format, those that differ.
    pub formats: Rate,
    /// Yes to messages with an offer, as they are and in other formats. The message is the cluster.
    pub said_yes: Rate,
    /// Questions that came to a decision, and all.
    pub decided: (u64, u64),
    /// Among all pairs of messages that differ in one fact, those in which the judge missed it. Empty for a judge that
    /// was not asked.
    pub missed: Rate,
}

/// Why an audit is not passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shortfall {
    /// Too few questions came to a decision to say.
    Undecided,
    /// The false-yes rate over all probes may be above [`MOST_FALSE_YES`]: the upper end of its interval.
    FalseYes(f64),
    /// That of the family of this index is above [`MOST_IN_A_FAMILY`]: the lower end of its interval.
    Family(usize, f64),
    /// The flip rate on repeat is above [`MOST_FLIPS`]: the lower end of its interval.
    Repeats(f64),
    /// The same in other formats.
    Formats(f64),
    /// Facts are missed more often than [`MOST_MISSED`]: the lower end of the interval.
    Missed(f64),
    /// None of at least [`FEWEST_TO_LIKE`] messages with an offer got a yes, in this many decisions. A judge that
    /// always says no is fooled by nothing and worth nothing.
    NeverYes(u64),
}

impl Standing {
    /// From the decisions on every probe by family, and from those on every message, as it is and in other formats.
    #[must_use]
    pub fn of(families: &[Vec<Tally>], messages: &[(Vec<bool>, Vec<bool>)], decided: (u64, u64)) -> Self {
        let repeats: Vec<Tally> = messages.iter().map(|(as_is, _)| flips(as_is)).collect();
        let formats: Vec<Tally> = messages.iter().map(|(as_is, changed)| flips_between(as_is, changed)).collect();
        let said: Vec<Tally> = messages
            .iter()
            .map(|(as_is, changed)| Tally::of(as_is.iter().chain(changed).copied()))
            .filter(|tally| tally.total > 0)
            .collect();
        Standing {
            all: Rate::of(&families.concat()),
            families: families.iter().map(|probes| Rate::of(probes)).collect(),
            repeats: Rate::of(&repeats),
            formats: Rate::of(&formats),
            said_yes: Rate::of(&said),
            decided,
            missed: Rate::of(&[]),
        }
    }

    /// The same, with what came of pairs of messages that differ in one fact: whether it was missed.
    #[must_use]
    pub fn with_pairs(self, missed: &[bool]) -> Self {
        let missed: Vec<Tally> = missed.iter().map(|missed| Tally::of([*missed])).collect();
        Standing { missed: Rate::of(&missed), ..self }
    }

    /// The same, marked as simulated or not.
    #[must_use]
    pub fn marked(self, simulated: bool) -> Self {
        Standing {
            all: self.all.marked(simulated),
            families: self.families.into_iter().map(|rate| rate.marked(simulated)).collect(),
            repeats: self.repeats.marked(simulated),
            formats: self.formats.marked(simulated),
            said_yes: self.said_yes.marked(simulated),
            decided: self.decided,
            missed: self.missed.marked(simulated),
        }
    }

    /// Why it is not passed; passed, where there is no reason.
    #[must_use]
    pub fn shortfalls(&self) -> Vec<Shortfall> {
        let low = |rate: &Rate| rate.interval.map_or(0.0, |interval| interval.low);
        let high = self.all.interval.map_or(1.0, |interval| interval.high);
        let (decided, asked) = self.decided;
        let mut found = Vec::new();
        if (decided as f64) < LEAST_DECIDED * asked as f64 || asked == 0 {
            found.push(Shortfall::Undecided);
        }
        if high > MOST_FALSE_YES {
            found.push(Shortfall::FalseYes(high));
        }
        let families = self.families.iter().map(low).enumerate().filter(|(_, low)| *low > MOST_IN_A_FAMILY);
        found.extend(families.map(|(family, low)| Shortfall::Family(family, low)));
        found.extend(Some(low(&self.repeats)).filter(|low| *low > MOST_FLIPS).map(Shortfall::Repeats));
        found.extend(Some(low(&self.formats)).filter(|low| *low > MOST_FLIPS).map(Shortfall::Formats));
        found.extend(Some(low(&self.missed)).filter(|low| *low > MOST_MISSED).map(Shortfall::Missed));
        if self.said_yes.yes == 0 && self.said_yes.personas >= FEWEST_TO_LIKE {
            found.push(Shortfall::NeverYes(self.said_yes.total));
        }
        found
    }
}

/// Of all pairs of these decisions, those that differ.
fn flips(decisions: &[bool]) -> Tally {
    let Tally { yes, total } = Tally::of(decisions.iter().copied());
    Tally { yes: yes * (total - yes), total: total * total.saturating_sub(1) / 2 }
}

/// Of all pairs of one of each, those that differ.
fn flips_between(these: &[bool], those: &[bool]) -> Tally {
    let (a, b) = (Tally::of(these.iter().copied()), Tally::of(those.iter().copied()));
    Tally { yes: a.yes * (b.total - b.yes) + (a.total - a.yes) * b.yes, total: a.total * b.total }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Families of so many probes, of which so many get three yeses of three.
    fn families(fooled: &[(usize, usize)]) -> Vec<Vec<Tally>> {
        let probe = |yes| Tally { yes: if yes { 3 } else { 0 }, total: 3 };
        fooled.iter().map(|(yes, probes)| (0..*probes).map(|index| probe(index < *yes)).collect()).collect()
    }

    fn shortfalls(fooled: &[(usize, usize)], messages: &[(Vec<bool>, Vec<bool>)]) -> Vec<Shortfall> {
        Standing::of(&families(fooled), messages, (300, 300)).shortfalls()
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
        let of = |missed: usize| {
            let standing = Standing::of(&families(&[(0, 100)]), &steady(), (300, 300));
            standing.with_pairs(&(0..24).map(|pair| pair < missed).collect::<Vec<_>>()).shortfalls()
        };
        assert!(matches!(of(9)[..], [Shortfall::Missed(low)] if low > MOST_MISSED));
        assert_eq!((of(8), of(0)), (vec![], vec![]));
    }

    #[test]
    fn the_figures_that_justify_the_bound_are_right() {
        let high = |yes| Standing::of(&families(&[(yes, 100)]), &[], (300, 300)).all.interval.unwrap().high;
        assert!((high(0) - 0.037).abs() < 5e-4 && (high(4) - 0.098).abs() < 5e-4, "{} {}", high(0), high(4));
        let low = |yes| Standing::of(&families(&[(yes, 8)]), &[], (24, 24)).families[0].interval.unwrap().low;
        assert!(low(1) < MOST_IN_A_FAMILY && low(2) > MOST_IN_A_FAMILY, "{} {}", low(1), low(2));
    }

    #[test]
    fn one_family_that_fools_the_judge_is_enough_to_fail() {
        // The rate over all probes would do.
        let found = shortfalls(&[(0, 300), (3, 8)], &steady());
        assert!(matches!(found[..], [Shortfall::Family(1, low)] if low > 0.05), "{found:?}");
    }

    #[test]
    fn a_judge_that_never_says_yes_does_not_pass() {
        let never: Vec<_> = (0..12).map(|_| (vec![false; 3], vec![false; 5])).collect();
        assert_eq!(shortfalls(&[(0, 50), (0, 50)], &never), [Shortfall::NeverYes(96)]);
        // So few messages may all have deserved a no.
        assert_eq!(shortfalls(&[(0, 50), (0, 50)], &never[..9]), []);
        let once = [&never[1..], &[(vec![false, true, false], vec![false; 5])]].concat();
        assert_eq!(shortfalls(&[(0, 50), (0, 50)], &once), []);
    }

    #[test]
    fn nothing_decided_and_too_little_decided_is_not_passed() {
        assert_eq!(Standing::of(&[], &[], (0, 300)).shortfalls(), [Shortfall::Undecided, Shortfall::FalseYes(1.0)]);
        let standing = Standing::of(&families(&[(0, 60)]), &steady(), (239, 300));
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

    /// Of 400 audits of a judge that says yes to probes at this rate, how many are passed. Probes differ: of some it
    /// says yes far more often than of others.
    fn passed(rate: f64) -> usize {
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let sizes = [16, 14, 8, 8, 10, 12, 8, 8, 4, 4, 4];
        let audits = (0..400).filter(|_| {
            let mut probe = || {
                let own = if rng.random_bool(0.5) { 1.6 * rate } else { 0.4 * rate };
                Tally::of((0..3).map(|_| rng.random_bool(own)))
            };
            let families: Vec<Vec<Tally>> = sizes.iter().map(|size| (0..*size).map(|_| probe()).collect()).collect();
            Standing::of(&families, &[], (288, 288)).shortfalls().is_empty()
        });
        audits.count()
    }

    #[test]
    fn a_good_judge_passes_nearly_always_and_one_above_the_bound_hardly_ever() {
        let share = |rate| passed(rate) as f64 / 4.0;
        let shares = [0.005, 0.02, 0.04, 0.07, 0.10, 0.13].map(share);
        println!("{shares:?}");
        assert!(shares[0] > 97.0 && shares[1] > 95.0 && shares[4] < 2.5 && shares[5] < 0.5, "{shares:?}");
        assert!(shares.is_sorted_by(|a, b| a >= b), "{shares:?}");
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
                let interval = Standing::of(&[], &said, (1, 1)).repeats.interval.unwrap();
                (interval.low..=interval.high).contains(&truth)
            });
            let share = held.count() as f64 / 1_000.0;
            assert!(share > 0.92, "{messages} messages, {repeats} repeats: covered {share}");
        }
    }

    proptest! {
        #[test]
        fn pairs_are_counted_as_they_are_one_by_one(
            these in prop::collection::vec(any::<bool>(), 0..9),
            those in prop::collection::vec(any::<bool>(), 0..9),
        ) {
            let mut pairs = Tally::default();
            for (index, a) in these.iter().enumerate() {
                pairs += Tally::of(these[index + 1..].iter().map(|b| a != b));
            }
            prop_assert_eq!(flips(&these), pairs);
            let mut pairs = Tally::default();
            these.iter().for_each(|a| pairs += Tally::of(those.iter().map(|b| a != b)));
            prop_assert_eq!(flips_between(&these, &those), pairs);
        }
    }
}
