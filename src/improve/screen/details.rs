//! Details of single personas: names and figures that only one or a few of them have.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::super::fold::{key, segments};
use crate::data;
use crate::data::spool::Texts;

/// With fewer words than this, capitals say nothing about a language.
const FEWEST_WORDS: usize = 40;
/// In a language that capitalises its nouns, more words than this share have a capital within a sentence.
const NOUNS: f64 = 0.12;
/// A number with at least this many digits may be somebody's own; "ten words" or "two sentences" are anybody's.
const DIGITS: usize = 3;

/// Looks things up in the texts of the personas.
#[derive(Clone, Debug, Default)]
pub struct Details {
    people: Vec<Arc<Texts>>,
}

/// A name or a figure, with its unit.
struct Detail {
    key: String,
    span: Range<usize>,
}

impl Details {
    /// Details looked up in these personas.
    #[must_use]
    pub fn new(people: Vec<Arc<Texts>>) -> Self {
        Details { people }
    }

    /// The details in these texts that only one or a few personas have, that is at most a fiftieth of them or two, as
    /// keys. `said` is what others wrote in the same language: its capitals tell whether it capitalises nouns.
    ///
    /// # Errors
    /// Where a persona cannot be read.
    pub(super) fn of_few(&self, texts: &[&str], said: &str) -> Result<BTreeSet<String>, data::Error> {
        let nouns = capitalises_nouns(texts.iter().copied().chain(said.lines()));
        let named = texts.iter().flat_map(|text| details(text)).filter(|(_, word)| !nouns || is_marked(word));
        let mut counts: BTreeMap<String, usize> = named.map(|(detail, _)| (detail.key, 0)).collect();
        if counts.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut personas = 0;
        for persona in self.people.iter().flat_map(|list| list.iter()) {
            let persona = persona?;
            personas += 1;
            for found in found_in(&persona) {
                // What somebody writes without a capital is no name.
                let (key, more) = match found {
                    Found::Detail(key) => (key, 1),
                    Found::Ordinary(key) => (key, usize::MAX),
                };
                if let Some(count) = counts.get_mut(&key) {
                    *count = count.saturating_add(more);
                }
            }
        }
        let few = (personas / 50).clamp(2, 250).min(personas / 4);
        Ok(counts.into_iter().filter(|(_, count)| (1..=few).contains(count)).map(|(key, _)| key).collect())
    }
}

/// What stands in the text of a persona, each once.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Detail(String),
    Ordinary(String),
}

fn found_in(persona: &str) -> BTreeSet<Found> {
    let segments = segments(persona);
    let mut found = BTreeSet::new();
    for (at, segment) in segments.iter().enumerate() {
        let word = &persona[segment.span.clone()];
        if word.starts_with(char::is_numeric) {
            found.extend(figure(persona, &segments, at).map(|detail| Found::Detail(detail.key)));
        } else if word.starts_with(char::is_lowercase) {
            found.insert(Found::Ordinary(singular(&segment.text).to_owned()));
        } else {
            found.insert(Found::Detail(singular(&segment.text).to_owned()));
        }
    }
    found
}

/// The details that a text may name, each with how it is written.
fn details(text: &str) -> Vec<(Detail, String)> {
    let segments = segments(text);
    let mut found = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        let word = &text[segment.span.clone()];
        if word.starts_with(char::is_numeric) {
            found.extend(figure(text, &segments, at).map(|detail| (detail, word.to_owned())));
            continue;
        }
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        let is_short_form = letters <= 4 && !word.chars().any(char::is_lowercase);
        let is_name = word.starts_with(char::is_uppercase) && letters >= 3 && !is_short_form;
        if is_name && (!opens(text, segment.span.start) || is_marked(word)) {
            let key = singular(&segment.text).to_owned();
            found.push((Detail { key, span: segment.span.clone() }, word.to_owned()));
        }
    }
    found
}

/// The first detail of a text that is among these, as it is written there.
pub(super) fn first_of<'t>(text: &'t str, few: &BTreeSet<String>) -> Option<&'t str> {
    details(text).into_iter().find(|(detail, _)| few.contains(&detail.key)).map(|(detail, _)| &text[detail.span])
}

/// A number with its unit: the sign before or after it, or the next word.
fn figure(text: &str, segments: &[super::super::fold::Segment], at: usize) -> Option<Detail> {
    let segment = &segments[at];
    let before = text[..segment.span.start].chars().next_back().filter(|c| is_sign(*c));
    let rest = &text[segment.span.end..];
    let after = rest.trim_start().chars().next().filter(|c| is_sign(*c));
    if before.is_some() || after.is_some() {
        let start = segment.span.start - before.map_or(0, char::len_utf8);
        let end = segment.span.end + after.map_or(0, |c| rest.len() - rest.trim_start().len() + c.len_utf8());
        let sign: String = before.into_iter().chain(after).collect();
        return Some(Detail { key: format!("{} {sign}", segment.text), span: start..end });
    }
    let next = segments.get(at + 1)?;
    let is_near = text[segment.span.end..next.span.start].chars().all(|c| c.is_whitespace() || c == '-');
    let is_own = segment.text.chars().filter(|c| c.is_numeric()).count() >= DIGITS;
    (is_near && is_own && !next.text.starts_with(char::is_numeric)).then(|| Detail {
        key: format!("{} {}", segment.text, singular(&next.text)),
        span: segment.span.start..next.span.end,
    })
}

