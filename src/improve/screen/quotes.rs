//! Whether a challenger repeats the decision makers.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::super::parts::key;

/// Words that make a run a quote: shorter ones are the language's own.
pub(super) const RUN: usize = 8;
/// Runs that are remembered. An improver is shown some twenty thousand.
const MOST_RUNS: usize = 1 << 20;
/// Words of a criterion that is known again from fewer words than a run.
const CRITERION: std::ops::RangeInclusive<usize> = 6..=RUN;

/// Runs of words that no challenger may have, and terms of the decision maker's prompt.
#[derive(Clone, Debug, Default)]
pub(super) struct Quotes {
    allowed: HashSet<u64>,
    runs: HashSet<u64>,
    /// Names that the decision maker's prompt gives to its criteria, each with a space on either side.
    terms: Vec<String>,
}

impl Quotes {
    /// Texts that may be quoted come first.
    pub(super) fn allow(&mut self, text: &str) {
        let words = Words::of(text);
        self.allowed.extend(words.runs(RUN).map(|(_, run)| run));
    }

    pub(super) fn guard(&mut self, text: &str) {
        let words = Words::of(text);
        for (_, run) in words.runs(RUN) {
            if self.runs.len() >= MOST_RUNS {
                break;
            }
            if !self.allowed.contains(&run) {
                self.runs.insert(run);
            }
        }
    }

    /// Guards the terms of a decision maker's prompt: what it sets in capitals, quotes or bold, and what its list says in
    /// so many words. `known`: what the incumbent and the facts say.
    pub(super) fn guard_terms(&mut self, decision_prompt: &str, known: &str) {
        let known = format!(" {} ", key(known));
        for term in terms(decision_prompt) {
            let spaced = format!(" {term} ");
            if !known.contains(&spaced) && !self.terms.contains(&spaced) && self.terms.len() < 1_000 {
                self.terms.push(spaced);
            }
        }
    }

    /// The first passage of a text that quotes, as long as it goes on.
    pub(super) fn quoted(&self, text: &str) -> Option<String> {
        let words = Words::of(text);
        let (mut first, mut last) = (None, 0);
        for (at, run) in words.runs(RUN) {
            if self.runs.contains(&run) {
                first.get_or_insert(at);
                last = at + RUN;
            } else if first.is_some() && at >= last {
                break;
            }
        }
        first.map(|first| words.words[first..last].join(" "))
    }

    /// The first term of the decision maker's prompt in a text.
    pub(super) fn term(&self, text: &str) -> Option<String> {
        let said = format!(" {} ", key(text));
        self.terms.iter().find(|term| said.contains(term.as_str())).map(|term| term.trim().to_owned())
    }
}

struct Words {
    words: Vec<String>,
}

impl Words {
    fn of(text: &str) -> Self {
        Words { words: key(text).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect() }
    }

    /// Every run of so many words: where it begins, and its hash.
    fn runs(&self, length: usize) -> impl Iterator<Item = (usize, u64)> {
        self.words.windows(length).enumerate().map(|(at, run)| {
            let mut hasher = DefaultHasher::new();
            run.hash(&mut hasher);
            (at, hasher.finish())
        })
    }
}

/// What a decision maker's prompt calls by name.
fn terms(prompt: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prompt.lines().take(2_000) {
        for (open, close) in [("**", "**"), ("\"", "\""), ("“", "”")] {
            found.extend(between(line, open, close).map(key));
        }
        found.extend(capitals(line));
        // "1. It gives you something to believe. At least ..."
        let item = line
            .trim_start()
            .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | '-' | '*' | ' '));
        if item.len() < line.trim_start().len() {
            let lead = key(item.split(['.', ':', ';']).next().unwrap_or_default());
            if CRITERION.contains(&lead.split(' ').count()) {
                found.push(lead);
            }
        }
    }
    found.retain(|term| is_telling(term));
    found
}

fn between<'l>(line: &'l str, open: &'l str, close: &'l str) -> impl Iterator<Item = &'l str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let from = rest.find(open)? + open.len();
        let end = from + rest[from..].find(close)?;
        let inside = &rest[from..end];
        rest = &rest[end + close.len()..];
        Some(inside)
    })
}

/// Two to five words with capitals, one after the other: "Evidence Floor".
fn capitals(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    let words = line.split_whitespace().chain(std::iter::once("."));
    for word in words {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let has_capital = bare.starts_with(char::is_uppercase) && bare.chars().count() > 1;
        if has_capital {
            run.push(bare);
        }
        // A run ends at a word without one, and at the end of a clause.
        if !has_capital || word.ends_with(|c: char| !c.is_alphanumeric()) {
            if (2..=5).contains(&run.len()) {
                found.push(key(&run.join(" ")));
            }
            run.clear();
        }
    }
    found
}

/// Whether a term has words that not every request for outreach has.
fn is_telling(term: &str) -> bool {
    const COMMON: &[&str] = &[
        "cold",
        "email",
        "e",
        "mail",
        "emails",
        "message",
        "messages",
        "outreach",
        "decision",
        "maker",
        "makers",
        "your",
        "you",
        "the",
        "a",
        "an",
        "this",
        "persona",
        "yes",
        "no",
        "json",
        "sales",
        "subject",
        "line",
        "subjectline",
        "true",
        "false",
        "to",
        "of",
        "in",
        "is",
        "it",
        "and",
        "or",
        "not",
        "say",
        "if",
        "only",
        "system",
        "prompt",
        "linkedin",
        "call",
        "action",
    ];
    let count = term.split(' ').count();
    let telling = term.split(' ').filter(|word| !COMMON.contains(word)).count();
    (2..=RUN).contains(&count) && telling >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_eight_words_is_a_quote_unless_it_may_be() {
        let mut quotes = Quotes::default();
        quotes.allow("Teams reduce manual process work by 45% within the first quarter, they say.");
        quotes.guard("[no] I see that teams reduce manual process work by 45% within the first quarter. It does not say how that would work with my own team.");
        assert_eq!(quotes.quoted("Teams reduce manual process work by 45% within the first quarter."), None);
        assert_eq!(
            quotes.quoted("It does not say how that would work."),
            Some("it does not say how that would work".to_owned())
        );
        assert_eq!(
            quotes.quoted("Mind: \"It does not say how that would work with my own team!\" Never."),
            Some("it does not say how that would work with my own team".to_owned())
        );
        assert_eq!(quotes.quoted("Say how that would work with the reader's own team."), None);
    }

    #[test]
    fn terms_of_the_decision_makers_prompt_are_known_again() {
        let mut quotes = Quotes::default();
        let judge = "Apply the Evidence Floor: two figures. Use \"proof density score\".\n- It gives you something to believe. At least two.\n**Cold Email**";
        quotes.guard_terms(judge, "We sell to Evidence people.");
        assert_eq!(quotes.term("Meet the evidence floor in every message."), Some("evidence floor".to_owned()));
        assert_eq!(quotes.term("Raise the Proof Density Score."), Some("proof density score".to_owned()));
        assert_eq!(
            quotes.term("Write so that it gives you something to believe"),
            Some("it gives you something to believe".to_owned())
        );
        assert_eq!(quotes.term("Write a cold email with evidence."), None);
    }
}
