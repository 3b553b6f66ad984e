//! The server's paths.

use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::connection::Cut;
use super::exchange::Shared;
use super::outbound::{Dialect, Rejection};
use rejoinder_llm::model::Model;

/// `POST /v1/messages`
pub(super) async fn messages(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    shared.serve(Dialect::Messages, &head.headers, body, cut).await
}

/// `POST /v1/messages/batches`
pub(super) async fn create_batch(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    shared.create_batch(head.headers, body, cut).await
}

/// `GET /v1/messages/batches`
pub(super) async fn list_batches(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let (head, _) = request.into_parts();
    shared.list_batches(head.headers, head.uri.query().unwrap_or_default(), cut).await
}

/// `GET /v1/messages/batches/{id}`
pub(super) async fn look_at_batch(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    shared.look_at_batch(request.into_parts().0.headers, &id, false, cut).await
}

/// `POST /v1/messages/batches/{id}/cancel`
pub(super) async fn cancel_batch(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    shared.look_at_batch(request.into_parts().0.headers, &id, true, cut).await
}

/// `GET /v1/messages/batches/{id}/results`
pub(super) async fn batch_results(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    shared.batch_results(request.into_parts().0.headers, &id, cut).await
}

/// `POST /v1/chat/completions`
pub(super) async fn chat_completions(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    shared.serve(Dialect::ChatCompletions, &head.headers, body, cut).await
}

/// `POST /v1/decisions`
pub(super) async fn decisions(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    shared.serve(Dialect::Decisions, &head.headers, body, cut).await
}

/// `POST /v1/systemone`
pub(super) async fn systemone(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    shared.serve(Dialect::SystemOne, &head.headers, body, cut).await
}

/// `GET /v1/models`, in a shape that clients of either wire format can read.
pub(super) async fn models(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let id = shared.options.market.id();
    let model = json!({
        "id": id,
        "type": "model",
        "object": "model",
        "display_name": "Simulated market",
        "lifecycle": "active",
        // The Messages API's way to say that the date is not known.
        "created_at": "1970-01-01T00:00:00Z",
        "created": 0,
        "owned_by": "rejoinder",
    });
    Json(json!({"object": "list", "data": [model], "has_more": false, "first_id": id, "last_id": id}))
}

/// `GET /health`
pub(super) async fn health(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({"status": "ok", "simulated": true, "model": shared.options.market.id()}))
}

/// `GET /stats`
pub(super) async fn stats(State(shared): State<Arc<Shared>>) -> Response {
    Json(shared.stats.snapshot()).into_response()
}

pub(super) async fn not_found(uri: Uri) -> Response {
    error(Rejection::new(StatusCode::NOT_FOUND, format!("Not found: {}", uri.path())))
}

pub(super) async fn method_not_allowed(method: Method) -> Response {
    error(Rejection::new(StatusCode::METHOD_NOT_ALLOWED, format!("Method not allowed: {method}")))
}

fn error(rejection: Rejection) -> Response {
    (rejection.status, Json(Dialect::Messages.error(&rejection, "req_none"))).into_response()
}
