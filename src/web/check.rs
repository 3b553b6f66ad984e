//! What the hosts of the models accept: the command `check` on a page, in its own words, and which keys are there.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};
use serde::de::DeserializeOwned;

use super::page::{self, Head, Place, text};
use super::site::Site;
use super::work::{self, Values};
use crate::report::check::{Checked, TO_DO};
use crate::report::known_hosts::{Key, KnownHost};
use crate::report::words;

/// A model that has to be loaded first takes a while; longer than this nobody looks at a page that does not come.
const PATIENCE: Duration = Duration::from_secs(180);

/// Where it is.
pub const PATH: &str = "/check";

/// The form.
pub async fn form(State(site): State<Arc<Site>>, Query(values): Query<Values>) -> Result<Html<String>, Response> {
    let page = site.aside(move |site| Ok(page_of(site, &values, &html! {})));
    page.await.map_err(|problem| problem.page(&site))
}

/// One small call for each role, and what it showed.
pub async fn run(State(site): State<Arc<Site>>, Form(values): Form<Values>) -> Response {
    let answer = site.aside(move |site| {
        let arguments = work::model_flags(&values)?;
        let arguments = [vec!["check".to_owned(), "--json".to_owned()], arguments].concat();
        Ok(match site.children.printed::<Vec<Checked>>(&arguments, PATIENCE) {
            Ok(checked) => page_of(site, &values, &found(&checked)).into_response(),
            Err(why) => {
                let why = html! { p.problem #problem role="alert" { (text(&page::sentence(&why))) } };
                (StatusCode::UNPROCESSABLE_ENTITY, page_of(site, &values, &why)).into_response()
            }
        })
    });
    answer.await.unwrap_or_else(|problem| problem.page(&site))
}

fn page_of(site: &Site, values: &Values, result: &Markup) -> Html<String> {
    let body = html! {
        header.page-head {
            h1 { "Models and keys" }
            p.lead {
                "One small call for each role shows what its host accepts, what it knows of the model, what it costs, \
                 and what to do about it."
            }
        }
        (result)
        form.stack #form method="post" action=(PATH) {
            (page::csrf(site))
            (work::model_fields(values))
            button.primary #check type="submit" { "Check the models" }
            p.hint { "It costs what some hundred tokens cost, and may take a while where a model is loaded first." }
        }
        (hosts(&known(site)))
    };
    page::page(site, "Models and keys", Place::Models, body)
}

/// What every role's call showed.
fn found(checked: &[Checked]) -> Markup {
    html! {
        section #found aria-label="What was found" {
            @for one in checked {
                h2 { (text(&one.heading())) }
                dl.facts {
                    @for line in one.lines() {
                        div {
                            dt { (line.name) }
                            dd {
                                @if line.name == TO_DO { strong { (text(&page::sentence(&line.said))) } } @else {
                                    (text(&line.said))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The hosts that are known; none where the command does not say.
fn known(site: &Site) -> Vec<KnownHost> {
    let arguments = ["check", "--hosts", "--json"].map(str::to_owned);
    site.children.printed(&arguments, Duration::from_secs(10)).unwrap_or_default()
}

const HOSTS: &[Head] = &[Head::Words("Host"), Head::Words("What it is"), Head::Words("Address"), Head::Words("Key")];

fn hosts(known: &[KnownHost]) -> Markup {
    html! {
        @if !known.is_empty() {
            h2 #keys { "Hosts and keys" }
            p.hint {
                "Keys are read from the environment and from "
                code { ".env" }
                " where the server was started. They are never shown."
            }
            (page::table("Hosts and keys", HOSTS, &html! {
                @for host in known {
                    tr {
                        th scope="row" { (text(&host.name)) }
                        td { (text(&host.title)) }
                        td { (text(&words::one_line(&host.address, 100))) }
                        td { (text(&host.key_in_words())) }
                    }
                }
            }))
        }
    }
}

/// Which keys are there, in two lines, for a form that starts work.
pub(super) fn keys_in_short(site: &Site) -> Markup {
    let known = known(site);
    let variables = |wanted: Key| {
        let mut names: Vec<&str> =
            known.iter().filter(|host| host.key == wanted).filter_map(|host| host.variable.as_deref()).collect();
        names.sort_unstable();
        names.dedup();
        names.join(", ")
    };
    let (set, missing) = (variables(Key::Set), variables(Key::NotSet));
    html! {
        @if !known.is_empty() {
            div.hint #keys {
                p {
                    "Keys that are set: "
                    @if set.is_empty() { "none" } @else { (text(&set)) }
                    ". "
                    a href=(PATH) { "Models and keys" }
                }
                details { summary { "Keys that are not set" } p { (text(&missing)) } }
            }
        }
    }
}

impl super::children::Children {
    /// What a command prints as JSON, though it may have ended badly: some of what was asked may have come.
    fn printed<T: DeserializeOwned>(&self, arguments: &[String], patience: Duration) -> Result<T, String> {
        let said = self.to_end(arguments, patience)?;
        serde_json::from_str(&said.out).map_err(|_| said.refusal().to_owned())
    }
}
