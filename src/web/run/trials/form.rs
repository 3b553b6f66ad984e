//! The form that says which trials are wanted. It is sent by its button: an arrow key in a list chooses, and no more.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::event::Grounding;
use crate::improve::Coding;
use crate::improve::codebook::Side;
use crate::improve::objections::UNSORTED;
use crate::report::words;
use crate::web::page::text;
use crate::web::run::filter::{Filter, Order, Texts};
use crate::web::shelf::{Before, Index};

pub(super) fn form(
    filter: &Filter,
    path: &str,
    (index, before): (&Index, Option<&Before>),
    texts: Texts<'_>,
    failures: usize,
) -> Markup {
    let choice = |name: &str, label: &str, options: &[(&str, &str)], chosen: &str| {
        html! { div.field { label for=(name) { (label) }
        select #(name) name=(name) { @for (value, words) in options { option value=(value) selected[*value == chosen] { (text(words)) } } } } }
    };
    let pairs: BTreeMap<&str, &str> = filter.pairs().into_iter().collect();
    let of = |name: &str| pairs.get(name).copied().unwrap_or_default();
    let mut names: Vec<&str> = texts.kinds.names().collect();
    let chosen = filter.segment.as_str();
    if !chosen.is_empty() && !names.contains(&chosen) {
        names.push(chosen);
    }
    let segments: Vec<(&str, &str)> =
        [("", "All")].into_iter().chain(names.into_iter().map(|name| (name, name))).collect();
    let raised = raised(texts.coding);
    let mut groups: Vec<(&str, &str)> = vec![("", "All")];
    groups.extend(raised.iter().map(|(name, label)| (name.as_str(), label.as_str())));
    if !filter.objection.is_empty() && !groups.iter().any(|(name, _)| *name == filter.objection) {
        groups.push((&filter.objection, &filter.objection));
    }
    let orders = Order::ALL.map(|(_, name, words)| (name, words));
    html! {
        form.inline #filters method="get" action=(format!("{path}#trials-head")) aria-label="Which trials to show" {
            div.field.wide {
                label for="search" { "Search in texts" } input #search type="search" name="text" value=(filter.text);
            }
            (choice("said", "Said", &[("", "Yes and no"), ("no", "No"), ("yes", "Yes")], of("said")))
            @if before.is_some() {
                (choice("flipped", "Changed their minds", &[("", "All"), ("any", "Either way"), ("yes", "To yes"), ("no", "To no")], of("flipped")))
            }
            (choice("flagged", "Claims", &[("", "All"), ("1", "With a made-up claim")], of("flagged")))
            (choice("objection", "Objection", &groups, of("objection")))
            @if segments.len() > 1 { (choice("segment", "Kind of people", &segments, of("segment"))) }
            @if failures > 0 { (choice("failed", "Failed", &[("", "Decided"), ("1", "Failed")], of("failed"))) }
            (choice("order", "Order", &orders, of("order")))
            button type="submit" { "Show" }
        }
        @if filter.flagged && index.trials.iter().all(|trial| trial.grounding == Grounding::NotChecked) {
            p.hint {
                "The claims of these messages are not checked. To check them: " code { "rejoinder audit-claims" } "."
            }
        }
        @if before.is_none() && filter.flipped.is_some() {
            p.hint {
                "Who changed their minds is known only where one judge decided on this run and on the one before it."
            }
        }
    }
}

/// The objections that anybody raised, with the number of messages, and what nobody has sorted.
fn raised(coding: Option<&Coding>) -> Vec<(String, String)> {
    let groups = coding.map(|coding| coding.counted(Side::Against)).unwrap_or_default();
    let label = |name: &str, count: usize| format!("{name} ({})", words::thousands(count as u64));
    let mut raised: Vec<(String, String)> =
        groups.into_iter().map(|group| (group.name.clone(), label(&group.name, group.count))).collect();
    raised.push((UNSORTED.to_owned(), UNSORTED.to_owned()));
    raised
}
