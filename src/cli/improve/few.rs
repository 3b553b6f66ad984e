//! What the people who are kept aside can show, said before money is spent.

use crate::cli::error::Error;
use crate::cli::plan;
use crate::compare::power::Size;
use crate::data::FileName;
use crate::data::folder::DataFolder;
use crate::optimize::search::verdict::POWER;
use crate::report::words;

/// The people who only verify.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Few {
    /// How many they are.
    people: u32,
    /// The smallest gain, from 0 to 1, that they show in four of five cases; `None` where they show none.
    least: Option<f64>,
}

impl Few {
    /// Those of a results file, in its lineage's next attempt.
    pub fn of_file(folder: &DataFolder, file: &FileName, alpha: f64) -> Result<Self, Error> {
        let known = plan::of_file(folder, file, alpha)?;
        let size = Size { personas: known.unseen, messages: 1, decisions: 1 };
        let shows = || known.expected().least_gain(size, known.level, POWER);
        let least = if known.unseen < 2 { None } else { shows() };
        Ok(Few { people: known.unseen, least })
    }

    /// Whether there is anybody to prove something with, these and `fresh` more included.
    ///
    /// # Errors
    /// Where there is nobody: the whole search would be paid for nothing.
    pub fn someone(self, fresh: usize) -> Result<(), Error> {
        if self.people > 0 || fresh > 0 {
            return Ok(());
        }
        Err(Error::Usage(
            "nobody is kept aside to prove a better prompt with, so none could be adopted: --fresh-people 40 writes \
             more people like them for the proof, or begin with more personas (`rejoinder personas --count 40`)"
                .into(),
        ))
    }

    /// In one sentence.
    pub fn line(self) -> String {
        let people = words::count(u64::from(self.people), "person is", "people are");
        match self.least {
            Some(least) => format!(
                "{people} kept aside to prove it with: they show a gain of {:.0} points or more in four of five cases, \
                 and may miss smaller ones.",
                (100.0 * least).ceil()
            ),
            None => format!(
                "{people} kept aside to prove it with, too few to show any gain in four of five cases: this run may \
                 find a better prompt and not be able to prove it. More personas would."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_paid_for_where_nobody_could_prove_it() {
        let few = |people| Few { people, least: None };
        assert!(few(0).someone(40).is_ok() && few(1).someone(0).is_ok());
        let refused = few(0).someone(0).unwrap_err();
        assert!(matches!(&refused, Error::Usage(why) if why.contains("--fresh-people 40")), "{refused}");
    }

    #[test]
    fn what_so_few_can_show_is_said_in_points_or_that_they_show_nothing() {
        insta::assert_snapshot!(Few { people: 12, least: Some(0.522) }.line(), @"12 people are kept aside to prove it with: they show a gain of 53 points or more in four of five cases, and may miss smaller ones.");
        insta::assert_snapshot!(Few { people: 1, least: None }.line(), @"1 person is kept aside to prove it with, too few to show any gain in four of five cases: this run may find a better prompt and not be able to prove it. More personas would.");
    }
}
