//! What went wrong, as a page in plain words.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::page::{self, Place};
use super::site::Site;
use crate::data::{self, FileError};
use crate::journal;

/// A request that cannot be answered as it was meant.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct Problem {
    status: StatusCode,
    text: String,
}

impl Problem {
    /// With this status and these words, which end in what to do.
    #[must_use]
    pub fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Problem { status, text: text.into() }
    }

    /// What the form holds cannot be used.
    #[must_use]
    pub fn input(text: impl Into<String>) -> Self {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, text)
    }

    /// There is no such thing.
    #[must_use]
    pub fn missing(text: impl Into<String>) -> Self {
        Problem::new(StatusCode::NOT_FOUND, text)
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The page.
    #[must_use]
    pub fn page(self, site: &Site) -> Response {
        let title = match self.status {
            StatusCode::NOT_FOUND => "Not here",
            StatusCode::UNPROCESSABLE_ENTITY => "That cannot be used",
            status if status.is_client_error() => "Refused",
            _ => "Something went wrong",
        };
        let text = self.text.strip_suffix('.').map_or_else(|| self.text.clone(), ToOwned::to_owned);
        let body = html! {
            header.page-head { h1 { (title) } }
            p.problem role="alert" { (page::text(&page::sentence(&text))) }
            p { a href="/" { "All lineages" } }
        };
        (self.status, page::page(site, title, Place::None, body)).into_response()
    }
}

impl From<data::Error> for Problem {
    fn from(error: data::Error) -> Self {
        let status = match error {
            data::Error::NotFound { .. } | data::Error::Name { .. } => StatusCode::NOT_FOUND,
            data::Error::Outside { .. } | data::Error::NotAFile { .. } => StatusCode::FORBIDDEN,
            data::Error::File(FileError::Exists { .. }) | data::Error::Changed { .. } => StatusCode::CONFLICT,
            data::Error::Json { .. }
            | data::Error::NewerSchema { .. }
            | data::Error::NoAddressColumn { .. }
            | data::Error::NobodyHasAnAddress { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Problem::new(status, error.to_string())
    }
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        data::Error::from(error).into()
    }
}

impl From<journal::Error> for Problem {
    fn from(error: journal::Error) -> Self {
        let status = match error {
            journal::Error::NoRun(_) => StatusCode::NOT_FOUND,
            journal::Error::UnderWay(_) => StatusCode::CONFLICT,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Problem::new(status, error.to_string())
    }
}

/// The answer to what no page is for.
pub async fn nowhere(State(site): State<Arc<Site>>, request: Request) -> Response {
    let path: String = request.uri().path().chars().take(200).collect();
    Problem::missing(format!("There is no page {path} here.")).page(&site)
}
