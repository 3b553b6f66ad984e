//! How many people would settle a gain, or why no number of them would.

use super::course::Course;
use super::power::{Size, messages_for, personas_for, power};
use super::sequential::MOST_PAIRS;
use super::variance::Components;

/// A plan for more people than this is not worth giving: a gain that takes so many is too small to matter, or was
/// guessed from too little.
pub const MOST_PEOPLE: u32 = 2_000;

/// What would settle a gain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// This many people in all, each with as many messages as planned.
    People(u32),
    /// More than [`MOST_PEOPLE`].
    TooMany,
    /// No number: there is no gain to be shown.
    NoGain,
    /// No number: today's rate leaves no room for such a gain, as no rate is above 1.
    NoRoom,
}

/// What a decision is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answers {
    /// A yes or a no.
    #[default]
    YesOrNo,
    /// The chance of a yes, which scatters less.
    Chances,
}

/// A gain to be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// Its size; 0.15 is fifteen points.
    pub effect: f64,
    /// The rate before the gain, if it is known.
    pub from: Option<f64>,
    /// What it is a gain in.
    pub answers: Answers,
}

/// What decisions are expected to be like, before any is made with a new prompt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// The share of yes, or the mean chance of one, with the prompt in use.
    pub rate: f64,
    /// What a decision is.
    pub answers: Answers,
    /// The variance of a decision as a share of that of a yes or a no of the same mean, in 0..=1; 1 for a yes or a no.
    pub scatter: f64,
    /// The share of that variance which is the persona's.
    pub of_persona: f64,
    /// How much of the persona's share is the same with both prompts.
    pub alike: f64,
}

/// How many people it takes to find this gain with the chance `wanted`, in a test with one look at this one-sided
/// level, with messages and decisions as in `size` (whose number of people is ignored).
///
/// The scatter is never assumed to be smaller than that of the gain itself. With yes or no, if people can only rise, a
/// share `e` of them does, with the variance `e (1 - e)`. Chances can all rise by little: their gains are taken to lie
/// anywhere from none to twice `e`, with the variance `e^2 / 3`. A dozen people who all answered alike have shown no
/// scatter, and would otherwise promise that two people are enough.
#[must_use]
pub fn people_needed(components: &Components, size: Size, gain: Gain, alpha: f64, wanted: f64) -> Needed {
    if gain.effect.is_nan() || gain.effect <= 0.0 {
        return Needed::NoGain;
    }
    if gain.from.is_some_and(|from| from + gain.effect > 1.0 + 1e-9) {
        return Needed::NoRoom;
    }
    match personas_for(&with_scatter(components, gain), size, gain.effect, alpha, wanted) {
        Some(people) if people <= MOST_PEOPLE => Needed::People(people),
        _ => Needed::TooMany,
    }
}

/// How many messages to each of the people of `size` it takes to find the gain with that chance. `None` if more than
/// [`MOST_PAIRS`] are needed, or if there is no gain or no room for it.
#[must_use]
pub fn messages_needed(components: &Components, size: Size, gain: Gain, alpha: f64, wanted: f64) -> Option<u32> {
    if !matches!(people_needed(components, size, gain, alpha, wanted), Needed::People(_) | Needed::TooMany) {
        return None;
    }
    messages_for(&with_scatter(components, gain), size, gain.effect, alpha, wanted)
        .filter(|messages| *messages <= MOST_PAIRS as u32)
}

/// The chance that such a test finds the gain; 0 if there is no gain or no room for it.
#[must_use]
pub fn chance(components: &Components, size: Size, gain: Gain, alpha: f64) -> f64 {
    let has_room = gain.from.is_none_or(|from| from + gain.effect <= 1.0 + 1e-9);
    if gain.effect > 0.0 && has_room { power(&with_scatter(components, gain), size, gain.effect, alpha) } else { 0.0 }
}

/// At least as much scatter as such a gain has by itself.
fn with_scatter(components: &Components, gain: Gain) -> Components {
    let effect = gain.effect.min(1.0);
    let least = match gain.answers {
        Answers::YesOrNo => effect * (1.0 - effect),
        Answers::Chances => effect * effect / 3.0,
    };
    let missing = least - components.of_mean(1.0, 1.0, 1.0);
    if missing <= 0.0 {
        return *components;
    }
    match components.message {
        Some(message) => Components { message: Some(message + missing), ..*components },
        None => Components { persona: components.persona + missing, ..*components },
    }
}

impl Expected {
    /// Components of the differences to plan with, for a gain of this size. Both prompts' own rates count: near 1 there
    /// is little scatter left. `None` where the rate has no room for the gain.
    #[must_use]
    pub fn differences(&self, gain: f64) -> Option<Components> {
        let after = self.rate + gain;
        if !((0.0..=1.0).contains(&self.rate) && (0.0..=1.0 + 1e-9).contains(&after)) {
            return None;
        }
        let after = after.min(1.0);
        let scatter = self.scatter * (self.rate * (1.0 - self.rate) + after * (1.0 - after));
        Some(Components {
            mean: gain,
            persona: scatter * self.of_persona * (1.0 - self.alike),
            message: Some(scatter * (1.0 - self.of_persona)),
            decision: None,
        })
    }

