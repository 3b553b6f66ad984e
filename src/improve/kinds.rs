//! Kinds of people: a model tells apart who may take one message differently, and code checks that everybody is of one
//! kind.
//!
//! The first request names the kinds and sorts its people into them; further people are sorted into what is named. What
//! an answer leaves out, or says twice, is asked for once more with the reason. Who is of no kind then stays so. About
//! whom no usable answer came may be asked again another time.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Improver;
use super::codebook::{Proposed, folded};
use super::feedback::shortened;
use crate::engine::local;
use crate::evaluate::ask::{Error, ask};
use crate::evaluate::fence::fence;
use crate::evaluate::reading::{self, Unusable};
use crate::model::{Answer, CallKey, Request, Schema};

const SYSTEM: &str = include_str!("../../prompts/kinds.md");

/// Kinds that are named at least: one would tell nobody apart.
const LEAST_KINDS: usize = 2;
/// Kinds that are named at most: more would have too few people each for anything to be seen.
pub const MOST_KINDS: usize = 6;
/// People in one request.
pub const A_CALL: usize = 40;
/// Characters of a person's description.
const LONGEST_LINE: usize = 600;
/// Requests at a time; the host's gate decides how many of them are sent.
const AT_ONCE: usize = 8;

/// A kind of people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleKind {
    /// Its name, in a few English words.
    pub name: String,
    /// Who belongs to it.
    pub definition: String,
}

impl PeopleKind {
    /// A kind as it is kept: on one line, without marks around the name; `None` where it names or defines nothing.
    #[must_use]
    pub fn new(name: &str, definition: &str) -> Option<Self> {
        let Proposed { name, definition } = Proposed::new(name, definition)?;
        Some(PeopleKind { name, definition })
    }
}

/// People with their kinds.
#[derive(Debug)]
pub struct SortedPeople {
    /// The kinds, in the order in which they were named.
    pub kinds: Vec<PeopleKind>,
    /// What came of every person.
    pub people: Vec<Sorted>,
    /// Why some of them stay open.
    pub trouble: Option<Error>,
}

/// What came of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sorted {
    /// They are of the kind at this place.
    Kind(usize),
    /// Answers came, and none of them put the person in one kind.
    NoKind,
    /// No usable answer came.
    Open,
}

/// Why the answer about one person does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Their number is in no kind.
    Missing,
    /// Their number is there more than once.
    Twice,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Doubt::Missing => "it was in none of the kinds",
            Doubt::Twice => "it was there more than once",
        })
    }
}

/// What an answer says: kinds with the numbers of their people, as they stand in it.
type KindAnswers = Vec<(PeopleKind, Vec<u64>)>;

impl Improver {
    /// Sorts people into kinds, [`A_CALL`] at a time. Where no kind is known, the first of the people are who they are
    /// named from, so let chance decide who comes first. Once kinds are named, what fails loses nothing of the rest.
    ///
    /// # Errors
    /// When no kind is known and none could be named.
    pub async fn sort_people(
        &self,
        people: &[String],
        known: &[PeopleKind],
        key: &[&str],
    ) -> Result<SortedPeople, Error> {
        let mut sorted = SortedPeople { kinds: known.to_vec(), people: Vec::new(), trouble: None };
        let mut rest = people;
        if known.is_empty() && !people.is_empty() {
            let (first, others) = people.split_at(people.len().min(A_CALL));
            let key: Vec<&str> = key.iter().copied().chain(["kinds", "name"]).collect();
            sorted = self.sort_some(first, &[], &key).await?;
            rest = others;
        }
        let kinds = &sorted.kinds;
        let chunks: Vec<(usize, &[String])> = rest.chunks(A_CALL).enumerate().collect();
        let answers = local::run(chunks, AT_ONCE, |(number, chunk)| async move {
            let number = number.to_string();
            let key: Vec<&str> = key.iter().copied().chain(["kinds", &number]).collect();
            self.sort_some(chunk, kinds, &key).await
        })
        .await;
        for (chunk, answer) in rest.chunks(A_CALL).zip(answers) {
            let (people, trouble) = match answer {
                Ok(sorted) => (sorted.people, sorted.trouble),
                Err(error) => (vec![Sorted::Open; chunk.len()], Some(error)),
            };
            sorted.people.extend(people);
            sorted.trouble = sorted.trouble.or(trouble);
        }
        Ok(sorted)
    }

