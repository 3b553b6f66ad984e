//! What messages claim that nothing supports.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::head;
use super::pieces::{table, text};
use super::prompt::share;
use crate::evaluate::claims::Kind;
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
        all.iter().enumerate().filter(|(at, _)| *at == 0 || *at > skip).map(|(_, own)| *own).collect();
    let kinds: BTreeSet<Kind> =
        versions.iter().flat_map(|version| version.measured().all.claims.keys().copied()).collect();
    let header = html! {
        tr { th scope="col" { "Version" } th scope="col" { "Messages with one" } @for kind in &kinds { th.number scope="col" { (kind.as_str().replace('_', " ")) } } }
    };
    let body = html! {
        @for version in &versions {
            @let own = &version.measured().all;
            tr {
                th scope="row" { (version.label()) }
                td { (share(own.ungrounded as usize, own.messages as usize)) }
                @for kind in &kinds { td.number { (words::thousands(own.claims.get(kind).copied().unwrap_or(0))) } }
            }
        }
    };
    let facts = &history.facts.text;
    html! {
        (head("claims", "Claims that nothing supports", "Every message is read for customers, results, figures, certificates and the like, and held against the facts of the offer and the persona. In the messages of this report such claims are marked."))
        (table("Messages with an ungrounded claim, and such claims by kind", &header, &body))
        p.hint { "The rules do not find everything; what they mark can be checked by hand." }
        details.fold { summary { "The facts of the offer" }
            @if facts.trim().is_empty() { p { "None are known, so every claim about the offer is ungrounded." } }
            @else { pre dir="auto" { (text(&facts.chars().take(LONGEST).collect::<String>())) (super::marked::left_out(facts.chars().count().saturating_sub(LONGEST))) } }
        }
    }
}
