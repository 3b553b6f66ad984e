//! The test that decides on adoption where everybody is asked once and answers yes or no: exact, with many looks.

use super::Interval;
use super::course::Course;
use super::normal::quantile;
use super::sequential::{Decision, Design, Futility, Outcome};
use super::sign_flip::LEAST;
use super::spending::Spending;

/// Pairs of a yes or no to the earlier and to the later prompt, one pair a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// People who were asked; pairs that miss a side do not count.
    pub people: u64,
    /// People who said no to the earlier prompt and yes to the later one.
    pub rose: u64,
    /// People who said yes to the earlier prompt and no to the later one.
    pub fell: u64,
}

impl Pairs {
    /// Counts (earlier, later) answers.
    pub fn count(answers: impl IntoIterator<Item = (bool, bool)>) -> Self {
        answers.into_iter().fold(Pairs::default(), |pairs, (before, after)| Pairs {
            people: pairs.people + 1,
            rose: pairs.rose + u64::from(!before && after),
            fell: pairs.fell + u64::from(before && !after),
        })
    }

    /// From differences of 1, 0 and -1; NaN stands for a pair that misses a side. `None` for any other value.
    #[must_use]
    pub fn of_differences(differences: &[f64]) -> Option<Self> {
        let decided = differences.iter().copied().filter(|difference| !difference.is_nan());
        decided.into_iter().try_fold(Pairs::default(), |pairs, difference| {
            let (rose, fell) = (difference == 1.0, difference == -1.0);
            (rose || fell || difference == 0.0).then_some(Pairs {
                people: pairs.people + 1,
                rose: pairs.rose + u64::from(rose),
                fell: pairs.fell + u64::from(fell),
            })
        })
    }

    /// Who changed.
    #[must_use]
    pub fn changed(self) -> u64 {
        self.rose + self.fell
    }

    /// The plain mean of the differences, 0 without anybody.
    #[must_use]
    pub fn mean(self) -> f64 {
        (self.rose as f64 - self.fell as f64) / self.people.max(1) as f64
    }
}

/// The most looks. The exact test loses nothing by looking often, since what one look cannot use of the level the next
/// one can; with some forty a tenth fewer people were asked than with eight (`just bench-proof power`), and more would
/// only be more waits.
const LOOKS: usize = 40;

/// The numbers of people at which to look, out of `people` in all: at most forty looks, spaced as evenly as possible
/// and at least two people apart. The first comes once five people have answered, the last once all have.
#[must_use]
pub fn schedule(people: usize) -> Vec<usize> {
    let looks = (people / 2).clamp(1, LOOKS);
    let even = (1..=looks).map(|look| people * look / looks);
    even.filter(|until| *until >= LEAST || *until == people).collect()
}

/// A group-sequential McNemar test: one-sided, exact, for people who are asked once each.
///
/// *What is tested.* People are a random draw from some population, and the null hypothesis is that the mean gain there
/// is at most 0: no more of them rise than fall. Who rises and who falls may differ from person to person in any way.
/// Of a person who changed, the chance of a rise is then at most one half, whatever the rates, so given who changed the
/// count of risers is binomial (McNemar 1947; Cox 1958; Lehmann and Romano 2005, ch. 4.5).
///
/// - *Boundary.* At a look the count of risers stops the test if so many, not stopped before, have at most the chance
///   that the spending function allows so far and earlier boundaries did not use. That chance is taken from the
///   binomial walk itself, given how many had changed at each look ([`Course`]); nothing is approximated, and what a
///   coarse distribution cannot use at one look is left for the next. So the level holds for any number of people and
///   of looks and at any rate, and there may be a look after every other pair.
/// - *Spending* goes by the planned fraction of people, which tells nothing of who rose (Lan and DeMets 1983).
/// - *Futility* is not binding and leaves the level as it is.
/// - *After stopping* p-value, interval and estimate follow the stagewise ordering (Fairbanks and Madsen 1982; Jennison
///   and Turnbull 2000, ch. 8 and 12.1): a stop above at an earlier look is stronger evidence, within a look the count
///   of risers is. The p-value is exact. Interval and median-unbiased estimate of the share of risers `θ` among those
///   who changed count half of what was just seen (mid-p: Lancaster 1961; Agresti and Gottard 2007), since an exact
///   interval of a count covers too often; with the share `π` of people who changed and its score interval (Wilson
///   1927) they are put together to the gain `π (2 θ - 1)` (MOVER: Zou and Donner 2008). Coverage is tested by
///   simulation.
/// - *Measuring.* As in [`super::sequential::SequentialTest::measure`], but exact.
#[derive(Clone, Debug)]
pub struct ExactTest {
    design: Design,
    /// If nobody gains: the walk that is stopped above only.
    course: Course,
    looks: Vec<Look>,
    measured: Option<Pairs>,
}

