//! The rows of an export: a table of any delimiter and encoding, a JSON list, an object that holds one, or JSON lines.

use std::collections::HashSet;
use std::path::Path;

use super::columns::{self, Mapped};
use super::fact::Tool;
use super::row::{Row, fold, unwrapped};
use crate::data::Error;
use crate::data::leads::import::{self, Field, KnownExport, Options};

/// Reads the rows of a file, in its order, and gives its headers. `map` says which column is which field, where no name
/// tells.
///
/// # Errors
/// What is wrong with the file and what to do, in one line.
pub fn read(path: &Path, map: &[Mapped], each: &mut dyn FnMut(Row)) -> Result<Vec<String>, Error> {
    let addresses = map.iter().filter(|mapped| mapped.field == "email");
    let given = addresses.map(|mapped| (Field::Email, mapped.header.clone())).collect();
    let options = Options { map: given, ..Options::default() };
    let others: Vec<&Mapped> = map.iter().filter(|mapped| mapped.field != "email").collect();
    let headers = import::rows(path, &options, &mut |number, cells| {
        let mut row = Row::from_cells(number, cells.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        columns::apply(&others, &mut row);
        each(row);
        Ok(())
    })?;
    // A column may well be empty: of a campaign that has just begun nobody has left.
    let is_there = |mapped: &Mapped| headers.iter().any(|header| fold(header) == fold(&mapped.header));
    match map.iter().find(|mapped| !is_there(mapped)) {
        Some(Mapped { field, header }) => {
            let problem = import::no_such_column(field, header, headers.iter().map(String::as_str));
            Err(import::fault(path, None, problem))
        }
        None => Ok(headers),
    }
}

/// Refuses the export of one tool that is given as another's: it would say that nobody replied. Apollo's columns are
/// in the exports of others as well, and whoever names columns of a table knows what is in it.
///
/// # Errors
/// Whose export it is.
pub fn check(path: &Path, headers: &[String], tool: Tool, map: &[Mapped]) -> Result<(), Error> {
    let folded: HashSet<String> = headers.iter().map(|header| fold(unwrapped(header).unwrap_or(header))).collect();
    let Some(known) = KnownExport::of_headers(&folded) else { return Ok(()) };
    let is_payload = folded.contains("eventtype");
    let has_instantlys = ["isfirst", "variant"].iter().any(|name| folded.contains(*name));
    let whose = match known {
        KnownExport::SmartleadLeads | KnownExport::SmartleadStatistics if tool != Tool::Csv => Tool::Smartlead,
        KnownExport::Lemlist => Tool::Lemlist,
        // Smartlead's payloads have an address and an event, too.
        KnownExport::Instantly if !is_payload || has_instantlys => Tool::Instantly,
        _ => return Ok(()),
    };
    if whose == tool || (tool == Tool::Csv && !map.is_empty()) {
        return Ok(());
    }
    Err(import::fault(path, None, format!("the columns are those of {whose}, not of {tool}: use --from {whose}")))
}
