//! Whether advice repeats the decision makers.

use std::collections::HashSet;

use super::super::fold::{key, runs, segments, stands_in};
use super::super::parts::layout;

/// Words from which on a run is a quote: shorter runs belong to the language.
pub(super) const RUN: usize = 8;
/// Runs that are remembered. An improver is shown some twenty thousand.
const MOST_RUNS: usize = 1 << 20;
/// Words of a criterion that is known again from fewer words than a run.
const CRITERION: std::ops::RangeInclusive<usize> = 6..=RUN;
/// Names and criteria that are remembered.
const MOST_TERMS: usize = 1_000;

/// Runs of words that no advice may have, and the names in the decision maker's prompt.
#[derive(Clone, Debug, Default)]
pub(super) struct Quotes {
    allowed: HashSet<u64>,
    runs: HashSet<u64>,
    /// Names that the decision maker's prompt gives, as they are written there.
    names: Vec<String>,
    /// What its lists begin with, as keys.
    criteria: Vec<String>,
}

impl Quotes {
    /// Texts that may be quoted come first.
    pub(super) fn allow(&mut self, text: &str) {
        self.allowed.extend(runs(&segments(text), RUN).map(|(_, run)| run));
    }

    pub(super) fn guard(&mut self, text: &str) {
        for (_, run) in runs(&segments(text), RUN) {
            if self.runs.len() >= MOST_RUNS {
                break;
            }
            if !self.allowed.contains(&run) {
                self.runs.insert(run);
            }
        }
    }

    /// Guards the terms of a decision maker's prompt: names in quotes, in bold or with capitals, and short sentences
    /// that its lists begin with. `known`: what may be said.
    pub(super) fn guard_terms(&mut self, decision_prompt: &str, known: &str) {
        let known = key(known);
        for line in decision_prompt.lines().take(2_000) {
            let marked = [("**", "**"), ("\"", "\""), ("“", "”"), ("「", "」")];
            let marked = marked.into_iter().flat_map(|(open, close)| between(line, open, close));
            let names = marked.map(str::to_owned).chain(capitals(line));
            self.names.extend(names.filter(|name| {
                let words = segments(name).len();
                (2..=RUN).contains(&words) && name.chars().any(char::is_uppercase) && !stands_in(&key(name), &known)
            }));
            // "1. It gives you something to believe. At least ..."
            if let Some(item) = layout::unmarked(line.trim()) {
                let lead = item.split(['.', ':', ';', '。', '：']).next().unwrap_or_default();
                if CRITERION.contains(&segments(lead).len()) && !stands_in(&key(lead), &known) {
                    self.criteria.push(key(lead));
                }
            }
        }
        self.names.truncate(MOST_TERMS);
        self.criteria.truncate(MOST_TERMS);
    }

    /// The first passage of a text that quotes, as long as it goes on.
    pub(super) fn quoted<'t>(&self, text: &'t str) -> Option<&'t str> {
        let segments = segments(text);
        let mut found: Option<std::ops::Range<usize>> = None;
        for (run, hash) in runs(&segments, RUN) {
            let is_quote = self.runs.contains(&hash);
            match &mut found {
                None if is_quote => found = Some(run),
                Some(found) if is_quote => found.end = run.end,
                Some(found) if run.start >= found.end => break,
                _ => {}
            }
        }
        let found = found?;
        Some(&text[segments[found.start].span.start..segments[found.end - 1].span.end])
    }

    /// The first term of the decision maker's prompt in a text. A name is recognised only as it is written there: in
    /// small letters its words may be anybody's.
    pub(super) fn term(&self, text: &str) -> Option<&str> {
        let said = key(text);
        let name = self.names.iter().find(|name| text.contains(name.as_str()));
        name.or_else(|| self.criteria.iter().find(|lead| stands_in(lead, &said))).map(String::as_str)
    }
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

/// Words with capitals, one after the other, where a sentence goes on: "Evidence Floor".
fn capitals(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    let mut opens = true;
    for word in line.split_whitespace().chain(std::iter::once(".")) {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_name = bare.starts_with(char::is_uppercase) && bare.chars().count() > 1 && !opens;
        if is_name {
            run.push(bare);
        }
        // A run ends at a word without a capital, and at the end of a clause.
        if !is_name || word.ends_with(|c: char| !c.is_alphanumeric()) {
            if run.len() >= 2 {
                found.push(run.join(" "));
            }
            run.clear();
        }
        opens = word.ends_with(['.', '!', '?', ':']);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_eight_words_is_a_quote_unless_it_may_be() {
        let mut quotes = Quotes::default();
        quotes.allow("Teams reduce manual process work by 45% within the first quarter, they say.");
        quotes.guard(
            "[no] I see that teams reduce manual process work by 45% within the first quarter. It does not \
                      say how that would work with my own team.",
        );
        quotes.guard("[no] 自社の規模のチームで最初の一か月に何が変わるのかが書かれていない。");
        quotes.guard("[no] Es steht nicht darin, was sich für ein Team meiner Größe im ersten Monat ändert.");
        assert_eq!(quotes.quoted("Teams reduce manual process work by 45% within the first quarter."), None);
        let said = "Mind: \"It does not say how that WOULD work with my own team!\" Never.";
        assert_eq!(quotes.quoted(said), Some("It does not say how that WOULD work with my own team"));
        assert_eq!(quotes.quoted("Say how that would work with the reader's own team."), None);
        assert_eq!(
            quotes.quoted("最初に、自社の規模のチームで最初の一か月に何が変わるのかを書く。"),
            Some("自社の規模のチームで最初の一か月に何が変わるの")
        );
        assert_eq!(quotes.quoted("何が変わるのかを一文で書く。"), None);
        assert_eq!(
            quotes.quoted("Schreibe, was sich für ein Team meiner Größe im ersten Monat ändert."),
            Some("was sich für ein Team meiner Größe im ersten Monat ändert")
        );
    }

    #[test]
    fn terms_of_the_decision_makers_prompt_are_known_again() {
        let mut quotes = Quotes::default();
        let judge = "Apply the Evidence Floor: two figures. Use \"Proof density score\".\n- It gives you something to \
                     believe. At least two.\n**Cold Email**";
        quotes.guard_terms(judge, "We write a cold email to Evidence people.");
        assert_eq!(quotes.term("Meet the Evidence Floor in every message."), Some("Evidence Floor"));
        assert_eq!(quotes.term("Raise the Proof density score."), Some("Proof density score"));
        assert_eq!(
            quotes.term("Write so that IT gives you something to believe"),
            Some("it gives you something to believe")
        );
        assert_eq!(quotes.term("Write a Cold Email with a floor of evidence."), None);
    }
}
