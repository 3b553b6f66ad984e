//! The trials of a run, a page at a time.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry::Vacant;

use maud::{Markup, html};

use super::filter::Filter;
use crate::data::results::{Judged, PersonaResult};
use crate::event::Grounding;
use crate::improve::objections;
use crate::report::words;
use crate::web::error::Problem;
use crate::web::page::{self, text};
use crate::web::people::pager;
use crate::web::shelf::{Before, Index, Marks};
use crate::web::shown;
use crate::web::site::Site;

/// Trials on a page.
const PAGE: usize = 20;
/// Characters of a persona that stand in a line.
const LINE: usize = 140;

/// The filters and the page.
pub(super) fn list(
    site: &Site,
    index: &std::sync::Arc<Index>,
    filter: &Filter,
    page: usize,
) -> Result<Markup, Problem> {
    let before = index.before(&site.shelf, &site.folder)?;
    let marks = index.marks(&site.folder);
    let path = format!("/run/{}", page::segment(index.file.stem()));
    let failures = index.metadata.rejoinder.as_ref().map(|own| own.failures.as_slice()).unwrap_or_default();
    let form = form(filter, &path, (index, before.as_deref()), marks, failures.len());
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
                    h3 { a href=(format!("{path}/persona/{}", failure.persona + 1)) { "Persona " (failure.persona + 1) } span.quiet { "message " (failure.message + 1) } span.pill.held { (text(&failure.stage)) " failed" } }
                    p.reasoning { (text(&failure.reason)) }
                    @if let Some(message) = &failure.text { blockquote { (text(message)) } }
                }
            }
            (pager(&path, &filter.pairs(), "#trials-head", at, last))
        });
    }
    let is_pending = filter.waits(marks);
    let count = |from: usize| filter.page(index, before.as_deref(), marks, (from, PAGE));
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
        @if is_pending {
            p role="status" { "The texts are being read for that. Reload in a moment." }
        } @else {
            p role="status" { (words::count(found as u64, "trial", "trials")) @if !filter.is_all() { " of " (words::thousands(index.trials.len() as u64)) " " a href=(format!("{path}#trials-head")) { "Show all" } } }
            @if found == 0 { (page::empty("No trial fits.", html! { p { a href=(format!("{path}#trials-head")) { "Show all" } "." } })) }
        }
        @for place in &places {
            @let trial = index.trials[*place as usize];
            @if let Some((entry, earlier)) = entries.get(&trial.entry) {
                @if let Some(said) = entry.messages.get(trial.message as usize) {
                    @let flipped = before.as_ref().and_then(|before| before.flipped(trial.entry, index.entries[trial.entry as usize].tally));
                    (article(&path, (trial.entry, trial.message), entry, said, (earlier.as_ref(), flipped)))
                }
            }
        }
        (pager(&path, &filter.pairs(), "#trials-head", at, last))
    })
}

