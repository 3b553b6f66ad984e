//! A personas file: a JSON array of texts, each describing one decision maker.

use std::io::Read;

use serde::Serialize;
use serde_json::Value;

use super::file_name::{FileName, Kind};
use super::folder::{DataFolder, LARGEST_STREAM};
use super::json::{self, Fault};
use super::spool::Texts;
use super::{Error, scan, split};

/// Reads the personas, in order. An entry is a string, or an object whose `persona` is one (other keys are for others).
///
/// # Errors
///
/// Also for no personas at all, and for a blank one.
pub fn load(folder: &DataFolder, file: &FileName) -> Result<Vec<String>, Error> {
    let (entries, _): (Vec<Value>, _) = json::load(folder, file)?;
    let personas: Result<Vec<String>, Fault> = entries.into_iter().enumerate().map(persona).collect();
    let personas = personas.map_err(|fault| fault.in_file(folder, file))?;
    check(&personas).map_err(|fault| fault.in_file(folder, file))?;
    Ok(personas)
}

/// Reads the personas into a list on the disk of the folder, in a stream: a file of a million of them takes no more
/// memory than one of a thousand, but for the list's 8 bytes each.
///
/// # Errors
///
/// As [`load`], and where there is no room for the list.
pub fn open(folder: &DataFolder, file: &FileName) -> Result<Texts, Error> {
    match stream(folder, file, BLOCK)? {
        Some(personas) => Ok(personas),
        // What is wrong with a file is explained best with all of it at hand.
        None => Ok(Texts::spool(folder.root(), load(folder, file)?)?),
    }
}

/// So much of the file is read at a time.
const BLOCK: usize = 256 * 1024;

/// The personas, or `None` if anything at all is wrong with the file.
fn stream(folder: &DataFolder, file: &FileName, block: usize) -> Result<Option<Texts>, Error> {
    let opened = folder.opened(file)?.take(LARGEST_STREAM + 1);
    let (mut personas, mut read, mut broken) = (Texts::new(folder.root())?, 0, None);
    let rest = split::split_list(opened, block, |batch| {
        read += batch.bytes.len() as u64;
        let Some(entries) = &batch.entries else { return true };
        let Some(texts) = texts_of(&batch.bytes[entries.range.clone()]) else { return false };
        for text in texts {
            if let Err(error) = personas.push(&text) {
                broken = Some(error);
                return false;
            }
        }
        true
    });
    if let Some(error) = broken {
        return Err(error.into());
    }
    let is_list = rest.is_ok_and(|rest| {
        let rest = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&rest);
        std::str::from_utf8(rest).is_ok_and(|rest| rest.trim_matches([' ', '\t', '\r', '\n']) == "[]")
    });
    Ok((is_list && read <= LARGEST_STREAM && !personas.is_empty()).then_some(personas))
}

/// The personas of a part of the list, with commas between them; `None` if anything is wrong with one.
fn texts_of(bytes: &[u8]) -> Option<Vec<String>> {
    let list = format!("[{}]", std::str::from_utf8(bytes).ok()?);
    scan::check(&list).ok()?;
    let entries: Vec<Value> = serde_json::from_str(&list).ok()?;
    let texts: Result<Vec<String>, Fault> = entries.into_iter().enumerate().map(persona).collect();
    texts.ok().filter(|texts| !texts.iter().any(|text| text.trim().is_empty()))
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
/// As [`save`], and [`FileError::Exists`](super::FileError::Exists).
pub fn create(folder: &DataFolder, file: &FileName, personas: &[String]) -> Result<(), Error> {
    folder.create_new(file, &to_bytes(folder, file, personas)?)
}

/// A persona that a model wrote like those of a file, as its entry in a persona file. It is read as any other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Marked {
    /// The persona.
    pub persona: String,
    /// Where it comes from.
    pub generated: Generated,
}

/// Where a generated persona comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Generated {
    /// The persona file of whose population it is.
    pub like: String,
    /// The model that wrote it.
    pub model: String,
    /// Whether that is the market.
    pub simulated: bool,
}

impl AsRef<str> for Marked {
    fn as_ref(&self) -> &str {
        &self.persona
    }
}

/// Writes generated personas with their marks, in place of any file of that name.
///
/// # Errors
///
/// As [`save`].
pub fn save_marked(folder: &DataFolder, file: &FileName, personas: &[Marked]) -> Result<(), Error> {
    folder.replace(file, &to_bytes(folder, file, personas)?)
}

/// Writes generated personas with their marks, under a name that must be free.
///
/// # Errors
///
/// As [`create`].
pub fn create_marked(folder: &DataFolder, file: &FileName, personas: &[Marked]) -> Result<(), Error> {
    folder.create_new(file, &to_bytes(folder, file, personas)?)
}

fn to_bytes<T>(folder: &DataFolder, file: &FileName, personas: &[T]) -> Result<Vec<u8>, Error>
where
    T: AsRef<str> + Serialize,
{
    check(personas).map_err(|fault| fault.in_file(folder, file))?;
    json::render(Kind::Personas, personas)
}

fn persona((index, entry): (usize, Value)) -> Result<String, Fault> {
    let (path, entry) = match entry {
        Value::Object(mut object) => (format!("[{index}].persona"), object.remove("persona")),
        other => (format!("[{index}]"), Some(other)),
    };
    let found = match entry {
        Some(Value::String(persona)) => return Ok(persona),
        None => return Err(Fault::new(path, format!("missing; it is required: {TEXT}"))),
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "true or false",
        Some(Value::Number(_)) => "a number",
        Some(Value::Array(_)) => "an array",
        Some(Value::Object(_)) => "an object",
    };
    Err(Fault::new(path, format!("expected a string that describes a persona, found {found}; {TEXT}")))
}

