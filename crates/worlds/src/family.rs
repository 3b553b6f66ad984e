//! How worlds differ in structure.

use std::fmt;
use std::str::FromStr;

/// A family of worlds: what makes a message get a yes there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Everything adds up.
    Additive,
    /// Some things undo each other, and some are worth something only together.
    Interactions,
    /// Segments of people want opposite things.
    Segments,
    /// One tone matters more than any line.
    Tone,
    /// Each further thing is worth less, and long messages are not read.
    Saturation,
    /// Nothing that a prompt can ask for matters.
    Null,
}

impl Family {
    /// Those in which a search can find something.
    pub const ALL: [Family; 5] =
        [Family::Additive, Family::Interactions, Family::Segments, Family::Tone, Family::Saturation];

    /// The name, as it is written in tables and options.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Family::Additive => "additive",
            Family::Interactions => "interactions",
            Family::Segments => "segments",
            Family::Tone => "tone",
            Family::Saturation => "saturation",
            Family::Null => "null",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Family {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = Family::ALL.into_iter().chain([Family::Null]);
        all.into_iter().find(|family| family.as_str() == text).ok_or_else(|| format!("{text} is no family of worlds"))
    }
}

/// What a world is used for. No world is in both sets, whatever its seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Set {
    /// Constants may be set by these.
    Tuning,
    /// These report, and nothing else.
    Test,
}

impl Set {
    /// The name, as it is written in tables and options.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Set::Tuning => "tuning",
            Set::Test => "test",
        }
    }
}

/// Which world: everything about it follows from this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Its family.
    pub family: Family,
    /// What it is used for.
    pub set: Set,
    /// Which of the family's worlds.
    pub seed: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.family, self.set.as_str(), self.seed)
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is no world: FAMILY-SET-SEED, such as tone-tuning-7");
        let (family, rest) = text.split_once('-').ok_or_else(wrong)?;
        let (set, seed) = rest.split_once('-').ok_or_else(wrong)?;
        let set = [Set::Tuning, Set::Test].into_iter().find(|known| known.as_str() == set).ok_or_else(wrong)?;
        Ok(Place { family: family.parse()?, set, seed: seed.parse().map_err(|_| wrong())? })
    }
}
