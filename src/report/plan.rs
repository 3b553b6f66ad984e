//! What this many people can tell, before anything is paid for.

use std::fmt::Write;

use super::words;
use crate::compare::needed::{
    Answers, Expected, MOST_PEOPLE, Needed, chance, messages_needed, people_needed, rarest_seen,
};
use crate::compare::power::Size;
use crate::compare::sequential::MOST_PAIRS;

/// What is planned.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Personas that only verify.
    pub personas: u32,
    /// Messages of each prompt to each person.
    pub messages: u32,
    /// What decisions are expected to be like.
    pub expected: Expected,
    /// The gain to settle; 0.15 is fifteen points.
    pub gain: f64,
    /// One-sided level of the test.
    pub level: f64,
    /// Challengers of the lineage that were verified before.
    pub attempts: usize,
}

/// Gains whose chances are listed, in points.
const GAINS: [u32; 6] = [5, 10, 15, 20, 30, 40];
/// The power that is asked for.
const WANTED: f64 = 0.8;

/// The plan as text.
#[must_use]
pub fn text(plan: &Plan) -> String {
    let size = Size { personas: plan.personas, messages: plan.messages, decisions: 1 };
    let people = words::count(u64::from(plan.personas), "persona kept aside", "personas kept aside");
    let messages = words::count(u64::from(plan.messages), "message", "messages");
    let expected = plan.expected;
    let rate = 100.0 * expected.rate;
    let today = match expected.answers {
        Answers::YesOrNo => format!("{rate:.0}% yes today"),
        Answers::Chances => {
            let scatter = 100.0 * expected.scatter;
            format!(
                "a mean chance of a yes of {rate:.0}% today (chances, with {scatter:.0}% of the scatter of yes or no)"
            )
        }
    };
    let mut text = format!(
        "With {people} and {messages} of each prompt to each of them, {today}, level {:.3} ({} verified before):\n",
        plan.level,
        words::count(plan.attempts as u64, "candidate", "candidates"),
    );
    for gain in GAINS.iter().filter(|gain| expected.rate + f64::from(**gain) / 100.0 <= 1.0) {
        let effect = f64::from(*gain) / 100.0;
        let Some(spread) = expected.differences(effect) else { continue };
        let chance = chance(&spread, size, expected.gain(effect), plan.level);
        let _ = writeln!(text, "  a gain of {gain:>2} points is seen with a chance of {:.0}%", 100.0 * chance);
    }
    match expected.least_gain(size, plan.level, WANTED) {
        Some(least) => {
            let _ = writeln!(text, "The smallest gain that is seen in four of five cases: {:.1} points", 100.0 * least);
        }
        None => text.push_str("With so few people no gain is seen in four of five cases\n"),
    }
    text.push_str(&settling(plan, size, &messages));
    let _ = writeln!(
        text,
        "Kinds of people rarer than {:.0}% may be missed by so many (with a chance of 5%), and then the gain is not \
         theirs",
        100.0 * rarest_seen(plan.personas, 0.05)
    );
    text.push_str(
        "Trials are two calls, and there are as many of the current prompt as of the candidate. A test with \
         looks stops earlier where it can.\n",
    );
    text
}

/// What it would take to settle the gain in question.
fn settling(plan: &Plan, size: Size, messages: &str) -> String {
    let points = 100.0 * plan.gain;
    let gain = plan.expected.gain(plan.gain);
    let Some(spread) = plan.expected.differences(plan.gain) else {
        return format!("From {:.0}% no rate can rise by {points:.0} points\n", 100.0 * plan.expected.rate);
    };
    let mut text = match people_needed(&spread, size, gain, plan.level, WANTED) {
        Needed::People(needed) => {
            let personas = words::count(u64::from(needed), "persona settles", "personas settle");
            format!("In four of five cases {personas} a gain of {points:.0} points with {messages} to each")
        }
        Needed::TooMany | Needed::NoGain | Needed::NoRoom => format!(
            "A gain of {points:.0} points would take more than {} personas to settle with {messages} to each",
            words::thousands(u64::from(MOST_PEOPLE))
        ),
    };
    let there = words::thousands(u64::from(plan.personas));
    match messages_needed(&spread, size, gain, plan.level, WANTED) {
        Some(each) => {
            let each = words::count(u64::from(each), "message", "messages");
            let _ = writeln!(text, "; or the {there} that there are, with {each} to each");
        }
        None => {
            let _ =
                writeln!(text, "; up to {MOST_PAIRS} messages to each of the {there} that there are do not settle it");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_says_what_so_many_people_can_tell_and_what_it_would_take() {
        insta::assert_snapshot!(text(&plan(0.3, 0.15)));
    }

    #[test]
    fn a_judge_that_answers_with_chances_takes_fewer_people() {
        let expected = Expected { answers: Answers::Chances, scatter: 0.25, ..plan(0.3, 0.15).expected };
        insta::assert_snapshot!(text(&Plan { expected, ..plan(0.3, 0.15) }));
    }

    fn plan(rate: f64, gain: f64) -> Plan {
        let expected = Expected { rate, answers: Answers::YesOrNo, scatter: 1.0, of_persona: 0.3, alike: 0.5 };
        Plan { personas: 40, messages: 1, expected, gain, level: 0.025, attempts: 0 }
    }

    #[test]
    fn near_a_rate_of_all_and_near_a_gain_of_none_it_says_what_is_not_possible() {
        let high = text(&plan(0.95, 0.15));
        assert!(
            high.contains("From 95% no rate can rise by 15 points") && !high.contains("gain of 10 points is"),
            "{high}"
        );
        let small = text(&plan(0.3, 0.005));
        assert!(small.contains("would take more than 2,000 personas"), "{small}");
    }
}
