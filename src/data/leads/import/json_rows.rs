//! Rows of JSON: a list of objects, an object that holds such a list or its objects by id, or an object a line.

use std::fmt;
use std::io::{BufReader, Read};

use serde::de::{Deserializer as _, Error as _, SeqAccess, Visitor};
use serde_json::{Deserializer, Value};

use super::mapping::{Mapping, Row, too_many_columns};
use super::people::people;
use super::report::Report;
use super::strict::Strict;
use super::{Source, fault};
use crate::data::encoding::{Text, Utf8Reader};
use crate::data::json::Fault;
use crate::data::{Error, Map};

/// So deep are objects in objects taken apart.
const DEEPEST: usize = 6;

/// Whether a file begins as a list or an object does. A header may begin with a bracket: `[Email],[Name]`.
///
/// # Errors
/// If the file cannot be read.
pub fn is_json(source: Source<'_>, encoding: &Text) -> Result<bool, Error> {
    let mut bytes = BufReader::new(Utf8Reader::new(source.open()?, encoding)).bytes();
    let mut next = || loop {
        match bytes.next().transpose() {
            Ok(Some(byte)) if byte.is_ascii_whitespace() => {}
            byte => return byte.map_err(|error| source.unreadable(error)),
        }
    };
    Ok(match next()? {
        Some(b'{') => true,
        Some(b'[') => next()?.is_none_or(|byte| matches!(byte, b'{' | b'[' | b']' | b'"' | b'-' | b'0'..=b'9')),
        _ => false,
    })
}

type Each<'a> = &'a mut dyn FnMut(Row, &mut Mapping, &mut Report) -> Result<(), Error>;

/// Reads the rows.
///
/// # Errors
/// Where the text is no JSON, or its rows are no objects; those of `each`.
pub fn read(
    source: Source<'_>,
    encoding: &Text,
    mapping: &mut Mapping,
    report: &mut Report,
    each: Each<'_>,
) -> Result<(), Error> {
    let path = source.path;
    let reader = Utf8Reader::new(source.open()?, encoding);
    let mut rows = Rows { source, mapping, report, each, failed: None };
    let mut buffered = Peeked::new(BufReader::with_capacity(128 * 1024, reader), source)?;
    let result = if buffered.is_list {
        rows.report.format = "JSON".to_owned();
        let mut json = Deserializer::from_reader(&mut buffered);
        let read = json.deserialize_seq(List(&mut rows));
        read.and_then(|()| json.end())
    } else {
        rows.report.format = "JSON lines".to_owned();
        Deserializer::from_reader(&mut buffered).into_iter::<Strict>().try_for_each(|value| rows.object(value?.0))
    };
    if let Some(error) = rows.failed {
        return Err(error);
    }
    result.map_err(|error| {
        let what = error.to_string();
        let what = what.split(" at line ").next().unwrap_or(&what).to_owned();
        let place = Some((error.line(), error.column().max(1))).filter(|(line, _)| *line > 0);
        let fault =
            |problem| Error::Json { path: path.to_owned(), fault: Fault { path: String::new(), place, problem } };
        match error.classify() {
            serde_json::error::Category::Io => Error::read(path, std::io::Error::other(what)),
            serde_json::error::Category::Eof => fault("the JSON ends too early; the file looks cut off".into()),
            _ => fault(format!("{what}; mend it, or export the file as CSV")),
        }
    })
}

/// A text of which the first character is known.
struct Peeked<R> {
    first: Option<u8>,
    rest: R,
    is_list: bool,
}

impl<R: Read> Peeked<R> {
    fn new(mut rest: R, source: Source<'_>) -> Result<Self, Error> {
        let mut first = [b' '];
        while first[0].is_ascii_whitespace() {
            rest.read_exact(&mut first).map_err(|error| source.unreadable(error))?;
        }
        Ok(Peeked { first: Some(first[0]), rest, is_list: first[0] == b'[' })
    }
}

impl<R: Read> Read for Peeked<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match (self.first, out.first_mut()) {
            (Some(byte), Some(place)) => {
                *place = byte;
                self.first = None;
                Ok(1)
            }
            _ => self.rest.read(out),
        }
    }
}

struct Rows<'a> {
    source: Source<'a>,
    mapping: &'a mut Mapping,
    report: &'a mut Report,
    each: Each<'a>,
    /// What ended the reading, where that was not the JSON.
    failed: Option<Error>,
}

impl Rows<'_> {
    /// Reads an object of a row, or one that holds several.
    fn object(&mut self, value: Value) -> Result<(), serde_json::Error> {
        let Value::Object(object) = value else { return self.row(value) };
        let found = people(object, &|key| self.mapping.recognises(key).is_some());
        match found {
            Ok(rows) => {
                self.report.format = "JSON".to_owned();
                rows.into_iter().try_for_each(|row| self.row(row))
            }
            Err(object) => self.row(Value::Object(object)),
        }
    }

    fn row(&mut self, value: Value) -> Result<(), serde_json::Error> {
        let Value::Object(object) = value else {
            let number = self.report.rows + 1;
            self.failed = Some(fault(
                self.source.path,
                None,
                format!(
                    "row {number} is no object; give one object for each person, such as {{\"email\": \"ada@x.com\"}}"
                ),
            ));
            return Err(serde_json::Error::custom("no object"));
        };
        let mut row = Row::new();
        let mut is_full = false;
        flatten("", object, DEEPEST, &mut |name, text| match self.mapping.column(name) {
            Some(_) if text.is_empty() => {}
            Some(index) => row.push((index, text)),
            None => is_full = true,
        });
        if is_full {
            self.failed = Some(fault(self.source.path, None, too_many_columns()));
            return Err(serde_json::Error::custom("too many columns"));
        }
        if row.is_empty() {
            return Ok(());
        }
        (self.each)(row, self.mapping, self.report).map_err(|error| {
            self.failed = Some(error);
            serde_json::Error::custom("stopped")
        })
    }
}

/// The values of an object as texts, by name; those of objects in it by both names with a dot between. Nothing is an
/// empty text.
fn flatten(before: &str, object: Map, deepest: usize, each: &mut dyn FnMut(&str, String)) {
    for (key, value) in object {
        let name = if before.is_empty() { key } else { format!("{before}.{key}") };
        let text = match value {
            Value::Null => String::new(),
            Value::Object(inner) if deepest > 0 => {
                flatten(&name, inner, deepest - 1, each);
                continue;
            }
            Value::String(text) => text,
            Value::Array(list) if list.iter().all(|item| !item.is_array() && !item.is_object()) => {
                let texts: Vec<String> =
                    list.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect();
                texts.join(", ")
            }
            other => other.to_string(),
        };
        each(&name, text.trim().to_owned());
    }
}

/// A list whose items are rows, read one after the other.
struct List<'a, 'b>(&'a mut Rows<'b>);

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(Strict(value)) = items.next_element()? {
            self.0.row(value).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}
