//! The report as one page that needs nothing else: no network, no script, no font.
//!
//! [`report`] puts a [`History`] into [`page`]; the pieces ([`pieces`], [`marked`], [`diff`], [`chart`]) stand alone,
//! for whoever shows the same in another place. Everything that a model, a persona or a file wrote goes through
//! [`pieces::text`], which shows it and lets none of it act.

pub mod chart;
pub mod diff;
pub mod marked;
pub mod page;
pub mod people;
pub mod pieces;

mod claims;
mod objections;
mod origin;
mod prompt;
mod proof;
mod rates;
mod segments;
mod top;

use maud::{Markup, html};

use crate::optimize::history::History;
use crate::report::words;

/// Bytes of a report, but for what stands around its parts. With that it stays below a megabyte.
const LARGEST: usize = 960_000;

/// Rows of a table that has one for every version.
const MOST_ROWS: usize = 100;

/// Places of the versions that tables list: the first, and the last ones.
fn listed(history: &History) -> impl Iterator<Item = usize> {
    let all = history.versions.len();
    let from = all.saturating_sub(MOST_ROWS);
    (0..all).filter(move |at| *at == 0 || *at >= from)
}

/// How many versions tables leave out.
fn unlisted(history: &History) -> Markup {
    let more = history.versions.len() - listed(history).count();
    html! { @if more > 0 { p.hint { (words::count(more as u64, "version is", "versions are")) " left out of the table, \
    after the first." } } }
}

/// The whole page.
#[must_use]
pub fn report(history: &History) -> String {
    let titled = |id, name, part: Markup| (id, name, part);
    let mut parts: Vec<(&str, &str, Markup)> = vec![titled("rates", "Rates", rates::part(history))];
    parts.extend(proof::part(history).map(|part| titled("proof", "Proof", part)));
    parts.push(titled("prompt", "Prompt", prompt::part(history)));
    parts.push(titled("objections", "Objections", objections::part(history)));
    let place = parts.len();
    parts.push(titled("claims", "Claims", claims::part(history)));
    parts.extend(segments::part(history).map(|part| titled("segments", "Segments", part)));
    parts.push(titled("origin", "Where it comes from", origin::part(history)));
    // People take what the others leave.
    let taken = page::STYLE.len() + parts.iter().map(|(_, _, part)| part.0.len()).sum::<usize>();
    let budget = people::BUDGET.min(LARGEST.saturating_sub(taken));
    parts.insert(place, titled("people", "People", people::part(history, budget)));
    let links: Vec<(&str, &str)> = parts.iter().map(|(id, name, _)| (*id, *name)).collect();
    let body = html! {
        (top::masthead(history, &links))
        main #main {
            @for (id, _, part) in &parts { section.part id=(id) aria-labelledby=(format!("{id}-head")) { (part) } }
        }
        footer.colophon {
            p {
                "A persona is a description that a model plays: its yes is not a reply, and its rate is no reply rate. "
                @if history.is_simulated() {
                    "Simulated decisions are those of the built-in market, which knows nothing of any real person. "
                }
                "Made by rejoinder " (env!("CARGO_PKG_VERSION")) "."
            }
        }
    };
    page::page(&format!("Report on {}", history.title), &body).into_string()
}

/// A heading of a part; its id is what the part is labelled by.
fn head(id: &str, words: &str, lead: &str) -> Markup {
    html! { h2 id=(format!("{id}-head")) { (words) } @if !lead.is_empty() { p { (lead) } } }
}
