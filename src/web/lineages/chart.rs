//! The charts of a lineage, drawn as in its report.

use maud::{Markup, html};

use super::Runs;
use super::standing::BeforeAfter;
use crate::compare::Rate;
use crate::report::html::chart::{Axis, Chart, Mark, Row};
use crate::report::words;

/// Versions that are drawn: the first, and the last ones. The table has all.
const DRAWN: usize = 24;

/// Before and after on people kept aside.
pub(super) fn before_after(id: &str, found: &BeforeAfter<'_>) -> Markup {
    let row = |label: &str, rate: &Rate| Row { label: label.to_owned(), marks: vec![mark(rate, false)] };
    let rows = [row("before", found.before), row("now", found.after)];
    let title = format!("{} of people kept aside, before and now", found.measure);
    Chart { id, title: &title, axis: Axis::Shares, series: &[found.measure], rows: &rows }.svg()
}

/// The rate of every version, and the gain of every candidate.
pub(super) fn versions(runs: &Runs) -> Markup {
    let from = runs.len().saturating_sub(DRAWN);
    let drawn: Vec<usize> = (0..runs.len()).filter(|at| *at == 0 || *at >= from).collect();
    let judge = runs.last().map(|(_, own)| own.line.judge.as_str()).unwrap_or_default();
    let has_split = runs.iter().any(|(_, own)| own.learned.is_some());
    let measure = runs.iter().rev().find_map(|(_, own)| own.aside().map(|(_, _, name)| name)).unwrap_or("yes");
    let rows: Vec<Row> = drawn
        .iter()
        .map(|at| {
            let own = &runs[*at].1;
            let is_other = own.line.judge == "unknown" || own.line.judge != judge;
            // A version in which the prompt stayed has no messages of its own to people who are learned from.
            let learned = own.learned.as_ref().unwrap_or(&own.line.rate);
            let learned = if own.is_measured() { mark(learned, is_other || own.line.partial.is_some()) } else { None };
            let aside = own.aside().and_then(
                |(before, after, _)| {
                    if own.is_adopted() { mark(after, is_other) } else { mark(before, true) }
                },
            );
            let label = if own.is_measured() { own.label() } else { format!("{}, stayed", own.label()) };
            Row { label, marks: if has_split { vec![learned, aside] } else { vec![learned] } }
        })
        .collect();
    let names = ["yes, people learned from".to_owned(), format!("{measure}, people kept aside")];
    let series: Vec<&str> =
        if has_split { names.iter().map(String::as_str).collect() } else { vec!["yes, all people of the run"] };
    let rates =
        Chart { id: "rates-chart", title: "Rate of yes by version", axis: Axis::Shares, series: &series, rows: &rows };
    let gains: Vec<Row> = drawn
        .iter()
        .filter_map(|at| {
            let own = &runs[*at].1;
            let (gain, interval) = own.gain()?;
            let gain = Mark { at: gain, interval: Some(interval), hollow: !own.is_adopted() };
            Some(Row { label: own.label(), marks: vec![Some(gain)] })
        })
        .collect();
    let proof = Chart {
        id: "gains-chart",
        title: "Gain of every candidate on people kept aside",
        axis: Axis::Differences,
        series: &["gain"],
        rows: &gains,
    };
    let simulated = if runs.iter().any(|(_, own)| own.line.rate.simulated) { ", simulated" } else { "" };
    html! {
        (rates.figure(&format!("Share of yes with its 95% interval{simulated}. Hollow: the prompt stayed, the run is \
                                incomplete, or another judge decided, so that it is not to be compared with the \
                                others.")))
        @if !gains.is_empty() {
            (proof.figure(&format!("Gain in percentage points of every candidate on people kept aside, with its 95% \
                                    interval{simulated}. Filled: proved better. Hollow: the prompt stayed.")))
        }
        @if runs.len() > drawn.len() {
            p.hint {
                (words::count((runs.len() - drawn.len()) as u64, "version is", "versions are")) " in the table only."
            }
        }
    }
}

fn mark(rate: &Rate, hollow: bool) -> Option<Mark> {
    Some(Mark { at: rate.share()?, interval: rate.interval, hollow })
}
