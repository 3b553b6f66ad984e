//! Screens a challenger before a call is spent on it.
//!
//! What a message would pay for is found here: a text that is no prompt, words of the decision makers in place of words to
//! a writer, details of one persona made a rule for all, claims that the facts do not hold. An instruction that offends is
//! cut out where the rest stands without it; else the challenger is dropped, and the reason says with which passage.

mod details;
mod quotes;
mod tidy;

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use details::Details;
use quotes::Quotes;

use super::feedback::shortened;
use super::parts::{self, Part, Parts};
use super::soundness;

/// Characters that a challenger may have, unless the caller says otherwise.
pub const LONGEST: usize = soundness::MOST_CHARACTERS;
/// A challenger may be so many times as long as the incumbent ...
const GROWTH: usize = 3;
/// ... and in any case so many characters.
const ALWAYS_ALLOWED: usize = 4_000;
/// Characters of a passage that is quoted in a reason.
const LONGEST_PASSAGE: usize = 160;
/// Rounds of cutting: what is left after one is read again as a whole.
const ROUNDS: usize = 4;

/// What is wrong with a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is no prompt, or not for this offer; see [`soundness`].
    Unsound(&'static str),
    /// More characters than it may have.
    TooLong {
        /// That many.
        most: usize,
    },
    /// It stops in the middle.
    BreaksOff,
    /// A blank to be filled in, of more than may be there.
    Blank,
    /// Eight words or more that the decision maker's prompt or a reasoning has.
    Quotes,
    /// The name of a criterion of the decision maker's prompt.
    Criterion,
    /// What only one or a few personas have.
    Detail,
    /// What the facts do not support.
    Invents,
    /// Nothing is left of it that differs from the incumbent.
    NothingNew,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Unsound(fault) => f.write_str(fault),
            Why::TooLong { most } => write!(f, "it has more than {most} characters"),
            Why::BreaksOff => f.write_str("it breaks off"),
            Why::Blank => f.write_str("it is one of many placeholders"),
            Why::Quotes => f.write_str("it repeats the decision makers' words"),
            Why::Criterion => f.write_str("it names a criterion of the decision maker's prompt"),
            Why::Detail => f.write_str("it is a detail of one or a few personas"),
            Why::Invents => f.write_str("the facts do not support it"),
            Why::NothingNew => f.write_str("without what was cut it is the prompt in use"),
        }
    }
}

/// One fault of a challenger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub why: Why,
    /// The passage, on one line, at most 160 characters; empty where it is the whole.
    pub passage: String,
}

impl Fault {
    fn of(why: Why, passage: &str) -> Self {
        Fault { why, passage: shortened(passage, LONGEST_PASSAGE) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.passage.is_empty() { write!(f, "{}", self.why) } else { write!(f, "{}: {:?}", self.why, self.passage) }
    }
}

/// What was cut out of a challenger. For the results file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// What was cut.
    pub passage: String,
    /// Why.
    pub why: String,
}

/// A challenger that may be tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screened {
    /// The prompt, repaired.
    pub prompt: String,
    /// What was cut out of it.
    pub repaired: Vec<Cut>,
}

/// A challenger that is not worth a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", listed(.faults))]
pub struct Dropped {
    /// Everything that was found, the worst first.
    pub faults: Vec<Fault>,
}

