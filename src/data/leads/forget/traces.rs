//! What a person can be found by.

use std::collections::{BTreeSet, HashSet};

use serde::Deserialize;
use serde_json::Value;

use super::FORGOTTEN;
use crate::data::campaigns::Written;
use crate::data::leads::address::without_addresses;
use crate::data::leads::lead::text_hash;
use crate::data::leads::masking::{example_message, example_persona};
use crate::data::leads::{AddressKey, Lead, LeadList, fold_address, lists};
use crate::data::{DataFolder, Error, Kind, json, lines};

/// Shorter texts are anybody's.
const SHORTEST: usize = 24;

/// What a person can be found by: the address, the texts that describe them, and what was written to them and said by
/// them.
#[derive(Clone, Debug, Default)]
pub struct Traces {
    email: String,
    id: String,
    /// Hashes of the texts that describe them, earlier ones included.
    described: HashSet<String>,
    /// Texts that are about them wherever they stand: the texts that describe them.
    about: Texts,
    /// First and last name, which a sender or another person may have as well.
    name: Texts,
    /// What was written to them and said by them, and to and by nobody else as far as the files of the folder say.
    said: Texts,
    /// Whether they were described by a text that no longer exists.
    has_unknown: bool,
}

/// Texts that are looked for.
#[derive(Clone, Debug, Default)]
struct Texts {
    plain: Vec<String>,
    /// The same as they stand in JSON, also in JSON within JSON, and in the bytes of a page.
    needles: Vec<String>,
}

impl Texts {
    fn add(&mut self, text: &str) {
        let text = text.trim();
        if text.chars().count() < 5 || self.plain.iter().any(|known| known == text) {
            return;
        }
        self.plain.push(text.to_owned());
        let once = escaped(text);
        let page = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        for needle in [text.to_owned(), escaped(&once), once, page] {
            if !self.needles.contains(&needle) {
                self.needles.push(needle);
            }
        }
    }

    fn stand_in(&self, bytes: &[u8]) -> bool {
        self.needles.iter().any(|needle| memchr::memmem::find(bytes, needle.as_bytes()).is_some())
    }
}

