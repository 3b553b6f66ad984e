//! Kinds of people among those who only verify, so that a gain on the whole is not paid for by some of them.
//!
//! A model tells them apart once for a lineage, before anything is proved on them; whoever the record does not know yet
//! is sorted later. Where no model can, a column of the leads does; where there is none either, nobody is of a kind.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::lab::Lab;
use super::pairing::Key;
use crate::data::leads::lead::Lead;
use crate::data::leads::{self, LeadList};
use crate::data::spool::Texts;
use crate::data::{self, DataFolder};
use crate::evaluate::ask;
use crate::evaluate::run::Interrupted;
use crate::event::Event;
use crate::improve::kinds::{A_CALL, MOST_KINDS, PeopleKind};

/// People whose kinds are told at most: enough for dozens of each, and more than a proof asks as a rule.
pub const MOST_SORTED: usize = 400;
/// One in so many of the calls that are left may go into it.
const WORTH: u64 = 20;
/// Columns of leads that tell kinds apart, the first that does it.
const COLUMNS: [&str; 3] = ["segment", "industry", "title"];

/// Kinds of people, and who is of which. It stands in the record of a lineage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kinds {
    /// The kinds, in the order in which they were named.
    kinds: Vec<PeopleKind>,
    /// The place of each person's kind.
    people: BTreeMap<Key, u8>,
    /// The column of the leads that tells them apart, where no model did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    column: Option<String>,
}

impl Kinds {
    /// Nobody is of a kind.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The names, in the order in which they were given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.kinds.iter().map(|kind| kind.name.as_str())
    }

    /// The kinds with their definitions, as a model sorts by them; none where a column told them apart.
    #[must_use]
    pub fn named(&self) -> &[PeopleKind] {
        if self.column.is_some() { &[] } else { &self.kinds }
    }

    /// The kind of a person; `None` where nobody told.
    #[must_use]
    pub fn name(&self, person: Key) -> Option<&str> {
        let place = self.people.get(&person)?;
        self.kinds.get(usize::from(*place)).map(|kind| kind.name.as_str())
    }

    /// Whether nobody needs to tell this person's kind any more.
    #[must_use]
    pub fn knows(&self, person: Key) -> bool {
        self.people.contains_key(&person)
    }

    /// By a column of the leads: the first of [`COLUMNS`] that has a few values, each of two people or more, and says
    /// something of most of these people.
    fn by_column(list: impl Iterator<Item = Result<Lead, data::Error>>, people: &[Key]) -> Result<Self, data::Error> {
        let mut values: HashMap<Key, [Option<String>; COLUMNS.len()]> =
            people.iter().map(|person| (*person, <[Option<String>; COLUMNS.len()]>::default())).collect();
        for lead in list {
            let lead = lead?;
            if let Some(found) = values.get_mut(&Key::of(&lead.persona_text())) {
                *found = COLUMNS.map(|column| value(&lead, column));
            }
        }
        for (at, column) in COLUMNS.into_iter().enumerate() {
            let mut by_value: BTreeMap<String, (String, Vec<Key>)> = BTreeMap::new();
            for person in people {
                if let Some(value) = values.get(person).and_then(|found| found[at].as_ref()) {
                    by_value.entry(value.to_lowercase()).or_insert_with(|| (value.clone(), Vec::new())).1.push(*person);
                }
            }
            let told: usize = by_value.values().map(|(_, people)| people.len()).sum();
            let is_of_use = (2..=MOST_KINDS).contains(&by_value.len())
                && by_value.values().all(|(_, people)| people.len() > 1)
                && 2 * told > people.len();
            if is_of_use {
                let mut kinds = Kinds { column: Some(column.to_owned()), ..Kinds::default() };
                for (value, people) in by_value.into_values() {
                    let Some(kind) = PeopleKind::new(&value, &format!("The column {column} says: {value}")) else {
                        continue;
                    };
                    kinds.people.extend(people.into_iter().map(|person| (person, kinds.kinds.len() as u8)));
                    kinds.kinds.push(kind);
                }
                return Ok(kinds);
            }
        }
        Ok(Kinds::default())
    }
}

