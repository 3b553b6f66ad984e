//! Why people said no, version by version.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::head;
use super::pieces::{table, text};
use super::prompt::share;
use crate::improve::objections::Objection;
use crate::improve::{Course, changes};
use crate::optimize::history::{History, Version};
use crate::report::words;

/// Versions that have a column: the first, and the last of those whose messages differ.
const MOST_COLUMNS: usize = 6;
/// Objections that are listed.
const MOST: usize = 16;

pub(super) fn part(history: &History) -> Markup {
    let versions = columns(history);
    let people = if history.memory.is_some() { "the training people" } else { "everybody in the file" };
    let mut most: BTreeMap<String, f64> = BTreeMap::new();
    for version in &versions {
        let said = &version.measured().objections;
        for group in &said.raised {
            let highest = most.entry(group.name.to_string()).or_default();
            *highest = highest.max(said.share(group));
        }
    }
    let mut ranked: Vec<(String, f64)> = most.into_iter().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let more = ranked.len().saturating_sub(MOST);
    let header = html! { tr { th scope="col" { "Objection" } @for version in &versions { th scope="col" { (version.label()) } } @if versions.len() > 1 { th scope="col" { "Since " (versions[0].label()) } } } };
    let courses: BTreeMap<String, Course> = match (versions.first(), versions.last()) {
        (Some(first), Some(last)) if versions.len() > 1 => {
            changes(&first.measured().objections, &last.measured().objections)
                .into_iter()
                .map(|own| (own.name, own.course))
                .collect()
        }
        _ => BTreeMap::new(),
    };
    let body = html! {
        @for (name, _) in ranked.iter().take(MOST) {
            tr {
                th scope="row" { (text(&words::one_line(name, 60))) }
                @for version in &versions { td { (cell(version, name)) } }
                @if versions.len() > 1 { td { (courses.get(name).map_or("", |course| word(*course))) } }
            }
        }
    };
    let last = versions.last().copied();
    html! {
        (head("objections", "Why people said no", &format!("The share of {people} who raise an objection at least once, found by its vocabulary, so that the same words are always the same objection.")))
        @if ranked.is_empty() { p { "Nobody said no." } } @else { (table("Objections by version", &header, &body)) }
        @if more > 0 { p.hint { (words::count(more as u64, "rarer objection is", "rarer objections are")) " left out." } }
        @if let Some(version) = last {
            @let said = &version.measured().objections;
            (quotes(&format!("In their words, {}", version.label()), &said.raised))
            (quotes(&format!("What those who said yes named, {}", version.label()), &said.liked))
        }
        p.hint { "Shares describe what was said; whether a change is more than luck they do not tell." }
    }
}

/// Versions with messages of their own.
fn columns(history: &History) -> Vec<&Version> {
    let own: Vec<&Version> = history
        .versions
        .iter()
        .enumerate()
        .filter(|(at, version)| *at == 0 || version.told.is_none() || version.is_adopted())
        .map(|(_, version)| version)
        .collect();
    let skip = own.len().saturating_sub(MOST_COLUMNS);
    own.iter().enumerate().filter(|(at, _)| *at == 0 || *at > skip).map(|(_, version)| *version).collect()
}

fn cell(version: &Version, name: &str) -> Markup {
    let said = &version.measured().objections;
    let group = said.raised.iter().find(|group| group.name == name);
    html! {
        (share(group.map_or(0, |group| group.personas), said.personas))
        @if group.is_some_and(|group| group.is_estimate) { span.quiet { "scaled from a sample" } }
    }
}

fn word(course: Course) -> &'static str {
    match course {
        Course::Appeared => "new",
        Course::Grew => "more",
        Course::Stayed => "the same",
        Course::Shrank => "fewer",
        Course::WentAway => "gone",
    }
}

fn quotes(title: &str, groups: &[Objection]) -> Markup {
    html! {
        @if !groups.is_empty() {
            details.fold { summary { (title) }
                ul { @for group in groups.iter().take(MOST) { li { strong { (text(&words::one_line(&group.name, 60))) } ": " q dir="auto" { (text(&words::one_line(&group.quote, 300))) } } } }
            }
        }
    }
}
