//! Names for the objections that fit no theme.
//!
//! Themes are known by their vocabulary, and a market may object to what they have no words for. Then a model names what is
//! left: chunk by chunk (map), and once more over the names that came of it (reduce). Every reasoning is counted by what the
//! model's own answer sorted it into. Names that a lineage has are given to it, so that they stay.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::feedback::{Unsorted, shortened};
use super::fold::key;
use super::objections::{self, LONGEST_QUOTE, OTHER, Objection, Objections};
use super::themes::THEMES;
use super::{Heard, Improver};
use crate::evaluate::ask::{Error, ask};
use crate::evaluate::fence::fence;
use crate::evaluate::reading::{self, Unusable};
use crate::model::{Answer, CallKey, Request, Schema};

const SYSTEM: &str = include_str!("../../prompts/codebook.md");

/// Bytes of lines in one request: some 6,000 tokens.
pub const CHUNK: usize = 24_000;
/// Groups that are named at most.
pub const MOST_GROUPS: usize = 8;
/// The share of the noes that fits no theme above which a model is asked ...
const WORTH_NAMING: f64 = 0.1;
/// ... if there are as many reasonings as these.
const FEWEST: usize = 8;
/// Characters of a name.
const LONGEST_NAME: usize = 60;
/// Names that are given as known.
const MOST_KNOWN: usize = 60;
/// Requests at a time; the host's gate decides how many of them are sent.
const AT_ONCE: usize = 8;
/// Times that names are merged before the most frequent are taken as they are.
const ROUNDS: usize = 4;

/// One named group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedGroup {
    /// Its name, which later versions of the lineage are given.
    pub name: String,
    /// Reasonings of the sample in it.
    pub count: usize,
    /// Distinct personas of the sample in it.
    pub personas: usize,
    /// The shortest of its reasonings.
    pub quote: String,
}

/// The named groups of what fits no theme. For the results file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Codebook {
    /// The most frequent first; [`MOST_GROUPS`] at most.
    pub groups: Vec<NamedGroup>,
    /// Reasonings that the model sorted, evenly over the run ...
    pub sampled: usize,
    /// ... of so many that fit no theme.
    pub of: usize,
    /// Reasonings of the sample that are in no group.
    pub unnamed: usize,
    /// Their personas.
    pub unnamed_personas: usize,
}

impl Codebook {
    /// Whether so much fits no theme that a model should name it: more than a tenth of the noes, and eight at least.
    #[must_use]
    pub fn is_wanted(objections: &Objections) -> bool {
        let others = objections.raised.iter().find(|group| group.name == OTHER).map_or(0, |group| group.count);
        others >= FEWEST && objections.share_of_others() > WORTH_NAMING
    }

    /// Its names, for the next version of the lineage.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.groups.iter().map(|group| group.name.clone()).collect()
    }

    /// The names of several versions, each once, the latest last.
    #[must_use]
    pub fn names_of<'b>(books: impl IntoIterator<Item = &'b Codebook>) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in books.into_iter().flat_map(|book| &book.groups).map(|group| &group.name) {
            names.retain(|own| key(own) != key(name));
            names.push(name.clone());
        }
        names
    }
}

impl Improver {
    /// Names the objections that fit no theme. `known`: the names that earlier versions of the lineage have.
    ///
    /// # Errors
    /// The failure of a call. An answer that cannot be read leaves its reasonings unnamed; where none can be read, that is
    /// the error.
    pub async fn name_groups(&self, feedback: &Heard, known: &[String], key: &[&str]) -> Result<Codebook, Error> {
        let (unsorted, of) = feedback.unsorted();
        let known = known_names(known);
        let lines: Vec<&str> = unsorted.iter().map(|own| own.reasoning).collect();
        let mut named = Named::default();
        let mut unreadable = None;
        for (chunk, answer) in self.sort(Lines::Reasonings, &lines, &known, key, "sort").await? {
            match answer {
                Ok(groups) => named.add(groups, chunk.start, &known),
                Err(reason) => unreadable = Some(Error::Unusable { reason }),
            }
        }
        if let (true, Some(error)) = (named.0.is_empty(), unreadable) {
            return Err(error);
        }
        // One chunk's groups are apart already; those of several chunks are the same under other names.
        let mut parts = lines_in_chunks(&lines).len();
        for round in 0..ROUNDS {
            let needs_merging = named.0.len() > MOST_GROUPS || (parts > 1 && named.0.len() > 1);
            if !needs_merging {
                break;
            }
            let (merged, chunks) = self.merge(&named, &known, key, round).await?;
            let is_settled = merged.0.len() == named.0.len();
            (named, parts) = (merged, chunks);
            if is_settled {
                break;
            }
        }
        Ok(named.into_codebook(&unsorted, of))
    }

