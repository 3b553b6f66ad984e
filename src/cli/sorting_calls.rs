//! What sorting people, and what they said, is going to take, for `--dry-run`.

use crate::data;
use crate::data::spool::Texts;
use crate::improve::codebook::{Codebook, Proposed, Side};
use crate::improve::feedback::{MOST_SORTED, Reasoning};
use crate::improve::kinds::{self, MOST_KINDS, PeopleKind};
use crate::improve::sorting::A_CALL;
use crate::improve::{Feedback, Improver};
use crate::model::{CallKey, Usage};
use crate::optimize::people::kinds::{self as people_kinds, Kinds};
use crate::optimize::people::pairing::Key;
use crate::report::estimate;

/// Tokens of an answer that names groups: a dozen with their definitions.
const NAMING_ANSWER: u64 = 700;
/// Tokens of the answer about one reasoning.
const SORTING_ANSWER: u64 = 30;
/// Tokens of the answer about one person.
const KIND_ANSWER: u64 = 4;
/// Groups of a side that a plan assumes where none is named yet.
const GROUPS: usize = 12;
/// Characters of their definitions.
const DEFINITION: usize = 160;
/// Characters of a reasoning that is not there yet.
const REASONING: usize = 300;

/// The calls that read what was said, by these groups, or by groups that are to be named first.
#[must_use]
pub fn planned(improver: &Improver, heard: &Feedback, known: &Codebook) -> Vec<Usage> {
    let reasonings = heard.reasonings();
    let mut calls = Vec::new();
    for side in Side::ALL.into_iter().filter(|side| known.lacks(*side)) {
        let texts: Vec<&str> =
            reasonings.iter().filter(|said| Side::from_decision(said.yes) == side).map(|said| said.text).collect();
        if !texts.is_empty() {
            let request = improver.naming(side, &texts, known, CallKey::from_parts(&[]));
            calls.push(estimate::tokens(&request, NAMING_ANSWER));
        }
    }
    let book = expected(known);
    calls.extend(reasonings.chunks(A_CALL).map(|chunk| sorting(improver, chunk, &book)));
    calls
}

/// The calls that read what is going to be said to so many messages.
#[must_use]
pub fn planned_for_new(improver: &Improver, messages: usize, known: &Codebook) -> Vec<Usage> {
    let (book, text) = (expected(known), " ".repeat(REASONING));
    let line = Reasoning { persona: 0, message: 0, yes: false, text: &text };
    let lines = vec![line; messages.min(MOST_SORTED)];
    lines.chunks(A_CALL).map(|chunk| sorting(improver, chunk, &book)).collect()
}

/// The calls that tell the kinds of people kept aside, as far as nobody knows them.
///
/// # Errors
/// Where a persona cannot be read.
pub fn planned_for_people(improver: &Improver, aside: &Texts, known: &Kinds) -> Result<Vec<Usage>, data::Error> {
    // Those of a column cost nothing.
    if !known.is_empty() && known.named().is_empty() {
        return Ok(Vec::new());
    }
    let mut people = Vec::new();
    for person in aside.iter().take(people_kinds::MOST_SORTED) {
        let person = person?;
        if !known.knows(Key::of(&person)) {
            people.push(person);
        }
    }
    let kind = |at| PeopleKind::new(&format!("kind {at} of these people"), &"x".repeat(DEFINITION));
    let named: Vec<PeopleKind> = (0..MOST_KINDS).filter_map(kind).collect();
    let request = |(number, chunk): (usize, &[String])| {
        let by: &[PeopleKind] = match known.named() {
            [] if number == 0 => &[],
            [] => &named,
            known => known,
        };
        let people: Vec<&str> = chunk.iter().map(String::as_str).collect();
        let answer = KIND_ANSWER * people.len() as u64 + if by.is_empty() { NAMING_ANSWER / 2 } else { 0 };
        estimate::tokens(&improver.people_request(&people, &[], by, CallKey::from_parts(&[])), answer)
    };
    Ok(people.chunks(kinds::A_CALL).enumerate().map(request).collect())
}

fn sorting(improver: &Improver, chunk: &[Reasoning<'_>], book: &Codebook) -> Usage {
    let request = improver.sorting(chunk, &[], book, CallKey::from_parts(&[]));
    estimate::tokens(&request, SORTING_ANSWER * chunk.len() as u64)
}

/// A codebook as large as one is going to be.
fn expected(known: &Codebook) -> Codebook {
    let mut book = known.clone();
    for side in Side::ALL.into_iter().filter(|side| known.lacks(*side)) {
        let group = |at| Proposed::new(&format!("group {at} of these"), &"x".repeat(DEFINITION));
        book.add(side, (0..GROUPS).filter_map(group).collect());
    }
    book
}
