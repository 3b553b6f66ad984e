//! One request to a model and what becomes of it.

use std::error::Error;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, SERVER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::sync::watch;

use super::batches::Batches;
use super::connection::Cut;
use super::fault::Fault;
use super::inbound::Question;
use super::outbound::{Dialect, Rejection};
use super::pace::{self, Pace};
use super::shape::ModelAnswer;
use super::{Options, StatsHandle, delivery};
use rejoinder_llm::model::SIMULATED_PREFIX;
use rejoinder_llm::model::{CallKey, Request, chances, digest};

/// The largest body that the Messages API takes.
const MAX_BODY: usize = 32 * 1024 * 1024;
/// Somewhat larger bodies are still read, so that the client gets to see the rejection.
const MAX_READ: usize = 2 * MAX_BODY;

/// What all requests share.
pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) stats: StatsHandle,
    pub(super) batches: Batches,
    /// The address under which results of batches are to be had.
    pub(super) results_at: OnceLock<String>,
    pace: Option<Pace>,
    chance: ChaCha8Rng,
    closed: watch::Receiver<bool>,
}

impl Shared {
    pub(super) fn new(options: Options, closed: watch::Receiver<bool>) -> Self {
        Shared {
            pace: options.requests_per_second.map(Pace::new),
            chance: ChaCha8Rng::seed_from_u64(options.seed),
            stats: StatsHandle::default(),
            batches: Batches::default(),
            results_at: OnceLock::new(),
            options,
            closed,
        }
    }

    /// Serves one request to a model.
    pub(super) async fn serve(&self, dialect: Dialect, headers: &HeaderMap, body: Body, cut: Cut) -> Response {
        let (number, in_flight) = self.stats.arrive();
        let mut chance = self.chance.clone();
        chance.set_stream(number);
        let fault = self.options.faults.choose(number, chance.random());
        let delay = self.delay(chance.random());
        let exchange = Exchange { shared: self, dialect, headers, cut, number, fault };

        // The same answer has the same id, whenever it is given; what is not one is called by its number.
        let (mut response, request_id) = match exchange.answer(body, delay).await {
            Ok((body, digits)) => {
                (delivery::deliver(body, fault, exchange.cut, in_flight), format!("{SIMULATED_PREFIX}{digits}"))
            }
            Err(halt) => {
                let request_id = format!("{SIMULATED_PREFIX}{number}");
                (halt.into_response(dialect, &request_id), request_id)
            }
        };
        let headers = response.headers_mut();
        if self.options.limit_headers {
            pace::tell(self.pace.as_ref(), dialect, headers);
        }
        pace::insert(headers, "request-id", &request_id);
        if dialect != Dialect::Messages {
            pace::insert(headers, "x-request-id", &request_id);
        }
        headers.insert(SERVER, HeaderValue::from_static("rejoinder market (simulated)"));
        response
    }

    /// A response to an exchange about batches, marked as every response is.
    pub(super) fn marked(&self, mut response: Response, number: u64) -> Response {
        let headers = response.headers_mut();
        pace::insert(headers, "request-id", &format!("{SIMULATED_PREFIX}batch_{number}"));
        headers.insert(SERVER, HeaderValue::from_static("rejoinder market (simulated)"));
        response
    }

    /// How long an answer takes; `lot` is from 0 to below 1.
    fn delay(&self, lot: f64) -> Duration {
        self.options.latency.mul_f64(1.0 + self.options.jitter * (2.0 * lot - 1.0))
    }
}

/// Why a request gets no answer.
pub(super) enum Halt {
    Rejected(Rejection),
    /// A page that no API wrote, or what nobody will see since the connection is cut.
    Page(Response),
}

impl Halt {
    pub(super) fn into_response(self, dialect: Dialect, request_id: &str) -> Response {
        let rejection = match self {
            Halt::Page(page) => return page,
            Halt::Rejected(rejection) => rejection,
        };
        let body = dialect.error(&rejection, request_id).to_string();
        let mut response = (rejection.status, [(CONTENT_TYPE, "application/json")], body).into_response();
        for (name, value) in &rejection.headers {
            pace::insert(response.headers_mut(), name, value);
        }
        response
    }
}

