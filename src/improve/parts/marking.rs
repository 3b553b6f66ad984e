//! Marks every block of a first prompt as fact, rule or advice: by headings, by what is to be kept, and by a model's
//! answer.

use std::collections::BTreeSet;
use std::ops::Range;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use super::layout::{Block, Shape, blocks};
use super::variables::Variables;
use super::{MarkedBy, Part, Piece, PromptParts, bare, names_over, with_headings};
use crate::improve::fold::key;

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// One part from end to end.
    Whole {
        /// Which.
        part: Part,
        /// Whether it is not understood, or says something else, without the headings over it.
        needs_heading: bool,
    },
    /// Several parts: pieces which laid end to end are the block.
    Cut(Vec<(Part, String)>),
}

/// What a user wants kept stands nowhere in the prompt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" stands nowhere in the prompt, so that it cannot be kept")]
pub struct Kept(pub String);

/// A prompt whose blocks are being marked.
#[derive(Clone, Debug)]
pub struct Marking<'p> {
    prompt: &'p str,
    blocks: Vec<Block>,
    variables: Variables,
    /// For every block its mark, where it has one yet.
    marks: Vec<Option<Mark>>,
    by: MarkedBy,
}

impl<'p> Marking<'p> {
    /// What headings and `keep` say of a prompt. Every block that holds a text of `keep`, or a part of its occurrence,
    /// is a rule. Under a heading `Advice` stands all of it: the rest of such a prompt is facts and rules.
    ///
    /// # Errors
    /// Where a text that is to be kept stands nowhere.
    pub fn new(prompt: &'p str, keep: &[String]) -> Result<Self, Kept> {
        let blocks = blocks(prompt);
        let mut marks: Vec<Option<Mark>> = (0..blocks.len())
            .map(|place| {
                let part = blocks[place].is_content().then(|| named_part(&blocks, place))??;
                Some(Mark::Whole { part, needs_heading: true })
            })
            .collect();
        let is_advice = |mark: &Option<Mark>| matches!(mark, Some(Mark::Whole { part: Part::Advice, .. }));
        if marks.iter().any(is_advice) {
            for mark in marks.iter_mut().filter(|mark| mark.is_none()) {
                *mark = Some(Mark::Whole { part: Part::Fact, needs_heading: false });
            }
        }
        for text in keep {
            let found = occurrences(prompt, text);
            if found.is_empty() {
                return Err(Kept(text.clone()));
            }
            for (block, mark) in blocks.iter().zip(&mut marks) {
                if found.iter().any(|found| found.start < block.content.end && block.content.start < found.end) {
                    *mark = Some(Mark::Whole { part: Part::Rule, needs_heading: false });
                }
            }
        }
        Ok(Marking { prompt, blocks, variables: Variables::new(prompt), marks, by: MarkedBy::Headings })
    }

    /// The blocks that nobody has marked.
    pub fn open(&self) -> impl Iterator<Item = &'p str> + '_ {
        self.open_places().map(|place| self.text(place))
    }

    /// The prompt line by line, for a model: every line of an open block has its number, from 1, in the margin.
    #[must_use]
    pub fn numbered(&self) -> String {
        let (mut text, mut number) = (String::new(), 0);
        for (place, block) in self.blocks.iter().enumerate() {
            let mut margin = String::new();
            if block.is_content() && self.marks[place].is_none() {
                number += 1;
                margin = number.to_string();
            }
            for line in self.text(place).lines() {
                text.push_str(&format!("{margin}| {line}\n"));
            }
        }
        text
    }

    /// Gives the open blocks their marks, in their order.
    pub fn mark(&mut self, marks: Vec<Mark>) {
        let places: Vec<usize> = self.open_places().collect();
        for (place, mark) in places.into_iter().zip(marks) {
            self.marks[place] = Some(mark);
            self.by = MarkedBy::Model;
        }
    }

    /// The parts. A block without a mark is fixed, and so is whatever holds a variable.
    #[must_use]
    pub fn parts(&self) -> PromptParts {
        if self.blocks.is_empty() {
            return PromptParts::whole(MarkedBy::Headings, self.prompt);
        }
        let by = if self.open_places().next().is_some() { MarkedBy::Nobody } else { self.by };
        let stretches: Vec<Vec<Piece>> = (0..self.blocks.len()).map(|place| self.pieces(place)).collect();
        let sections = self.sections(&stretches);
        let mut pieces: Vec<Piece> = Vec::new();
        // The heading of nothing but advice goes with its first piece, the end of such a tag with the last.
        let mut heading = String::new();
        for (place, (block, mut parts)) in self.blocks.iter().zip(stretches).enumerate() {
            if block.is_content() {
                if let Some(first) = parts.first_mut() {
                    first.text.insert_str(0, &std::mem::take(&mut heading));
                }
                pieces.extend(parts);
                continue;
            }
            let text = &self.prompt[block.span.clone()];
            let over = if let Shape::Closes(opened) = block.shape { opened } else { place };
            match (sections[over], &block.shape) {
                (Part::Advice, Shape::Closes(_)) => {
                    if let Some(last) = pieces.last_mut() {
                        last.text.push_str(&std::mem::take(&mut heading));
                        last.text.push_str(text);
                    }
                }
                (Part::Advice, _) => heading.push_str(text),
                // Whatever stands before it stays before it.
                (part, _) => pieces.push(Piece { part, text: std::mem::take(&mut heading) + text, item: None }),
            }
        }
        if !heading.is_empty() {
            pieces.push(Piece { part: Part::Rule, text: heading, item: None });
        }
        PromptParts::new(by, pieces)
    }

