//! A personas file: a JSON array of texts, each describing one decision maker.

use serde_json::Value;

use super::Error;
use super::file_name::{FileName, Kind};
use super::folder::DataFolder;
use super::json::{self, Fault};
use super::spool::Texts;

/// Reads the personas, in order. An entry is a string, or an object whose `persona` is one (other keys are for others).
///
/// # Errors
///
/// Also for no personas at all, and for a blank one.
pub fn load(folder: &DataFolder, file: &FileName) -> Result<Vec<String>, Error> {
    let (entries, _): (Vec<Value>, _) = json::load(folder, file)?;
    let personas: Result<Vec<String>, Fault> = entries.into_iter().enumerate().map(persona).collect();
    let personas = personas.map_err(|fault| fault.of(folder, file))?;
    check(&personas).map_err(|fault| fault.of(folder, file))?;
    Ok(personas)
}

/// Reads the personas into a list on the disk of the folder.
///
/// # Errors
///
/// As [`load`], and where there is no room for the list.
pub fn open(folder: &DataFolder, file: &FileName) -> Result<Texts, Error> {
    Texts::of(folder.root(), load(folder, file)?)
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

fn to_bytes(folder: &DataFolder, file: &FileName, personas: &[String]) -> Result<Vec<u8>, Error> {
    check(personas).map_err(|fault| fault.of(folder, file))?;
    json::render(Kind::Personas, personas)
}

fn persona((index, entry): (usize, Value)) -> Result<String, Fault> {
    let (path, entry) = match entry {
        Value::Object(mut object) => (format!("[{index}].persona"), object.remove("persona")),
        other => (format!("[{index}]"), Some(other)),
    };
    let found = match entry {
        Some(Value::String(persona)) => return Ok(persona),
        None => return Err(Fault::new(path, "missing; it is required")),
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "true or false",
        Some(Value::Number(_)) => "a number",
        Some(Value::Array(_)) => "an array",
        Some(Value::Object(_)) => "an object",
    };
    Err(Fault::new(path, format!("expected a string that describes a persona, found {found}")))
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
