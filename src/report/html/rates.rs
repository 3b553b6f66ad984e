//! The rate of every version, on training and on unseen people, grounded and not.

use maud::{Markup, html};

use super::chart::{Axis, Chart, Mark, Row};
use super::pieces::{grounded, response, table, text, verdict};
use super::{head, listed, unlisted};
use crate::compare::Rate;
use crate::optimize::before::judges::Judge;
use crate::optimize::history::{History, Version};

/// Versions that are drawn; the table has all.
const DRAWN: usize = 24;

const SERIES: [&str; 3] =
    ["yes, people learned from", "grounded yes, people learned from", "grounded yes, people kept aside"];

pub(super) fn part(history: &History) -> Markup {
    let has_split = history.memory.is_some();
    let last = history.versions.len().saturating_sub(DRAWN);
    let rows: Vec<Row> =
        (0..history.versions.len()).filter(|at| *at == 0 || *at >= last).map(|at| row(history, at)).collect();
    let names = ["yes", "grounded yes"];
    let series: &[&str] = if has_split { &SERIES } else { &names };
    let chart = Chart { id: "rates-chart", title: "Rate of yes by version", axis: Axis::Shares, series, rows: &rows };
    let simulated = if history.is_simulated() { ", simulated" } else { "" };
    html! {
        (head("rates", "The rate, version by version", "A yes counts as grounded if the message makes nothing up, as \
                                                        far as its claims were checked."))
        (chart.figure(&format!("Share of yes with its 95% interval{simulated}. A hollow mark was not judged by the \
                                judge of the last version, or its judge is unknown: do not compare it with \
                                the others.")))
        (numbers(history, has_split))
        @if history.versions.iter().any(|version| version.measured().all.chance.is_some()) {
            p.hint {
                "Where the judge answers with chances, the mean chance of a yes stands first; the rate counts those at \
                 its threshold or above."
            }
        }
        @if has_split {
            p.hint {
                "People learned from are those whose answers were read to write the prompt, which flatters it. People \
                 kept aside were asked with fresh messages in the proof; a version that was not adopted keeps the \
                 prompt before it."
            }
        }
        @if !history.aside.is_empty() {
            details { summary { "Other runs of this lineage that do not lead here (" (history.aside.len()) ")" }
                ul { @for file in history.aside.iter().take(100) { li { (text(file.stem())) } } }
            }
        }
    }
}

fn row(history: &History, at: usize) -> Row {
    let version = &history.versions[at];
    let measured = version.measured();
    let judge = history.focus().judge();
    let judged = |rate: &Rate, by: Option<Judge<'_>>| mark(rate, by.is_none() || by != judge);
    let marks = match &measured.training {
        Some(training) => vec![
            judged(&training.response, version.judge()),
            training.grounded.as_ref().and_then(|rate| judged(rate, version.judge())),
            history.on_unseen(at).and_then(|(rates, by)| judged(rates.grounded.as_ref()?, by)),
        ],
        None => vec![
            judged(&measured.all.response, version.judge()),
            measured.all.grounded.as_ref().and_then(|rate| judged(rate, version.judge())),
        ],
    };
    Row { label: version.label(), marks }
}

fn mark(rate: &Rate, hollow: bool) -> Option<Mark> {
    Some(Mark { at: rate.share()?, interval: rate.interval, hollow })
}

fn numbers(history: &History, has_split: bool) -> Markup {
    let caption = "Yes of all decided messages, with 95% intervals";
    let header = html! {
        tr {
            th scope="col" { "Version" }
            @if has_split {
                th scope="col" { "Yes, training" } th scope="col" { "Grounded, training" }
                th scope="col" { "Yes, kept aside" } th scope="col" { "Grounded, kept aside" }
            } @else { th scope="col" { "Yes" } th scope="col" { "Grounded" } }
            th scope="col" { "Judge" }
        }
    };
    let body = html! { @for at in listed(history) { (numbers_of(history, at, &history.versions[at], has_split)) } };
    html! { (table(caption, &header, &body)) (unlisted(history)) }
}

fn numbers_of(history: &History, at: usize, version: &Version, has_split: bool) -> Markup {
    let measured = version.measured();
    let unseen = history.on_unseen(at).map(|(rates, _)| rates);
    let again = version.is_decided_again();
    html! {
        tr {
            th scope="row" {
                (version.label())
                @if let Some(finding) = version.told.as_ref().and_then(|told| told.verdict.as_ref()) {
                    " " (verdict(Some(finding)))
                }
            }
            @if has_split {
                @let training = measured.training.as_ref().unwrap_or(&measured.all);
                td { (response(training)) } td { (grounded(training)) }
                td { @match unseen { Some(unseen) => (response(unseen)), None => span.quiet { "not asked" } } }
                td { @match unseen { Some(unseen) => (grounded(unseen)), None => span.quiet { "not asked" } } }
            } @else { td { (response(&measured.all)) } td { (grounded(&measured.all)) } }
            td {
                @match version.judge() {
                    Some(judge) => code { (text(judge.fingerprint.get(..8).unwrap_or(judge.fingerprint))) },
                    None => "unknown"
                }
                @if again { span.quiet { "decided again" } }
            }
        }
        @if again {
            tr {
                th scope="row" { (version.label()) span.quiet { " as recorded" } }
                @let recorded = &version.recorded;
                @if has_split {
                    @let training = recorded.training.as_ref().unwrap_or(&recorded.all);
                    td { (response(training)) } td { (grounded(training)) } td {} td {}
                } @else { td { (response(&recorded.all)) } td { (grounded(&recorded.all)) } }
                td {
                    @match Judge::of(&version.metadata) {
                        Some(judge) => code { (text(judge.fingerprint.get(..8).unwrap_or(judge.fingerprint))) },
                        None => "unknown"
                    }
                }
            }
        }
    }
}
