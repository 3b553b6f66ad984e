//! The Message Batches API: `{base}/v1/messages/batches`.
//!
//! The reference for its shapes is the official SDK (PyPI `anthropic` 2.12, `types/messages/batch_*.py`).

mod results;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::batching::{Batch, Batching, Counts, Entries, LineForm, Lines, Status};
use super::form::{Form, Learned, Sent};
use super::http::{BaseUrl, Effort, Http, Response};
use super::messages_api::Body;
use super::{Failure, FailureKind, Request};

/// Requests are gathered into pieces of about this size on their way out.
const PIECE: usize = 128 * 1024;

/// How many batches a page of the list has.
const PAGE: usize = 100;

const OPEN: &[u8] = br#"{"requests":["#;
const CLOSE: &[u8] = b"]}";

/// The batches of one account, for one model.
#[derive(Debug)]
pub(super) struct MessageBatches {
    name: String,
    effort: Option<Effort>,
    form: Learned,
    tried: Mutex<Option<Tried>>,
    base: Url,
    origin: String,
    http: Http,
}

/// A form that is tried after others were refused, for these reasons. It is remembered once it is accepted.
#[derive(Debug)]
struct Tried {
    form: Form,
    refused: Vec<(&'static str, String)>,
}

/// One request of a batch.
#[derive(Serialize)]
struct Line<'a> {
    custom_id: &'a str,
    params: Body<'a>,
}

impl MessageBatches {
    /// For a model of this name, over a client of its Messages API.
    pub(super) fn new(base: &BaseUrl, name: &str, (effort, form): (Option<Effort>, Learned), http: &Http) -> Self {
        let url = base.join("v1/messages/batches");
        let (name, origin) = (name.to_owned(), base.origin());
        let http = http.at(url.clone());
        MessageBatches { name, effort, form, tried: Mutex::default(), http, base: url, origin }
    }

    fn tried(&self) -> MutexGuard<'_, Option<Tried>> {
        self.tried.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A path below the list of batches. The host's own names for batches become part of it.
    #[allow(clippy::result_large_err, reason = "one per batch")]
    fn below(&self, id: &str, rest: &str) -> Result<Http, Failure> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if id.is_empty() || id.len() > 200 || !id.bytes().all(plain) {
            return Err(self.refused("a message batch has a name that is none"));
        }
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{id}{rest}", self.base.path()));
        Ok(self.http.at(url))
    }

    /// Where the results are, which has to be where the key may go.
    #[allow(clippy::result_large_err, reason = "one per batch")]
    fn place_of(&self, results: &str) -> Result<Http, Failure> {
        let url = Url::parse(results).ok().and_then(|url| {
            let port = url.port_or_known_default()?;
            Some((format!("{}://{}:{port}", url.scheme(), url.host_str()?), url))
        });
        match url {
            Some((origin, url)) if origin == self.origin && url.username().is_empty() && url.password().is_none() => {
                Ok(self.http.at(url))
            }
            Some((origin, _)) => Err(self.refused(&format!(
                "the results of a message batch are said to be at {origin}; the key goes to {} only",
                self.origin
            ))),
            None => Err(self.refused("the results of a message batch are at no address")),
        }
    }

    fn refused(&self, why: &str) -> Failure {
        Failure::new(FailureKind::Forbidden, self.http.one_line(why))
    }

    #[allow(clippy::result_large_err, reason = "one per batch")]
    fn read(&self, response: &Response) -> Result<Batch, Failure> {
        let json = self.json(response)?;
        batch(&json).ok_or_else(|| self.http.malformed(response, Some(&json), "a body that is not a message batch"))
    }

    #[allow(clippy::result_large_err, reason = "one per batch")]
    fn json(&self, response: &Response) -> Result<Value, Failure> {
        serde_json::from_slice(&response.body)
            .map_err(|error| self.http.malformed(response, None, &format!("a body that is not JSON ({error})")))
    }
}

/// A batch in its host's words.
fn batch(json: &Value) -> Option<Batch> {
    let count = |name: &str| json.get("request_counts").and_then(|counts| counts.get(name)?.as_u64()).unwrap_or(0);
    let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Batch {
        id: text("id")?,
        status: match json.get("processing_status")?.as_str()? {
            "ended" => Status::Ended,
            "canceling" => Status::Canceling,
            _ => Status::InProgress,
        },
        counts: Counts {
            processing: count("processing"),
            succeeded: count("succeeded"),
            errored: count("errored"),
            canceled: count("canceled"),
            expired: count("expired"),
        },
        results: text("results_url"),
        archived: json.get("archived_at").is_some_and(|at| !at.is_null()),
    })
}

