//! The anatomy of a prompt: what it says of the offer, and every instruction that it gives to the writer.
//!
//! It is found by marks and words, without a model: one prompt always has the same parts. [`compose`] puts parts together
//! again, and taking that apart gives the same parts.

mod outline;
mod sentences;
mod shape;
mod wording;

use std::collections::BTreeSet;
use std::ops::Range;

use outline::{Outline, Piece};

/// What a piece of a prompt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The name of what follows.
    Heading,
    /// What is offered, by whom, to whom; who the writer is.
    Statement,
    /// How to write.
    Instruction,
}

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// On one line, without the mark of a list, and with its heading where it needs that: `Avoid: buzzwords`.
    pub text: String,
    /// The same in lower case without punctuation: instructions with one key are the same.
    pub key: String,
}

impl Instruction {
    /// The instruction that a text is.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = shape::unmarked(text);
        let key = key(&text);
        Instruction { text, key }
    }
}

/// A prompt taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    prompt: String,
    pieces: Vec<Piece>,
    statements: String,
    instructions: Vec<Instruction>,
    /// For every instruction its piece.
    places: Vec<usize>,
}

impl Parts {
    /// Takes a prompt apart. Never fails: what nobody understands is a statement.
    #[must_use]
    pub fn of(prompt: &str) -> Self {
        let pieces = Outline::of(prompt).pieces();
        let (mut instructions, mut places) = (Vec::new(), Vec::new());
        for (place, piece) in pieces.iter().enumerate().filter(|(_, piece)| piece.part == Part::Instruction) {
            instructions.push(Instruction { text: piece.text.clone(), key: key(&piece.text) });
            places.push(place);
        }
        let mut parts = Parts { prompt: prompt.to_owned(), pieces, statements: String::new(), instructions, places };
        parts.statements = parts.keeping(|piece| piece.part == Part::Statement, true);
        parts
    }

    /// What it says of the offer: its own lines with the headings over them, in their order.
    #[must_use]
    pub fn statements(&self) -> &str {
        &self.statements
    }

    /// How it tells to write, in its order. Two may be the same.
    #[must_use]
    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// All pieces in their order, each as it stands in the prompt.
    pub fn pieces(&self) -> impl Iterator<Item = (Part, &str)> {
        self.pieces.iter().map(|piece| (piece.part, &self.prompt[piece.span.clone()]))
    }

    /// The places of the pieces in the prompt.
    pub(super) fn spans(&self) -> impl Iterator<Item = (Part, Span)> {
        self.pieces.iter().map(|piece| (piece.part, piece.span.clone()))
    }

    /// The prompt without some of its instructions, by their places in [`Parts::instructions`]; the rest as it stands.
    /// A heading with nothing left under it goes too.
    #[must_use]
    pub fn without(&self, instructions: &BTreeSet<usize>) -> String {
        let out: BTreeSet<usize> = instructions.iter().filter_map(|index| self.places.get(*index)).copied().collect();
        let mut place = 0;
        self.keeping(
            |_| {
                place += 1;
                !out.contains(&(place - 1))
            },
            false,
        )
    }

    /// The pieces that are wanted and the headings over them. What stands together in the prompt does so here, and where
    /// something is left out there is a gap, so that no two lines become one. `of_offer`: nothing under a
    /// heading over instructions needs it.
    fn keeping(&self, mut wanted: impl FnMut(&Piece) -> bool, of_offer: bool) -> String {
        let mut kept: Vec<bool> =
            self.pieces.iter().map(|piece| wanted(piece) && piece.part != Part::Heading).collect();
        for place in 0..self.pieces.len() {
            if !kept[place] {
                continue;
            }
            let mut over = self.pieces[place].under;
            if of_offer && over.is_some_and(|heading| self.pieces[heading].is_of_writing) {
                continue;
            }
            while let Some(heading) = over
                && !kept[heading]
            {
                // A heading over instructions would make some of what follows it; a tag does not, since it ends.
                let own = &self.pieces[heading];
                kept[heading] = !(of_offer && own.is_of_writing) || self.prompt[own.span.clone()].starts_with('<');
                over = own.under;
            }
        }
        // The end of a section goes with its beginning.
        for place in 0..self.pieces.len() {
            if let Some(opening) = self.pieces[place].closes {
                kept[place] = kept[opening];
            }
        }
        // A paragraph that has lost a sentence is written on one line.
        let mut broken = BTreeSet::new();
        for (place, piece) in self.pieces.iter().enumerate() {
            if !kept[place] {
                broken.insert(piece.unit);
            }
        }
        let mut text = String::new();
        let mut last: Option<&Piece> = None;
        for piece in self.pieces.iter().zip(&kept).filter_map(|(piece, kept)| kept.then_some(piece)) {
            let before = last.map(|last| last.unit);
            let is_broken = broken.contains(&piece.unit);
            if before == Some(piece.unit) {
                text.push_str(if is_broken {
                    " "
                } else {
                    &self.prompt[last.map_or(0, |last| last.span.end)..piece.span.start]
                });
            } else {
                match last {
                    None => {}
                    // Nothing stands between the two but line breaks.
                    Some(last)
                        if last.unit + 1 == piece.unit
                            && self.ends_unit(last)
                            && self.prompt[last.span.end..piece.unit_start].trim().is_empty() =>
                    {
                        text.push_str(&self.prompt[last.span.end..piece.unit_start]);
                    }
                    // The next item of a list is on a line of its own in any case.
                    Some(_) if self.is_next_item(piece) => text.push('\n'),
                    Some(_) => text.push_str("\n\n"),
                }
                if !is_broken {
                    text.push_str(&self.prompt[piece.unit_start..piece.span.start]);
                }
            }
            let own = &self.prompt[piece.span.clone()];
            if is_broken {
                text.push_str(&own.split_whitespace().collect::<Vec<_>>().join(" "));
            } else {
                text.push_str(own);
            }
            last = Some(piece);
        }
        text
    }

