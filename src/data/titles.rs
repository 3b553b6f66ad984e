//! Names and notes that people give to lineages and runs: `titles.json` in the data folder. File names stay as they
//! are.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::file_name::Kind;
use super::folder::DataFolder;
use super::{Error, whole};

/// The file.
const FILE: &str = "titles.json";

/// Characters of a name and of a note.
pub const LONGEST_NAME: usize = 120;
/// See [`LONGEST_NAME`].
pub const LONGEST_NOTE: usize = 4_000;

/// What lineages and runs are called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Titles {
    /// Titles of lineages, by the part that the names of their files have in common.
    pub lineages: BTreeMap<String, Title>,
    /// By the file name of a run without its ending.
    pub runs: BTreeMap<String, Title>,
}

/// What something is called, and what there is to say of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Title {
    /// Its name; empty where it has only that of its file.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// A note.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Whether it is put away: then lists leave it out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
}

impl Titles {
    /// Those of a folder; none where nobody has given any, or what is there is none of ours.
    #[must_use]
    pub fn load(folder: &DataFolder) -> Self {
        let bytes = std::fs::read(path(folder)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Changes those of a folder, as if in one step.
    ///
    /// # Errors
    /// Where the file cannot be written, or is there and is no JSON: it is left as it is.
    pub fn change(folder: &DataFolder, change: impl FnOnce(&mut Titles)) -> Result<(), Error> {
        let _lock = folder.lock(Kind::Opinions)?;
        let path = path(folder);
        let mut titles = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| Error::read(&path, io::Error::new(io::ErrorKind::InvalidData, error)))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Titles::default(),
            Err(error) => return Err(Error::read(&path, error)),
        };
        change(&mut titles);
        titles.lineages.retain(|_, title| *title != Title::default());
        titles.runs.retain(|_, title| *title != Title::default());
        Ok(whole::replace(&path, |out| Ok(serde_json::to_writer_pretty(out, &titles)?))?)
    }

    /// The lineages and runs that are called so, in whatever case, by the names of their files.
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<&str> {
        let wanted = name.trim().to_lowercase();
        let all = self.lineages.iter().chain(&self.runs);
        let found = all.filter(|(_, title)| !title.name.is_empty() && title.name.to_lowercase() == wanted);
        found.map(|(file, _)| file.as_str()).collect()
    }

    /// What a run is called, where it has a name of its own.
    #[must_use]
    pub fn of_run(&self, stem: &str) -> Option<&str> {
        self.runs.get(stem).map(|title| title.name.as_str()).filter(|name| !name.is_empty())
    }

    /// What a lineage is called.
    #[must_use]
    pub fn of_lineage<'a>(&'a self, base: &'a str) -> &'a str {
        self.lineages.get(base).map(|title| title.name.as_str()).filter(|name| !name.is_empty()).unwrap_or(base)
    }
}

fn path(folder: &DataFolder) -> PathBuf {
    folder.root().join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_given_changed_and_taken_back() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let name = |name: &str| Title { name: name.into(), ..Title::default() };
        Titles::change(&folder, |titles| drop(titles.lineages.insert("tea".into(), name("Tea for offices")))).unwrap();
        assert_eq!(Titles::load(&folder).of_lineage("tea"), "Tea for offices");
        assert_eq!(Titles::load(&folder).of_lineage("coffee"), "coffee");
        assert_eq!(Titles::load(&folder).named(" tea for OFFICES"), ["tea"]);
        assert!(Titles::load(&folder).named("").is_empty() && Titles::load(&folder).of_run("tea").is_none());
        Titles::change(&folder, |titles| drop(titles.lineages.insert("tea".into(), name("")))).unwrap();
        assert_eq!(Titles::load(&folder), Titles::default());
        whole::replace(&root.path().join(FILE), |out| out.write_all(b"not ours")).unwrap();
        assert!(Titles::change(&folder, |_| ()).is_err());
        assert_eq!(std::fs::read_to_string(root.path().join(FILE)).unwrap(), "not ours");
    }
}
