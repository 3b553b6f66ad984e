//! The parts of the page of a run.

use std::time::Duration;

use maud::{Markup, html};

use super::{Seen, Standing, stages};
use crate::event::{Decision, Share};
use crate::report::html::chart::{self, narrowing};
use crate::report::live::{Batch, Live, letter};
use crate::report::words;
use crate::web::page::{self, Head, text};
use crate::web::site::Site;

/// All of them, each with the id of its place. The places are the same whatever there is to show.
pub(super) fn all(site: &Site, seen: &Seen) -> Vec<(&'static str, Markup)> {
    let live = seen.live.as_ref();
    vec![
        ("live-state", html! { (state(seen)) (stages::next(seen)) }),
        ("live-stages", stages::stages(seen)),
        ("live-actions", actions(site, seen)),
        ("live-spent", spent(seen)),
        // What grows stands below what does not.
        ("live-progress", live.map(|live| html! { (progress(live)) (batches(live)) }).unwrap_or_default()),
        ("live-race", live.map(race).unwrap_or_default()),
        ("live-proof", live.map(proof).unwrap_or_default()),
        ("live-failures", live.map(failures).unwrap_or_default()),
        ("live-told", live.map(told).unwrap_or_default()),
        ("live-outcome", outcome(seen)),
        ("live-command", command(seen)),
    ]
}

fn state(seen: &Seen) -> Markup {
    let live = seen.live.as_ref();
    let why = live.and_then(|live| live.ended.as_ref()).and_then(|ended| ended.why.as_deref());
    html! {
        p.state {
            span class=(format!("pill {}", class(seen.standing))) { (seen.standing.word()) }
            @match seen.standing {
                Standing::UnderWay => {
                    @if let Some(doing) = live.and_then(doing) { " " (text(doing)) " …" }
                }
                Standing::Interrupted => {
                    " " @match why {
                        Some(why) => (text(&page::sentence(why))),
                        None => "It ended without a word. Every answer that came back is kept.",
                    }
                }
                Standing::Finished => {}
                Standing::Dropped => { " A fresh run took its place." }
            }
        }
        @if seen.standing != Standing::UnderWay { (verdict(seen)) }
    }
}

fn verdict(seen: &Seen) -> Markup {
    html! {
        @if let Some((words, adopted)) = seen.live.as_ref().and_then(|live| live.concluded.as_ref()) {
            p.verdict {
                strong { "Verdict: " } (text(words)) span.sr { @if *adopted { " (adopted)" } @else { " (kept)" } }
            }
        }
    }
}

/// What a run that is still under way has come to so far: below all that is being read, so that nothing moves.
fn outcome(seen: &Seen) -> Markup {
    html! {
        @if seen.standing == Standing::UnderWay {
            (verdict(seen))
            (files(seen))
        }
    }
}

fn files(seen: &Seen) -> Markup {
    html! {
        @for file in &seen.row.files {
            @let stem = file.strip_suffix(".json").unwrap_or(file);
            @if matches!(seen.row.command.as_str(), "improve" | "evaluate") {
                p { a.button href=(format!("/run/{}", page::segment(stem))) { "Open " (text(stem)) } }
            } @else {
                p { "Wrote " code { (text(file)) } }
            }
        }
    }
}

/// What it is doing: the batch under way, else the step.
pub(super) fn doing(live: &Live) -> Option<&str> {
    let batch = live.batch.as_ref().filter(|batch| !batch.over);
    batch.map(|batch| batch.label.as_str()).or(live.step.as_deref())
}

fn class(standing: Standing) -> &'static str {
    match standing {
        Standing::UnderWay => "on",
        Standing::Interrupted => "held",
        Standing::Finished => "good",
        Standing::Dropped => "off",
    }
}

fn actions(site: &Site, seen: &Seen) -> Markup {
    let id = &seen.row.id;
    html! {
        div.actions {
            @match seen.standing {
                Standing::UnderWay => {
                    form method="post" action=(format!("/live/{id}/cancel")) {
                        (page::csrf(site))
                        button type="submit" { "Stop" }
                    }
                    p.hint {
                        "Calls in flight have ten seconds to return. What was answered is kept, and the run can be \
                         resumed."
                    }
                }
                Standing::Interrupted => {
                    form method="post" action=(format!("/live/{id}/resume")) {
                        (page::csrf(site))
                        button.primary type="submit" { "Resume it" }
                    }
                    p.hint { "Its command runs again; nothing that was answered is asked again. You are asked first." }
                }
                _ => {}
            }
            @if seen.standing != Standing::UnderWay { (files(seen)) }
        }
    }
}

