//! All lineages, and one of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};

use super::error::Problem;
use super::page::{self, Place, text};
use super::shelf::Summary;
use super::site::Site;
use super::svg::{self, Rated};
use super::work::{Values, value};
use super::{chart_table, shown};
use crate::data::calibrations::{self, Calibration};
use crate::data::{FileName, Kind};
use crate::improve::PromptParts;
use crate::improve::difference::of_prompts;
use crate::improve::parts::{MarkedBy, Marking};
use crate::optimize::story::Raised;
use crate::report::calibration as report;
use crate::report::html::diff;
use crate::report::words;

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

/// The run that holds the best prompt: the latest that a cycle saved, or the first.
pub(super) fn best(runs: &Runs) -> Option<&(FileName, Arc<Summary>)> {
    runs.iter().rev().find(|(_, own)| own.line.verdict.is_some()).or_else(|| runs.last())
}

/// The rates of these runs.
pub(super) fn rates(runs: &Runs) -> Vec<Rated> {
    let mut rates: Vec<Rated> = Vec::new();
    let mut judge: Option<&str> = None;
    for (_, own) in runs {
        let Some(share) = own.line.rate.share() else { continue };
        let joined = own.line.judge != "unknown" && judge == Some(own.line.judge.as_str());
        judge = Some(&own.line.judge);
        rates.push(Rated { label: version(own), share, interval: own.line.rate.interval, joined });
    }
    rates
}

