//! From a response that is no answer to a [`Failure`]: what kind it is, and one line that says so.

use secrecy::SecretString;
use serde_json::{Value, json};

use super::words::one_line;
use super::{Response, body, headers, hints};
use crate::model::{Failure, FailureKind};

/// What the body of an error says. One tolerant reading serves every host: `{"error": {...}}` of both wire formats, in
/// a list at Gemini, `{"error": "text"}` of Ollama, the bare `{"message": ...}` or `{"detail": ...}` of gateways and
/// older vLLM, `{"errors": [...]}` of Cloudflare, and `{"base_resp": {...}}` of MiniMax.
#[derive(Clone, Debug, Default)]
pub(crate) struct ErrorBody {
    label: Option<String>,
    message: Option<String>,
    code: Option<String>,
    /// A status that the body itself names; a response with status 200 may carry one.
    status: Option<u16>,
    /// Which part of the request is at fault.
    pub(crate) param: Option<String>,
    request_id: Option<String>,
    /// How long to wait, in seconds.
    wait: Option<f64>,
}

impl ErrorBody {
    /// The error in this JSON; `None` if it holds none.
    pub(crate) fn read(json: &Value) -> Option<Self> {
        let json = match json {
            Value::Array(list) => list.first()?,
            json => json,
        };
        let request_id = text(json.get("request_id"));
        let error = match json.get("error") {
            Some(Value::String(message)) => {
                let wait = hints::in_body(json, message);
                let message = Some(message.clone());
                return Some(ErrorBody {
                    message,
                    request_id,
                    wait,
                    status: named_status(json),
                    ..ErrorBody::default()
                });
            }
            Some(error @ Value::Object(_)) => error,
            _ if json.pointer("/errors/0").is_some_and(Value::is_object) => &json["errors"][0],
            _ if json.pointer("/base_resp/status_code").is_some_and(says_anything) => &json["base_resp"],
            _ if json.get("type").is_some_and(|kind| kind == "error") => json,
            _ if json.get("object").is_some_and(|kind| kind == "error") => json,
            _ if json.get("detail").is_some() => json,
            _ if json.get("message").is_some_and(Value::is_string) && json.get("choices").is_none() => json,
            _ => return None,
        };
        let mut read = ErrorBody::parse(error);
        read.wait = read.wait.or_else(|| hints::in_body(json, ""));
        Some(ErrorBody { request_id, ..read })
    }

    /// The error inside a part of an answer, such as a choice.
    pub(crate) fn inside(part: &Value) -> Option<Self> {
        match part.get("error")? {
            Value::Null | Value::Bool(false) => None,
            error @ Value::Object(_) => Some(ErrorBody::parse(error)),
            Value::String(text) if text.trim().is_empty() => None,
            Value::String(text) => Some(ErrorBody::parse(&json!({ "message": text }))),
            other => Some(ErrorBody::parse(&json!({ "message": other.to_string() }))),
        }
    }

    /// The error in a body that also holds an answer. Some gateways send an empty one with every answer.
    pub(crate) fn beside_answer(body: &Value) -> Option<Self> {
        body.get("error").filter(|error| says_anything(error))?;
        ErrorBody::read(body).or_else(|| ErrorBody::inside(body))
    }

    /// What an object that is an error says.
    pub(crate) fn parse(error: &Value) -> Self {
        let detail = error.get("details").and_then(|details| details.get("error_code"));
        let named = |name| error.get(name).and_then(words_of);
        let message = named("message").or_else(|| named("detail")).or_else(|| named("status_msg"));
        // A gateway's own message says less than that of the host behind it.
        let raw = error.pointer("/metadata/raw").and_then(raw_words);
        let message = match (message, raw) {
            (Some(message), Some(raw)) if !message.contains(&raw) => Some(format!("{message}: {raw}")),
            (message, raw) => message.or(raw),
        };
        let label = text(error.get("type")).filter(|label| label != "error").or_else(|| text(error.get("status")));
        ErrorBody {
            wait: hints::in_body(error, message.as_deref().unwrap_or_default())
                .or_else(|| hints::in_body(error.get("detail")?, "")),
            status: named_status(error),
            param: text(error.get("param")),
            label,
            message,
            code: text(detail).or_else(|| text(error.get("code"))),
            request_id: None,
        }
    }

