//! Blanks that somebody ordered.

use super::super::Sources;
use super::super::fold::folded;
use super::{Blank, Shape, all_blanks};

/// What the facts and the orders allow to be left open.
#[derive(Clone, Debug)]
pub(in crate::evaluate::grounding) struct Ordered {
    texts: [String; 2],
    raw: String,
    /// What stands in their own blanks, folded.
    names: Vec<String>,
    spintax: bool,
}

impl Ordered {
    /// Reads the blanks of the sources.
    pub(in crate::evaluate::grounding) fn new(sources: &Sources) -> Self {
        let texts = [&*sources.facts, &*sources.orders];
        let blanks_of: Vec<Vec<Blank>> = texts.iter().map(|text| all_blanks(text).collect()).collect();
        let names = || {
            texts
                .iter()
                .zip(&blanks_of)
                .flat_map(|(text, blanks)| blanks.iter().map(move |blank| &text[blank.range.clone()]))
        };
        let raw = texts.concat().to_lowercase();
        Ordered {
            names: names().map(|blank| folded(name(blank))).collect(),
            spintax: blanks_of.iter().flatten().any(|blank| blank.shape == Shape::Spintax) || raw.contains("spintax"),
            texts: texts.map(folded),
            raw,
        }
    }

    /// Whether a blank of a message is one that facts or orders name.
    pub(in crate::evaluate::grounding) fn allows(&self, blank: &Blank, message: &str) -> bool {
        let text = &message[blank.range.clone()];
        let written = folded(text);
        if !written.is_empty() && self.texts.iter().any(|source| source.contains(&written)) {
            return true;
        }
        match blank.shape {
            Shape::Spintax => self.spintax,
            Shape::Field => {
                let name = name(text);
                let is_identifier = name.contains(['_', '.']) || name.chars().skip(1).any(char::is_uppercase);
                self.names.contains(&folded(name)) || (is_identifier && has_word(&self.raw, &name.to_lowercase()))
            }
            Shape::Bracketed => self.names.contains(&folded(name(text))),
            Shape::Signs => false,
        }
    }
}

/// The text in a blank, without the part with which a template says what to write if nothing is known.
fn name(blank: &str) -> &str {
    let inside = blank.trim_matches(|letter: char| !(letter.is_alphanumeric() || letter == '|' || letter == '_'));
    inside.split('|').find(|part| !part.trim().is_empty()).unwrap_or(inside).trim()
}

fn has_word(text: &str, word: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            !text[..at].chars().next_back().is_some_and(part)
                && !text[at + word.len()..].chars().next().is_some_and(part)
        })
}
