//! Screens what improvers propose, item by item, before a call is spent on a prompt with it.
//!
//! What a message would pay for is found here: a finished message in place of advice, words of the decision makers,
//! details of one persona made a rule for all, blanks that nobody ordered. An item that offends is cut; the rest of the
//! proposal stands. Whether advice asks to claim what the facts do not hold only a reader can tell:
//! [`item_check`](super::item_check).

mod details;
mod message;
mod quotes;
mod tidy;

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use details::Details;
use quotes::Quotes;

use super::feedback::shortened;
use super::fold::key;
use super::item_check::Flag;
use super::parts::{PromptParts, variables};
use super::proposal::{Item, Rewrite, apply};
use crate::data;

/// Characters that a prompt may have, unless the caller says otherwise. Longer prompts cost more on every message and
/// are followed less.
pub const LONGEST: usize = 12_000;
/// A prompt may be this many times as long as its fixed part ...
const GROWTH: usize = 3;
/// ... and in any case have this many characters, which it may also add to the fixed part.
const ALWAYS_ALLOWED: usize = 4_000;
/// Characters of an item: longer ones are texts of their own.
const LONGEST_ITEM: usize = 1_200;
/// Characters of a passage that is quoted in a reason.
const LONGEST_PASSAGE: usize = 160;

/// What is wrong with an item, or with a whole proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is a message instead of advice on how to write one.
    Message,
    /// It repeats the delimiters of the request.
    Delimiters,
    /// More characters than it may have.
    TooLong,
    /// It stops in the middle.
    BreaksOff,
    /// A blank to be filled in that the first prompt does not have.
    Blank,
    /// Eight words or more that the decision maker's prompt or a reasoning has.
    Quotes,
    /// The name of a criterion of the decision maker's prompt.
    Criterion,
    /// What only one or a few personas have.
    Detail,
    /// It asks to claim what the facts do not hold, says a reader.
    Invents,
    /// Nothing is left of it that differs from the prompt in use.
    NothingNew,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Why::Message => "it is a finished message, not advice on how to write one",
            Why::Delimiters => "it repeats the delimiters of the request",
            Why::TooLong => "it is longer than a prompt may become",
            Why::BreaksOff => "it breaks off",
            Why::Blank => "it has a placeholder that the first prompt does not have",
            Why::Quotes => "it repeats the decision makers' words",
            Why::Criterion => "it names a criterion of the decision maker's prompt",
            Why::Detail => "it is a detail of one or a few personas",
            Why::Invents => "it asks to claim what the facts do not support",
            Why::NothingNew => "its advice is that of the prompt in use",
        })
    }
}

/// Characters that a prompt with these facts and rules may have: as many as the option says, but no more than three
/// times what is fixed or 4,000. Beyond a long fixed part there is room in any case.
#[must_use]
pub fn most_characters(parts: &PromptParts, longest: usize) -> usize {
    let fixed = parts.fixed().chars().count();
    longest.min((GROWTH * fixed).max(ALWAYS_ALLOWED)).max(fixed + ALWAYS_ALLOWED.min(longest / 2))
}

/// What was cut out of a proposal. For the results file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// What was cut.
    pub passage: String,
    /// Why.
    pub why: String,
}

/// A proposal whose prompt may be tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screened {
    /// Its advice, repaired.
    pub items: Vec<Item>,
    /// What was cut out of it.
    pub repaired: Vec<Cut>,
}

/// A proposal that is not worth a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}{}", quoted(.cuts))]
pub struct Dropped {
    /// What is wrong with all of it.
    pub why: Why,
    /// What was cut out before nothing was left.
    pub cuts: Vec<Cut>,
}

fn quoted(cuts: &[Cut]) -> String {
    let cut = |cut: &Cut| format!("; cut {:?}: {}", shortened(&cut.passage, LONGEST_PASSAGE), cut.why);
    cuts.iter().take(3).map(cut).collect()
}

/// What proposals are held against.
#[derive(Clone, Debug, Default)]
pub struct Screen {
    parts: PromptParts,
    /// The advice of the prompt in use.
    advice: Vec<String>,
    longest: usize,
    quotes: Quotes,
    /// Words of the first prompt and the facts.
    known: BTreeSet<String>,
    /// Placeholders that the first prompt has.
    ordered: BTreeSet<String>,
    /// What decision makers said.
    said: String,
    /// Details of one or a few personas.
    few: BTreeSet<String>,
}

impl Screen {
    /// A screen for changes to this advice. What the first prompt and the facts say may be said again.
    #[must_use]
    pub fn new(parts: &PromptParts, advice: &[String], facts: &str) -> Self {
        let prompt = format!("{}\n{}", parts.prompt(), advice.join("\n"));
        let ordered = variables(&prompt).into_iter().map(str::to_owned).collect();
        let known = details::words(&format!("{prompt}\n{facts}"));
        let (parts, advice) = (parts.clone(), advice.to_vec());
        let mut screen = Screen { parts, advice, longest: LONGEST, known, ordered, ..Screen::default() };
        screen.quotes.allow(&prompt);
        screen.quotes.allow(facts);
        screen
    }

    /// With another limit of characters than [`LONGEST`].
    #[must_use]
    pub fn longest(mut self, characters: usize) -> Self {
        self.longest = characters;
        self
    }

    /// Guards the decision maker's prompt. `facts` and the first prompt may share its words.
    #[must_use]
    pub fn guarding_decisions(mut self, decision_prompt: &str, facts: &str) -> Self {
        self.quotes.guard(decision_prompt);
        self.quotes.guard_terms(decision_prompt, &format!("{}\n{facts}", self.parts.prompt()));
        self
    }