    /// A gain of this size over the rate.
    #[must_use]
    pub fn gain(&self, effect: f64) -> Gain {
        Gain { effect, from: Some(self.rate), answers: self.answers }
    }

    /// The smallest gain that such a test finds with the chance `wanted`. `None` if not even a yes from everybody who
    /// says no would be found.
    #[must_use]
    pub fn least_gain(&self, size: Size, alpha: f64, wanted: f64) -> Option<f64> {
        let most = 1.0 - self.rate;
        let sees = |effect: f64| {
            let power = |spread: Components| chance(&spread, size, self.gain(effect), alpha);
            self.differences(effect).is_some_and(|spread| power(spread) >= wanted)
        };
        // The scatter changes with the gain, so power need not grow steadily with it: a bisection could start in the
        // wrong place.
        let step = |at: u32| most * f64::from(at) / f64::from(STEPS);
        let enough = (1..=STEPS).find(|at| sees(step(*at)))?;
        let (mut low, mut high) = (step(enough - 1), step(enough));
        for _ in 0..20 {
            let middle = f64::midpoint(low, high);
            if sees(middle) { high = middle } else { low = middle }
        }
        Some(high)
    }
}

/// The exact chance that McNemar's one-sided test of this level calls it better, if so many people are asked once and
/// each rises and falls with these chances. With many looks ([`super::exact`]) it is nearly the same if the test never
/// gives up, since the level that one look cannot use is left for the others.
#[must_use]
pub fn power_once(rise: f64, fall: f64, people: u32, alpha: f64) -> f64 {
    let change = (rise + fall).clamp(0.0, 1.0);
    if change <= 0.0 {
        return 0.0;
    }
    let (mut none, mut some, mut changed) = (Course::new(0.5), Course::new(rise / change), Course::new(change));
    changed.go_to(u64::from(people));
    let of = |count: u64| {
        none.go_to(count);
        some.go_to(count);
        changed.just(count) * some.at_least(none.boundary(alpha))
    };
    (0..=u64::from(people)).map(of).sum()
}

/// Gains that are tried before one is narrowed down: half a point apart at most.
const STEPS: u32 = 200;

