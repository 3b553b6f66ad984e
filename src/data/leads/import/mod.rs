//! Leads from files of others: CSV of any delimiter and encoding, JSON, and JSON lines.
//!
//! A file is read twice, in a stream: once for its encoding, once for its rows. Which column is what is told by its
//! name ([`headers`]); that maps columns and judges no meaning, and the mapping is shown.

mod blocked;
mod greeting;
pub mod headers;
mod json_rows;
mod known;
mod mapping;
mod people;
mod report;
mod rows;
mod source;
pub mod states;
mod store;
mod strict;
mod table;
mod unspaced;
mod wordings;
pub mod words;

use std::path::Path;

pub use blocked::{Marker, yes_or_no};
pub use headers::Field;
pub use known::KnownExport;
pub(crate) use mapping::no_such_column;
pub use report::{Ragged, Report};
pub use rows::{Cells, GIVEN, rows};
pub use source::Source;
pub use store::{Mode, import, name_from, preview};
pub use wordings::Bar;

use super::Lead;
use crate::data::Error;
use crate::data::json::Fault;
use mapping::{Mapping, Row};

/// What a person says of the columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The field and the column's header, as it is in the file.
    pub map: Vec<(Field, String)>,
    /// Fields that no column is, whatever the headers say.
    pub none: Vec<Field>,
}

/// Reads a file's leads in its order, duplicates included, each with the line that it begins on. Rows without an
/// address are counted and left out.
///
/// # Errors
/// What is wrong with the file and what to do, in one line; those of `each`.
pub fn read<'a>(
    source: impl Into<Source<'a>>,
    options: &Options,
    each: &mut dyn FnMut(Lead) -> Result<(), Error>,
) -> Result<Report, Error> {
    let source = source.into();
    let mut report = Report::default();
    let mut mapping = Mapping::new(options);
    let is_json = each_row(source, &mut mapping, &mut report, &mut |row, mapping, report| {
        report.rows += 1;
        match mapping.lead(row) {
            Some(lead) => each(lead),
            None => {
                report.without_address += 1;
                Ok(())
            }
        }
    })?;
    if report.rows == 0 && report.ragged.count == 0 {
        let problem = if is_json { "there is no row in it" } else { "there is a header but no row below it" };
        return Err(fault(source.path, None, format!("{problem}; nothing was imported")));
    }
    // Of a table that is known before its rows are read.
    if is_json {
        mapping.check(source.path, None)?;
    }
    if report.without_address == report.rows {
        return Err(nobody(source.path, &report, &mapping));
    }
    mapping.tell(&mut report);
    Ok(report)
}

/// What the columns of a file are, also where it cannot be imported: those of the rows before a fault, and with no
/// options. Only what a report says of columns is set.
pub fn columns<'a>(source: impl Into<Source<'a>>) -> Report {
    let mut report = Report::default();
    let mut mapping = Mapping::new(&Options::default());
    // Who imports it is told what is wrong.
    let _ = each_row(source.into(), &mut mapping, &mut report, &mut |_, _, _| Ok(()));
    let mut columns = Report::default();
    mapping.use_all();
    mapping.tell(&mut columns);
    columns
}

/// Reads the rows of a file, and says whether it is JSON.
fn each_row(
    source: Source<'_>,
    mapping: &mut Mapping,
    report: &mut Report,
    each: &mut dyn FnMut(Row, &mut Mapping, &mut Report) -> Result<(), Error>,
) -> Result<bool, Error> {
    source.check()?;
    let encoding = source.encoding()?;
    report.encoding = encoding.to_string();
    let is_json = json_rows::is_json(source, &encoding)?;
    if is_json {
        json_rows::read(source, &encoding, mapping, report, each)?;
    } else {
        table::read(source, &encoding, mapping, report, each)?;
    }
    Ok(is_json)
}

/// Why a file with rows has nobody to import.
fn nobody(path: &Path, report: &Report, mapping: &Mapping) -> Error {
    if let Some(line) = report.ragged.first_lines.first() {
        let problem = format!(
            "{} of its rows have more cells than the header, the first on line {line}, and no other has an e-mail \
             address; put quotation marks around cells that hold the delimiter",
            report.ragged.count
        );
        return fault(path, None, problem);
    }
    let known = mapping.known().map_or_else(String::new, |known| format!("this is a {known} without addresses: "));
    let why = format!("{known}none of its {} rows has an e-mail address", report.rows);
    Error::NobodyHasAnAddress { path: path.to_owned(), why }
}

/// What is wrong with a file of rows, and on which line.
pub(crate) fn fault(path: &Path, line: Option<u64>, problem: String) -> Error {
    Error::Json { path: path.to_owned(), fault: on_line(line, problem) }
}

fn on_line(line: Option<u64>, problem: String) -> Fault {
    Fault { path: String::new(), place: line.map(|line| (line as usize, 1)), problem }
}

#[cfg(test)]
mod tests;
