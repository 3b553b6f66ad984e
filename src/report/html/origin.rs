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
            @let own = version.metadata.rejoinder.as_ref();
            @let sum = |of: fn(&RoleUsage) -> u64| own.filter(|own| !own.usage.is_empty()).map(|own| own.usage.values().map(of).sum::<u64>());
            tr {
                th scope="row" { (version.label()) }
                @for number in [sum(|own| own.calls), sum(|own| own.input_tokens + own.cache_read_tokens + own.cache_write_tokens), sum(|own| own.output_tokens)] {
                    td.number { @match number { Some(number) => (words::thousands(number)), None => (unknown()) } }
                }
                td.number {
                    @match own.and_then(|own| own.cost_usd) {
                        Some(cost) => (words::dollars(cost)),
                        None => (unknown())
                    }
                }
                td.number { @match origin::time(version) { Some(time) => (time), None => (unknown()) } }
                td.number {
                    @match own { Some(own) => (own.failures.len() + own.search_failures.len()), None => (unknown()) }
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

fn made_by(version: &Version) -> Markup {
    let (metadata, own) = (&version.metadata, version.metadata.rejoinder.as_ref());
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
                @match own.and_then(|own| own.fingerprint.as_ref()) {
                    Some(fingerprint) => code { (text(&words::one_line(fingerprint, 64))) },
                    None => span.quiet { "unknown" }
                }
            }
            td { @match own { Some(own) => (own.seed), None => span.quiet { "unknown" } } }
        }
    }
}
