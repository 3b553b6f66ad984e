//! The rows of an export: a table of any delimiter and encoding, a JSON list, an object that holds one, or JSON lines.

use std::path::Path;

use super::columns::Mapped;
use super::row::Row;
use crate::data::Error;
use crate::data::json::Fault;
use crate::data::leads::import::{self, Field, Options};

/// Reads the rows of a file, in its order. `map` says which column is which field, where no name tells.
///
/// # Errors
/// What is wrong with the file and what to do, in one line.
pub fn read(path: &Path, map: &[Mapped], each: &mut dyn FnMut(Row)) -> Result<(), Error> {
    let addresses = map.iter().filter(|mapped| mapped.field == "email");
    let given = addresses.map(|mapped| (Field::Email, mapped.header.clone())).collect();
    let options = Options { map: given, ..Options::default() };
    let others: Vec<&Mapped> = map.iter().filter(|mapped| mapped.field != "email").collect();
    let mut is_there = vec![false; others.len()];
    import::rows(path, &options, &mut |number, cells| {
        let mut row = Row::from_cells(number, cells.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        for (mapped, is_there) in others.iter().zip(&mut is_there) {
            *is_there |= mapped.apply(&mut row);
        }
        each(row);
        Ok(())
    })?;
    match others.iter().zip(&is_there).find(|(_, is_there)| !**is_there) {
        Some((Mapped { field, header }, _)) => {
            let problem = format!("--map {field}=\"{header}\": no row has anything in a column of this name");
            Err(Error::Json { path: path.to_owned(), fault: Fault { path: String::new(), place: None, problem } })
        }
        None => Ok(()),
    }
}
