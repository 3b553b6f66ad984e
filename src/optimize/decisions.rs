//! How many decisions each message is given while searching.

use std::fmt;
use std::str::FromStr;

use super::lab::TrialResult;
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
/// Messages that are decided twice before it is chosen: fewer would tell a decision maker that wavers from one that does not
/// only by luck.
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

    /// How many are the most precise for their calls, once that is known. A message takes `calls` without its decisions.
    /// What two decisions on one message differ by is the decision maker's; all else of the scatter comes with the message.
    #[must_use]
    pub fn settle(self, shown: &[Vec<bool>], calls: f64) -> Option<u32> {
        if self != Decisions::Auto || shown.len() < PILOT {
            return None;
        }
        let worth = |votes: &Vec<bool>| vec![votes.iter().map(|yes| f64::from(u8::from(*yes))).collect::<Vec<f64>>()];
        let each: Vec<Outcomes> = shown.iter().map(worth).collect();
        let found = Components::of(&each)?;
        let apart = Components { message: Some(found.persona), ..found };
        Some(apart.decisions_per_message(calls.max(1.0), 1.0, MOST))
    }
}

/// The decisions on a message of the pilot.
#[must_use]
pub fn of_pilot(result: &TrialResult) -> Option<Vec<bool>> {
    (result.decisions.len() > 1).then(|| result.decisions.clone())
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

    /// Two decisions on each of 200 messages, whose chances of a yes are these.
    fn twice(chances: &[f64]) -> Vec<Vec<bool>> {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        (0..200).map(|at| (0..2).map(|_| rng.random_bool(chances[at % chances.len()])).collect()).collect()
    }

    #[test]
    fn a_decision_maker_that_tosses_coins_is_asked_often_and_one_that_never_wavers_once() {
        assert_eq!(Decisions::Auto.settle(&twice(&[0.0, 1.0]), 1.2), Some(1));
        assert_eq!(Decisions::Auto.settle(&twice(&[0.05, 0.9]), 1.2), Some(1));
        let often = Decisions::Auto.settle(&twice(&[0.4, 0.6]), 1.2).unwrap();
        assert!(often >= 3, "{often}");
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
