//! One run: what it came to, and every trial of it.

mod by_hand;
mod figures;
mod filter;
mod story;
mod trials;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};

use super::error::Problem;
use super::opinions;
use super::page::{self, Place};
use super::shelf::{Index, Measured};
use super::site::Site;
use super::titles::{Named, form as title_form};
use super::work::{Values, value};
use crate::data::titles::Titles;
use crate::data::{FileName, Kind, versions};
use crate::report::words;
use filter::Filter;

/// The page.
pub async fn show(State(site): State<Arc<Site>>, Path(name): Path<String>, Query(values): Query<Values>) -> Response {
    let page = site.aside(move |site| {
        let file = site.folder.resolve(Kind::Results, &name)?;
        let Some(index) = site.shelf.index_soon(&site.folder, &file)? else { return Ok(soon(site, &file)) };
        let stem = index.file.stem();
        let filter = Filter::of(&values);
        let body = html! {
            (head(site, &index, index.measured(&site.folder)?))
            (story::of(site, &index)?)
            (opinions::agreement(&site.folder, &index)?)
            (trials::list(site, &index, &filter, value(&values, "page").parse().unwrap_or(1))?)
        };
        Ok(page::page(site, stem, Place::Lineages, body).into_response())
    });
    page.await.unwrap_or_else(|problem| problem.page(&site))
}

/// What is shown of a run as long as its file is being read.
fn soon(site: &Site, file: &FileName) -> Response {
    let lineage = versions::lineage_base(file.stem());
    let body = html! {
        header.page-head {
            p.crumbs {
                a href="/" { "Lineages" } " / " a href=(format!("/lineage/{}", page::segment(&lineage))) { (lineage) }
            }
            h1 { (file.stem()) }
            p.lead role="status" { "The file is long and is being read; this page looks again in a moment." }
        }
    };
    ([(header::REFRESH, "1")], page::page(site, file.stem(), Place::Lineages, body)).into_response()
}

/// The run of this name.
pub(super) fn open(site: &Site, name: &str) -> Result<Arc<Index>, Problem> {
    let file = site.folder.resolve(Kind::Results, name)?;
    Ok(site.shelf.index(&site.folder, &file)?)
}

fn head(site: &Site, index: &Index, measured: &Measured) -> Markup {
    let stem = index.file.stem();
    let lineage = versions::lineage_base(stem);
    let path = format!("/run/{}", page::segment(stem));
    let own = index.metadata.rejoinder.as_ref();
    let titles = Titles::load(&site.folder);
    let title = titles.runs.get(stem);
    let version = versions::version_of(stem).map_or_else(|| "first run".to_owned(), |version| format!("v{version}"));
    let name = title.map(|title| title.name.clone()).filter(|name| !name.is_empty());
    html! {
        header.page-head {
            p.crumbs {
                a href="/" { "Lineages" }
                " / "
                a href=(format!("/lineage/{}", page::segment(&lineage))) { (page::text(titles.of_lineage(&lineage))) }
            }
            h1 {
                @match &name {
                    Some(name) => (page::text(name)),
                    None => { (page::text(titles.of_lineage(&lineage))) ", " (version) }
                }
            }
            p.quiet.crumbs { "File " code { (stem) } }
            (figures::figures(index, measured))
            p.actions {
                button.primary type="button" hidden data-copy="prompt" { "Copy the prompt" }
                a.button href=(page::link("/improve", &[("run", stem)])) { "Improve from here" }
                a.button href=(page::link("/challenger", &[("run", stem)])) { "Edit the prompt by hand" }
                @if let Some(parent) = own.and_then(|own| own.parent.as_ref()) {
                    a.button href=(page::link("/compare", &[("a", parent.file.strip_suffix(".json").unwrap_or(&parent.file)), ("b", stem)])) {
                        "Compare with the run before"
                    }
                }
            }
            nav.local aria-label="Downloads" {
                span.quiet { "Download:" }
                a href=(format!("{path}/report.html")) { "report" }
                a href=(format!("{path}/prompt.md")) { "prompt" }
                a href=(format!("{path}/messages.csv")) { "CSV" }
                a href=(format!("{path}/messages.jsonl")) { "JSON lines" }
                a href=(format!("{path}/sft.jsonl")) title="accepted messages without a made-up claim, as \
                                                            conversations" {
                    "SFT"
                }
                a href=(format!("{path}/dpo.jsonl")) title="accepted and rejected messages to the same persona, in \
                                                            pairs" {
                    "DPO"
                }
            }
            (title_form(site, Named::Run, stem, title))
            nav.local aria-label="On this page" {
                span.quiet { "On this page:" }
                @if own.is_some_and(|own| own.metrics.is_some()) { a href="#proof" { "proof" } }
                a href="#objections" { "objections" }
                @if own.is_some_and(|own| own.metrics.is_some()) { a href="#claims" { "claims" } }
                a href="#prompt-head" { "prompt" }
                a href="#trials-head" { "trials" }
            }
        }
    }
}

/// One persona of a run: all messages to it, and those before.
pub async fn persona(
    State(site): State<Arc<Site>>,
    Path((name, number)): Path<(String, String)>,
    Query(values): Query<Values>,
) -> Result<Html<String>, Response> {
    let page = site.aside(move |site| {
        let index = open(site, &name)?;
        let at = number.parse::<u32>().ok().and_then(|number| number.checked_sub(1));
        let at = at.filter(|at| (*at as usize) < index.entries.len());
        let at =
            at.ok_or_else(|| Problem::missing(format!("The run has no persona {}.", words::one_line(&number, 20))))?;
        let path = format!("/run/{}", page::segment(index.file.stem()));
        let last = index.entries.len() as u32;
        let body = html! {
            header.page-head {
                p.crumbs { a href=(path) { (index.file.stem()) } }
                h1 { "Persona " (at + 1) }
            }
            (trials::persona(site, &index, at, value(&values, "who"))?)
            nav.pager aria-label="Other personas" {
                @if at > 0 { a #previous rel="prev" href=(format!("{path}/persona/{at}")) { "Previous" } }
                span { (words::thousands(u64::from(at) + 1)) " of " (words::thousands(u64::from(last))) }
                @if at + 1 < last { a #next rel="next" href=(format!("{path}/persona/{}", at + 2)) { "Next" } }
            }
        };
        Ok(page::page(site, &format!("Persona {} of {}", at + 1, index.file.stem()), Place::Lineages, body))
    });
    page.await.map_err(|problem| problem.page(&site))
}
