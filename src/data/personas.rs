//! A personas file: a JSON array of texts, each describing one decision maker.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};

use super::Error;
use super::file_name::{FileName, Kind};
use super::folder::DataFolder;
use super::json::{self, Fault};

/// Reads the personas, in order. An entry is a string, or an object whose `persona` is one (other keys are for others).
///
/// # Errors
///
/// Also for no personas at all, and for a blank one.
pub fn load(folder: &DataFolder, file: &FileName) -> Result<Vec<String>, Error> {
    let (entries, _): (Vec<Entry>, _) = json::load(folder, file)?;
    let personas: Vec<String> = entries.into_iter().map(|Entry(persona)| persona).collect();
    check(&personas).map_err(|fault| fault.of(folder, file))?;
    Ok(personas)
}

/// Writes the personas as an array of strings, in place of any file of that name.
///
/// # Errors
///
/// As [`load`] for what could not be read again, and as [`DataFolder::replace`].
pub fn save(folder: &DataFolder, file: &FileName, personas: &[String]) -> Result<(), Error> {
    folder.replace(file, &to_bytes(folder, file, personas)?)
}

/// Writes the personas under a name that must be free.
///
/// # Errors
///
/// As [`save`], and [`Error::Exists`].
pub fn create(folder: &DataFolder, file: &FileName, personas: &[String]) -> Result<(), Error> {
    folder.create_new(file, &to_bytes(folder, file, personas)?)
}

/// The personas kept apart for evaluation: for `NAME_train` it is `NAME_eval`, whether or not that exists.
#[must_use]
pub fn sibling_eval(file: &FileName) -> Option<FileName> {
    let base = file.stem().strip_suffix("_train")?;
    FileName::new(Kind::Personas, &format!("{base}_eval")).ok()
}

fn to_bytes(folder: &DataFolder, file: &FileName, personas: &[String]) -> Result<Vec<u8>, Error> {
    check(personas).map_err(|fault| fault.of(folder, file))?;
    json::render(Kind::Personas, personas)
}

fn check(personas: &[String]) -> Result<(), Fault> {
    if personas.is_empty() {
        return Err(Fault::new("", "there are no personas in it; add at least one"));
    }
    match personas.iter().position(|persona| persona.trim().is_empty()) {
        Some(index) => Err(Fault::new(format!("[{index}]"), "the persona is blank; describe it or remove it")),
        None => Ok(()),
    }
}

struct Entry(String);

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string or an object with `persona`")
    }

    fn visit_str<E>(self, text: &str) -> Result<Entry, E> {
        Ok(Entry(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
        #[derive(Deserialize)]
        struct Object {
            persona: String,
        }
        Object::deserialize(MapAccessDeserializer::new(map)).map(|object| Entry(object.persona))
    }
}
