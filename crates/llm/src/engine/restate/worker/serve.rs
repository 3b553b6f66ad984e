//! The worker's port. It takes invocations from Restate, some of which are passed on, and announcements of other
//! workers.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::http::uri::{Authority, Scheme};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri, Version as HttpVersion};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use restate_sdk::prelude::{Endpoint, HandleOptions, ProtocolMode};
use tokio::net::TcpListener;

use super::crew::{Chosen, Crew, JOIN, Member, WHO};
use crate::engine::restate::wire::CALLS;

type Fault = Box<dyn std::error::Error + Send + Sync>;
type Reply = Response<UnsyncBoxBody<Bytes, Fault>>;

/// Tells a worker that the call was passed on to it, and that it must do the call itself.
const PASSED: &str = "x-rejoinder-passed";
/// Streams at once on one connection: as many as there may be calls.
const STREAMS: u32 = 20_000;
/// No worker has more to say of itself.
const LARGEST_JOIN: usize = 16 * 1024;

/// Answers requests.
pub struct Server {
    endpoint: Endpoint,
    crew: Arc<Crew>,
    /// For calls that are passed on: HTTP/2 alone, as Restate speaks it.
    client: Client<HttpConnector, Incoming>,
}

impl Server {
    /// A server of these services.
    pub fn new(endpoint: Endpoint, crew: Arc<Crew>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .http2_only(true)
            .http2_initial_max_send_streams(STREAMS as usize)
            .build(connector);
        Server { endpoint, crew, client }
    }

    async fn answer(&self, request: Request<Incoming>) -> Reply {
        let is_call = request
            .uri()
            .path()
            .strip_prefix("/invoke/")
            .is_some_and(|rest| rest.strip_prefix(CALLS).is_some_and(|rest| rest.starts_with('/')));
        match (request.method(), request.uri().path()) {
            (&Method::GET, WHO) => said(StatusCode::OK, serde_json::to_vec(&self.crew.myself())),
            (&Method::POST, JOIN) => self.join(request).await,
            _ if is_call && request.headers().contains_key(PASSED) => self.here(request, Some(self.crew.by_itself())),
            _ if is_call => {
                let chosen = self.crew.choose();
                match chosen.address.clone() {
                    Some(address) => self.pass_on(request, &address, chosen).await,
                    None => self.here(request, Some(chosen)),
                }
            }
            _ => self.here(request, None),
        }
    }

    fn here(&self, request: Request<Incoming>, chosen: Option<Chosen>) -> Reply {
        let options = HandleOptions { protocol_mode: ProtocolMode::BidiStream };
        let response = self.endpoint.handle_with_options(request, options);
        response
            .map(|body| CountedBody { body: body.map_err(Into::into).boxed_unsync(), _chosen: chosen }.boxed_unsync())
    }

    /// To another worker, with everything that is said on both sides until the call ends.
    async fn pass_on(&self, mut request: Request<Incoming>, address: &str, chosen: Chosen) -> Reply {
        let mut parts = std::mem::take(request.uri_mut()).into_parts();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = address.trim_start_matches("http://").parse::<Authority>().ok();
        let Ok(uri) = Uri::from_parts(parts) else {
            return said(StatusCode::BAD_GATEWAY, Ok(Vec::new()));
        };
        *request.uri_mut() = uri;
        *request.version_mut() = HttpVersion::HTTP_2;
        request.headers_mut().remove(hyper::header::HOST);
        request.headers_mut().insert(PASSED, hyper::header::HeaderValue::from_static("1"));
        match self.client.request(request).await {
            Ok(response) => response.map(|body| {
                CountedBody { body: body.map_err(Into::into).boxed_unsync(), _chosen: Some(chosen) }.boxed_unsync()
            }),
            Err(_) => {
                // Restate tries again in a moment, and it goes elsewhere.
                self.crew.lost(address);
                said(StatusCode::SERVICE_UNAVAILABLE, Ok(Vec::new()))
            }
        }
    }

    async fn join(&self, request: Request<Incoming>) -> Reply {
        let Ok(body) = Limited::new(request.into_body(), LARGEST_JOIN).collect().await else {
            return said(StatusCode::BAD_REQUEST, Ok(Vec::new()));
        };
        let Ok(member) = serde_json::from_slice::<Member>(&body.to_bytes()) else {
            return said(StatusCode::BAD_REQUEST, Ok(Vec::new()));
        };
        match self.crew.record(&member) {
            Ok(()) => said(StatusCode::OK, serde_json::to_vec(&self.crew.myself())),
            Err(why) => said(StatusCode::CONFLICT, Ok(why.into_bytes())),
        }
    }
}

/// Answers whoever connects, without end.
pub async fn accept(listener: TcpListener, server: Arc<Server>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // No descriptors left, say.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            let answer = service_fn(|request| {
                let server = Arc::clone(&server);
                async move { Ok::<_, Infallible>(server.answer(request).await) }
            });
            let mut connection = auto::Builder::new(TokioExecutor::new());
            connection.http2().max_concurrent_streams(STREAMS).adaptive_window(true);
            // A connection that breaks is Restate's matter: it tries again.
            let _ = connection.serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

fn said(status: StatusCode, body: serde_json::Result<Vec<u8>>) -> Reply {
    let body = Full::new(Bytes::from(body.unwrap_or_default())).map_err(|never| match never {});
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = status;
    response
}

/// A body that counts as a call of a worker until it has ended or is dropped.
struct CountedBody {
    body: UnsyncBoxBody<Bytes, Fault>,
    _chosen: Option<Chosen>,
}

impl Body for CountedBody {
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Fault>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