    /// Has the names put together that mean the same.
    async fn merge(
        &self,
        named: &Named,
        known: &[String],
        key: &[&str],
        round: usize,
    ) -> Result<(Named, usize), Error> {
        let names: Vec<(&String, &BTreeSet<usize>)> = named.0.values().map(|(name, members)| (name, members)).collect();
        let lines: Vec<String> = names.iter().map(|(name, members)| format!("{name} ({})", members.len())).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut merged = Named::default();
        let mut taken: BTreeSet<usize> = BTreeSet::new();
        for (chunk, answer) in self.sort(Lines::Names, &lines, known, key, &format!("merge {round}")).await? {
            for (name, members) in answer.unwrap_or_default() {
                let members: Vec<usize> =
                    members.into_iter().map(|at| at + chunk.start).filter(|at| taken.insert(*at)).collect();
                let reasonings =
                    members.iter().filter_map(|at| names.get(*at)).flat_map(|(_, own)| own.iter().copied());
                merged.put(&name, reasonings, known);
            }
        }
        // What the model left out stays what it was.
        for (at, (name, members)) in names.iter().enumerate() {
            if !taken.contains(&at) {
                merged.put(name, members.iter().copied(), known);
            }
        }
        Ok((merged, lines_in_chunks(&lines).len()))
    }

    /// Has lines sorted into groups, chunk by chunk: which lines, and the groups with the places of their lines in the chunk.
    async fn sort(
        &self,
        what: Lines,
        lines: &[&str],
        known: &[String],
        key: &[&str],
        step: &str,
    ) -> Result<Vec<(std::ops::Range<usize>, Result<Groups, Unusable>)>, Error> {
        let chunks = lines_in_chunks(lines);
        stream::iter(chunks.into_iter().enumerate())
            .map(|(number, chunk)| async move {
                let number = number.to_string();
                let key: Vec<&str> = key.iter().copied().chain(["groups", step, &number]).collect();
                let own = &lines[chunk.clone()];
                let answer = ask(
                    self.caller(),
                    &key,
                    |key| self.sorting(what, own, known, key),
                    |answer| groups(answer, own.len()),
                )
                .await;
                match answer {
                    Ok(groups) => Ok((chunk, Ok(groups))),
                    Err(Error::Unusable { reason }) => Ok((chunk, Err(reason))),
                    Err(error) => Err(error),
                }
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    /// The request for the groups of some lines; also what a dry run measures.
    #[must_use]
    pub fn sorting(&self, what: Lines, lines: &[&str], known: &[String], key: CallKey) -> Request {
        let numbered: Vec<String> = lines.iter().enumerate().map(|(at, line)| format!("{}. {line}", at + 1)).collect();
        let (tag, title) = match what {
            Lines::Reasonings => ("reasonings", "Reasons for a no"),
            Lines::Names => {
                ("names", "Names of groups, each with the number of its reasons; put together what means the same")
            }
        };
        Request {
            key,
            system: SYSTEM.trim().to_owned(),
            user: format!(
                "Names in use:\n\n{}\n\n{title}:\n\n{}\n\nAnswer with a JSON object: `groups`, a list of at most {MOST_GROUPS} \
                 objects, each with `name` (text) and `reasonings` (the numbers of its lines).",
                fence("known", &known.join("\n")),
                fence(tag, &numbered.join("\n"))
            ),
            schema: Some(schema()),
            max_tokens: self.max_tokens(),
        }
    }
}

/// What is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// Reasonings.
    Reasonings,
    /// Names of groups.
    Names,
}

/// Names with the places of their lines, from 0.
type Groups = Vec<(String, Vec<usize>)>;

pub(super) fn schema() -> Schema {
    Schema {
        name: "groups".into(),
        json: json!({
            "type": "object",
            "properties": {"groups": {"type": "array", "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "reasonings": {"type": "array", "items": {"type": "integer"}}
                },
                "required": ["name", "reasonings"],
                "additionalProperties": false
            }}},
            "required": ["groups"],
            "additionalProperties": false
        }),
    }
}