/// `first`, `v3`.
pub(super) fn version(own: &Summary) -> String {
    own.line.version.map_or_else(|| "first".to_owned(), |version| format!("v{version}"))
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
        let mut found: Vec<(&String, &Runs)> = known.lineages.iter().filter(|(name, runs)| is_wanted(name, runs, &wanted)).collect();
        sort(&mut found, &order);
        let body = html! {
            header.page-head {
                h1 { "Lineages" }
                p.lead { "A lineage is a first run and all the cycles that descend from it." }
                p.actions { a.button.primary href="/evaluate" { "Evaluate a prompt" } a.button href="/improve" { "Improve one" } a.button href="/personas/new" { "Generate personas" } }
            }
            @for broken in &known.broken { p.problem { "Left out: " (text(broken)) "." } }
            @if known.unread > 0 { p.quiet role="status" { (words::count(known.unread as u64, "file is", "files are")) " still being read; this page looks again in a moment." } }
            @if known.lineages.is_empty() && known.unread == 0 {
                (page::empty("No results yet.", html! { p { a href="/prompts/new" { "Write a prompt" } " about what you offer, " a href="/personas/new" { "generate personas" } ", then " a href="/evaluate" { "evaluate the prompt" } " on them." } }))
            } @else {
                (search(&values))
                @if found.is_empty() && known.unread == 0 { (page::empty("No lineage fits.", html! { p { a href="/" { "Show all" } "." } })) }
                ul.cards { @for (name, runs) in &found { (card(name, runs)) } }
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

fn is_wanted(name: &str, runs: &Runs, wanted: &str) -> bool {
    let holds = |text: &str| text.to_lowercase().contains(wanted);
    wanted.is_empty()
        || holds(name)
        || runs.iter().any(|(_, own)| holds(&own.line.models) || holds(&own.line.name) || holds(&own.prompt))
}

fn sort(found: &mut [(&String, &Runs)], order: &str) {
    let latest = |runs: &Runs| runs.iter().map(|(_, own)| own.line.date.clone()).max().unwrap_or_default();
    let rate = |runs: &Runs| best(runs).and_then(|(_, own)| own.line.rate.share()).unwrap_or(-1.0);
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
        form.inline role="search" method="get" action="/" data-auto {
            div.field.wide { label for="search" { "Search" } input #search type="search" name="q" value=(value(values, "q")) placeholder="name, model or words of a prompt"; }
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

fn card(name: &str, runs: &Runs) -> Markup {
    let Some((file, best)) = best(runs) else { return Markup::default() };
    let rates = rates(runs);
    let path = format!("/lineage/{}", page::segment(name));
    let date = best.line.date.get(..16).unwrap_or(&best.line.date).replace('T', " ");
    html! {
        li.card {
            h2 { a href=(path) { (name) } }
            (svg::curve(&rates, false))
            p { (shown::response(best.line.chance.as_ref(), &best.line.rate)) }
            p { (shown::verdict(best.line.verdict.as_deref())) @if let Some(gain) = best.gain { " " span.quiet { "gain " } (shown::gain(gain)) } }
            p.quiet { (words::count(runs.len() as u64, "run", "runs")) " · " (text(&date)) " · cost " (cost(runs)) " · " (text(&words::one_line(&best.line.models, 80))) }
            p { a href=(format!("/run/{}", page::segment(file.stem()))) { "Best run" } " · " a href=(format!("/run/{}/prompt.md", page::segment(file.stem()))) { "Best prompt" } " · " a href=(page::link("/improve", &[("run", file.stem())])) { "Improve" } }
        }
    }
}

fn compare(known: &Known) -> Markup {
    let runs: Vec<&str> = known.lineages.values().flatten().map(|(file, _)| file.stem()).collect();
    if runs.len() < 2 {
        return Markup::default();
    }
    html! { h2 { "Compare two runs" } (compare_form(&runs, "", "")) }
}

/// A form that compares two of these runs.
pub(super) fn compare_form(runs: &[&str], a: &str, b: &str) -> Markup {
    let choice = |name: &str, label: &str, chosen: &str| {
        html! {
            div.field.wide { label for=(name) { (label) }
                select #(name) name=(name) required { option value="" { "Choose …" } @for run in runs { option value=(run) selected[*run == chosen] { (run) } } }
            }
        }
    };
    html! {
        form.inline method="get" action="/compare" {
            (choice("a", "A, the earlier", a)) (choice("b", "B, the later", b))
            button type="submit" { "Compare" }
        }
    }
}

/// One lineage.
pub async fn show(State(site): State<Arc<Site>>, Path(name): Path<String>) -> Result<Html<String>, Response> {
    let own = Arc::clone(&site);
    let page = site.aside(move |_| {
        let site = own;
        let known = known(&site, Some(&name))?;
        let Some((name, runs)) = known.lineages.into_iter().next() else {
            if let Some(broken) = known.broken.first() {
                return Err(Problem::input(format!("The lineage cannot be read: {broken}.")));
            }
            return Err(Problem::missing(format!("There is no lineage {} here.", words::one_line(&name, 100))));
        };
        let calibration =
            runs.first().and_then(|(file, _)| calibrations::of_lineage(&site.folder, file.stem()).ok()?);
        Ok(page::page(&site, &name, Place::Lineages, lineage(&name, &runs, calibration.as_ref())))
    });
    page.await.map_err(|problem| problem.page(&site))
}

fn lineage(name: &str, runs: &Runs, calibration: Option<&Calibration>) -> Markup {
    let (rates, top) = (rates(runs), best(runs));
    let stems: Vec<&str> = runs.iter().map(|(file, _)| file.stem()).collect();
    let judges = runs.iter().map(|(_, own)| own.line.judge.as_str()).collect::<std::collections::BTreeSet<_>>().len();
    html! {
        header.page-head {
            p.crumbs { a href="/" { "Lineages" } }
            h1 { (name) }
            @if let Some((file, own)) = top {
                p.lead { "Stands on " a href=(format!("/run/{}", page::segment(file.stem()))) { (version(own)) } ": " (shown::response(own.line.chance.as_ref(), &own.line.rate)) }
                (readers(calibration))
                p.actions {
                    a.button.primary href=(page::link("/improve", &[("run", file.stem())])) { "Improve it" }
                    a.button href=(page::link("/challenger", &[("run", file.stem())])) { "Edit the prompt by hand" }
                    a.button href=(format!("/run/{}/prompt.md", page::segment(file.stem()))) { "Download the prompt" }
                    a.button href=(format!("/run/{}/report.html", page::segment(file.stem()))) { "Download the report" }
                }
            }
        }
        h2 #curve { "Rate by version" }
        (svg::curve(&rates, true))
        p.hint { "Points with intervals of 95 %." @if judges > 1 { " A line joins two versions that one judge decided on; others cannot be compared." } }
        div.scroll tabindex="0" role="region" aria-label="Runs of the lineage" { table {
            thead { tr {
                th scope="col" { "Run" } th scope="col" { "Rate of yes" } th scope="col" { "Without made-up claims" } th scope="col" { "Verdict" }
                th scope="col" { "Gain on unseen people" } th scope="col" { "Judge" } th scope="col" { "Date" } th.number scope="col" { "Cost" }
            } }
            tbody { @for (file, own) in runs {
                tr {
                    th scope="row" { a href=(format!("/run/{}", page::segment(file.stem()))) { (version(own)) } }
                    td { (shown::response_in_lines(own.line.chance.as_ref(), &own.line.rate)) @if own.line.partial.is_some() { " " span.mark { "partial" } } }
                    td { @match &own.grounded { Some(rate) => (shown::rate_in_two(rate)), None => "–" } }
                    td { (shown::verdict(own.line.verdict.as_deref())) }
                    td { @match own.gain { Some(gain) => (shown::gain(gain)), None => "–" } }
                    td { code { (text(&own.line.judge)) } }
                    td.nowrap { (text(&own.line.date.get(..16).unwrap_or(&own.line.date).replace('T', " "))) }
                    td.number { (own.cost.map_or_else(|| "–".to_owned(), words::dollars)) }
                }
            } }
        } }
        (objections(runs))
        @if let (Some((_, first)), Some((_, last))) = (runs.first(), top) {
            @if first.prompt != last.prompt {
                h2 #prompt { "From the first prompt to the best" }
                (diff::advice(&of_prompts(last.parts.as_ref(), &first.prompt, &last.prompt)))
                details.more { summary { "Word by word" } (shown::difference(&first.prompt, &last.prompt)) }
            }
            @if let Some(parts) = known_parts(&first.prompt, last.parts.as_ref()) {
                details.more #parts { summary { "What stands in every prompt, and what may change" } (shown::parts(&parts)) }
            }
            details.more open { summary { "The best prompt" } pre #best-prompt { (text(&last.prompt)) } button type="button" hidden data-copy="best-prompt" { "Copy" } }
        }
        @if stems.len() > 1 {
            h2 { "Compare two of its runs" }
            (compare_form(&stems, stems.first().copied().unwrap_or_default(), stems.last().copied().unwrap_or_default()))
        }
    }
}

/// What real readers had to say about the judge, beside the rate that it gave.
fn readers(calibration: Option<&Calibration>) -> Markup {
    let Some(found) = calibration else { return Markup::default() };
    let line = report::line(found, None);
    html! { @if report::is_warning(found) { p.problem { (text(&line)) } } @else { p.quiet { (text(&line)) } } }
}

/// The parts of the first prompt: those on record, or those that its headings name.
fn known_parts(first: &str, recorded: Option<&PromptParts>) -> Option<PromptParts> {
    let named = || Marking::new(first, &[]).ok().map(|marking| marking.parts());
    recorded.cloned().or_else(|| named().filter(|parts| parts.by() != MarkedBy::Nobody))
}

/// Objections over versions: each cycle says why people said no to the prompt before it.
fn objections(runs: &Runs) -> Markup {
    let told: Vec<(String, &[Raised])> = runs
        .iter()
        .filter(|(_, own)| !own.objections.is_empty())
        .map(|(_, own)| (own.parent.as_deref().map_or_else(|| version(own), parent_label), own.objections.as_slice()))
        .collect();
    chart_table::shares(
        "Why people said no",
        "Share of the personas that raised it, to the messages of each version.",
        &told,
    )
}

fn parent_label(parent: &str) -> String {
    crate::data::versions::version_of(parent).map_or_else(|| "first".to_owned(), |version| format!("v{version}"))
}
