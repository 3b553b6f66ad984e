//! The rows of an export: a table of any delimiter and encoding, a JSON list, an object that holds one, or JSON lines.

use std::path::Path;

use super::row::Row;
use crate::data::Error;
use crate::data::leads::import::{self, Field, Options};

/// Reads the rows of a file, in its order. `address` is the header of the column that holds the addresses, where no
/// name tells.
///
/// # Errors
/// What is wrong with the file and what to do, in one line.
pub fn read(path: &Path, address: Option<&str>, each: &mut dyn FnMut(Row)) -> Result<(), Error> {
    let map = address.map(|header| (Field::Email, header.to_owned())).into_iter().collect();
    import::rows(path, &Options { map }, &mut |number, cells| {
        each(Row::from_cells(number, cells.iter().map(|(name, text)| (name.as_str(), text.as_str()))));
        Ok(())
    })
}