/// Reads groups of `count` lines. A line that is in two groups is in the first; a number that no line has is in none.
pub(super) fn groups(answer: &Answer, count: usize) -> Result<Groups, Unusable> {
    let unusable = Unusable::WrongField { field: "groups", kind: "list of names with the numbers of their lines" };
    let object = reading::object(answer)?;
    let list = object.get("groups").and_then(Value::as_array).ok_or_else(|| unusable.clone())?;
    let mut taken = BTreeSet::new();
    let mut found = Groups::new();
    for group in list {
        let name = group.get("name").and_then(Value::as_str).and_then(name);
        let members = group.get("reasonings").and_then(Value::as_array);
        let (Some(name), Some(members)) = (name, members) else { continue };
        let places =
            members.iter().filter_map(Value::as_u64).filter_map(|number| usize::try_from(number).ok()?.checked_sub(1));
        let places: Vec<usize> = places.filter(|at| *at < count && taken.insert(*at)).collect();
        if !places.is_empty() {
            found.push((name, places));
        }
    }
    // Lines that say nothing may be left out, but not all lines under names that none has.
    if found.is_empty() && !list.is_empty() { Err(unusable) } else { Ok(found) }
}

/// A name as it is kept: on one line, without marks; `None` where it names nothing.
fn name(text: &str) -> Option<String> {
    const NOTHING: &[&str] =
        &["", "other", "others", "miscellaneous", "misc", "none", "unknown", "unclear", "n a", "na", "no group"];
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // The count that a line of names carries is not part of the name.
    let plain = plain.trim().trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '(' | ')' | ' '));
    let plain = plain
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '“' | '”' | '*' | '`' | '.' | ':' | '-'));
    let mut letters = plain.chars();
    let first = letters.next();
    // "No local presence" begins with a capital that says nothing; "GDPR" does not.
    let is_word = letters.clone().next().is_some_and(char::is_lowercase);
    let first = first.map(|first| if is_word { first.to_lowercase().to_string() } else { first.to_string() });
    let name = shortened(&format!("{}{}", first.unwrap_or_default(), letters.as_str()), LONGEST_NAME);
    let said = key(&name);
    (!NOTHING.contains(&said.as_str()) && said != OTHER).then_some(name)
}

/// Names that the model is given: those of the lineage and those of the themes, which its reasonings may mean in other words.
fn known_names(known: &[String]) -> Vec<String> {
    let own = known.iter().rev().take(MOST_KNOWN).rev().filter_map(|own| name(own));
    own.chain(THEMES.iter().map(|theme| theme.objection.to_owned())).collect()
}

/// Lines in chunks of so many bytes; a line that is longer is one by itself.
fn lines_in_chunks(lines: &[&str]) -> Vec<std::ops::Range<usize>> {
    // The number and the line break of each line.
    const MARK: usize = 8;
    let mut chunks = Vec::new();
    let (mut from, mut used) = (0, 0);
    for (at, line) in lines.iter().enumerate() {
        if used > 0 && used + line.len() + MARK > CHUNK {
            chunks.push(from..at);
            (from, used) = (at, 0);
        }
        used += line.len() + MARK;
    }
    if from < lines.len() {
        chunks.push(from..lines.len());
    }
    chunks
}

