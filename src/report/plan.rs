//! What so many people can tell, before anything is paid for.

use std::fmt::Write;

use super::words;
use crate::compare::power::Size;
use crate::compare::power::{least_effect, messages_for, personas_for, power};
use crate::compare::variance::Components;

/// What is planned.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Personas that only verify.
    pub personas: u32,
    /// Messages of each prompt to each of them.
    pub messages: u32,
    /// Share of yes today.
    pub rate: f64,
    /// The gain to settle; 0.15 is fifteen points.
    pub gain: f64,
    /// One-sided level of the test.
    pub level: f64,
    /// Challengers of the lineage that were verified before.
    pub attempts: usize,
    /// Of the differences per persona.
    pub components: Components,
}

/// Gains whose chances are listed, in points.
const GAINS: [u32; 6] = [5, 10, 15, 20, 30, 40];
/// The power that is asked for.
const WANTED: f64 = 0.8;

/// The plan as text.
#[must_use]
pub fn text(plan: &Plan) -> String {
    let size = Size { personas: plan.personas, messages: plan.messages, decisions: 1 };
    let people = words::count(u64::from(plan.personas), "unseen persona", "unseen personas");
    let messages = words::count(u64::from(plan.messages), "message", "messages");
    let mut text = format!(
        "With {people} and {messages} of each prompt to each of them, {:.0}% yes today, level {:.3} ({} verified before):\n",
        100.0 * plan.rate,
        plan.level,
        words::count(plan.attempts as u64, "challenger", "challengers"),
    );
    for gain in GAINS.iter().filter(|gain| plan.rate + f64::from(**gain) / 100.0 <= 1.0) {
        let chance = power(&plan.components, size, f64::from(*gain) / 100.0, plan.level);
        let _ = writeln!(text, "  a gain of {gain:>2} points is seen with a chance of {:.0}%", 100.0 * chance);
    }
    match least_effect(&plan.components, size, plan.level, WANTED) {
        Some(least) => {
            let _ = writeln!(text, "The smallest gain that is seen in four of five cases: {:.1} points", 100.0 * least);
        }
        None => text.push_str("So few people cannot tell any gain in four of five cases\n"),
    }
    let gain = 100.0 * plan.gain;
    let needed = personas_for(&plan.components, size, plan.gain, plan.level, WANTED);
    let personas = needed.map_or("no number of personas settles".to_owned(), |needed| {
        format!("{} settle", words::count(u64::from(needed), "persona", "personas"))
    });
    let _ = write!(text, "In four of five cases {personas} a gain of {gain:.0} points with {messages} to each");
    match messages_for(&plan.components, size, plan.gain, plan.level, WANTED) {
        Some(each) => {
            let each = words::count(u64::from(each), "message", "messages");
            let _ = writeln!(
                text,
                "; or the {} that there are, with {each} to each",
                words::thousands(u64::from(plan.personas))
            );
        }
        None => text.push_str("; the people that there are differ too much for more messages to settle it\n"),
    }
    text.push_str("Trials are two calls, and there are as many of the prompt in use as of the challenger. A test with looks stops earlier where it can.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_says_what_so_many_people_can_tell_and_what_it_would_take() {
        let components = Components { mean: 0.0, persona: 0.06, message: Some(0.29), decision: None };
        let plan = Plan { personas: 40, messages: 1, rate: 0.3, gain: 0.15, level: 0.025, attempts: 0, components };
        insta::assert_snapshot!(text(&plan));
    }
}
