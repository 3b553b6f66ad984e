//! Which of the leads that a campaign wrote to an export speaks of.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Export;
use super::by_text::WrittenTexts;
use super::gather::Gathered;
use super::known::Known;
use super::similar::{self, Written as Text};
use crate::data::campaigns::{Campaign, Written};
use crate::data::imports::{self, Import, Person};
use crate::data::leads::{AddressKey, Suppression};
use crate::data::replies::{Counts, Outcome};
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
    /// People of the export who were forgotten: they are in nothing else here, and nothing about them is stored again.
    pub forgotten: u64,
    /// What stands in columns of states or categories and is not understood: header and text, with how many rows.
    pub unknown: BTreeMap<(String, String), u64>,
    /// A time that cannot be read, if there is one; all such are unknown.
    pub unread_time: Option<String>,
    /// Whether anything is known now that was not known before.
    pub is_news: bool,
    /// Its number among the imports of the campaign, by which it can be taken back; none where it said nothing.
    pub number: Option<u32>,
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
    let (export_name, tool) = (std::mem::take(&mut export.file), export.tool);
    let (mut gathered, unread_time) = export.settled();
    imported.unread_time = unread_time;
    let all = Campaign::open(folder, campaign)?;
    // Before the list is read: who forgets somebody from now on waits, and finds what is written here.
    let _lock = folder.lock(Kind::Replies)?;
    let listed = Suppression::load(folder)?;
    let is_forgotten = |address: &str| listed.is_forgotten(AddressKey::from_address(address));
    let count = gathered.len();
    gathered.retain(|address, _| !is_forgotten(address));
    imported.forgotten = (count - gathered.len()) as u64;
    for said in gathered.values() {
        imported.found.add(&said.outcome(&|_, _| 1));
    }
    let mut known = Known::read(folder, campaign.stem())?;
    let mut matched: BTreeMap<String, Outcome> = BTreeMap::new();
    let mut refused: HashMap<&str, Why> = HashMap::new();
    let mut texts = WrittenTexts::default();
    let has_texts = gathered.values().any(|said| said.texts().next().is_some());
    for written in all {
        let written = written?;
        if has_texts {
            texts.add(written.steps.iter().map(|step| step.body.as_str()), &written.email);
        }
        let Some((address, said)) = gathered.get_key_value(&written.email) else { continue };
        match outcome(said, &written, &known) {
            Ok(outcome) => drop(matched.insert(address.clone(), outcome)),
            Err(why) => drop(refused.insert(address, why)),
        }
    }
    // Whose address is not the campaign's is looked for by what was sent.
    let strangers = gathered
        .iter()
        .filter(|(address, _)| !matched.contains_key(*address) && !refused.contains_key(address.as_str()));
    let mut owners = owners(strangers, &texts);
    owners.retain(|_, owner| !gathered.contains_key(*owner) && !is_forgotten(owner));
    let by_their_text = written_to(folder, campaign, &owners)?;
    let mut asked = BTreeSet::new();
    for (address, said) in &gathered {
        let bare = said.outcome(&|_, _| 1);
        if bare.unsubscribed {
            asked.insert(address.clone());
        }
        if matched.contains_key(address) {
            continue;
        }
        let found = owners.get(address.as_str()).and_then(|owner| by_their_text.get(*owner));
        match found.map(|written| (written, outcome(said, written, &known))) {
            Some((written, Ok(outcome))) => {
                imported.by_text += 1;
                if outcome.unsubscribed {
                    asked.insert(written.email.clone());
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
    for outcome in matched.values() {
        // A judgement of a reply that an earlier export has is counted with that.
        let positive = outcome.positive.filter(|_| outcome.is_replied());
        imported.matched.add(&Outcome { positive, ..outcome.clone() });
        // Of whom an export says what happened, and an earlier one that they were written to.
        imported.matched.sent += u64::from(outcome.sent.is_empty());
    }
    let about = Import {
        file: export_name,
        tool: tool.map_or_else(String::new, |tool| tool.to_string()),
        at: now.to_owned(),
        found: imported.found,
        matched: imported.matched,
    };
    let people = people(&matched, &asked, &listed);
    if !people.is_empty() {
        imported.number = Some(keep_import(folder, campaign.stem(), &known, (&about, &people))?);
    }
    // Before the replies: whoever sees what is known sees also who is not to be written to.
    if !asked.is_empty() {
        imported.suppressed = Suppression::add_asked(folder, asked.iter().map(String::as_str), now)? as u64;
    }
    imported.is_news = known.merge(matched.into_values());
    imported.known = known.counts();
    if imported.is_news {
        known.write(folder, campaign.stem())?;
    }
    Ok(imported)
}

/// What an import said of people, in the order in which [`Known::merge`] takes them.
fn people(matched: &BTreeMap<String, Outcome>, asked: &BTreeSet<String>, listed: &Suppression) -> Vec<Person> {
    let mut people: BTreeMap<&str, Person> = BTreeMap::new();
    for (email, outcome) in matched {
        let (lead, outcome) = (Some(outcome.lead.clone()), Some(outcome.clone()));
        people.insert(email, Person { lead, email: Some(email.clone()), outcome, ..Person::default() });
    }
    for email in asked {
        let person = people.entry(email).or_insert_with(|| Person { email: Some(email.clone()), ..Person::default() });
        person.opted_out = true;
        person.suppressed = listed.reason(AddressKey::from_address(email)).is_none();
    }
    let mut people: Vec<Person> = people.into_values().collect();
    people.sort_by(|one, other| (&one.lead, &one.email).cmp(&(&other.lead, &other.email)));
    people
}

/// Keeps what an import said, so that it can be taken back. Replies that were imported before imports were kept become
/// the first one.
fn keep_import(
    folder: &DataFolder,
    campaign: &str,
    known: &Known,
    (about, people): (&Import, &[Person]),
) -> Result<u32, Error> {
    if !known.is_empty() && !folder.exists(&imports::file_name(campaign)?) {
        let counts = known.counts();
        let earlier = Import { found: counts, matched: counts, ..Import::default() };
        let people = known.outcomes().iter().map(|outcome| Person {
            lead: Some(outcome.lead.clone()),
            email: Some(outcome.email.clone()),
            outcome: Some(outcome.clone()),
            opted_out: outcome.unsubscribed,
            ..Person::default()
        });
        imports::add(folder, campaign, &earlier, &people.collect::<Vec<_>>())?;
    }
    imports::add(folder, campaign, about, people)
}

/// Whose text was sent to each address that the campaign does not have. A text that was sent to several of them tells
/// nobody.
fn owners<'g, 't>(
    strangers: impl Iterator<Item = (&'g String, &'g Gathered)>,
    texts: &'t WrittenTexts,
) -> HashMap<&'g str, &'t str> {
    let (mut owners, mut met, mut several) = (HashMap::new(), HashSet::new(), HashSet::new());
    for (address, said) in strangers {
        if let Some(owner) = texts.owner(said.texts().map(|(text, _)| text)) {
            owners.insert(address.as_str(), owner);
            if !met.insert(owner) {
                several.insert(owner);
            }
        }
    }
    owners.retain(|_, owner| !several.contains(owner));
    owners
}

/// What a campaign wrote to these, by their addresses.
fn written_to(
    folder: &DataFolder,
    campaign: &FileName,
    owners: &HashMap<&str, &str>,
) -> Result<HashMap<String, Written>, Error> {
    let wanted: HashSet<&str> = owners.values().copied().collect();
    let mut found = HashMap::new();
    if !wanted.is_empty() {
        for written in Campaign::open(folder, campaign)? {
            let written = written?;
            if wanted.contains(written.email.as_str()) {
                found.insert(written.email.clone(), written);
            }
        }
    }
    Ok(found)
}

/// What became of a lead, by what was written to it and what is known: events of a later day come without what was sent
/// and answered before.
fn outcome(said: &Gathered, written: &Written, known: &Known) -> Result<Outcome, Why> {
    let texts: Vec<Text> = written.steps.iter().map(|step| Text::new(&step.body)).collect();
    let step_of = |text: &str, _: Option<&str>| {
        similar::which(&texts, text).map_or(0, |index| written.steps.get(index).map_or(0, |step| step.number))
    };
    let mut outcome = said.outcome(&step_of);
    let before = known.about(&written.lead);
    if outcome.sent.is_empty() {
        if said.texts().next().is_some() {
            return Err(Why::OtherText);
        }
        if before.is_none_or(|before| before.sent.is_empty()) {
            return Err(Why::NothingSent);
        }
    }
    if outcome.reply.is_none() && before.is_some_and(Outcome::is_replied) {
        outcome.positive = said.judgement();
    }
    outcome.lead.clone_from(&written.lead);
    outcome.email.clone_from(&written.email);
    outcome.arm.clone_from(&written.arm);
    Ok(outcome)
}
