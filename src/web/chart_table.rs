//! A table whose cells are drawn.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::page::text;
use super::svg;
use crate::optimize::story::Raised;

/// Rows that are shown at once.
const SHOWN: usize = 12;

/// Shares of people by name, a column for each version; the names that are most frequent come first. Nothing for no version.
#[must_use]
pub fn shares(title: &str, what: &str, versions: &[(String, &[Raised])]) -> Markup {
    if versions.is_empty() {
        return Markup::default();
    }
    let mut names: BTreeMap<&str, f64> = BTreeMap::new();
    for group in versions.iter().flat_map(|(_, shares)| shares.iter()) {
        let most = names.entry(&group.name).or_default();
        *most = most.max(group.share());
    }
    let mut names: Vec<(&str, f64)> = names.into_iter().collect();
    names.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let cell = |group: &Raised| {
        let (share, interval) = (group.share(), group.interval());
        html! {
            (svg::meter(share)) " " (format!("{:.0}%", share * 100.0))
            @if let Some(of) = interval { " " span.quiet { (format!("{:.0} to {:.0}%", of.low * 100.0, of.high * 100.0)) } }
        }
    };
    html! {
        h2 #objections { (title) }
        div.scroll tabindex="0" role="region" aria-label=(title) { table {
            caption { (what) }
            thead { tr { th scope="col" { "Objection" } @for (version, _) in versions { th scope="col" { (version) } } } }
            tbody { @for (name, _) in names.iter().take(SHOWN) {
                tr {
                    th scope="row" { (text(name)) }
                    @for (_, shares) in versions {
                        td.nowrap { @match shares.iter().find(|group| group.name == *name) { Some(group) => (cell(group)), None => span.quiet { "–" } } }
                    }
                }
            } }
        } }
    }
}
