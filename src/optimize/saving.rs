//! A cycle's file. What is adopted is saved at that moment and marked partial, so that nothing which happens later can
//! lose it; its messages are added in its place by the same run.

use std::io::{self, Write};
use std::sync::Arc;

use crate::data::entries::{Draft, Source};
use crate::data::folder::DataFolder;
use crate::data::results::{Metadata, PersonaResult};
use crate::data::spool::Texts;
use crate::data::{self, Entries, FileName, Kind, Map, versions};
use crate::evaluate::run::RunContext;
use crate::model::digest;
use crate::optimize::before::older::Older;
use crate::optimize::error::Error;

/// Saves a cycle.
pub struct Saver<'a> {
    folder: &'a DataFolder,
    context: &'a RunContext,
    parent: &'a FileName,
    /// What the journal calls the cycle.
    step: &'a str,
    /// The file that this run saved when a challenger was adopted, and the SHA-256 of its contents.
    adopted: Option<(FileName, String)>,
}

/// A cycle's file before it has a name.
pub struct Page<'a> {
    /// What it says of the run.
    pub metadata: &'a mut Metadata,
    /// Its entries.
    pub entries: &'a Entries,
    /// Keys of others.
    pub extra: &'a Map,
    /// The seed of the cycle.
    pub seed: &'a str,
}

impl Page<'_> {
    /// Writes it as this version. The version makes the run's id unique: cycles that run side by side may share
    /// everything else.
    fn write(&mut self, parent: &FileName, version: u32, out: &mut dyn Write) -> io::Result<()> {
        let prompt = &self.metadata.system_prompt;
        let id = digest(&[parent.stem(), &version.to_string(), prompt, self.seed])[..16].to_owned();
        if let Some(provenance) = &mut self.metadata.rejoinder {
            provenance.run_id = id;
        }
        Draft { metadata: self.metadata, results: self.entries, extra: self.extra }.write(out)
    }
}

impl<'a> Saver<'a> {
    /// Creates one that knows what this run saved before it was interrupted.
    ///
    /// # Errors
    /// When the journal or the folder cannot be read.
    pub fn new(
        folder: &'a DataFolder,
        context: &'a RunContext,
        (parent, step): (&'a FileName, &'a str),
    ) -> Result<Self, Error> {
        let mut saver = Saver { folder, context, parent, step, adopted: None };
        for step in [saver.partial(), saver.at_adoption()] {
            if let (None, Some((name, hash))) = (&saver.adopted, saver.noted(&step)?) {
                let file = folder.resolve(Kind::Results, &name)?;
                saver.adopted = saver.is_there(&file, &hash)?.then_some((file, hash));
            }
        }
        Ok(saver)
    }

    /// Saves what was adopted, as a new version, unless this run has done so. Returns the file.
    ///
    /// # Errors
    /// When the folder or the journal cannot be written.
    pub fn adopt(&mut self, mut page: Page<'_>) -> Result<FileName, Error> {
        if let Some((file, _)) = &self.adopted {
            return Ok(file.clone());
        }
        let (step, mut hash) = (self.at_adoption(), String::new());
        let write = |version: u32, out: &mut dyn Write| page.write(self.parent, version, out);
        let note = |file: &FileName, sha256: &str| {
            sha256.clone_into(&mut hash);
            self.note(&step, file, sha256)
        };
        let file = versions::save_next_version(self.folder, self.parent.stem(), write, note)?;
        self.adopted = Some((file.clone(), hash));
        Ok(file)
    }

    /// Saves the cycle. It replaces the file that was saved at the adoption if that is there and unchanged; otherwise
    /// it becomes a new version. Returns the file.
    ///
    /// # Errors
    /// When the folder or the journal cannot be written.
    pub fn finish(&self, mut page: Page<'_>) -> Result<FileName, Error> {
        let write = |version: u32, out: &mut dyn Write| page.write(self.parent, version, out);
        match &self.adopted {
            Some((file, hash)) if self.is_there(file, hash)? => {
                let step = if self.context.limit().is_some() { self.partial() } else { self.step.to_owned() };
                let note = |file: &FileName, sha256: &str| self.note(&step, file, sha256);
                versions::replace_version(self.folder, file, write, note)?;
                Ok(file.clone())
            }
            _ => {
                // A partial one is not noted: the run will write another.
                let note = |file: &FileName, sha256: &str| {
                    self.context.note_output(self.step, file, sha256).map_err(Error::from)
                };
                versions::save_next_version(self.folder, self.parent.stem(), write, note)
            }
        }
    }