    /// The status that the error stands for: the one that it names, or that its label means.
    pub(crate) fn status(&self) -> Option<u16> {
        let named = self.status.or_else(|| status_of_label(self.label.as_deref()?));
        let named = named.or_else(|| status_of_label(self.code.as_deref()?));
        named.or_else(|| status_of_words(self.message.as_deref()?))
    }

    /// The status of trouble that passes, if the error is such trouble: hosts report it under others too.
    fn passing(&self) -> Option<u16> {
        let of_words = || {
            let all = [&self.label, &self.code, &self.message];
            all.into_iter().flatten().find_map(|words| status_of_words(words))
        };
        let passes = |status: &u16| matches!(status, 429 | 503 | 529);
        let labels = [&self.label, &self.code].into_iter().flatten().find_map(|label| status_of_label(label));
        self.status.or(labels).filter(passes).or_else(|| of_words().filter(passes))
    }

    /// The host's words, such as `rate_limit_error: too many requests`; after a status: `429 rate_limit_error: ...`.
    pub(crate) fn words(&self, status: Option<u16>) -> String {
        let label = self.label.as_deref().or(self.code.as_deref());
        // A status need not be said twice.
        let label = label.filter(|label| status.is_none_or(|status| *label != status.to_string()));
        let message = self.message.as_deref();
        match (status, label, message) {
            (Some(status), Some(label), Some(message)) => format!("{status} {label}: {message}"),
            (None, Some(label), Some(message)) => format!("{label}: {message}"),
            (Some(status), _, _) => format!("{status}: {}", label.or(message).unwrap_or("an error without a word")),
            (None, _, _) => label.or(message).unwrap_or("an error without a word").to_owned(),
        }
    }
}

/// Whether anything stands in this value.
pub(crate) fn says_anything(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is_set) => *is_set,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(values) => values.iter().any(says_anything),
        Value::Object(fields) => fields.values().any(says_anything),
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    Some(value?.as_str()?.to_owned()).filter(|text| !text.is_empty())
}

/// The words in a value: text, or what is found wrong with each part of a request, as FastAPI lists it
/// (`{"loc": ["body", "max_tokens"], "msg": "..."}`), which some hosts wrap once more.
fn words_of(value: &Value) -> Option<String> {
    match value {
        Value::String(_) => text(Some(value)),
        Value::Array(values) => {
            let all: Vec<String> = values.iter().filter_map(words_of).collect();
            (!all.is_empty()).then(|| all.join("; "))
        }
        Value::Object(fields) => {
            let words = ["msg", "message", "detail"].iter().find_map(|name| words_of(fields.get(*name)?));
            let Some(place) = fields.get("loc").and_then(Value::as_array) else { return words };
            let place: Vec<String> =
                place.iter().map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect();
            Some(format!("{}: {}", place.join("."), words.unwrap_or_default()))
        }
        _ => None,
    }
}

/// What the host behind a gateway said: text, or JSON, which may stand in the text.
fn raw_words(raw: &Value) -> Option<String> {
    let parsed = raw.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let json = parsed.as_ref().unwrap_or(raw);
    let error = ErrorBody::read(json).map(|error| error.words(None));
    error.or_else(|| text(Some(raw))).or_else(|| json.is_object().then(|| json.to_string()))
}

/// A status in `code` or `status`, as a number or as text.
fn named_status(error: &Value) -> Option<u16> {
    let read = |name: &str| {
        let value = error.get(name)?;
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
        u16::try_from(number).ok().filter(|status| (400..600).contains(status))
    };
    read("code").or_else(|| read("status")).or_else(|| read("status_code"))
}

/// The status that a label means, where errors come without one: in a batch's results, in a stream, in a 200.
fn status_of_label(label: &str) -> Option<u16> {
    Some(match label.to_ascii_lowercase().as_str() {
        "invalid_request_error" | "invalid_argument" | "badrequesterror" => 400,
        "authentication_error" | "invalid_api_key" | "unauthenticated" => 401,
        "billing_error" | "insufficient_quota" | "insufficient_credits" => 402,
        "permission_error" | "permission_denied" => 403,
        "not_found_error" | "model_not_found" | "not_found" => 404,
        "request_too_large" => 413,
        "rate_limit_error" | "rate_limit_exceeded" | "resource_exhausted" | "too_many_requests" => 429,
        "api_error" | "server_error" | "internal_server_error" | "internal" => 500,
        // llama-server while it loads a model; Gemini while it has no room.
        "unavailable_error" | "unavailable" | "service_unavailable" | "loading" => 503,
        "timeout_error" | "deadline_exceeded" => 504,
        "overloaded_error" | "overloaded" => 529,
        _ => return None,
    })
}

