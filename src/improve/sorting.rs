//! Closed coding: a model sorts reasonings into the groups of a codebook, and code checks every answer.
//!
//! What an answer leaves out, says twice or sorts into what is no group is asked for once more, with the reason. What
//! does not hold then stays unsorted.

use std::fmt;

use serde_json::{Value, json};

use super::Improver;
use super::codebook::{Codebook, Side};
use super::coding::{Code, MOST_GROUPS_EACH};
use super::feedback::{Reasoning, shortened};
use crate::engine::local;
use crate::evaluate::ask::{Error, ask};
use crate::evaluate::fence::fence;
use crate::evaluate::reading::{self, Unusable};
use crate::model::{Answer, CallKey, Request, Schema};

const SYSTEM: &str = include_str!("../../prompts/coder.md");

/// Reasonings in one request.
pub const A_CALL: usize = 40;
/// Characters of a reasoning that is asked about.
const LONGEST_LINE: usize = 1_200;
/// Requests at a time; the host's gate decides how many of them are sent.
const AT_ONCE: usize = 8;

/// What became of reasonings that were to be sorted.
#[derive(Debug, Default)]
pub struct Sorting {
    /// Those that were sorted.
    pub codes: Vec<Code>,
    /// Why others were not: what failed first.
    pub trouble: Option<Error>,
}

/// Why the answer about one reasoning does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Its number is not in the answer.
    Missing,
    /// Its number is there twice.
    Twice,
    /// Its entry is not of the form that was asked for.
    Malformed,
    /// It is in a group that the codebook does not have on its side.
    NoGroup(String),
    /// It is in more groups than it may be.
    TooMany,
    /// It has groups, and speaks the other way than its decision.
    Contrary,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doubt::Missing => f.write_str("it was left out"),
            Doubt::Twice => f.write_str("it was answered twice"),
            Doubt::Malformed => f.write_str("it lacked `polarity` or the list `groups`"),
            Doubt::NoGroup(name) => write!(f, "{name:?} is no group for this decision"),
            Doubt::TooMany => write!(f, "it was given more than {MOST_GROUPS_EACH} groups"),
            Doubt::Contrary => {
                f.write_str("its polarity contradicts its decision; if it does so indeed, give no group")
            }
        }
    }
}