    async fn sort_some(&self, people: &[String], known: &[PeopleKind], key: &[&str]) -> Result<SortedPeople, Error> {
        let all: Vec<&str> = people.iter().map(String::as_str).collect();
        let said = self.ask_who(&all, &[], known, (key, "first")).await?;
        let kinds = if known.is_empty() { said.iter().map(|(kind, _)| kind.clone()).collect() } else { known.to_vec() };
        let (places, doubts) = checked(all.len(), &said, &kinds);
        let mut people: Vec<Sorted> = places.iter().map(|place| place.map_or(Sorted::Open, Sorted::Kind)).collect();
        let mut trouble = None;
        if !doubts.is_empty() {
            let lines: Vec<&str> = doubts.iter().map(|(at, _)| all[*at]).collect();
            let reasons: Vec<Doubt> = doubts.iter().map(|(_, doubt)| *doubt).collect();
            match self.ask_who(&lines, &reasons, &kinds, (key, "again")).await {
                Ok(said) => {
                    let (again, _) = checked(lines.len(), &said, &kinds);
                    for ((at, _), place) in doubts.iter().zip(again) {
                        people[*at] = place.map_or(Sorted::NoKind, Sorted::Kind);
                    }
                }
                // What held the first time holds.
                Err(error) => trouble = Some(error),
            }
        }
        Ok(SortedPeople { kinds, people, trouble })
    }

    async fn ask_who(
        &self,
        people: &[&str],
        doubts: &[Doubt],
        known: &[PeopleKind],
        (key, step): (&[&str], &str),
    ) -> Result<KindAnswers, Error> {
        let key: Vec<&str> = key.iter().copied().chain([step]).collect();
        // One person alone may be all of a kind.
        let least = if !known.is_empty() || people.len() < 2 { 1 } else { LEAST_KINDS };
        let read = |answer: &Answer| said(answer, least, !known.is_empty());
        ask(self.caller(), &key, |key| self.people_request(people, doubts, known, key), read).await
    }

    /// The request for some people; also what a dry run measures. `doubts`: what was wrong with an earlier answer about
    /// these, if they are asked about for the second time.
    #[must_use]
    pub fn people_request(&self, people: &[&str], doubts: &[Doubt], known: &[PeopleKind], key: CallKey) -> Request {
        let line = |(at, person): (usize, &&str)| format!("{}. {}", at + 1, shortened(person, LONGEST_LINE));
        let lines: Vec<String> = people.iter().enumerate().map(line).collect();
        let (task, form) = if known.is_empty() {
            let form = format!(
                "a list of {LEAST_KINDS} to {MOST_KINDS} objects, each with `name` and `definition` (texts) and \
                 `people` (a list of numbers)"
            );
            ("Name the kinds of these people, and say who is of which.".to_owned(), form)
        } else {
            let kinds: Vec<String> = known.iter().map(|kind| format!("- {}: {}", kind.name, kind.definition)).collect();
            let task = format!("Sort people into these kinds:\n\n{}", fence("kinds", &kinds.join("\n")));
            (task, "a list of objects, each with `name` (text) and `people` (a list of numbers)".to_owned())
        };
        let again = if doubts.is_empty() {
            String::new()
        } else {
            let list: Vec<String> = doubts.iter().enumerate().map(|(at, why)| format!("{}: {why}", at + 1)).collect();
            let doubts = fence("doubts", &list.join("\n"));
            format!("You were asked about these people before, and your answer could not be used:\n\n{doubts}\n\n")
        };
        Request {
            key,
            system: SYSTEM.trim().to_owned(),
            user: format!(
                "{task}\n\nThe people:\n\n{}\n\n{again}Answer with a JSON object: `kinds`, {form}. Each of the {} \
                 numbers stands in exactly one of them.",
                fence("people", &lines.join("\n")),
                people.len()
            ),
            schema: Some(schema(known)),
            max_tokens: self.max_tokens(),
        }
    }
}

