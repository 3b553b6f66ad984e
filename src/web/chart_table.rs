//! A table whose cells are drawn.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::page::text;
use super::svg;

/// Rows that are shown at once.
const SHOWN: usize = 12;

/// Shares by name, a column for each version; the names that are most frequent come first. Nothing for no version.
#[must_use]
pub fn shares(title: &str, what: &str, versions: &[(String, &[(String, f64)])]) -> Markup {
    if versions.is_empty() {
        return Markup::default();
    }
    let mut names: BTreeMap<&str, f64> = BTreeMap::new();
    for (name, share) in versions.iter().flat_map(|(_, shares)| shares.iter()) {
        let most = names.entry(name).or_default();
        *most = most.max(*share);
    }
    let mut names: Vec<(&str, f64)> = names.into_iter().collect();
    names.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let of = |shares: &[(String, f64)], wanted: &str| {
        shares.iter().find(|(name, _)| name == wanted).map(|(_, share)| *share)
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
                        td.nowrap { @match of(shares, name) { Some(share) => { (svg::meter(share)) " " (format!("{:.0}%", share * 100.0)) } None => span.quiet { "–" } } }
                    }
                }
            } }
        } }
    }
}
