//! Message batches: taken as strictly as the Message Batches API takes them, answered after a while.
//!
//! A request of a batch gets the answer that it would get online under the `idempotency-key` that is its `custom_id`.
//! What became of each is settled when the batch is taken: its chance depends on [`Options::seed`](super::Options), the
//! number of the batch and the `custom_id`. Results come in an order of their own. Requests are on disk.

mod inbound;
mod kept;
mod results;

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::connection::Cut;
use super::delivery;
use super::exchange::{Exchange, Halt, Shared};
use super::fault::{Fault, Faults, FaultsError};
use super::outbound::{Dialect, Rejection};
use kept::StoredBatch;

/// The largest body that a batch may have.
const MOST_BYTES: usize = 256_000_000;

/// How batches are served.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchOptions {
    /// How long a batch takes.
    pub turnaround: Duration,
    /// The share of requests that end with an error of the server.
    pub errored: f64,
    /// The share of requests that expire.
    pub expired: f64,
    /// What goes wrong with the exchanges themselves.
    pub faults: BatchFaults,
    /// The most requests of one batch.
    pub most_requests: usize,
    /// For how long results are kept.
    pub kept: Duration,
}

impl Default for BatchOptions {
    fn default() -> Self {
        BatchOptions {
            turnaround: Duration::from_secs(1),
            errored: 0.0,
            expired: 0.0,
            faults: BatchFaults::default(),
            most_requests: 100_000,
            kept: Duration::from_secs(29 * 86_400),
        }
    }
}

/// Faults of the exchanges about batches, written `create.overloaded@1,look.rate-limit=0.1,results.reset-in-body@1`: as
/// [`Faults`], each after the exchange that it concerns. `reset-in-body` loses the answer of an exchange that took
/// place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchFaults {
    create: Faults,
    look: Faults,
    results: Faults,
}

impl FromStr for BatchFaults {
    type Err = FaultsError;

    fn from_str(text: &str) -> Result<Self, FaultsError> {
        let (mut create, mut look, mut results) = (Vec::new(), Vec::new(), Vec::new());
        for term in text.split(',').map(str::trim).filter(|term| !term.is_empty()) {
            match term.split_once('.') {
                Some(("create", rest)) => create.push(rest),
                Some(("look", rest)) => look.push(rest),
                Some(("results", rest)) => results.push(rest),
                _ => {
                    return Err(FaultsError::new(format!(
                        "which exchange does {term:?} concern? Write create.{term}, look.{term} or results.{term}"
                    )));
                }
            }
        }
        let read = |terms: Vec<&str>| terms.join(",").parse::<Faults>();
        Ok(BatchFaults { create: read(create)?, look: read(look)?, results: read(results)? })
    }
}

/// The batches of a server.
#[derive(Default)]
pub(super) struct Batches {
    all: Mutex<Vec<Arc<StoredBatch>>>,
    creates: AtomicU64,
    looks: AtomicU64,
    readings: AtomicU64,
}

/// An exchange about batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    Create,
    Look,
    Results,
}

