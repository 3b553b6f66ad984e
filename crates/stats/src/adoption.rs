//! The test of a whole proof: exact while everybody is asked once, then with more messages to the same people.

use super::Interval;
use super::exact::{self, ExactTest, Pairs};
use super::sequential::{Decision, Design, MOST_PAIRS, Outcome, SequentialTest};
use super::sign_flip::LEAST;
use super::spending::Spending;

/// The most pairs that so many people can give.
#[must_use]
pub fn most_pairs(people: usize) -> usize {
    people * MOST_PAIRS
}

/// What is known of each pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// A yes or a no on either side.
    Single,
    /// Shares of several decisions, or chances.
    Graded,
}

/// The numbers of pairs at which to look. `people` are asked in turn until there are `pairs`. With single answers the
/// looks are those of [`exact::schedule`] while everybody is asked once, and then at most every eighth pair, eight times
/// at most. With graded answers they are so from the start, three at least, and with many people about every fifteenth:
/// a look spends level that cannot be recovered. Empty without pairs.
#[must_use]
pub fn schedule(people: usize, pairs: usize, answers: Answers) -> Vec<usize> {
    let pairs = pairs.min(most_pairs(people));
    let mut looks = Vec::new();
    if pairs == 0 {
        return looks;
    }
    let mut from = 0;
    if answers == Answers::Single {
        from = pairs.min(people);
        looks = exact::schedule(from);
        looks.retain(|until| *until >= LEAST || *until == pairs);
    }
    if from < pairs {
        let more = pairs - from;
        let fewest = if from == 0 { FEWEST_LOOKS.min(more) } else { 1 };
        let most = if from == 0 { MOST_LOOKS.max(more / FARTHEST_LOOKS) } else { MOST_LOOKS };
        let later = (more / PAIRS_A_LOOK).clamp(fewest, most);
        looks.extend((1..=later).map(|look| from + more * look / later));
    }
    looks
}

/// The fewest pairs between two looks once people are asked again. Looks are asked for in parallel, so that each costs
/// a wait.
const PAIRS_A_LOOK: usize = 8;
/// The most looks: five to ten save what looks can save, and more of them only spend level (Pocock 1982; Jennison and
/// Turnbull 2000, ch. 2.6). At graded answers of many people there are more, see [`FARTHEST_LOOKS`].
const MOST_LOOKS: usize = 8;
/// About how many pairs of graded answers lie between two looks where there are many. That five to ten looks are enough
/// holds for a test of the size that its gain needs. A lineage with many people can ask far more than that, and with
/// eight looks the first of 400 pairs came after 50, when most gains were long proved.
const FARTHEST_LOOKS: usize = 15;
/// The fewest looks at graded answers: two before the last, so that a large gain or none at all ends the asking early
/// also with few people.
const FEWEST_LOOKS: usize = 3;
/// How many looks of the first phase, in which everybody is asked once, are handed to the second. The others are so
/// close to these that they change nothing.
const REMEMBERED: usize = 5;

/// A group-sequential test of whether a challenger is better, one-sided, for whatever the budget allows.
///
/// *What is tested.* People are a random draw from some population; the null hypothesis is that the mean gain there,
/// every person counting once, is at most 0.
///
/// - While everybody has one pair of answers of yes or no it is [`ExactTest`]: exact at any number of people and any
///   rate, with a look after every other pair.
/// - Where people are few and asked again it goes on as [`SequentialTest`], which begins with the level that the exact
///   part has not used, at the boundary that follows from where the exact part would have stopped. Nobody is asked more
///   than [`MOST_PAIRS`] times.
/// - Where answers are graded from the first on (several decisions a message, several messages of the incumbent) it is
///   [`SequentialTest`] throughout.
#[derive(Clone, Debug)]
pub struct AdoptionTest {
    exact: ExactTest,
    student: SequentialTest,
    stage: Stage,
    /// The differences of the last exact look.
    singles: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// No look so far, or exact ones only.
    Exact,
    /// People were asked again, or answers are graded.
    Student,
}

impl AdoptionTest {
    /// A test before its first look, with one-sided level `alpha`, planned to find a gain of `effect`.
    #[must_use]
    pub fn plan(alpha: f64, effect: f64) -> Self {
        AdoptionTest::new(Design { spending: Spending::Gamma(-1.0), ..Design::new(alpha, effect) })
    }

    /// A test that has not looked yet.
    #[must_use]
    pub fn new(design: Design) -> Self {
        AdoptionTest {
            exact: ExactTest::new(design),
            student: SequentialTest::new(design),
            stage: Stage::Exact,
            singles: Vec::new(),
        }
    }

    /// Looks at the differences of all personas so far; see [`SequentialTest::look_at`]. `step` is 1 while everybody
    /// has one pair of single messages.
    pub fn look_at(&mut self, differences: &[f64], step: f64, planned_fraction: f64) -> Decision {
        let single = if step < 1.0 - 1e-9 { None } else { Pairs::of_differences(differences) };
        if let (Stage::Exact, Some(pairs)) = (self.stage, single) {
            self.singles = differences.to_vec();
            return self.exact.look(pairs, planned_fraction);
        }
        if self.stage == Stage::Exact {
            self.hand_over();
        }
        self.student.look_at(differences, step, planned_fraction)
    }

    /// Tells the second test where the first would have stopped.
    fn hand_over(&mut self) {
        self.stage = Stage::Student;
        let boundaries = self.exact.boundaries();
        let parts = boundaries.len().min(REMEMBERED);
        for part in 1..=parts {
            let (people, high, spent) = boundaries[boundaries.len() * part / parts - 1];
            let until = places(&self.singles, people);
            self.student.pass(&self.singles[..until], high, spent);
        }
        self.singles = Vec::new();
    }

    /// Adds the people who were asked after a look said "better"; see [`SequentialTest::measure`].
    pub fn measure(&mut self, differences: &[f64], step: f64) {
        match (self.stage, Pairs::of_differences(differences)) {
            (Stage::Exact, Some(pairs)) if step > 1.0 - 1e-9 => self.exact.measure(pairs),
            (Stage::Exact, _) => {}
            (Stage::Student, _) => self.student.measure(differences, step),
        }
    }

    /// What is known after the looks so far. `None` before there were two personas.
    #[must_use]
    pub fn result(&self) -> Option<Outcome> {
        match self.stage {
            Stage::Exact => self.exact.result(),
            Stage::Student => self.student.result(),
        }
    }

    /// The two-sided interval of the mean gain with this level, corrected for the looks.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<Interval> {
        match self.stage {
            Stage::Exact => self.exact.interval(level),
            Stage::Student => self.student.interval(level),
        }
    }
}

/// How many leading entries of `differences` contain `decided` decided ones (not NaN).
fn places(differences: &[f64], decided: usize) -> usize {
    let mut count = 0;
    let enough = differences.iter().position(|difference| {
        count += usize::from(!difference.is_nan());
        count == decided
    });
    enough.map_or(differences.len(), |last| last + 1)
}

#[cfg(test)]
#[path = "adoption_tests.rs"]
mod tests;