/// Named groups as they are put together: by the key of the name, the name and the places of its reasonings.
#[derive(Clone, Debug, Default)]
struct Named(BTreeMap<String, (String, BTreeSet<usize>)>);

impl Named {
    fn add(&mut self, groups: Groups, start: usize, known: &[String]) {
        for (name, members) in groups {
            self.put(&name, members.into_iter().map(|at| at + start), known);
        }
    }

    fn put(&mut self, name: &str, members: impl Iterator<Item = usize>, known: &[String]) {
        let said = key(name);
        let name = known.iter().find(|own| key(own) == said).map_or(name, String::as_str);
        self.0.entry(said).or_insert_with(|| (name.to_owned(), BTreeSet::new())).1.extend(members);
    }

    fn into_codebook(self, unsorted: &[Unsorted<'_>], of: usize) -> Codebook {
        let personas = |members: &BTreeSet<usize>| {
            members.iter().filter_map(|at| unsorted.get(*at)).map(|own| own.persona).collect::<BTreeSet<_>>().len()
        };
        let mut sorted: Vec<(String, BTreeSet<usize>)> =
            self.0.into_values().filter(|(_, own)| !own.is_empty()).collect();
        sorted.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
        sorted.truncate(MOST_GROUPS);
        let groups: Vec<NamedGroup> = sorted
            .iter()
            .map(|(name, members)| {
                let said = members.iter().filter_map(|at| unsorted.get(*at)).map(|own| own.reasoning);
                let quote = said.min_by_key(|said| said.len()).unwrap_or_default();
                let (name, quote) = (name.clone(), shortened(quote, LONGEST_QUOTE));
                NamedGroup { name, count: members.len(), personas: personas(members), quote }
            })
            .collect();
        let named: BTreeSet<usize> = sorted.into_iter().flat_map(|(_, members)| members).collect();
        let unnamed: BTreeSet<usize> = (0..unsorted.len()).filter(|at| !named.contains(at)).collect();
        Codebook { groups, sampled: unsorted.len(), of, unnamed: unnamed.len(), unnamed_personas: personas(&unnamed) }
    }
}

impl Objections {
    /// The same with the groups of a codebook in place of what fits no theme. Counts of a sample are scaled to the whole and
    /// marked as estimates. A group that has the name of a theme is added to it; a persona that raised both is then counted
    /// twice, at most as often as there are personas who said no.
    #[must_use]
    pub fn named(mut self, book: &Codebook) -> Self {
        let Some(at) = self.raised.iter().position(|group| group.name == OTHER) else { return self };
        if book.groups.is_empty() || book.sampled == 0 {
            return self;
        }
        let others = self.raised.remove(at);
        let is_estimate = book.of > book.sampled;
        let factor = (book.of as f64 / book.sampled as f64).max(1.0);
        let scaled = |count: usize, most: usize| {
            ((count as f64 * factor).round() as usize).clamp(usize::from(count > 0), most.max(1))
        };
        for group in &book.groups {
            let count = scaled(group.count, others.count);
            let personas = scaled(group.personas, others.personas);
            match self.raised.iter_mut().find(|own| key(&own.name) == key(&group.name)) {
                Some(own) => {
                    own.count += count;
                    own.personas = (own.personas + personas).min(self.personas_saying_no);
                    own.is_estimate = true;
                }
                None => self.raised.push(Objection {
                    name: Cow::Owned(group.name.clone()),
                    count,
                    personas,
                    quote: group.quote.clone(),
                    is_estimate,
                }),
            }
        }
        if book.unnamed > 0 {
            self.raised.push(Objection {
                count: scaled(book.unnamed, others.count),
                personas: scaled(book.unnamed_personas, others.personas),
                is_estimate,
                ..others
            });
        }
        objections::sort(&mut self.raised);
        self
    }
}

#[cfg(test)]
mod tests;
