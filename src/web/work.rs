//! Work that is started from a page: a form, what it would take, and the start. Each is a command of the terminal.

mod form;
mod job;
mod judge;
mod started;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::html;

pub(super) use form::model_fields;
pub(super) use job::model_flags;
pub use started::{show as started, withdraw};

use super::confirm::Shown;
use super::error::Problem;
use super::live::quoted;
use super::page::{self, Place, text};
use super::site::Site;
use crate::report::words;
use job::Job;

/// What a form or an address holds.
pub(super) type Values = BTreeMap<String, String>;

/// The value of this name, without the space around it.
pub(super) fn value<'v>(values: &'v Values, name: &str) -> &'v str {
    values.get(name).map(|value| value.trim()).unwrap_or_default()
}

/// The form that evaluates a prompt.
pub async fn evaluate(site: State<Arc<Site>>, values: Query<Values>) -> Result<Html<String>, Response> {
    form(site, Job::Evaluate, values).await
}

/// The form that improves one.
pub async fn improve(site: State<Arc<Site>>, values: Query<Values>) -> Result<Html<String>, Response> {
    form(site, Job::Improve, values).await
}

/// The form that has personas written.
pub async fn generate(site: State<Arc<Site>>, values: Query<Values>) -> Result<Html<String>, Response> {
    form(site, Job::Personas, values).await
}

async fn form(State(site): State<Arc<Site>>, job: Job, Query(values): Query<Values>) -> Result<Html<String>, Response> {
    let own = site.aside(move |site| form::page(site, job, &values, None)).await;
    own.map_err(|problem| problem.page(&site))
}

/// Says what it would take, and asks.
pub async fn estimate(State(site): State<Arc<Site>>, Form(values): Form<Values>) -> Response {
    let answer = site.aside(move |site| ask(site, values, None));
    answer.await.unwrap_or_else(|problem| problem.page(&site))
}

/// The page that asks before anything is sent, or the form again where it cannot be used.
fn ask(site: &Site, mut values: Values, hint: Option<&str>) -> Result<Response, Problem> {
    let job = Job::named(value(&values, "job"))?;
    let arguments = judge::keep_text(site, &mut values).and_then(|()| job.arguments(site, &values));
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(problem) => return Ok(refused(form::page(site, job, &values, Some(&problem.to_string()))?)),
    };
    // Before the files are read: what is edited from here on is shown again.
    let shown = Shown::now(&site.folder, &arguments);
    let estimate = match site.children.estimate(&arguments) {
        Ok(estimate) => estimate,
        Err(why) => return Ok(refused(form::page(site, job, &values, Some(&page::sentence(&why)))?)),
    };
    let lacks_key = estimate.lacks_key();
    let line: Vec<String> = arguments.iter().map(|word| quoted(word)).collect();
    let pairs = job.pairs(&values);
    let back = page::link(job.path(), &pairs);
    let under_way = site.children.running();
    let body = html! {
        header.page-head {
            p.crumbs { a href=(back) { (job.title()) } }
            h1 { "What it would take" }
            p.lead { "Nothing has been sent. Look at it, then start." }
        }
        @if let Some(hint) = hint { p.problem role="alert" { (hint) } }
        @for warning in &estimate.warnings { p.problem role="alert" { (text(&page::sentence(warning))) } }
        @if let Some(total) = total(&estimate.plan) { p.total #total { (text(total)) } }
        (judge::chosen(job, site, &values)?)
        form.inline method="post" action="/start" {
            (page::csrf(site))
            input type="hidden" name="job" value=(job.name());
            input type="hidden" name="confirmed" value=(site.confirmations.ask(&shown)?);
            @for (name, value) in &pairs { input type="hidden" name=(name) value=(value); }
            @if lacks_key { button.primary #again type="submit" formaction="/estimate" { "Look again" } }
            @else { button.primary #start type="submit" { "Start" } }
            a.button href=(back) { "Change something" }
        }
        @if under_way > 0 && !lacks_key {
            p.hint { (words::count(under_way as u64, "command is", "commands are")) " under way; this one may have to \
                      wait for its turn." }
        }
        h2 { "Call by call" }
        pre.estimate { (text(&estimate.plan)) }
        h2 { "As a command" }
        pre.command #command { code { "rejoinder " (line.join(" ")) } }
    };
    Ok(page::page(site, "What it would take", job.place(), body).into_response())
}

/// The line of a plan that says what all of it takes.
fn total(plan: &str) -> Option<&str> {
    plan.lines().map(str::trim).find(|line| line.starts_with("In all "))
}

fn refused(page: Html<String>) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// Said where a start names no page that has shown what would be started.
const ASKED_AGAIN: &str =
    "Not started: the page that asked is out of date, or a file that it names was changed. Look at it again.";

/// Starts what a page has shown, or lets it wait for its turn.
pub async fn start(State(site): State<Arc<Site>>, Form(values): Form<Values>) -> Response {
    let answer = site.aside(move |site| {
        let arguments = Job::named(value(&values, "job"))?.arguments(site, &values)?;
        let shown = Shown::now(&site.folder, &arguments);
        let start = || {
            let child = site.children.submit(&arguments).map_err(|error| {
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("It cannot be started: {error}."))
            });
            child.map(|child| child.id)
        };
        match site.confirmations.start(value(&values, "confirmed"), &shown, start)? {
            Some(id) => Ok(Redirect::to(&format!("/started/{id}")).into_response()),
            None => ask(site, values, Some(ASKED_AGAIN)),
        }
    });
    answer.await.unwrap_or_else(|problem| problem.page(&site))
}

/// Where in the navigation work on results belongs.
pub(super) const PLACE: Place = Place::Lineages;
