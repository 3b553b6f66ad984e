//! What may be chosen for a cycle, and the word for it in the hash of a run's inputs. Those words (`key`) never change:
//! runs that began before are found by them.

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use crate::cli::error::Error;

/// `--cycles`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cycles {
    Number(u32),
    Auto,
}

/// The most cycles that one command runs.
const MOST_CYCLES: u32 = 1_000;

impl Cycles {
    pub(super) fn most(self) -> u32 {
        match self {
            Cycles::Number(number) => number,
            Cycles::Auto => MOST_CYCLES,
        }
    }

    pub(super) fn key(self) -> String {
        match self {
            Cycles::Number(number) => format!("Number({number})"),
            Cycles::Auto => "Auto".to_owned(),
        }
    }
}

/// What was not chosen, or what was.
pub(super) fn key_of(chosen: Option<impl Display>) -> String {
    chosen.map_or_else(|| "None".to_owned(), |chosen| format!("Some({chosen})"))
}

impl FromStr for Cycles {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse::<u32>() {
            Ok(number) if (1..=MOST_CYCLES).contains(&number) => Ok(Cycles::Number(number)),
            _ if text == "auto" => Ok(Cycles::Auto),
            _ => Err(format!("cycles is a number from 1 to {MOST_CYCLES}, or auto")),
        }
    }
}

/// `--objective`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Target {
    Grounded,
    Response,
}

impl Target {
    pub(super) fn key(self) -> &'static str {
        match self {
            Target::Grounded => "Grounded",
            Target::Response => "Response",
        }
    }
}

/// `--rejudge`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

impl When {
    pub(super) fn key(self) -> &'static str {
        match self {
            When::Auto => "Auto",
            When::Always => "Always",
            When::Never => "Never",
        }
    }
}

/// The prompts that the user wrote.
pub(super) fn by_hand(paths: &[PathBuf]) -> Result<Vec<String>, Error> {
    let read = |path: &PathBuf| {
        let shown = path.display().to_string();
        let text = crate::data::encoding::read_text(path).map_err(|source| Error::Read {
            what: "candidate",
            path: shown.clone(),
            source,
        })?;
        match text.trim_start_matches('\u{feff}').trim() {
            "" => Err(Error::Usage(format!("candidate {shown} is empty; write a prompt into it"))),
            text => Ok(text.to_owned()),
        }
    };
    paths.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_began_with_earlier_versions_are_found_by_the_same_words() {
        assert_eq!([Cycles::Number(3).key(), Cycles::Auto.key()], ["Number(3)", "Auto"]);
        assert_eq!([Target::Grounded, Target::Response].map(Target::key), ["Grounded", "Response"]);
        assert_eq!([When::Auto, When::Always, When::Never].map(When::key), ["Auto", "Always", "Never"]);
        assert_eq!([key_of(Some(3)), key_of(None::<u16>)], ["Some(3)", "None"]);
    }
}
