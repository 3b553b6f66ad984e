//! Whom to write to: the personas of a file, or the leads of a list.

use super::leads::{self, Writable};
use super::spool::Texts;
use super::{DataFolder, Error, FileName, Kind, personas};

/// The file that a name means: `NAME` is a persona file, `leads/NAME` a list of leads. It need not exist.
///
/// # Errors
/// As [`DataFolder::resolve`].
pub fn resolve(folder: &DataFolder, name: &str) -> Result<FileName, Error> {
    if is_leads(name) { leads::file(folder, name) } else { folder.resolve(Kind::Personas, name) }
}

/// Whether a name means a list of leads.
#[must_use]
pub fn is_leads(name: &str) -> bool {
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.rsplit('/').next() == Some(Kind::Leads.subfolder())
}

/// The name by which [`resolve`] finds this file again; results files keep it.
#[must_use]
pub fn name(file: &FileName) -> String {
    match file.kind() {
        Kind::Leads => format!("{}/{}", Kind::Leads, file.stem()),
        _ => file.to_string(),
    }
}

/// Their personas, in the order of the file. Leads who may not be written to are left out.
///
/// # Errors
/// As [`personas::open`] and [`Writable::personas`].
pub fn open(folder: &DataFolder, file: &FileName) -> Result<Texts, Error> {
    match file.kind() {
        Kind::Leads => Writable::personas(folder, file),
        _ => personas::open(folder, file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::leads::{Lead, LeadList};

    #[test]
    fn a_name_with_leads_before_it_is_a_list_and_any_other_a_persona_file() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let list = resolve(&folder, "leads/spring").unwrap();
        assert_eq!((list.kind(), list.as_str()), (Kind::Leads, "spring.jsonl"));
        assert_eq!(resolve(&folder, &name(&list)).unwrap(), list);
        let file = resolve(&folder, "leads").unwrap();
        assert_eq!((file.kind(), name(&file)), (Kind::Personas, "leads.json".to_owned()));
        assert!(resolve(&folder, "../leads/spring").is_err() && resolve(&folder, "leads/suppressed").is_err());
        LeadList::create(&folder, &list, [Ok(Lead::new("a@x.example").unwrap())]).unwrap();
        assert_eq!(open(&folder, &list).unwrap().len(), 1);
    }
}