fn form(
    filter: &Filter,
    path: &str,
    (index, before): (&Index, Option<&Before>),
    marks: Option<&Marks>,
    failures: usize,
) -> Markup {
    let choice = |name: &str, label: &str, options: &[(&str, &str)], chosen: &str| {
        html! { div.field { label for=(name) { (label) }
        select #(name) name=(name) { @for (value, words) in options { option value=(value) selected[*value == chosen] { (text(words)) } } } } }
    };
    let pairs: BTreeMap<&str, &str> = filter.pairs().into_iter().collect();
    let of = |name: &str| pairs.get(name).copied().unwrap_or_default();
    let mut names: Vec<&str> = marks.map(|marks| marks.names.clone()).unwrap_or_default();
    names.sort_unstable();
    let chosen = filter.segment.as_str();
    if !chosen.is_empty() && !names.contains(&chosen) {
        names.push(chosen);
    }
    let segments: Vec<(&str, &str)> =
        [("", "All")].into_iter().chain(names.into_iter().map(|name| (name, name))).collect();
    let raised = raised(marks);
    let mut groups: Vec<(&str, &str)> = vec![("", "All")];
    groups.extend(raised.iter().map(|(name, label)| (*name, label.as_str())));
    if !filter.objection.is_empty() && !groups.iter().any(|(name, _)| *name == filter.objection) {
        groups.push((&filter.objection, &filter.objection));
    }
    html! {
        form.inline #filters method="get" action=(format!("{path}#trials-head")) data-auto aria-label="Which trials to show" {
            (choice("said", "Said", &[("", "Yes and no"), ("no", "No"), ("yes", "Yes")], of("said")))
            @if before.is_some() { (choice("flipped", "Flipped", &[("", "Either"), ("any", "Flipped"), ("yes", "To yes"), ("no", "To no")], of("flipped"))) }
            (choice("flagged", "Claims", &[("", "All"), ("1", "With a made-up claim")], of("flagged")))
            (choice("objection", "Objection", &groups, of("objection")))
            (choice("segment", "Segment", &segments, of("segment")))
            @if failures > 0 { (choice("failed", "Failed", &[("", "Decided"), ("1", "Failed")], of("failed"))) }
            button type="submit" { "Show" }
        }
        @if filter.flagged && index.trials.iter().all(|trial| trial.grounding == Grounding::NotChecked) { p.hint { "The claims of these messages are not checked. To have it done: " code { "rejoinder audit-claims" } "." } }
        @if before.is_none() && filter.flipped.is_some() { p.hint { "Who flipped is known only where one judge decided on this run and on its parent." } }
    }
}

/// The objections that anybody raised, with the number of messages; all of them as long as that is not known.
fn raised(marks: Option<&Marks>) -> Vec<(&'static str, String)> {
    let names = objections::group_names(false);
    let Some(marks) = marks else { return names.iter().map(|name| (*name, (*name).to_owned())).collect() };
    let mut raised: Vec<(&str, u64)> =
        names.into_iter().zip(marks.raised.iter().copied()).filter(|(_, count)| *count > 0).collect();
    raised.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    raised.into_iter().map(|(name, count)| (name, format!("{name} ({})", words::thousands(count)))).collect()
}

fn article(
    path: &str,
    (entry, message): (u32, u32),
    own: &PersonaResult,
    said: &Judged,
    (earlier, flipped): (Option<&PersonaResult>, Option<bool>),
) -> Markup {
    let (shown, audit) = shown::message(&said.message, said.rejoinder.as_ref());
    html! {
        article.trial id=(format!("trial-{}-{}", entry + 1, message + 1)) {
            h3 {
                a href=(format!("{path}/persona/{}", entry + 1)) { "Persona " (entry + 1) }
                span.quiet { "message " (message + 1) }
                (shown::decision(said.decision.decision))
                (flip(flipped))
                (shown::claims(&audit))
            }
            details { summary.persona { (text(&words::one_line(&own.persona, LINE))) } p.persona { (text(&own.persona)) } }
            (shown)
            p.reasoning { strong { "Why: " } (text(&said.decision.reasoning)) }
            (groups(said))
            @if let Some(first) = earlier.and_then(|earlier| earlier.messages.first()).filter(|first| first.message != said.message) {
                details { summary { "Before: " (shown::decision(first.decision.decision)) }
                    (shown::message(&first.message, first.rejoinder.as_ref()).0)
                    p.reasoning { strong { "Why: " } (text(&first.decision.reasoning)) }
                }
            }
        }
    }
}

fn flip(flipped: Option<bool>) -> Markup {
    html! {
        @match flipped {
            Some(true) => span.pill.good { "flipped to yes" },
            Some(false) => span.pill.held { "flipped to no" },
            None => {}
        }
    }
}

fn groups(said: &Judged) -> Markup {
    let bits = objections::groups_of(&said.decision.reasoning);
    let names = objections::group_names(said.decision.decision);
    let own: Vec<&str> =
        names.into_iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, name)| name).collect();
    html! { p.hint { @if said.decision.decision { "Liked: " } @else { "Objections: " } (own.join(", ")) } }
}

/// All messages to one persona, beside those before.
pub(super) fn persona(site: &Site, index: &Index, at: u32) -> Result<Markup, Problem> {
    let own = index.entry(&site.folder, at)?;
    let before = index.before(&site.shelf, &site.folder)?;
    let earlier = match &before {
        Some(before) => before.entry(&site.folder, at)?,
        None => None,
    };
    let flipped = before.as_ref().and_then(|before| before.flipped(at, index.entries[at as usize].tally));
    let failures = index.metadata.rejoinder.as_ref().map(|own| own.failures.as_slice()).unwrap_or_default();
    let side = |messages: &[Judged]| {
        html! {
            @if messages.is_empty() { p.quiet { "No decided message." } }
            @for (number, said) in messages.iter().enumerate() {
                @let (shown, audit) = shown::message(&said.message, said.rejoinder.as_ref());
                article.trial {
                    h3 { "Message " (number + 1) " " (shown::decision(said.decision.decision)) (shown::claims(&audit)) @if let Some(score) = said.decision.score() { span.quiet { "score " (format!("{score:.2}")) } } }
                    (shown)
                    p.reasoning { strong { "Why: " } (text(&said.decision.reasoning)) }
                    (groups(said))
                }
            }
        }
    };
    Ok(html! {
        p.persona { (text(&own.persona)) }
        p { (flip(flipped)) }
        div.sides {
            @if let Some(earlier) = &earlier { section { h2 { "Before" } (side(&earlier.messages)) } }
            section { h2 { @if earlier.is_some() { "After" } @else { "Messages" } } (side(&own.messages)) }
        }
        @for failure in failures.iter().filter(|failure| failure.persona == at as usize) {
            p.problem { "Message " (failure.message + 1) " failed (" (text(&failure.stage)) "): " (text(&failure.reason)) }
        }
    })
}