    /// Guards reasonings, one a line: those that the improver is shown, which are all that it can quote.
    pub fn guard(&mut self, reasonings: &str) {
        reasonings.lines().for_each(|line| self.quotes.guard(line));
        self.said.push_str(reasonings);
        self.said.push('\n');
    }

    /// Looks up which names and figures of these rewrites only one or a few of the personas have.
    ///
    /// # Errors
    /// Where a persona cannot be read.
    pub fn look_up(&mut self, rewrites: &[Rewrite], details: &Details) -> Result<(), data::Error> {
        let items: Vec<Item> =
            rewrites.iter().flat_map(|rewrite| self.items(rewrite)).filter(|item| self.is_new(item)).collect();
        let texts: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
        self.few = details.of_few(&texts, &self.said)?;
        self.few.retain(|detail| !self.known.contains(detail));
        Ok(())
    }

    /// Reads a proposal and cuts the items that offend. Items of the prompt in use are not read again.
    ///
    /// # Errors
    /// When all of it is no advice, or nothing new is left.
    pub fn screened(&self, rewrite: &Rewrite) -> Result<Screened, Dropped> {
        if let Rewrite::Prompt(text) = rewrite
            && message::is_message(tidy::tidy(text))
        {
            return Err(Dropped { why: Why::Message, cuts: Vec::new() });
        }
        let (mut kept, mut repaired) = (Vec::new(), Vec::new());
        let items = self.items(rewrite);
        let texts: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
        let last = message::last_breaks_off(&texts).then(|| items.len() - 1);
        for (at, item) in items.iter().enumerate() {
            let fault = if self.is_new(item) { self.fault(&item.text, last == Some(at)) } else { None };
            match fault {
                None => kept.push(item.clone()),
                Some((why, passage)) => repaired.push(cut(&item.text, why, passage)),
            }
        }
        while self.length(&kept) > most_characters(&self.parts, self.longest) {
            let Some(item) = kept.pop() else { break };
            repaired.push(cut(&item.text, Why::TooLong, ""));
        }
        self.judged(kept, repaired)
    }

    /// The same without the items that a reader flagged.
    ///
    /// # Errors
    /// When nothing new is left.
    pub fn without(&self, screened: Screened, flags: &[Flag]) -> Result<Screened, Dropped> {
        let Screened { items, mut repaired } = screened;
        let mut kept = Vec::new();
        for item in items {
            match flags.iter().find(|flag| key(&flag.item) == key(&item.text) && self.is_new(&item)) {
                None => kept.push(item),
                Some(flag) => repaired.push(cut(&item.text, flag.why, &flag.quote)),
            }
        }
        self.judged(kept, repaired)
    }

    /// Whether the prompt in use has no such item.
    #[must_use]
    pub fn is_new(&self, item: &Item) -> bool {
        !self.advice.iter().any(|advice| key(advice) == key(&item.text))
    }

    fn judged(&self, items: Vec<Item>, repaired: Vec<Cut>) -> Result<Screened, Dropped> {
        let same = items.len() == self.advice.len() && !items.iter().any(|item| self.is_new(item));
        if same { Err(Dropped { why: Why::NothingNew, cuts: repaired }) } else { Ok(Screened { items, repaired }) }
    }

    /// The advice that results from a rewrite; what facts and rules say already is no advice.
    fn items(&self, rewrite: &Rewrite) -> Vec<Item> {
        let mut items = match rewrite {
            Rewrite::Changes(changes) => apply(changes, &self.advice),
            Rewrite::Prompt(text) => {
                self.parts.advice_in(tidy::tidy(text)).iter().map(|text| Item::bare(text)).collect()
            }
        };
        items.retain(|item| !self.parts.states(&item.text));
        items
    }

    fn length(&self, items: &[Item]) -> usize {
        let texts: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
        self.parts.compose(&texts).chars().count()
    }

    /// What is wrong with an item, and with which passage of it.
    fn fault<'t>(&'t self, text: &'t str, is_unlike_its_list: bool) -> Option<(Why, &'t str)> {
        if text.chars().nth(LONGEST_ITEM).is_some() {
            return Some((Why::TooLong, ""));
        }
        if ["<facts-", "<rules-", "<advice-", "<prompt-", "<feedback-", "<objections-", "</"]
            .iter()
            .any(|tag| text.contains(tag))
        {
            return Some((Why::Delimiters, ""));
        }
        if message::is_message(text) {
            return Some((Why::Message, ""));
        }
        if let Some(blank) = variables(text).into_iter().find(|blank| !self.ordered.contains(*blank)) {
            return Some((Why::Blank, blank));
        }
        if let Some(quote) = self.quotes.quoted(text) {
            return Some((Why::Quotes, quote));
        }
        if let Some(term) = self.quotes.term(text) {
            return Some((Why::Criterion, term));
        }
        if let Some(detail) = details::first_of(text, &self.few) {
            return Some((Why::Detail, detail));
        }
        let end = message::breaks_off(text).or_else(|| is_unlike_its_list.then_some(text));
        end.map(|end| (Why::BreaksOff, end))
    }
}

fn cut(item: &str, why: Why, passage: &str) -> Cut {
    let passage = shortened(passage, LONGEST_PASSAGE);
    let why = if passage.is_empty() { why.to_string() } else { format!("{why}: {passage:?}") };
    Cut { passage: shortened(item, 600), why }
}

#[cfg(test)]
mod tests;
