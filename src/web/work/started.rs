//! A command that has just been started, until its run is known.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;

use crate::journal;
use crate::report::live::Live;
use crate::web::children::State as ChildState;
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
    if let Ok(Some(run)) = run.await {
        return Redirect::to(&format!("/live/{run}")).into_response();
    }
    let line: Vec<String> = child.arguments.iter().map(|word| quoted(word)).collect();
    let log = child.log();
    let (title, is_running) = match child.state {
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
        }
        pre.command { code { "rejoinder " (line.join(" ")) } }
        h2 { "What it said" }
        @if log.is_empty() { p.quiet { "Nothing yet." } } @else { pre.log tabindex="0" { (text(&log)) } }
    };
    let page = page::page(&site, title, Place::Live, body);
    if is_running { ([(header::REFRESH, "1")], page).into_response() } else { page.into_response() }
}
