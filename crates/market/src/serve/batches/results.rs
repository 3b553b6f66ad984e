//! The results of a batch as they go out.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures::stream;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::kept::{End, StoredBatch, fingerprint};
use crate::serve::connection::Cut;
use crate::serve::exchange::{Shared, digits_of, key_of};
use crate::serve::inbound::Question;
use crate::serve::outbound::{Dialect, Rejection};
use crate::serve::shape::ModelAnswer;
use rejoinder_llm::model::Request;
use rejoinder_llm::model::SIMULATED_PREFIX;

/// Lines go out in pieces of about this size.
const PIECE: usize = 64 * 1024;
/// Long enough for what was sent to reach the client before a reset overtakes it.
const BEFORE_RESET: Duration = Duration::from_millis(20);

/// All results, in an order of their own, or the first half of them, in the middle of a line, and a reset.
pub(super) fn stream(shared: Arc<Shared>, kept: Arc<StoredBatch>, torn: Option<Cut>) -> Response {
    let mut order: Vec<u32> = (0..kept.len() as u32).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(shared.options.seed));
    let end = if torn.is_some() { order.len().div_ceil(2) } else { order.len() };
    let body = stream::unfold((0, torn), move |(mut at, torn)| {
        let mut piece = Vec::new();
        while at < end && piece.len() < PIECE {
            let line = line(&shared, &kept, order[at] as usize).to_string();
            let is_torn = torn.is_some() && at + 1 == end;
            piece.extend_from_slice(if is_torn { &line.as_bytes()[..line.len() / 2] } else { line.as_bytes() });
            if !is_torn {
                piece.push(b'\n');
            }
            at += 1;
        }
        async move {
            match torn {
                _ if !piece.is_empty() => Some((Ok(Bytes::from(piece)), (at, torn))),
                None => None,
                Some(cut) => {
                    tokio::time::sleep(BEFORE_RESET).await;
                    cut.reset();
                    Some((Err(io::Error::from(io::ErrorKind::ConnectionReset)), (at, None)))
                }
            }
        }
    });
    ([(CONTENT_TYPE, "application/x-jsonl")], Body::from_stream(body)).into_response()
}

fn line(shared: &Shared, kept: &StoredBatch, index: usize) -> Value {
    let Some((id, params)) = kept.request(index) else { return Value::Null };
    let error = |rejection: &Rejection| {
        let error = Dialect::Messages.error(rejection, &format!("{SIMULATED_PREFIX}{index}"));
        json!({"type": "errored", "error": error})
    };
    let result = match kept.end(shared, index) {
        End::Expired => json!({"type": "expired"}),
        End::Canceled => json!({"type": "canceled"}),
        End::Errored => error(&Rejection::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")),
        End::Invalid => kept.wrong(index).map_or(Value::Null, error),
        End::Succeeded => match Dialect::Messages.read(params.as_bytes()) {
            Ok(asked) => json!({"type": "succeeded", "message": message(shared, kept, (index, id), asked)}),
            Err(rejection) => error(&rejection),
        },
    };
    json!({"custom_id": id, "result": result})
}

/// The answer that this request would get online under its `custom_id` as the key.
fn message(shared: &Shared, kept: &StoredBatch, (index, id): (usize, &str), asked: Question) -> Value {
    let content = asked.fingerprint();
    let key = key_of(id);
    let digits = digits_of(&content, &key);
    let Question { model, system, user, schema, max_tokens } = asked;
    let request = Request { key, system, user, schema, max_tokens };
    let said = ModelAnswer::from(shared.options.market.answer(&request));
    if kept.is_first(index) {
        let repeated = shared.stats.times_seen(fingerprint(&["keyed", &content, request.key.as_str()])) > 0;
        shared.stats.answered(request.schema.as_ref(), said.usage, repeated);
    }
    let mut message = Dialect::Messages.answer(&said, &model, &digits, 0);
    // The only name that a result has: it says that it is simulated.
    message["id"] = json!(format!("{SIMULATED_PREFIX}{digits}"));
    message["usage"]["service_tier"] = json!("batch");
    message
}