impl Traces {
    /// Gathers what the files of a folder know of a folded address. The texts of results are looked for by what the
    /// lists of leads say; a person who is in no list any more is looked for by the address.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn gather(folder: &DataFolder, email: &str) -> Result<Self, Error> {
        let mut traces =
            Traces { email: email.to_owned(), id: AddressKey::from_address(email).lead_id(), ..Traces::default() };
        let (mut earlier, mut said, mut shown) = (HashSet::new(), BTreeSet::new(), BTreeSet::new());
        for file in lists(folder)? {
            for lead in LeadList::open(folder, &file)? {
                let lead = lead?;
                if traces.is_lead(&lead) {
                    traces.add_description(&lead.persona_text());
                    traces.add_description(&lead.column_text());
                    earlier.extend(lead.earlier.iter().cloned());
                    // A single name is that of others as well.
                    if let (Some(_), Some(_), Some(name)) = (&lead.first_name, &lead.last_name, lead.full_name()) {
                        traces.name.add(&name);
                    }
                }
            }
        }
        traces.has_unknown = earlier.iter().any(|hash| !traces.described.contains(hash));
        traces.described.extend(earlier);
        for kind in super::LINES {
            for file in folder.list(*kind)? {
                for line in lines::open::<Value>(folder, &file)? {
                    let line = line?;
                    if traces.is_line(&line) {
                        if let Some(persona) = line.get("persona").and_then(Value::as_str) {
                            traces.add_description(persona);
                        }
                        collect_said(&line, &mut said);
                        shown.extend(as_examples(&line).filter(|text| text.chars().count() >= SHORTEST));
                    }
                }
            }
        }
        for kind in [Kind::Results, Kind::Messages] {
            for file in folder.list(kind)? {
                let bytes = folder.read(&file)?;
                if traces.may_be_in(&bytes) {
                    let value: Value = json::parse(&bytes).map_err(|fault| fault.in_file(folder, &file))?;
                    traces.add_entries(&value, &mut said);
                }
            }
        }
        for text in traces.not_said_by_others(folder, said)? {
            traces.add_said(&text);
        }
        for text in traces.not_shown_of_others(folder, shown)? {
            traces.said.add(&text);
        }
        Ok(traces)
    }

    /// The same for what decision makers are shown of a person as an example, in requests about others: without names,
    /// the texts of two people may be alike.
    fn not_shown_of_others(&self, folder: &DataFolder, mut shown: BTreeSet<String>) -> Result<BTreeSet<String>, Error> {
        for file in folder.list(Kind::Campaigns)? {
            if shown.is_empty() {
                break;
            }
            for line in lines::open::<Value>(folder, &file)? {
                let line = line?;
                if !self.is_line(&line) {
                    as_examples(&line).for_each(|text| _ = shown.remove(&text));
                }
            }
        }
        Ok(shown)
    }

    /// Leaves out what others got or said in the same words: it is theirs as well, and identifies nobody.
    fn not_said_by_others(&self, folder: &DataFolder, mut said: BTreeSet<String>) -> Result<BTreeSet<String>, Error> {
        for kind in super::LINES {
            for file in folder.list(*kind)? {
                for line in lines::open::<Value>(folder, &file)? {
                    let line = line?;
                    if !self.is_line(&line) {
                        each_said(&line, &mut |text| _ = said.remove(text));
                    }
                }
            }
        }
        for kind in [Kind::Results, Kind::Messages] {
            for file in folder.list(kind)? {
                if said.is_empty() {
                    return Ok(said);
                }
                let bytes = folder.read(&file)?;
                let value: Value = json::parse(&bytes).map_err(|fault| fault.in_file(folder, &file))?;
                self.each_entry(&value, &mut |entry, is_theirs| {
                    if !is_theirs {
                        each_said(entry, &mut |text| _ = said.remove(text));
                    }
                });
            }
        }
        Ok(said)
    }

    /// The id of the lead.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether this is the person.
    #[must_use]
    pub fn is_lead(&self, lead: &Lead) -> bool {
        lead.email == self.email || fold_address(&lead.email).as_deref() == Some(&self.email)
    }

    /// Whether a line of a campaign, of its replies or of their imports is of the person.
    #[must_use]
    pub fn is_line(&self, line: &Value) -> bool {
        let text = |key: &str| line.get(key).and_then(Value::as_str);
        text("lead") == Some(&self.id) || text("email").and_then(fold_address).as_deref() == Some(&self.email)
    }

    /// Whether a text describes the person.
    #[must_use]
    pub fn is_described_by(&self, persona: &str) -> bool {
        self.described.contains(&text_hash(persona)) || self.mentions_address(persona)
    }

    /// Whether a text is about the person: it holds the address, the name, or a text of theirs, also where it is JSON.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        self.is_told_in(text) || self.name.stand_in(text.as_bytes()) || self.said.stand_in(text.as_bytes())
    }

    /// Whether a text holds the address or what describes the person: nobody else has these.
    #[must_use]
    pub fn is_told_in(&self, text: &str) -> bool {
        self.mentions_address(text) || self.about.stand_in(text.as_bytes())
    }

    /// Whether a text holds first and last name.
    #[must_use]
    pub fn is_named_in(&self, text: &str) -> bool {
        self.name.stand_in(text.as_bytes())
    }

    /// A text with [`FORGOTTEN`] in place of the address, and of first and last name beside it; `None` if it does not
    /// hold the address. An address that only ends or begins like it is another's.
    #[must_use]
    pub fn erased(&self, text: &str) -> Option<String> {
        if !self.mentions_address(text) {
            return None;
        }
        let mut rest = without_address(text, &self.email)?;
        for name in &self.name.plain {
            rest = rest.replace(name.as_str(), FORGOTTEN);
        }
        Some(rest)
    }

    /// Whether a text is a piece of what the person got or said, such as a quotation that is cut.
    #[must_use]
    pub fn is_piece(&self, text: &str) -> bool {
        let piece = text.trim().trim_end_matches(['…', '.']).trim_end();
        piece.chars().count() >= SHORTEST
            && self.said.plain.iter().chain(&self.about.plain).any(|whole| whole.contains(piece))
    }

    /// Whether the person may be in these bytes of a file. A yes may be wrong, a no is not.
    #[must_use]
    pub fn may_be_in(&self, bytes: &[u8]) -> bool {
        self.has_unknown
            || contains_folded(bytes, self.email.as_bytes())
            || memchr::memmem::find(bytes, self.id.as_bytes()).is_some()
            || self.about.stand_in(bytes)
            || self.name.stand_in(bytes)
            || self.said.stand_in(bytes)
    }

    /// Whether a text may hold the address, also where it is JSON. A yes may be wrong, a no is not.
    #[must_use]
    pub fn mentions_address(&self, text: &str) -> bool {
        contains_folded(text.as_bytes(), self.email.as_bytes())
            || (!text.is_ascii() && text.to_lowercase().contains(&self.email))
    }

    fn add_description(&mut self, persona: &str) {
        self.described.insert(text_hash(persona));
        self.about.add(persona);
    }

    /// Adds what describes the person in entries of theirs, and collects what was written to them and said by them
    /// there.
    fn add_entries(&mut self, value: &Value, said: &mut BTreeSet<String>) {
        let mut described = Vec::new();
        self.each_entry(value, &mut |entry, is_theirs| {
            if is_theirs {
                described.extend(entry.get("persona").and_then(Value::as_str).map(str::to_owned));
                collect_said(entry, said);
            }
        });
        described.iter().for_each(|persona| self.add_description(persona));
    }

    /// Visits the entries that have a persona, and says whether each is the person's.
    fn each_entry(&self, value: &Value, each: &mut dyn FnMut(&Value, bool)) {
        match value {
            Value::Object(object) => match object.get("persona").and_then(Value::as_str) {
                Some(persona) => each(value, self.is_described_by(persona)),
                None => object.values().for_each(|value| self.each_entry(value, each)),
            },
            Value::Array(list) => list.iter().for_each(|value| self.each_entry(value, each)),
            _ => {}
        }
    }

    fn add_said(&mut self, text: &str) {
        self.said.add(text);
        // As a model is shown it: on one line, cut, and without addresses.
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for shown in [beginning(&line), beginning(&without_addresses(text))] {
            if shown.chars().count() >= SHORTEST {
                self.said.add(&shown);
            }
        }
    }
}

