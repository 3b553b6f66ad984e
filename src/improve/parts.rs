//! The parts of a prompt: facts of the offer, rules that the sender requires, and advice on how to write.
//!
//! Facts and rules stand in every prompt of a lineage word for word; only advice changes. Which block of the first
//! prompt is what is marked once per lineage, by headings or by a model ([`Marking`]). Laid end to end, the pieces are
//! that prompt.

pub mod layout;
mod marking;
mod variables;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::fold::{key, stands_in};
use layout::{Block, Shape, blocks, has_wholes};
pub use marking::{Kept, Mark, Marking};
pub use variables::variables;

/// What a piece of a prompt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A fact of the offer, or who offers it to whom.
    Fact,
    /// What the sender requires: language, signature, opt-out, format, variables.
    Rule,
    /// How to write so that people say yes.
    Advice,
}

/// A stretch of a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// What it is.
    pub part: Part,
    /// As it stands, line breaks included.
    pub text: String,
    /// For advice: how it reads in a list, with the heading that it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
}

/// Who said which piece is what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkedBy {
    /// The prompt's own headings, and what was to be kept.
    Headings,
    /// The improver's model.
    Model,
    /// An older record of the lineage.
    Record,
    /// Nobody: everything is fixed.
    #[default]
    Nobody,
}

/// A prompt's parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Record", into = "Record")]
pub struct PromptParts {
    by: MarkedBy,
    pieces: Vec<Piece>,
    fixed: String,
    /// What is fixed, folded.
    fixed_key: String,
}

/// As it stands in a file.
#[derive(Serialize, Deserialize)]
struct Record {
    #[serde(default)]
    by: MarkedBy,
    pieces: Vec<Piece>,
}

impl From<Record> for PromptParts {
    fn from(record: Record) -> Self {
        PromptParts::new(record.by, record.pieces)
    }
}

impl From<PromptParts> for Record {
    fn from(parts: PromptParts) -> Self {
        Record { by: parts.by, pieces: parts.pieces }
    }
}

/// The heading of the advice, in prompts that are put together.
const HEADING: &str = "## Advice";
/// The heading that earlier versions put over it.
const FORMER_HEADING: &str = "how to write";

impl PromptParts {
    /// A prompt of these pieces.
    #[must_use]
    pub fn new(by: MarkedBy, pieces: Vec<Piece>) -> Self {
        let fixed = fixed(&pieces);
        PromptParts { fixed_key: key(&fixed), by, pieces, fixed }
    }

    /// A prompt that is fixed from end to end.
    #[must_use]
    pub fn whole(by: MarkedBy, prompt: &str) -> Self {
        PromptParts::new(by, vec![Piece { part: Part::Rule, text: prompt.to_owned(), item: None }])
    }

    /// The parts of a lineage whose older record only has its offer. `incumbent` is the prompt in use: what has
    /// variables in it, or is to be kept, is fixed as well.
    ///
    /// # Errors
    /// Where a text that is to be kept stands in neither.
    pub fn from_offer(offer: &str, incumbent: &str, keep: &[String]) -> Result<Self, Kept> {
        let stands = |text: &str, wanted: &String| !marking::occurrences(text, wanted).is_empty();
        if let Some(nowhere) = keep.iter().find(|wanted| !stands(offer, wanted) && !stands(incumbent, wanted)) {
            return Err(Kept(nowhere.clone()));
        }
        let offered = key(offer);
        let is_bound = |text: &&str| {
            let is_kept = keep.iter().any(|wanted| stands(text, wanted));
            (is_kept || !variables(text).is_empty()) && !stands_in(&key(text), &offered)
        };
        let blocks = blocks(incumbent);
        let texts = blocks.iter().filter(|block| block.is_content()).map(|block| &incumbent[block.content.clone()]);
        let all: Vec<&str> = std::iter::once(offer.trim_end()).chain(texts.filter(is_bound)).collect();
        Ok(PromptParts::whole(MarkedBy::Record, all.join("\n\n").trim_start()))
    }

