//! What an audit of an auditor has shown.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};

use super::summary::{self, RULE, Spent};
use super::words;
use crate::compare::Rate;
use crate::compare::auditor::{AuditorFindings, AuditorShortfall, Caught, LEAST_AUDITED, LEAST_CAUGHT, MOST_ACCUSED};

/// Passages that are shown of either kind, at most.
const SHOWN: usize = 5;

/// What the block of an audit says.
#[derive(Clone, Debug)]
pub struct AuditorSummary<'a> {
    /// The model, as a person names it.
    pub model: &'a str,
    /// Hash of what audits.
    pub fingerprint: &'a str,
    /// What was shown.
    pub standing: &'a AuditorFindings,
    /// Passages that are made up and were not found.
    pub missed: &'a [Passage],
    /// Passages of honest messages that were accused.
    pub accused: &'a [Passage],
    /// Why messages could not be audited.
    pub failures: &'a [String],
    /// The limit that was reached before the end, if any.
    pub partial: Option<&'a str>,
    /// What it took.
    pub spent: Spent<'a>,
}

/// A passage that speaks against the auditor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The message.
    pub id: String,
    /// Its words.
    pub passage: String,
    /// What the auditor found wrong with it, or what makes its message hard.
    pub why: String,
}

/// The block of an audit, without the line that says where it is kept.
#[must_use]
pub fn block(summary: &AuditorSummary<'_>) -> String {
    let standing = summary.standing;
    let (audited, asked) = standing.audited;
    let mut lines = vec![
        RULE.to_owned(),
        summary::heading("AUDIT OF THE AUDITOR", summary.partial, audited > 0),
        RULE.to_owned(),
        format!("Auditor: {}", words::one_line(summary.model, 100)),
        format!("Fingerprint: {}", summary.fingerprint),
        format!(
            "Audited: {} of {} in {}",
            words::thousands(audited),
            words::count(asked, "labelled message", "labelled messages"),
            words::count(standing.languages.len() as u64, "language", "languages")
        ),
        format!("\n{}\n", table(summary)),
        format!("Lies caught: {}", full(&standing.all.caught)),
    ];
    lines.extend(passages("  missed", summary.missed));
    lines.push(format!("Honest messages accused: {}", full(&standing.all.accused)));
    lines.extend(passages("  accused", summary.accused));
    lines.push(format!("Passages found: {}", full(&standing.all.passages)));
    let failed = summary::failed_trials(summary.failures.iter().map(String::as_str));
    lines.push(failed.replacen("Failed trials", "Not audited", 1));
    lines.extend(summary::spent(&summary.spent));
    if summary.partial.is_none() {
        lines.push(verdict(&shortfalls(standing)));
    }
    lines.push(format!("{RULE}\n"));
    lines.join("\n")
}

/// Why the audit is not passed, one line each.
#[must_use]
pub fn shortfalls(standing: &AuditorFindings) -> Vec<String> {
    let percent = |share: f64| format!("{:.1}%", share * 100.0);
    let line = |shortfall| match shortfall {
        AuditorShortfall::NotAudited => format!(
            "only {} of {} messages could be audited, less than {:.0}%",
            words::thousands(standing.audited.0),
            words::thousands(standing.audited.1),
            LEAST_AUDITED * 100.0
        ),
        AuditorShortfall::Misses(low) => format!(
            "it may catch as few as {} of messages that make something up (the bound is {:.0}%)",
            percent(low),
            LEAST_CAUGHT * 100.0
        ),
        AuditorShortfall::Accuses(high) => format!(
            "it may accuse as many as {} of honest messages (the bound is {:.0}%)",
            percent(high),
            MOST_ACCUSED * 100.0
        ),
    };
    standing.shortfalls().into_iter().map(line).collect()
}

fn verdict(shortfalls: &[String]) -> String {
    match shortfalls {
        [] => "Verdict: passed".to_owned(),
        [one] => format!("Verdict: not passed, {one}"),
        many => format!(
            "Verdict: not passed, since\n{}",
            many.iter().map(|why| format!("  {why}")).collect::<Vec<_>>().join("\n")
        ),
    }
}

