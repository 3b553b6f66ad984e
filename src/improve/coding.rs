//! Which reasonings of a run are in which groups: read once, and never asked again.
//!
//! A coding holds everything that pages say about objections, including a quote for each group, so that showing it does
//! not take another reading of the run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::codebook::{Codebook, Side};
use super::feedback::{Reasoning, shortened};
use super::objections::{LONGEST_QUOTE, OTHER, Objection};

/// Groups of one reasoning at most.
pub const MOST_GROUPS_EACH: usize = 3;

/// The groups of a run's reasonings. It stands in the results file of a cycle, or beside a file that was read later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coding {
    /// The model that sorted.
    pub coder: String,
    /// The groups that it was given.
    pub codebook: Codebook,
    /// Reasonings that the model was asked about: an even sample if there were more than are sorted ...
    pub asked: usize,
    /// ... of so many.
    pub of: usize,
    /// Whether the reasonings that fit no group have been searched for further groups.
    #[serde(default)]
    pub looked_further: bool,
    /// What it sorted, by persona and message. What is missing is unsorted.
    codes: Vec<Code>,
    /// A reasoning of each group of the codebook, by its place.
    quotes: BTreeMap<u16, String>,
    /// One reasoning of a no, and one of a yes, that is in no group.
    other_quotes: [Option<String>; 2],
}

/// The groups of one reasoning. In a file it is a text, `persona.message decision groups`, such as `12.0 no 3 1`, with
/// everything counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code {
    /// Index of the persona in the run.
    pub persona: u32,
    /// Index of its message.
    pub message: u32,
    /// The decision.
    pub yes: bool,
    /// Places in the codebook, the main group first; none where it fits no group.
    pub groups: Vec<u16>,
}

impl Coding {
    /// A coding with nothing sorted yet: `asked` reasonings, out of `of`, will be asked about.
    #[must_use]
    pub fn new(coder: impl Into<String>, codebook: Codebook, asked: usize, of: usize) -> Self {
        Coding { coder: coder.into(), codebook, asked, of, ..Coding::default() }
    }

    /// What was sorted, by persona and message.
    #[must_use]
    pub fn codes(&self) -> &[Code] {
        &self.codes
    }

    /// The groups of a reasoning; `None` where it is unsorted.
    #[must_use]
    pub fn code(&self, persona: usize, message: usize) -> Option<&Code> {
        let place = (u32::try_from(persona).ok()?, u32::try_from(message).ok()?);
        let at = self.codes.binary_search_by_key(&place, Code::place).ok()?;
        self.codes.get(at)
    }

    /// The names of a reasoning's groups, the main one first: [`OTHER`] where it fits none, `None` where it is
    /// unsorted.
    #[must_use]
    pub fn names(&self, persona: usize, message: usize) -> Option<Vec<&str>> {
        let code = self.code(persona, message)?;
        let groups = code.groups.iter().filter_map(|place| self.codebook.groups().get(usize::from(*place)));
        let names: Vec<&str> = groups.map(|group| group.name.as_str()).collect();
        Some(if names.is_empty() { vec![OTHER] } else { names })
    }

