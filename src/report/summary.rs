//! The summary at the end of a cycle, and the before/after of any two runs.

use super::{story, words};
use crate::compare::Comparison;
use crate::data::provenance::{FailedTrial, SearchFailure};
use crate::optimize::before::judges::Judges;
use crate::optimize::story::{Rates, Story};

pub use super::before_after::{Names, before_after, change_lines, judged_by, verdict};
pub use super::spent::{Spent, failed_trials, failed_while_searching, spent};

/// The rule above and below a block: the original service's width.
pub const RULE: &str = "============================================================";

/// What the block of a cycle says.
#[derive(Clone, Debug)]
pub struct CycleSummary<'a> {
    /// What happened; `None` where only the people of the file are compared.
    pub story: Option<&'a Story>,
    /// Before and after, on the people of the file; `None` where the incumbent stays.
    pub comparison: Option<&'a Comparison>,
    /// Who judged.
    pub judges: &'a Judges,
    /// Trials that failed.
    pub failures: &'a [FailedTrial],
    /// Those of the search, and older messages that could not be decided again.
    pub search_failures: &'a [SearchFailure],
    /// The limit that was reached before the end, if any.
    pub partial: Option<&'a str>,
    /// What it took.
    pub spent: Spent<'a>,
    /// The file, as a person would open it.
    pub file: &'a str,
}

/// The title of a block: a partial result is not called complete, and neither is an empty one.
#[must_use]
pub fn heading(what: &str, partial: Option<&str>, usable: bool) -> String {
    match partial {
        Some(why) => format!("{what} INCOMPLETE: {}", words::one_line(why, 120)),
        None if usable => format!("{what} COMPLETE"),
        None => format!("{what} FAILED"),
    }
}

/// Everything that is known of a cycle, in lines: what `--verbose` prints before the result.
#[must_use]
pub fn details(summary: &CycleSummary<'_>) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        text.push_str(&words);
        text.push('\n');
    };
    line(RULE.into());
    line("DETAILS".into());
    line(RULE.into());
    if let Some(story) = summary.story {
        for words in story::lines(story).into_iter().chain(story::difference(&story.difference)) {
            line(words);
        }
        let who = if story.learned.0.messages == story.before.messages {
            "People learned from"
        } else {
            "Everybody in the file, people kept aside included"
        };
        line(match (summary.comparison, story.verdict.adopts()) {
            (Some(_), _) => format!("{who} (described only: the prompt was written from these people's answers):"),
            (None, true) => format!("{who} (the new prompt has not written to them yet):"),
            (None, false) => format!("{who}, with the prompt that stays:"),
        });
        if summary.comparison.is_none() {
            line(format!("Original response rate: {}", words::full_rate(&story.before.response)));
        }
        line(format!("Original grounded response rate: {}", grounded(&story.before)));
        if let Some(after) = &story.after {
            line(format!("Improved grounded response rate: {}", grounded(after)));
        }
    }
    match summary.comparison {
        Some(comparison) => before_after(comparison, summary.judges, Names::Cycle).into_iter().for_each(&mut line),
        None => line(format!("Judged by: {}", judged_by(summary.judges, Names::Cycle))),
    }
    line(failed_trials(summary.failures.iter().map(|failure| failure.reason.as_str())));
    if let Some(words) = failed_while_searching(summary.search_failures) {
        line(words);
    }
    for words in spent(&summary.spent) {
        line(words);
    }
    line(RULE.into());
    text
}

fn grounded(rates: &Rates) -> String {
    rates.grounded.as_ref().map_or_else(|| words::NOT_CHECKED.to_owned(), words::full_rate)
}