    /// Makes rules of all pieces that hold these texts, or a part of their occurrence.
    ///
    /// # Errors
    /// Where one of them stands nowhere.
    pub fn keep(&mut self, texts: &[String]) -> Result<(), Kept> {
        let prompt = self.prompt();
        for text in texts {
            let found = marking::occurrences(&prompt, text);
            if found.is_empty() {
                return Err(Kept(text.clone()));
            }
            let mut start = 0;
            for piece in &mut self.pieces {
                let end = start + piece.text.len();
                let holds = found.iter().any(|found| found.start < end && start < found.end);
                if holds && piece.part == Part::Advice {
                    (piece.part, piece.item) = (Part::Rule, None);
                }
                start = end;
            }
        }
        *self = PromptParts::new(self.by, std::mem::take(&mut self.pieces));
        Ok(())
    }

    /// Who marked the pieces.
    #[must_use]
    pub fn by(&self) -> MarkedBy {
        self.by
    }

    /// Whether there are none: nobody has taken the prompt apart.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// All pieces, in their order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The prompt whose parts these are.
    #[must_use]
    pub fn prompt(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// Facts and rules: what stands in every prompt.
    #[must_use]
    pub fn fixed(&self) -> &str {
        &self.fixed
    }

    /// The pieces of one part, a line break between two.
    #[must_use]
    pub fn text_of(&self, part: Part) -> String {
        let pieces = self.pieces.iter().filter(|piece| piece.part == part);
        pieces.map(|piece| piece.text.trim()).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// What the offer may claim: the facts, or the whole prompt where nobody has told them apart.
    #[must_use]
    pub fn facts(&self) -> String {
        let facts = self.text_of(Part::Fact);
        if facts.is_empty() { self.prompt().trim().to_owned() } else { facts }
    }

    /// The advice of the prompt, item by item.
    #[must_use]
    pub fn advice(&self) -> Vec<String> {
        let advice = self.pieces.iter().filter(|piece| piece.part == Part::Advice);
        advice
            .map(|piece| clean(piece.item.as_deref().unwrap_or(&piece.text)))
            .filter(|item| !item.is_empty())
            .collect()
    }

    /// Whether a text says nothing that facts and rules do not say, word for word.
    #[must_use]
    pub fn states(&self, text: &str) -> bool {
        stands_in(&key(text), &self.fixed_key)
    }

    /// The prompt with this advice: facts and rules word for word in their order, then the items. Without any, facts
    /// and rules alone.
    #[must_use]
    pub fn compose<T: AsRef<str>>(&self, items: &[T]) -> String {
        let items: Vec<String> =
            items.iter().map(|item| clean(item.as_ref())).filter(|item| !item.is_empty()).collect();
        if items.is_empty() {
            return self.fixed.clone();
        }
        let mut prompt = self.fixed.trim_end().to_owned();
        if !prompt.is_empty() {
            prompt.push_str("\n\n");
        }
        prompt.push_str(HEADING);
        for item in items {
            prompt.push_str("\n- ");
            prompt.push_str(&item.replace('\n', "\n  "));
        }
        prompt
    }

    /// The advice of any prompt of the lineage, item by item. A prompt that was not put together here is taken apart by
    /// its layout; what the fixed part says already is left out.
    #[must_use]
    pub fn advice_in(&self, prompt: &str) -> Vec<String> {
        if let Some(items) = self.composed(prompt) {
            return items;
        }
        if prompt.trim() == self.prompt().trim() { self.advice() } else { self.beyond(prompt) }
    }

    /// The items of a prompt that [`PromptParts::compose`] put together.
    fn composed(&self, prompt: &str) -> Option<Vec<String>> {
        let fixed = self.fixed.trim_end();
        let rest = prompt.trim_end().strip_prefix(fixed)?;
        if rest.is_empty() {
            return Some(Vec::new());
        }
        let between = if fixed.is_empty() { "" } else { "\n\n" };
        let list = rest.strip_prefix(between)?.strip_prefix(HEADING)?.strip_prefix('\n')?;
        let mut items: Vec<String> = Vec::new();
        for line in list.lines() {
            if let Some(first) = line.strip_prefix("- ") {
                items.push(first.to_owned());
            } else {
                let last = items.last_mut()?;
                last.push('\n');
                last.push_str(line.strip_prefix("  ")?);
            }
        }
        Some(items)
    }

    /// What a prompt says beyond the fixed part: items whole, paragraphs without the sentences that are fixed.
    fn beyond(&self, prompt: &str) -> Vec<String> {
        let blocks = blocks(prompt);
        let mut items: Vec<String> = Vec::new();
        // A line such as "Here is the new prompt:" is only what it announces.
        let mut announced: Option<String> = None;
        for (place, block) in blocks.iter().enumerate().filter(|(_, block)| block.is_content()) {
            let text = &prompt[block.content.clone()];
            let announcement = announced.take();
            if self.states(text) || key(text).is_empty() {
                continue;
            }
            if block.shape == Shape::Text && text.ends_with([':', '：']) && blocks.get(place + 1).is_some() {
                announced = Some(text.trim_end_matches([':', '：']).to_owned());
                continue;
            }
            let is_prose = block.shape == Shape::Text && !has_wholes(text);
            let text = if is_prose { self.new_sentences(text) } else { text.to_owned() };
            let names: Vec<String> = self.names_over(&blocks, place).into_iter().chain(announcement).collect();
            let item = with_headings(&names, &bare(&text));
            if !item.is_empty() && !items.iter().any(|other| key(other) == key(&item)) {
                items.push(item);
            }
        }
        items
    }

    fn new_sentences(&self, text: &str) -> String {
        let new = |sentence: &&str| !self.states(sentence) && !key(sentence).is_empty();
        text.unicode_sentences().filter(new).collect()
    }

    fn names_over(&self, blocks: &[Block], place: usize) -> Vec<String> {
        let mut names = names_over(blocks, place);
        names.retain(|name| key(name) != FORMER_HEADING && !self.states(name));
        names
    }
}

/// The pieces that are fixed, one after the other. Where advice is left out, the line breaks after it stay.
fn fixed(pieces: &[Piece]) -> String {
    let mut fixed = String::new();
    for piece in pieces {
        if piece.part != Part::Advice {
            fixed.push_str(&piece.text);
        } else if !fixed.is_empty() {
            let breaks = |text: &str| text[text.trim_end().len()..].matches('\n').count();
            let missing = breaks(&piece.text).saturating_sub(breaks(&fixed));
            if breaks(&fixed) == 0 && missing > 0 {
                fixed.truncate(fixed.trim_end().len());
            }
            fixed.push_str(&(if piece.text.ends_with("\r\n") { "\r\n" } else { "\n" }).repeat(missing));
        }
    }
    fixed
}

/// The names of the headings over a block, the outermost first. A title over everything says nothing of it, and neither
/// do the headings that name parts.
fn names_over(blocks: &[Block], place: usize) -> Vec<String> {
    let is_title = |at: usize| {
        at == 0
            && matches!(blocks[0].shape, Shape::Heading { level: 1..=7, .. })
            && blocks[1..].iter().all(|block| block.under.is_some())
    };
    let mut names = Vec::new();
    let mut over = blocks[place].under;
    while let Some(at) = over {
        let name = match &blocks[at].shape {
            Shape::Heading { name, .. } => Some(name.clone()),
            Shape::Opens(name) => Some(name.replace(['_', '-'], " ")),
            _ => None,
        };
        names.extend(name.filter(|_| marking::part_of(&blocks[at].shape).is_none() && !is_title(at)));
        over = blocks[at].under;
    }
    names.reverse();
    names
}

fn with_headings(names: &[String], item: &str) -> String {
    if names.is_empty() || item.is_empty() { item.to_owned() } else { format!("{}: {item}", names.join(": ")) }
}

/// An item without the mark of the list that it stood in.
pub(super) fn bare(text: &str) -> String {
    let text = clean(text);
    layout::unmarked(&text).map_or_else(|| text.clone(), clean)
}

/// An item as it is kept: without blank lines, and its further lines no deeper than they must be.
pub(super) fn clean(text: &str) -> String {
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty());
    let Some(first) = lines.next() else { return String::new() };
    let rest: Vec<&str> = lines.collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let least = rest.iter().map(indent).min().unwrap_or_default();
    let mut item = first.trim().to_owned();
    for line in rest {
        item.push('\n');
        // Of white space of several bytes only whole ones are taken off.
        item.push_str(line.get(least..).unwrap_or_else(|| line.trim_start()));
    }
    item
}

#[cfg(test)]
mod tests;
