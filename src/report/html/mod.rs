//! The report as one page that needs nothing else: no network, no script, no font.
//!
//! [`report`] puts a [`History`] into [`page`]; the pieces ([`pieces`], [`marked`], [`diff`], [`chart`]) stand alone, for
//! whoever shows the same in another place. Everything that a model, a persona or a file wrote goes through
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
#[cfg(test)]
mod tests;
mod top;

use maud::{Markup, html};

use crate::optimize::history::History;

/// The whole page.
#[must_use]
pub fn report(history: &History) -> String {
    let parts: Vec<(&str, &str, Option<Markup>)> = vec![
        ("rates", "Rates", Some(rates::part(history))),
        ("proof", "Proof", proof::part(history)),
        ("people", "People", Some(people::part(history))),
        ("prompt", "Prompt", Some(prompt::part(history))),
        ("objections", "Objections", Some(objections::part(history))),
        ("claims", "Claims", Some(claims::part(history))),
        ("segments", "Segments", segments::part(history)),
        ("origin", "Where it comes from", Some(origin::part(history))),
    ];
    let parts: Vec<(&str, &str, Markup)> =
        parts.into_iter().filter_map(|(id, name, part)| Some((id, name, part?))).collect();
    let links: Vec<(&str, &str)> = parts.iter().map(|(id, name, _)| (*id, *name)).collect();
    let body = html! {
        (top::masthead(history, &links))
        main #main {
            @for (id, _, part) in &parts { section.part id=(id) aria-labelledby=(format!("{id}-head")) { (part) } }
        }
        footer.colophon {
            p {
                "A persona is a description that a model plays: its yes is not a reply, and its rate is no reply rate. "
                @if history.is_simulated() { "Simulated decisions are those of the built-in market, which knows nothing of any real person. " }
                "Made by rejoinder " (env!("CARGO_PKG_VERSION")) "."
            }
        }
    };
    page::page(&format!("Report on {}", history.name), &body).into_string()
}

/// A heading of a part; its id is what the part is labelled by.
fn head(id: &str, words: &str, lead: &str) -> Markup {
    html! { h2 id=(format!("{id}-head")) { (words) } @if !lead.is_empty() { p { (lead) } } }
}
