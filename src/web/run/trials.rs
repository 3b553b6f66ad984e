//! The trials of a run, a page at a time: a row for each, which opens into its messages side by side.

mod form;
mod persona;
mod row;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry::Vacant;
use std::sync::Arc;

use maud::{Markup, html};

use super::filter::{Filter, Texts};
use crate::data::results::PersonaResult;
use crate::report::words;
use crate::web::error::Problem;
use crate::web::page::{self, text};
use crate::web::pager::Pages;
use crate::web::shelf::Index;
use crate::web::site::Site;

pub(super) use persona::persona;

/// Trials on a page.
const PAGE: usize = 20;

/// The filters and the page.
pub(super) fn list(site: &Site, index: &Arc<Index>, filter: &Filter, page: usize) -> Result<Markup, Problem> {
    let before = index.before(&site.shelf, &site.folder)?;
    let coding = index.coding(&site.folder);
    let looked_for = index.holding(&site.folder, &filter.text)?;
    let texts = Texts { kinds: index.kinds(), coding, found: looked_for.as_deref().map(Vec::as_slice) };
    let path = format!("/run/{}", page::segment(index.file.stem()));
    let failures = index.metadata.rejoinder.as_ref().map(|own| own.failures.as_slice()).unwrap_or_default();
    let form = form::form(filter, &path, (index, before.as_deref()), texts, failures.len());
    let pages = |at: usize, last: usize| {
        let (pairs, anchor) = (&filter.pairs()[..], "#trials-head");
        Pages { path: &path, pairs, anchor, at, last: Some(last), has_more: at < last }.links()
    };
    if filter.failed {
        let last = failures.len().div_ceil(PAGE).max(1);
        let at = page.clamp(1, last);
        let shown = failures.iter().skip((at - 1) * PAGE).take(PAGE);
        return Ok(html! {
            h2 #trials-head { "Trials that failed" }
            (form)
            p role="status" { (words::count(failures.len() as u64, "trial", "trials")) " failed. They are in no rate." }
            @for failure in shown {
                article.trial {
                    h3 {
                        a href=(format!("{path}/persona/{}", failure.persona + 1)) { "Persona " (failure.persona + 1) }
                        span.quiet { "message " (failure.message + 1) }
                        span.pill.held { (text(&failure.stage)) " failed" }
                    }
                    p.reasoning { (text(&failure.reason)) }
                    @if let Some(message) = &failure.text { blockquote { (text(message)) } }
                }
            }
            (pages(at, last))
        });
    }
    let count = |from: usize| filter.page(index, before.as_deref(), texts, (from, PAGE));
    let (mut found, mut places) = count((page.max(1) - 1).saturating_mul(PAGE));
    let last = found.div_ceil(PAGE).max(1);
    let at = page.clamp(1, last);
    if at != page.max(1) {
        (found, places) = count((at - 1) * PAGE);
    }
    let mut entries: BTreeMap<u32, (PersonaResult, Option<PersonaResult>)> = BTreeMap::new();
    for entry in places.iter().map(|place| index.trials[*place as usize].entry) {
        if let Vacant(free) = entries.entry(entry) {
            let earlier = match &before {
                Some(before) => before.entry(&site.folder, entry)?,
                None => None,
            };
            free.insert((index.entry(&site.folder, entry)?, earlier));
        }
    }
    Ok(html! {
        h2 #trials-head { "Trials" }
        (form)
        p role="status" {
            (words::count(found as u64, "trial", "trials"))
            @if !filter.is_all() {
                " of " (words::thousands(index.trials.len() as u64)) " "
                a href=(format!("{path}#trials-head")) { "Show all" }
            }
        }
        @if found == 0 {
            (page::empty("No trial fits.", html! { p { a href=(format!("{path}#trials-head")) { "Show all" } "." } }))
        }
        div.trials {
            @for place in &places {
                @let trial = index.trials[*place as usize];
                @if let Some((entry, earlier)) = entries.get(&trial.entry) {
                    @let flipped = before.as_ref().and_then(|before| before.flipped(trial.entry, index.entries[trial.entry as usize].tally));
                    @let row = row::Row { path: &path, entry: trial.entry, message: trial.message, own: entry, earlier: earlier.as_ref(), flipped };
                    (row.article(coding))
                }
            }
        }
        (pages(at, last))
    })
}

/// What changed with a persona, in a pill.
fn flip(flipped: Option<bool>) -> Markup {
    html! {
        @match flipped {
            Some(true) => span.pill.good { "flipped to yes" },
            Some(false) => span.pill.held { "flipped to no" },
            None => {}
        }
    }
}
