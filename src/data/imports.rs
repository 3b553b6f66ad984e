//! What each import of replies said: `imports/{campaign}.jsonl`, so that one can be taken back whole.
//!
//! [`replies`](super::replies) has what is known today; this file has the parts that it was made of, in their order. A
//! line is about an import or about a person of one, whose address is on the line: whoever is forgotten leaves with it.
//! Of an import that was taken back one line is left, with its number alone: a number is given once.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::file_name::{FileName, Kind};
use super::folder::DataFolder;
use super::json::Fault;
use super::leads::AddressKey;
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
    /// Whether they are on the suppression list by this import: it put them there, or the one that did was taken back.
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
    Ok(numbered(folder, campaign)?.0)
}

/// The imports of a campaign, and the highest number that was ever given; 0 where none was.
fn numbered(folder: &DataFolder, campaign: &str) -> Result<(Vec<(u32, Import)>, u32), Error> {
    let (mut imports, mut highest) = (Vec::new(), 0);
    for line in open(folder, campaign)?.into_iter().flatten() {
        let Line { import, about, .. } = line?;
        highest = highest.max(import);
        imports.extend(about.map(|about| (import, about)));
    }
    Ok((imports, highest))
}

/// Adds an import and what it said of people. One that says what the last one said of the same file is that one; with
/// another in between it may well be news. Returns its number. The caller holds the lock on `replies/`.
///
/// # Errors
///
/// Where the file cannot be read or written; it is then as it was.
pub fn add(folder: &DataFolder, campaign: &str, import: &Import, people: &[Person]) -> Result<u32, Error> {
    let (known, highest) = numbered(folder, campaign)?;
    let same = |known: &Import| {
        (&known.file, &known.tool, known.found, known.matched)
            == (&import.file, &import.tool, import.found, import.matched)
    };
    if let Some((number, last)) = known.last()
        && same(last)
        && says(folder, campaign, *number, people)?
    {
        return Ok(*number);
    }
    let file = file_name(campaign)?;
    let number = highest.checked_add(1).ok_or_else(|| {
        Fault::new("import", format!("{highest} leaves no number for another; mend the line")).in_file(folder, &file)
    })?;
    let first = Line { import: number, about: Some(import.clone()), ..Line::default() };
    let new = people.iter().map(|person| Line { import: number, about: None, person: person.clone() });
    let old = open(folder, campaign)?.into_iter().flatten();
    lines::replace(folder, &file, old.chain(std::iter::once(first).chain(new).map(Ok)))?;
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

/// Notes of these people that they are on the suppression list by another import, the first that says of them that they
/// asked: so the last one that says it can take them off again. The caller holds the lock on `replies/`.
///
/// # Errors
///
/// As [`add`].
pub fn pass_on(
    folder: &DataFolder,
    (campaign, number): (&str, u32),
    people: impl IntoIterator<Item = AddressKey>,
) -> Result<(), Error> {
    let mut left: HashSet<AddressKey> = people.into_iter().collect();
    for file in folder.list(Kind::Imports)? {
        let heir = |line: &Line| {
            let is_another = file.stem() != campaign || line.import != number;
            let email = line.person.email.as_deref().filter(|_| is_another && line.person.opted_out);
            email.map(AddressKey::from_address)
        };
        let mut here = HashSet::new();
        for line in open(folder, file.stem())?.into_iter().flatten() {
            here.extend(heir(&line?).filter(|key| left.contains(key)));
        }
        if here.is_empty() {
            continue;
        }
        left.retain(|key| !here.contains(key));
        let mut inherit = |mut line: Line| {
            let is_heir = heir(&line).is_some_and(|key| here.remove(&key));
            line.person.suppressed |= is_heir;
            line
        };
        let lines = open(folder, file.stem())?.into_iter().flatten();
        lines::replace(folder, &file, lines.map(|line| line.map(&mut inherit)))?;
    }
    Ok(())
}

/// Takes an import out and leaves its number. The caller holds the lock on `replies/`.
///
/// # Errors
///
/// As [`add`].
pub fn remove(folder: &DataFolder, campaign: &str, number: u32) -> Result<(), Error> {
    let lines = open(folder, campaign)?.into_iter().flatten().filter_map(|line| match line {
        Ok(line) if line.import == number => line.about.map(|_| Ok(Line { import: number, ..Line::default() })),
        line => Some(line),
    });
    lines::replace(folder, &file_name(campaign)?, lines).map(drop)
}
