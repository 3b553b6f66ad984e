//! Which of the things that law asks for a message holds, as far as the market's English tells.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use super::lexicon::{pattern, sentences};
use super::offer::FIGURE;

static OPT_OUT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bunsubscribe\b|\bopt[ -]?out\b|\bno (?:more|further) (?:messages|e-?mails|mail)\b|\bstop (?:writing|these)\b",
    )
});

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b\d{1,5} (?:[A-Z][\w.]* ){1,4}?(?:street|st\.|road|rd\.|avenue|ave\.?|lane|way|square|drive|blvd\.?)\b[^\n]*|\bP\.? ?O\.? Box \d+[^\n]*|\b[A-ZÄÖÜ]\w+(?:straße|strasse|weg|platz) \d+[^\n]*",
    )
});

static CONTACT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[\w.+-]+@[\w-]+\.[\w.]+|https?://\S+|\bwww\.\S+|\+\d[\d ()/-]{6,}\d"));

static ATTACHED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:attached|attachment|enclosed)\b"));

/// Quotations of what is there, empty where it is not.
pub(super) fn read(message: &str, subject: &str) -> Value {
    let sentence =
        |wanted: &Regex| sentences(message).into_iter().find(|text| wanted.is_match(text)).unwrap_or_default();
    let passage = |wanted: &Regex| wanted.find(message).map_or("", |found| found.as_str());
    let lines: Vec<&str> = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let sender = lines.iter().rev().find(|line| !CONTACT.is_match(line) && !ADDRESS.is_match(line));
    // A figure that the subject names and the body does not.
    let promised =
        FIGURE.find_iter(subject).map(|found| found.as_str().trim()).find(|figure| !message.contains(figure));
    json!({
        "opt_out": sentence(&OPT_OUT).trim(),
        "address": passage(&ADDRESS).trim(),
        "sender": sender.copied().unwrap_or_default(),
        "contact": passage(&CONTACT),
        "attachment": sentence(&ATTACHED).trim(),
        "promise": promised.unwrap_or_default(),
        "why": promised.map_or_else(String::new, |figure| format!("The message says nothing of {figure}.")),
    })
}
