//! Where the numbers come from: models, judges, seeds, what it took, and how to have it again.

use maud::{Markup, html};

use super::pieces::{table, text};
use super::{head, listed};
use crate::data::provenance::RoleUsage;
use crate::optimize::history::{History, Version};
use crate::report::{origin, words};

/// Commands that are shown, the last ones.
const MOST_COMMANDS: usize = 50;

pub(super) fn part(history: &History) -> Markup {
    let unknown = || html! { span.quiet { "unknown" } };
    let header = html! {
        tr {
            th scope="col" { "Version" }
            th.number scope="col" { "Calls" }
            th.number scope="col" { "Tokens in" }
            th.number scope="col" { "Tokens out" }
            th.number scope="col" { "Cost" } th.number scope="col" { "Time" } th.number scope="col" { "Failed" }
        }
    };
    let body = html! {
        @for version in listed(history).map(|at| &history.versions[at]) {
            @let provenance = version.metadata.rejoinder.as_ref();
            tr {
                th scope="row" { (version.label()) }
                @for number in usage(version) {
                    td.number { @match number { Some(number) => (words::thousands(number)), None => (unknown()) } }
                }
                td.number {
                    @match provenance.and_then(|provenance| provenance.cost_usd) {
                        Some(cost) => (words::dollars(cost)),
                        None => (unknown())
                    }
                }
                td.number { @match origin::time(version) { Some(time) => (time), None => (unknown()) } }
                td.number {
                    @match provenance {
                        Some(provenance) => (provenance.failures.len() + provenance.search_failures.len()),
                        None => (unknown())
                    }
                }
            }
        }
    };
    let made = html! { tr { th scope="col" { "Version" } th scope="col" { "File" } th scope="col" { "Date" } th scope="col" { "Models" } th scope="col" { "Judge's fingerprint" } th scope="col" { "Seed" } } };
    let rows = html! { @for version in listed(history).map(|at| &history.versions[at]) { (made_by(version)) } };
    html! {
        (head("origin", "Where it comes from", ""))
        (table("What it took", &header, &body))
        @if history.versions.iter().any(|version| version.command.as_ref().is_some_and(|run| run.files.len() > 1)) {
            p.hint { "The time is that of the whole command, which may have run several cycles." }
        }
        (table("What made it", &made, &rows))
        h3 { "To have it again" }
        @let commands = origin::commands(history);
        @if commands.is_empty() { p { "These files do not say what made them." } }
        @else {
            pre { @for command in commands.iter().rev().take(MOST_COMMANDS).rev() { (text(command)) "\n" } }
            p.hint { (origin::about(history)) }
        }
    }
}

/// Calls, tokens in (cached ones too) and tokens out of a run; `None` where its file says nothing of calls.
fn usage(version: &Version) -> [Option<u64>; 3] {
    let usage =
        version.metadata.rejoinder.as_ref().map(|provenance| &provenance.usage).filter(|usage| !usage.is_empty());
    let sum = |count: fn(&RoleUsage) -> u64| usage.map(|usage| usage.values().map(count).sum());
    [
        sum(|role| role.calls),
        sum(|role| role.input_tokens + role.cache_read_tokens + role.cache_write_tokens),
        sum(|role| role.output_tokens),
    ]
}

fn made_by(version: &Version) -> Markup {
    let (metadata, provenance) = (&version.metadata, version.metadata.rejoinder.as_ref());
    html! {
        tr {
            th scope="row" { (version.label()) }
            td.code {
                code { (text(version.file.as_str())) }
                span.quiet { "SHA-256 " (version.sha256.get(..12).unwrap_or_default()) "…" }
            }
            td { (words::minute(&metadata.processing_date)) }
            td { (text(&words::one_line(&origin::models(version), 200))) }
            td {
                @match provenance.and_then(|provenance| provenance.fingerprint.as_ref()) {
                    Some(fingerprint) => code { (text(&words::one_line(fingerprint, 64))) },
                    None => span.quiet { "unknown" }
                }
            }
            td { @match provenance { Some(provenance) => (provenance.seed), None => span.quiet { "unknown" } } }
        }
    }
}
