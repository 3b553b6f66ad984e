//! The page of a lineage: did it work, what changed, what to do now; then all the rest.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{Html, Response};
use maud::{Markup, html};

use super::standing::{Outcome, Standing, run_path};
use super::{Runs, chart, compare_form, cost, known};
use crate::data::FileName;
use crate::data::calibrations::{self, Calibration};
use crate::data::leads;
use crate::data::titles::Titles;
use crate::improve::PromptParts;
use crate::improve::difference::{Step, of_prompts};
use crate::improve::parts::{MarkedBy, Marking};
use crate::optimize::story::Raised;
use crate::report::calibration as report;
use crate::report::html::diff;
use crate::report::words;
use crate::report::words::shell;
use crate::web::error::Problem;
use crate::web::objections::{self, Column};
use crate::web::page::{self, Head, Place, text};
use crate::web::shelf::Summary;
use crate::web::shown;
use crate::web::site::Site;
use crate::web::titles::{Named, form as title_form};

/// Characters of the first change.
const BRIEF: usize = 120;
/// Versions whose objections have a column: the first, and the last ones.
const COLUMNS: usize = 4;

/// One lineage.
pub async fn show(State(site): State<Arc<Site>>, Path(name): Path<String>) -> Result<Html<String>, Response> {
    let shared = Arc::clone(&site);
    let page = site.aside(move |_| {
        let site = shared;
        let known = known(&site, Some(&name))?;
        let Some((name, runs)) = known.lineages.into_iter().next() else {
            if let Some(broken) = known.broken.first() {
                return Err(Problem::input(format!("The lineage cannot be read: {broken}.")));
            }
            return Err(Problem::missing(format!("There is no lineage {} here.", words::one_line(&name, 100))));
        };
        let titles = Titles::load(&site.folder);
        let calibration =
            runs.first().and_then(|(file, _)| calibrations::of_lineage(&site.folder, file.stem()).ok()?);
        let readers = readers(calibration.as_ref());
        let body = lineage(&site, (&name, &titles), &runs, &readers);
        Ok(page::page(&site, titles.of_lineage(&name), Place::Lineages, body))
    });
    page.await.map_err(|problem| problem.page(&site))
}

fn lineage(site: &Site, (name, titles): (&str, &Titles), runs: &Runs, readers: &Markup) -> Markup {
    let Some(standing) = Standing::of(runs) else { return Markup::default() };
    let (file, own) = standing.current();
    let stems: Vec<&str> = runs.iter().map(|(file, _)| file.stem()).collect();
    let run = [("run", file.stem())];
    html! {
        header.page-head {
            p.crumbs { a href="/" { "Lineages" } }
            h1 { (text(titles.of_lineage(name))) }
            p.verdict #verdict { (standing.sentence()) " " (standing.outcome().pill()) }
            (changed_in_brief(&standing))
            (standing.next())
            (tiles(&standing, runs))
            (readers)
            p.actions {
                button.primary type="button" hidden data-copy="best-prompt" { "Copy the prompt" }
                a.button href=(page::link("/improve", &run)) { "Improve it" }
                a.button href=(page::link("/challenger", &run)) { "Edit the prompt by hand" }
                a.button href=(format!("{}/prompt.md", run_path(file))) { "Download the prompt" }
                a.button href=(format!("{}/report.html", run_path(file))) { "Download the report" }
            }
            (standing.attempt())
        }
        (write_messages(site, file))
        (title_form(site, Named::Lineage, name, titles.lineages.get(name)))
        (changed(&standing))
        (said(&standing))
        h2 #curve { "Rate by version" }
        (chart::versions(runs))
        (table(runs))
        p { a #people href=(format!("/lineage/{}/people", page::segment(name))) { "What everybody said to every version" } }
        (objections_by_version(runs))
        @if let Some((_, first)) = runs.first() {
            @if first.prompt != own.prompt {
                details.more {
                    summary { "From the first prompt to the current one, word by word" }
                    (shown::difference(&first.prompt, &own.prompt))
                }
            }
            @if let Some(parts) = known_parts(&first.prompt, own.parts.as_ref()) {
                details.more #parts {
                    summary { "What stands in every prompt, and what may change" } (shown::parts(&parts))
                }
            }
        }
        details.more open {
            summary { "The current prompt" }
            pre #best-prompt { (text(&own.prompt)) }
            button type="button" hidden data-copy="best-prompt" { "Copy" }
        }
        @if stems.len() > 1 {
            h2 { "Compare two of its runs" }
            (compare_form(&stems, stems.first().copied().unwrap_or_default(), stems.last().copied().unwrap_or_default(), &[]))
        }
    }
}

