//! What messages claim that nothing supports.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::head;
use super::pieces::{table, text};
use super::prompt::share;
use crate::evaluate::grounding::ClaimKind;
use crate::optimize::history::{History, Version};
use crate::report::words;

/// Versions that are listed: the first and the last of those with messages of their own.
const MOST: usize = 8;
/// Characters of the facts that are shown.
const LONGEST: usize = 12_000;

pub(super) fn part(history: &History) -> Markup {
    let all: Vec<&Version> = history
        .versions
        .iter()
        .enumerate()
        .filter(|(at, version)| *at == 0 || version.told.is_none() || version.is_adopted())
        .map(|(_, version)| version)
        .collect();
    let skip = all.len().saturating_sub(MOST);
    let versions: Vec<&Version> =
        all.iter().enumerate().filter(|(at, _)| *at == 0 || *at > skip).map(|(_, one)| *one).collect();
    let kinds: BTreeSet<ClaimKind> =
        versions.iter().flat_map(|version| version.measured().all.claims.keys().copied()).collect();
    let header = html! {
        tr {
            th scope="col" { "Version" }
            th scope="col" { "Messages with one" }
            @for kind in &kinds { th.number scope="col" { (kind.as_str().replace('_', " ")) } }
        }
    };
    let body = html! {
        @for version in &versions {
            @let counts = &version.measured().all;
            tr {
                th scope="row" { (version.label()) }
                td {
                    @if counts.checked == 0 { span.quiet { "not checked" } } @else {
                        (share(counts.made_up as usize, counts.checked as usize))
                        @if counts.checked < counts.messages {
                            span.quiet {
                                " " (words::thousands(counts.checked)) " of " (words::thousands(counts.messages)) " checked"
                            }
                        }
                    }
                }
                @for kind in &kinds { td.number { (words::thousands(counts.claims.get(kind).copied().unwrap_or(0))) } }
            }
        }
    };
    let facts = &history.facts;
    html! {
        (head("claims", "Made-up claims", "A model compares what messages claim with the facts of the offer, the \
            prompt and the persona; code checks its answer. Claims that nothing supports are marked in the messages \
            of this report."))
        (table("Messages with a made-up claim, and such claims by kind", &header, &body))
        p.hint {
            "Messages of older versions are not checked until somebody asks: " code { "rejoinder audit-claims" } "."
        }
        details.fold { summary { "The facts of the offer" }
            @if facts.trim().is_empty() { p { "None are known, so every claim about the offer is made up." } }
            @else {
                pre dir="auto" {
                    (text(&facts.chars().take(LONGEST).collect::<String>()))
                    (super::marked::left_out(facts.chars().count().saturating_sub(LONGEST)))
                }
            }
        }
    }
}
