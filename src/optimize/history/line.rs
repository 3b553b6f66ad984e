//! Which files a history is made of, from the first run to the one in question.

use std::sync::Arc;

use super::measured::Taking;
use super::told::Told;
use super::{Again, Version};
use crate::data::provenance::{Baseline, Redone};
use crate::data::results::Metadata;
use crate::data::{self, DataFolder, FileName, Head, Kind, results_stream, versions};
use crate::journal::RunRow;
use crate::optimize::before::judges::is_simulated;
use crate::optimize::before::readings;
use crate::optimize::lineage::Lineage;
use crate::optimize::lineage::root::{Root, sources};

/// How a version hangs together with the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// It is the first.
    First,
    /// The file names its parent, which is there as it was.
    Recorded,
    /// The file names its parent, which has been changed since.
    Changed,
    /// The file names its parent, which is not there.
    Missing(String),
    /// The file names none; by its name and date it is taken to descend from the one before.
    Guessed,
}

/// Versions that a history goes back.
const MOST: usize = 1_000;

/// The word of a version's judge on the messages of the file with this hash, which is its parent and read next.
type Handed = Option<(String, Again)>;

/// Versions, the facts of their messages, and the memory of the lineage.
type Loaded = (Vec<Version>, Arc<str>, Option<Lineage>);

/// Reads the versions, the first run first; also the facts, and what the lineage remembers.
pub(super) fn load(folder: &DataFolder, focus: &FileName, runs: &[RunRow]) -> Result<Loaded, data::Error> {
    let ((), head) = results_stream::gather(folder, focus, &())?;
    let memory = Lineage::of(&head);
    let facts = facts(folder, focus, &head, memory.as_ref())?;
    let unseen = memory.as_ref().map(|memory| memory.split.unseen(folder)).transpose()?.map(Arc::new);
    let kinds = memory.as_ref().map(|memory| Arc::new(memory.kinds.clone())).unwrap_or_default();
    let empty = Taking::new(unseen, kinds);
    let (mut found, mut handed): (Vec<Version>, Handed) = (Vec::new(), None);
    let mut next = Some(focus.clone());
    while let Some(file) = next.take() {
        let (taken, head) = results_stream::gather(folder, &file, &empty)?;
        if let Some(child) = found.last_mut() {
            child.link = changed(child, &head.sha256);
        }
        let coding = readings::coding(folder, &file, &head.metadata, &head.sha256);
        let of_baseline = readings::of_baseline(&head.metadata);
        let simulated = is_simulated(&head.metadata);
        let (recorded, of_parent) = taken.measured(simulated, [coding.as_ref(), of_baseline.as_ref()]);
        let again = handed.take().filter(|(sha256, _)| *sha256 == head.sha256).map(|(_, again)| again);
        let provenance = head.metadata.rejoinder.as_ref();
        let baseline = provenance.and_then(|own| own.baseline.as_ref());
        let is_own = |fingerprint: &String| provenance.and_then(|own| own.fingerprint.as_ref()) == Some(fingerprint);
        let is_known = |baseline: &&Baseline| baseline.redone == Redone::Audits || is_own(&baseline.fingerprint);
        handed = baseline.filter(is_known).map(|baseline| {
            let (redone, fingerprint) = (baseline.redone, baseline.fingerprint.clone());
            (baseline.sha256.clone(), Again { measured: of_parent, redone, fingerprint, simulated })
        });
        let (link, parent) = parent(folder, &file, &head.metadata)?;
        // A lineage that runs in a circle is no line.
        let parent = parent
            .filter(|parent| found.len() < MOST && *parent != file && !found.iter().any(|own| own.file == *parent));
        let link = if parent.is_none() && matches!(link, Link::Recorded | Link::Guessed) { Link::First } else { link };
        let command = runs.iter().find(|run| run.files.iter().any(|name| name == file.as_str())).cloned();
        let told = Told::of(&head.metadata);
        let Head { metadata, sha256, .. } = head;
        found.push(Version { file, link, metadata, sha256, recorded, again, told, command });
        next = parent;
    }
    found.reverse();
    Ok((found, facts, memory))
}

/// The link of a version whose parent turned out to have this hash.
fn changed(child: &Version, sha256: &str) -> Link {
    let recorded = child.metadata.rejoinder.as_ref().and_then(|own| own.parent.as_ref());
    match recorded {
        Some(parent) if parent.sha256 != sha256 => Link::Changed,
        _ => child.link.clone(),
    }
}

/// The file that a version descends from, where it is there.
fn parent(folder: &DataFolder, file: &FileName, metadata: &Metadata) -> Result<(Link, Option<FileName>), data::Error> {
    if let Some(parent) = metadata.rejoinder.as_ref().and_then(|own| own.parent.as_ref()) {
        // What a results file says is a hint: a name that leads nowhere ends the line.
        let there = folder.resolve(Kind::Results, &parent.file).ok().filter(|file| folder.exists(file));
        return Ok(match there {
            Some(there) => (Link::Recorded, Some(there)),
            None => (Link::Missing(parent.file.clone()), None),
        });
    }
    let guessed = guessed(folder, file, metadata)?;
    Ok((if guessed.is_some() { Link::Guessed } else { Link::First }, guessed))
}

/// Where a file names no parent: the version before it, or the latest first run of that name that is older.
fn guessed(folder: &DataFolder, file: &FileName, metadata: &Metadata) -> Result<Option<FileName>, data::Error> {
    let Some(version) = versions::version_of(file.stem()) else { return Ok(None) };
    let base = versions::lineage_base(file.stem());
    let all = folder.list(Kind::Results)?;
    let of_lineage = || all.iter().filter(|other| versions::lineage_base(other.stem()) == base);
    if let Some(earlier) = of_lineage().find(|other| versions::version_of(other.stem()) == version.checked_sub(1)) {
        return Ok(Some(earlier.clone()));
    }
    let mut latest: Option<(String, FileName)> = None;
    for other in of_lineage().filter(|other| versions::version_of(other.stem()).is_none()) {
        // One that cannot be read is no parent.
        let Ok(((), own, _)) = results_stream::look(folder, other, &()) else { continue };
        let date = own.processing_date;
        let is_older = metadata.processing_date.is_empty() || date <= metadata.processing_date;
        if is_older && latest.as_ref().is_none_or(|(than, _)| date > *than) {
            latest = Some((date, other.clone()));
        }
    }
    Ok(latest.map(|(_, file)| file))
}

/// What may be claimed: what the lineage remembers, else what its first prompt states.
fn facts(folder: &DataFolder, file: &FileName, head: &Head, memory: Option<&Lineage>) -> Result<Arc<str>, data::Error> {
    if let Some(memory) = memory {
        return Ok(memory.facts.as_str().into());
    }
    let root = Root::of(folder, head)?;
    if root.file.is_some() || root.missing.is_some() {
        return Ok(root.sources(None).facts);
    }
    // Facts come from no rewritten prompt, if the first one can be found.
    let (mut file, mut metadata) = (file.clone(), head.metadata.clone());
    for _ in 0..MOST {
        let Some(earlier) = guessed(folder, &file, &metadata)? else { break };
        ((), metadata, _) = results_stream::look(folder, &earlier, &())?;
        file = earlier;
    }
    let given = metadata.rejoinder.as_ref().and_then(|own| own.facts.as_deref());
    Ok(sources(&metadata.system_prompt, given).facts)
}
