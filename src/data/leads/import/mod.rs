//! Leads from files of others: CSV of any delimiter and encoding, JSON, and JSON lines.
//!
//! A file is read twice, in a stream: once for its encoding, once for its rows. Which column is what is told by its
//! name ([`names`]); that maps columns and judges no meaning, and the mapping is shown.

mod blocked;
mod json_rows;
mod known;
mod mapping;
pub mod names;
mod report;
mod rows;
mod store;
mod table;

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

pub use blocked::Marker;
pub use known::Known;
pub use names::Field;
pub use report::{Ragged, Report};
pub use rows::{Cells, GIVEN, rows};
pub use store::{Mode, import, name_from, preview};

use super::Lead;
use crate::data::folder::describe;
use crate::data::json::Fault;
use crate::data::{Error, encoding};
use mapping::{Mapping, Row};

/// Which column a person says is which field.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The field and the column's header, as it is in the file.
    pub map: Vec<(Field, String)>,
}

/// Reads a file's leads in its order, duplicates included, each with the line that it begins on. Rows without an
/// address are counted and left out.
///
/// # Errors
/// What is wrong with the file and what to do, in one line; those of `each`.
pub fn read(path: &Path, options: &Options, each: &mut dyn FnMut(Lead) -> Result<(), Error>) -> Result<Report, Error> {
    check(path)?;
    let encoding = encoding::detect(path)?;
    let reader = encoding::Utf8Reader::new(open(path)?, &encoding);
    let mut report = Report { encoding: encoding.to_string(), ..Report::default() };
    let is_json = json_rows::is_json(path, &encoding)?;
    let mut mapping = Mapping::new(options);
    let mut row = |row: Row, mapping: &mut Mapping, report: &mut Report| {
        report.rows += 1;
        match mapping.lead(row) {
            Some(lead) => each(lead),
            None => {
                report.without_address += 1;
                Ok(())
            }
        }
    };
    if is_json {
        json_rows::read(path, reader, &mut mapping, &mut report, &mut row)?;
    } else {
        table::read(path, &encoding, reader, &mut mapping, &mut report, &mut row)?;
    }
    if report.rows == 0 && report.ragged.count == 0 {
        let problem = if is_json { "there is no row in it" } else { "there is a header but no row below it" };
        return Err(fault(path, None, format!("{problem}; nothing was imported")));
    }
    mapping.missing().map_err(|problem| fault(path, None, problem))?;
    if report.without_address == report.rows {
        return Err(fault(path, None, nobody(&report, &mapping)));
    }
    mapping.tell(&mut report);
    Ok(report)
}

/// Why a file with rows has nobody to import.
fn nobody(report: &Report, mapping: &Mapping) -> String {
    if let Some(line) = report.ragged.first_lines.first() {
        return format!(
            "{} of its rows have more cells than the header, the first on line {line}, and no other has an e-mail \
             address; put quotation marks around cells that hold the delimiter",
            report.ragged.count
        );
    }
    let known = mapping.known().map_or_else(String::new, |known| format!("this is a {known} without addresses: "));
    format!(
        "{known}none of its {} rows has an e-mail address; have addresses added, or name the column that holds them: \
         --map email=\"COLUMN\"",
        report.rows
    )
}

/// What is no file, or no text, is told at once.
fn check(path: &Path) -> Result<(), Error> {
    let found = fs::metadata(path).map_err(|error| Error::read(path, error))?;
    if !found.is_file() {
        return Err(Error::NamedNoFile { path: path.to_owned(), what: describe(found.file_type()) });
    }
    if found.len() == 0 {
        return Err(fault(path, None, "the file is empty".into()));
    }
    let start = beginning(path)?;
    if start.is_empty() && found.len() <= BEGINNING {
        return Err(fault(path, None, "the file is empty".into()));
    }
    // What is saved where a download asked for a login first.
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return Err(fault(path, None, "the file is a web page, not an export; download the export itself".into()));
    }
    Ok(())
}

/// So many bytes of a file tell whether it is a page.
const BEGINNING: u64 = 512;

/// How a file begins, in small letters and without white space before.
fn beginning(path: &Path) -> Result<String, Error> {
    let mut start = Vec::new();
    open(path)?.take(BEGINNING).read_to_end(&mut start).map_err(|error| Error::read(path, error))?;
    let start = String::from_utf8_lossy(&start).to_lowercase();
    Ok(start.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}').to_owned())
}

fn open(path: &Path) -> Result<File, Error> {
    File::open(path).map_err(|error| Error::read(path, error))
}

fn fault(path: &Path, line: Option<u64>, problem: String) -> Error {
    let place = line.map(|line| (line as usize, 1));
    Error::Json { path: path.to_owned(), fault: Fault { path: String::new(), place, problem } }
}

#[cfg(test)]
mod tests;