/// The body of a new batch, in pieces.
fn pieces(lines: Lines) -> impl Iterator<Item = std::io::Result<Bytes>> + Send {
    let mut lines = lines.lines;
    let (mut is_first, mut is_over) = (true, false);
    std::iter::from_fn(move || {
        if is_over {
            return None;
        }
        let mut piece = Vec::with_capacity(PIECE + PIECE / 4);
        if is_first {
            piece.extend_from_slice(OPEN);
        }
        while piece.len() < PIECE {
            match lines.next() {
                Some(Ok(line)) => {
                    if !is_first {
                        piece.push(b',');
                    }
                    is_first = false;
                    piece.extend_from_slice(&line);
                }
                Some(Err(error)) => {
                    is_over = true;
                    return Some(Err(error));
                }
                None => {
                    piece.extend_from_slice(CLOSE);
                    is_over = true;
                    break;
                }
            }
        }
        Some(Ok(Bytes::from(piece)))
    })
}

impl Batching for MessageBatches {
    fn line(&self, request: &Request, form: LineForm) -> Vec<u8> {
        let params = Body::new(&self.name, self.effort, request, form.0);
        let line = Line { custom_id: request.key.as_str(), params };
        serde_json::to_vec(&line).unwrap_or_default()
    }

    fn form(&self) -> LineForm {
        LineForm(self.tried().as_ref().map_or_else(|| self.form.get(), |tried| tried.form))
    }

    fn refused(&self, form: LineForm, request: &Request, failure: &Failure) -> bool {
        // An error among the results of a batch comes without a status.
        let refusal = Failure { status: failure.status.or(Some(400)), ..failure.clone() };
        let Some((next, what)) = form.0.without(&refusal, Sent::messages(request, self.effort)) else { return false };
        let mut tried = self.tried();
        // Others of the same batch were refused for the same reason, and that has been seen to.
        if tried.as_ref().map_or_else(|| self.form.get(), |tried| tried.form) == form.0 {
            let mut refused = tried.take().map(|tried| tried.refused).unwrap_or_default();
            refused.push((what, failure.message.clone()));
            *tried = Some(Tried { form: next, refused });
        }
        true
    }

    fn accepted(&self, form: LineForm) {
        let accepted = self.tried().take_if(|tried| tried.form == form.0);
        if let Some(Tried { form, refused }) = accepted {
            self.form.learn(form, &refused);
        }
    }

    fn create(&self, lines: Lines) -> BoxFuture<'_, Result<Batch, Failure>> {
        Box::pin(async move {
            let commas = (lines.count as u64).saturating_sub(1);
            let length = lines.bytes + commas + (OPEN.len() + CLOSE.len()) as u64;
            let response = self.http.post_pieces(length, pieces(lines)).await?;
            self.read(&response)
        })
    }

    fn newest<'a>(&'a self, after: Option<&'a str>) -> BoxFuture<'a, Result<Vec<Batch>, Failure>> {
        Box::pin(async move {
            let mut found = Vec::new();
            let mut cursor: Option<String> = None;
            loop {
                let mut url = self.base.clone();
                url.query_pairs_mut().append_pair("limit", &PAGE.to_string());
                if let Some(cursor) = &cursor {
                    url.query_pairs_mut().append_pair("after_id", cursor);
                }
                let response = self.http.at(url).get().await?;
                let json = self.json(&response)?;
                let malformed = |why| self.http.malformed(&response, Some(&json), why);
                let page = json.get("data").and_then(Value::as_array);
                let page = page.ok_or_else(|| malformed("a body that is not a list of message batches"))?;
                for one in page {
                    let one = batch(one).ok_or_else(|| malformed("a list of something else than message batches"))?;
                    if Some(one.id.as_str()) == after {
                        return Ok(found);
                    }
                    found.push(one);
                }
                let more = json.get("has_more").and_then(Value::as_bool).unwrap_or(false);
                let last = found.last().map(|last| last.id.clone());
                // Without one to stop at, the newest are enough; and no list goes in circles.
                if !more || after.is_none() || last.is_none() || last == cursor {
                    return Ok(found);
                }
                cursor = last;
            }
        })
    }

    fn look<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Batch, Failure>> {
        Box::pin(async move { self.read(&self.below(id, "")?.get().await?) })
    }

    fn cancel<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Batch, Failure>> {
        Box::pin(async move { self.read(&self.below(id, "/cancel")?.post_nothing().await?) })
    }

    fn results<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Entries, Failure>> {
        Box::pin(async move {
            let place = match &batch.results {
                Some(place) => self.place_of(place)?,
                // Some servers name no place; this is where the documentation says that it is.
                None => self.below(&batch.id, "/results")?,
            };
            Ok(results::entries(place.open().await?))
        })
    }
}
