//! Why people said no, before and after: a table whose names lead to the trials in which they were raised.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::page::{self, text};
use crate::improve::{Change, Course};
use crate::optimize::story::Raised;
use crate::report::html::chart;
use crate::report::words;

/// Rows that are shown at once.
const SHOWN: usize = 12;

/// What was said to the messages of one run.
pub struct Column<'a> {
    /// Its name.
    pub label: String,
    /// Groups with how many people raised each.
    pub raised: &'a [Raised],
    /// The run whose trials are meant, without its ending; `None` where they cannot be shown by group.
    pub run: Option<&'a str>,
}

/// The table; the names that are most frequent come first. Nothing where nobody raised anything.
pub fn table(caption: &str, columns: &[Column<'_>], changes: &[Change]) -> Markup {
    let names = ranked(columns);
    if names.is_empty() {
        return Markup::default();
    }
    let courses: BTreeMap<&str, Course> = changes.iter().map(|own| (own.name.as_str(), own.course)).collect();
    html! {
        div.scroll tabindex="0" role="region" aria-label="Objections" { table.stacked {
            caption { (caption) }
            thead { tr {
                th scope="col" { "Objection" }
                @for column in columns { th scope="col" { (text(&column.label)) } }
                @if !courses.is_empty() { th scope="col" { "Change" } }
            } }
            tbody { @for name in names.iter().take(SHOWN) {
                tr {
                    th scope="row" { (text(name)) }
                    @for column in columns { td data-label=(words::safe(&column.label)) { (cell(column, name)) } }
                    @if !courses.is_empty() {
                        td data-label="Change" { (courses.get(name).map_or("", |course| words::course(*course))) }
                    }
                }
            } }
        } }
        @if names.len() > SHOWN {
            p.hint {
                (words::count((names.len() - SHOWN) as u64, "rarer objection is", "rarer objections are")) " left out."
            }
        }
    }
}

/// All names, the most frequent first.
fn ranked<'a>(columns: &[Column<'a>]) -> Vec<&'a str> {
    let mut most: BTreeMap<&str, f64> = BTreeMap::new();
    for group in columns.iter().flat_map(|column| column.raised) {
        let highest = most.entry(&group.name).or_default();
        *highest = highest.max(group.share());
    }
    let mut names: Vec<(&str, f64)> = most.into_iter().collect();
    names.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    names.into_iter().map(|(name, _)| name).collect()
}

fn cell(column: &Column<'_>, name: &str) -> Markup {
    let Some(group) = column.raised.iter().find(|group| group.name == name) else {
        return html! { span.quiet { "nobody" } };
    };
    let share = group.share();
    let said = format!("{:.0}%", share * 100.0);
    html! {
        span.nowrap {
            (chart::meter(share)) " "
            @match column.run {
                Some(run) => a href=(trials(run, name)) aria-label=(format!("{said}: the trials in which \"{}\" was \
                                                                             raised", words::safe(name))) { (said) },
                None => (said),
            }
            @if group.of > 0 { " (" (words::thousands(group.personas)) " of " (words::thousands(group.of)) ")" }
        }
        @if let Some(interval) = group.interval() {
            " " span.quiet { (format!("{:.0} to {:.0}%", interval.low * 100.0, interval.high * 100.0)) }
        }
    }
}

/// The address of the trials of a run in which this was raised.
pub fn trials(run: &str, name: &str) -> String {
    format!("{}#trials-head", page::link(&format!("/run/{}", page::segment(run)), &[("objection", name)]))
}

/// Which objections went or became rarer, and which are left, in a line each, the most frequent first.
pub fn in_brief(before: &[Raised], after: &[Raised]) -> Markup {
    const NAMED: usize = 3;
    let share = |groups: &[Raised], name: &str| groups.iter().find(|own| own.name == name).map_or(0.0, Raised::share);
    let mut less: Vec<(&Raised, f64)> = before
        .iter()
        .map(|group| (group, share(after, &group.name)))
        .filter(|(group, after)| *after < group.share())
        .collect();
    less.sort_by(|a, b| (b.0.share() - b.1).total_cmp(&(a.0.share() - a.1)));
    let percent = |share: f64| format!("{:.0}%", share * 100.0);
    let item = |name: &str| html! { (text(&words::one_line(name, 60))) };
    html! {
        @if !less.is_empty() {
            p { span.quiet { "Heard less: " }
                @for (at, (group, after)) in less.iter().take(NAMED).enumerate() {
                    @if at > 0 { ", " } (item(&group.name)) " (" (percent(group.share())) " to " (percent(*after)) ")"
                }
            }
        }
        @if !after.is_empty() {
            p { span.quiet { "Still heard: " }
                @for (at, group) in after.iter().take(NAMED).enumerate() {
                    @if at > 0 { ", " } (item(&group.name)) " (" (percent(group.share())) ")"
                }
            }
        }
    }
}
