//! The auditor: lists what a message claims, as far as the market's own truth can tell.

use serde_json::{Value, json};

use super::detect::{detect, split_subject};
use super::dice::Dice;
use super::feature::Feature::{Certificate, Customer, Integrations, Placeholder, Post, Price, Result};
use super::lexicon::sentences;
use super::offer::FIGURE;
use super::reader::Reader;
use super::truth;

/// How often an invented claim escapes it: models that read for others miss a few of a hundred.
const MISSES: f64 = 0.04;

/// The claims of a message: the sentences that hold an invented one, and those with a figure that the facts state.
pub(super) fn audit(message: &str, facts: &str, persona: &str, dice: &mut Dice) -> Value {
    let reader = Reader::of(persona);
    let invented = truth::ungrounded(message, facts, persona);
    let (subject, body) = split_subject(message);
    let mut claims = Vec::new();
    for sentence in subject.into_iter().chain(sentences(body)) {
        if invented.iter().any(|passage| passage == sentence) {
            if !dice.chance(MISSES) {
                claims.push(
                    json!({"quote": sentence, "kind": kind(sentence, &reader), "support": "", "grounded": false}),
                );
            }
        } else if let Some(figure) = FIGURE.find(&sentence.to_lowercase()) {
            let stating = |text: &str| {
                let line = text.lines().find(|line| line.to_lowercase().contains(figure.as_str().trim()))?;
                Some(line.trim().to_owned())
            };
            let support = stating(facts).or_else(|| stating(persona));
            claims.extend(
                support
                    .map(|support| json!({"quote": sentence, "kind": "figure", "support": support, "grounded": true})),
            );
        }
    }
    json!({ "claims": claims })
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
