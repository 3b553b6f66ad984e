//! Runs side by side: the before/after of two, and up to five with their rates, prompts and messages.

mod messages;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{Html, Response};
use maud::{Markup, html};

use super::error::Problem;
use super::lineages;
use super::page::{self, Head, Place, text};
use super::shelf::Index;
use super::shown;
use super::site::Site;
use super::work::{Values, value};
use crate::data::{FileName, Kind};
use crate::optimize::compare_runs::{self, Run};
use crate::report::summary::{self, Names};
use crate::report::{chances as chances_in_words, words};

/// Runs by their letter.
const LETTERS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// The page.
pub async fn show(State(site): State<Arc<Site>>, Query(values): Query<Values>) -> Result<Html<String>, Response> {
    let page = site.aside(move |site| {
        let all = site.folder.list(Kind::Results)?;
        let stems: Vec<&str> = all.iter().map(FileName::stem).collect();
        let pairs: Vec<(&str, &str)> = LETTERS.into_iter().map(|letter| (letter, value(&values, letter))).collect();
        let chosen: Vec<&str> = pairs.iter().map(|(_, stem)| *stem).filter(|stem| !stem.is_empty()).collect();
        let head = |lead: Markup| html! { header.page-head { p.crumbs { a href="/" { "Lineages" } } h1 { "Compare runs" } (lead) } (form(&stems, &pairs)) };
        if chosen.len() < 2 {
            return Ok(page::page(site, "Compare runs", Place::Lineages, head(html! { p.lead { "Choose two. Up to five \
                can be laid side by side." } })));
        }
        let mut files = Vec::new();
        for stem in &chosen {
            files.push(site.folder.resolve(Kind::Results, stem)?);
        }
        let two = if let [a, b] = &files[..] { two(site, a, b)? } else { Markup::default() };
        let mut indexes = Vec::new();
        for file in &files {
            indexes.push(site.shelf.index(&site.folder, file)?);
        }
        let body = html! {
            (head(html! {}))
            (two)
            (rates(site, &indexes)?)
            (prompts(site, &files)?)
            (messages::messages(site, &indexes, &pairs, value(&values, "page").parse().unwrap_or(1))?)
        };
        Ok(page::page(site, "Compare runs", Place::Lineages, body))
    });
    page.await.map_err(|problem| problem.page(&site))
}

fn form(stems: &[&str], pairs: &[(&str, &str)]) -> Markup {
    let of = |letter: &str| pairs.iter().find(|(own, _)| *own == letter).map_or("", |(_, stem)| *stem);
    lineages::compare_form(stems, of("a"), of("b"), &[("c", of("c")), ("d", of("d")), ("e", of("e"))])
}

/// The before/after of two.
fn two(site: &Site, file_a: &FileName, file_b: &FileName) -> Result<Markup, Problem> {
    let (run_a, run_b) = (Run::load(&site.folder, file_a)?, Run::load(&site.folder, file_b)?);
    let (comparison, judges) = compare_runs::compare(&run_a, &run_b);
    let chances = compare_runs::chances(&run_a, &run_b);
    let before_after =
        summary::before_after(&comparison, &judges, Names::AnyTwo { a: file_a.stem(), b: file_b.stem() });
    Ok(html! {
        dl.tiles {
            (shown::tile("A", &comparison.original, "yes"))
            (shown::tile("B", &comparison.improved, "yes"))
            @if let Some(chances) = &chances {
                div { dt { "Mean chance of a yes in A" } dd { (shown::mean_chance(&chances.a, chances.simulated_a)) } }
                div { dt { "Mean chance of a yes in B" } dd { (shown::mean_chance(&chances.b, chances.simulated_b)) } }
                @if let Some(change) = chances.change {
                    div { dt { "Change of the mean chance" } dd { (shown::gain((change.mean, change.interval))) } }
                }
            }
            @if judges.are_one() {
                @if let (Some(difference), Some(interval)) = (comparison.difference, comparison.interval) {
                    div { dt { "Change, paired by persona" } dd { (shown::gain((difference, interval))) } }
                }
                div {
                    dt { "Personas that flipped" }
                    dd {
                        (words::thousands(comparison.flipped_to_yes)) " to yes, "
                        (words::thousands(comparison.flipped_to_no)) " to no"
                    }
                }
            }
        }
        h2 { "In words" }
        ul {
            @for line in chances.iter().flat_map(chances_in_words::lines).chain(before_after) { li { (text(&line)) } }
        }
    })
}

const RATES: &[Head] =
    &[Head::Words("Run"), Head::Words("Yes, all people"), Head::Words("Without made-up claims"), Head::Words("Judge")];

fn rates(site: &Site, runs: &[Arc<Index>]) -> Result<Markup, Problem> {
    let mut rows = Vec::new();
    for (run, letter) in runs.iter().zip(LETTERS) {
        rows.push((letter.to_uppercase(), run, run.measured(&site.folder)?));
    }
    Ok(html! {
        h2 { "Rates" }
        (page::stacked("Rates of the runs", RATES, &html! {
            @for (letter, run, measured) in &rows {
                tr {
                    th scope="row" {
                        (letter) ": "
                        a href=(format!("/run/{}", page::segment(run.file.stem()))) {
                            (text(&words::one_line(run.file.stem(), 80)))
                        }
                    }
                    td data-label="Yes, all people" { (shown::rate_in_two(&measured.all.response)) }
                    td data-label="Without made-up claims" {
                        @match &measured.all.grounded {
                            Some(rate) => (shown::rate_in_two(rate)),
                            None => span.quiet { (words::NOT_CHECKED) }
                        }
                    }
                    td data-label="Judge" {
                        code {
                            (text(run.metadata.rejoinder.as_ref().and_then(|own| own.fingerprint.as_deref()).map_or("unknown", |hash| hash.get(..8).unwrap_or(hash))))
                        }
                    }
                }
            }
        }))
        p.hint { "Rates of different or unknown judges are not to be compared." }
    })
}

/// How the prompts differ from the first one's.
fn prompts(site: &Site, files: &[FileName]) -> Result<Markup, Problem> {
    let mut prompts = Vec::new();
    for file in files {
        prompts.push(site.shelf.summary(&site.folder, file)?);
    }
    Ok(html! {
        h2 #prompt { "The prompts" }
        @for (other, letter) in prompts.iter().zip(LETTERS).skip(1) {
            h3 { "From A to " (letter.to_uppercase()) }
            @if prompts[0].prompt == other.prompt { p.quiet { "They are the same, word for word." } }
            @else { (shown::difference(&prompts[0].prompt, &other.prompt)) }
        }
    })
}
