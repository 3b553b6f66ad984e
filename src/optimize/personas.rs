//! Whom an improvement run writes to.

use std::borrow::Borrow;

use super::pairing::Clusters;
use crate::data::folder::DataFolder;
use crate::data::results::{Metadata, Results};
use crate::data::{self, Entry, FileName, Head, Kind, Part, personas, results_stream};

/// What the original service writes in place of a persona file's name.
const EXTRACTED: &str = "extracted_from_previous_results";

/// The personas of an improvement run and where they come from.
#[derive(Debug)]
pub struct Chosen {
    /// The personas.
    pub personas: Vec<String>,
    /// A line for the person, where the source is not the obvious one, or where it makes a paired comparison impossible.
    pub note: Option<String>,
}

/// The personas of the file that the metadata names; where it names none, none that is there, or none that could be a
/// persona file, or says that they were taken from earlier results, those in the results.
///
/// # Errors
/// When the named file exists but cannot be read as personas.
pub fn choose(folder: &DataFolder, results: &Results) -> Result<Chosen, data::Error> {
    let in_results = || results.results.iter().map(|result| result.persona.clone()).collect();
    let known = || Clusters::of(&results.results);
    choose_among(folder, &results.metadata, known, || Ok(in_results()))
}

/// The same of a results file that has passed in a stream. Its personas are read once more if they are needed.
///
/// # Errors
/// As [`choose`], and as [`Results::load`].
pub fn choose_of_file(
    folder: &DataFolder,
    file: &FileName,
    head: &Head,
    known: &Clusters,
) -> Result<Chosen, data::Error> {
    let in_results = || {
        let keep = |personas: &mut Vec<String>, entry: &Entry<'_>| {
            if entry.part == Part::Results {
                personas.push(entry.persona.get().into_owned());
            }
        };
        results_stream::fold(folder, file, Vec::new, keep).map(|(personas, _)| personas)
    };
    choose_among(folder, &head.metadata, || known, in_results)
}

fn choose_among<C: Borrow<Clusters>>(
    folder: &DataFolder,
    metadata: &Metadata,
    known: impl FnOnce() -> C,
    in_results: impl FnOnce() -> Result<Vec<String>, data::Error>,
) -> Result<Chosen, data::Error> {
    let named = metadata.persona_file.as_deref().filter(|name| *name != EXTRACTED && !name.trim().is_empty());
    let Some(name) = named else { return Ok(Chosen { personas: in_results()?, note: None }) };
    let quoted: String = name.chars().take(120).flat_map(char::escape_debug).collect();
    let why = match folder.resolve(Kind::Personas, name).and_then(|file| personas::load(folder, &file)) {
        Ok(personas) => {
            let known = known();
            // Without an earlier result of any of them nothing can be paired.
            let are_strangers = !personas.iter().any(|persona| known.borrow().contains(persona));
            let note = are_strangers.then(|| {
                format!(
                    "None of the personas in the persona file \"{quoted}\" is in the results file: before and after \
                     are of different people and cannot be paired."
                )
            });
            return Ok(Chosen { personas, note });
        }
        Err(data::Error::NotFound { .. }) => "is not in the data folder",
        // What a results file says is no more than a hint; one that leads nowhere is no reason to stop.
        Err(data::Error::Name { .. } | data::Error::Outside { .. } | data::Error::NotAFile { .. }) => {
            "that the results file names is none of the data folder"
        }
        Err(error) => return Err(error),
    };
    let note = format!("The persona file \"{quoted}\" {why}; using the personas in the results file.");
    Ok(Chosen { personas: in_results()?, note: Some(note) })
}
