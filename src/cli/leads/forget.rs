//! `rejoinder leads forget`.

use clap::Args;

use super::super::error::Error;
use super::super::print;
use super::super::setup::Setup;
use crate::data::leads::fold_address;
use crate::data::leads::forget::Forgetting;
use crate::journal::{self, ForgottenCalls, Journal, Traces};
use crate::report::{leads as report, words};

/// Options of `leads forget`.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// The person's e-mail address
    address: String,
}

/// Forgets a person. Interrupted, the same command goes on.
pub fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    if fold_address(&options.address).is_none() {
        let shown = words::one_line(&options.address, 80);
        return Err(Error::Usage(format!("{shown:?} is no e-mail address")));
    }
    let has_journal = setup.folder.root().join(journal::FILE).exists();
    let journal = if has_journal { Some(Journal::open(setup.folder.root())?) } else { None };
    if let Some(run) = journal.as_ref().map(Journal::under_way).transpose()?.flatten() {
        return Err(Error::Usage(format!(
            "run {} ({}) is under way and may write about this person at any moment; nothing was changed. Stop it or \
             wait until it ends, then run this command again",
            run.id, run.command
        )));
    }
    let mut name = [0; 4];
    getrandom::fill(&mut name).map_err(|error| Error::Io {
        what: "cannot get a random number".into(),
        source: std::io::Error::other(error.to_string()),
    })?;
    let name = format!("{:08x}", u32::from_be_bytes(name));
    let mut forgetting = Forgetting::begin(&setup.folder, &options.address, &name)?;
    let calls = match &journal {
        Some(journal) => journal.forget(&Traces {
            is_about: &|text| forgetting.traces().is_in(text),
            is_shared_about: &|text| forgetting.traces().is_told_in(text),
        })?,
        None => ForgottenCalls::default(),
    };
    let mut changes = forgetting.files()?;
    if let Some(journal) = &journal {
        let renamed = forgetting.renamed();
        let newest = renamed.keys().map(|old| (old.clone(), forgetting.newest(old).to_owned())).collect();
        journal.rename_hashes(&newest)?;
    }
    // Last: the lists say what to look for if this is interrupted.
    changes.extend(forgetting.lists()?);
    print(&report::forgotten(&changes, &calls))
}
