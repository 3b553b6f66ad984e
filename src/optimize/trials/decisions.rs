//! How many decisions each message is given while searching.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::trial_runner::TrialResult;
use crate::compare::crossed::{Crossed, Observed};
use crate::compare::variance::{Components, Outcomes};

/// Decisions on each message while searching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decisions {
    /// So many, at least 1.
    Fixed(u32),
    /// As many as are the most precise for their calls, found out from messages that are decided twice.
    Auto,
}

/// Decisions that a message may be given.
pub const MOST: u32 = 20;
/// Messages that are decided twice before it is chosen: fewer would tell a decision maker that wavers from one that
/// does not only by luck.
const PILOT: usize = 40;

impl Decisions {
    /// How many to begin with.
    #[must_use]
    pub fn at_first(self) -> u32 {
        match self {
            Decisions::Fixed(count) => count.clamp(1, MOST),
            Decisions::Auto => 2,
        }
    }

    /// How many are the most precise for their calls, once that is known. A message takes `calls` without its
    /// decisions. What two decisions on one message differ by is the decision maker's. What personas and prompts differ
    /// by is no reason to ask more or less often about a message, so it is told apart from what messages differ by,
    /// where that can be told.
    #[must_use]
    pub fn settle(self, shown: &[Observed], calls: f64) -> Option<u32> {
        if self != Decisions::Auto || shown.len() < PILOT {
            return None;
        }
        Some(components(shown)?.decisions_per_message(calls.max(1.0), 1.0, MOST))
    }
}

/// How many trials with one decision a trial with so many is worth, by messages that were decided several times: their
/// mean has less of the decision maker's scatter, and as much of the message's. 1 as long as too few were.
#[must_use]
pub fn worth(shown: &[Observed], decisions: u32) -> f64 {
    if decisions < 2 || shown.len() < PILOT {
        return 1.0;
    }
    components(shown).map_or(1.0, |found| found.worth_of(f64::from(decisions)))
}

/// What messages and decisions scatter, each apart from what personas and prompts do, as far as these can be told.
fn components(shown: &[Observed]) -> Option<Components> {
    if let Some(found) = apart(shown) {
        return Some(found.within());
    }
    let each: Vec<Outcomes> = shown.iter().map(|message| vec![message.outcomes.clone()]).collect();
    let found = Components::estimate(&each)?;
    Some(Components { message: Some(found.persona), ..found })
}

/// The components, if personas come twice on average; otherwise differences between personas cannot be told from those
/// between messages. If prompts do not, their component stays with the messages.
fn apart(shown: &[Observed]) -> Option<Crossed> {
    let distinct = |of: fn(&Observed) -> u32| shown.iter().map(of).collect::<BTreeSet<u32>>().len();
    if shown.len() < 2 * distinct(|message| message.persona) {
        return None;
    }
    if shown.len() >= 2 * distinct(|message| message.prompt) {
        return Crossed::from_messages(shown);
    }
    let of_one: Vec<Observed> = shown.iter().map(|message| Observed { prompt: 0, ..message.clone() }).collect();
    Crossed::from_messages(&of_one)
}

/// The decisions on a message that was decided several times, written to this persona with this prompt.
#[must_use]
pub fn of_pilot(result: &TrialResult, persona: u32, prompt: &str) -> Option<Observed> {
    let hash = Sha256::digest(prompt);
    let prompt = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
    (result.chances.len() > 1).then(|| Observed { persona, prompt, outcomes: result.chances.clone() })
}

impl fmt::Display for Decisions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Decisions::Fixed(count) => write!(f, "{count}"),
            Decisions::Auto => f.write_str("auto"),
        }
    }
}

