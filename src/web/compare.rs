//! The before/after of any two runs.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{Html, Response};
use maud::html;

use super::lineages;
use super::page::{self, Place, text};
use super::shown;
use super::site::Site;
use super::work::{Values, value};
use crate::data::Kind;
use crate::optimize::compare_runs::{self, Run};
use crate::report::summary::{self, Names};
use crate::report::{chances as chances_in_words, words};

/// The page.
pub async fn show(State(site): State<Arc<Site>>, Query(values): Query<Values>) -> Result<Html<String>, Response> {
    let page = site.aside(move |site| {
        let (a, b) = (value(&values, "a"), value(&values, "b"));
        let all = site.folder.list(Kind::Results)?;
        let stems: Vec<&str> = all.iter().map(crate::data::FileName::stem).collect();
        let head = |lead: maud::Markup| html! { header.page-head { p.crumbs { a href="/" { "Lineages" } } h1 { "Compare two runs" } (lead) } (lineages::compare_form(&stems, a, b)) };
        if a.is_empty() || b.is_empty() {
            return Ok(page::page(site, "Compare two runs", Place::Lineages, head(html! { p.lead { "Choose two." } })));
        }
        let (file_a, file_b) = (site.folder.resolve(Kind::Results, a)?, site.folder.resolve(Kind::Results, b)?);
        let (run_a, run_b) = (Run::load(&site.folder, &file_a)?, Run::load(&site.folder, &file_b)?);
        let (comparison, judges) = compare_runs::compare(&run_a, &run_b);
        let chances = compare_runs::chances(&run_a, &run_b);
        let prompts = (site.shelf.summary(&site.folder, &file_a)?, site.shelf.summary(&site.folder, &file_b)?);
        let body = html! {
            (head(html! {}))
            dl.tiles {
                div { dt { "A: " a href=(format!("/run/{}", page::segment(file_a.stem()))) { (file_a.stem()) } } dd { (shown::rate(&comparison.original)) } }
                div { dt { "B: " a href=(format!("/run/{}", page::segment(file_b.stem()))) { (file_b.stem()) } } dd { (shown::rate(&comparison.improved)) } }
                @if let Some(chances) = &chances {
                    div { dt { "Mean chance of a yes in A" } dd { (shown::mean_chance(&chances.a, chances.simulated_a)) } }
                    div { dt { "Mean chance of a yes in B" } dd { (shown::mean_chance(&chances.b, chances.simulated_b)) } }
                    @if let Some(change) = chances.change { div { dt { "Change of the mean chance" } dd { (shown::gain((change.mean, change.interval))) } } }
                }
                @if judges.are_one() {
                    @if let (Some(difference), Some(interval)) = (comparison.difference, comparison.interval) { div { dt { "Change, paired by persona" } dd { (shown::gain((difference, interval))) } } }
                    div { dt { "Personas that flipped" } dd { (words::thousands(comparison.flipped_to_yes)) " to yes, " (words::thousands(comparison.flipped_to_no)) " to no" } }
                }
            }
            h2 { "In words" }
            ul { @for line in chances.iter().flat_map(chances_in_words::lines).chain(summary::before_after(&comparison, &judges, Names::AnyTwo { a: file_a.stem(), b: file_b.stem() })) { li { (text(&line)) } } }
            h2 #prompt { "The prompts" }
            @if prompts.0.prompt == prompts.1.prompt { p.quiet { "They are the same, word for word." } }
            @else { (shown::difference(&prompts.0.prompt, &prompts.1.prompt)) }
        };
        Ok(page::page(site, "Compare two runs", Place::Lineages, body))
    });
    page.await.map_err(|problem| problem.page(&site))
}