#[derive(Clone, Copy, Debug)]
struct Look {
    pairs: Pairs,
    /// The test stops with fewer risers than this.
    low: u64,
    /// The test stops with at least this many risers.
    high: u64,
    /// The level that was used up to and with this look.
    spent: f64,
    decision: Decision,
}

impl ExactTest {
    /// A test before its first look, with level `alpha` and planned to find a gain of `effect`. Its spending function
    /// is the one that simulations favoured for many looks: of those between O'Brien and Fleming's and Pocock's it took
    /// the fewest people at gains of 15 and 20 points and 60 to 90 % power, by a hair.
    #[must_use]
    pub fn plan(alpha: f64, effect: f64) -> Self {
        ExactTest::new(Design { spending: Spending::Gamma(-1.0), ..Design::new(alpha, effect) })
    }

    /// A test that has not looked yet.
    #[must_use]
    pub fn new(design: Design) -> Self {
        ExactTest { design, course: Course::new(0.5), looks: Vec::new(), measured: None }
    }

    /// Looks at all pairs so far. `planned_fraction` in 0..=1 is how far along this look was planned to be, in people;
    /// 1 is the last and never says [`Decision::GoOn`].
    ///
    /// A test that has said "better" has decided: later looks repeat it and are not taken. After "futile" one may go
    /// on.
    pub fn look(&mut self, pairs: Pairs, planned_fraction: f64) -> Decision {
        if let Some(last) = self.looks.last_mut() {
            if last.decision == Decision::Better {
                return Decision::Better;
            }
            // The last look was futile but the test went on, so no path was stopped below there.
            if last.decision == Decision::Futile {
                last.low = 0;
            }
        }
        let fraction = if planned_fraction.is_nan() { 0.0 } else { planned_fraction.clamp(0.0, 1.0) };
        self.course.go_to(pairs.changed());
        let allowed = self.design.spending.spent(self.design.alpha, fraction) - self.course.stopped_above();
        let high = match self.course.boundary(allowed.max(0.0)) {
            // Fewer than five people show nothing, whatever they say.
            _ if pairs.people < LEAST as u64 => pairs.changed() + 1,
            high => high,
        };
        self.course.stop(0, high);
        let low = match self.design.futility {
            Some(futility) if pairs.people >= FEWEST_TO_GIVE_UP => {
                low(futility, self.design.alpha, pairs, fraction).min(high)
            }
            _ => 0,
        };
        let decision = if pairs.rose >= high {
            Decision::Better
        } else if pairs.rose < low || fraction >= 1.0 {
            Decision::Futile
        } else {
            Decision::GoOn
        };
        self.looks.push(Look { pairs, low, high, spent: self.course.stopped_above(), decision });
        decision
    }

    /// Adds the people who were asked after a look said "better": `pairs` holds all pairs, those of the looks included.
    /// Their number must have been fixed before the first look. Does nothing without a "better".
    pub fn measure(&mut self, pairs: Pairs) {
        if self.looks.last().is_some_and(|last| last.decision == Decision::Better) {
            self.measured = Some(pairs);
        }
    }

    /// What is known after the looks so far. `None` before there were two people.
    #[must_use]
    pub fn result(&self) -> Option<Outcome> {
        let last = self.looks.last()?;
        let pairs = self.measured.unwrap_or(last.pairs);
        if pairs.people < 2 {
            return None;
        }
        Some(Outcome {
            estimate: self.gain(0.5),
            mean: pairs.mean(),
            interval: self.interval(0.95)?,
            p_value: self.p_value(),
            looks: self.looks.len(),
            personas: pairs.people as usize,
        })
    }

