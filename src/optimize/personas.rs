//! Whom an improvement run writes to.

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
    /// A line for the person, where the source is not the obvious one.
    pub note: Option<String>,
}

/// The personas of the file that the metadata names; where it names none, or says that they were taken from earlier
/// results, those in the results.
///
/// # Errors
/// When the named file exists but cannot be used, or when there is no persona at all.
pub fn choose(folder: &DataFolder, results: &Results) -> Result<Chosen, data::Error> {
    let named = results.metadata.persona_file.as_deref().filter(|name| *name != EXTRACTED && !name.trim().is_empty());
    if let Some(name) = named {
        match folder.resolve(Kind::Personas, name).and_then(|file| personas::load(folder, &file)) {
            Ok(personas) => return Ok(Chosen { personas, note: None }),
            Err(data::Error::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let personas = results.results.iter().map(|result| result.persona.clone()).collect();
    let note = named.map(|name| {
        let name = name.escape_debug();
        format!("The persona file \"{name}\" is not in the data folder; using the personas in the results file.")
    });
    Ok(Chosen { personas, note })
}