fn progress(live: &Live) -> Markup {
    let Some(batch) = &live.batch else {
        return html! { h2 { "Trials" } p.quiet { "None yet." } };
    };
    let latest = batch.rates.last();
    html! {
        h2 #trials { (text(&batch.label)) }
        progress max=(batch.total) value=(batch.done) aria-label="Trials that ended" {}
        p.figures {
            span { strong { (words::thousands(batch.done)) } " of " (words::count(batch.total, "trial", "trials")) }
            @if batch.failed > 0 { span { strong { (words::thousands(batch.failed)) } " failed" } }
            @if batch.made_up > 0 { span { strong { (words::thousands(batch.made_up)) } " with a made-up claim" } }
            @if let Some(left) = left(live, batch) { span { "about " (words::duration(left)) " left" } }
        }
        @if let Some(point) = latest {
            p.rate { (share(&point.share)) @if live.is_simulated() { " " span.mark { "simulated" } } }
            (narrowing::band(batch))
            @if !batch.over {
                p.hint { "The rate of this batch so far, with its 95% interval. What decides is the proof, not this." }
            }
        }
    }
}

fn left(live: &Live, batch: &Batch) -> Option<Duration> {
    let (seconds, done) = (live.seconds - batch.began, batch.done);
    let goes_on = !batch.over && done > 0 && seconds > 0.0;
    goes_on.then(|| Duration::from_secs_f64(seconds / done as f64 * (batch.total.saturating_sub(done)) as f64))
}

fn share(share: &Share) -> Markup {
    let percent = |share: f64| format!("{:.1}%", share * 100.0);
    html! {
        strong { (percent(share.yes as f64 / share.total.max(1) as f64)) }
        " yes (" (share.yes) "/" (share.total) ")"
        @if let Some((low, high)) = share.interval {
            span.quiet { ", 95% interval " (percent(low)) " to " (percent(high)) }
        }
    }
}

const RACE: &[Head] =
    &[Head::Words("Prompt"), Head::Words("What it is"), Head::Words("Share of yes"), Head::Words("Standing")];

fn race(live: &Live) -> Markup {
    let Some(exploring) = &live.exploring else { return Markup::default() };
    html! {
        h2 { "The search" }
        p {
            (words::count(exploring.trials as u64, "trial", "trials")) " of prompts put together from "
            (words::count(exploring.instructions as u64, "instruction", "instructions")) " of "
            (words::count(exploring.challengers as u64, "candidate", "candidates"))
            ". Expected with an average persona: " strong { (format!("{:.0}%", exploring.expected.0 * 100.0)) }
            " for the best so far, " (format!("{:.0}%", exploring.expected.1 * 100.0)) " for the current prompt."
        }
        @if let Some(race) = &live.race {
            h3 { @if race.over { "The race is over" } @else { "The race" } }
            (page::table("The race", RACE, &html! {
                @if race.incumbent.1 > 0 {
                    @let share = race.incumbent.0 / race.incumbent.1 as f64;
                    tr {
                        th scope="row" { "Current prompt" }
                        td { "its earlier messages" }
                        td { (chart::meter(share)) " " (format!("{:.0}% of {}", share * 100.0, race.incumbent.1)) }
                        td { "to beat" }
                    }
                }
                @for (at, finalist) in race.finalists.iter().enumerate() {
                    @let share = finalist.successes / finalist.trials.max(1) as f64;
                    tr class=[finalist.dropped_after.map(|_| "out")] {
                        th scope="row" { (letter(at)) }
                        td { (text(&finalist.name)) }
                        td {
                            @if finalist.trials == 0 { span.quiet { "not raced" } }
                            @else {
                                (chart::meter(share)) " " (format!("{:.0}% of {}", share * 100.0, finalist.trials))
                            }
                        }
                        td {
                            @match (finalist.won, finalist.dropped_after) {
                                (true, _) => strong { "goes on to the proof" },
                                (false, Some(after))
                                => { "dropped after " (words::count(after as u64, "persona", "personas")) }
                                (false, None) => @if race.over { "left" } @else { "running" },
                            }
                        }
                    }
                }
            }))
        }
    }
}

const LOOKS: &[Head] = &[
    Head::Words("Look"),
    Head::Words("Current prompt"),
    Head::Words("Candidate"),
    Head::Words("Gain, points"),
    Head::Words("Decision"),
];