/// Texts that were written to a person or said by them, if they are long enough to be distinguished from what others
/// say. Subjects are left out: one subject stands above hundreds of messages, and everything else about the person
/// identifies theirs.
fn collect_said(value: &Value, said: &mut BTreeSet<String>) {
    each_said(value, &mut |text| {
        if text.chars().count() >= SHORTEST {
            said.insert(text.to_owned());
        }
    });
}

fn each_said(value: &Value, each: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(text) if super::scrub::SAID.contains(&key.as_str()) => {
                        if key != "subject" {
                            each(text.trim());
                        }
                    }
                    other => each_said(other, each),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| each_said(value, each)),
        _ => {}
    }
}

/// Persona and messages of a campaign's line, in the form in which they are shown as examples; empty if it is no such
/// line.
fn as_examples(line: &Value) -> impl Iterator<Item = String> {
    let written = Written::deserialize(line).ok();
    written.into_iter().flat_map(|written| {
        let mut texts = vec![example_persona(&written)];
        texts.extend(written.steps.iter().map(|step| example_message(&written, step)));
        texts
    })
}

/// The beginning of a text that is shown at least, even if it is cut.
fn beginning(line: &str) -> String {
    const SHOWN: usize = 200;
    line.chars().take(SHOWN).collect()
}

/// A text with [`FORGOTTEN`] in place of a folded address, whatever the case of its letters; `None` if it is not there.
fn without_address(text: &str, email: &str) -> Option<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric();
    let (mut erased, mut at, mut is_found) = (String::with_capacity(text.len()), 0, false);
    while let Some(first) = text[at..].chars().next() {
        let length = length_of(&text[at..], email).filter(|length| {
            // What stands before it with a sign, or follows a full stop or a dash at once, is another's address.
            let after = &text[at + length..];
            let after = after.strip_prefix(['.', '-']).unwrap_or(after);
            let before = text[..at].trim_end_matches(['.', '_', '%', '+', '-']);
            !before.ends_with(is_part) && !after.starts_with(is_part)
        });
        erased.push_str(length.map_or(&text[at..at + first.len_utf8()], |_| FORGOTTEN));
        is_found |= length.is_some();
        at += length.unwrap_or(first.len_utf8());
    }
    is_found.then_some(erased)
}

/// The length in bytes of a folded text at the beginning of another.
fn length_of(text: &str, folded: &str) -> Option<usize> {
    let mut wanted = folded.chars();
    let mut next = wanted.next();
    for (at, letter) in text.char_indices() {
        if next.is_none() {
            return Some(at);
        }
        for lower in letter.to_lowercase() {
            if next != Some(lower) {
                return None;
            }
            next = wanted.next();
        }
    }
    next.is_none().then_some(text.len())
}

/// A text as it stands between the quotation marks of JSON.
fn escaped(text: &str) -> String {
    let json = Value::from(text).to_string();
    json[1..json.len() - 1].to_owned()
}

/// Whether a folded text stands in bytes, whatever the case of their ASCII letters.
fn contains_folded(bytes: &[u8], folded: &[u8]) -> bool {
    let Some(first) = folded.first() else { return false };
    let upper = first.to_ascii_uppercase();
    memchr::memchr2_iter(*first, upper, bytes)
        .any(|at| bytes.get(at..at + folded.len()).is_some_and(|part| part.eq_ignore_ascii_case(folded)))
}
