//! What an audit of a decision maker has shown.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};

use super::summary::{self, RULE, Spent};
use super::words;
use crate::compare::Rate;
use crate::compare::audit::{
    JudgeFindings, LEAST_DECIDED, LEAST_TRUE_YES, MOST_FALSE_YES, MOST_FLIPS, MOST_IN_A_FAMILY, MOST_MISSED, Shortfall,
};
use crate::evaluate::audit::{AuditAnswers, PairAnswers, ProbeAnswers};

/// Probes that are shown, at most.
const SHOWN: usize = 5;

/// What the block of an audit says.
#[derive(Clone, Debug)]
pub struct AuditSummary<'a> {
    /// The model, as a person names it.
    pub model: &'a str,
    /// The name of the decision prompt.
    pub prompt: &'a str,
    /// The score from which on a decision was a yes, if scores were asked for.
    pub threshold: Option<f64>,
    /// Hash of what judges.
    pub fingerprint: &'a str,
    /// Where personas and messages are from.
    pub source: &'a str,
    /// To how many personas each probe was put.
    pub repeats: usize,
    /// What was said.
    pub answers: &'a AuditAnswers,
    /// What that shows.
    pub standing: &'a JudgeFindings,
    /// The limit that was reached before the end, if any.
    pub partial: Option<&'a str>,
    /// What it took.
    pub spent: Spent<'a>,
}

/// The block of an audit, without the line that says where it is kept.
#[must_use]
pub fn block(summary: &AuditSummary<'_>) -> String {
    let (answers, standing) = (summary.answers, summary.standing);
    let graded = summary.threshold.map(|threshold| format!(", yes from a score of {threshold} on"));
    let mut lines = vec![
        RULE.to_owned(),
        summary::heading("AUDIT OF THE JUDGE", summary.partial, answers.decided() > 0),
        RULE.to_owned(),
        format!(
            "Decision maker: {}, decision prompt {}{}",
            words::one_line(summary.model, 100),
            words::one_line(summary.prompt, 100),
            graded.unwrap_or_default()
        ),
        format!("Fingerprint: {}", summary.fingerprint),
        format!("Personas and messages: {}", words::one_line(summary.source, 120)),
        format!(
            "Asked: {}, each of {}; {}; {}, each {} times as it is and in other formats",
            words::count(probes(answers).count() as u64, "probe that deserves a no", "probes that deserve a no"),
            words::count(summary.repeats as u64, "persona", "personas"),
            words::count(answers.controls.len() as u64, "message that deserves a yes", "messages that deserve a yes"),
            words::count(answers.messages.len() as u64, "message with an offer", "messages with an offer"),
            summary.repeats
        ),
        format!("\n{}\n", table(summary)),
        format!("False yes over all probes: {}", words::full_rate(&standing.all)),
    ];
    lines.extend(worst(answers));
    lines.extend(standing.worst().map(|(family, bound)| {
        let simulated = if standing.all.simulated { ", simulated" } else { "" };
        let bound = 100.0 * bound;
        format!("False yes in the worst family: at most {bound:.1}% ({}, 95%){simulated}", name_of(answers, family))
    }));
    lines.push(format!("Yes to messages that deserve it: {}", words::full_rate(&standing.controls)));
    lines.push(format!("Flips on repeat: {}", flips(&standing.repeats)));
    lines.push(format!("Flips in another format: {}", flips(&standing.formats)));
    lines.extend(missed(answers, standing));
    lines.push(said_yes(standing));
    lines.push(summary::failed_trials(answers.failures.iter().map(|failure| failure.reason.as_str())));
    lines.extend(summary::spent(&summary.spent));
    if summary.partial.is_none() {
        lines.push(verdict(&shortfalls(answers, standing)));
    }
    lines.push(format!("{RULE}\n"));
    lines.join("\n")
}

/// Why the audit is not passed, one line each.
#[must_use]
pub fn shortfalls(answers: &AuditAnswers, standing: &JudgeFindings) -> Vec<String> {
    let percent = |share: f64| format!("{:.1}%", share * 100.0);
    let line = |shortfall| match shortfall {
        Shortfall::Undecided => format!(
            "only {} of {} questions came to a decision, less than {:.0}%",
            words::thousands(standing.decided.0),
            words::thousands(standing.decided.1),
            LEAST_DECIDED * 100.0
        ),
        Shortfall::FalseYes(high) => format!(
            "it may say yes to as many as {} of messages that offer nothing (the bound is {:.0}%)",
            percent(high),
            MOST_FALSE_YES * 100.0
        ),
        Shortfall::Family(family, high) => format!(
            "it may say yes to as many as {} of one kind, {} (the bound is {:.0}%)",
            percent(high),
            name_of(answers, family),
            MOST_IN_A_FAMILY * 100.0
        ),
        Shortfall::TrueYes(_) if standing.controls.yes == 0 => format!(
            "it says no to everything: none of {} on messages that deserve a yes was one",
            words::count(standing.controls.total, "decision", "decisions")
        ),
        Shortfall::TrueYes(low) => format!(
            "it may say yes to as few as {} of messages that deserve it (the bound is {:.0}%)",
            percent(low),
            LEAST_TRUE_YES * 100.0
        ),
        Shortfall::Repeats(low) => format!(
            "asked the same again, it decides otherwise at least {} of the time (the bound is {:.0}%)",
            percent(low),
            MOST_FLIPS * 100.0
        ),
        Shortfall::Formats(low) => format!(
            "asked the same in another format, it decides otherwise at least {} of the time (the bound is {:.0}%)",
            percent(low),
            MOST_FLIPS * 100.0
        ),
        Shortfall::Missed(low) => format!(
            "it misses at least {} of facts that decide a message: quantities, dates, a \"not\" (the bound is {:.0}%)",
            percent(low),
            MOST_MISSED * 100.0
        ),
    };
    standing.shortfalls().into_iter().map(line).collect()
}

