//! What a cycle takes from the file that it starts from. Texts stay on the disk: none is held that is not passed on.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use crate::data::entries::Source;
use crate::data::folder::DataFolder;
use crate::data::results::PersonaResult;
use crate::data::results_stream::{self, Head};
use crate::data::spool::Texts;
use crate::data::{self, Entries, Entry, FileError, FileName, Gather, Map, Part};
use crate::optimize::people::pairing::{Clusters, Key};

/// The older file, without its entries.
#[derive(Debug)]
pub struct Older {
    /// Its name.
    pub file: FileName,
    /// All of it but its entries.
    pub head: Head,
    /// How often they said yes.
    pub clusters: Clusters,
    /// Keys of others, by persona and how many entries with the same text come before.
    extras: HashMap<(Key, usize), Map>,
}

#[derive(Clone, Debug, Default)]
struct Taken {
    clusters: Clusters,
    /// How many entries a persona text has so far.
    entries: HashMap<Key, usize>,
    extras: HashMap<(Key, usize), Map>,
}

impl Taken {
    fn gather(&mut self, entry: &Entry<'_>) {
        if entry.part != Part::Results {
            return;
        }
        let persona = Key::of(&entry.persona.get());
        self.clusters.gather(entry);
        let number = self.entries.entry(persona).or_default();
        if let Some(extra) = entry.extra() {
            self.extras.insert((persona, *number), extra.clone());
        }
        *number += 1;
    }
}

impl Older {
    /// Reads a results file once.
    ///
    /// # Errors
    /// As [`Results::load`](crate::data::Results::load).
    pub fn read(folder: &DataFolder, file: &FileName) -> Result<Self, data::Error> {
        let (taken, head) = results_stream::fold(folder, file, Taken::default, Taken::gather)?;
        let Taken { clusters, extras, .. } = taken;
        Ok(Older { file: file.clone(), head, clusters, extras })
    }

    /// The personas of its entries.
    ///
    /// # Errors
    /// As [`Older::read`], and where there is no room on the disk.
    pub fn people(&self, folder: &DataFolder) -> Result<Texts, data::Error> {
        let start = || Texts::new(folder.root());
        let push = |people: &mut Result<Texts, FileError>, entry: &Entry<'_>| {
            if let (Ok(list), Part::Results) = (&mut *people, entry.part)
                && let Err(error) = list.push(&entry.persona.get())
            {
                *people = Err(error);
            }
        };
        Ok(results_stream::fold(folder, &self.file, start, push)?.0?)
    }

    /// Its messages with the personas that they are to.
    ///
    /// # Errors
    /// As [`Older::people`].
    pub fn messages(&self, folder: &DataFolder) -> Result<Messages, data::Error> {
        let start = || Messages::new(folder.root());
        let push = |messages: &mut Result<Messages, data::Error>, entry: &Entry<'_>| {
            if let (Ok(list), Part::Results) = (&mut *messages, entry.part)
                && let Err(error) = list.push(entry)
            {
                *messages = Err(error);
            }
        };
        results_stream::fold(folder, &self.file, start, push)?.0
    }

    /// Its entries as they stand, read anew whenever they are asked for.
    #[must_use]
    pub fn entries(&self, folder: &DataFolder) -> Entries {
        Entries::Sourced(Arc::new(InFile { folder: folder.clone(), file: self.file.clone() }))
    }

    /// Keys of an entry that we do not know belong to the persona, not to its messages: they go with it. By index among
    /// `people`; a text that stands twice is paired in order of appearance.
    ///
    /// # Errors
    /// Where the people cannot be read.
    pub fn extras_for(&self, people: &Texts) -> Result<BTreeMap<usize, Map>, data::Error> {
        let mut found = BTreeMap::new();
        if self.extras.is_empty() {
            return Ok(found);
        }
        let mut entries: HashMap<Key, usize> = HashMap::new();
        for (index, persona) in people.iter().enumerate() {
            let persona = Key::of(&persona?);
            let number = entries.entry(persona).or_default();
            if let Some(extra) = self.extras.get(&(persona, *number)) {
                found.insert(index, extra.clone());
            }
            *number += 1;
        }
        Ok(found)
    }
}

/// The entries of a file.
struct InFile {
    folder: DataFolder,
    file: FileName,
}

impl Source for InFile {
    fn each(&self, see: &mut dyn FnMut(&PersonaResult) -> bool) -> Result<(), data::Error> {
        let mut wanted = true;
        let show = |(): &mut (), entry: &Entry<'_>| {
            if entry.part == Part::Results && wanted {
                wanted = see(&entry.to_result());
            }
        };
        results_stream::fold(&self.folder, &self.file, || (), show)?;
        Ok(())
    }
}

/// The messages of a run, on disk.
#[derive(Debug)]
pub struct Messages {
    /// The personas of its entries.
    pub people: Arc<Texts>,
    /// For every message the index of its persona and its number.
    pub whom: Vec<(u32, u32)>,
    /// The messages.
    pub texts: Texts,
}

impl Messages {
    fn new(folder: &Path) -> Result<Self, data::Error> {
        Ok(Messages { people: Arc::new(Texts::new(folder)?), whom: Vec::new(), texts: Texts::new(folder)? })
    }

    fn push(&mut self, entry: &Entry<'_>) -> Result<(), data::Error> {
        Arc::make_mut(&mut self.people).push(&entry.persona.get())?;
        for (number, said) in entry.messages.iter().enumerate() {
            self.whom.push((entry.index as u32, number as u32));
            self.texts.push(&said.message.get())?;
        }
        Ok(())
    }
}
