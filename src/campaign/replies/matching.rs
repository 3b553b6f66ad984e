//! Which of the leads that a campaign wrote to an export speaks of.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use super::Export;
use super::gather::{Counts, Gathered};
use super::row::fold;
use super::similar::{self, Written as Text};
use crate::data::campaigns::{Campaign, Written};
use crate::data::leads::{Suppressed, Suppression};
use crate::data::replies::{self, Outcome};
use crate::data::{DataFolder, Error, FileName, Kind};

/// What came of an import.
#[derive(Debug, Default)]
pub struct Imported {
    /// What the export says, people counted.
    pub found: Counts,
    /// The same of those whom the campaign wrote to.
    pub matched: Counts,
    /// What is known now, earlier imports included.
    pub known: Counts,
    /// Leads that were matched by what was sent to them, since their address is not the campaign's.
    pub by_text: u64,
    /// Who could not be matched, and why.
    pub unmatched: Vec<Unmatched>,
    /// Who was added to the suppression list.
    pub suppressed: u64,
    /// What stands in columns of states or categories and is not understood: header and text, with how many rows.
    pub unknown: BTreeMap<(String, String), u64>,
    /// A time that cannot be read, if there is one; all such are unknown.
    pub unread_time: Option<String>,
    /// Whether anything is known now that was not known before.
    pub is_news: bool,
}

/// An address of the export that belongs to nobody of the campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// Where it stands in the export, from 1.
    pub row: usize,
    /// The address.
    pub address: String,
    /// Whether a person replied from there.
    pub is_replied: bool,
    /// Why.
    pub why: Why,
}

/// Why nobody was matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The campaign has no such address, nor the text.
    UnknownAddress,
    /// The campaign wrote to this address, but another text was sent.
    OtherText,
    /// Nothing was sent, as far as the export says.
    NothingSent,
}

/// Brings an export into what is known of a campaign. The file is written only if that is news.
///
/// # Errors
/// Where the campaign, or what is known of it, cannot be read, or nothing can be written.
pub fn import(folder: &DataFolder, campaign: &FileName, mut export: Export, now: &str) -> Result<Imported, Error> {
    let mut imported = Imported { unknown: std::mem::take(&mut export.unknown), ..Imported::default() };
    let (gathered, unread_time) = export.settled();
    imported.unread_time = unread_time;
    // Whose address is not the campaign's is looked for by what was sent.
    // None where several got the same text: it tells nobody from another.
    let mut by_text: HashMap<[u8; 32], Option<&str>> = HashMap::new();
    for (address, said) in &gathered {
        imported.found.add(&said.outcome(&|_, _| 1));
        for (text, _) in said.texts() {
            let known = by_text.entry(digest(&similar::without_tags(text))).or_insert(Some(address));
            *known = known.filter(|known| known == address);
        }
    }
    let mut matched: BTreeMap<String, Outcome> = BTreeMap::new();
    let mut by_their_text: BTreeMap<String, Option<Written>> = BTreeMap::new();
    let mut refused: HashMap<&str, Why> = HashMap::new();
    for written in Campaign::open(folder, campaign)? {
        let written = written?;
        match gathered.get_key_value(&written.email) {
            Some((address, said)) => match outcome(said, &written) {
                Ok(outcome) => {
                    matched.insert(address.clone(), outcome);
                }
                Err(why) => {
                    refused.insert(address, why);
                }
            },
            None => {
                let mut texts = written.steps.iter().map(|step| digest(&step.body));
                if let Some(address) = texts.find_map(|text| by_text.get(&text).copied().flatten()) {
                    by_their_text.entry(address.to_owned()).and_modify(|known| *known = None).or_insert(Some(written));
                }
            }
        }
    }
    let mut suppress = Vec::new();
    for (address, said) in &gathered {
        let bare = said.outcome(&|_, _| 1);
        if bare.unsubscribed {
            suppress.extend(Suppressed::of_address(address, "asked not to be written to", now));
        }
        if matched.contains_key(address) {
            continue;
        }
        let found = by_their_text.get(address).and_then(Option::as_ref);
        let found = found.filter(|_| !refused.contains_key(address.as_str()));
        match found.map(|written| (written, outcome(said, written))) {
            Some((written, Ok(outcome))) if !matched.contains_key(&written.email) => {
                imported.by_text += 1;
                if outcome.unsubscribed {
                    suppress.extend(Suppressed::of_address(&written.email, "asked not to be written to", now));
                }
                matched.insert(written.email.clone(), outcome);
            }
            _ => {
                let why = refused.get(address.as_str()).copied().unwrap_or(Why::UnknownAddress);
                let is_replied = bare.is_replied();
                imported.unmatched.push(Unmatched { row: said.row, address: address.clone(), is_replied, why });
            }
        }
    }
    imported.unmatched.sort_by_key(|unmatched| unmatched.row);
    matched.values().for_each(|outcome| imported.matched.add(outcome));
    // First: whoever sees what is known sees also who is not to be written to.
    if !suppress.is_empty() {
        imported.suppressed = Suppression::add(folder, suppress)? as u64;
    }
    keep(folder, campaign.stem(), matched, &mut imported)?;
    Ok(imported)
}

/// What became of a lead, by what was written to it.
fn outcome(said: &Gathered, written: &Written) -> Result<Outcome, Why> {
    let texts: Vec<Text> = written.steps.iter().map(|step| Text::new(&step.body)).collect();
    let step_of = |text: &str, _: Option<&str>| {
        similar::which(&texts, text).map_or(0, |index| written.steps.get(index).map_or(0, |step| step.number))
    };
    let mut outcome = said.outcome(&step_of);
    if outcome.sent.is_empty() {
        return Err(if said.texts().next().is_some() { Why::OtherText } else { Why::NothingSent });
    }
    outcome.lead.clone_from(&written.lead);
    outcome.email.clone_from(&written.email);
    outcome.arm.clone_from(&written.arm);
    Ok(outcome)
}

/// Merges into what is known, and writes that if it is news. Who is new comes after those who are known, in the order
/// of their ids, which are hashes: the order in which the arms of a test are read must not follow from what was
/// answered.
fn keep(
    folder: &DataFolder,
    campaign: &str,
    matched: BTreeMap<String, Outcome>,
    imported: &mut Imported,
) -> Result<(), Error> {
    let _lock = folder.lock(Kind::Replies)?;
    let file = replies::file_name(campaign)?;
    let mut known: Vec<Outcome> = Vec::new();
    if folder.exists(&file) {
        known = replies::open(folder, campaign)?.collect::<Result<_, _>>()?;
    }
    let places: HashMap<String, usize> =
        known.iter().enumerate().map(|(at, outcome)| (outcome.lead.clone(), at)).collect();
    let mut new: Vec<Outcome> = Vec::new();
    for outcome in matched.into_values() {
        match places.get(&outcome.lead) {
            Some(at) => {
                let before = known[*at].clone();
                known[*at].merge(outcome);
                imported.is_news |= known[*at] != before;
            }
            None => new.push(outcome),
        }
    }
    new.sort_by(|one, other| one.lead.cmp(&other.lead));
    imported.is_news |= !new.is_empty();
    known.extend(new);
    known.iter().for_each(|outcome| imported.known.add(outcome));
    if imported.is_news {
        replies::replace(folder, campaign, known.into_iter().map(Ok))?;
    }
    Ok(())
}

/// A text by its letters: what a tool does to white space does not count.
fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(fold(text)).into()
}
