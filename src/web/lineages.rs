//! All lineages, and one of them.

mod card;
mod chart;
mod grid;
mod show;
pub(super) mod standing;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::error::Problem;
use super::page::{self, Place, text};
use super::shelf::Summary;
use super::site::Site;
use super::work::{Values, value};
use crate::data::titles::Titles;
use crate::data::{FileName, Kind};
use crate::report::words;
pub use grid::grid;
pub use show::show;
use standing::Standing;

/// So long a page waits for files that nobody has looked into yet.
const PATIENCE: Duration = Duration::from_millis(400);

/// A lineage's runs, in order.
pub(super) type Runs = Vec<(FileName, Arc<Summary>)>;

/// What is known of the results files.
pub(super) struct Known {
    /// Runs by lineage.
    pub(super) lineages: BTreeMap<String, Runs>,
    /// Files that nobody has looked into yet.
    pub(super) unread: usize,
    /// Files that cannot be read, with the reason.
    pub(super) broken: Vec<String>,
}

/// The runs of all lineages, or of one. Files beyond what can be read in a moment are read on; the page says so.
pub(super) fn known(site: &Arc<Site>, only: Option<&str>) -> Result<Known, Problem> {
    let until = Instant::now() + PATIENCE;
    let mut known = Known { lineages: BTreeMap::new(), unread: 0, broken: Vec::new() };
    let mut left = Vec::new();
    for file in site.folder.list(Kind::Results)? {
        if only.is_some_and(|only| crate::data::versions::lineage_base(file.stem()) != only) {
            continue;
        }
        let summary = match site.shelf.known(&site.folder, &file) {
            Some(summary) => Ok(summary),
            None if Instant::now() < until => site.shelf.summary(&site.folder, &file),
            None => {
                left.push(file);
                continue;
            }
        };
        match summary {
            Ok(summary) => known.lineages.entry(summary.lineage.clone()).or_default().push((file, summary)),
            Err(error) => known.broken.push(error.to_string()),
        }
    }
    for runs in known.lineages.values_mut() {
        runs.sort_by(|(_, a), (_, b)| {
            let key = |own: &Summary| (own.line.version, own.line.date.clone(), own.line.name.clone());
            key(a).cmp(&key(b))
        });
    }
    known.unread = left.len();
    if !left.is_empty() {
        let site = Arc::clone(site);
        let read_on = move || left.iter().for_each(|file| drop(site.shelf.summary(&site.folder, file)));
        let _ = std::thread::Builder::new().name("shelf".into()).spawn(read_on);
    }
    Ok(known)
}

fn cost(runs: &Runs) -> String {
    let known: Option<f64> = runs.iter().map(|(_, own)| own.cost).sum();
    known.map_or_else(|| "not known".to_owned(), words::dollars)
}

/// All lineages.
pub async fn list(State(site): State<Arc<Site>>, Query(values): Query<Values>) -> Response {
    let own = Arc::clone(&site);
    let page = site.aside(move |_| {
        let site = own;
        let known = known(&site, None)?;
        let (wanted, order) = (value(&values, "q").to_lowercase(), value(&values, "sort").to_owned());
        let titles = Titles::load(&site.folder);
        let archived = value(&values, "archived") == "1";
        let is_put_away = |name: &str| titles.lineages.get(name).is_some_and(|title| title.archived);
        let put_away = known.lineages.keys().filter(|name| is_put_away(name)).count();
        let mut found: Vec<(&String, &Runs)> = known
            .lineages
            .iter()
            .filter(|(name, runs)| is_put_away(name) == archived && is_wanted((name, titles.of_lineage(name)), runs, &wanted))
            .collect();
        sort(&mut found, &order);
        let body = html! {
            header.page-head {
                h1 { "Lineages" }
                p.lead { "A lineage is a first prompt and everything that was tried to better it." }
                p.actions {
                    a.button.primary href="/evaluate" { "Evaluate a prompt" }
                    a.button href="/improve" { "Improve one" }
                    a.button href="/personas/new" { "Generate personas" }
                }
            }
            @for broken in &known.broken { p.problem { "Left out: " (text(broken)) "." } }
            @if known.unread > 0 {
                p.quiet role="status" {
                    (words::count(known.unread as u64, "file is", "files are"))
                    " still being read; this page looks again in a moment."
                }
            }
            @if known.lineages.is_empty() && known.unread == 0 {
                (page::empty("No results yet.", html! { p { a href="/prompts/new" { "Write a prompt" } " about what you offer, " a href="/personas/new" { "generate personas" } ", then " a href="/evaluate" { "evaluate the prompt" } " on them." } }))
            } @else {
                (search(&values))
                @if found.is_empty() && known.unread == 0 {
                    (page::empty("No lineage fits.", html! { p { a href="/" { "Show all" } "." } }))
                }
                ul.cards { @for (name, runs) in &found { (card::card((name, titles.of_lineage(name)), runs)) } }
                @if archived { p { a href="/" { "Back to those that are not archived" } } }
                @else if put_away > 0 {
                    p {
                        a href="/?archived=1" {
                            (words::count(put_away as u64, "archived lineage", "archived lineages"))
                        }
                    }
                }
                (compare(&known))
            }
        };
        Ok((page::page(&site, "Lineages", Place::Lineages, body), known.unread > 0))
    });
    match page.await {
        Ok((page, true)) => ([(header::REFRESH, "2")], page).into_response(),
        Ok((page, false)) => page.into_response(),
        Err(problem) => problem.page(&site),
    }
}

