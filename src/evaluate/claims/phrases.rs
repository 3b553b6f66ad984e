//! Phrases: forms of words in which something is claimed, each with its kind and with how much the facts must hold of it.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::reading::{Found, Reading, Spoken};
use super::source::{Statement, share};
use super::words::{clause_start, pattern, stems};

/// A form of words that claims something.
pub(super) struct Phrase {
    pub pattern: Regex,
    pub kind: Kind,
    /// Whether it may speak of the reader: `your insurer will lower the premium`.
    pub of_reader: bool,
    /// Whether the words up to the end of the clause are part of it.
    pub to_the_end: bool,
}

impl Phrase {
    /// One that speaks of us or of others.
    pub(super) fn new(text: &str, kind: Kind) -> Self {
        Phrase { pattern: pattern(text), kind, of_reader: false, to_the_end: false }
    }

    /// With what follows in its clause.
    pub(super) fn with_the_rest(self) -> Self {
        Phrase { to_the_end: true, ..self }
    }

    /// One that may speak of the reader.
    pub(super) fn of_reader(self) -> Self {
        Phrase { of_reader: true, ..self }
    }
}

/// How much of its words one statement of the facts must hold.
const ENOUGH: f64 = 0.5;
/// The same where there are three words or fewer.
const FEW: f64 = 0.66;

/// What is claimed in these forms.
pub(super) fn find(reading: &Reading<'_>, phrases: &[Phrase], found: &mut Vec<Found>) {
    let said = |sentence: &&Spoken| !(sentence.is_frame || sentence.is_question || sentence.is_imagined);
    for sentence in reading.sentences.iter().filter(said) {
        let low = reading.low(sentence);
        for phrase in phrases {
            for matched in phrase.pattern.find_iter(low.as_bytes()) {
                let (start, end) = (sentence.start + matched.start(), sentence.start + matched.end());
                let end = if phrase.to_the_end { sentence.start + rest(low, matched.end()) } else { end };
                if (!phrase.of_reader && is_of_reader(reading, sentence, start, end))
                    || is_left_open(reading, sentence, start)
                {
                    continue;
                }
                let support = support(reading, start, end).map(|one| one.text.clone());
                found.push(Found { start, end, kind: phrase.kind, support });
            }
        }
    }
}

/// Where the clause ends that goes on at `at`.
fn rest(low: &str, at: usize) -> usize {
    let rest = &low[at..];
    let ends = [" - ", ";", "! ", "(", ")", ", and ", ", so ", ", which ", ": ", ", but "];
    at + ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len()).min(120)
}

/// The statement of the facts that says it: most of its words, and every figure.
fn support<'a>(reading: &'a Reading<'_>, start: usize, end: usize) -> Option<&'a Statement> {
    let low = &reading.message.low;
    let words = stems(&low[start..end]);
    let says = |statement: &&Statement| {
        share(&words, &statement.stems) >= if words.len() < 4 { FEW } else { ENOUGH }
            && reading.figures_in(start, end).all(|figure| statement.says(figure, low))
    };
    // `You pay nothing` and `we charge nothing` are one condition in other words.
    static FREE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:free|nothing|no charge|without charge|refund\w*|money back|guarantee\w*|satisfied|on us)\b")
    });
    let is_free = FREE.is_match(&low.as_bytes()[start..end]) && reading.figures_in(start, end).next().is_none();
    let statements = &reading.facts.source.statements;
    let in_other_words = || statements.iter().find(|one| is_free && FREE.is_match(one.folded.bytes()));
    statements.iter().find(says).filter(|_| !words.is_empty()).or_else(in_other_words)
}

fn is_of_reader(reading: &Reading<'_>, sentence: &Spoken, start: usize, end: usize) -> bool {
    static READER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:you|your|you're|you've|you'd|yours)\b"));
    let low = &reading.message.low;
    let from = clause_start(low, sentence.start, start);
    READER.is_match(&low.as_bytes()[from..start]) || READER.is_match(&low.as_bytes()[start..end])
}

/// Denied, or asked, or said of what may be.
fn is_left_open(reading: &Reading<'_>, sentence: &Spoken, start: usize) -> bool {
    static OPEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:if|whether|when|unless|once|would|could|might|may|should|before|until|hope|want|plan to|to) (?:[\w']+ ){0,2}?$",
        )
    });
    let low = &reading.message.low;
    let from = clause_start(low, sentence.start, start);
    reading.is_denied(sentence, start) || OPEN.is_match(&low.as_bytes()[from..start])
}