/// The status that words mean where nothing else says it: a limit, a model that is being loaded, a host that is busy.
fn status_of_words(words: &str) -> Option<u16> {
    const LIMITS: [&str; 5] = ["rate limit", "rate_limit", "ratelimit", "too many requests", "throttl"];
    const BUSY: [&str; 14] = [
        "is loading",
        "still loading",
        "being loaded",
        "not loaded yet",
        "loading model",
        "warming up",
        "capacity_exceeded",
        "at capacity",
        "capacity exceeded",
        "no capacity",
        "overloaded",
        "temporarily unavailable",
        "try again later",
        "too early",
    ];
    const BROKEN: [&str; 4] = ["internal server error", "internal error", "bad gateway", "upstream connect error"];
    let low = words.to_lowercase();
    let has = |all: &[&str]| all.iter().any(|words| low.contains(words));
    // A model that cannot be loaded will not be there later.
    if has(&LIMITS) {
        Some(429)
    } else if has(&BUSY) && !low.contains("error loading") && !low.contains("failed") {
        Some(503)
    } else {
        has(&BROKEN).then_some(500)
    }
}

/// The failure that a response with an error status is.
pub(super) fn from_status(response: &Response, key: Option<&SecretString>) -> Failure {
    let json = body::read(&response.body).ok();
    // What is no JSON may be words.
    let page = describe(response);
    let is_plain = json.is_none() && !response.body.is_empty();
    let plain = || ErrorBody { wait: hints::in_words(&page), message: Some(page.clone()), ..ErrorBody::default() };
    let error = json.as_ref().and_then(ErrorBody::read).or_else(|| is_plain.then(plain));
    let message = match &error {
        Some(error) => error.words(Some(response.status)),
        None => format!("{}: {page}", response.status),
    };
    // A gateway that cannot reach its host answers for it, and trouble that passes comes under many numbers.
    let named = error.as_ref().and_then(|error| error.status);
    let status = match (response.status, named) {
        (400 | 500 | 502, Some(402)) => 402,
        (status @ (400 | 403 | 404 | 409 | 423 | 425 | 498 | 499 | 500 | 502), _) => {
            error.as_ref().and_then(ErrorBody::passing).unwrap_or(status)
        }
        (status, _) => status,
    };
    let kind = kind(status, &response.headers, error.as_ref());
    let mut failure = about(response, kind, one_line(&message, key), error.as_ref());
    append_request_id(&mut failure, response, error.as_ref(), key);
    failure
}

/// The failure that an error stands for which came without a status, among the results of a message batch.
pub(crate) fn of_body(json: &Value, one_line: impl Fn(&str) -> String) -> Failure {
    let error = ErrorBody::read(json).unwrap_or_default();
    let status = error.status().unwrap_or(500);
    let mut message = one_line(&error.words(None));
    if let Some(id) = &error.request_id {
        message.push_str(&format!(" (request {})", one_line(id)));
    }
    Failure::new(kind(status, &reqwest::header::HeaderMap::new(), Some(&error)), message)
}

/// The failure behind a response with a good status and a bad body. An error in the body counts as the status that it
/// names.
pub(crate) fn malformed(response: &Response, json: Option<&Value>, why: &str, key: Option<&SecretString>) -> Failure {
    let error = json.and_then(ErrorBody::read);
    let words = match &error {
        Some(error) => format!("an error in place of an answer: {}", error.words(error.status)),
        None if json.is_some() => why.to_owned(),
        None => format!("{why}: {}", describe(response)),
    };
    let message = one_line(&format!("{}: {words}", response.status), key);
    let status = error.as_ref().and_then(ErrorBody::status);
    let kind = status.map_or(FailureKind::Malformed, |status| kind(status, &response.headers, error.as_ref()));
    let mut failure = about(response, kind, message, error.as_ref());
    append_request_id(&mut failure, response, error.as_ref(), key);
    failure
}

