//! Kinds of people among those who only verify, as a lineage remembers them: told apart by a model
//! ([`search::kinds`](crate::optimize::search::kinds)), or by a column of the leads.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::pairing::Key;
use crate::data::leads::lead::Lead;
use crate::data::leads::{self, LeadList};
use crate::data::{self, DataFolder};
use crate::improve::kinds::{MOST_KINDS, PeopleKind, Sorted, SortedPeople};

/// People whose kinds are told at most: enough for dozens of each, and more than a proof asks as a rule.
pub const MOST_SORTED: usize = 400;
/// Columns of leads that tell kinds apart, the first that does it.
const COLUMNS: [&str; 3] = ["segment", "industry", "title"];

/// Kinds of people, and who is of which. It stands in the record of a lineage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kinds {
    /// The kinds, in the order in which they were named.
    #[serde(rename = "kinds")]
    list: Vec<PeopleKind>,
    /// The place of each person's kind; `None` (in a file `null`) for whom a model was asked and could not say.
    people: BTreeMap<Key, Option<u8>>,
    /// The column of the leads that tells them apart, where no model did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    column: Option<String>,
}

impl Kinds {
    /// Whether nobody was sorted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The names, in the order in which they were given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|kind| kind.name.as_str())
    }

    /// The kinds with their definitions, as a model sorts by them; none where a column told them apart.
    #[must_use]
    pub fn named(&self) -> &[PeopleKind] {
        if self.column.is_some() { &[] } else { &self.list }
    }

    /// The kind of a person; `None` where they are of none, or nobody was asked.
    #[must_use]
    pub fn name(&self, person: Key) -> Option<&str> {
        let place = (*self.people.get(&person)?)?;
        self.list.get(usize::from(place)).map(|kind| kind.name.as_str())
    }

    /// Whether nobody needs to be asked about this person any more.
    #[must_use]
    pub fn knows(&self, person: Key) -> bool {
        self.people.contains_key(&person)
    }

    /// The column that tells them apart, where no model did.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    /// The same with these people, whom a model sorted. Who stays open is left out, and is asked about again.
    #[must_use]
    pub fn with_sorted(&self, people: Vec<Key>, sorted: SortedPeople) -> Self {
        let mut kinds = Kinds { list: sorted.kinds, ..self.clone() };
        for (key, sorted) in people.into_iter().zip(sorted.people) {
            match sorted {
                Sorted::Kind(place) => drop(kinds.people.insert(key, u8::try_from(place).ok())),
                Sorted::NoKind => drop(kinds.people.insert(key, None)),
                Sorted::Open => {}
            }
        }
        kinds
    }

    /// The kinds of these people by a column of the list that they come from, the one that told people apart before if
    /// there is one; `None` where none tells them apart.
    ///
    /// # Errors
    /// Where the list is not there or cannot be read.
    pub fn from_leads(&self, folder: &DataFolder, list: &str, people: &[Key]) -> Result<Option<Self>, data::Error> {
        let list = LeadList::open(folder, &leads::file(folder, list)?)?;
        let found = match self.column() {
            Some(column) => self.extended(column, list, people)?,
            None => Kinds::by_column(list, people)?,
        };
        Ok(Some(found).filter(|found| !found.is_empty()))
    }

    /// The same with these people by the column that told others apart before. A value that nobody had so far makes
    /// another kind, as long as there are not too many.
    fn extended(
        &self,
        column: &str,
        list: impl Iterator<Item = Result<Lead, data::Error>>,
        people: &[Key],
    ) -> Result<Self, data::Error> {
        let mut kinds = self.clone();
        let values = values(list, people, |lead| value(lead, column))?;
        for person in people.iter().filter(|person| !self.knows(**person)) {
            let Some(kind) = values.get(person).and_then(|value| of_column(column, value.as_ref()?)) else { continue };
            let is_same = |known: &PeopleKind| known.name.to_lowercase() == kind.name.to_lowercase();
            let place = match kinds.list.iter().position(is_same) {
                Some(place) => place,
                None if kinds.list.len() < MOST_KINDS => {
                    kinds.list.push(kind);
                    kinds.list.len() - 1
                }
                None => continue,
            };
            kinds.people.insert(*person, u8::try_from(place).ok());
        }
        Ok(kinds)
    }

    /// By a column of the leads: the first of [`COLUMNS`] that has a few values, each of two people or more, and says
    /// something of most of these people.
    fn by_column(list: impl Iterator<Item = Result<Lead, data::Error>>, people: &[Key]) -> Result<Self, data::Error> {
        let values = values(list, people, |lead| COLUMNS.map(|column| value(lead, column)))?;
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
                    let Some(kind) = of_column(column, &value) else { continue };
                    let place = u8::try_from(kinds.list.len()).ok();
                    kinds.people.extend(people.into_iter().map(|person| (person, place)));
                    kinds.list.push(kind);
                }
                return Ok(kinds);
            }
        }
        Ok(Kinds::default())
    }
}

