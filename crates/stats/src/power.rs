//! How likely a test is to see an effect of some size, and what it would take.

use super::normal::{quantile, t_of_z, tail};
use super::variance::Components;

/// The size of a test: how many personas, messages to each, and decisions on each message, in each of the two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Personas.
    pub personas: u32,
    /// Messages per persona.
    pub messages: u32,
    /// Decisions per message.
    pub decisions: u32,
}

/// No answer above this is worth giving: more messages than anybody sends.
const MOST: u32 = 1_000_000;

/// The chance that a one-sided t test over personas at this level finds a mean difference of `effect`.
///
/// `components` are those of the differences ([`Components::of_pairs`]), or planned ones. The test has a noncentral t
/// distribution with `effect / √(variance of the mean)` as noncentrality (Johnson and Welch 1940), computed exactly;
/// for outcomes of yes and no it was within 0.02 of simulated tests from ten personas on. A test with looks as
/// [`super::sequential`] has by default needs some 12 % more personas at most for the same power, and on average a
/// fifth fewer if the effect is there. 0 for fewer than two personas.
#[must_use]
pub fn power(components: &Components, size: Size, effect: f64, alpha: f64) -> f64 {
    if size.personas < 2 || size.messages == 0 || size.decisions == 0 {
        return 0.0;
    }
    let (personas, degrees) = (f64::from(size.personas), f64::from(size.personas - 1));
    let variance = components.of_mean(personas, f64::from(size.messages), f64::from(size.decisions));
    // Without any variance every gain is seen, and nothing else is.
    if variance <= 0.0 {
        return f64::from(u8::from(effect > 0.0));
    }
    noncentral_t_tail(t_of_z(quantile(1.0 - alpha), degrees), degrees, effect / variance.sqrt())
}

/// The chance of a noncentral t value above `t`: that of a normal value above `t s`, averaged over the distribution of
/// the estimated deviation `s` around the true one of 1. Simpson's rule, the weights scaled to sum to 1; a common
/// normal approximation puts 0.07 where 0.05 is due for three personas.
fn noncentral_t_tail(t: f64, degrees: f64, shift: f64) -> f64 {
    // Twice as many change no chance by more than 1e-9 (three personas and more).
    const INTERVALS: u32 = 400;
    let reach = 8.0 / (2.0 * degrees).sqrt();
    let (from, to) = ((1.0 - reach).max(0.0), 1.0 + reach);
    let (mut sum, mut all) = (0.0, 0.0);
    for index in 0..=INTERVALS {
        // Closest together near 0, where few personas and a high `t` have all that matters.
        let place = f64::from(index) / f64::from(INTERVALS);
        let s = from + (to - from) * place.powi(3);
        // The logarithm of s^(ν - 1) exp(-ν s² / 2), 0 near its top; one degree of freedom has no power of s.
        let log = if degrees > 1.0 { (degrees - 1.0) * s.ln() } else { 0.0 } - degrees * (s * s - 1.0) / 2.0;
        let simpson = match index {
            0 | INTERVALS => 1.0,
            _ if index % 2 == 1 => 4.0,
            _ => 2.0,
        };
        let weight = simpson * place * place * log.exp();
        sum += weight * tail(t * s - shift);
        all += weight;
    }
    sum / all
}

/// The fewest personas, with these messages and decisions, that see the effect with a chance of `wanted`; `None` for an
/// effect that is not above 0 or would take more than a million.
#[must_use]
pub fn personas_for(components: &Components, size: Size, effect: f64, alpha: f64, wanted: f64) -> Option<u32> {
    fewest(2, |personas| power(components, Size { personas, ..size }, effect, alpha) >= wanted && effect > 0.0)
}

/// The fewest messages per persona that do, with these personas; `None` where none suffice because the personas
/// themselves differ too much, and only more of them would help.
#[must_use]
pub fn messages_for(components: &Components, size: Size, effect: f64, alpha: f64, wanted: f64) -> Option<u32> {
    fewest(1, |messages| power(components, Size { messages, ..size }, effect, alpha) >= wanted && effect > 0.0)
}