/// The failure behind an error inside or beside an answer, if it concerns the account or the host rather than the
/// answer.
pub(crate) fn of_answer(response: &Response, error: &ErrorBody, key: Option<&SecretString>) -> Option<Failure> {
    let status = error.status().filter(|status| matches!(status, 401 | 402 | 429 | 503 | 529))?;
    let message = format!("{}: an error in place of an answer: {}", response.status, error.words(error.status));
    let kind = kind(status, &response.headers, Some(error));
    Some(about(response, kind, one_line(&message, key), Some(error)))
}

fn about(response: &Response, kind: FailureKind, message: String, error: Option<&ErrorBody>) -> Failure {
    let limits = headers::rate_limits(&response.headers, response.received);
    let waits = matches!(kind, FailureKind::RateLimited | FailureKind::Overloaded | FailureKind::Server);
    let asked = headers::retry_after(&response.headers, response.received);
    let asked = asked.or_else(|| headers::sane(error.filter(|_| waits)?.wait?));
    // When the exhausted limit is available again, even if the host does not say that it is exhausted.
    let reset =
        || (kind == FailureKind::RateLimited).then(|| headers::reset(&response.headers, response.received)).flatten();
    Failure {
        kind,
        message,
        status: Some(response.status),
        retry_after: asked.or_else(reset),
        should_retry: headers::should_retry(&response.headers),
        limits,
        param: error.and_then(|error| error.param.clone()),
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

/// Describes a body that is no error in either format, for a person. HTML is only named, since its first words are
/// markup.
fn describe(response: &Response) -> String {
    let body = String::from_utf8_lossy(&response.body);
    match body.trim_start() {
        "" => "no body".to_owned(),
        page if page.starts_with('<') => "an HTML page, not JSON".to_owned(),
        text => text.to_owned(),
    }
}

/// Whether these words refuse the key itself.
fn refuses_key(words: &str) -> bool {
    const WORDS: [&str; 7] = [
        "api key not valid",
        "invalid api key",
        "incorrect api key",
        "invalid_api_key",
        "api_key_invalid",
        "api key expired",
        "invalid x-api-key",
    ];
    let low = words.to_lowercase();
    WORDS.iter().any(|words| low.contains(words))
}

/// What kind of failure a status is, after the exceptions in which the account, not the moment, is at fault.
fn kind(status: u16, headers: &reqwest::header::HeaderMap, error: Option<&ErrorBody>) -> FailureKind {
    let code = error.and_then(|error| error.code.as_deref()).unwrap_or_default();
    let label = error.and_then(|error| error.label.as_deref()).unwrap_or_default();
    let message = error.and_then(|error| error.message.as_deref()).unwrap_or_default();
    let names_a_wait = headers.contains_key("retry-after") || headers.contains_key("retry-after-ms");
    match status {
        // With a retry-after the limit is one that passes.
        429 if !names_a_wait && code.ends_with("spend_limit_reached") => FailureKind::SpendLimit,
        402 | 429 if [code, label].contains(&"insufficient_quota") => FailureKind::SpendLimit,
        400 | 402 | 403 | 429 if code == "billing_hard_limit_reached" => FailureKind::SpendLimit,
        402 if code.ends_with("spend_limit_reached") => FailureKind::SpendLimit,
        // The limits that people set for themselves come as a 400 that nothing but its words tells from others.
        400 if message.starts_with("You have reached your specified API usage limits")
            || message.starts_with("You have reached your specified workspace API usage limits") =>
        {
            FailureKind::SpendLimit
        }
        400 if message.starts_with("Your credit balance is too low") => FailureKind::Billing,
        // Gemini says so with a 400, others with a 403.
        400 | 403 if [code, label, message].into_iter().any(refuses_key) => FailureKind::Unauthorized,
        400 if code == "organization_on_hold" => FailureKind::Forbidden,
        401 => FailureKind::Unauthorized,
        402 => FailureKind::Billing,
        403 => FailureKind::Forbidden,
        // Groq: the model's JSON did not match, and may another time.
        400 if code == "json_validate_failed" => FailureKind::Malformed,
        404 | 410 => FailureKind::NotFound,
        408 | 504 => FailureKind::Timeout,
        409 => FailureKind::Conflict,
        413 => FailureKind::TooLarge,
        429 => FailureKind::RateLimited,
        423 | 425 | 498 | 499 | 503 | 529 => FailureKind::Overloaded,
        500.. => FailureKind::Server,
        _ => FailureKind::Invalid,
    }
}