    /// Whether a piece is an item, on the line after another.
    fn is_next_item(&self, piece: &Piece) -> bool {
        let before = &self.prompt[..piece.unit_start];
        let line = self.prompt[piece.unit_start..piece.span.end].lines().next().unwrap_or_default();
        !before.ends_with("\n\n")
            && !before.ends_with("\n\r\n")
            && matches!(shape::shape(line), shape::Shape::Item { .. })
    }

    /// Whether nothing of its unit comes after this piece.
    fn ends_unit(&self, piece: &Piece) -> bool {
        piece.span.end == piece.unit_end
    }
}

/// A prompt that says this of the offer, word for word, and gives these instructions.
#[must_use]
pub fn compose(statements: &str, instructions: &[&str]) -> String {
    let mut prompt = statements.trim_end().to_owned();
    let lines: Vec<String> =
        instructions.iter().map(|text| shape::unmarked(text)).filter(|text| !text.is_empty()).collect();
    if !lines.is_empty() {
        if !prompt.is_empty() {
            prompt.push_str("\n\n");
        }
        prompt.push_str("How to write:");
        for line in lines {
            prompt.push_str("\n- ");
            prompt.push_str(&line);
        }
    }
    prompt
}

/// A text as it is compared.
#[must_use]
pub fn key(text: &str) -> String {
    wording::spoken(text)
}

/// The least share of words that near-duplicates have in common (Jaccard: of those that either has).
const ALIKE: f64 = 0.6;

/// Whether two instructions say about the same: most telling words in common, the same numbers, and both or neither a ban.
#[must_use]
pub fn similar(a: &str, b: &str) -> bool {
    if key(a) == key(b) {
        return true;
    }
    let (a, b) = (Telling::of(a), Telling::of(b));
    let common = a.words.intersection(&b.words).count() as f64;
    a.numbers == b.numbers
        && a.forbids == b.forbids
        && common > 0.0
        && common >= ALIKE * a.words.union(&b.words).count() as f64
}

/// What an instruction says, without grammar.
struct Telling {
    words: BTreeSet<String>,
    numbers: BTreeSet<String>,
    forbids: bool,
}

impl Telling {
    fn of(text: &str) -> Self {
        const SMALL: &[&str] = &[
            "a", "an", "the", "of", "to", "in", "on", "and", "or", "it", "its", "is", "are", "be", "that", "this",
            "with", "for", "by", "at", "as", "your", "their", "one", "always", "please", "any", "so", "do", "you",
            "they", "them",
        ];
        const BANS: &[&str] = &["never", "not", "no", "dont", "avoid", "without", "refrain", "nothing", "cannot"];
        let (mut words, mut numbers, mut forbids) = (BTreeSet::new(), BTreeSet::new(), false);
        for word in wording::words(text) {
            if word.starts_with(|c: char| c.is_ascii_digit()) {
                numbers.insert(word);
            } else if BANS.contains(&word.as_str()) {
                forbids = true;
            } else if !SMALL.contains(&word.as_str()) {
                words.insert(stem(word));
            }
        }
        Telling { words, numbers, forbids }
    }
}

/// Without the commonest endings.
fn stem(mut word: String) -> String {
    for ending in ["ing", "es", "s"] {
        if word.len() > ending.len() + 3 && word.ends_with(ending) && !word.ends_with("ss") {
            word.truncate(word.len() - ending.len());
            break;
        }
    }
    word
}

/// A place in a prompt.
pub(super) type Span = Range<usize>;

#[cfg(test)]
mod tests;