/// What an entry has to hold.
const TEXT: &str = "write all that describes the person as one text, such as \"persona\": \"Ada Example, CTO of X Ltd. \
                    Wants few words.\"";

/// How to convert a file of another format that was given as a persona file; `None` if its name says nothing.
pub(super) fn conversion(name: &str) -> Option<String> {
    let (stem, ending) = name.rsplit_once('.')?;
    let python = match ending.to_ascii_lowercase().as_str() {
        "csv" => {
            "import csv,json,sys; print(json.dumps([\"; \".join(k+\": \"+v for k,v in row.items() if k and v) for row \
             in csv.DictReader(sys.stdin)]))"
        }
        "tsv" => {
            "import csv,json,sys; print(json.dumps([\"; \".join(k+\": \"+v for k,v in row.items() if k and v) for row \
             in csv.DictReader(sys.stdin,delimiter=\"\\t\")]))"
        }
        "jsonl" | "ndjson" => {
            "import json,sys; print(json.dumps([json.loads(line) for line in sys.stdin if line.strip()]))"
        }
        _ => return None,
    };
    // A name that needs quoting is left for the user to write.
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || "._-".contains(c));
    let (from, to) =
        if is_plain { (name.to_owned(), format!("{stem}.json")) } else { ("FILE".into(), "FILE.json".into()) };
    Some(format!(
        "{name} is there, but personas are JSON: a list of texts, one for each person; in its folder: \
         python3 -c '{python}' < {from} > {to}"
    ))
}

fn check<T: AsRef<str>>(personas: &[T]) -> Result<(), Fault> {
    if personas.is_empty() {
        return Err(Fault::new("", "there are no personas in it; add at least one"));
    }
    match personas.iter().position(|persona| persona.as_ref().trim().is_empty()) {
        Some(index) => Err(Fault::new(format!("[{index}]"), "the persona is blank; describe it or remove it")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "a test lays out files that are not the program's")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn generated_personas_carry_their_mark_and_are_read_as_any_other() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let file = FileName::new(Kind::Personas, "x_more").unwrap();
        let generated = Generated { like: "x.json".into(), model: "market".into(), simulated: true };
        let marked = |persona: &str| Marked { persona: persona.into(), generated: generated.clone() };
        create_marked(&folder, &file, &[marked("Ann, CTO"), marked("Bo, CFO")]).unwrap();
        assert_eq!(load(&folder, &file).unwrap(), ["Ann, CTO", "Bo, CFO"]);
        let entries: Value = serde_json::from_slice(&std::fs::read(folder.path(&file)).unwrap()).unwrap();
        let mark = serde_json::json!({"like": "x.json", "model": "market", "simulated": true});
        assert_eq!(entries[1], serde_json::json!({"persona": "Bo, CFO", "generated": mark}));
        assert!(create_marked(&folder, &file, &[marked("Cy")]).is_err());
        save_marked(&folder, &file, &[marked("Cy")]).unwrap();
        assert!(save_marked(&folder, &file, &[marked(" ")]).is_err());
        assert_eq!(load(&folder, &file).unwrap(), ["Cy"]);
    }

    #[test]
    fn a_file_of_another_form_comes_with_the_command_that_makes_personas_of_it() {
        let said = |name: &str| conversion(name).unwrap();
        assert!(
            said("leads.csv").contains("csv.DictReader(sys.stdin)")
                && said("leads.csv").ends_with("< leads.csv > leads.json")
        );
        assert!(said("x.TSV").contains("delimiter=\"\\t\"") && said("x.jsonl").contains("json.loads(line)"));
        assert!(said("my leads; x.csv").ends_with("< FILE > FILE.json"));
        assert_eq!((conversion("leads"), conversion("leads.txt")), (None, None));
    }

    proptest! {
        /// Whatever the file and wherever it is cut: both give the same personas, or the same words.
        #[test]
        fn a_stream_reads_what_loading_reads(
            text in prop_oneof![
                prop::collection::vec("[a\"\\\\,\\]{é]{0,6}", 0..6).prop_map(|list| Value::from(list).to_string()),
                "[\\[\\]{}\",:a \n1]{0,24}",
                prop::collection::vec(prop_oneof![
                    Just("\"a\""), Just(" \"\" "), Just("{\"persona\": \"b, c\", \"x\": [1, 2]}"), Just("{\"persona\": 1}"),
                    Just("\"\\u00e9\\\"\""), Just("1"), Just("{}"), Just("\"\\ud800\""),
                ], 0..5).prop_map(|list| format!("\u{feff}[{}]\r\n", list.join(","))),
            ],
            block in 1_usize..40,
        ) {
            let root = tempfile::tempdir().unwrap();
            let folder = DataFolder::open(root.path());
            let file = FileName::new(Kind::Personas, "x").unwrap();
            std::fs::create_dir(folder.subfolder(Kind::Personas)).unwrap();
            std::fs::write(folder.path(&file), &text).unwrap();
            let streamed = stream(&folder, &file, block).unwrap();
            match load(&folder, &file) {
                Ok(personas) => {
                    let streamed = streamed.expect("a good file is read in a stream");
                    prop_assert_eq!(streamed.iter().collect::<Result<Vec<_>, _>>().unwrap(), personas);
                }
                Err(error) => {
                    prop_assert!(streamed.is_none());
                    prop_assert_eq!(open(&folder, &file).unwrap_err().to_string(), error.to_string());
                }
            }
        }
    }
}
