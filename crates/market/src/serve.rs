//! The market over HTTP, so that other programs, and our own clients, can be run against it: it speaks the Messages
//! API and chat completions, with latency, rate limits and faults as asked for.
//!
//! - `POST /v1/messages`, `POST /v1/chat/completions` and `POST /chat/completions` answer, and `POST /v1/decisions` and
//!   `POST /v1/systemone` with probabilities.
//! - `/v1/messages/batches` takes message batches, lists, shows and cancels them, and gives their results.
//! - `GET /v1/models` and `GET /models` list the market; `GET /health` says that it is up; `GET /stats` counts
//!   ([`Stats`]).
//!
//! An answer depends on the market's seed, the request and its `idempotency-key`, as it does in-process: a key of 32
//! lower-case hexadecimal digits is the [`CallKey`](rejoinder_llm::model::CallKey) itself, any other is hashed into
//! one. Without the header, identical requests are numbered as they arrive, so that each gets a fresh sample. The
//! Messages API has no name for a schema; it is called by its `title`, else `answer`.
//!
//! Every response says in its `server` header, and every request id in its first word, that it is simulated.
//!
//! Requests to a model are numbered from 1 as they arrive, whatever becomes of them: faults and latency depend on that
//! number and [`Options::seed`] alone. A request is met in this order: key, fault in place of an answer, rate limit,
//! validation, latency, answer, fault in the answer or in its delivery. Latency is spent on answers only.

mod batches;
mod connection;
mod decisions;
mod delivery;
mod exchange;
mod fault;
mod inbound;
mod outbound;
mod pace;
mod routes;
mod shape;
mod stats;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::Market;
pub use batches::{BatchFaults, BatchOptions};
pub use fault::{Fault, Faults, FaultsError};
pub use stats::{Stats, StatsHandle};

/// How long a server that is asked to stop waits for answers that are under way.
const GRACE: Duration = Duration::from_secs(1);

/// What to serve, and how badly.
pub struct Options {
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The market that answers.
    pub market: Market,
    /// How long an answer takes.
    pub latency: Duration,
    /// By what fraction of itself the latency varies either way, from 0 to 1.
    pub jitter: f64,
    /// What goes wrong.
    pub faults: Faults,
    /// Above this rate, and a burst of one second's worth, requests are refused with 429.
    pub requests_per_second: Option<f64>,
    /// Whether responses tell of limits. A refusal says how long to wait in any case.
    pub limit_headers: bool,
    /// Where set, a request needs this key, as `x-api-key` or as a bearer token, or is refused with 401.
    pub require_key: Option<String>,
    /// Where set, the key is revoked after so many requests: every later one is refused with 401.
    pub revoke_after: Option<u64>,
    /// How message batches are served.
    pub batches: BatchOptions,
    /// Seeds faults and jitter. The market has a seed of its own.
    pub seed: u64,
}

impl Options {
    /// A market without latency, limits or faults on any free port of this machine.
    #[must_use]
    pub fn new(market: Market) -> Self {
        Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            market,
            latency: Duration::ZERO,
            jitter: 0.0,
            faults: Faults::default(),
            requests_per_second: None,
            limit_headers: true,
            require_key: None,
            revoke_after: None,
            batches: BatchOptions::default(),
            seed: 1,
        }
    }
}

/// A server that listens, and answers once it is run.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<exchange::Shared>,
    closing: watch::Sender<bool>,
}

/// Starts to listen.
///
/// # Errors
///
/// Where the address cannot be listened on, or an option is not a number that makes sense.
pub async fn bind(options: Options) -> io::Result<Server> {
    let invalid = |message: String| io::Error::new(io::ErrorKind::InvalidInput, message);
    if !(0.0..=1.0).contains(&options.jitter) {
        return Err(invalid(format!("jitter must be from 0 to 1, not {}", options.jitter)));
    }
    if let Some(rate) = options.requests_per_second.filter(|rate| !(rate.is_finite() && *rate > 0.0)) {
        return Err(invalid(format!("requests per second must be above 0, not {rate}")));
    }
    let listener = TcpListener::bind(options.listen).await?;
    let address = listener.local_addr()?;
    let shares = [options.batches.errored, options.batches.expired];
    if shares.iter().any(|share| !(0.0..=1.0).contains(share)) || shares.iter().sum::<f64>() > 1.0 {
        return Err(invalid(
            "the shares of requests that err or expire must be from 0 to 1, and no more than 1 together".into(),
        ));
    }
    let (closing, closed) = watch::channel(false);
    let shared = exchange::Shared::new(options, closed);
    // Results are said to be where this machine finds them. Nobody else has set it.
    let ip = if address.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { address.ip() };
    let _ = shared.results_at.set(SocketAddr::new(ip, address.port()).to_string());
    Ok(Server { listener, address, shared: Arc::new(shared), closing })
}

impl Server {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it counts, readable at any time, also after the end.
    #[must_use]
    pub fn stats(&self) -> StatsHandle {
        self.shared.stats.clone()
    }

    /// Serves until `shutdown` is ready, then lets answers that are under way finish for a second.
    ///
    /// # Errors
    ///
    /// None today: a connection that fails is its client's matter.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> io::Result<()> {
        let Server { listener, shared, closing, .. } = self;
        let router = Router::new()
            .route("/v1/messages", post(routes::messages))
            .route("/v1/messages/batches", get(routes::list_batches).post(routes::create_batch))
            .route("/v1/messages/batches/{id}", get(routes::look_at_batch))
            .route("/v1/messages/batches/{id}/cancel", post(routes::cancel_batch))
            .route("/v1/messages/batches/{id}/results", get(routes::batch_results))
            .route("/v1/chat/completions", post(routes::chat_completions))
            .route("/chat/completions", post(routes::chat_completions))
            .route("/v1/decisions", post(routes::decisions))
            .route("/v1/systemone", post(routes::systemone))
            .route("/v1/models", get(routes::models))
            .route("/models", get(routes::models))
            .route("/health", get(routes::health))
            .route("/stats", get(routes::stats))
            .fallback(routes::not_found)
            .method_not_allowed_fallback(routes::method_not_allowed)
            .with_state(shared);
        let mut closed = closing.subscribe();
        let serving = axum::serve(
            connection::Listener(listener),
            router.into_make_service_with_connect_info::<connection::Cut>(),
        )
        .with_graceful_shutdown(async move {
            // An error means that the server itself is gone, which is a reason to stop as well.
            let _ = closed.wait_for(|closed| *closed).await;
        });
        let stop = async {
            shutdown.await;
            closing.send_replace(true);
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            served = serving => served,
            () = stop => Ok(()),
        }
    }
}