pub(super) struct Exchange<'a> {
    pub(super) shared: &'a Shared,
    pub(super) dialect: Dialect,
    pub(super) headers: &'a HeaderMap,
    pub(super) cut: Cut,
    pub(super) number: u64,
    pub(super) fault: Option<&'a Fault>,
}

impl Exchange<'_> {
    /// Handles what comes before anything is read: the key, and a fault that leaves no room for an answer.
    pub(super) async fn begin(&self) -> Result<(), Halt> {
        self.check_key().map_err(|rejection| {
            self.shared.stats.rejected(rejection.status.as_u16());
            Halt::Rejected(rejection)
        })?;
        self.strike_instead().await
    }

    /// The body of the answer and the digits that name it.
    async fn answer(&self, body: Body, delay: Duration) -> Result<(Bytes, String), Halt> {
        let Shared { options, stats, pace, .. } = self.shared;
        let reject = |rejection: Rejection| {
            stats.rejected(rejection.status.as_u16());
            Halt::Rejected(rejection)
        };
        let body = read(body).await.map_err(reject)?;
        self.check_key().map_err(reject)?;
        self.strike_instead().await?;
        if let Some(Err(wait)) = pace.as_ref().map(|pace| pace.admit(Instant::now())) {
            return Err(reject(too_fast(wait)));
        }
        let asked = self.dialect.read(&body).map_err(reject)?;
        let content = asked.fingerprint();
        let (key, sent) = match self.headers.get("idempotency-key") {
            Some(key) => (call_key(key), true),
            None => {
                let nth = stats.times_seen(fingerprint(&["unkeyed", &content]));
                (CallKey::from_parts(&["market", &content, &nth.to_string()]), false)
            }
        };
        let digits = digits_of(&content, &key);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }

        let Question { model, system, user, schema, max_tokens } = asked;
        let request = Request { key, system, user, schema, max_tokens };
        let statements = request.schema.as_ref().and_then(chances::statements).unwrap_or_default();
        let mut said = ModelAnswer::from(options.market.answer(&request));
        if matches!(self.dialect, Dialect::Decisions | Dialect::SystemOne) {
            said.asked = statements.into_iter().map(|statement| statement.name).collect();
        }
        // Counted here and not on arrival: who left before the answer was ready may ask again.
        let repeated = sent && stats.times_seen(fingerprint(&["keyed", &content, request.key.as_str()])) > 0;
        if let Some(fault) = self.fault
            && (said.spoil(fault) || delivery::concerns(fault))
        {
            stats.fault(fault.to_string());
        }
        stats.answered(request.schema.as_ref(), said.usage, repeated);
        let created = Timestamp::now().as_second();
        Ok((self.dialect.answer(&said, &model, &digits, created).to_string().into(), digits))
    }

    fn check_key(&self) -> Result<(), Rejection> {
        let Options { require_key, revoke_after, .. } = &self.shared.options;
        let bearer = self.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = bearer.and_then(|value| value.strip_prefix("Bearer "));
        let plain = |name: &str| self.headers.get(name).and_then(|value| value.to_str().ok());
        let key = plain("x-api-key").or(plain("api-key")).or(bearer);
        let wrong = require_key.as_deref().is_some_and(|required| key != Some(required));
        let revoked = revoke_after.is_some_and(|last| self.number > last);
        // The message never repeats a key.
        match (key, wrong || revoked) {
            (_, false) => Ok(()),
            (None, true) => Err(Rejection::new(StatusCode::UNAUTHORIZED, "x-api-key header is required")),
            (Some(_), true) => Err(Rejection::new(StatusCode::UNAUTHORIZED, "invalid x-api-key")),
        }
    }

    /// Lets a fault strike that leaves no room for an answer.
    async fn strike_instead(&self) -> Result<(), Halt> {
        let Some(fault) = self.fault else { return Ok(()) };
        let reject = |status, message: &str| Halt::Rejected(Rejection::new(status, message));
        let too_many = StatusCode::TOO_MANY_REQUESTS;
        let halt = match fault {
            Fault::RateLimit(retry_after) => {
                let mut rejection = Rejection::new(too_many, "This request would exceed your account's rate limit.");
                rejection.headers.extend(retry_after.iter().map(|value| ("retry-after", value.to_string())));
                Halt::Rejected(rejection)
            }
            Fault::SpendLimit => {
                let mut rejection = Rejection::new(too_many, "You have reached your enforced spend limit.");
                rejection.details = Some("enforced_spend_limit_reached");
                Halt::Rejected(rejection)
            }
            Fault::UsageLimit => reject(
                StatusCode::BAD_REQUEST,
                "You have reached your specified API usage limits. You will regain access next month.",
            ),
            Fault::Status(status) => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                reject(status, if status.as_u16() == 529 { "Overloaded" } else { "A fault was asked for" })
            }
            Fault::Error200 => {
                let mut rejection = Rejection::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error");
                rejection.status = StatusCode::OK;
                Halt::Rejected(rejection)
            }
            Fault::Html => Halt::Page(delivery::gateway_page()),
            Fault::ResetBefore => {
                self.cut.reset();
                Halt::Page(Response::default())
            }
            Fault::Hang => {
                self.shared.stats.fault(fault.to_string());
                // An error means that the server is gone, which ends the wait as well.
                let _ = self.shared.closed.clone().wait_for(|closed| *closed).await;
                self.cut.reset();
                return Err(Halt::Page(Response::default()));
            }
            _ => return Ok(()),
        };
        self.shared.stats.fault(fault.to_string());
        Err(halt)
    }
}

