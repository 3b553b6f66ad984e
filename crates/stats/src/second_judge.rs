//! Whether a second judge sees the gain as well: judge by prompt.

use super::confirm;
use super::exact::{ExactTest, Pairs};
use super::normal::{quantile, t_of_z, t_tail};
use super::sign_flip::{self, Estimate};
use super::{Interval, sequential};

/// The difference of one person, challenger minus incumbent in -1..=1, by either judge on the same messages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Twice {
    /// By the judge that the search listened to.
    pub first: f64,
    /// By the one from whom nothing was learned.
    pub second: f64,
}

/// What both judges said.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// Differences of every person on whom both judges decided, over all messages.
    pub all: &'a [Twice],
    /// The smallest change of a difference there.
    pub step: f64,
    /// Differences of the people who were asked after the decision, over their messages since then alone.
    pub later: &'a [Twice],
    /// The smallest change of a difference there.
    pub later_step: f64,
    /// The lower limit of the 95 % interval that is reported of the first judge's gain, corrected for the looks.
    pub first_low: f64,
}

/// What can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// The second judge sees a gain too, beyond what chance explains.
    Holds,
    /// The second judge shows no gain, and is shown to see less than the first.
    DoesNot,
    /// There are too few people to tell which.
    CannotTell,
}

impl Opinion {
    /// The word for it in records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Opinion::Holds => "holds",
            Opinion::DoesNot => "does_not",
            Opinion::CannotTell => "cannot_tell",
        }
    }

    /// The opinion of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Opinion::Holds, Opinion::DoesNot, Opinion::CannotTell].into_iter().find(|opinion| opinion.as_str() == word)
    }
}

/// Both judges on the same messages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Opinions {
    /// What it comes to.
    pub opinion: Opinion,
    /// The mean gain by the second judge.
    pub second: f64,
    /// Its two-sided 95 % interval. Nothing was selected by this judge.
    pub second_interval: Interval,
    /// How far the second judge's gain is above the first's, measured on messages that the first did not select if
    /// there are enough of them. Below 0 the second judge sees less.
    pub between: f64,
    /// The two-sided 95 % interval of that.
    pub between_interval: Interval,
    /// Whether `between` rests on messages that had no part in the decision. Otherwise it includes the first judge's
    /// luck.
    pub is_unselected: bool,
    /// People who were compared.
    pub people: usize,
}

/// The chance of a wrong "holds", and that of a wrong "does not": the usual one, as for the proof.
const ALPHA: f64 = 0.05;
/// With fewer later people than this, the sample is too small: it is the least number of people that a lineage keeps
/// aside, for the same reason. `just bench-proof judges` shows what twelve can tell.
const FEWEST_LATER: usize = 12;

impl Opinions {
    /// Compares the two judges; differences that are NaN are left out. `None` with fewer than two people.
    ///
    /// - *Holds*: "the second judge's mean gain is at most 0" is refused at 5 %, by McNemar's exact test where answers
    ///   are single, else as [`sign_flip::p_value`].
    /// - *Does not*: not that, and the judges are shown to differ. That one is significant and the other is not shows
    ///   nothing (Gelman and Stern 2006): it is the difference of the differences that is tested, paired by person.
    ///   Among what was adopted the first judge was lucky, so on the messages that decided, it sees more than the
    ///   second even where both are alike. Therefore it is tested on messages that were asked for after the decision,
    ///   where there are twelve people or more, by Student's t at 5 %; and else it must be that the upper limit of the
    ///   second judge's gain, one-sided at 5 %, is below `first_low`.
    /// - *Cannot tell* else.
    #[must_use]
    pub fn compare(judged: Judged<'_>) -> Option<Self> {
        let (all, later) = (decided(judged.all), decided(judged.later));
        let second: Vec<f64> = all.iter().map(|one| one.second).collect();
        let second_gain = Estimate::from_differences(&second, judged.step)?;
        let second_interval = confirm::interval(&second, judged.step)?;
        let is_unselected = later.len() >= FEWEST_LATER;
        let (people, step) = if is_unselected { (&later, judged.later_step) } else { (&all, judged.step) };
        let between: Vec<f64> = people.iter().map(|one| one.second - one.first).collect();
        let difference = Estimate::from_differences(&between, step)?;
        let reach = t_of_z(quantile(0.975), difference.degrees_of_freedom()) * difference.error;
        let sees_less = if is_unselected {
            t_tail(-difference.mean / difference.error, difference.degrees_of_freedom()) <= ALPHA
        } else {
            second_gain.mean + t_of_z(quantile(1.0 - ALPHA), second_gain.degrees_of_freedom()) * second_gain.error
                < judged.first_low
        };
        let opinion = match (p_value(&second, judged.step) <= ALPHA, sees_less) {
            (true, _) => Opinion::Holds,
            (false, true) => Opinion::DoesNot,
            (false, false) => Opinion::CannotTell,
        };
        Some(Opinions {
            opinion,
            second: second_gain.mean,
            second_interval,
            between: difference.mean,
            between_interval: Interval {
                low: (difference.mean - reach).max(-2.0),
                high: (difference.mean + reach).min(2.0),
            },
            is_unselected,
            people: all.len(),
        })
    }
}