fn is_wanted((name, title): (&str, &str), runs: &Runs, wanted: &str) -> bool {
    let holds = |text: &str| text.to_lowercase().contains(wanted);
    wanted.is_empty()
        || holds(name)
        || holds(title)
        || runs.iter().any(|(_, own)| holds(&own.line.models) || holds(&own.line.name) || holds(&own.prompt))
}

fn sort(found: &mut [(&String, &Runs)], order: &str) {
    let latest = |runs: &Runs| runs.iter().map(|(_, own)| own.line.date.clone()).max().unwrap_or_default();
    let rate = |runs: &Runs| {
        let standing = Standing::of(runs);
        standing.and_then(|standing| standing.current().1.line.rate.share()).unwrap_or(-1.0)
    };
    match order {
        "name" => found.sort_by(|a, b| a.0.cmp(b.0)),
        "rate" => found.sort_by(|a, b| rate(b.1).total_cmp(&rate(a.1)).then(a.0.cmp(b.0))),
        "runs" => found.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(b.0))),
        _ => found.sort_by(|a, b| latest(b.1).cmp(&latest(a.1)).then(a.0.cmp(b.0))),
    }
}

fn search(values: &Values) -> Markup {
    let order = value(values, "sort");
    html! {
        form.inline role="search" method="get" action="/" {
            div.field.wide {
                label for="search" { "Search" }
                input #search type="search" name="q" value=(value(values, "q")) placeholder="name, model or words of a \
                    prompt";
            }
            div.field { label for="sort" { "Sort by" }
                select #sort name="sort" {
                    @for (name, words) in [("", "Latest first"), ("name", "Name"), ("rate", "Rate"), ("runs", "Runs")] {
                        option value=(name) selected[name == order] { (words) }
                    }
                }
            }
            button type="submit" { "Show" }
        }
    }
}

fn compare(known: &Known) -> Markup {
    let runs: Vec<&str> = known.lineages.values().flatten().map(|(file, _)| file.stem()).collect();
    if runs.len() < 2 {
        return Markup::default();
    }
    html! { h2 { "Compare two runs" } (compare_form(&runs, "", "", &[])) }
}

/// A form that compares these runs: two, and as many more as `more` has letters, folded away.
pub(super) fn compare_form(runs: &[&str], a: &str, b: &str, more: &[(&str, &str)]) -> Markup {
    let choice = |name: &str, label: &str, chosen: &str, is_needed: bool| {
        html! {
            div.field.wide { label for=(name) { (label) }
                select #(name) name=(name) required[is_needed] {
                    option value="" { "Choose …" }
                    @for run in runs { option value=(run) selected[*run == chosen] { (run) } }
                }
            }
        }
    };
    html! {
        form.inline method="get" action="/compare" {
            (choice("a", "A, the earlier", a, true)) (choice("b", "B, the later", b, true))
            @if !more.is_empty() {
                details.more open[more.iter().any(|(_, chosen)| !chosen.is_empty())] { summary { "More runs" }
                    @for (letter, chosen) in more { (choice(letter, &letter.to_uppercase(), chosen, false)) }
                }
            }
            button type="submit" { "Compare" }
        }
    }
}