fn schema(known: &[PeopleKind]) -> Schema {
    let people = json!({"type": "array", "items": {"type": "integer"}});
    let (properties, required) = if known.is_empty() {
        let text = json!({"type": "string"});
        (json!({"name": text, "definition": text, "people": people}), json!(["name", "definition", "people"]))
    } else {
        let names: Vec<&str> = known.iter().map(|kind| kind.name.as_str()).collect();
        let name = json!({"type": "string", "enum": names});
        (json!({"name": name, "people": people}), json!(["name", "people"]))
    };
    Schema {
        name: "kinds".into(),
        json: json!({
            "type": "object",
            "properties": {"kinds": {"type": "array", "items": {
                "type": "object", "properties": properties, "required": required, "additionalProperties": false
            }}},
            "required": ["kinds"],
            "additionalProperties": false
        }),
    }
}

/// Reads kinds and their people. Kinds that are named have a definition, each name once, and are `least` or more and
/// not too many.
fn said(answer: &Answer, least: usize, is_known: bool) -> Result<KindAnswers, Unusable> {
    let unusable = Unusable::WrongField { field: "kinds", kind: "list of two to six kinds with their people" };
    let object = reading::object(answer)?;
    let list = object.get("kinds").and_then(Value::as_array).ok_or_else(|| unusable.clone())?;
    let mut found: KindAnswers = Vec::new();
    for entry in list {
        let text = |field: &str| entry.get(field).and_then(Value::as_str);
        let people = entry.get("people").and_then(Value::as_array).ok_or_else(|| unusable.clone())?;
        let name = text("name").ok_or_else(|| unusable.clone())?;
        let definition = if is_known { text("definition").unwrap_or(name) } else { text("definition").unwrap_or("") };
        let kind = PeopleKind::new(name, definition).ok_or_else(|| unusable.clone())?;
        let people: Vec<u64> = people.iter().filter_map(Value::as_u64).collect();
        match found.iter_mut().find(|(other, _)| folded(&other.name) == folded(&kind.name)) {
            Some((_, others)) => others.extend(people),
            None => found.push((kind, people)),
        }
    }
    let is_too_many = !is_known && found.len() > MOST_KINDS;
    if found.len() < least || is_too_many { Err(unusable) } else { Ok(found) }
}

/// Holds an answer against what was asked: the place of every person's kind, and the people about whom it does not hold.
fn checked(people: usize, said: &KindAnswers, kinds: &[PeopleKind]) -> (Vec<Option<usize>>, Vec<(usize, Doubt)>) {
    let mut found: Vec<Vec<usize>> = vec![Vec::new(); people];
    for (kind, numbers) in said {
        let Some(place) = kinds.iter().position(|known| folded(&known.name) == folded(&kind.name)) else { continue };
        for number in numbers {
            let at = usize::try_from(*number).ok().and_then(|number| number.checked_sub(1));
            if let Some(places) = at.and_then(|at| found.get_mut(at)) {
                places.push(place);
            }
        }
    }
    let mut doubts = Vec::new();
    let places = found.iter().enumerate().map(|(at, places)| match places.as_slice() {
        [place] => Some(*place),
        none_or_more => {
            doubts.push((at, if none_or_more.is_empty() { Doubt::Missing } else { Doubt::Twice }));
            None
        }
    });
    (places.collect(), doubts)
}

#[cfg(test)]
mod tests;
