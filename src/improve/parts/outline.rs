//! The outline of a prompt: its lines put together into paragraphs and items, under the headings over them.

use std::collections::HashMap;

use super::sentences::sentences;
use super::shape::{PLAIN, Shape, shape, unmarked};
use super::wording::{self, Purpose};
use super::{Part, Span};

/// One piece of a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub part: Part,
    /// Where it stands.
    pub span: Span,
    /// An instruction as it reads by itself; else empty.
    pub text: String,
    /// The nearest heading over it.
    pub under: Option<usize>,
    /// A heading over instructions.
    pub is_of_writing: bool,
    /// The tag that this one closes.
    pub closes: Option<usize>,
    /// The number of the line, item or paragraph that it belongs to.
    pub unit: usize,
    /// Where that begins, its indent included.
    pub unit_start: usize,
    /// Where that ends.
    pub unit_end: usize,
}

/// A heading that is open.
struct Section {
    level: usize,
    purpose: Purpose,
    piece: usize,
    name: String,
    /// A tag is closed by its own end alone.
    is_tag: bool,
    /// The mark of an item that is a heading.
    mark: Option<char>,
}

/// A prompt that is being read.
pub(super) struct Outline<'p> {
    prompt: &'p str,
    lines: Vec<Line<'p>>,
    pieces: Vec<Piece>,
    sections: Vec<Section>,
    /// Items that may stand over those after them, by their indents: what they say, where that is short.
    items: Vec<(usize, Option<String>)>,
    units: usize,
    /// Whether a paragraph follows a list: the title of the list is not its own then, though it is still in that section.
    after_item: bool,
    /// Headings that are items, or say something themselves, and have had nothing under them so far: what they are then.
    empty: Vec<(usize, Part)>,
}

struct Line<'p> {
    span: Span,
    shape: Shape<'p>,
}

/// Characters of a heading that is repeated before what stands under it.
const LONGEST_PREFIX: usize = 80;

