//! `rejoinder leads list` and `rejoinder leads show`.

use clap::Args;

use super::super::error::Error;
use super::super::print;
use super::super::setup::Setup;
use crate::data::leads::{self, LeadList, Suppression, fold_address};
use crate::report::leads::{self as report, Counts};

/// Options of `leads show`.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// The list, or a person's address
    #[arg(value_name = "NAME|ADDRESS")]
    name: String,
    /// How many people to show
    #[arg(long, value_name = "N", default_value_t = 3)]
    limit: usize,
}

/// Lists the lists.
pub fn list(setup: &Setup) -> Result<(), Error> {
    let suppression = Suppression::load(&setup.folder)?;
    let mut lists = Vec::new();
    for file in leads::lists(&setup.folder)? {
        let mut counts = Counts::default();
        for lead in LeadList::open(&setup.folder, &file)? {
            counts.add(&lead?, &suppression);
        }
        lists.push((file.stem().to_owned(), counts));
    }
    print(&report::lists(&lists, suppression.len()))
}

/// Shows one list, or one person.
pub fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let suppression = Suppression::load(&setup.folder)?;
    if let Some(address) = fold_address(&options.name) {
        return person(setup, &address, &suppression);
    }
    let file = leads::file(&setup.folder, &options.name)?;
    let (mut counts, mut first) = (Counts::default(), Vec::new());
    for lead in LeadList::open(&setup.folder, &file)? {
        let lead = lead?;
        counts.add(&lead, &suppression);
        if first.len() < options.limit && suppression.why_not(&lead).is_none() {
            first.push(lead);
        }
    }
    print(&report::list(&setup.folder.path(&file), &counts, &first))
}

fn person(setup: &Setup, address: &str, suppression: &Suppression) -> Result<(), Error> {
    let mut found = Vec::new();
    for file in leads::lists(&setup.folder)? {
        for lead in LeadList::open(&setup.folder, &file)? {
            let lead = lead?;
            if lead.email == address {
                found.push((file.stem().to_owned(), lead));
            }
        }
    }
    let suppressed = suppression.reason(leads::AddressKey::from_address(address));
    print(&report::person(address, &found, suppressed))
}