fn listed(faults: &[Fault]) -> String {
    faults.iter().take(3).map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Passages of a text that claim what nothing supports, as they stand in it.
pub type Invents<'i> = &'i dyn Fn(&str) -> Vec<String>;

/// What challengers of one incumbent are held against.
#[derive(Clone, Debug, Default)]
pub struct Screen {
    incumbent: String,
    /// The incumbent's instructions and statements by their keys.
    own: (String, Vec<String>),
    longest: usize,
    quotes: Quotes,
    /// Words of the incumbent and the facts.
    known: HashSet<String>,
    details: Option<Arc<Details>>,
}

impl Screen {
    /// A screen for challengers of this incumbent. What the incumbent and the facts say may be said again.
    #[must_use]
    pub fn new(incumbent: &str, facts: &str) -> Self {
        let mut screen =
            Screen { incumbent: incumbent.to_owned(), own: meaning(incumbent), longest: LONGEST, ..Screen::default() };
        for text in [incumbent, facts] {
            screen.quotes.allow(text);
            details::known(text, &mut screen.known);
        }
        screen
    }

    /// With another limit of characters than [`LONGEST`].
    #[must_use]
    pub fn longest(mut self, characters: usize) -> Self {
        self.longest = characters;
        self
    }

    /// Guards the decision maker's prompt. `facts` and the incumbent may share its words.
    #[must_use]
    pub fn guarding_decisions(mut self, decision_prompt: &str, facts: &str) -> Self {
        self.quotes.guard(decision_prompt);
        self.quotes.guard_terms(decision_prompt, &format!("{}\n{facts}", self.incumbent));
        self
    }

    /// Guards reasonings: those that the improver is shown, which are all that it can quote; one a line or one by one.
    pub fn guard(&mut self, reasonings: &str) {
        reasonings.lines().for_each(|line| self.quotes.guard(line));
    }

    /// With the details of the personas.
    #[must_use]
    pub fn with_details(mut self, details: Arc<Details>) -> Self {
        self.details = Some(details);
        self
    }

    /// Characters that a challenger may have: as many as the option says, but no more than three times the incumbent or
    /// 4,000; an incumbent that is longer already may stay as long.
    #[must_use]
    pub fn most_characters(&self) -> usize {
        let own = self.incumbent.chars().count();
        self.longest.min((GROWTH * own).max(ALWAYS_ALLOWED)).max(own)
    }

    /// Reads a challenger and repairs what can be repaired. `invents` gives the passages that the facts do not support.
    ///
    /// # Errors
    /// When a fault is not in an instruction, or when what is left is no challenger.
    pub fn screened(&self, challenger: &str, invents: Invents<'_>) -> Result<Screened, Dropped> {
        let (mut prompt, mut repaired) = tidy::tidy(challenger);
        for _ in 0..ROUNDS {
            if let Some(fault) = self.hopeless(&prompt) {
                return Err(Dropped { faults: vec![fault] });
            }
            let parts = Parts::of(&prompt);
            let found = self.found(&prompt, &parts, invents);
            if found.is_empty() {
                let last = soundness::fault(&prompt, &self.incumbent).map(Why::Unsound);
                let last = last.or_else(|| (meaning(&prompt) == self.own).then_some(Why::NothingNew));
                return match last {
                    None => Ok(Screened { prompt, repaired }),
                    Some(why) => Err(Dropped { faults: vec![Fault::of(why, "")] }),
                };
            }
            let all: BTreeSet<usize> = found.iter().filter_map(|(place, _)| *place).collect();
            let beyond_repair = found.iter().any(|(place, _)| place.is_none());
            if beyond_repair || all.len() >= parts.instructions().len() {
                // What cannot be cut out comes first.
                let (mut faults, rest): (Vec<_>, Vec<_>) = found.into_iter().partition(|(place, _)| place.is_none());
                faults.extend(rest);
                return Err(Dropped { faults: faults.into_iter().map(|(_, fault)| fault).collect() });
            }
            for place in &all {
                let mut why: Vec<String> = Vec::new();
                for (_, fault) in found.iter().filter(|(own, _)| own.as_ref() == Some(place)) {
                    let text = fault.to_string();
                    if !why.contains(&text) {
                        why.push(text);
                    }
                }
                let passage = shortened(&parts.instructions()[*place].text, 600);
                repaired.push(Cut { passage, why: why.join("; ") });
            }
            prompt = parts.without(&all);
        }
        Err(Dropped { faults: vec![Fault::of(Why::NothingNew, "")] })
    }

    /// Everything that is wrong with a challenger as it stands, unrepaired.
    #[must_use]
    pub fn faults(&self, challenger: &str, invents: Invents<'_>) -> Vec<Fault> {
        let whole = soundness::fault(challenger, &self.incumbent).map(|fault| Fault::of(Why::Unsound(fault), ""));
        match self.hopeless(challenger).or(whole) {
            Some(fault) => vec![fault],
            None => {
                self.found(challenger, &Parts::of(challenger), invents).into_iter().map(|(_, fault)| fault).collect()
            }
        }
    }

    /// What no cut can mend.
    fn hopeless(&self, prompt: &str) -> Option<Fault> {
        let most = self.most_characters();
        if prompt.chars().nth(most).is_some() {
            return Some(Fault::of(Why::TooLong { most }, ""));
        }
        if prompt.trim().is_empty() {
            return Some(Fault::of(Why::Unsound("it is empty"), ""));
        }
        let fault = soundness::fault(prompt, &self.incumbent)?;
        // Placeholders may be cut out.
        let passage = if fault == soundness::UNCHANGED { "" } else { first_line(prompt) };
        (fault != soundness::FULL_OF_BLANKS).then(|| Fault::of(Why::Unsound(fault), passage))
    }

    /// Faults with the instructions that they are in; those that are elsewhere have none.
    fn found(&self, prompt: &str, parts: &Parts, invents: Invents<'_>) -> Vec<(Option<usize>, Fault)> {
        let mut found = Vec::new();
        let mut number = 0;
        let old = soundness::blanks(&self.incumbent);
        let too_many = soundness::blanks(prompt).difference(&old).count() > soundness::MOST_BLANKS;
        for (part, text) in parts.pieces() {
            let place = (part == Part::Instruction).then(|| {
                number += 1;
                number - 1
            });
            if too_many && let Some(blank) = soundness::blanks(text).difference(&old).next() {
                found.push((place, Fault::of(Why::Blank, blank)));
            }
            if let Some(quote) = self.quotes.quoted(text) {
                found.push((place, Fault::of(Why::Quotes, &quote)));
            } else if let Some(term) = self.quotes.term(text) {
                found.push((place, Fault::of(Why::Criterion, &term)));
            }
            // Headings are written with capitals.
            if part != Part::Heading
                && let Some(detail) = self.details.as_ref().and_then(|details| details.of_few(text, &self.known))
            {
                found.push((place, Fault::of(Why::Detail, &detail)));
            }
        }
        if let Some(passage) = soundness::breaks_off(prompt) {
            let passage = passage.trim_start_matches(['-', '*', '•', ' ']);
            let last =
                parts.pieces().last().is_some_and(|(part, text)| part == Part::Instruction && text.ends_with(passage));
            let place = last.then(|| parts.instructions().len().saturating_sub(1));
            found.push((place, Fault::of(Why::BreaksOff, passage)));
        }
        for passage in invents(prompt) {
            for place in places(prompt, parts, &passage) {
                // What the incumbent's offer says already is not this challenger's doing.
                if place.is_some() || !self.incumbent.contains(passage.trim()) {
                    found.push((place, Fault::of(Why::Invents, &passage)));
                }
            }
        }
        found
    }
}

/// A rewrite without what was only said about it.
pub(super) fn bare(rewrite: &str) -> String {
    tidy::tidy(rewrite).0
}

fn first_line(text: &str) -> &str {
    text.trim_start().lines().next().unwrap_or_default()
}

/// What a prompt comes down to: two with the same statements and instructions ask for the same messages.
fn meaning(prompt: &str) -> (String, Vec<String>) {
    let parts = Parts::of(prompt);
    (parts::key(parts.statements()), parts.instructions().iter().map(|own| own.key.clone()).collect())
}

/// The instructions that a passage is in, `None` for one that is elsewhere.
fn places(prompt: &str, parts: &Parts, passage: &str) -> Vec<Option<usize>> {
    let passage = passage.trim();
    let at = if passage.is_empty() { None } else { prompt.find(passage) };
    let mut found = Vec::new();
    let mut number = 0;
    let wanted = parts::key(passage);
    for (part, span) in parts.spans() {
        let place = (part == Part::Instruction).then(|| {
            number += 1;
            number - 1
        });
        let is_in = match at {
            Some(at) => span.start < at + passage.len() && at < span.end,
            // A passage that was tidied up is known by its words.
            None => !wanted.is_empty() && parts::key(&prompt[span]).contains(&wanted),
        };
        if is_in {
            found.push(place);
        }
    }
    if found.is_empty() {
        found.push(None);
    }
    found
}

#[cfg(test)]
mod tests;
