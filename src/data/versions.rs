//! Names that must be new: a cycle's next version, a first run's timestamp.
//!
//! A name is claimed by creating it, so that any number of runs at once get as many files. Looking first only saves
//! attempts.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};
use std::path::Path;

use jiff::{ToSpan, civil::DateTime};

use super::file_name::{FileName, Kind};
use super::folder::DataFolder;
use super::whole::{Claim, Draft};
use super::{Error, FileError, clock};

const MARK: &str = "_improvement_run_v";

/// What all versions of a lineage have in common, from the stem of any of its files:
///
/// - `X_results_20250802_144126` and `X_results_improvement_run_v3` give `X_results`;
/// - `X_results` and `X_improvement_run_v3` give `X`;
/// - anything else is its own base.
#[must_use]
pub fn lineage_base(stem: &str) -> String {
    let base = match split_version(stem) {
        Some((base, _)) => base,
        None => match split_stamp(stem) {
            Some(base) => base,
            None => stem.strip_suffix("_results").unwrap_or(stem),
        },
    };
    if base.is_empty() { stem.to_owned() } else { base.to_owned() }
}

/// The first run from which a run descends, by the known parents. `None` for a cycle's file whose ancestors end at a
/// file that names no parent or is missing: then only its name tells where it belongs.
#[must_use]
pub fn root(stem: &str, parents: &BTreeMap<String, Option<String>>) -> Option<String> {
    let (mut at, mut seen) = (stem.to_owned(), HashSet::new());
    while let Some(Some(parent)) = parents.get(&at) {
        if !parents.contains_key(parent) || !seen.insert(at.clone()) {
            break;
        }
        at.clone_from(parent);
    }
    let is_first = version_of(&at).is_none();
    is_first.then_some(at)
}

/// The stem of a results file as another file names it, with or without its extension.
#[must_use]
pub fn stem_of(file: &str) -> String {
    file.strip_suffix(".json").unwrap_or(file).to_owned()
}

/// The version that a stem names, such as 3 for `X_improvement_run_v3`; none for a first run.
#[must_use]
pub fn version_of(stem: &str) -> Option<u32> {
    split_version(stem).map(|(_, version)| version)
}

/// The first free version of the stem's lineage, later than the stem's own.
#[must_use]
pub fn next_version(stem: &str, existing: &[FileName]) -> u32 {
    let base = lineage_base(stem);
    let taken: HashSet<u32> = existing
        .iter()
        .filter_map(|file| split_version(file.stem()))
        .filter(|(other, _)| *other == base)
        .map(|(_, version)| version)
        .collect();
    let first = version_of(stem).map_or(1, |version| version.saturating_add(1));
    (first..u32::MAX).find(|version| !taken.contains(version)).unwrap_or(u32::MAX)
}

/// Saves a cycle's results as the next free version after its parent. The contents may depend on the version; they are
/// asked for anew on every attempt. `about_to` is told the name and the SHA-256 of the contents before each attempt to
/// claim the name.
///
/// # Errors
///
/// What the contents, `about_to` or the file system said, with no file left behind.
pub fn save_next_version<E: From<Error>>(
    folder: &DataFolder,
    parent: &str,
    mut contents: impl FnMut(u32, &mut dyn Write) -> io::Result<()>,
    mut about_to: impl FnMut(&FileName, &str) -> Result<(), E>,
) -> Result<FileName, E> {
    let base = lineage_base(parent);
    let existing = folder.list(Kind::Results)?;
    let mut stem = parent.to_owned();
    loop {
        let version = next_version(&stem, &existing);
        stem = format!("{base}{MARK}{version}");
        let file = FileName::new(Kind::Results, &stem)?;
        let path = folder.path_to_create(&file)?;
        // Someone was faster, or something other than a file has the name.
        if folder.exists(&file) && version < u32::MAX {
            continue;
        }
        let draft = Draft::write(&path, |out| contents(version, out)).map_err(Error::from)?;
        about_to(&file, draft.sha256())?;
        match draft.claim(&path).map_err(Error::from)? {
            Claim::Ours => return Ok(file),
            Claim::Taken(_) if version == u32::MAX => return Err(Error::from(FileError::Exists { path }).into()),
            Claim::Taken(_) => {}
        }
    }
}

/// Rewrites a version whose run had saved only a part of it. `about_to` is given the SHA-256 of the new contents before
/// the old ones go.
///
/// # Errors
///
/// What the contents, `about_to` or the file system said; the old contents are then untouched.
pub fn replace_version<E: From<Error>>(
    folder: &DataFolder,
    file: &FileName,
    mut contents: impl FnMut(u32, &mut dyn Write) -> io::Result<()>,
    about_to: impl FnOnce(&FileName, &str) -> Result<(), E>,
) -> Result<(), E> {
    let (path, version) = (folder.path_to_write(file)?, version_of(file.stem()).unwrap_or_default());
    let draft = Draft::write(&path, |out| contents(version, out)).map_err(Error::from)?;
    about_to(file, draft.sha256())?;
    Ok(draft.replace(&path).map_err(Error::from)?)
}

/// Saves a first run as `{persona_stem}_results_{YYYYMMDD_HHMMSS}.json`. If two runs end in the same second, the later
/// one is filed under the next free second. `about_to` is as for [`save_next_version`].
///
/// # Errors
///
/// What the contents, `about_to` or the file system said, with no file left behind.
pub fn save_timestamped_results<E: From<Error>>(
    folder: &DataFolder,
    persona_stem: &str,
    at: DateTime,
    contents: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    mut about_to: impl FnMut(&FileName, &str) -> Result<(), E>,
) -> Result<FileName, E> {
    let named = |at| FileName::new(Kind::Results, &format!("{persona_stem}_results_{}", clock::stamp(at)));
    let mut moment = at;
    let mut file = named(moment)?;
    let first: &Path = &folder.path_to_create(&file)?;
    let mut draft = Draft::write(first, contents).map_err(Error::from)?;
    loop {
        let path = folder.path(&file);
        about_to(&file, draft.sha256())?;
        match draft.claim(&path).map_err(Error::from)? {
            Claim::Ours => return Ok(file),
            Claim::Taken(unclaimed) => draft = unclaimed,
        }
        moment = moment.checked_add(1.second()).map_err(|_| Error::from(FileError::Exists { path }))?;
        file = named(moment)?;
    }
}

/// `X_improvement_run_v3` into `X` and 3.
fn split_version(stem: &str) -> Option<(&str, u32)> {
    let (base, digits) = stem.rsplit_once(MARK)?;
    // `v0`, `v01` and `v+1` are not names that this room gives.
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    Some((base, digits.parse().ok().filter(|_| is_number)?))
}

/// `X_results_20250802_144126` into `X_results`.
fn split_stamp(stem: &str) -> Option<&str> {
    let (rest, time) = stem.rsplit_once('_')?;
    let (base, date) = rest.rsplit_once('_')?;
    let is_number = |text: &str, digits| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(date, 8) && is_number(time, 6) && base.ends_with("_results")).then_some(base)
}
