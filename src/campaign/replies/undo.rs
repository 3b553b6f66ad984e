//! Taking an import back: what is known is then what the other imports say.

use std::collections::HashSet;

use super::known::Known;
use crate::data::imports::{self, Import, Line};
use crate::data::leads::{self, AddressKey, LeadList, Suppression};
use crate::data::replies::{self, Counts, Outcome};
use crate::data::{DataFolder, Error, Kind};

/// What came of taking an import back.
#[derive(Clone, Debug)]
pub struct Undone {
    /// The import that was taken back.
    pub import: Import,
    /// What is known now.
    pub known: Counts,
    /// Who was taken off the suppression list again.
    pub restored: u64,
    /// Who stays on it though this import put them there, since another import, a list of leads or a person says the
    /// same.
    pub kept: u64,
}

/// Takes an import back whole: from what is known of the campaign, from the suppression list where nothing else says
/// that these people asked, and from the list of imports. `None` where there is no import of this number. Interrupted,
/// it is completed by the same call.
///
/// # Errors
/// Where a file cannot be read or written.
pub fn undo(folder: &DataFolder, campaign: &str, number: u32) -> Result<Option<Undone>, Error> {
    let _lock = folder.lock(Kind::Replies)?;
    let Some((_, import)) = imports::list(folder, campaign)?.into_iter().find(|(known, _)| *known == number) else {
        return Ok(None);
    };
    let mut known = Known::default();
    let (mut at, mut gathered): (u32, Vec<Outcome>) = (0, Vec::new());
    let mut put_there: HashSet<AddressKey> = HashSet::new();
    for line in imports::open(folder, campaign)?.into_iter().flatten() {
        let Line { import, person, .. } = line?;
        if import == number {
            let email = person.email.as_deref().filter(|_| person.suppressed);
            put_there.extend(email.map(AddressKey::from_address));
            continue;
        }
        if import != at {
            known.merge(std::mem::take(&mut gathered));
            at = import;
        }
        gathered.extend(person.outcome);
    }
    known.merge(gathered);
    let known = known.settle();
    let mut free = put_there.clone();
    still_asked(folder, (campaign, number), &mut |key| _ = free.remove(&key))?;
    known.write(folder, campaign)?;
    imports::pass_on(folder, (campaign, number), put_there.difference(&free).copied())?;
    let restored = Suppression::take_back(folder, &free)? as u64;
    let counts = known.counts();
    // Last: it says what is to be taken back.
    imports::remove(folder, campaign, number)?;
    Ok(Some(Undone { import, known: counts, restored, kept: (put_there.len() as u64).saturating_sub(restored) }))
}

/// Everybody of whom another import, what is known of another campaign, or a list of leads says that they are not to be
/// written to.
fn still_asked(
    folder: &DataFolder,
    (campaign, number): (&str, u32),
    each: &mut dyn FnMut(AddressKey),
) -> Result<(), Error> {
    for file in folder.list(Kind::Imports)? {
        for line in imports::open(folder, file.stem())?.into_iter().flatten() {
            let line = line?;
            let is_undone = file.stem() == campaign && line.import == number;
            if line.person.opted_out && !is_undone {
                line.person.email.as_deref().map(AddressKey::from_address).into_iter().for_each(&mut *each);
            }
        }
    }
    // Campaigns whose replies were imported before imports were kept.
    for file in folder.list(Kind::Replies)?.into_iter().filter(|file| file.stem() != campaign) {
        for outcome in replies::open(folder, file.stem())? {
            let outcome = outcome?;
            if outcome.unsubscribed {
                each(AddressKey::from_address(&outcome.email));
            }
        }
    }
    for file in leads::lists(folder)? {
        for lead in LeadList::open(folder, &file)? {
            let lead = lead?;
            if lead.blocked.is_some() {
                each(lead.key());
            }
        }
    }
    Ok(())
}