/// The command that writes to real people with the lineage's best prompt.
fn write_messages(site: &Site, file: &FileName) -> Markup {
    let lists = leads::lists(&site.folder).unwrap_or_default();
    let list = match lists.as_slice() {
        [only] => shell(only.stem()),
        _ => "LIST".to_owned(),
    };
    html! {
        details.more #write {
            summary { "Write messages with it" }
            @if lists.is_empty() { p { "First " a href=(crate::web::leads::PATH) { "import your leads" } ". Then:" } }
            @else {
                p {
                    "In a terminal"
                    @if lists.len() > 1 {
                        ", with one of your " a href=(crate::web::leads::PATH) { "lists of leads" } " for LIST"
                    }
                    ":"
                }
            }
            pre #write-command {
                "rejoinder write --lineage " (text(&shell(file.stem()))) " --leads " (text(&list)) " --steps 3"
            }
            p {
                "Add "
                code { "--dry-run" }
                " to see the cost first. What was written is under "
                a href=(crate::web::campaigns::PATH) { "Campaigns" }
                "."
            }
            button type="button" hidden data-copy="write-command" { "Copy the command" }
        }
    }
}

/// What real readers had to say about the judge, beside the rate that it gave.
fn readers(calibration: Option<&Calibration>) -> Markup {
    let Some(found) = calibration else { return Markup::default() };
    let line = report::line(found, None);
    html! { @if report::is_warning(found) { p.problem { (text(&line)) } } @else { p.quiet { (text(&line)) } } }
}

/// The few figures that matter.
fn tiles(standing: &Standing<'_>, runs: &Runs) -> Markup {
    let (_, own) = standing.current();
    let proof = standing.proved().and_then(|(_, own)| own.proof());
    let made_up = |made_up: u64, checked: u64| match checked {
        0 => words::NOT_CHECKED.to_owned(),
        _ => format!("{} of {}", words::thousands(made_up), words::thousands(checked)),
    };
    html! {
        dl.tiles {
            @match standing.before_after() {
                Some(found) => {
                    (shown::tile("Before, people kept aside", found.before, found.measure))
                    (shown::tile("Now, people kept aside", found.after, found.measure))
                    @if let Some((gain, interval)) = found.gain {
                        div {
                            dt { "Proved gain" }
                            dd {
                                strong { (words::points(gain)) " points" }
                                small {
                                    "95% interval " (words::interval(interval)) ", "
                                    (words::count(found.people, "person", "people")) " kept aside"
                                }
                            }
                        }
                    }
                }
                None => (shown::tile(if own.learned.is_some() { "Yes, people learned from" } else { "Yes, all people of the run" }, own.learned.as_ref().unwrap_or(&own.line.rate), if own.line.partial.is_some() { "partial" } else { "yes" })),
            }
            @if let Some(mean) = &own.line.chance {
                div {
                    dt { "Mean chance of a yes, all people" } dd { (shown::mean_chance(mean, own.line.rate.simulated)) }
                }
            }
            @if let Some(proof) = proof {
                div {
                    dt { "Messages with made-up claims" }
                    dd {
                        strong { (made_up(proof.after.made_up, proof.after.checked)) }
                        small { "before: " (made_up(proof.before.made_up, proof.before.checked)) }
                    }
                }
            }
            div {
                dt { "Cost" } dd { strong { (cost(runs)) } small { (words::count(runs.len() as u64, "run", "runs")) } }
            }
        }
    }
}

/// The first change of the prompt, and how many more there are.
fn changed_in_brief(standing: &Standing<'_>) -> Markup {
    let (Some((_, now)), Some((_, before))) = (standing.proved(), standing.before()) else { return Markup::default() };
    let steps = of_prompts(now.parts.as_ref(), &before.prompt, &now.prompt);
    let Some(first) = steps.first() else { return Markup::default() };
    let item = |item: &str| html! { (text(&words::one_line(item, BRIEF))) };
    html! {
        p.changed { strong { "What changed: " }
            @match first {
                Step::Added { text } | Step::Replaced { text, .. } => ins { (item(text)) },
                Step::Dropped { before } => del { (item(before)) },
            }
            @if steps.len() > 1 {
                " " a href="#prompt" { "and " (words::count((steps.len() - 1) as u64, "more change", "more changes")) }
            }
        }
    }
}

