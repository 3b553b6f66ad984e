//! A command that has just been started, until its run is known.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

use crate::journal;
use crate::report::live::Live;
use crate::report::words;
use crate::web::children::{Child, State as ChildState};
use crate::web::error::Problem;
use crate::web::live::quoted;
use crate::web::page::{self, Place, text};
use crate::web::site::Site;

/// The page; it leads on to the run once there is one.
pub async fn show(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Response {
    let Some(child) = site.children.get(&id) else {
        let text = "This server did not start that, or has been started again since; all runs are in the list of runs.";
        return Problem::missing(text).page(&site);
    };
    let pid = child.pid;
    let run = site.aside(move |site| {
        let texts = journal::live_texts(site.folder.root()).into_iter();
        let lives = texts.filter_map(|(_, text)| serde_json::from_str::<Live>(&text).ok());
        // The number may have been another process's once.
        Ok(lives.filter(|live| live.pid == pid).max_by(|a, b| a.began.cmp(&b.began)).map(|live| live.run))
    });
    if let Ok(Some(run)) = run.await
        && pid > 0
    {
        return Redirect::to(&format!("/live/{run}")).into_response();
    }
    let line: Vec<String> = child.arguments.iter().map(|word| quoted(word)).collect();
    let log = child.log();
    let (title, is_running) = match child.state {
        ChildState::Waiting => ("Waiting for its turn", true),
        ChildState::TakenOut => ("Taken out", false),
        ChildState::Running => ("Starting …", true),
        ChildState::Done => ("Done", false),
        ChildState::Stopped => ("Stopped", false),
        ChildState::Limited => ("It reached its limit", false),
        ChildState::Failed => ("It ended badly", false),
    };
    let body = html! {
        header.page-head {
            p.crumbs { a href="/live" { "Runs" } }
            h1 { (title) }
            @if is_running { p.lead { "This page leads on to the run once it has begun." } }
            @if child.state == ChildState::TakenOut { p.lead { "It was not started, and cost nothing." } }
        }
        @if child.state == ChildState::Waiting { (waiting_part(&site, &child)) }
        h2 { "As a command" }
        pre.command { code { "rejoinder " (line.join(" ")) } }
        @if !matches!(child.state, ChildState::Waiting | ChildState::TakenOut) {
            h2 { "What it said" }
            @if log.is_empty() { p.quiet { "Nothing yet." } } @else { pre.log tabindex="0" { (text(&log)) } }
        }
    };
    // Who waits has time; who is just starting is there in a moment.
    let refresh = if child.state == ChildState::Waiting { "3" } else { "1" };
    let page = page::page(&site, title, Place::Live, body);
    if is_running { ([(header::REFRESH, refresh)], page).into_response() } else { page.into_response() }
}

/// What a command waits for, and how it is taken out.
fn waiting_part(site: &Site, child: &Child) -> Markup {
    let before = site.children.waiting_in_order().iter().position(|other| other.id == child.id).unwrap_or(0) as u64;
    let all = site.children.all();
    let under_way = all.iter().filter(|other| other.state == ChildState::Running);
    html! {
        p { "It starts as soon as a running command ends"
            @if before > 0 { ", after " (words::count(before, "other that waits", "others that wait")) }
            ":"
        }
        ul {
            @for other in under_way {
                li { a href=(format!("/started/{}", other.id)) { (text(&other.arguments.join(" "))) } }
            }
        }
        form method="post" action=(format!("/started/{}/withdraw", child.id)) {
            (page::csrf(site))
            button #withdraw type="submit" { "Take it out" }
        }
        p.hint {
            @if site.children.outlive_the_server() { "It keeps its place if this server is restarted. " }
            @else { "It ends with this server. " }
            code { "rejoinder serve --at-once 2" }
            " lets two run at once."
        }
    }
}

/// Takes a command out that waits.
pub async fn withdraw(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Result<Redirect, Response> {
    if site.children.withdraw(&id) {
        return Ok(Redirect::to(&format!("/started/{id}")));
    }
    let text = "It is no longer waiting; if it is running, stop it on its page.";
    Err(Problem::new(StatusCode::CONFLICT, text).page(&site))
}
