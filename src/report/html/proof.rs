//! What every cycle proved on unseen people.

use maud::{Markup, html};

use super::chart::{Axis, Chart, Mark, Row};
use super::pieces::{gain, mean_chance, rate, table, text, verdict};
use super::{head, listed};
use crate::optimize::history::{History, ToldProof, Version};
use crate::optimize::story::{self, Rates};
use crate::report::proof as proof_words;
use crate::report::words::{self, NOT_CHECKED};

pub(super) fn part(history: &History) -> Option<Markup> {
    let proved: Vec<(&Version, &ToldProof)> = listed(history)
        .map(|at| &history.versions[at])
        .filter_map(|version| Some((version, version.told.as_ref()?.proof.as_ref()?)))
        .collect();
    if proved.is_empty() {
        return None;
    }
    let rows: Vec<Row> = proved
        .iter()
        .filter_map(|(version, proof)| {
            let (at, interval) = proof.gain?;
            let mark = Mark { at, interval: Some(interval), hollow: !version.is_adopted() };
            Some(Row { label: version.label(), marks: vec![Some(mark)] })
        })
        .collect();
    let chart = Chart {
        id: "proof-chart",
        title: "Gain of every candidate on people kept aside",
        axis: Axis::Differences,
        series: &["gain"],
        rows: &rows,
    };
    let simulated = if history.is_simulated() { ", simulated" } else { "" };
    let header = html! {
        tr {
            th scope="col" { "Cycle" } th scope="col" { "Gain in points" }
            th scope="col" { "Current prompt" }
            th scope="col" { "Candidate" }
            th scope="col" { "p" }
            th scope="col" { "People" }
        }
    };
    let body = html! { @for (version, proof) in &proved { (row(version, proof)) } };
    Some(html! {
        (head("proof", "The proof", "In every cycle the best candidate and the current prompt wrote to people kept \
                                     aside, from whom nothing had been learned."))
        @if !rows.is_empty() {
            (chart.figure(&format!("Gain in percentage points with its 95% interval{simulated}. A filled mark was \
                                    adopted.")))
        }
        (table("Rates and gains on people kept aside", &header, &body))
        p.hint {
            "The gain is a median-unbiased estimate over pairs of messages to the same person, so it need not be the \
             difference of the two rates. p belongs to a one-sided test at the level beside it; all cycles together \
             adopt wrongly no more often than was asked for."
        }
        @for (version, referee) in history.versions.iter().filter_map(|version| Some((version, version.told.as_ref()?.referee.as_ref()?))) {
            p {
                strong { "Referee of " (version.label()) " (" (text(&words::one_line(&referee.model, 60))) "): " }
                (proof_words::opinion(referee.opinion))
                @if let Some((gain, interval)) = referee.gain {
                    ", " (words::points(gain)) " points, 95% interval " (words::interval(interval))
                }
                "."
            }
        }
    })
}

/// The mean chance of a yes of one side, on a line of its own, where decisions are chances.
fn chance(side: &Rates) -> Markup {
    html! { @if let Some(mean) = &side.chance { (mean_chance(mean, side.response.simulated)) br; } }
}

fn row(version: &Version, proof: &ToldProof) -> Markup {
    let told = version.told.as_ref();
    let objective = told.map(|told| told.objective).unwrap_or_default();
    let (before, after, name) = story::by(objective, &proof.before, &proof.after);
    let number = |p: Option<f64>| p.map_or_else(|| "-".to_owned(), words::probability);
    html! {
        tr {
            th scope="row" { (version.label()) " " (verdict(told.and_then(|told| told.verdict.as_ref()))) }
            td { @match proof.gain { Some(estimate) => (gain(estimate, proof.after.response.simulated)), None => "-" } }
            td { (chance(&proof.before)) (rate(before)) @if name != objective.rate() { span.quiet { (NOT_CHECKED) } } }
            td { (chance(&proof.after)) (rate(after)) }
            td { (number(proof.p_value)) span.quiet { "level " (number(proof.alpha)) } }
            td { (words::thousands(proof.personas)) span.quiet { (words::count(proof.trials, "trial", "trials")) } }
        }
    }
}
