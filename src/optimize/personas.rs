//! Whom an improvement run writes to.

use std::collections::HashSet;

use crate::data::folder::DataFolder;
use crate::data::results::Results;
use crate::data::{self, Kind, personas};

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
    let named = results.metadata.persona_file.as_deref().filter(|name| *name != EXTRACTED && !name.trim().is_empty());
    let Some(name) = named else { return Ok(Chosen { personas: in_results(results), note: None }) };
    let quoted: String = name.chars().take(120).flat_map(char::escape_debug).collect();
    let why = match folder.resolve(Kind::Personas, name).and_then(|file| personas::load(folder, &file)) {
        Ok(personas) => {
            let note = are_strangers(&personas, results).then(|| {
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
    Ok(Chosen { personas: in_results(results), note: Some(note) })
}

fn in_results(results: &Results) -> Vec<String> {
    results.results.iter().map(|result| result.persona.clone()).collect()
}

/// Whether no persona has an earlier result, so that nothing can be paired.
fn are_strangers(personas: &[String], results: &Results) -> bool {
    let known: HashSet<&str> = results.results.iter().map(|result| result.persona.trim()).collect();
    !personas.iter().any(|persona| known.contains(persona.trim()))
}