fn proof(live: &Live) -> Markup {
    if live.looks.is_empty() {
        return Markup::default();
    }
    let points = |share: f64| words::points(share);
    html! {
        h2 { "The proof, on people kept aside" }
        (page::table("Looks at the proof", LOOKS, &html! {
            @for look in &live.looks {
                tr {
                    th.nowrap scope="row" {
                        @if look.measured { "measured" } @else { (look.number) " of " (look.of) }
                    }
                    td { (share(&look.before)) }
                    td { (share(&look.after)) }
                    td {
                        @match look.gain {
                            Some((gain, low, high)) => {
                                strong { (points(gain)) }
                                span.quiet { " (" (points(low)) " to " (points(high)) ")" }
                            }
                            None => "too few to say",
                        }
                    }
                    td {
                        @match look.decision {
                            Decision::Better => strong { "better" },
                            Decision::NotShown => "not shown to be better",
                            Decision::GoOn => "goes on",
                        }
                    }
                }
            }
        }))
    }
}

fn spent(seen: &Seen) -> Markup {
    let live = seen.live.as_ref();
    let (calls, tokens, cost) = match live {
        Some(live) => (live.spent.calls, live.spent.tokens, live.spent.cost_usd),
        None => (seen.row.calls, seen.row.tokens, seen.row.cost_usd),
    };
    let simulated = live.is_some_and(Live::is_simulated);
    html! {
        h2 { "Spent" }
        dl.tiles {
            div { dt { "Calls answered" } dd { (words::thousands(calls)) } }
            @if let Some(live) = live {
                div {
                    dt { "Calls a second" }
                    dd {
                        @if seen.standing == Standing::UnderWay { (format!("{:.1}", live.calls_per_second)) }
                        @else { "–" }
                    }
                }
                div { dt { "Sent again" } dd { (words::thousands(live.retried)) } }
            }
            div { dt { "Tokens in / out" } dd { (words::thousands(tokens.0)) " / " (words::thousands(tokens.1)) } }
            div { dt { "Cost" } dd {
                @if simulated && cost == Some(0.0) { "nothing, simulated" }
                @else { (cost.map_or_else(|| "unknown".to_owned(), words::dollars)) }
            } }
            (stages::left(seen, calls, cost, live.map(|live| live.seconds)))
            @if let Some(live) = live {
                div { dt { "Time" } dd { (words::duration(Duration::from_secs_f64(live.seconds.max(0.0)))) } }
            }
        }
    }
}

/// What is waited for where calls go with message batches.
fn batches(live: &Live) -> Markup {
    let Some((open, requests, answered)) = live.batches else { return Markup::default() };
    html! {
        p role="status" {
            "Waits for " (words::count(open, "message batch", "message batches")) ": " (words::thousands(answered))
            " of "
            (words::count(requests, "request", "requests")) " are back."
        }
    }
}

fn failures(live: &Live) -> Markup {
    if live.failed == 0 {
        return Markup::default();
    }
    html! {
        h2 { (words::count(live.failed, "failed trial", "failed trials")) }
        p.hint { "They are listed with their reasons and are in no rate." }
        ul.reasons {
            @for (reason, times) in live.reasons.iter().rev() {
                li { (text(reason)) @if *times > 1 { span.quiet { " (" (times) " times)" } } }
            }
        }
    }
}

fn told(live: &Live) -> Markup {
    if live.told.is_empty() {
        return Markup::default();
    }
    html! {
        h2 { "Notes" }
        ul.told {
            @for line in live.told.iter().rev().take(12) {
                li class=[line.warning.then_some("warning")] {
                    @if line.warning { strong { "Warning: " } } (text(&line.text))
                }
            }
        }
    }
}

fn command(seen: &Seen) -> Markup {
    let line: Vec<String> = seen.row.arguments.iter().map(|word| quoted(&words::one_line(word, 300))).collect();
    html! {
        h2 { "Command" }
        pre.command { code { "rejoinder " (line.join(" ")) } }
        p.hint {
            "Began " (text(&seen.row.started.get(..19).unwrap_or(&seen.row.started).replace('T', " "))) " UTC, seed "
            (seen.row.seed)
            @if let Some(live) = seen.live.as_ref().filter(|_| seen.standing == Standing::UnderWay) {
                ", process " (live.pid)
            }
            "."
        }
    }
}

/// A word as a shell would want it.
pub(in crate::web) fn quoted(word: &str) -> String {
    let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
