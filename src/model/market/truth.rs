//! The market's own truth: what a message claims that nothing supports.

use super::detect::{detect, split_subject};
use super::feature::Feature::{Certificate, Customer, Figures, Integrations, Post, Price, Result};
use super::lexicon::{pattern, sentences};
use super::offer::{CERTIFICATE, FIGURE};
use super::reader::Reader;

/// The sentences of a message that hold an invented claim: a customer, a figure, a certification, an integration, a
/// price or a sighting of the persona that neither the facts nor the persona state.
pub(super) fn ungrounded(message: &str, facts: &str, persona: &str) -> Vec<String> {
    let reader = Reader::of(persona);
    let (subject, body) = split_subject(message);
    let known = format!("{facts}\n{persona}").to_lowercase();
    let facts_lower = facts.to_lowercase();
    let mut found = Vec::new();
    for sentence in subject.into_iter().chain(sentences(body)) {
        let lower = sentence.to_lowercase();
        let shows = detect(sentence, &reader).features;
        let unknown_number = FIGURE.find_iter(&lower).any(|figure| !states_number(&known, figure.as_str()));
        let unknown_name = shows.has(Customer) && !names_only_known(sentence, facts);
        let unknown_certificate = shows.has(Certificate)
            && CERTIFICATE.find_iter(&lower).any(|name| !facts_lower.contains(first_word(name.as_str())));
        // A sighting is grounded only where the persona tells of one; being active somewhere is not a post.
        let sighting = shows.has(Post) && !persona.to_lowercase().contains("post about");
        let result = shows.has(Result) && unknown_number;
        let figure = shows.has(Figures) && unknown_number;
        let integration = shows.has(Integrations) && claims_integration(&lower, &facts_lower, &reader);
        let price = shows.has(Price) && lower.contains(['$', '€', '£']) && !facts_lower.contains(['$', '€', '£']);
        if unknown_name || unknown_certificate || sighting || result || figure || integration || price {
            found.push(sentence.to_owned());
        }
    }
    found
}

fn first_word(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

/// Whether a number stands in a text with no other digit next to it.
fn states_number(text: &str, figure: &str) -> bool {
    let digits: String = figure.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    let digits = digits.trim_end_matches('.');
    if digits.is_empty() {
        return text.contains(figure.trim());
    }
    text.match_indices(digits).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + digits.len()..].chars().next();
        let part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
        !part(before) && !part(after)
    })
}

/// Whether every capitalised name in the sentence, its first word apart, is known from the facts.
fn names_only_known(sentence: &str, facts: &str) -> bool {
    sentence
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '&' || letter == '-'))
        .filter(|word| !word.is_empty())
        .enumerate()
        .filter(|(at, word)| word.chars().next().is_some_and(char::is_uppercase) && word.len() > 1 && *at > 0)
        .all(|(_, word)| facts.contains(word))
        && sentence.split(' ').next().is_some_and(|word| facts.contains(word) || !facts.is_empty())
}

/// Whether a sentence says that the product connects, rather than that one would find out whether it does.
fn claims_integration(lower: &str, facts: &str, reader: &Reader) -> bool {
    static CLAIM: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| {
        pattern(
            r"\b(?:integrates?|connects?|syncs?|plugs?|works) (?:\w+ )?(?:with|into|to)\b|\b(?:our|seamless|native|[a-z]+-certified) (?:\w+ )?integrations?\b",
        )
    });
    static ASKS: std::sync::LazyLock<regex::Regex> =
        std::sync::LazyLock::new(|| pattern(r"\b(?:what|which|whether|would|how|ask|not)\b"));
    let stated = facts.contains("integrat") || reader.tools.iter().any(|tool| facts.contains(&tool.to_lowercase()));
    CLAIM.is_match(lower) && !ASKS.is_match(lower) && !stated
}
