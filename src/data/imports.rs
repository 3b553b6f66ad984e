//! What each import of replies said: `imports/{campaign}.jsonl`, so that one can be taken back whole.
//!
//! [`replies`](super::replies) has what is known today; this file has the parts that it was made of, in their order. A
//! line is about an import or about a person of one, whose address is on the line: whoever is forgotten leaves with it.

use serde::{Deserialize, Serialize};

use super::file_name::{FileName, Kind};
use super::folder::DataFolder;
use super::lines::{self, Lines};
use super::replies::{Counts, Outcome};
use super::{Error, Map};

/// A line of the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `import`")]
pub struct Line {
    /// Which import, from 1.
    pub import: u32,
    /// What it was, on its first line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Import>,
    /// A person of whom it said something, on every other line.
    #[serde(flatten)]
    pub person: Person,
}

/// An import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "an object with `file`, `tool` and `at`")]
pub struct Import {
    /// The name of the file; empty for what was imported before imports were kept.
    pub file: String,
    /// Whose export it was.
    pub tool: String,
    /// When, as [`clock::iso`](super::clock::iso) writes it.
    pub at: String,
    /// What the file said, people counted.
    pub found: Counts,
    /// The same of those whom the campaign wrote to.
    pub matched: Counts,
}

/// What an import said of a person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// The lead's id, where the campaign wrote to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<String>,
    /// The folded address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What became of the messages, where the campaign wrote to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Whether they asked not to be written to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opted_out: bool,
    /// Whether this import put them on the suppression list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suppressed: bool,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// The file of a campaign's imports.
///
/// # Errors
///
/// As [`FileName::new`].
pub fn file_name(campaign: &str) -> Result<FileName, Error> {
    FileName::new(Kind::Imports, campaign)
}

/// The lines of a campaign's imports; none where nothing was imported.
///
/// # Errors
///
/// As [`lines::open`].
pub fn open(folder: &DataFolder, campaign: &str) -> Result<Option<Lines<Line>>, Error> {
    let file = file_name(campaign)?;
    if folder.exists(&file) { Ok(Some(lines::open(folder, &file)?)) } else { Ok(None) }
}

/// The imports of a campaign with their numbers, in their order.
///
/// # Errors
///
/// Where the file cannot be read.
pub fn list(folder: &DataFolder, campaign: &str) -> Result<Vec<(u32, Import)>, Error> {
    let lines = open(folder, campaign)?.into_iter().flatten();
    lines.filter_map(|line| line.map(|line| Some((line.import, line.about?))).transpose()).collect()
}

/// Adds an import and what it said of people. One that says what an earlier one said of the same file is that one.
/// Returns its number. The caller holds the lock on `replies/`.
///
/// # Errors
///
/// Where the file cannot be read or written; it is then as it was.
pub fn add(folder: &DataFolder, campaign: &str, import: &Import, people: &[Person]) -> Result<u32, Error> {
    let known = list(folder, campaign)?;
    let same = |known: &Import| {
        (&known.file, &known.tool, known.found, known.matched)
            == (&import.file, &import.tool, import.found, import.matched)
    };
    for (number, _) in known.iter().filter(|(_, known)| same(known)) {
        if says(folder, campaign, *number, people)? {
            return Ok(*number);
        }
    }
    let number = known.iter().map(|(number, _)| *number).max().unwrap_or(0) + 1;
    let first = Line { import: number, about: Some(import.clone()), ..Line::default() };
    let new = people.iter().map(|person| Line { import: number, about: None, person: person.clone() });
    let old = open(folder, campaign)?.into_iter().flatten();
    lines::replace(folder, &file_name(campaign)?, old.chain(std::iter::once(first).chain(new).map(Ok)))?;
    Ok(number)
}

/// Whether an import said this of people. Who was put on the suppression list by it is on it when it comes again.
fn says(folder: &DataFolder, campaign: &str, number: u32, people: &[Person]) -> Result<bool, Error> {
    let mut rest = people.iter();
    for line in open(folder, campaign)?.into_iter().flatten() {
        let line = line?;
        if line.import != number || line.about.is_some() {
            continue;
        }
        let is_same = |person: &Person| Person { suppressed: line.person.suppressed, ..person.clone() } == line.person;
        if !rest.next().is_some_and(is_same) {
            return Ok(false);
        }
    }
    Ok(rest.next().is_none())
}

/// Takes an import out; the file goes with the last one. The caller holds the lock on `replies/`.
///
/// # Errors
///
/// As [`add`].
pub fn remove(folder: &DataFolder, campaign: &str, number: u32) -> Result<(), Error> {
    let file = file_name(campaign)?;
    if list(folder, campaign)?.iter().all(|(known, _)| *known == number) {
        return folder.remove(&file);
    }
    let lines = open(folder, campaign)?.into_iter().flatten();
    lines::replace(folder, &file, lines.filter(|line| line.as_ref().map_or(true, |line| line.import != number)))?;
    Ok(())
}
