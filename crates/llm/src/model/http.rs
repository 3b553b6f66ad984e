//! HTTP as both wire formats need it: one guarded way to post JSON to one host.
//!
//! What it guards: the key goes to the configured host only (no redirects, no plain HTTP beyond this machine) and into
//! no message; a response may be late, torn, huge or nonsense and still becomes one [`Failure`] in one line.

pub mod base_url;
pub(crate) mod body;
mod effort;
pub(crate) mod failure;
pub mod headers;
mod hints;
#[cfg(feature = "restate")]
pub mod inner;
mod lanes;
mod lost;
mod pieces;
mod proxy;
mod route;
mod stream;
mod trouble;
pub(crate) mod words;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use url::Url;

pub use base_url::{BaseUrl, SetupError};
pub use effort::Effort;
pub use lanes::{Connections, LANE_WIDTH};
use lanes::{Lanes, Place};
use pieces::Pieces;
pub use proxy::Proxy;
pub use route::{Batches, KeyHeader, Plain, Route};
use words::one_line;

use super::form::Forms;
use super::{CallKey, Failure, FailureKind, digest};

/// The largest response body that is read; no answer of a model comes near it.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// No answer is much larger.
const LIKELY_BODY: u64 = 256 * 1024;

/// What can be set for a model on either wire format.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How hard the model thinks; `None` for the model's own default.
    pub effort: Option<Effort>,
    /// The most time for one exchange, from connecting to the last byte.
    pub timeout: Duration,
    /// The connections to use. Models that are given clones of one value share them.
    pub connections: Connections,
    /// What the host asks of every request besides its path.
    pub route: Route,
    /// The forms in which hosts take requests, as far as they are known.
    pub forms: Forms,
}

impl Default for Settings {
    /// The official SDK's ten minutes: thinking can take several, and an answer given up on is still paid for.
    fn default() -> Self {
        Settings {
            effort: None,
            timeout: Duration::from_secs(600),
            connections: Connections::default(),
            route: Route::default(),
            forms: Forms::default(),
        }
    }
}

impl Settings {
    /// The effort as the fingerprint names it.
    pub(super) fn effort_word(&self) -> &'static str {
        self.effort.map_or("default", Effort::as_str)
    }
}

/// A response whose body was read.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) received: SystemTime,
}

/// One path on one host, with the account that calls it.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    lanes: Arc<Lanes>,
    url: Url,
    origin: String,
    headers: HeaderMap,
    key: Option<SecretString>,
    timeout: Duration,
    route: Route,
}