impl Shared {
    /// `POST /v1/messages/batches`
    pub(super) async fn create_batch(self: Arc<Self>, headers: HeaderMap, body: Body, cut: Cut) -> Response {
        let shared = Arc::clone(&self);
        self.about_batches(Asking::Create, &headers, cut, async move {
            let body = axum::body::to_bytes(body, MOST_BYTES).await.map_err(|_| {
                Rejection::new(StatusCode::PAYLOAD_TOO_LARGE, "Request exceeds the maximum size of 256 megabytes")
            })?;
            let server = Arc::clone(&shared);
            let number = shared.batches.count() + 1;
            let read = tokio::task::spawn_blocking(move || StoredBatch::read(&server, number, &body));
            let kept =
                read.await.map_err(|error| Rejection::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
            Ok(shared.batches.keep(kept?).json(&shared, &headers_host(&shared)))
        })
        .await
    }

    /// `GET /v1/messages/batches`
    pub(super) async fn list_batches(self: Arc<Self>, headers: HeaderMap, query: &str, cut: Cut) -> Response {
        let shared = Arc::clone(&self);
        let page = inbound::Page::read(query);
        self.about_batches(Asking::Look, &headers, cut, async move {
            let page = page?;
            let newest: Vec<Arc<StoredBatch>> = shared.batches.all().iter().rev().cloned().collect();
            let (found, more) = page.slice(&newest)?;
            let data: Vec<Value> = found.iter().map(|kept| kept.json(&shared, &headers_host(&shared))).collect();
            let id = |kept: Option<&Arc<StoredBatch>>| kept.map(|kept| kept.id.clone());
            Ok(json!({"data": data, "has_more": more, "first_id": id(found.first()), "last_id": id(found.last())}))
        })
        .await
    }

    /// `GET /v1/messages/batches/{id}`, and `POST` to its `cancel`.
    pub(super) async fn look_at_batch(
        self: Arc<Self>,
        headers: HeaderMap,
        id: &str,
        cancel: bool,
        cut: Cut,
    ) -> Response {
        let shared = Arc::clone(&self);
        let kept = self.batches.find(id);
        self.about_batches(Asking::Look, &headers, cut, async move {
            let kept = kept?;
            if cancel {
                kept.cancel(&shared)?;
            }
            Ok(kept.json(&shared, &headers_host(&shared)))
        })
        .await
    }

    /// `GET /v1/messages/batches/{id}/results`
    pub(super) async fn batch_results(self: Arc<Self>, headers: HeaderMap, id: &str, cut: Cut) -> Response {
        let number = self.batches.readings.fetch_add(1, Ordering::Relaxed) + 1;
        let fault = self.fault(Asking::Results, number);
        let exchange = self.exchange(&headers, cut.clone(), number, fault.as_ref());
        if let Err(halt) = exchange.begin().await {
            return self.marked(halt.into_response(Dialect::Messages, &request_id(Asking::Results, number)), number);
        }
        let ready = self.batches.find(id).and_then(|kept| kept.ready(&self).map(|()| kept));
        let response = match ready {
            Ok(kept) => {
                let torn = matches!(fault, Some(Fault::ResetInBody));
                if torn {
                    self.stats.fault(Fault::ResetInBody.to_string());
                }
                results::stream(Arc::clone(&self), kept, torn.then_some(cut))
            }
            Err(rejection) => {
                Halt::Rejected(rejection).into_response(Dialect::Messages, &request_id(Asking::Results, number))
            }
        };
        self.marked(response, number)
    }

    /// One exchange about batches: key, fault in its place, what is asked, fault in the delivery.
    async fn about_batches(
        &self,
        asking: Asking,
        headers: &HeaderMap,
        cut: Cut,
        work: impl Future<Output = Result<Value, Rejection>>,
    ) -> Response {
        let counter = if asking == Asking::Create { &self.batches.creates } else { &self.batches.looks };
        let number = counter.fetch_add(1, Ordering::Relaxed) + 1;
        let fault = self.fault(asking, number);
        let exchange = self.exchange(headers, cut, number, fault.as_ref());
        let begun = exchange.begin().await;
        let id = request_id(asking, number);
        let done = match begun {
            Ok(()) => work.await.map_err(Halt::Rejected),
            Err(halt) => Err(halt),
        };
        let response = match done {
            Ok(json) => {
                if let Some(fault) = fault.as_ref().filter(|fault| delivery::concerns(fault)) {
                    self.stats.fault(fault.to_string());
                }
                delivery::deliver(Bytes::from(json.to_string()), fault.as_ref(), exchange.cut, self.stats.enter())
            }
            Err(halt) => halt.into_response(Dialect::Messages, &id),
        };
        self.marked(response, number)
    }

    fn fault(&self, asking: Asking, number: u64) -> Option<Fault> {
        let faults = &self.options.batches.faults;
        let faults = match asking {
            Asking::Create => &faults.create,
            Asking::Look => &faults.look,
            Asking::Results => &faults.results,
        };
        let mut chance = ChaCha8Rng::seed_from_u64(self.options.seed ^ (asking as u64 + 1).rotate_left(32));
        chance.set_stream(number);
        faults.choose(number, chance.random()).cloned()
    }

    fn exchange<'a>(&'a self, headers: &'a HeaderMap, cut: Cut, number: u64, fault: Option<&'a Fault>) -> Exchange<'a> {
        Exchange { shared: self, dialect: Dialect::Messages, headers, cut, number, fault }
    }
}

fn request_id(asking: Asking, number: u64) -> String {
    format!("{}{asking:?}_{number}", rejoinder_llm::model::SIMULATED_PREFIX).to_lowercase()
}

/// Where results are said to be: on the address that the server listens on.
fn headers_host(shared: &Shared) -> String {
    shared.results_at.get().cloned().unwrap_or_default()
}

impl Batches {
    fn all(&self) -> std::sync::MutexGuard<'_, Vec<Arc<StoredBatch>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self) -> u64 {
        self.all().len() as u64
    }

    fn keep(&self, kept: StoredBatch) -> Arc<StoredBatch> {
        let kept = Arc::new(kept);
        self.all().push(Arc::clone(&kept));
        kept
    }

    fn find(&self, id: &str) -> Result<Arc<StoredBatch>, Rejection> {
        let found = self.all().iter().find(|kept| kept.id == id).cloned();
        found.ok_or_else(|| Rejection::new(StatusCode::NOT_FOUND, format!("Not found: message batch {id:?}")))
    }
}
