//! The auditor: lists what a message claims, as far as the market's own truth can tell.

use serde_json::{Value, json};

use super::detect::{detect, split_subject};
use super::dice::Dice;
use super::feature::Feature::{Certificate, Customer, Integrations, Placeholder, Post, Price, Result};
use super::lexicon::sentences;
use super::offer::{FIGURE, stated};
use super::reader::Reader;
use super::truth;

/// How often an invented claim escapes it: models that read for others miss a few of a hundred.
const MISSES: f64 = 0.04;

/// These passages as claims that nothing supports.
pub(super) fn repeat(passages: &[String], dice: &mut Dice) -> Value {
    let seen = passages.iter().filter(|_| !dice.chance(MISSES));
    json!({"claims": seen.map(|passage| claim(passage, "other", None)).collect::<Vec<_>>()})
}

/// The claims of a message: the sentences that hold an invented one, and the figures that the sources state, each with
/// its line.
pub(super) fn audit(message: &str, facts: &str, persona: &str, dice: &mut Dice) -> Value {
    let reader = Reader::read(persona);
    let facts = stated(facts);
    let invented = truth::ungrounded(message, &facts, persona);
    let (subject, body) = split_subject(message);
    let mut claims = Vec::new();
    for sentence in subject.into_iter().chain(sentences(body)) {
        if invented.iter().any(|passage| passage == sentence) {
            if !dice.chance(MISSES) {
                claims.push(claim(sentence, kind(sentence, &reader), None));
            }
            continue;
        }
        for figure in FIGURE.find_iter(sentence) {
            let line = stating(&facts, figure.as_str()).or_else(|| stating(persona, figure.as_str()));
            claims.extend(line.map(|line| claim(figure.as_str(), "figure", Some(line))));
        }
    }
    json!({ "claims": claims })
}

fn claim(quote: &str, kind: &str, support: Option<&str>) -> Value {
    let verdict = if support.is_some() { "supported" } else { "unsupported" };
    let support: Vec<&str> = support.into_iter().collect();
    json!({"quote": quote, "kind": kind, "support": support, "derivation": "", "verdict": verdict})
}

/// The line of a text that states a figure, no other digit before it.
fn stating<'a>(text: &'a str, figure: &str) -> Option<&'a str> {
    let figure = figure.trim().to_lowercase();
    let states = |line: &&str| {
        let lower = line.to_lowercase();
        lower.match_indices(&figure).any(|(at, _)| {
            !lower[..at].ends_with(|before: char| before.is_ascii_digit() || matches!(before, '.' | ','))
        })
    };
    text.lines().find(states).map(str::trim)
}

fn kind(sentence: &str, reader: &Reader) -> &'static str {
    let shows = detect(sentence, reader).features;
    let kinds = [
        (Post, "shared_history"),
        (Customer, "customer"),
        (Result, "result"),
        (Certificate, "certification"),
        (Price, "price"),
        (Integrations, "integration"),
        (Placeholder, "placeholder"),
    ];
    kinds.into_iter().find(|(feature, _)| shows.has(*feature)).map_or("figure", |(_, kind)| kind)
}
