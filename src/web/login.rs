//! Asks for the token.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;

use super::guard;
use super::page::{self, Place};
use super::site::Site;

/// Where.
pub const PATH: &str = "/login";

/// The page that asks.
pub fn ask(site: &Site, status: StatusCode, wrong: Option<&str>, to: &str) -> Response {
    let body = html! {
        header.page-head { h1 { "Who is there?" } }
        p { "This server is open to other machines, so it asks for the token that it printed when it was started." }
        @if let Some(wrong) = wrong {
            p.problem role="alert" { (wrong) }
        }
        form.stack method="post" action=(PATH) {
            (page::csrf(site))
            input type="hidden" name="to" value=(guard::local(to));
            label for="token" { "Token" }
            input #token type="password" name="token" required autocomplete="current-password" autofocus;
            button.primary type="submit" { "Go on" }
        }
    };
    (status, page::page(site, "Token", Place::None, body)).into_response()
}

/// Shows the page.
pub async fn show(State(site): State<Arc<Site>>) -> Response {
    if site.secrets.asks() { ask(&site, StatusCode::OK, None, "/") } else { Redirect::to("/").into_response() }
}

/// Takes what was given.
pub async fn take(
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let to = guard::local(form.get("to").map_or("/", String::as_str));
    if form.get("token").is_some_and(|token| site.secrets.is_token(token.trim())) {
        return (guard::remembered(&site, &headers), Redirect::to(to)).into_response();
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
    let wrong = "That is not the token. It is in the line that the server printed.";
    ask(&site, StatusCode::UNAUTHORIZED, Some(wrong), to)
}

/// Forgets the visitor.
pub async fn leave(headers: HeaderMap) -> Response {
    (guard::forgotten(&headers), Redirect::to(PATH)).into_response()
}
