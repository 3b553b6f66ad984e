//! Which file a name means: a run's own, or the latest of the lineage that is called so.

use std::collections::BTreeMap;

use super::error::Error;
use crate::data::titles::Titles;
use crate::data::{DataFolder, FileName, Kind, results_stream, versions};
use crate::report::words;

/// The results file that a name means.
///
/// # Errors
/// Where the name can be none, a file of the lineage cannot be read, or several lineages are called so.
pub fn results(folder: &DataFolder, name: &str) -> Result<FileName, Error> {
    let titled = titled(folder, name)?;
    let file = folder.resolve(Kind::Results, titled.as_deref().unwrap_or(name))?;
    if folder.exists(&file) {
        return Ok(file);
    }
    let mut parents: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut found: Vec<FileName> = Vec::new();
    for other in folder.list(Kind::Results)? {
        if versions::lineage_base(other.stem()) == file.stem() {
            parents.insert(other.stem().to_owned(), parent(folder, &other)?);
            found.push(other);
        }
    }
    let mut roots: Vec<String> = found.iter().filter_map(|run| versions::root(run.stem(), &parents)).collect();
    roots.sort();
    roots.dedup();
    if roots.len() > 1 {
        let named: Vec<String> = roots.iter().take(5).map(|root| words::one_line(root, 80)).collect();
        let more = if roots.len() > named.len() { ", ..." } else { "" };
        return Err(Error::Usage(format!(
            "{} lineages are called {}: name a run of one of them, such as {}{more}",
            roots.len(),
            words::one_line(file.stem(), 80),
            named.join(", ")
        )));
    }
    // One that is not there is said to be missing by whoever reads it.
    Ok(found.into_iter().max_by_key(|run| (versions::version_of(run.stem()), run.stem().to_owned())).unwrap_or(file))
}

/// The run or lineage that people call so, by the name of its files; `None` where files themselves are called so, or
/// nothing is.
fn titled(folder: &DataFolder, name: &str) -> Result<Option<String>, Error> {
    let titles = Titles::load(folder);
    let found = titles.named(name);
    if found.is_empty() {
        return Ok(None);
    }
    let wanted = folder.resolve(Kind::Results, name).ok();
    let is_wanted = |file: &FileName| {
        wanted.as_ref().is_some_and(|wanted| file == wanted || versions::lineage_base(file.stem()) == wanted.stem())
    };
    match found.as_slice() {
        _ if folder.list(Kind::Results)?.iter().any(is_wanted) => Ok(None),
        [only] => Ok(Some((*only).to_owned())),
        several => {
            let named: Vec<String> = several.iter().take(5).map(|file| words::one_line(file, 80)).collect();
            Err(Error::Usage(format!(
                "{} are called {}: name one by its file, such as {}",
                words::count(several.len() as u64, "lineage or run", "lineages or runs"),
                words::one_line(name, 80),
                named.join(", ")
            )))
        }
    }
}

/// The run that a run was made from, without its extension.
fn parent(folder: &DataFolder, file: &FileName) -> Result<Option<String>, Error> {
    let ((), head) = results_stream::gather(folder, file, &())?;
    let parent = head.metadata.rejoinder.and_then(|provenance| provenance.parent);
    Ok(parent.map(|parent| versions::stem_of(&parent.file)))
}