    /// Adds what was sorted, in place of what was sorted before for the same reasonings. `reasonings` are all that were
    /// asked about, now and before: quotes are chosen among them.
    pub fn add(&mut self, codes: impl IntoIterator<Item = Code>, reasonings: &[Reasoning<'_>]) {
        let mut all: BTreeMap<(u32, u32), Code> = self.codes.drain(..).map(|code| (code.place(), code)).collect();
        all.extend(codes.into_iter().map(|code| (code.place(), code)));
        self.codes = all.into_values().collect();
        self.quote(reasonings);
    }

    /// Chooses a quote for each group: the shortest reasoning that it decided, or else the shortest that is in it.
    fn quote(&mut self, reasonings: &[Reasoning<'_>]) {
        let mut quotes: BTreeMap<u16, Quote<'_>> = BTreeMap::new();
        let mut others: [Option<Quote<'_>>; 2] = [None, None];
        for said in reasonings {
            let Some(code) = self.code(said.persona, said.message) else { continue };
            let length = said.text.chars().count();
            for (number, place) in code.groups.iter().enumerate() {
                let quote = Quote { is_further: number > 0, length, text: said.text };
                quotes.entry(*place).and_modify(|known| *known = (*known).min(quote)).or_insert(quote);
            }
            if code.groups.is_empty() {
                let quote = Quote { is_further: false, length, text: said.text };
                let other = &mut others[usize::from(code.yes)];
                *other = Some(other.map_or(quote, |known| known.min(quote)));
            }
        }
        let shown = |quote: Quote<'_>| shortened(quote.text, LONGEST_QUOTE);
        self.other_quotes = others.map(|quote| quote.map(shown));
        self.quotes = quotes.into_iter().map(|(place, quote)| (place, shown(quote))).collect();
    }

    /// The groups of one side that anybody is in, the most frequent first; the group for everything else comes last.
    #[must_use]
    pub fn counted(&self, side: Side) -> Vec<Objection> {
        let (mut counts, mut others) = (BTreeMap::<u16, Count>::new(), Count::default());
        for code in self.codes.iter().filter(|code| Side::from_decision(code.yes) == side) {
            code.groups.iter().for_each(|place| counts.entry(*place).or_default().add(code.persona));
            if code.groups.is_empty() {
                others.add(code.persona);
            }
        }
        let objection = |count: &Count, name: &str, quote: Option<&String>| Objection {
            name: name.to_owned(),
            count: count.reasonings,
            personas: count.personas,
            quote: quote.cloned().unwrap_or_default(),
        };
        let mut found: Vec<Objection> = counts
            .iter()
            .filter_map(|(place, count)| {
                let group = self.codebook.groups().get(usize::from(*place))?;
                Some(objection(count, &group.name, self.quotes.get(place)))
            })
            .collect();
        // Names break ties so that equal counts always come in the same order.
        found.sort_by(|a, b| (b.personas, b.count).cmp(&(a.personas, a.count)).then_with(|| a.name.cmp(&b.name)));
        if others.reasonings > 0 {
            found.push(objection(&others, OTHER, self.other_quotes[usize::from(side == Side::InFavour)].as_ref()));
        }
        found
    }

    /// Personas of whom something is sorted.
    #[must_use]
    pub fn personas(&self) -> usize {
        let mut count = Count::default();
        self.codes.iter().for_each(|code| count.add(code.persona));
        count.personas
    }

    /// Whether this program can have written it: every reasoning once and in order, every group in the codebook and on
    /// the side of the decision.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let is_known = |code: &Code| {
            let side = Side::from_decision(code.yes);
            let fits =
                |place: &u16| self.codebook.groups().get(usize::from(*place)).is_some_and(|group| group.side == side);
            code.groups.len() <= MOST_GROUPS_EACH && code.groups.iter().all(fits)
        };
        self.codes.windows(2).all(|pair| pair[0].place() < pair[1].place()) && self.codes.iter().all(is_known)
    }
}

/// A candidate for a group's quote; the least of them is chosen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Quote<'a> {
    /// Whether another group decided it.
    is_further: bool,
    length: usize,
    text: &'a str,
}

/// Reasonings, and distinct personas, whose reasonings come one after the other.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    reasonings: usize,
    personas: usize,
    last: Option<u32>,
}

impl Count {
    fn add(&mut self, persona: u32) {
        self.reasonings += 1;
        if self.last != Some(persona) {
            self.personas += 1;
            self.last = Some(persona);
        }
    }
}

impl Code {
    fn place(&self) -> (u32, u32) {
        (self.persona, self.message)
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        let decision = if code.yes { "yes" } else { "no" };
        let groups: String = code.groups.iter().map(|place| format!(" {place}")).collect();
        format!("{}.{} {decision}{groups}", code.persona, code.message)
    }
}

impl TryFrom<String> for Code {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let read = || {
            let mut words = text.split(' ');
            let (persona, message) = words.next()?.split_once('.')?;
            let yes = match words.next()? {
                "yes" => true,
                "no" => false,
                _ => return None,
            };
            let groups = words.map(|place| place.parse().ok()).collect::<Option<_>>()?;
            Some(Code { persona: persona.parse().ok()?, message: message.parse().ok()?, yes, groups })
        };
        read().ok_or_else(|| "a code is written `persona.message decision groups`, such as `12.0 no 3 1`".to_owned())
    }
}

#[cfg(test)]
mod tests;