impl Improver {
    /// Sorts reasonings, [`A_CALL`] at a time.
    pub async fn sort(&self, reasonings: &[Reasoning<'_>], book: &Codebook, key: &[&str]) -> Sorting {
        let chunks: Vec<(usize, Vec<Reasoning<'_>>)> =
            reasonings.chunks(A_CALL).map(<[_]>::to_vec).enumerate().collect();
        let chunks = local::run(chunks, AT_ONCE, |(number, chunk)| async move {
            let number = number.to_string();
            let key: Vec<&str> = key.iter().copied().chain(["sort", &number]).collect();
            self.sort_chunk(&chunk, book, &key).await
        })
        .await;
        let mut sorting = Sorting::default();
        for chunk in chunks {
            match chunk {
                Ok(codes) => sorting.codes.extend(codes),
                Err(error) => sorting.trouble = sorting.trouble.or(Some(error)),
            }
        }
        sorting
    }

    async fn sort_chunk(&self, chunk: &[Reasoning<'_>], book: &Codebook, key: &[&str]) -> Result<Vec<Code>, Error> {
        let (mut codes, doubtful) = self.ask_about(chunk, &[], book, (key, "first")).await?;
        if doubtful.is_empty() {
            return Ok(codes);
        }
        let (lines, doubts): (Vec<Reasoning<'_>>, Vec<Doubt>) =
            doubtful.into_iter().map(|(at, doubt)| (chunk[at], doubt)).unzip();
        match self.ask_about(&lines, &doubts, book, (key, "again")).await {
            Ok((more, _)) => codes.extend(more),
            // What held the first time holds.
            Err(Error::Unusable { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(codes)
    }

    async fn ask_about(
        &self,
        lines: &[Reasoning<'_>],
        doubts: &[Doubt],
        book: &Codebook,
        (key, step): (&[&str], &str),
    ) -> Result<(Vec<Code>, Vec<(usize, Doubt)>), Error> {
        let key: Vec<&str> = key.iter().copied().chain([step]).collect();
        let entries = ask(self.caller(), &key, |key| self.sorting(lines, doubts, book, key), entries).await?;
        Ok(checked(lines, &entries, book))
    }

    /// The request for some reasonings; also what a dry run measures. `doubts`: what was wrong with earlier answers
    /// about these, if they are asked about for the second time.
    #[must_use]
    pub fn sorting(&self, lines: &[Reasoning<'_>], doubts: &[Doubt], book: &Codebook, key: CallKey) -> Request {
        let line = |(at, line): (usize, &Reasoning<'_>)| {
            let sign = if line.yes { "yes" } else { "no" };
            format!("{}. [{sign}] {}", at + 1, shortened(line.text, LONGEST_LINE))
        };
        let list: Vec<String> = lines.iter().enumerate().map(line).collect();
        let sides = Side::ALL.into_iter().filter(|side| !book.lacks(*side)).map(|side| {
            let (title, tag) = match side {
                Side::Against => ("Groups of what speaks against a message, for a no", "against"),
                Side::InFavour => ("Groups of what speaks in favour of a message, for a yes", "favour"),
            };
            format!("{title}:\n\n{}\n\n", fence(tag, &book.lines(side)))
        });
        let again = if doubts.is_empty() {
            String::new()
        } else {
            let list: Vec<String> = doubts.iter().enumerate().map(|(at, why)| format!("{}: {why}", at + 1)).collect();
            let doubts = fence("doubts", &list.join("\n"));
            format!("You were asked about these lines before, and your answer could not be used:\n\n{doubts}\n\n")
        };
        Request {
            key,
            system: SYSTEM.trim().to_owned(),
            user: format!(
                "{}What was said:\n\n{}\n\n{again}Answer with a JSON object: `codes`, a list with one object for each \
                 of the {} numbers, with `number`, `polarity` (`against` or `in_favour`) and `groups` (a list of none \
                 to {MOST_GROUPS_EACH} names, the main one first).",
                sides.collect::<String>(),
                fence("reasonings", &list.join("\n")),
                lines.len()
            ),
            schema: Some(schema(book)),
            max_tokens: self.max_tokens(),
        }
    }
}

fn schema(book: &Codebook) -> Schema {
    let mut names: Vec<&str> = book.groups().iter().map(|group| group.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    Schema {
        name: "codes".into(),
        json: json!({
            "type": "object",
            "properties": {"codes": {"type": "array", "items": {
                "type": "object",
                "properties": {
                    "number": {"type": "integer"},
                    "polarity": {"type": "string", "enum": [Side::Against.as_str(), Side::InFavour.as_str()]},
                    "groups": {"type": "array", "items": {"type": "string", "enum": names}}
                },
                "required": ["number", "polarity", "groups"],
                "additionalProperties": false
            }}},
            "required": ["codes"],
            "additionalProperties": false
        }),
    }
}

fn entries(answer: &Answer) -> Result<Vec<Value>, Unusable> {
    let unusable = Unusable::WrongField { field: "codes", kind: "list of numbers with their groups" };
    match reading::object(answer)?.remove("codes") {
        Some(Value::Array(entries)) => Ok(entries),
        _ => Err(unusable),
    }
}

/// Holds an answer's entries against what was asked: what holds, and the places of the lines about which nothing does.
#[must_use]
pub fn checked(lines: &[Reasoning<'_>], entries: &[Value], book: &Codebook) -> (Vec<Code>, Vec<(usize, Doubt)>) {
    let mut found: Vec<Vec<&Value>> = vec![Vec::new(); lines.len()];
    for entry in entries {
        let number = entry.get("number").and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
        if let Some(answers) = number.and_then(|number| found.get_mut(number.checked_sub(1)?)) {
            answers.push(entry);
        }
    }
    let (mut codes, mut doubts) = (Vec::new(), Vec::new());
    for (at, (line, answers)) in lines.iter().zip(&found).enumerate() {
        let groups = match answers.as_slice() {
            [] => Err(Doubt::Missing),
            [entry] => groups(entry, line, book),
            _ => Err(Doubt::Twice),
        };
        match groups {
            Ok(groups) => {
                codes.push(Code { persona: line.persona as u32, message: line.message as u32, yes: line.yes, groups });
            }
            Err(doubt) => doubts.push((at, doubt)),
        }
    }
    (codes, doubts)
}

/// The groups of one entry, by their places in the codebook.
fn groups(entry: &Value, line: &Reasoning<'_>, book: &Codebook) -> Result<Vec<u16>, Doubt> {
    let side = Side::from_decision(line.yes);
    let polarity = entry.get("polarity").and_then(Value::as_str).ok_or(Doubt::Malformed)?;
    let polarity = Side::ALL.into_iter().find(|side| side.as_str() == polarity).ok_or(Doubt::Malformed)?;
    let names = entry.get("groups").and_then(Value::as_array).ok_or(Doubt::Malformed)?;
    if polarity != side && !names.is_empty() {
        return Err(Doubt::Contrary);
    }
    let mut groups: Vec<u16> = Vec::new();
    for name in names {
        let name = name.as_str().ok_or(Doubt::Malformed)?;
        let place = book.place(side, name).ok_or_else(|| Doubt::NoGroup(shortened(name, 60)))?;
        if !groups.contains(&(place as u16)) {
            groups.push(place as u16);
        }
    }
    if groups.len() > MOST_GROUPS_EACH { Err(Doubt::TooMany) } else { Ok(groups) }
}

#[cfg(test)]
mod tests;