    fn open_places(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.blocks.len()).filter(|place| self.blocks[*place].is_content() && self.marks[*place].is_none())
    }

    fn text(&self, place: usize) -> &'p str {
        &self.prompt[self.blocks[place].content.clone()]
    }

    /// The pieces of a block, to the end of its span.
    fn pieces(&self, place: usize) -> Vec<Piece> {
        let (block, text) = (&self.blocks[place], self.text(place));
        let before = &self.prompt[block.span.start..block.content.start];
        let after = &self.prompt[block.content.end..block.span.end];
        let mut pieces = match &self.marks[place] {
            Some(Mark::Cut(cut)) if cut.iter().map(|(_, text)| text.as_str()).collect::<String>() == text => {
                let mut from = block.content.start;
                let piece = |(part, text): &(Part, String)| {
                    let bytes = from..from + text.len();
                    from = bytes.end;
                    self.piece(place, *part, bytes, false)
                };
                cut.iter().map(piece).collect()
            }
            Some(Mark::Whole { part, needs_heading }) => {
                vec![self.piece(place, *part, block.content.clone(), *needs_heading)]
            }
            _ => vec![self.piece(place, Part::Rule, block.content.clone(), false)],
        };
        if let Some(first) = pieces.first_mut() {
            first.text.insert_str(0, before);
        }
        if let Some(last) = pieces.last_mut() {
            last.text.push_str(after);
        }
        pieces
    }

    fn piece(&self, place: usize, part: Part, bytes: Range<usize>, needs_heading: bool) -> Piece {
        let part = if part == Part::Advice && self.variables.stand_in(&bytes) { Part::Rule } else { part };
        let text = &self.prompt[bytes];
        let names = if needs_heading { names_over(&self.blocks, place) } else { Vec::new() };
        let item = (part == Part::Advice).then(|| with_headings(&names, &bare(text)));
        Piece { part, text: text.to_owned(), item }
    }

    /// For every heading and tag what it is: advice where nothing else stands under it, a fact where only facts are
    /// fixed there.
    fn sections(&self, stretches: &[Vec<Piece>]) -> Vec<Part> {
        let mut under: Vec<BTreeSet<Part>> = vec![BTreeSet::new(); self.blocks.len()];
        for place in (0..self.blocks.len()).rev() {
            let mut found = std::mem::take(&mut under[place]);
            let block = &self.blocks[place];
            if !block.is_content() && self.variables.stand_in(&block.content) {
                found.insert(Part::Rule);
            }
            found.extend(stretches[place].iter().filter(|_| self.blocks[place].is_content()).map(|piece| piece.part));
            if let Some(over) = self.blocks[place].under {
                under[over].extend(found.iter().copied());
            }
            under[place] = found;
        }
        let part = |found: BTreeSet<Part>| {
            if found.contains(&Part::Rule) || found.is_empty() {
                Part::Rule
            } else if found.contains(&Part::Fact) {
                Part::Fact
            } else {
                Part::Advice
            }
        };
        under.into_iter().map(part).collect()
    }
}

/// The part that a heading names. These few words are markup, like the marks before them, and no language's.
pub(super) fn part_of(shape: &Shape) -> Option<Part> {
    let Shape::Heading { level: 1..=6, name } = shape else { return None };
    match key(name).as_str() {
        "facts" => Some(Part::Fact),
        "always" | "rules" => Some(Part::Rule),
        "advice" => Some(Part::Advice),
        _ => None,
    }
}

/// The part named by the nearest heading over a block that names one.
fn named_part(blocks: &[Block], place: usize) -> Option<Part> {
    let mut over = blocks[place].under;
    while let Some(at) = over {
        if let Some(part) = part_of(&blocks[at].shape) {
            return Some(part);
        }
        over = blocks[at].under;
    }
    None
}

/// Where a text stands in a prompt, whatever its case, white space, quotation marks, dashes and Unicode form.
pub(super) fn occurrences(prompt: &str, wanted: &str) -> Vec<Range<usize>> {
    let fold = |text: &str| {
        let mut folded: Vec<(char, usize)> = Vec::new();
        for (at, c) in text.char_indices() {
            if c.is_whitespace() {
                if folded.last().is_some_and(|(last, _)| *last != ' ') {
                    folded.push((' ', at));
                }
            } else if let Some(plain) = plain(c) {
                folded.push((plain, at));
            } else {
                decompose_compatible(c, |part| {
                    if !is_combining_mark(part) && !part.is_whitespace() {
                        folded.extend(part.to_lowercase().map(|lower| (lower, at)));
                    }
                });
            }
        }
        folded
    };
    let (prompt, wanted) = (fold(prompt), fold(wanted.trim()));
    if wanted.is_empty() {
        return Vec::new();
    }
    prompt
        .windows(wanted.len())
        .filter(|window| window.iter().zip(&wanted).all(|((a, _), (b, _))| a == b))
        .map(|window| window[0].1..window[window.len() - 1].1 + 1)
        .collect()
}

/// Quotation marks and dashes as a keyboard has them.
fn plain(c: char) -> Option<char> {
    match c {
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{b4}' | '`' => Some('\''),
        '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{ab}' | '\u{bb}' => Some('"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        _ => None,
    }
}
