//! All runs of the journal.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, Response};
use maud::{Markup, html};

use super::{Seen, Standing, fragments, live, standing};
use crate::report::words;
use crate::web::children::{Child, State as ChildState};
use crate::web::error::Problem;
use crate::web::page::{self, Head, Place, text};
use crate::web::site::Site;

/// Runs that are listed.
const MOST: usize = 100;

/// The page.
pub async fn list(State(site): State<Arc<Site>>) -> Result<Html<String>, Response> {
    let runs = site.aside(runs).await.map_err(|problem| problem.page(&site))?;
    let of = |wanted: Standing| runs.iter().filter(|own| own.standing == wanted).collect::<Vec<_>>();
    let done: Vec<&Seen> =
        runs.iter().filter(|own| matches!(own.standing, Standing::Finished | Standing::Dropped)).collect();
    // Those that never came as far as a run say why in their logs.
    let failed: Vec<Child> = site.children.all().into_iter().filter(|own| own.state == ChildState::Failed).collect();
    let body = html! {
        header.page-head {
            h1 { "Runs" }
            p.lead { "What is under way, here or in a terminal, and what can be resumed." }
        }
        @if runs.is_empty() && failed.is_empty() && site.children.waiting_in_order().is_empty() {
            (page::empty("No run yet.", html! { p { "Start one: " a href="/evaluate" { "evaluate a prompt" } ", or in a terminal " code { "rejoinder evaluate --persona-file NAME" } "." } }))
        }
        (part("Under way", &of(Standing::UnderWay), "Nothing is under way."))
        (waiting(&site))
        @if !failed.is_empty() {
            section { h2 { "Started here, and ended badly" }
                ul {
                    @for child in &failed {
                        li { a href=(format!("/started/{}", child.id)) { (text(&child.arguments.join(" "))) } }
                    }
                }
            }
        }
        (part("Interrupted", &of(Standing::Interrupted), ""))
        (part("Finished", &done, ""))
    };
    Ok(page::page(&site, "Runs", Place::Live, body))
}

/// What was started from a page and waits for its turn.
fn waiting(site: &Site) -> Markup {
    let line = site.children.waiting_in_order();
    html! {
        @if !line.is_empty() {
            section #waiting { h2 { "Waiting" }
                p.hint { "They start in this order, each as soon as a running command ends." }
                ol {
                    @for child in &line {
                        li { a href=(format!("/started/{}", child.id)) { (text(&child.arguments.join(" "))) } }
                    }
                }
            }
        }
    }
}

fn runs(site: &Site) -> Result<Vec<Seen>, Problem> {
    let Some(journal) = site.journal()? else { return Ok(Vec::new()) };
    let rows = journal.runs()?.into_iter().take(MOST);
    Ok(rows
        .map(|row| {
            let standing = standing(site, &row);
            let live = (standing == Standing::UnderWay).then(|| live(site, &row.id)).flatten();
            Seen { row, standing, live }
        })
        .collect())
}

const RUNS: &[Head] = &[
    Head::Words("Run"),
    Head::Words("Command"),
    Head::Words("Began"),
    Head::Numbers("Calls"),
    Head::Numbers("Cost"),
    Head::Words("State"),
    Head::Words("Files"),
];

fn part(title: &str, runs: &[&Seen], none: &str) -> Markup {
    if runs.is_empty() {
        return if none.is_empty() {
            Markup::default()
        } else {
            html! { section { h2 { (title) } p.quiet { (none) } } }
        };
    }
    html! {
        section {
            h2 { (title) }
            (page::table(title, RUNS, &html! {
                @for own in runs { (row(own)) }
            }))
        }
    }
}

fn row(own: &Seen) -> Markup {
    let calls = own.live.as_ref().map_or(own.row.calls, |live| live.spent.calls);
    html! {
        tr {
            th scope="row" { a href=(format!("/live/{}", own.row.id)) { code { (own.row.id) } } }
            td { (text(&own.row.command)) }
            td.nowrap { (words::minute(&own.row.started)) }
            td.number { (words::thousands(calls)) }
            td.number { (own.row.cost_usd.map_or_else(|| "unknown".to_owned(), words::dollars)) }
            td {
                (own.standing.word())
                @if let Some(doing) = own.live.as_ref().and_then(fragments::doing) { span.quiet { ": " (text(doing)) } }
            }
            td {
                @for file in &own.row.files {
                    @let stem = file.strip_suffix(".json").unwrap_or(file);
                    @if matches!(own.row.command.as_str(), "improve" | "evaluate") {
                        a href=(format!("/run/{}", page::segment(stem))) { (text(stem)) } " "
                    } @else { span { (text(file)) " " } }
                }
            }
        }
    }
}
