//! What fine-tuning can take from a run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::data::export::tuning::Tuning;
use crate::data::results::Metadata;
use crate::data::spool::{Place, Spool};
use crate::data::{self, DataFolder, FileName, Kind, Part, results_stream};
use crate::evaluate::generator;
use crate::evaluate::grounding::Audit;
use crate::optimize::before::judges::Judge;
use crate::optimize::people::pairing::Key;

/// What rows for fine-tuning need of a results file. With `pairs` also the messages that an earlier run's prompt wrote
/// to the same personas and that the same judge rejected: the file's own baseline, or its parent.
///
/// # Errors
/// Where a file of the lineage cannot be read, or there is no room on the disk.
pub fn tuning(folder: &DataFolder, file: &FileName, head: &Metadata, pairs: bool) -> Result<Tuning, data::Error> {
    let rejected = if pairs { rejected(folder, file, head)? } else { Rejected::empty(folder)? };
    Ok(Tuning {
        system: head.system_prompt.as_str().into(),
        asked: generator::asked,
        grounding: |said| said.audit::<Audit>().unwrap_or_default().grounding(),
        also_rejected: Arc::new(move |persona| rejected.take(persona)),
        unchecked: Arc::default(),
    })
}

/// Rejected messages by persona; their texts are on disk.
struct Rejected {
    spool: Spool,
    places: Mutex<HashMap<Key, Vec<Place>>>,
}

impl Rejected {
    fn empty(folder: &DataFolder) -> Result<Self, data::Error> {
        Ok(Rejected { spool: Spool::new(folder.root())?, places: Mutex::default() })
    }

    /// Of a persona that has several entries, the first one gets them.
    fn take(&self, persona: &str) -> Vec<String> {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner).remove(&Key::of(persona));
        places.unwrap_or_default().into_iter().filter_map(|place| self.spool.get(place).ok()).collect()
    }
}

fn rejected(folder: &DataFolder, file: &FileName, head: &Metadata) -> Result<Rejected, data::Error> {
    let rejected = Rejected::empty(folder)?;
    let Some(own) = &head.rejoinder else { return Ok(rejected) };
    let (source, part) = match (&own.baseline, &own.parent) {
        (Some(baseline), _) if Some(&baseline.fingerprint) == own.fingerprint.as_ref() => {
            (file.clone(), Part::Baseline)
        }
        (None, Some(parent)) => match folder.resolve(Kind::Results, &parent.file) {
            Ok(parent) if folder.exists(&parent) => (parent, Part::Results),
            _ => return Ok(rejected),
        },
        _ => return Ok(rejected),
    };
    let mut failed = None;
    let (places, other) = results_stream::fold(folder, &source, HashMap::new, |places, entry| {
        if entry.part != part || failed.is_some() {
            return;
        }
        for said in entry.messages.iter().filter(|said| !said.yes) {
            match rejected.spool.put(&said.message.get()) {
                Ok(place) => {
                    places.entry(Key::of(&entry.persona.get())).or_insert_with(Vec::new).push(place);
                }
                Err(error) => failed = Some(error),
            }
        }
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    // What another judge rejected, this one might have accepted; and what the incumbent wrote is no earlier run's.
    let is_one_judge = part == Part::Baseline
        || (Judge::of(&other.metadata).is_some() && Judge::of(&other.metadata) == Judge::of(head));
    let is_other_prompt = part == Part::Baseline || other.metadata.system_prompt != head.system_prompt;
    if is_one_judge && is_other_prompt {
        *rejected.places.lock().unwrap_or_else(PoisonError::into_inner) = places;
    }
    Ok(rejected)
}
