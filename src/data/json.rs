//! Strict reading and plain writing of JSON.
//!
//! Reading accepts UTF-8 with or without a byte order mark and any line ends. Everything else that is not exactly what
//! the format asks for is a [`Fault`] with its place. The text goes straight into structs, never through a tree of
//! values, so that a file of hundreds of megabytes needs about its own size twice.
//!
//! Writing is what Python's `json.dump(indent=2, ensure_ascii=False)` gives, as the original wrote its files.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::file_name::FileName;
use super::folder::DataFolder;
use super::{Error, Kind, scan, text};

/// What is wrong in a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The way from the root, such as `results[3].messages[0].decision.decision`; empty for the root.
    pub path: String,
    /// Line and column in characters, from 1, where the text could be read that far.
    pub place: Option<(usize, usize)>,
    /// What is wrong, and what to do, without its place.
    pub problem: String,
}

impl Fault {
    /// A fault of the content as a whole, or of a value that was read well.
    pub(super) fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Fault { path: path.into(), place: None, problem: problem.into() }
    }

    fn at(text: &str, offset: usize, path: String, problem: String) -> Self {
        let before = &text.as_bytes()[..offset.min(text.len())];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let column = 1 + String::from_utf8_lossy(&before[line_start..]).chars().count();
        Fault { path, place: Some((line, column)), problem }
    }

    /// This fault as an error of a file.
    pub(super) fn in_file(self, folder: &DataFolder, file: &FileName) -> Error {
        Error::Json { path: folder.path(file), fault: self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.path.as_str(), self.place) {
            ("", None) => write!(f, "{}", self.problem),
            ("", Some((line, column))) => write!(f, "line {line}, column {column}: {}", self.problem),
            (path, None) => write!(f, "{path}: {}", self.problem),
            (path, Some((line, column))) => write!(f, "{path} (line {line}, column {column}): {}", self.problem),
        }
    }
}

/// Reads a text strictly.
///
/// # Errors
///
/// The first [`Fault`] in it.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    let text = decode(bytes)?;
    scan::check(text).map_err(|stop| Fault::at(text, stop.at, stop.path, stop.problem))?;
    serde_json::from_str(text).map_err(|error| explain(text, &error))
}

/// Reads a file strictly. Also gives its bytes, for its hash.
///
/// # Errors
///
/// As [`DataFolder::read`] and [`parse`].
pub fn load<T: DeserializeOwned>(folder: &DataFolder, file: &FileName) -> Result<(T, Vec<u8>), Error> {
    let bytes = folder.read(file)?;
    let value = parse(&bytes).map_err(|fault| fault.in_file(folder, file))?;
    Ok((value, bytes))
}

/// The bytes of a file: two spaces per level, no ASCII escapes, no newline at the end.
///
/// # Errors
///
/// [`Error::Encode`] if a value cannot be JSON; none of this room's types gives one.
pub fn render<T: Serialize + ?Sized>(what: Kind, value: &T) -> Result<Vec<u8>, Error> {
    serde_json::to_vec_pretty(value).map_err(|source| Error::Encode { what, source })
}

fn decode(bytes: &[u8]) -> Result<&str, Fault> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    // Without a byte order mark, UTF-16 still gives itself away: JSON begins with an ASCII character, so with a zero.
    if bytes.starts_with(&[0; 4]) {
        return Err(Fault::new("", "the file holds zeros instead of text; it is damaged: restore it"));
    }
    if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..]) {
        return Err(Fault::new("", "the file is UTF-16 or UTF-32; save it as UTF-8"));
    }
    let (skipped, bytes) = bytes.strip_prefix(MARK).map_or((0, bytes), |rest| (MARK.len(), rest));
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let offset = skipped + error.valid_up_to();
        let problem = match error.error_len() {
            None => format!("the text ends inside a character at byte {offset}; the file looks cut off"),
            Some(_) => format!("invalid UTF-8 at byte {offset}; save the file as UTF-8"),
        };
        Fault::at(&valid, valid.len(), String::new(), problem)
    })?;
    if text.trim_ascii().is_empty() {
        return Err(Fault::new("", "the file is empty"));
    }
    Ok(text)
}

/// Turns the reader's complaint about types and fields into ours. The text is valid JSON by now.
fn explain(text: &str, error: &serde_json::Error) -> Fault {
    let line_start = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let (offset, path) = scan::value_at(text, line_start + error.column());
    let message = scan::plain(error);
    if let Some(field) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        let path = if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
        return Fault::at(text, offset, path, "missing; it is required".to_owned());
    }
    let typed = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    let problem = match typed.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((found, expected)) => {
            format!("expected {}, found {}", in_plain_words(expected), found_in_plain_words(found))
        }
        None => message,
    };
    Fault::at(text, offset, path, problem)
}

fn in_plain_words(expected: &str) -> &str {
    match expected {
        "a boolean" => "true or false",
        "a sequence" => "an array",
        "a map" => "an object",
        "u64" | "usize" | "u32" => "a whole number, 0 or more",
        "f64" => "a number",
        other => other,
    }
}

fn found_in_plain_words(found: &str) -> String {
    let found = match found {
        "sequence" => "an array",
        "map" => "an object",
        other => other,
    };
    text::shortened(&found.replace('`', ""), 60)
}
