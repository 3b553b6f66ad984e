//! From a response that is no answer to a [`Failure`]: what kind it is, and one line that says so.

use secrecy::SecretString;
use serde_json::Value;

use super::words::one_line;
use super::{Response, headers};
use crate::model::{Failure, FailureKind};

/// What the body of an error says. One tolerant reading serves every host: `{"error": {...}}` of both wire formats,
/// `{"error": "text"}` of Ollama, and the bare `{"message": ...}` or `{"detail": ...}` of gateways and older vLLM.
#[derive(Debug, Default)]
pub(crate) struct ErrorBody {
    label: Option<String>,
    message: Option<String>,
    code: Option<String>,
    request_id: Option<String>,
}

impl ErrorBody {
    /// The error in this JSON; `None` where it holds none.
    pub(crate) fn read(json: &Value) -> Option<Self> {
        let text = |value: Option<&Value>| Some(value?.as_str()?.to_owned()).filter(|text| !text.is_empty());
        let request_id = text(json.get("request_id"));
        let error = match json.get("error") {
            Some(Value::String(message)) => {
                return Some(ErrorBody { message: Some(message.clone()), request_id, ..ErrorBody::default() });
            }
            Some(error @ Value::Object(_)) => error,
            _ if json.get("type").is_some_and(|kind| kind == "error") => json,
            _ if json.get("object").is_some_and(|kind| kind == "error") => json,
            _ if json.get("detail").is_some() => json,
            _ => return None,
        };
        let detail = error.get("details").and_then(|details| details.get("error_code"));
        Some(ErrorBody {
            label: text(error.get("type")),
            message: text(error.get("message")).or_else(|| text(error.get("detail"))),
            code: text(detail).or_else(|| text(error.get("code"))),
            request_id,
        })
    }

    /// The host's words, such as `rate_limit_error: too many requests`; after a status: `429 rate_limit_error: ...`.
    fn words(&self, status: Option<u16>) -> String {
        let label = self.label.as_deref().or(self.code.as_deref());
        let message = self.message.as_deref();
        match (status, label, message) {
            (Some(status), Some(label), Some(message)) => format!("{status} {label}: {message}"),
            (None, Some(label), Some(message)) => format!("{label}: {message}"),
            (Some(status), _, _) => format!("{status}: {}", label.or(message).unwrap_or("an error without a word")),
            (None, _, _) => label.or(message).unwrap_or("an error without a word").to_owned(),
        }
    }
}

/// The failure that a response with an error status is.
pub(super) fn from_status(response: &Response, key: Option<&SecretString>) -> Failure {
    let json = serde_json::from_slice::<Value>(&response.body).ok();
    let error = json.as_ref().and_then(ErrorBody::read);
    let message = match &error {
        Some(error) => error.words(Some(response.status)),
        None => format!("{}: {}", response.status, describe(response)),
    };
    let mut failure = about(response, kind(response, error.as_ref()), one_line(&message, key));
    append_request_id(&mut failure, response, error.as_ref(), key);
    failure
}

/// The failure that an error stands for which came without a status, among the results of a message batch.
pub(crate) fn of_body(json: &Value, one_line: impl Fn(&str) -> String) -> Failure {
    let error = ErrorBody::read(json).unwrap_or_default();
    let status = match error.label.as_deref() {
        Some("invalid_request_error") => 400,
        Some("authentication_error") => 401,
        Some("billing_error") => 402,
        Some("permission_error") => 403,
        Some("not_found_error") => 404,
        Some("request_too_large") => 413,
        Some("rate_limit_error") => 429,
        Some("timeout_error") => 504,
        Some("overloaded_error") => 529,
        _ => 500,
    };
    let headers = reqwest::header::HeaderMap::new();
    let response = Response { status, headers, body: Vec::new(), received: std::time::SystemTime::now() };
    let mut message = one_line(&error.words(None));
    if let Some(id) = &error.request_id {
        message.push_str(&format!(" (request {})", one_line(id)));
    }
    Failure::new(kind(&response, Some(&error)), message)
}

/// The failure that a response with a good status and a bad body is.
pub(crate) fn malformed(response: &Response, json: Option<&Value>, why: &str, key: Option<&SecretString>) -> Failure {
    let error = json.and_then(ErrorBody::read);
    let words = match &error {
        Some(error) => format!("an error in place of an answer: {}", error.words(None)),
        None if json.is_some() => why.to_owned(),
        None => format!("{why}: {}", describe(response)),
    };
    let message = one_line(&format!("{}: {words}", response.status), key);
    let mut failure = about(response, FailureKind::Malformed, message);
    append_request_id(&mut failure, response, error.as_ref(), key);
    failure
}

fn about(response: &Response, kind: FailureKind, message: String) -> Failure {
    Failure {
        kind,
        message,
        status: Some(response.status),
        retry_after: headers::retry_after(&response.headers, response.received),
        should_retry: headers::should_retry(&response.headers),
        limits: headers::rate_limits(&response.headers, response.received),
    }
}

fn append_request_id(
    failure: &mut Failure,
    response: &Response,
    error: Option<&ErrorBody>,
    key: Option<&SecretString>,
) {
    let id = headers::request_id(&response.headers).or_else(|| error.and_then(|error| error.request_id.as_deref()));
    if let Some(id) = id {
        failure.message.push_str(" (request ");
        failure.message.push_str(&one_line(id, key));
        failure.message.push(')');
    }
}

/// A body that is no error of either format, for a person: HTML is only named, since its first words are markup.
fn describe(response: &Response) -> String {
    let body = String::from_utf8_lossy(&response.body);
    match body.trim_start() {
        "" => "no body".to_owned(),
        page if page.starts_with('<') => "an HTML page, not JSON".to_owned(),
        text => text.to_owned(),
    }
}

/// What kind of failure a status is, after the exceptions in which the account, not the moment, is at fault.
fn kind(response: &Response, error: Option<&ErrorBody>) -> FailureKind {
    let code = error.and_then(|error| error.code.as_deref()).unwrap_or_default();
    let label = error.and_then(|error| error.label.as_deref()).unwrap_or_default();
    let message = error.and_then(|error| error.message.as_deref()).unwrap_or_default();
    let names_a_wait = response.headers.contains_key("retry-after") || response.headers.contains_key("retry-after-ms");
    match response.status {
        // With a retry-after the limit is one that passes.
        429 if !names_a_wait && code.ends_with("spend_limit_reached") => FailureKind::SpendLimit,
        429 if [code, label].contains(&"insufficient_quota") => FailureKind::SpendLimit,
        400 | 402 | 403 | 429 if code == "billing_hard_limit_reached" => FailureKind::SpendLimit,
        402 if code.ends_with("spend_limit_reached") => FailureKind::SpendLimit,
        // The limits that people set for themselves come as a 400 that nothing but its words tells from others.
        400 if message.starts_with("You have reached your specified API usage limits")
            || message.starts_with("You have reached your specified workspace API usage limits") =>
        {
            FailureKind::SpendLimit
        }
        400 if message.starts_with("Your credit balance is too low") => FailureKind::Billing,
        400 if code == "organization_on_hold" => FailureKind::Forbidden,
        401 => FailureKind::Unauthorized,
        402 => FailureKind::Billing,
        403 => FailureKind::Forbidden,
        404 | 410 => FailureKind::NotFound,
        408 | 504 => FailureKind::Timeout,
        409 => FailureKind::Conflict,
        413 => FailureKind::TooLarge,
        429 => FailureKind::RateLimited,
        503 | 529 => FailureKind::Overloaded,
        500.. => FailureKind::Server,
        _ => FailureKind::Invalid,
    }
}