    /// The two-sided interval of the mean gain with this level, corrected for the looks. `None` before a look.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<Interval> {
        let pairs = self.measured.or(self.looks.last().map(|last| last.pairs))?;
        let outside = (1.0 - level) / 2.0;
        let share = pairs.changed() as f64 / pairs.people.max(1) as f64;
        let change = score_interval(pairs, quantile(1.0 - outside));
        let lean = Interval { low: self.lean(outside), high: self.lean(1.0 - outside) };
        let (low, high) = product((share, change), (self.lean(0.5), lean));
        Some(Interval { low, high })
    }

    /// The one-sided p-value of "the mean gain is at most 0": exact, and at most `alpha` if and only if a look said
    /// "better". 1 before a look.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        let Some(last) = self.looks.last() else { return 1.0 };
        let mut course = Course::new(0.5);
        let (_, earlier) = self.looks.split_last().unwrap_or((last, &[]));
        for look in earlier {
            course.go_to(look.pairs.changed());
            course.stop(0, look.high);
        }
        course.go_to(last.pairs.changed());
        (course.stopped_above() + course.at_least(last.pairs.rose)).min(1.0)
    }

    /// For each look: the number of people, the normal value as extreme as the count that would have stopped the test
    /// there, and the level used so far.
    pub(crate) fn boundaries(&self) -> Vec<(usize, f64, f64)> {
        let boundary = |look: &Look| {
            let mut course = Course::new(0.5);
            course.go_to(look.pairs.changed());
            let tail = course.at_least(look.high);
            (look.pairs.people as usize, if tail > 0.0 { -quantile(tail) } else { f64::INFINITY }, look.spent)
        };
        self.looks.iter().map(boundary).collect()
    }

    /// The gain under which a result at least as strong as the observed one has this chance.
    fn gain(&self, chance: f64) -> f64 {
        let pairs = self.measured.or(self.looks.last().map(|last| last.pairs)).unwrap_or_default();
        pairs.changed() as f64 / pairs.people.max(1) as f64 * self.lean(chance)
    }

    /// The same for `2 θ - 1`: the share of changers who rise minus the share who fall.
    fn lean(&self, chance: f64) -> f64 {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..30 {
            let middle = f64::midpoint(low, high);
            if self.stronger(middle) < chance { low = middle } else { high = middle }
        }
        f64::midpoint(low, high) * 2.0 - 1.0
    }

    /// The chance of stronger evidence than the observed one plus half the chance of exactly this, if a share `theta`
    /// of those who change rises.
    fn stronger(&self, theta: f64) -> f64 {
        let Some((last, earlier)) = self.looks.split_last() else { return theta };
        // Who was measured afterwards comes after all looks, and a "better" stopped nobody from being asked.
        let (now, earlier) = match self.measured {
            Some(measured) => (measured, &self.looks[..]),
            None => (last.pairs, earlier),
        };
        let mut course = Course::new(theta);
        for look in earlier {
            course.go_to(look.pairs.changed());
            course.stop(look.low, if self.measured.is_some() { u64::MAX } else { look.high });
        }
        course.go_to(now.changed());
        course.stopped_above() + course.at_least(now.rose + 1) + course.just(now.rose) / 2.0
    }
}

/// The limits of a product of two estimates that err independently, each with its interval: the extremes of the product
/// over the ellipse whose half axes are the distances to the four limits. With distances that are small beside the
/// estimates this is the method of variance estimates recovery (MOVER: Zou and Donner 2008); the ellipse holds also
/// where one of them is near 0 or at the end of its range.
fn product(share: (f64, Interval), lean: (f64, Interval)) -> (f64, f64) {
    let at = |(middle, interval): (f64, Interval), part: f64| {
        middle + part.abs() * if part < 0.0 { interval.low - middle } else { interval.high - middle }
    };
    (0..ROUND).fold((1.0, -1.0), |(low, high): (f64, f64), step| {
        let angle = std::f64::consts::TAU * f64::from(step) / f64::from(ROUND);
        let gain = at(share, angle.cos()) * at(lean, angle.sin());
        (low.min(gain), high.max(gain))
    })
}

/// Directions that are tried: enough to find the extreme to a thousandth of the distance.
const ROUND: u32 = 144;

/// Wilson's interval of the share of people who changed.
fn score_interval(pairs: Pairs, z: f64) -> Interval {
    let n = pairs.people.max(1) as f64;
    let (share, z2) = (pairs.changed() as f64 / n, z * z / n);
    let centre = (share + z2 / 2.0) / (1.0 + z2);
    let half = z * (share * (1.0 - share) / n + z2 / (4.0 * n)).sqrt() / (1.0 + z2);
    Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) }
}

/// The test never gives up before this many people, and this share of all, were asked: with fewer, one or two who fell
/// would decide. Giving up changes no level, only how much is found, so that round numbers do.
const FEWEST_TO_GIVE_UP: u64 = 16;
/// See [`FEWEST_TO_GIVE_UP`].
const SOONEST: f64 = 0.25;

/// The count of risers below which a "better" at the last look is too unlikely, if the true effect is the planned one,
/// or the one that the test has 80 % power for if that is larger.
fn low(futility: Futility, alpha: f64, pairs: Pairs, fraction: f64) -> u64 {
    if !(SOONEST..1.0).contains(&fraction) {
        return 0;
    }
    let change = (pairs.changed() as f64 + 1.0) / (pairs.people as f64 + 2.0);
    let all = pairs.people as f64 / fraction;
    let (now, later) = (pairs.changed() as f64, change * (all - pairs.people as f64));
    // The normal approximation of the count at the end is good enough here; the level does not depend on it.
    let critical = quantile(1.0 - alpha);
    let end = now + later;
    let powered = (critical + quantile(0.8)) / end.sqrt();
    let lean = (futility.effect / change).max(powered).min(1.0);
    // Risers minus fallers: how many are needed at the end and expected from here.
    let needed = critical * end.sqrt() - lean * later
        + (later * (1.0 - lean * lean).max(0.0)).sqrt() * quantile(futility.chance);
    (f64::midpoint(now, needed)).ceil().clamp(0.0, now + 1.0) as u64
}

#[cfg(test)]
#[path = "exact_tests.rs"]
mod tests;
