//! How an answer travels, and what can happen to it on the way.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::stream;

use super::connection::Cut;
use super::fault::Fault;
use super::stats::InFlight;

/// Long enough for what was sent to reach the client before a reset overtakes it.
const BEFORE_RESET: Duration = Duration::from_millis(20);
/// Into how many pieces a slow body is cut.
const DRIPS: usize = 20;
const NOT_UTF8: [u8; 3] = [0xff, 0xc0, 0xfe];

/// Whether a fault concerns the delivery of an answer rather than what it says.
pub(super) fn concerns(fault: &Fault) -> bool {
    matches!(fault, Fault::ResetInBody | Fault::ResetAfter | Fault::SlowBody(_) | Fault::BadUtf8)
}

/// The response that carries an answer.
pub(super) fn deliver(body: Bytes, fault: Option<&Fault>, cut: Cut, in_flight: InFlight) -> Response {
    let length = body.len();
    let body = match fault {
        Some(Fault::ResetInBody) => half(body, cut, in_flight),
        Some(Fault::SlowBody(time)) => slow(body, *time, in_flight),
        Some(Fault::BadUtf8) => return json(spoil(&body).into()),
        Some(Fault::ResetAfter) => {
            tokio::spawn(async move {
                tokio::time::sleep(BEFORE_RESET).await;
                cut.reset();
            });
            Body::from(body)
        }
        _ => Body::from(body),
    };
    let mut response = json(body);
    // A stream does not know its length, and without one the client could not miss what never comes.
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

/// What a gateway says when it cannot reach the API.
pub(super) fn gateway_page() -> Response {
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1>\
                </center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
    (StatusCode::BAD_GATEWAY, [(CONTENT_TYPE, "text/html")], page).into_response()
}

fn json(body: Body) -> Response {
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}

fn half(body: Bytes, cut: Cut, in_flight: InFlight) -> Body {
    let first = body.slice(..body.len() / 2);
    Body::from_stream(stream::unfold(Some((first, cut, in_flight)), |state| async move {
        let (first, cut, in_flight) = state?;
        if !first.is_empty() {
            return Some((Ok(first), Some((Bytes::new(), cut, in_flight))));
        }
        tokio::time::sleep(BEFORE_RESET).await;
        cut.reset();
        Some((Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)), None))
    }))
}

fn slow(body: Bytes, time: Duration, in_flight: InFlight) -> Body {
    let size = body.len().div_ceil(DRIPS).max(1);
    let pause = time.div_f64(body.len().div_ceil(size).max(1) as f64);
    Body::from_stream(stream::unfold((body, in_flight), move |(mut body, in_flight)| async move {
        if body.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let drip = body.split_to(size.min(body.len()));
        Some((Ok::<_, std::io::Error>(drip), (body, in_flight)))
    }))
}

/// Puts bytes that are not UTF-8 where the text begins, so that the JSON around it stays whole.
fn spoil(body: &[u8]) -> Vec<u8> {
    let needles: [&[u8]; 2] = [br#""text":""#, br#""content":""#];
    let text = needles
        .into_iter()
        .find_map(|needle| body.windows(needle.len()).position(|window| window == needle).map(|at| at + needle.len()));
    let mut spoilt = body.to_vec();
    let at = text.unwrap_or(body.len());
    spoilt.splice(at..at, NOT_UTF8);
    spoilt
}
