//! Personas: the files, and who is in them.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{Html, Response};
use maud::html;

use super::page::{self, Place};
use super::pager::Pages;
use super::site::Site;
use super::work::{Values, value};
use crate::data::{Kind, personas};
use crate::report::words;

/// Personas on a page.
const PAGE: usize = 50;
/// Files whose personas are counted for the list; counting reads them.
const COUNTED: usize = 200;

/// The files.
pub async fn list(State(site): State<Arc<Site>>) -> Result<Html<String>, Response> {
    let files = site.aside(|site| {
        let files = site.folder.list(Kind::Personas)?;
        let count = |at: usize| (at < COUNTED).then(|| personas::open(&site.folder, &files[at]).map(|own| own.len()));
        let counts: Vec<_> = (0..files.len()).map(count).collect();
        Ok((files, counts))
    });
    let (files, counts) = files.await.map_err(|problem| problem.page(&site))?;
    let body = html! {
        header.page-head {
            h1 { "Personas" }
            p.lead { "The decision makers whom you want to reach, each described in a few sentences." }
            p { a.button.primary href="/personas/new" { "Generate personas" } }
        }
        @if files.is_empty() {
            (page::empty("No personas yet.", html! { p { a href="/personas/new" { "Generate some" } ", or put a JSON file with a list of texts into " code { (site.folder.subfolder(Kind::Personas).display()) } "." } }))
        } @else {
            ul.cards {
                @for (file, count) in files.iter().zip(counts) {
                    li.card {
                        h2 { a href=(format!("/personas/{}", page::segment(file.stem()))) { (file.stem()) } }
                        p.quiet {
                            @match count {
                                Some(Ok(count)) => (words::count(count as u64, "persona", "personas")),
                                Some(Err(error)) => (page::text(&page::sentence(&error.to_string()))),
                                None => "not counted",
                            }
                        }
                        p {
                            a href=(page::link("/evaluate", &[("personas", file.stem())])) {
                                "Evaluate a prompt on them"
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(page::page(&site, "Personas", Place::Personas, body))
}

/// One file, a page at a time.
pub async fn show(
    State(site): State<Arc<Site>>,
    Path(name): Path<String>,
    Query(values): Query<Values>,
) -> Result<Html<String>, Response> {
    let own = site.aside(move |site| {
        let file = site.folder.resolve(Kind::Personas, &name)?;
        let people = personas::open(&site.folder, &file)?;
        let last = people.len().div_ceil(PAGE).max(1);
        let at = value(&values, "page").parse::<usize>().unwrap_or(1).clamp(1, last);
        let from = (at - 1) * PAGE;
        let shown =
            (from..people.len().min(from + PAGE)).map(|index| people.get(index)).collect::<Result<Vec<_>, _>>()?;
        let path = format!("/personas/{}", page::segment(file.stem()));
        let body = html! {
            header.page-head {
                p.crumbs { a href="/personas" { "Personas" } }
                h1 { (file.stem()) }
                p.lead { (words::count(people.len() as u64, "persona", "personas")) }
            }
            ol.people start=(from + 1) { @for persona in &shown { li { (page::text(persona)) } } }
            (Pages { path: &path, pairs: &[], anchor: "", at, last: Some(last), has_more: at < last }.links())
        };
        Ok(page::page(site, file.stem(), Place::Personas, body))
    });
    own.await.map_err(|problem| problem.page(&site))
}