impl<'p> Outline<'p> {
    pub(super) fn of(prompt: &'p str) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in prompt.split_inclusive('\n') {
            let own = line.trim_end();
            lines.push(Line { span: start..start + own.len(), shape: shape(own) });
            start += line.len();
        }
        pair_tags(&mut lines);
        let (pieces, sections, items, empty) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Outline { prompt, lines, pieces, sections, items, units: 0, after_item: false, empty }
    }

    /// All pieces of the prompt.
    pub(super) fn pieces(mut self) -> Vec<Piece> {
        let lines = std::mem::take(&mut self.lines);
        let (mut at, mut was_item) = (0, false);
        while let Some(line) = lines.get(at) {
            let mut end = at + 1;
            if matches!(line.shape, Shape::Text) {
                while lines.get(end).is_some_and(|next| self.goes_on(&lines[end - 1], next)) {
                    end += 1;
                }
            } else if let Shape::Item { indent, .. } = line.shape {
                while lines.get(end).is_some_and(|next| self.belongs(&lines[end - 1], next, indent)) {
                    end += 1;
                }
            }
            self.after_item = was_item && matches!(line.shape, Shape::Text);
            self.take(line, line.span.start..lines[end - 1].span.end);
            match line.shape {
                Shape::Blank | Shape::Stray => {}
                Shape::Item { is_heading: false, .. } => was_item = true,
                _ => was_item = false,
            }
            at = end;
        }
        for (piece, part) in std::mem::take(&mut self.empty) {
            self.settle(piece, part);
        }
        self.pieces
    }

    /// Whether a line goes on with the paragraph before it: one of the two shows that the sentence was cut by a line break.
    fn goes_on(&self, before: &Line<'_>, next: &Line<'_>) -> bool {
        const OPEN: &[&str] = &[
            "a", "an", "the", "of", "to", "in", "on", "and", "or", "with", "for", "by", "at", "as", "that", "which",
            "is", "are", "from", "your", "our", "their", "its", "not", "no", "than",
        ];
        if !matches!(next.shape, Shape::Text) {
            return false;
        }
        let (before, next) = (&self.prompt[before.span.clone()], self.prompt[next.span.clone()].trim_start());
        if before.ends_with(['.', '!', '?', ':', ';', '…']) {
            return false;
        }
        let last = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        next.starts_with(char::is_lowercase) || before.ends_with(',') || OPEN.contains(&last)
    }

    /// Whether a line goes on with an item.
    fn belongs(&self, before: &Line<'_>, next: &Line<'_>, indent: usize) -> bool {
        let text = &self.prompt[next.span.clone()];
        let own = text.chars().take_while(|c| c.is_whitespace()).count();
        matches!(next.shape, Shape::Text)
            && !self.prompt[before.span.clone()].ends_with([':', '：'])
            && (own > indent || self.goes_on(before, next))
    }

    fn take(&mut self, line: &Line<'p>, span: Span) {
        match line.shape {
            Shape::Blank | Shape::Stray => {}
            Shape::Opens(name) => {
                let piece = self.push(Part::Heading, span.clone(), span);
                self.open(usize::MAX, name, piece, (true, None));
            }
            Shape::Closes(_) => self.close(span),
            Shape::Heading { level, name } => self.heading(level, name, span.clone(), span),
            Shape::Item { indent, mark, is_heading: true, text } => self.item_heading((indent, mark), text, span),
            Shape::Item { indent, mark, .. } => self.item((indent, mark), span),
            Shape::Text => self.paragraph(span),
        }
    }

    /// A heading closes all that are no deeper, up to the tag that it stands in.
    fn heading(&mut self, level: usize, name: &str, span: Span, unit: Span) {
        while self.sections.last().is_some_and(|section| !section.is_tag && section.level >= level) {
            self.sections.pop();
        }
        let around = self.purpose();
        let name = unmarked(name);
        let name = name.trim_end_matches([':', '：', ' ']);
        let says = wording::instructs(name, Purpose::Open) && !wording::is_general(name);
        let piece = self.push(Part::Heading, span, unit);
        self.open(level, name, piece, (false, None));
        self.items.clear();
        if says && (around == Purpose::Writing || self.purpose() == Purpose::Writing) {
            self.empty.push((piece, Part::Instruction));
        }
    }

    fn item_heading(&mut self, (indent, mark): (usize, char), text: &str, span: Span) {
        let level = PLAIN + 1 + indent;
        while self.sections.last().is_some_and(|section| !section.is_tag && section.level >= level) {
            self.sections.pop();
        }
        let part = if wording::instructs(text, self.purpose()) || self.purpose() == Purpose::Writing {
            Part::Instruction
        } else {
            Part::Statement
        };
        let part = if wording::purpose_of(text, self.purpose()) == Purpose::Writing { Part::Instruction } else { part };
        let name = unmarked(text);
        let piece = self.push(Part::Heading, span.clone(), span);
        self.open(level, name.trim_end_matches([':', '：', ' ']), piece, (false, Some(mark)));
        self.items.clear();
        self.empty.push((piece, part));
    }

    fn open(&mut self, level: usize, name: &str, piece: usize, (is_tag, mark): (bool, Option<char>)) {
        let purpose = wording::purpose_of(&name.replace(['_', '-'], " "), self.purpose());
        self.pieces[piece].is_of_writing = purpose == Purpose::Writing;
        let name = name.replace('_', " ");
        self.sections.push(Section { level, purpose, piece, name, is_tag, mark });
    }

    fn close(&mut self, span: Span) {
        while let Some(section) = self.sections.pop() {
            if section.is_tag {
                let piece = self.push(Part::Heading, span.clone(), span);
                self.pieces[piece].closes = Some(section.piece);
                break;
            }
        }
        self.items.clear();
    }

    /// An item of a list: one instruction, or a statement.
    fn item(&mut self, (indent, mark): (usize, char), span: Span) {
        // The next item of the list that a heading is in is not under that heading; a list of other marks may be.
        let level = PLAIN + 1 + indent;
        while self
            .sections
            .last()
            .is_some_and(|over| over.mark.is_some_and(|own| over.level > level || (over.level == level && own == mark)))
        {
            self.sections.pop();
        }
        let raw = &self.prompt[span.clone()];
        let text = unmarked(raw);
        while self.items.last().is_some_and(|(own, _)| *own >= indent) {
            self.items.pop();
        }
        let purpose = self.purpose();
        if purpose == Purpose::Writing || wording::instructs(&text, purpose) {
            let over = self.items.last().map_or_else(|| self.heading_over(), |(_, text)| text.clone());
            let full = with_heading(over.as_deref(), &text);
            self.items.push((indent, short(&text)));
            self.push_text(full, span.clone(), span);
        } else {
            self.items.push((indent, None));
            self.push(Part::Statement, span.clone(), span);
        }
    }

    fn paragraph(&mut self, unit: Span) {
        let text = &self.prompt[unit.clone()];
        self.items.clear();
        let lead = text.len() - text.trim_start().len();
        let whole = unit.start + lead..unit.end;
        // A line such as `Company: X. It sells tea.` is one statement.
        let is_line = !text.contains('\n');
        let purpose = self.purpose();
        if is_line
            && wording::key_value(text.trim()).is_some()
            && !wording::instructs(text, purpose)
            && !text.ends_with(':')
        {
            let is_offers = !wording::instructs(text, Purpose::Writing);
            if is_offers {
                self.push(Part::Statement, whole, unit);
                return;
            }
        }
        let head =
            wording::key_value(text.trim()).filter(|_| wording::instructs(text, purpose)).map(|(key, _)| unmarked(key));
        let all = sentences(text);
        let last = all.len().saturating_sub(1);
        let outer = purpose;
        for (number, range) in all.into_iter().enumerate() {
            let sentence = &text[range.clone()];
            let span = unit.start + range.start..unit.start + range.end;
            // What follows `Tone: plain.` on its line is of the tone too.
            let purpose = if number > 0 && head.is_some() { Purpose::Writing } else { outer };
            if number == last && sentence.ends_with([':', '：']) {
                self.heading(PLAIN, sentence, span, unit.clone());
            } else if wording::instructs(sentence, purpose) {
                let own = unmarked(sentence);
                if wording::refers_back(&own)
                    && let Some(last) = self.pieces.last_mut()
                    && last.part == Part::Instruction
                    && last.unit_start == unit.start
                {
                    last.text = format!("{} {own}", last.text);
                    last.span.end = span.end;
                    continue;
                }
                let over = if number == 0 { None } else { head.clone() };
                let over = over.or_else(|| self.heading_over());
                let full = with_heading(over.as_deref(), &own);
                self.push_text(full, span, unit.clone());
            } else {
                self.push(Part::Statement, span, unit.clone());
            }
        }
    }

    /// The heading that an instruction may need, if there is one.
    fn heading_over(&self) -> Option<String> {
        if self.after_item {
            return None;
        }
        let section = self.sections.last()?;
        (!wording::is_general(&section.name) || wording::is_ban(&section.name)).then(|| short(&section.name))?
    }

    fn purpose(&self) -> Purpose {
        self.sections.last().map_or(Purpose::Open, |section| section.purpose)
    }

    fn push_text(&mut self, text: String, span: Span, unit: Span) {
        if text.is_empty() {
            return;
        }
        let piece = self.push(Part::Instruction, span, unit);
        self.pieces[piece].text = text;
        if self.after_item {
            let over = self.sections.iter().rev().find(|over| over.is_tag || over.level < PLAIN);
            self.pieces[piece].under = over.map(|over| over.piece);
        }
    }

    fn push(&mut self, part: Part, span: Span, unit: Span) -> usize {
        if self.pieces.last().is_none_or(|last| last.unit_start != unit.start) {
            self.units += 1;
        }
        let under = self.sections.last().map(|section| section.piece);
        self.fill(under);
        self.pieces.push(Piece {
            part,
            span,
            text: String::new(),
            under,
            is_of_writing: false,
            closes: None,
            unit: self.units,
            unit_start: unit.start,
            unit_end: unit.end,
        });
        self.pieces.len() - 1
    }

    /// The heading has something under it; those that were left behind empty are what they say.
    fn fill(&mut self, under: Option<usize>) {
        for (piece, part) in std::mem::take(&mut self.empty) {
            if Some(piece) == under {
                continue;
            }
            if self.sections.iter().any(|section| section.piece == piece) {
                self.empty.push((piece, part));
            } else {
                self.settle(piece, part);
            }
        }
    }

    fn settle(&mut self, piece: usize, part: Part) {
        let text = unmarked(&self.prompt[self.pieces[piece].span.clone()]);
        let own = &mut self.pieces[piece];
        own.part = part;
        if part == Part::Instruction {
            own.text = text;
        }
    }
}

