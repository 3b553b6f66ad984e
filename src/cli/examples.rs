//! `--examples`: what real people replied to, for the decision maker to decide by.

use std::sync::Arc;

use super::clients::Clients;
use super::error::Error;
use super::options::ModelOptions;
use super::roles::named;
use super::setup::Setup;
use crate::data::spool::Texts;
use crate::data::{FileName, Kind, replies};
use crate::evaluate::examples::Examples;
use crate::optimize::before::older::Older;
use crate::optimize::before::personas;
use crate::optimize::lineage::Lineage;
use crate::optimize::people::pairing::Key;
use crate::optimize::people::split::Split;
use crate::report::words;

/// What flag, environment or settings file name.
///
/// # Errors
/// Where the campaign or its replies are not there or cannot be read, or nobody has replied.
pub(super) fn load(setup: &Setup, options: &ModelOptions) -> Result<Option<Arc<Examples>>, Error> {
    let name = named(options.examples.as_ref(), "REJOINDER_EXAMPLES", setup.settings.examples.as_ref());
    let Some(name) = name.filter(|name| name != "none") else { return Ok(None) };
    let campaign = setup.folder.resolve(Kind::Campaigns, &name)?;
    setup.folder.sha256(&campaign)?;
    let shown = words::one_line(campaign.stem(), 80);
    if !setup.folder.exists(&replies::file_name(campaign.stem())?) {
        return Err(Error::Usage(format!(
            "--examples {shown}: no replies to this campaign were imported; import them with rejoinder replies \
             import FILE --campaign {shown}"
        )));
    }
    let examples = Examples::read(&setup.folder, &campaign)?.ok_or_else(|| {
        Error::Usage(format!(
            "--examples {shown}: examples need somebody who replied and somebody who did not, and one of them is \
             missing; name another campaign, or import more with rejoinder replies import FILE --campaign {shown}"
        ))
    })?;
    Ok(Some(Arc::new(examples)))
}

/// Takes those who only verify out of the examples.
///
/// # Errors
/// Where a persona file or a list of leads cannot be read.
pub(super) fn keep_aside(clients: &mut Clients, setup: &Setup, split: &Split) -> Result<(), Error> {
    if let Some(examples) = clients.examples.take() {
        let unseen = split.unseen(&setup.folder)?;
        let examples = Examples::clone(&examples).without(|somebody| {
            let texts: Vec<Key> = somebody.texts.iter().filter_map(|hash| Key::from_hash(hash)).collect();
            unseen.may_contain(&texts, somebody.list)
        });
        clients.examples = Some(Arc::new(examples));
    }
    Ok(())
}

/// The same for a new run of these people.
///
/// # Errors
/// As [`keep_aside`].
pub(super) fn keep_aside_of(clients: &mut Clients, setup: &Setup, file: &str, people: &Texts) -> Result<(), Error> {
    if clients.examples.is_none() {
        return Ok(());
    }
    let split = Split::new(&setup.folder, Some(file), people)?;
    keep_aside(clients, setup, &split)
}

/// The same for a lineage, whoever of it was kept aside.
///
/// # Errors
/// As [`keep_aside`], and where the results file cannot be read.
pub(super) fn keep_aside_in(clients: &mut Clients, setup: &Setup, results: &FileName) -> Result<(), Error> {
    if clients.examples.is_none() {
        return Ok(());
    }
    let older = Older::read(&setup.folder, results)?;
    let split = match Lineage::of(&older.head) {
        Some(lineage) => lineage.split,
        None => {
            let people = personas::choose(&setup.folder, &older)?.people;
            Split::new(&setup.folder, older.head.metadata.persona_file.as_deref(), &people)?
        }
    };
    keep_aside(clients, setup, &split)
}