    /// The journal's name for the file saved at an adoption.
    fn at_adoption(&self) -> String {
        format!("{}, adopted", self.step)
    }

    /// The journal's name for the same file once it has some of its messages.
    fn partial(&self) -> String {
        format!("{}, in part", self.step)
    }

    fn noted(&self, step: &str) -> Result<Option<(String, String)>, Error> {
        Ok(self.context.run.as_ref().map(|run| run.output(step)).transpose()?.flatten())
    }

    fn note(&self, step: &str, file: &FileName, sha256: &str) -> Result<(), Error> {
        match &self.context.run {
            Some(run) => Ok(run.about_to_write(step, file.as_str(), sha256)?),
            None => Ok(()),
        }
    }

    fn is_there(&self, file: &FileName, hash: &str) -> Result<bool, Error> {
        Ok(self.folder.exists(file) && self.folder.sha256(file)? == hash)
    }
}

/// One entry without messages for each person of a file, before anything is written to them.
///
/// # Errors
/// Where the people cannot be read.
pub fn unwritten(people: &Arc<Texts>, older: &Older) -> Result<Entries, data::Error> {
    let extras = older.extras_for(people)?.into_iter().collect();
    Ok(Entries::Sourced(Arc::new(Unwritten { people: Arc::clone(people), extras })))
}

struct Unwritten {
    people: Arc<Texts>,
    extras: std::collections::BTreeMap<usize, Map>,
}

impl Source for Unwritten {
    fn each(&self, see: &mut dyn FnMut(&PersonaResult) -> bool) -> Result<(), data::Error> {
        for (index, persona) in self.people.iter().enumerate() {
            let extra = self.extras.get(&index).cloned().unwrap_or_default();
            if !see(&PersonaResult { persona: persona?, messages: Vec::new(), extra }) {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::call::Meter;
    use crate::call::stop::Stop;
    use crate::data::provenance::Provenance;
    use crate::engine::local::Local;
    use crate::evaluate::account::Account;
    use crate::event::Events;
    use crate::model::price::Prices;

    fn context() -> RunContext {
        let prices = Prices::with_overrides(&BTreeMap::new()).unwrap();
        RunContext {
            account: Account::new(Meter::default(), prices, BTreeMap::new(), BTreeSet::new()),
            width: 1,
            engine: Arc::new(Local),
            events: Events::new(|_| {}),
            stop: Stop::default(),
            run: None,
            prospects: crate::evaluate::prospects::Prospects::default(),
            scratch: std::env::temp_dir(),
        }
    }

    fn metadata(prompt: &str, partial: Option<&str>) -> Metadata {
        let partial = partial.map(str::to_owned);
        Metadata {
            persona_file: None,
            messages_per_persona: 1,
            total_personas: 0,
            total_messages: 0,
            processing_date: "2026-01-01T00:00:00".into(),
            system_prompt: prompt.into(),
            successful_personas: 0,
            improvement_run: Some(true),
            rejoinder: Some(Provenance { partial, ..Provenance::new("", 1, true) }),
            extra: Map::new(),
        }
    }

    fn page<'a>(metadata: &'a mut Metadata, entries: &'a Entries, extra: &'a Map) -> Page<'a> {
        Page { metadata, entries, extra, seed: "1" }
    }

    #[test]
    fn what_was_adopted_gets_its_messages_in_its_place_and_what_others_changed_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(place.path());
        let context = context();
        let parent = FileName::new(Kind::Results, "x_results_20260101_000000").unwrap();
        let (entries, extra) = (Entries::Held(Vec::new()), Map::new());
        let mut saver = Saver::new(&folder, &context, (&parent, "cycle 1")).unwrap();
        let mut first = metadata("New.", Some("adopted"));
        let mut second = metadata("New.", None);
        let file = saver.adopt(page(&mut first, &entries, &extra)).unwrap();
        assert_eq!(file.stem(), "x_results_improvement_run_v1");
        let partial = folder.read(&file).unwrap();
        assert!(String::from_utf8_lossy(&partial).contains("\"partial\": \"adopted\""));
        assert_eq!(saver.adopt(page(&mut first, &entries, &extra)).unwrap(), file, "it is saved once");
        assert_eq!(saver.finish(page(&mut second, &entries, &extra)).unwrap(), file);
        assert!(!String::from_utf8_lossy(&folder.read(&file).unwrap()).contains("partial"));
        // It is no longer what was saved at the adoption: somebody may have put it there.
        let next = saver.finish(page(&mut second, &entries, &extra)).unwrap();
        assert_eq!(next.stem(), "x_results_improvement_run_v2");
    }
}
