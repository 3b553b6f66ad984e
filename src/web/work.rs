//! Work that is started from a page: a form, what it would take, and the start. Each is a command of the terminal.

mod form;
mod job;
mod started;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::html;

pub(super) use form::model_fields;
pub(super) use job::model_flags;
pub use started::show as started;

use super::error::Problem;
use super::live::quoted;
use super::page::{self, Place, text};
use super::site::Site;
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
    let answer = site.aside(move |site| {
        let job = Job::named(value(&values, "job"))?;
        let arguments = match job.arguments(site, &values) {
            Ok(arguments) => arguments,
            Err(problem) => return Ok(refused(form::page(site, job, &values, Some(&problem.to_string()))?)),
        };
        let estimate = match site.children.estimate(&arguments) {
            Ok(estimate) => estimate,
            Err(why) => return Ok(refused(form::page(site, job, &values, Some(&page::sentence(&why)))?)),
        };
        let lacks_key = estimate.lacks_key();
        let line: Vec<String> = arguments.iter().map(|word| quoted(word)).collect();
        let pairs = job.pairs(&values);
        let back = page::link(job.path(), &pairs);
        let body = html! {
            header.page-head {
                p.crumbs { a href=(back) { (job.title()) } }
                h1 { "What it would take" }
                p.lead { "Nothing has been sent. Look at it, then start." }
            }
            @for warning in &estimate.warnings { p.problem role="alert" { (text(&page::sentence(warning))) } }
            pre.estimate { (text(&estimate.plan)) }
            form.inline method="post" action="/start" {
                (page::csrf(site))
                input type="hidden" name="job" value=(job.name());
                @for (name, value) in &pairs { input type="hidden" name=(name) value=(value); }
                @if lacks_key { button.primary #again type="submit" formaction="/estimate" { "Look again" } }
                @else { button.primary #start type="submit" { "Start" } }
                a.button href=(back) { "Change something" }
            }
            h2 { "As a command" }
            pre.command #command { code { "rejoinder " (line.join(" ")) } }
        };
        Ok(page::page(site, "What it would take", job.place(), body).into_response())
    });
    answer.await.unwrap_or_else(|problem| problem.page(&site))
}

fn refused(page: Html<String>) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// Starts it.
pub async fn start(State(site): State<Arc<Site>>, Form(values): Form<Values>) -> Result<Redirect, Response> {
    let child = site.aside(move |site| {
        let arguments = Job::named(value(&values, "job"))?.arguments(site, &values)?;
        site.children
            .start(&arguments)
            .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("It cannot be started: {error}.")))
    });
    let child = child.await.map_err(|problem| problem.page(&site))?;
    Ok(Redirect::to(&format!("/started/{}", child.id)))
}

/// Where in the navigation work on results belongs.
pub(super) const PLACE: Place = Place::Lineages;
