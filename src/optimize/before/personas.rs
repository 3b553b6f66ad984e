//! Whom an improvement run writes to.

use std::sync::Arc;

use super::older::Older;
use crate::data::folder::DataFolder;
use crate::data::spool::Texts;
use crate::data::{self, people};

/// What the original service writes in place of a persona file's name.
const EXTRACTED: &str = "extracted_from_previous_results";

/// The personas of an improvement run and where they come from.
#[derive(Debug)]
pub struct Chosen {
    /// The personas.
    pub people: Arc<Texts>,
    /// A line for the person, where the source is not the obvious one, or where it makes a paired comparison
    /// impossible.
    pub note: Option<String>,
}

/// The personas of the file that the metadata names; where it names none, none that is there, or none that could be a
/// persona file, or says that they were taken from earlier results, those in the results.
///
/// # Errors
/// When the named file exists but cannot be read as personas.
pub fn choose(folder: &DataFolder, older: &Older) -> Result<Chosen, data::Error> {
    let in_results = |note| Ok(Chosen { people: Arc::new(older.people(folder)?), note });
    let metadata = &older.head.metadata;
    let named = metadata.persona_file.as_deref().filter(|name| *name != EXTRACTED && !name.trim().is_empty());
    let Some(name) = named else { return in_results(None) };
    let quoted: String = name.chars().take(120).flat_map(char::escape_debug).collect();
    let why = match people::resolve(folder, name).and_then(|file| people::open(folder, &file)) {
        Ok(people) => {
            let note = are_strangers(&people, older)?.then(|| {
                format!(
                    "None of the personas in the persona file \"{quoted}\" is in the results file: before and after \
                     are of different people and cannot be paired."
                )
            });
            return Ok(Chosen { people: Arc::new(people), note });
        }
        Err(data::Error::NotFound { .. }) => "is not in the data folder",
        // What a results file says is no more than a hint; one that leads nowhere is no reason to stop.
        Err(data::Error::Name { .. } | data::Error::Outside { .. } | data::Error::NotAFile { .. }) => {
            "that the results file names is none of the data folder"
        }
        Err(error) => return Err(error),
    };
    in_results(Some(format!("The persona file \"{quoted}\" {why}; using the personas in the results file.")))
}

/// Whether no persona has an earlier result, so that nothing can be paired.
fn are_strangers(people: &Texts, older: &Older) -> Result<bool, data::Error> {
    for persona in people.iter() {
        if older.clusters.contains(&persona?) {
            return Ok(false);
        }
    }
    Ok(true)
}
