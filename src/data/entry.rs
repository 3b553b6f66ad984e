//! One persona's entry of a results file, as a stream shows it: borrowed from the bytes of the file, its escapes undone
//! only where a text is looked at.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Map;
use super::results::{Decision, Judged, MessageNote, PersonaResult, SCORE};

/// Which of the two lists of a results file an entry stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `results`: the run itself.
    Results,
    /// `metadata.rejoinder.baseline.results`: the parent's messages, decided again by this run's judge.
    Baseline,
}

impl Part {
    /// Objects and arrays around an entry.
    pub(super) fn depth(self) -> usize {
        match self {
            Part::Results => 2,
            Part::Baseline => 5,
        }
    }
}

/// All messages to one persona. The whole entry is checked strictly, whatever part of it is looked at.
#[derive(Debug)]
pub struct Entry<'t> {
    /// Where it stands.
    pub part: Part,
    /// Its index there.
    pub index: usize,
    /// Its bytes in the file, where it was read in a stream.
    pub place: Option<Range<u64>>,
    /// Who.
    pub persona: Text<'t>,
    /// Empty if every trial failed.
    pub messages: Vec<DecidedMessage<'t>>,
    /// The entry with all its keys, where it has some that this version does not know.
    whole: Option<&'t PersonaResult>,
}

/// A message and the decision on it.
#[derive(Clone, Copy, Debug)]
pub struct DecidedMessage<'t> {
    /// The text as sent.
    pub message: Text<'t>,
    /// Whether the decision maker would reply.
    pub yes: bool,
    /// Why.
    pub reasoning: Text<'t>,
    /// How likely a yes was, where the decision maker was asked for that.
    pub score: Option<f64>,
    /// What `rejoinder` found out about the message.
    pub(super) note: Option<Note<'t>>,
}

/// The note of a message. It is only read by those who want it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Note<'t> {
    /// As JSON that has been checked.
    Text(&'t str),
    /// Read already.
    Read(&'t MessageNote),
}

impl DecidedMessage<'_> {
    /// The audit of the message's claims; `None` where there is none, or none that can be read as this.
    #[must_use]
    pub fn audit<T: DeserializeOwned>(&self) -> Option<T> {
        #[derive(Deserialize)]
        struct Audited<T> {
            audit: T,
        }
        match self.note? {
            Note::Text(text) => serde_json::from_str(text).ok().map(|Audited { audit }| audit),
            Note::Read(note) => note.audit(),
        }
    }

    fn to_note(self) -> Option<MessageNote> {
        match self.note? {
            Note::Text(text) => serde_json::from_str(text).ok(),
            Note::Read(note) => Some(note.clone()),
        }
    }
}

/// A text that may still be written as JSON writes it.
#[derive(Clone, Copy, Debug)]
pub struct Text<'t> {
    written: &'t str,
    is_escaped: bool,
}

impl<'t> Text<'t> {
    /// A text that is as it reads.
    #[must_use]
    pub fn plain(text: &'t str) -> Self {
        Text { written: text, is_escaped: false }
    }

    /// A text in double quotes with escapes, which have been checked.
    pub(super) fn quoted(written: &'t str) -> Self {
        Text { written, is_escaped: true }
    }

    /// The text, if it is written without escapes.
    pub(super) fn unescaped(&self) -> Option<&'t str> {
        (!self.is_escaped).then_some(self.written)
    }

    /// The text.
    #[must_use]
    pub fn get(&self) -> Cow<'t, str> {
        if !self.is_escaped {
            return Cow::Borrowed(self.written);
        }
        Cow::Owned(unescape(self.written))
    }
}

/// The text of a string in double quotes, whose escapes have been checked.
fn unescape(quoted: &str) -> String {
    let mut rest = quoted.get(1..quoted.len() - 1).unwrap_or_default();
    let mut text = String::with_capacity(rest.len());
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        text.push(match rest.as_bytes().get(at + 1) {
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(same @ (b'"' | b'\\' | b'/')) => char::from(*same),
            // A character by its number, of which one may need two.
            _ => return serde_json::from_str(quoted).unwrap_or_default(),
        });
        rest = &rest[at + 2..];
    }
    text.push_str(rest);
    text
}

impl<'t> Entry<'t> {
    /// An entry that has all the keys that every entry has, and no other.
    pub(super) fn new(part: Part, index: usize, persona: Text<'t>, messages: Vec<DecidedMessage<'t>>) -> Self {
        Entry { part, index, place: None, persona, messages, whole: None }
    }

    /// An entry that was read already.
    #[must_use]
    pub fn from_result(part: Part, index: usize, result: &'t PersonaResult) -> Self {
        let said = |judged: &'t Judged| DecidedMessage {
            message: Text::plain(&judged.message),
            yes: judged.decision.decision,
            reasoning: Text::plain(&judged.decision.reasoning),
            score: judged.decision.score(),
            note: judged.rejoinder.as_ref().map(Note::Read),
        };
        Entry {
            part,
            index,
            place: None,
            persona: Text::plain(&result.persona),
            messages: result.messages.iter().map(said).collect(),
            whole: Some(result),
        }
    }

    /// The same entry, whose bytes are at this place in the file.
    pub(super) fn at(self, place: Range<u64>) -> Self {
        Entry { place: Some(place), ..self }
    }

    /// Keys of the entry itself that this version does not know, where it has some.
    #[must_use]
    pub fn extra(&self) -> Option<&'t Map> {
        self.whole.map(|whole| &whole.extra).filter(|extra| !extra.is_empty())
    }

    /// The entry with all its keys, to be kept.
    #[must_use]
    pub fn to_result(&self) -> PersonaResult {
        if let Some(whole) = self.whole {
            return whole.clone();
        }
        let judged = |said: &DecidedMessage<'_>| Judged {
            message: said.message.get().into_owned(),
            decision: Decision {
                decision: said.yes,
                reasoning: said.reasoning.get().into_owned(),
                extra: said.score.map(|score| (SCORE.to_owned(), score.into())).into_iter().collect(),
            },
            rejoinder: said.to_note(),
            extra: Map::new(),
        };
        PersonaResult {
            persona: self.persona.get().into_owned(),
            messages: self.messages.iter().map(judged).collect(),
            extra: Map::new(),
        }
    }
}