/// What changed when a candidate last took the place of the prompt before it.
fn changed(standing: &Standing<'_>) -> Markup {
    let (Some((_, now)), Some((_, before))) = (standing.proved(), standing.before()) else { return Markup::default() };
    html! {
        h2 #prompt { "What changed in the prompt" }
        (diff::advice(&of_prompts(now.parts.as_ref(), &before.prompt, &now.prompt)))
        details.more { summary { "Word by word" } (shown::difference(&before.prompt, &now.prompt)) }
    }
}

/// Objections that went and that are left, in brief.
fn said(standing: &Standing<'_>) -> Markup {
    let Some((_, now)) = standing.proved() else { return Markup::default() };
    let brief = objections::in_brief(&now.objections_before, now.objections.as_deref().unwrap_or_default());
    html! { @if !brief.0.is_empty() { h2 { "What people object to" } (brief) } }
}

const HEADS: &[Head] = &[
    Head::Words("Run"),
    Head::Words("Yes, all people"),
    Head::Words("Without made-up claims"),
    Head::Words("Gain on people kept aside"),
    Head::Words("Date"),
    Head::Numbers("Cost"),
];

fn table(runs: &Runs) -> Markup {
    let judge = runs.last().map(|(_, own)| own.line.judge.as_str()).unwrap_or_default();
    html! {
        (page::stacked("Runs of the lineage", HEADS, &html! {
            @for (file, own) in runs {
                tr {
                    th scope="row" {
                        a href=(run_path(file)) { (own.label()) } " "
                        (Outcome::from_verdict(own.told.as_ref().and_then(|told| told.verdict.as_ref())).pill())
                    }
                    @if own.is_measured() {
                        td data-label="Yes, all people" {
                            (shown::response_in_lines(own.line.chance.as_ref(), &own.line.rate))
                            @if own.line.partial.is_some() { " " span.mark { "partial" } }
                            @if own.line.judge != judge { " " span.mark { "another judge" } }
                        }
                        td data-label="Without made-up claims" {
                            @match &own.grounded {
                                Some(rate) => (shown::rate_in_two(rate)),
                                None => span.quiet { (words::NOT_CHECKED) }
                            }
                        }
                    } @else {
                        td data-label="Yes, all people" { span.quiet { "the prompt stayed, and so did its messages" } }
                        td data-label="Without made-up claims" { span.quiet { "as before" } }
                    }
                    td data-label="Gain on people kept aside" {
                        @match own.gain() { Some(gain) => (shown::gain(gain)), None => span.quiet { "not asked" } }
                    }
                    td.nowrap data-label="Date" {
                        (words::minute(&own.line.date))
                    }
                    td.number data-label="Cost" { (own.cost.map_or_else(|| "not known".to_owned(), words::dollars)) }
                }
            }
        }))
    }
}

/// The parts of the first prompt: those on record, or those that its headings name.
fn known_parts(first: &str, recorded: Option<&PromptParts>) -> Option<PromptParts> {
    let named = || Marking::new(first, &[]).ok().map(|marking| marking.parts());
    recorded.cloned().or_else(|| named().filter(|parts| parts.by() != MarkedBy::Nobody))
}

/// Why people said no to every prompt: by the run's own messages, or as the cycle after it found.
fn objections_by_version(runs: &Runs) -> Markup {
    let found = |file: &str, own: &Summary| -> Option<Vec<Raised>> {
        let of_child = || {
            let child = runs.iter().find(|(_, other)| other.parent.as_deref() == Some(file));
            child.map(|(_, child)| child.objections_before.clone()).filter(|raised| !raised.is_empty())
        };
        own.objections.clone().or_else(of_child)
    };
    // Its trials can be shown by group only where its own messages were sorted.
    let stem = |file: &'_ FileName, own: &Summary| own.objections.is_some().then(|| file.stem().to_owned());
    let all: Vec<(String, Option<String>, Vec<Raised>)> = runs
        .iter()
        .filter(|(_, own)| own.is_measured())
        .filter_map(|(file, own)| Some((own.label(), stem(file, own), found(file.stem(), own)?)))
        .collect();
    let from = all.len().saturating_sub(COLUMNS - 1);
    let columns: Vec<Column<'_>> = all
        .iter()
        .enumerate()
        .filter(|(at, _)| *at == 0 || *at >= from)
        .map(|(_, (label, stem, raised))| Column { label: label.clone(), raised, run: stem.as_deref() })
        .collect();
    let table = objections::table(
        "Share of the people who raised it at least once, with its 95% interval. A figure leads to the trials.",
        &columns,
        &[],
    );
    html! { @if !table.0.is_empty() { h2 #objections { "Why people said no" } (table) } }
}