fn decided(people: &[Twice]) -> Vec<Twice> {
    people.iter().copied().filter(|one| !one.first.is_nan() && !one.second.is_nan()).collect()
}

/// One-sided, of "the mean is at most 0".
fn p_value(differences: &[f64], step: f64) -> f64 {
    match Pairs::of_differences(differences) {
        Some(pairs) if step > 1.0 - 1e-9 => {
            let mut test = ExactTest::plan(ALPHA, 0.1);
            let _: sequential::Decision = test.look(pairs, 1.0);
            test.p_value()
        }
        _ => sign_flip::p_value(differences, step).max(sign_flip::missed(differences)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::schedule;
    use crate::sequential::Decision;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// What both judges say of a person's two messages: each judge has a chance of a yes of 0.3 before and of 0.3 and
    /// its gain after; half of the time both hang on the same thing in the message.
    fn ask(gains: (f64, f64), rng: &mut ChaCha8Rng) -> (f64, f64) {
        let mut said = |chances: (f64, f64)| {
            let one: f64 = rng.random();
            let other = if rng.random_bool(0.5) { one } else { rng.random() };
            (f64::from(u8::from(one < chances.0)), f64::from(u8::from(other < chances.1)))
        };
        let (before, after) = (said((0.3, 0.3)), said((0.3 + gains.0, 0.3 + gains.1)));
        (after.0 - before.0, after.1 - before.1)
    }

    /// How often each opinion is given over this many adoptions by the first judge. With `later`, as many people again
    /// are asked after the decision.
    fn opinions(people: usize, gains: (f64, f64), later: bool, runs: usize, rng: &mut ChaCha8Rng) -> [usize; 3] {
        let mut found = [0; 3];
        while found.iter().sum::<usize>() < runs {
            let all: Vec<(f64, f64)> = (0..people).map(|_| ask(gains, rng)).collect();
            let first: Vec<f64> = all.iter().map(|(first, _)| *first).collect();
            let mut test = ExactTest::plan(0.05, 0.15);
            let better = schedule(people).into_iter().any(|until| {
                let pairs = Pairs::of_differences(&first[..until]).unwrap();
                test.look(pairs, until as f64 / people as f64) == Decision::Better
            });
            if !better {
                continue;
            }
            let twice = |(first, second): (f64, f64)| Twice { first, second };
            let mut all: Vec<Twice> = all.into_iter().map(twice).collect();
            let count = if later { people } else { 0 };
            let later: Vec<Twice> = (0..count).map(|_| twice(ask(gains, rng))).collect();
            all.extend(&later);
            let first_low = test.result().unwrap().interval.low;
            let judged = Judged { all: &all, step: 1.0, later: &later, later_step: 1.0, first_low };
            let opinion = Opinions::compare(judged).unwrap().opinion;
            let all = [Opinion::Holds, Opinion::DoesNot, Opinion::CannotTell];
            found[all.iter().position(|one| *one == opinion).unwrap()] += 1;
        }
        found
    }

    #[test]
    fn two_judges_who_see_the_same_gain_are_rarely_said_to_differ_also_among_what_was_adopted() {
        let mut rng = ChaCha8Rng::seed_from_u64(901);
        for (people, gain) in [(12, 0.4), (40, 0.2), (80, 0.15)] {
            for later in [false, true] {
                let found = opinions(people, (gain, gain), later, 250, &mut rng);
                println!("{people} people, {gain} and {gain}, later {later}: {found:?}");
                // 12.5 and three standard deviations.
                assert!(found[1] <= 23, "{people} people, later {later}: {found:?}");
            }
        }
    }

    #[test]
    fn a_gain_that_only_the_first_sees_is_found_out_where_there_are_people_enough() {
        let mut rng = ChaCha8Rng::seed_from_u64(902);
        for (people, gain, later, least) in
            [(12, 0.4, false, 0), (40, 0.3, true, 75), (80, 0.3, true, 100), (80, 0.4, false, 60)]
        {
            let found = opinions(people, (gain, 0.0), later, 150, &mut rng);
            println!("{people} people, {gain} and 0, later {later}: {found:?}");
            // 7.5 and three standard deviations.
            assert!(found[0] <= 16 && found[1] >= least, "{people} people, later {later}: {found:?}");
        }
    }

    #[test]
    fn what_the_judges_differ_by_is_paired_by_person() {
        let person = |first, second| Twice { first, second };
        let people = [vec![person(1.0, 1.0); 10], vec![person(0.0, 0.0); 10], vec![person(1.0, 0.0); 4]].concat();
        let judged = |all, later| Judged { all, step: 1.0, later, later_step: 1.0, first_low: 0.3 };
        let found = Opinions::compare(judged(&people, &people)).unwrap();
        assert!((found.between + 4.0 / 24.0).abs() < 1e-12 && found.is_unselected && found.people == 24);
        assert_eq!(found.opinion, Opinion::Holds);
        assert!(!Opinions::compare(judged(&people, &people[..11])).unwrap().is_unselected);
        assert_eq!(Opinions::compare(judged(&people[..1], &[])), None);
        let nan = Twice { second: f64::NAN, ..person(1.0, 1.0) };
        assert_eq!(Opinions::compare(judged(&[nan; 5], &[])), None);
    }
}