impl Http {
    /// A client for `url` on the host of `base`. Where there is a key, it is sent in the header that the route names,
    /// else in `usual`.
    pub(crate) fn new(
        base: &BaseUrl,
        url: Url,
        usual: KeyHeader,
        key: Option<SecretString>,
        settings: &Settings,
    ) -> Result<Self, SetupError> {
        let route = settings.route.clone();
        let (auth, prefix) = route.key_header.unwrap_or(usual).parts();
        let timeout = settings.timeout;
        if timeout.is_zero() {
            return Err(SetupError::Timeout(timeout));
        }
        let mut headers = HeaderMap::new();
        if let Some(key) = &key {
            // Keys come from files and environments, where a line break at the end is easily caught along.
            let key = key.expose_secret().trim();
            if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(SetupError::Key);
            }
            let mut value = HeaderValue::from_str(&format!("{prefix}{key}")).map_err(|_| SetupError::Key)?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_static(auth), value);
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let (lanes, url) = (settings.connections.to(base)?, route.apply(url));
        Ok(Http { lanes, url, origin: base.origin(), headers, key, timeout, route })
    }

    /// The same, with one more header on every request.
    pub(crate) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        self
    }

    /// What shares one rate limit: the host, and a trace of the key that tells accounts apart without giving it away.
    pub(crate) fn account(&self) -> String {
        match &self.key {
            Some(key) => format!("{}#{}", self.origin, &digest(&["account", key.expose_secret().trim()])[..8]),
            None => self.origin.clone(),
        }
    }

    /// A host's words in one line, without the key.
    pub(crate) fn one_line(&self, text: &str) -> String {
        one_line(text, self.key.as_ref())
    }

    /// The key, for what has to keep it out of messages.
    pub(crate) fn key(&self) -> Option<&SecretString> {
        self.key.as_ref()
    }

    /// The failure that a response with a good status and a bad body is.
    pub(crate) fn malformed(&self, response: &Response, json: Option<&Value>, why: &str) -> Failure {
        failure::malformed(response, json, why, self.key.as_ref())
    }

    /// Posts JSON once. `Ok` is a response with a status of success and a whole body, of whatever content.
    pub(crate) async fn post(&self, key: &CallKey, body: &impl Serialize) -> Result<Response, Failure> {
        let body = serde_json::to_vec(body).unwrap_or_default();
        self.exchange(Method::POST, |request| request.header("idempotency-key", key.as_str()).body(body)).await
    }

    /// Posts a body of this length in pieces, once.
    pub(crate) async fn post_pieces(
        &self,
        length: u64,
        pieces: impl Iterator<Item = std::io::Result<Bytes>> + Send + Unpin + 'static,
    ) -> Result<Response, Failure> {
        let body = reqwest::Body::wrap(Pieces::new(length, pieces));
        self.exchange(Method::POST, |request| request.body(body)).await
    }

    /// Posts without a body, once.
    pub(crate) async fn post_nothing(&self) -> Result<Response, Failure> {
        self.exchange(Method::POST, |request| request.header(CONTENT_LENGTH, 0)).await
    }

    /// Gets a whole body, once.
    pub(crate) async fn get(&self) -> Result<Response, Failure> {
        self.exchange(Method::GET, |request| request).await
    }

    /// The same client for another path on the same host.
    pub(crate) fn at(&self, url: Url) -> Self {
        debug_assert!(url.host_str() == self.url.host_str());
        Http { url: self.route.apply(url), ..self.clone() }
    }

    /// Gets a body of any length, in pieces. The timeout holds for each of them.
    pub(crate) async fn open(&self) -> Result<Chunks, Failure> {
        let place = self.lanes.place();
        let request = place.client().get(self.url.clone()).headers(self.headers.clone());
        let reply = tokio::time::timeout(self.timeout, request.send()).await.map_err(|_| self.late())?;
        let mut reply = reply.map_err(|error| self.transport(error))?;
        if !reply.status().is_success() {
            let mut response = Response::begin(&mut reply);
            if reply.status().is_redirection() {
                return Err(self.redirect(&response));
            }
            let _ = tokio::time::timeout(self.timeout, self.read(reply, &mut response)).await;
            return Err(failure::from_status(&response, self.key.as_ref()));
        }
        Ok(Chunks { http: self.clone(), reply, _place: place })
    }

    async fn exchange(
        &self,
        method: Method,
        with: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> Result<Response, Failure> {
        // Held until the whole body is here.
        let place = self.lanes.place();
        let request = place.client().request(method, self.url.clone()).timeout(self.timeout);
        let request = with(request.headers(self.headers.clone()));
        let mut reply = request.send().await.map_err(|error| self.transport(error))?;
        let status = reply.status();
        let mut response = Response::begin(&mut reply);
        if status.is_redirection() {
            return Err(self.redirect(&response));
        }
        let read = self.read(reply, &mut response).await;
        if status.is_success() {
            // Part of an answer came, and all of it may be billed.
            let torn = |failure: Failure| match failure.kind {
                FailureKind::Connection => Failure { status: Some(status.as_u16()), ..failure },
                _ => failure,
            };
            read.map(|()| response).map_err(torn)
        } else {
            // The status tells what went wrong even where its page came to us torn.
            Err(self.with_address(failure::from_status(&response, self.key.as_ref())))
        }
    }

    async fn read(&self, mut reply: reqwest::Response, response: &mut Response) -> Result<(), Failure> {
        let announced = reply.content_length().unwrap_or(0);
        let too_large = announced > LARGEST_BODY as u64;
        // What is announced is not believed beyond what an answer may well have.
        response.body.reserve(announced.min(LIKELY_BODY) as usize);
        while !too_large && let Some(chunk) = reply.chunk().await.map_err(|error| self.transport(error))? {
            if response.body.len() + chunk.len() > LARGEST_BODY {
                return Err(self.malformed(response, Some(&Value::Null), "a body of more than 64 MiB"));
            }
            response.body.extend_from_slice(&chunk);
        }
        if too_large {
            return Err(self.malformed(response, Some(&Value::Null), "a body of more than 64 MiB"));
        }
        Ok(())
    }
}

impl Response {
    /// The beginning of a response, whose body is still to be read.
    fn begin(reply: &mut reqwest::Response) -> Self {
        Response {
            status: reply.status().as_u16(),
            headers: std::mem::take(reply.headers_mut()),
            body: Vec::new(),
            received: SystemTime::now(),
        }
    }
}

/// A body of any length on its way.
pub(crate) struct Chunks {
    http: Http,
    reply: reqwest::Response,
    /// Held until the whole body is here.
    _place: Place,
}

impl Chunks {
    /// The next piece; `None` once the body is whole.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let chunk = tokio::time::timeout(self.http.timeout, self.reply.chunk()).await.map_err(|_| self.http.late())?;
        chunk.map_err(|error| self.http.transport(error))
    }

    /// A host's words in one line, without the key.
    pub(crate) fn one_line(&self, text: &str) -> String {
        self.http.one_line(text)
    }
}