impl Question {
    /// What tells this request from others, its key aside.
    pub(super) fn fingerprint(&self) -> String {
        let schema = self.schema.as_ref().map(|schema| schema.json.to_string()).unwrap_or_default();
        digest(&[&self.model, &self.system, &self.user, &schema, &self.max_tokens.to_string()])
    }
}

fn fingerprint(parts: &[&str]) -> u128 {
    u128::from_str_radix(&digest(parts)[..32], 16).unwrap_or_default()
}

/// The key that a client sent.
fn call_key(header: &HeaderValue) -> CallKey {
    key_of(&String::from_utf8_lossy(header.as_bytes()))
}

/// The key of this text: one of ours as it is, any other hashed into one.
pub(super) fn key_of(text: &str) -> CallKey {
    CallKey::parse(text).unwrap_or_else(|| CallKey::from_parts(&[text]))
}

/// The digits that name the answer to this under this key.
pub(super) fn digits_of(content: &str, key: &CallKey) -> String {
    let mut digits = digest(&[content, key.as_str()]);
    digits.truncate(24);
    digits
}

fn too_fast(wait: Duration) -> Rejection {
    let milliseconds = wait.as_millis() + 1;
    Rejection::new(StatusCode::TOO_MANY_REQUESTS, "This request would exceed your account's rate limit.")
        // Whole seconds, as the provider sends them, and the finer header for those who look for it first.
        .with_header("retry-after", milliseconds.div_ceil(1000).to_string())
        .with_header("retry-after-ms", milliseconds.to_string())
}

async fn read(body: Body) -> Result<Bytes, Rejection> {
    let too_large =
        || Rejection::new(StatusCode::PAYLOAD_TOO_LARGE, "Request exceeds the maximum size of 32 megabytes");
    match axum::body::to_bytes(body, MAX_READ).await {
        Ok(bytes) if bytes.len() > MAX_BODY => Err(too_large()),
        Ok(bytes) => Ok(bytes),
        Err(error) if error.source().is_some_and(|source| source.to_string() == "length limit exceeded") => {
            Err(too_large())
        }
        // Nobody will read this: the client broke off.
        Err(error) => Err(Rejection::invalid(format!("The request body could not be read: {error}"))),
    }
}