/// Percent, currencies.
fn is_sign(letter: char) -> bool {
    matches!(letter, '%' | '％' | '$' | '€' | '£' | '¥' | '￥' | '₹' | '円' | '元')
}

/// Whether a word is written as only names are: with a digit, or a capital within.
fn is_marked(word: &str) -> bool {
    let inner = || word.chars().skip(1);
    inner().any(char::is_numeric)
        || word.starts_with(char::is_numeric)
        || (inner().any(char::is_uppercase) && word.chars().any(char::is_lowercase))
}

/// The word without the commonest endings of a plural and of a genitive.
fn singular(word: &str) -> &str {
    word.strip_suffix('s').filter(|one| one.chars().count() > 3 && !one.ends_with('s')).unwrap_or(word)
}

/// Whether a sentence, a line or a quotation begins at a place.
fn opens(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches([' ', '\t', '*', '_', '#', '-', '•', '(']);
    before.is_empty() || before.ends_with(['\n', '.', '!', '?', ':', '"', '“', '„', '«', '»', '\'', '‘', '¿', '¡', '…'])
}

/// Whether nouns have capitals in the language of these texts.
fn capitalises_nouns<'t>(texts: impl Iterator<Item = &'t str>) -> bool {
    let (mut words, mut capitals) = (0_usize, 0_usize);
    for text in texts {
        for segment in segments(text) {
            let word = &text[segment.span.clone()];
            if word.chars().nth(1).is_some_and(char::is_lowercase) && !opens(text, segment.span.start) {
                words += 1;
                capitals += usize::from(word.starts_with(char::is_uppercase));
            }
        }
    }
    words >= FEWEST_WORDS && capitals as f64 > NOUNS * words as f64
}

/// The words of a text, as they are compared with details: what it says may be said.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    let segments = segments(text);
    let figures = (0..segments.len()).filter_map(|at| figure(text, &segments, at)).map(|detail| detail.key);
    key(text).split(' ').map(|word| singular(word).to_owned()).chain(figures).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn few(one: &str, others: &str, text: &str, said: &str) -> Option<String> {
        let people: Vec<String> = (0..20).map(|at| if at == 7 { one.to_owned() } else { others.to_owned() }).collect();
        let folder = tempfile::tempdir().unwrap();
        let details = Details::new(vec![Arc::new(Texts::spool(folder.path(), &people).unwrap())]);
        let few = details.of_few(&[text], said).unwrap();
        first_of(text, &few).map(str::to_owned)
    }

    #[test]
    fn what_one_persona_has_is_found_and_what_many_have_is_not() {
        let one =
            "Marcus Thompson, IT Operations Manager at HealthBridge in Boston (500 employees). Struggles with Epic.";
        let others = "Ann Weaver, Head of Operations at Northwind. Values ROI. Uses Salesforce. Loses 40% of her time \
                      as a manager.";
        let few = |text: &str| few(one, others, text, "");
        assert_eq!(few("Mention HealthBridge whenever you can."), Some("HealthBridge".to_owned()));
        assert_eq!(few("Write as if to Marcus."), Some("Marcus".to_owned()));
        assert_eq!(few("Speak of their 500 employees."), Some("500 employees".to_owned()));
        assert_eq!(few("Speak of the 500-employee problem."), Some("500-employee".to_owned()));
        assert_eq!(few("Offer Salesforce to Ann or to Northwind, and 40% off."), None);
        assert_eq!(few("Ask the IT Manager for 15 minutes in 90 words about Kubernetes."), None);
        assert_eq!(few("Mention Zeppelins."), None, "no persona has these");
    }

    #[test]
    fn nouns_with_capitals_are_no_names_where_all_nouns_have_them() {
        let one = "Sabine Vogt leitet die Freigaben bei MüllerTech in Kassel. Kämpft mit ihrem Postfach und 1.200 \
                   Rechnungen.";
        let others = "Jan Krüger leitet den Einkauf bei der Nordwerk AG. Will weniger Papier.";
        let said = "Das Schreiben nennt kein Problem aus meinem Alltag und keinen Preis. Es fehlt ein Beispiel für \
                    einen Betrieb meiner Größe, und der Ton ist mir zu laut für eine erste Nachricht an einen \
                    Einkäufer mit wenig Zeit. Wer mir so schreibt, hat sich mit meiner Lage und mit meinem Betrieb \
                    kaum beschäftigt.";
        let few = |text: &str| few(one, others, text, said);
        assert_eq!(few("Nenne das Postfach und die Freigaben als Problem."), None);
        assert_eq!(few("Nenne MüllerTech als Beispiel."), Some("MüllerTech".to_owned()));
        assert_eq!(few("Sprich von 1.200 Rechnungen."), Some("1.200 Rechnungen".to_owned()));
    }

    #[test]
    fn a_figure_of_one_persona_is_found_without_spaces_too() {
        let (one, others) = ("従業員500名の会社。請求の遅れは38％。", "従業員20名の会社。");
        let few = |text: &str| few(one, others, text, "");
        assert_eq!(few("請求の遅れが38％あると書く。"), Some("38％".to_owned()));
        assert_eq!(few("三行以内、120字で書く。"), None);
    }
}