fn name_of(answers: &AuditAnswers, family: usize) -> String {
    answers.named().nth(family).map_or_else(String::new, |family| words::one_line(&family.name, 60))
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

fn table(summary: &AuditSummary<'_>) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["family", "false yes", "rate", "95% interval", "at most"]);
    let simulated = if summary.spent.simulated { " simulated" } else { "" };
    let rates = summary.standing.families.iter().zip(&summary.standing.bounds);
    for (family, (rate, bound)) in summary.answers.named().zip(rates) {
        if rate.total == 0 {
            continue;
        }
        let share = |share: f64| format!("{:.1}%{simulated}", share * 100.0);
        table.add_row([
            words::one_line(&family.name, 60),
            format!("{}/{}", words::thousands(rate.yes), words::thousands(rate.total)),
            rate.share().map_or_else(|| "-".into(), share),
            rate.interval.map_or_else(|| "-".into(), |it| format!("{:.1} to {:.1}%", it.low * 100.0, it.high * 100.0)),
            format!("{:.1}%", 100.0 * bound),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

fn probes(answers: &AuditAnswers) -> impl Iterator<Item = (&str, &ProbeAnswers)> {
    answers.named().flat_map(|family| family.probes.iter().map(|probe| (family.name.as_str(), probe)))
}

/// The probes that got a yes most often.
fn worst(answers: &AuditAnswers) -> Vec<String> {
    let mut fooled: Vec<(&str, &ProbeAnswers)> = probes(answers).filter(|(_, probe)| probe.yes > 0).collect();
    // As many yeses of fewer decisions are worse; then in the order of the battery.
    fooled.sort_by_key(|(_, probe)| (std::cmp::Reverse(probe.yes), probe.total));
    let mut lines = Vec::new();
    for (family, probe) in fooled.iter().take(SHOWN) {
        let text = words::one_line(&visible(&probe.text), 90);
        lines.push(format!("  {} of {} yes, {}: \"{text}\"", probe.yes, probe.total, words::one_line(family, 60)));
        if let Some(because) = &probe.because {
            lines.push(format!("    said: {}", words::one_line(because, 110)));
        }
    }
    if fooled.len() > SHOWN {
        let more = words::count((fooled.len() - SHOWN) as u64, "more probe", "more probes");
        lines.push(format!("  and {more} that got a yes"));
    }
    lines
}

/// Shows a text of nothing but blanks, which would be invisible, by the numbers of its characters.
fn visible(text: &str) -> String {
    let is_blank = |c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2800}' | '\u{3164}' | '\u{feff}');
    if text.chars().all(is_blank) { text.chars().flat_map(char::escape_unicode).collect() } else { text.to_owned() }
}

/// How often the judge missed the one fact in which two messages differ, and which kind of fact most.
fn missed(answers: &AuditAnswers, standing: &JudgeFindings) -> Option<String> {
    let rate = &standing.missed;
    let (share, interval) = (rate.share()?, rate.interval?);
    let mut kinds: Vec<&str> = answers.pairs.iter().map(|pair| pair.kind.as_str()).collect();
    kinds.dedup();
    let of_kind = |kind: &&str| {
        let all = answers.pairs.iter().filter(|pair| pair.kind == *kind).filter_map(PairAnswers::is_missed);
        let (missed, total) = all.fold((0, 0), |(missed, total), is_missed| (missed + u32::from(is_missed), total + 1));
        format!("{} {missed} of {total}", words::one_line(kind, 40))
    };
    Some(format!(
        "Facts missed: {:.1}% ({} of {} in which one fact decides; {}), 95% interval {:.1}% to {:.1}%{}",
        share * 100.0,
        words::thousands(rate.yes),
        words::count(rate.total, "pair of messages", "pairs of messages"),
        kinds.iter().map(of_kind).collect::<Vec<_>>().join(", "),
        interval.low * 100.0,
        interval.high * 100.0,
        if rate.simulated { ", simulated" } else { "" }
    ))
}

/// A flip rate: the share of pairs that differ.
fn flips(rate: &Rate) -> String {
    let (Some(share), Some(interval)) = (rate.share(), rate.interval) else { return "nothing to compare".into() };
    format!(
        "{:.1}% ({} of {} on {} differ), 95% interval {:.1}% to {:.1}%{}",
        share * 100.0,
        words::thousands(rate.yes),
        words::count(rate.total, "pair of decisions", "pairs of decisions"),
        words::count(rate.personas, "message", "messages"),
        interval.low * 100.0,
        interval.high * 100.0,
        if rate.simulated { ", simulated" } else { "" }
    )
}

/// The rate of yes to the messages with an offer: flips are rare where all are a no.
fn said_yes(standing: &JudgeFindings) -> String {
    format!("Yes to these messages: {}", words::full_rate(&standing.said_yes))
}

#[cfg(test)]
mod tests;