/// The smallest effect that a test of this size sees with a chance of `wanted`; `None` if it sees none up to 1.
#[must_use]
pub fn least_effect(components: &Components, size: Size, alpha: f64, wanted: f64) -> Option<f64> {
    let sees = |effect: f64| power(components, size, effect, alpha) >= wanted;
    let (mut low, mut high) = (0.0, 1.0);
    if !sees(high) {
        return None;
    }
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if sees(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

/// The least number from `from` up that suffices, where more always does if one does.
fn fewest(from: u32, suffices: impl Fn(u32) -> bool) -> Option<u32> {
    let (mut below, mut enough) = (from - 1, from);
    while !suffices(enough) {
        if enough >= MOST {
            return None;
        }
        (below, enough) = (enough, (enough * 2).min(MOST));
    }
    while enough - below > 1 {
        let middle = u32::midpoint(below, enough);
        if suffices(middle) { enough = middle } else { below = middle }
    }
    Some(enough)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::normal;
    use crate::sign_flip::Estimate;
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    const SPREAD: Components = Components { mean: 0.0, persona: 0.02, message: Some(0.04), decision: Some(0.32) };

    fn size(personas: u32, messages: u32, decisions: u32) -> Size {
        Size { personas, messages, decisions }
    }

    #[test]
    fn the_power_of_textbook_t_tests_is_met() {
        // One-sided 0.05, effect of half a standard deviation: 27 pairs give 80 %, as power tables print it.
        let unit = Components { mean: 0.0, persona: 1.0, message: None, decision: None };
        assert_eq!(personas_for(&unit, size(0, 1, 1), 0.5, 0.05, 0.8), Some(27));
        assert!((power(&unit, size(27, 1, 1), 0.5, 0.05) - 0.8118).abs() < 0.001);
        assert!((power(&unit, size(10, 1, 1), 1.0, 0.05) - 0.8975).abs() < 0.001);
        assert!((power(&unit, size(20, 1, 1), 0.0, 0.05) - 0.05).abs() < 1e-5);
    }

    #[test]
    fn the_power_without_an_effect_is_the_level_however_few_the_personas() {
        for personas in [2, 3, 4, 5, 10, 100, 10_000] {
            for alpha in [0.2, 0.05, 0.01, 0.001] {
                let found = power(&SPREAD, size(personas, 1, 1), 0.0, alpha);
                assert!((found / alpha - 1.0).abs() < 1e-3, "{personas} personas at {alpha}: {found}");
            }
        }
        let nothing = Components { mean: 0.0, persona: 0.0, message: None, decision: None };
        assert_eq!(power(&nothing, size(5, 1, 1), 0.0, 0.05), 0.0);
        assert_eq!(power(&nothing, size(5, 1, 1), 0.01, 0.05), 1.0);
    }

    /// The share of simulated tests that reject, for normal differences with these components.
    fn simulated(size: Size, effect: f64, rng: &mut ChaCha8Rng) -> f64 {
        let spread = (SPREAD.of_mean(1.0, f64::from(size.messages), f64::from(size.decisions))).sqrt();
        let critical = t_of_z(quantile(0.95), f64::from(size.personas - 1));
        // Without a step the error of an estimate is that of two more personas at the mean: smaller by this.
        let factor = (f64::from(size.personas + 1) / f64::from(size.personas - 1)).sqrt();
        let runs = 2_000;
        let rejected = (0..runs).filter(|_| {
            let differences: Vec<f64> = (0..size.personas).map(|_| effect + spread * normal(rng)).collect();
            let Some(estimate) = Estimate::from_differences(&differences, 0.0) else { return false };
            estimate.mean / (estimate.error * factor) > critical
        });
        rejected.count() as f64 / f64::from(runs)
    }

    #[test]
    fn the_power_is_that_of_simulated_tests() {
        let mut rng = ChaCha8Rng::seed_from_u64(51);
        for (size, effect) in
            [(size(10, 2, 1), 0.3), (size(20, 3, 1), 0.15), (size(40, 3, 2), 0.1), (size(80, 1, 1), 0.1)]
        {
            let (found, known) = (simulated(size, effect, &mut rng), power(&SPREAD, size, effect, 0.05));
            assert!((found - known).abs() < 0.035, "{size:?} {effect}: {found} simulated, {known} computed");
        }
    }

    #[test]
    fn the_power_holds_for_yes_and_no_as_well() {
        // Chances of 0.3 and 0.5 for every persona: no persona component, all in the decisions.
        let known = Components { mean: 0.2, persona: 0.0, message: None, decision: Some(0.21 + 0.25) };
        let mut rng = ChaCha8Rng::seed_from_u64(52);
        let runs = 1_500;
        let share = |chance: f64, rng: &mut ChaCha8Rng| (0..3).filter(|_| rng.random_bool(chance)).count() as f64 / 3.0;
        let found = (0..runs).filter(|_| {
            let differences: Vec<f64> = (0..30).map(|_| share(0.5, &mut rng) - share(0.3, &mut rng)).collect();
            crate::sign_flip::p_value(&differences, 1.0 / 3.0) <= 0.05
        });
        let found = found.count() as f64 / f64::from(runs);
        let known = power(&known, size(30, 1, 3), 0.2, 0.05);
        assert!((found - known).abs() < 0.04, "{found} simulated, {known} computed");
    }

    #[test]
    fn messages_cannot_replace_personas_where_personas_differ() {
        let differ = Components { mean: 0.0, persona: 0.25, message: Some(0.05), decision: Some(0.2) };
        assert_eq!(messages_for(&differ, size(10, 1, 1), 0.1, 0.05, 0.8), None);
        assert!(messages_for(&SPREAD, size(40, 1, 1), 0.1, 0.05, 0.8).is_some_and(|messages| messages < 10));
        assert_eq!(personas_for(&SPREAD, size(1, 1, 1), 0.0, 0.05, 0.8), None);
        assert_eq!(least_effect(&differ, size(2, 1, 1), 0.05, 0.8), None);
    }

    proptest! {
        #[test]
        fn more_of_anything_is_more_power_and_the_fewest_are_the_fewest(
            personas in 2_u32..200, messages in 1_u32..6, decisions in 1_u32..4, effect in 0.02_f64..0.5,
        ) {
            let base = size(personas, messages, decisions);
            let at = |size: Size| power(&SPREAD, size, effect, 0.05);
            prop_assert!((0.0..=1.0).contains(&at(base)));
            for more in [Size { personas: personas + 1, ..base }, Size { messages: messages + 1, ..base },
                         Size { decisions: decisions + 1, ..base }] {
                prop_assert!(at(more) >= at(base) - 1e-9);
            }
            let fewest = personas_for(&SPREAD, base, effect, 0.05, 0.8).unwrap();
            let (enough, one_less) = (Size { personas: fewest, ..base }, Size { personas: fewest - 1, ..base });
            prop_assert!(at(enough) >= 0.8 && (fewest == 2 || at(one_less) < 0.8));
            if let Some(least) = least_effect(&SPREAD, base, 0.05, 0.8) {
                prop_assert!((power(&SPREAD, base, least, 0.05) - 0.8).abs() < 1e-6);
            }
        }
    }
}
