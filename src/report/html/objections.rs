//! Why people said no, version by version.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::head;
use super::pieces::{table, text};
use super::prompt::share;
use crate::compare::Interval;
use crate::improve::codebook::{Codebook, Side};
use crate::improve::objections::{OTHER, Objection, Objections, UNSORTED};
use crate::improve::{Course, changes};
use crate::optimize::history::{History, Version};
use crate::report::run::real_reply;
use crate::report::words;

/// Versions that have a column: the first, and the last of those whose messages differ.
const MOST_COLUMNS: usize = 6;
/// Objections that are listed.
const MOST: usize = 16;

pub(super) fn part(history: &History) -> Markup {
    let versions = columns(history);
    let people = if history.memory.is_some() { "the people learned from" } else { "everybody in the file" };
    let lead = format!(
        "The share of {people} who raise an objection at least once, with its 95% interval. A model has sorted what \
         they said; a name stands for the same definition in every version."
    );
    let nobody = versions.iter().all(|version| version.measured().objections.noes == 0);
    let is_sorted = versions.iter().any(|version| version.measured().objections.sorted.is_some());
    html! {
        (head("objections", "Why people said no", if is_sorted { &lead } else { "" }))
        @if nobody { p { "Nobody said no." } }
        @else if is_sorted { (groups(&versions)) }
        @else { p { "What people said is " (UNSORTED) ": no model has put it into groups." } }
        @if let Some(version) = versions.last() {
            @let said = &version.measured().objections;
            @if said.sorted.is_some() {
                (quotes(&format!("In their words, {}", version.label()), &said.raised))
                (quotes(&format!("What those who said yes named, {}", version.label()), &said.liked))
            } @else {
                (unsorted(&format!("What some who said no said, {}", version.label()), &said.quotes.no))
                (unsorted(&format!("What some who said yes said, {}", version.label()), &said.quotes.yes))
            }
        }
        @let real: Vec<String> = (history.versions.last().and_then(|version| version.metadata.rejoinder.as_ref()))
            .map(|provenance| provenance.real_replies.iter().map(real_reply).collect())
            .unwrap_or_default();
        @if !real.is_empty() {
            h3 { "Real replies, in the same groups" }
            ul { @for line in &real { li { (line) } } }
        }
        @if is_sorted {
            p.hint { "Shares describe what was said; they do not show whether a change is more than luck." }
        }
    }
}

/// A table of all groups, and what they mean.
fn groups(versions: &[&Version]) -> Markup {
    let mut most: BTreeMap<&str, f64> = BTreeMap::new();
    for version in versions {
        let said = &version.measured().objections;
        for group in &said.raised {
            let highest = most.entry(&group.name).or_default();
            *highest = highest.max(said.share(group));
        }
    }
    let mut ranked: Vec<(&str, f64)> = most.into_iter().collect();
    ranked.sort_by(|a, b| (a.0 == OTHER).cmp(&(b.0 == OTHER)).then(b.1.total_cmp(&a.1)).then(a.0.cmp(b.0)));
    let more = ranked.len().saturating_sub(MOST);
    let header = html! { tr { th scope="col" { "Objection" } @for version in versions { th scope="col" { (version.label()) } } @if versions.len() > 1 { th scope="col" { "Since " (versions[0].label()) } } } };
    let courses: BTreeMap<String, Course> = match (versions.first(), versions.last()) {
        (Some(first), Some(last)) if versions.len() > 1 => {
            changes(&first.measured().objections, &last.measured().objections)
                .into_iter()
                .map(|change| (change.name, change.course))
                .collect()
        }
        _ => BTreeMap::new(),
    };
    let body = html! {
        @for (name, _) in ranked.iter().take(MOST) {
            tr {
                th scope="row" { (text(&words::one_line(name, 60))) }
                @for version in versions { td { (cell(&version.measured().objections, name)) } }
                @if versions.len() > 1 { td { (courses.get(*name).map_or("", |course| words::course(*course))) } }
            }
        }
    };
    let book = versions.iter().rev().find_map(|version| version.measured().objections.sorted.as_ref());
    html! {
        @if ranked.is_empty() { p { "None of what was said was sorted into a group." } } @else {
            (table("Objections by version", &header, &body))
        }
        @if more > 0 {
            p.hint { (words::count(more as u64, "rarer objection is", "rarer objections are")) " left out." }
        }
        @for version in versions { (part_of(version)) }
        @if let Some(sorted) = book { (definitions(&sorted.codebook, &ranked)) }
    }
}

/// Versions with messages of their own.
fn columns(history: &History) -> Vec<&Version> {
    let versions: Vec<&Version> = history
        .versions
        .iter()
        .enumerate()
        .filter(|(at, version)| *at == 0 || version.told.is_none() || version.is_adopted())
        .map(|(_, version)| version)
        .collect();
    let skip = versions.len().saturating_sub(MOST_COLUMNS);
    versions.iter().enumerate().filter(|(at, _)| *at == 0 || *at > skip).map(|(_, version)| *version).collect()
}

fn cell(said: &Objections, name: &str) -> Markup {
    let Some(sorted) = &said.sorted else { return html! { span.quiet { (UNSORTED) } } };
    if name != OTHER && sorted.codebook.place(Side::Against, name).is_none() {
        // The group was named later.
        return html! { span.quiet { "–" } };
    }
    let raising = said.raised.iter().find(|group| group.name == name).map_or(0, |group| group.personas);
    let interval = Interval::wilson(raising as u64, said.people() as u64);
    html! {
        (share(raising, said.people()))
        @if let Some(of) = interval {
            " " span.quiet.nowrap { (format!("{:.0} to {:.0}%", of.low * 100.0, of.high * 100.0)) }
        }
    }
}

/// Says which part of the reasonings a version's counts refer to.
fn part_of(version: &Version) -> Markup {
    let said = &version.measured().objections;
    let all = said.noes + said.yeses;
    let part = said.sorted.as_ref().filter(|sorted| sorted.reasonings < all);
    html! { @if let Some(sorted) = part {
        p.hint {
            (version.label()) ": counted in " (words::thousands(sorted.reasonings as u64)) " of "
            (words::count(all as u64, "reasoning", "reasonings")) "."
        }
    } }
}

fn definitions(book: &Codebook, shown: &[(&str, f64)]) -> Markup {
    let is_shown = |name: &str| shown.iter().take(MOST).any(|(shown_name, _)| *shown_name == name);
    html! {
        details.fold { summary { "What the names stand for" }
            ul { @for group in book.of_side(Side::Against).filter(|group| is_shown(&group.name)) {
                li {
                    strong { (text(&words::one_line(&group.name, 60))) }
                    ": " (text(&words::one_line(&group.definition, 400)))
                }
            } }
        }
    }
}

fn quotes(title: &str, groups: &[Objection]) -> Markup {
    html! {
        @if !groups.is_empty() {
            details.fold { summary { (title) }
                ul {
                    @for group in groups.iter().take(MOST) {
                        li {
                            strong { (text(&words::one_line(&group.name, 60))) }
                            ": "
                            q dir="auto" { (text(&words::one_line(&group.quote, 300))) }
                        }
                    }
                }
            }
        }
    }
}

fn unsorted(title: &str, quotes: &[String]) -> Markup {
    html! {
        @if !quotes.is_empty() {
            details.fold { summary { (title) }
                ul { @for quote in quotes { li { q dir="auto" { (text(&words::one_line(quote, 300))) } } } }
            }
        }
    }
}