/// The kind of a column's value.
fn of_column(column: &str, value: &str) -> Option<PeopleKind> {
    PeopleKind::new(value, &format!("The column {column} says: {value}"))
}

/// What is read from the leads of these people; the default of whom the list does not have.
fn values<T: Clone + Default>(
    list: impl Iterator<Item = Result<Lead, data::Error>>,
    people: &[Key],
    read: impl Fn(&Lead) -> T,
) -> Result<HashMap<Key, T>, data::Error> {
    let mut values: HashMap<Key, T> = people.iter().map(|person| (*person, T::default())).collect();
    for lead in list {
        let lead = lead?;
        if let Some(found) = values.get_mut(&Key::of(&lead.persona_text())) {
            *found = read(&lead);
        }
    }
    Ok(values)
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
    fn whom_a_column_told_apart_stays_so_and_others_are_told_apart_by_it_too() {
        let lead_of = |at: usize, segment: &str| lead(at, &[("segment", segment), ("industry", "all alike")]);
        let mut leads: Vec<Lead> = (0..4).map(|at| lead_of(at, if at < 2 { "Handwerk" } else { "Handel" })).collect();
        let known = told(&leads);
        assert_eq!(known.column(), Some("segment"));
        // By these people alone the column would be of no use: one value has one person.
        let new = [lead_of(4, "HANDEL"), lead_of(5, "Verein"), lead(6, &[])];
        leads.extend(new.clone());
        let keys: Vec<Key> = new.iter().map(|lead| Key::of(&lead.persona_text())).collect();
        let kinds = known.extended("segment", leads.iter().cloned().map(Ok), &keys).unwrap();
        let names: Vec<Option<&str>> = leads.iter().map(|lead| kinds.name(Key::of(&lead.persona_text()))).collect();
        let (first, second) = (Some("Handwerk"), Some("Handel"));
        assert_eq!(names, [first, first, second, second, second, Some("Verein"), None]);
    }

    #[test]
    fn who_is_of_no_kind_is_remembered_and_who_was_not_answered_about_is_not() {
        let keys: Vec<Key> = ["0", "1", "2"].iter().map(|digit| Key::from_hash(&digit.repeat(32)).unwrap()).collect();
        let kind = PeopleKind::new("heads", "Who decides.").unwrap();
        let people = vec![Sorted::Kind(0), Sorted::NoKind, Sorted::Open];
        let kinds =
            Kinds::default().with_sorted(keys.clone(), SortedPeople { kinds: vec![kind], people, trouble: None });
        let again: Kinds = serde_json::from_value(serde_json::to_value(&kinds).unwrap()).unwrap();
        assert_eq!(again, kinds);
        assert_eq!(keys.iter().map(|key| again.name(*key)).collect::<Vec<_>>(), [Some("heads"), None, None]);
        assert_eq!(keys.iter().map(|key| again.knows(*key)).collect::<Vec<_>>(), [true, true, false]);
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