/// The share of the population that a random sample of `people` misses altogether with this chance: rarer kinds of
/// people may be missed. 1 for an empty sample.
#[must_use]
pub fn rarest_seen(people: u32, chance: f64) -> f64 {
    if people == 0 { 1.0 } else { 1.0 - chance.powf(1.0 / f64::from(people)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ONCE: Size = Size { personas: 0, messages: 1, decisions: 1 };

    fn gain(effect: f64, from: f64) -> Gain {
        Gain { effect, from: Some(from), answers: Answers::YesOrNo }
    }

    fn expected(rate: f64) -> Expected {
        Expected { rate, answers: Answers::YesOrNo, scatter: 1.0, of_persona: 0.3, alike: 0.5 }
    }

    #[test]
    fn what_cannot_be_shown_is_said_to_be_so_and_not_put_as_a_number_of_people() {
        let spread = Components { mean: 0.0, persona: 0.4, message: None, decision: None };
        // A gain of two points would take some thousands of people.
        assert_eq!(people_needed(&spread, ONCE, gain(0.02, 0.3), 0.025, 0.8), Needed::TooMany);
        assert_eq!(people_needed(&spread, ONCE, gain(0.0, 0.3), 0.025, 0.8), Needed::NoGain);
        assert_eq!(people_needed(&spread, ONCE, gain(-0.1, 0.3), 0.025, 0.8), Needed::NoGain);
        assert_eq!(people_needed(&spread, ONCE, gain(f64::NAN, 0.3), 0.025, 0.8), Needed::NoGain);
        assert_eq!(people_needed(&spread, ONCE, gain(0.15, 0.9), 0.025, 0.8), Needed::NoRoom);
        let Needed::People(people) = people_needed(&spread, ONCE, gain(0.15, 0.3), 0.025, 0.8) else { panic!() };
        // (1.96 + 0.84)² 0.4 / 0.15² = 139.5, and some for Student.
        assert!((140..=144).contains(&people), "{people}");
    }

    #[test]
    fn people_who_all_answered_alike_do_not_promise_that_two_people_tell() {
        let none = Components { mean: 0.0, persona: 0.0, message: Some(0.0), decision: None };
        let Needed::People(people) = people_needed(&none, ONCE, gain(0.1, 0.9), 0.025, 0.8) else { panic!() };
        // Only risers, a tenth of people: 7.85 * 0.09 / 0.01.
        assert!((70..=75).contains(&people), "{people}");
        assert!(chance(&none, Size { personas: 12, ..ONCE }, gain(0.1, 0.9), 0.025) < 0.3);
        assert_eq!(chance(&none, Size { personas: 12, ..ONCE }, gain(0.2, 0.9), 0.025), 0.0);
        // Three messages to each of thirty would do, more than three are not given.
        assert_eq!(messages_needed(&none, Size { personas: 30, ..ONCE }, gain(0.1, 0.9), 0.025, 0.8), Some(3));
        assert_eq!(messages_needed(&none, Size { personas: 12, ..ONCE }, gain(0.1, 0.9), 0.025, 0.8), None);
        assert_eq!(messages_needed(&none, Size { personas: 12, ..ONCE }, gain(0.2, 0.9), 0.025, 0.8), None);
    }

    #[test]
    fn a_plan_counts_the_scatter_of_both_rates() {
        let (low, high) = (expected(0.3).differences(0.15).unwrap(), expected(0.84).differences(0.15).unwrap());
        assert!((low.of_mean(1.0, 1.0, 1.0) - 0.85 * (0.21 + 0.2475)).abs() < 1e-12, "{low:?}");
        assert!(high.of_mean(1.0, 1.0, 1.0) < 0.4 * low.of_mean(1.0, 1.0, 1.0));
        assert_eq!(expected(0.9).differences(0.15), None);
    }

    #[test]
    fn the_least_gain_is_seen_and_less_is_not_and_where_nobody_is_left_to_gain_there_is_none() {
        let size = Size { personas: 40, ..ONCE };
        let least = expected(0.3).least_gain(size, 0.025, 0.8).unwrap();
        assert!((0.2..0.4).contains(&least), "{least}");
        let seen = |effect: f64| chance(&expected(0.3).differences(effect).unwrap(), size, gain(effect, 0.3), 0.025);
        assert!(seen(least) >= 0.8 && seen(least - 0.01) < 0.8);
        assert_eq!(expected(0.98).least_gain(size, 0.025, 0.8), None);
    }

    #[test]
    fn chances_take_fewer_people_in_proportion_to_their_scatter_and_never_none() {
        let chances = |scatter: f64| Expected { answers: Answers::Chances, scatter, ..expected(0.3) };
        let people = |expected: Expected| {
            let spread = expected.differences(0.15).unwrap();
            match people_needed(&spread, ONCE, expected.gain(0.15), 0.025, 0.8) {
                Needed::People(people) => people,
                other => panic!("{other:?}"),
            }
        };
        let (all, third, none) = (people(expected(0.3)), people(chances(0.33)), people(chances(0.0)));
        // A third of the scatter takes a third of the people, and two more for Student's quantile.
        assert!((0.31..0.4).contains(&(f64::from(third) / f64::from(all))), "{third} of {all}");
        assert!((4..=7).contains(&none), "{none}");
        let size = Size { personas: 40, ..ONCE };
        let least = chances(0.33).least_gain(size, 0.025, 0.8).unwrap();
        assert!(least < 0.7 * expected(0.3).least_gain(size, 0.025, 0.8).unwrap(), "{least}");
    }

    #[test]
    fn the_power_of_mcnemars_exact_test_is_met() {
        // By hand: of five people who all rise, at 0.05: 1/32 is within, so the chance is 1; with a chance of 0.9 each
        // to rise and 0.1 to fall, 0.9^5. Of four, 1/16 is too much.
        assert!((power_once(1.0, 0.0, 5, 0.05) - 1.0).abs() < 1e-12);
        assert!((power_once(0.9, 0.1, 5, 0.05) - 0.9_f64.powi(5)).abs() < 1e-12);
        assert_eq!((power_once(1.0, 0.0, 4, 0.05), power_once(0.0, 0.0, 40, 0.05)), (0.0, 0.0));
        // Independent rates of 0.05 and 0.25, 40 people, by simulation in `exact_tests` some 0.71.
        let (rise, fall) = (0.95 * 0.25, 0.05 * 0.75);
        assert!((power_once(rise, fall, 40, 0.05) - 0.71).abs() < 0.03, "{}", power_once(rise, fall, 40, 0.05));
    }

    #[test]
    fn twenty_people_may_miss_a_seventh() {
        assert!((rarest_seen(20, 0.05) - 0.139).abs() < 1e-3 && rarest_seen(0, 0.05) == 1.0);
    }

    proptest! {
        #[test]
        fn any_answer_is_within_bounds(
            persona in 0.0_f64..0.5, message in 0.0_f64..0.5, effect in -0.2_f64..1.2, from in 0.0_f64..=1.0,
            alpha in 0.0005_f64..0.1, messages in 1_u32..4,
        ) {
            let components = Components { mean: 0.0, persona, message: Some(message), decision: None };
            let size = Size { personas: 20, messages, decisions: 1 };
            let needed = people_needed(&components, size, gain(effect, from), alpha, 0.8);
            if let Needed::People(people) = needed {
                prop_assert!((2..=MOST_PEOPLE).contains(&people) && effect > 0.0 && from + effect <= 1.0 + 1e-9);
                let there = Size { personas: people, ..size };
                prop_assert!(chance(&components, there, gain(effect, from), alpha) >= 0.8);
            }
            prop_assert!((0.0..=1.0).contains(&chance(&components, size, gain(effect, from), alpha)));
        }
    }
}
