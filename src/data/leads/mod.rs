//! Real people: `leads/NAME.jsonl`, one [`Lead`] a line, and `leads/suppressed.jsonl`, who is never to be written to.
//!
//! Lists are read and written in a stream: a list of a million people takes no more memory than one of a thousand, but
//! for 16 bytes for each where people have to be told apart. Every file is its owner's alone.

pub mod address;
pub mod colleagues;
pub mod employer;
pub mod forget;
pub mod import;
pub mod lead;
pub mod list;
pub mod masking;
mod persona_text;
pub mod suppressed;
pub mod untold;

pub use address::{AddressKey, fold_address};
pub use lead::Lead;
pub use list::{LeadList, Writable};
pub use suppressed::{Suppressed, Suppression};

use super::{DataFolder, Error, FileName, Kind};

/// The stem of the suppression file; no list can have this name.
pub(super) const SUPPRESSED: &str = "suppressed";

/// The file of a list of leads, whether or not it is there: `NAME`, `NAME.jsonl` or a path into `leads/`.
///
/// # Errors
/// As [`DataFolder::resolve`], and for the name of the suppression list.
pub fn file(folder: &DataFolder, name: &str) -> Result<FileName, Error> {
    let file = folder.resolve(Kind::Leads, name)?;
    if file.stem().eq_ignore_ascii_case(SUPPRESSED) {
        let why = "that is the list of people who are never to be written to; choose another name".to_owned();
        return Err(Error::Name { kind: Kind::Leads, name: name.to_owned(), why });
    }
    Ok(file)
}

/// The lists of leads in a folder, by name.
///
/// # Errors
/// As [`DataFolder::list`].
pub fn lists(folder: &DataFolder) -> Result<Vec<FileName>, Error> {
    let mut files = folder.list(Kind::Leads)?;
    files.retain(|file| !file.stem().eq_ignore_ascii_case(SUPPRESSED));
    Ok(files)
}