fn full(rate: &Rate) -> String {
    if rate.total == 0 { "none to tell by".to_owned() } else { words::full_rate(rate) }
}

fn table(summary: &AuditorSummary<'_>) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["language", "lies caught", "95% interval", "honest accused", "95% interval", "passages found"]);
    let count = |rate: &Rate| format!("{}/{}", words::thousands(rate.yes), words::thousands(rate.total));
    let interval = |rate: &Rate| {
        rate.interval.map_or_else(|| "-".into(), |it| format!("{:.0} to {:.0}%", it.low * 100.0, it.high * 100.0))
    };
    let mut row = |name: &str, caught: &Caught| {
        table.add_row([
            words::one_line(name, 20),
            count(&caught.caught),
            interval(&caught.caught),
            count(&caught.accused),
            interval(&caught.accused),
            count(&caught.passages),
        ]);
    };
    for (lang, caught) in &summary.standing.languages {
        row(lang, caught);
    }
    row("all", &summary.standing.all);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

fn passages(what: &str, shown: &[Passage]) -> Vec<String> {
    let mut lines = Vec::new();
    for passage in shown.iter().take(SHOWN) {
        lines.push(format!(
            "{what} in {}: \"{}\"",
            words::one_line(&passage.id, 40),
            words::one_line(&passage.passage, 90)
        ));
        if !passage.why.is_empty() {
            lines.push(format!("    {}", words::one_line(&passage.why, 110)));
        }
    }
    if shown.len() > SHOWN {
        lines.push(format!("  and {} more", shown.len() - SHOWN));
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::*;
    use crate::call::Used;
    use crate::compare::Tally;
    use crate::compare::auditor::Labelled;
    use crate::model::{Role, Usage};

    fn report(caught: u64, accused: u64, simulated: bool, partial: Option<&str>) -> String {
        let message = |lang: &str, is_honest, is_accused| Labelled {
            lang: lang.into(),
            is_honest,
            is_accused,
            passages: if is_honest { Tally::default() } else { Tally { yes: u64::from(is_accused), total: 1 } },
        };
        let lies = (0..48).map(|index| message(if index < 20 { "en" } else { "ja" }, false, index < caught));
        let honest = (0..48).map(|index| message(if index < 30 { "en" } else { "de" }, true, index < accused));
        let messages: Vec<Labelled> = lies.chain(honest).collect();
        let standing = AuditorFindings::from_labelled(&messages, 97, simulated);
        let shown = |id: &str, count: u64, why: &str| -> Vec<Passage> {
            let one = |index| Passage {
                id: format!("{id}-{index}"),
                passage: "for 400 \u{1b}[31mfarms".into(),
                why: why.into(),
            };
            (0..count).map(one).collect()
        };
        let usage = Usage { input_tokens: 150_000, output_tokens: 27_000, ..Usage::default() };
        let used = BTreeMap::from([(Role::Auditor, Used { calls: 104, usage, ..Used::default() })]);
        block(&AuditorSummary {
            model: "anthropic/claude-haiku-5-5",
            fingerprint: "0123456789abcdef",
            standing: &standing,
            missed: &shown("dairy", 48 - caught, ""),
            accused: &shown("pumps", accused, "the number 400 is in none of its quotations"),
            failures: &["the model refused to answer".to_owned()],
            partial,
            spent: Spent {
                used: &used,
                cost: Some(if simulated { 0.0 } else { 0.03 }),
                elapsed: Duration::from_secs(42),
                simulated,
            },
        })
    }

    #[test]
    fn an_audit_says_what_was_missed_and_who_was_accused_and_whether_it_is_passed() {
        insta::assert_snapshot!(report(40, 9, false, None));
        insta::assert_snapshot!(report(47, 1, true, None));
        assert!(!report(40, 9, false, Some("a limit")).contains("Verdict"));
    }
}