impl FromStr for Decisions {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(count) if (1..=MOST).contains(&count) => Ok(Decisions::Fixed(count)),
            _ if text == "auto" => Ok(Decisions::Auto),
            _ => Err(format!("write a number from 1 to {MOST}, or auto")),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Two decisions on each of 200 messages of seven prompts to thirteen people, whose chances of a yes are these.
    fn twice(chances: &[f64]) -> Vec<Observed> {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let message = |at: usize| {
            let chance = chances[rng.random_range(0..chances.len())];
            let outcomes = (0..2).map(|_| f64::from(u8::from(rng.random_bool(chance)))).collect();
            Observed { persona: (at % 13) as u32, prompt: (at % 7) as u32, outcomes }
        };
        (0..200).map(message).collect()
    }

    #[test]
    fn people_and_prompts_that_differ_are_no_reason_to_ask_seldom() {
        // Everything but the decision is the persona's and the prompt's: one more message tells no more than one more
        // decision.
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        let message = |at: usize| {
            let (persona, prompt) = (at % 13, at % 7);
            let chance = 0.5 + if persona < 6 { 0.25 } else { -0.25 } + if prompt < 3 { 0.2 } else { -0.2 };
            let outcomes = (0..2).map(|_| f64::from(u8::from(rng.random_bool(chance)))).collect();
            Observed { persona: persona as u32, prompt: prompt as u32, outcomes }
        };
        let shown: Vec<Observed> = (0..400).map(message).collect();
        let often = Decisions::Auto.settle(&shown, 1.2).unwrap();
        assert!(often >= 3, "{often}");
    }

    #[test]
    fn a_decision_maker_that_tosses_coins_is_asked_often_and_one_that_never_wavers_once() {
        assert_eq!(Decisions::Auto.settle(&twice(&[0.0, 1.0]), 1.2), Some(1));
        assert_eq!(Decisions::Auto.settle(&twice(&[0.05, 0.9]), 1.2), Some(1));
        let often = Decisions::Auto.settle(&twice(&[0.4, 0.6]), 1.2).unwrap();
        assert!(often >= 3, "{often}");
    }

    #[test]
    fn three_decisions_of_one_who_never_wavers_are_worth_one_trial_and_of_one_who_tosses_coins_three() {
        let thrice = |chances: &[f64]| -> Vec<Observed> {
            let mut rng = ChaCha8Rng::seed_from_u64(9);
            let message = |at: usize| {
                let chance = chances[rng.random_range(0..chances.len())];
                let outcomes = (0..3).map(|_| f64::from(u8::from(rng.random_bool(chance)))).collect();
                Observed { persona: (at % 13) as u32, prompt: (at % 7) as u32, outcomes }
            };
            (0..600).map(message).collect()
        };
        let steady = worth(&thrice(&[0.0, 1.0]), 3);
        let (wavers, tosses) = (worth(&thrice(&[0.2, 0.8]), 3), worth(&thrice(&[0.5]), 3));
        assert!((1.0..1.01).contains(&steady), "{steady}");
        // Messages have 0.09 of the variance and decisions 0.16: (0.09 + 0.16) / (0.09 + 0.16 / 3).
        assert!((wavers - 1.74).abs() < 0.15 && tosses > 2.6, "{wavers} {tosses}");
        assert_eq!((worth(&thrice(&[0.5])[..30], 3), worth(&thrice(&[0.5]), 1)), (1.0, 1.0));
    }

    #[test]
    fn nothing_is_settled_by_a_few_messages_or_where_a_number_was_given() {
        assert_eq!(Decisions::Auto.settle(&twice(&[0.5])[..30], 1.0), None);
        assert_eq!(Decisions::Fixed(3).settle(&twice(&[0.5]), 1.0), None);
        assert_eq!((Decisions::Fixed(3).at_first(), Decisions::Auto.at_first()), (3, 2));
    }

    #[test]
    fn it_is_read_as_it_is_written() {
        for decisions in [Decisions::Fixed(1), Decisions::Fixed(20), Decisions::Auto] {
            assert_eq!(decisions.to_string().parse(), Ok(decisions));
        }
        for wrong in ["0", "21", "many", ""] {
            assert!(wrong.parse::<Decisions>().is_err());
        }
    }
}
