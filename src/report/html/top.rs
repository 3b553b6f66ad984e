//! The top of the page: the verdict, the few numbers that matter, and what is not known.

use maud::{Markup, html};

use super::pieces::{ends, percent, text};
use crate::compare::Rate;
use crate::data::provenance::Provenance;
use crate::improve::difference::{Step, of_prompts};
use crate::optimize::history::{History, Version};
use crate::report::{verdict, words};

/// The head of the page; `links` are ids and names of the parts.
pub(super) fn masthead(history: &History, links: &[(&str, &str)]) -> Markup {
    let focus = history.focus();
    let date = focus.metadata.processing_date.get(..10).unwrap_or(&focus.metadata.processing_date);
    html! {
        header.masthead {
            p.eyebrow {
                strong { "rejoinder" }
                span { "Report" @if !date.is_empty() { ", run of " (text(date)) } }
                @if history.is_simulated() { span.mark { "simulated" } }
            }
            h1 { (text(&history.title)) ", " (focus.label()) }
            p.verdict { (text(&verdict::sentence(history))) }
            (changed(history))
            (next(history))
            (tiles(history))
            @let notes = verdict::notes(history);
            @if !notes.is_empty() { ul.notes aria-label="What to know" { @for note in &notes { li { (text(note)) } } } }
            nav aria-label="Parts of the report" {
                ul.contents { @for (id, name) in links { li { a href=(format!("#{id}")) { (name) } } } }
            }
        }
    }
}

/// Characters of the first change.
const BRIEF: usize = 120;

/// What became of the prompt, in a line: the first change and how many more there are.
fn changed(history: &History) -> Markup {
    let (first, focus) = (&history.versions[0].metadata.system_prompt, &history.focus().metadata.system_prompt);
    let parts = history.memory.as_ref().map(|memory| &memory.parts);
    let steps = if first == focus { Vec::new() } else { of_prompts(parts, first, focus) };
    let item = |item: &str| html! { (text(&words::one_line(item, BRIEF))) };
    html! {
        p.changed { strong { "What changed: " }
            @match steps.first() {
                Some(Step::Added { text } | Step::Replaced { text, .. }) => ins { (item(text)) },
                Some(Step::Dropped { before }) => del { (item(before)) },
                None if first != focus => a href="#prompt" { "the wording of the prompt" },
                None if history.versions.len() == 1 => "nothing yet; this is the first prompt.",
                None => "nothing; the first prompt stands.",
            }
            @if steps.len() > 1 {
                " " a href="#prompt" { "and " (words::count((steps.len() - 1) as u64, "more change", "more changes")) }
            }
        }
    }
}

/// What to do now, with the command that does it.
fn next(history: &History) -> Markup {
    let next = verdict::next(history);
    html! { p.next { strong { "Next: " } (next.what) ": " code { (text(&next.command)) } } }
}

fn tiles(history: &History) -> Markup {
    let focus = history.focus();
    let proved = history.adopted().map(|(_, version)| version).or(focus.told.is_some().then_some(focus));
    let proof = proved.and_then(|version| Some((version, version.told.as_ref()?.proof.as_ref()?)));
    let measured = focus.measured();
    let (on, rates) = match &measured.training {
        Some(training) => ("people learned from", training),
        None => ("all people", &measured.all),
    };
    let tested = history.versions.iter().filter(|version| version.told.is_some()).count();
    let adopted = history.versions.iter().filter(|version| version.is_adopted()).count();
    let costs: Vec<Option<f64>> = history.versions.iter().filter_map(paid).map(|spent| spent.cost_usd).collect();
    let cost: Option<f64> = costs.iter().copied().sum();
    html! {
        dl.tiles {
            @if let Some((version, (gain, interval), proof)) = proof.and_then(|(version, proof)| Some((version, proof.gain?, proof))) {
                div { dt { "Gain, people kept aside" } dd {
                    strong { (words::points(gain)) " points" }
                    small {
                        (version.label()) ", 95% interval " (words::interval(interval)) ", "
                        (words::count(proof.personas, "persona", "personas"))
                        @if proof.after.response.simulated { ", simulated" }
                    }
                } }
            }
            @if let Some(mean) = &rates.chance {
                div { dt { (format!("Mean chance of a yes, {on}")) } dd {
                    strong { (percent(mean.mean)) }
                    small {
                        (focus.label()) ", 95% interval " (ends(mean.interval)) ", "
                        (words::count(mean.personas, "persona", "personas"))
                        @if rates.response.simulated { ", simulated" }
                    }
                } }
            }
            @match &rates.grounded {
                Some(value) => (rate(&format!("Grounded yes, {on}"), &focus.label(), value)),
                None => div { dt { (format!("Grounded yes, {on}")) } dd { strong { "-" } small { (words::NOT_CHECKED) } } },
            }
            (rate(&format!("Yes, {on}"), &focus.label(), &rates.response))
            @if tested > 0 {
                div {
                    dt { "Cycles" }
                    dd { strong { (tested) } small { (words::count(adopted as u64, "prompt", "prompts")) " adopted" } }
                }
            }
            @if !costs.is_empty() {
                div {
                    dt { "Cost" }
                    dd {
                        strong { (cost.map_or_else(|| "not known".to_owned(), words::dollars)) }
                        small { "all runs of this report" }
                    }
                }
            }
        }
    }
}

fn rate(name: &str, version: &str, value: &Rate) -> Markup {
    html! {
        div { dt { (name) } dd {
            @match value.share() {
                Some(share) => strong { (percent(share)) },
                None => strong { "none" },
            }
            small {
                (version) ", " (words::thousands(value.yes)) " of " (words::thousands(value.total))
                @if let Some(interval) = value.interval { ", 95% interval " (ends(interval)) }
                @if value.simulated { ", simulated" }
            }
        } }
    }
}

/// What is known of a run, if its file says anything about calls.
fn paid(version: &Version) -> Option<&Provenance> {
    let provenance = version.metadata.rejoinder.as_ref()?;
    (!provenance.usage.is_empty() || provenance.cost_usd.is_some()).then_some(provenance)
}
