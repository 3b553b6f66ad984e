//! The rows of such a file as they are, for code that reads something else than leads from it.

use super::mapping::{Mapping, Row};
use super::report::Report;
use super::{Options, Source, each_row, fault};
use crate::data::Error;

/// The folded header that stands for the column which a person or its cells say holds the addresses.
pub const GIVEN: &str = "theaddress";

/// A row: names of its columns with their texts, blank ones left out.
pub type Cells = Vec<(String, String)>;

/// Reads all rows in their order, each with its number from 1. Gives the headers, those of empty columns too.
///
/// # Errors
/// What is wrong with the file and what to do, in one line; those of `each`.
pub fn rows<'a>(
    source: impl Into<Source<'a>>,
    options: &Options,
    each: &mut dyn FnMut(usize, Cells) -> Result<(), Error>,
) -> Result<Vec<String>, Error> {
    let source = source.into();
    let mut report = Report::default();
    let mut mapping = Mapping::new(options);
    let mut row = |row: Row, mapping: &mut Mapping, report: &mut Report| {
        report.rows += 1;
        let name = |index| if mapping.holds_addresses(index) { GIVEN } else { mapping.shared_name(index) }.to_owned();
        each(report.rows as usize, row.into_iter().map(|(index, text)| (name(index), text)).collect())
    };
    each_row(source, &mut mapping, &mut report, &mut row)?;
    if report.ragged.count > 0 {
        let problem = format!(
            "{} more cells than the header has; export the file again, or mend them",
            if report.ragged.count == 1 {
                "one row has".to_owned()
            } else {
                format!("{} rows have", report.ragged.count)
            }
        );
        return Err(fault(source.path, None, problem));
    }
    if report.rows == 0 {
        return Err(fault(source.path, None, "there is no row in it; nothing was imported".into()));
    }
    Ok(mapping.headers())
}
