//! Kinds of decision makers, so that a gain on the whole is not paid for by some of them.

use maud::{Markup, html};

use super::chart::{Axis, Chart, Mark, Row};
use super::head;
use super::pieces::{rate_or, table, text};
use crate::compare::Rate;
use crate::data::record::{SegmentRecord, SegmentVerdict};
use crate::optimize::history::{History, Measured};
use crate::report::words::NOT_CHECKED;

/// People of a kind that are worth a place in the picture.
const FEWEST: u64 = 5;

/// What is shown for a kind about which nothing can be said.
const TOO_FEW: &str = "too few to say";

/// What is said of a rate where nobody knows who is of the kind.
const NOT_SORTED: &str = "not sorted";

pub(super) fn part(history: &History) -> Option<Markup> {
    let pairs = &history.pairs;
    let after = history.versions[pairs.after].measured();
    let told = history.versions[pairs.after].told.as_ref().map(|told| told.segments.as_slice()).unwrap_or_default();
    // Two judges' rates are not laid side by side.
    let before = pairs.before.filter(|_| pairs.comparison.is_some()).map(|at| &history.versions[at]);
    // Files of earlier versions name kinds without saying who is of them.
    let mut names: Vec<&str> = after.segments.keys().map(String::as_str).collect();
    names.extend(told.iter().map(|kind| kind.name.as_str()).filter(|name| !after.segments.contains_key(*name)));
    if names.is_empty() {
        return None;
    }
    let earlier = |name: &str| before.and_then(|before| grounded(before.measured(), name));
    let rows: Vec<Row> = after
        .segments
        .iter()
        .filter_map(|(name, rates)| Some((name, rates.grounded.as_ref()?)))
        .filter(|(_, rate)| rate.personas >= FEWEST)
        .map(|(name, rate)| {
            let now = mark(rate);
            let marks = if before.is_some() { vec![earlier(name).and_then(mark), now] } else { vec![now] };
            Row { label: name.clone(), marks }
        })
        .collect();
    let label = history.versions[pairs.after].label();
    let named = [before.map(crate::optimize::history::Version::label).unwrap_or_default(), label.clone()];
    let series: Vec<&str> = named.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    let chart = Chart {
        id: "segments-chart",
        title: "Grounded yes by kind of decision maker",
        axis: Axis::Shares,
        series: &series,
        rows: &rows,
    };
    let header = html! { tr { th scope="col" { "Kind" } @for name in &series { th scope="col" { "Grounded yes, " (name) } } @if !told.is_empty() { th scope="col" { "On people kept aside" } } } };
    let rate = |measured: Option<&Measured>, name: &str| match measured.and_then(|measured| measured.segments.get(name))
    {
        Some(rates) => rate_or(rates.grounded.as_ref(), NOT_CHECKED),
        None => html! { span.quiet { (NOT_SORTED) } },
    };
    let body = html! {
        @for name in names {
            tr {
                th scope="row" { (text(name)) }
                @if let Some(before) = before { td { (rate(Some(before.measured()), name)) } }
                td { (rate(Some(after), name)) }
                @if !told.is_empty() {
                    @let segment = told.iter().find(|segment| segment.name == *name);
                    td {
                        (segment.map_or(TOO_FEW, |segment| word(segment.verdict)))
                        @if let Some(low) = segment.and_then(SegmentRecord::gains_at_least) {
                            span.quiet { "at most " (format!("{:.0}", (-low).max(0.0))) " points lost" }
                        }
                    }
                }
            }
        }
    };
    let simulated = if history.is_simulated() { ", simulated" } else { "" };
    Some(html! {
        (head("segments", "Kinds of decision makers", "The people kept aside, sorted once before a proof; \
                                                       everybody belongs to one kind."))
        @if !rows.is_empty() {
            (chart.figure(&format!("Share of grounded yes with its 95% interval{simulated}. Kinds of fewer than \
                                    {FEWEST} people are in the table only.")))
        }
        (table("Grounded yes by kind, among people whose kind is known", &header, &body))
        @if told.iter().any(|segment| segment.gains_at_least().is_some()) {
            p.hint {
                "Most kinds have too few people to be judged alone. The most that each may lose among people \
                 kept aside comes from a model in which kinds are somewhat alike, with a chance of 95% for each."
            }
        }
    })
}

fn grounded<'m>(measured: &'m Measured, name: &str) -> Option<&'m Rate> {
    measured.segments.get(name)?.grounded.as_ref()
}

fn mark(rate: &Rate) -> Option<Mark> {
    Some(Mark { at: rate.share()?, interval: rate.interval, hollow: false })
}

fn word(verdict: SegmentVerdict) -> &'static str {
    match verdict {
        SegmentVerdict::NonInferior => "loses nothing",
        SegmentVerdict::Inferior => "loses",
        SegmentVerdict::Unclear => "unclear",
        SegmentVerdict::TooSmall | SegmentVerdict::Unknown => TOO_FEW,
    }
}
