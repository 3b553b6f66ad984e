//! The rows of an export: a table of any delimiter and encoding, a JSON list, an object that holds one, or JSON lines.

use std::path::Path;

use super::columns::{self, Mapped};
use super::row::{Row, fold};
use crate::data::Error;
use crate::data::leads::import::{self, Field, Options};

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