/// A heading as it is repeated, if it is short enough for that.
fn short(name: &str) -> Option<String> {
    (name.chars().count() <= LONGEST_PREFIX).then(|| name.trim_end_matches(['.', ':', ' ']).to_owned())
}

/// An instruction with the heading over it, where it is not understood without.
fn with_heading(heading: Option<&str>, text: &str) -> String {
    let Some(heading) = heading.filter(|heading| !heading.is_empty()) else { return text.to_owned() };
    let is_ban = wording::is_ban(heading);
    let needs =
        if is_ban { !wording::forbids(text) } else { wording::is_needed(heading) || !wording::stands_alone(text) };
    let repeats = wording::spoken(text).starts_with(&wording::spoken(heading));
    let mut first = heading.chars();
    let heading: String = first.next().into_iter().flat_map(char::to_uppercase).chain(first).collect();
    if needs && !repeats { unmarked(&format!("{heading}: {text}")) } else { text.to_owned() }
}

/// Tags without their other half say nothing.
fn pair_tags(lines: &mut [Line<'_>]) {
    let mut open: Vec<usize> = Vec::new();
    let mut count: HashMap<String, usize> = HashMap::new();
    let mut is_paired = vec![false; lines.len()];
    for at in 0..lines.len() {
        match lines[at].shape {
            Shape::Opens(name) => {
                open.push(at);
                *count.entry(name.to_owned()).or_default() += 1;
            }
            Shape::Closes(name) if count.get(name).is_some_and(|count| *count > 0) => {
                while let Some(opening) = open.pop() {
                    let Shape::Opens(other) = lines[opening].shape else { continue };
                    count.entry(other.to_owned()).and_modify(|count| *count -= 1);
                    if other == name {
                        (is_paired[opening], is_paired[at]) = (true, true);
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    for (line, is_paired) in lines.iter_mut().zip(is_paired) {
        if matches!(line.shape, Shape::Opens(_) | Shape::Closes(_)) && !is_paired {
            line.shape = Shape::Stray;
        }
    }
}