/// What a lead's column says, whatever the spelling of its header.
fn value(lead: &Lead, column: &str) -> Option<String> {
    let of_field = match column {
        "industry" => lead.industry.clone(),
        "title" => lead.title.clone(),
        _ => None,
    };
    let of_column = || {
        let mut columns = lead.columns.iter().filter(|(header, _)| header.trim().eq_ignore_ascii_case(column));
        columns.find_map(|(_, value)| value.as_str().map(str::to_owned))
    };
    of_field.or_else(of_column).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// How many people's kinds may be told with so many calls left.
#[must_use]
pub fn affordable(calls: u64) -> usize {
    usize::try_from(calls / WORTH).unwrap_or(usize::MAX).saturating_mul(A_CALL).min(MOST_SORTED)
}

/// Tells the kinds of the people whom a proof is going to ask, first those who are asked first. What is `known` stays.
/// `leads`: the list that they come from. Where neither a model nor a column can, nobody is of a kind.
///
/// # Errors
/// When the run was asked to stop, or a persona or the list cannot be read.
pub async fn tell(
    lab: &Lab<'_>,
    known: &Kinds,
    (unseen, order): (&Texts, &[u32]),
    leads: Option<(&DataFolder, &str)>,
    calls: u64,
) -> Result<Kinds, Error> {
    let mut people: Vec<(Key, String)> = Vec::new();
    for index in order.iter().take(MOST_SORTED) {
        let text = unseen.get(*index as usize)?;
        people.push((Key::of(&text), text));
    }
    let keys: Vec<Key> = people.iter().map(|(key, _)| *key).collect();
    let by_column = || -> Result<Option<Kinds>, Error> {
        let Some((folder, list)) = leads else { return Ok(None) };
        let found = Kinds::by_column(LeadList::open(folder, &leads::file(folder, list)?)?, &keys)?;
        Ok(Some(found).filter(|found| !found.is_empty()))
    };
    if known.column.is_some() {
        return Ok(by_column()?.unwrap_or_else(|| known.clone()));
    }
    people.retain(|(key, _)| !known.knows(*key));
    people.truncate(affordable(calls));
    if people.is_empty() {
        return Ok(if known.is_empty() { by_column()?.unwrap_or_default() } else { known.clone() });
    }
    let events = &lab.cast.context.events;
    events.emit(Event::Step("Telling kinds of people apart, among those kept aside".into()));
    let (keys, texts): (Vec<Key>, Vec<String>) = people.into_iter().unzip();
    let seed = lab.seed.to_string();
    let sorted = lab.cast.improver.sort_people(&texts, known.named(), &[&seed, lab.step]).await;
    if let Some(why) = lab.cast.context.stop.why() {
        return Err(Interrupted(why).into());
    }
    match sorted {
        Ok(sorted) => {
            let mut kinds = Kinds { kinds: sorted.kinds, ..known.clone() };
            let places = keys.into_iter().zip(sorted.places);
            kinds.people.extend(places.filter_map(|(key, place)| Some((key, u8::try_from(place?).ok()?))));
            Ok(kinds)
        }
        Err(error @ (ask::Error::Call(_) | ask::Error::Unusable { .. })) => {
            let found = if known.is_empty() { by_column()? } else { Some(known.clone()) };
            let instead = match &found {
                Some(Kinds { column: Some(column), .. }) => format!("the column {column} tells them"),
                Some(_) => "who is new stays without one".to_owned(),
                None => "they are not sorted, and none of them can be looked at alone".to_owned(),
            };
            events.emit(Event::Warning(format!("kinds of people could not be told apart ({error}): {instead}")));
            Ok(found.unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(number: usize, columns: &[(&str, &str)]) -> Lead {
        let mut lead = Lead::new(&format!("p{number}@firm{number}.example")).unwrap();
        lead.title = Some(format!("Role {number}"));
        lead.columns = columns.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        lead
    }

    fn told(leads: &[Lead]) -> Kinds {
        let keys: Vec<Key> = leads.iter().map(|lead| Key::of(&lead.persona_text())).collect();
        Kinds::by_column(leads.iter().cloned().map(Ok), &keys).unwrap()
    }

    #[test]
    fn a_column_with_a_few_values_tells_kinds_and_one_with_a_value_each_does_not() {
        let kind = |at: usize| if at.is_multiple_of(2) { "Handwerk" } else { "handel" };
        let leads: Vec<Lead> = (0..9).map(|at| lead(at, &[("Segment ", kind(at))])).collect();
        let kinds = told(&leads);
        assert_eq!(kinds.names().collect::<Vec<_>>(), ["handel", "Handwerk"]);
        assert_eq!(kinds.name(Key::of(&leads[4].persona_text())), Some("Handwerk"));
        assert!(kinds.named().is_empty(), "no model sorts by a column");
        let again: Kinds = serde_json::from_value(serde_json::to_value(&kinds).unwrap()).unwrap();
        assert_eq!(again, kinds);
        let alone: Vec<Lead> = (0..9).map(|at| lead(at, &[("segment", &format!("s{at}"))])).collect();
        assert!(told(&alone).is_empty());
        let few: Vec<Lead> = (0..9).map(|at| lead(at, if at < 4 { &[("segment", "a")] } else { &[] })).collect();
        assert!(told(&few).is_empty(), "most of them have nothing there");
    }

    #[test]
    fn one_call_in_twenty_may_go_into_it() {
        assert_eq!((affordable(19), affordable(20), affordable(45)), (0, 40, 80));
        assert_eq!(affordable(100_000), MOST_SORTED);
    }

    #[test]
    fn a_place_that_no_kind_has_is_no_kind() {
        let hash = "0".repeat(32);
        let kinds: Kinds = serde_json::from_value(serde_json::json!({
            "kinds": [{"name": "heads", "definition": "Who decides."}], "people": {&hash: 7},
        }))
        .unwrap();
        assert_eq!(kinds.name(Key::from_hash(&hash).unwrap()), None);
    }
}
