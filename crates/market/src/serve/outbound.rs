//! What goes out: answers and errors in the shapes of the two wire formats.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::decisions;
use super::shape::ModelAnswer;
use rejoinder_llm::model::Stop;

/// A wire format. The last two are those of decision models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Messages,
    ChatCompletions,
    Decisions,
    SystemOne,
}

impl Dialect {
    /// The body of an answer. `digits` names it, and is the same for the same answer.
    pub(super) fn answer(self, said: &ModelAnswer, model: &str, digits: &str, created: i64) -> Value {
        match self {
            Dialect::Messages => message(said, model, digits),
            Dialect::ChatCompletions => completion(said, model, digits, created),
            Dialect::Decisions => decisions::write_decisions(said, model),
            Dialect::SystemOne => decisions::write_systemone(said, model),
        }
    }

    /// The body of an error.
    pub(super) fn error(self, rejection: &Rejection, request_id: &str) -> Value {
        let Rejection { kind, message, details, .. } = rejection;
        let mut error = json!({"type": kind, "message": message});
        if let Some(code) = details {
            error["details"] = json!({"error_code": code});
        }
        match self {
            Dialect::Messages => json!({"type": "error", "error": error, "request_id": request_id}),
            Dialect::ChatCompletions | Dialect::Decisions | Dialect::SystemOne => {
                error["param"] = Value::Null;
                error["code"] = json!(details.unwrap_or(kind));
                json!({"error": error})
            }
        }
    }
}

/// A request that is rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rejection {
    pub(super) status: StatusCode,
    pub(super) kind: &'static str,
    pub(super) message: String,
    /// The error code among the details, where there are any.
    pub(super) details: Option<&'static str>,
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Rejection {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Rejection { status, kind: kind(status), message: message.into(), details: None, headers: Vec::new() }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Rejection::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// The Messages API's type of error for a status.
fn kind(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    }
}

fn message(said: &ModelAnswer, model: &str, digits: &str) -> Value {
    let mut content = Vec::new();
    if let Some(thinking) = said.thinking {
        content.push(json!({"type": "thinking", "thinking": thinking, "signature": "c2ltdWxhdGVk"}));
    }
    if let Some(text) = &said.text {
        content.push(json!({"type": "text", "text": text}));
    }
    let stop_details = match said.stop {
        Stop::Refusal => json!({"type": "refusal", "category": null, "explanation": null}),
        _ => Value::Null,
    };
    json!({
        "id": format!("msg_{digits}"),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": stop_reason(said.stop),
        "stop_sequence": null,
        "stop_details": stop_details,
        "usage": {
            "input_tokens": said.usage.input_tokens,
            "cache_creation_input_tokens": said.usage.cache_write_tokens,
            "cache_read_input_tokens": said.usage.cache_read_tokens,
            "output_tokens": said.usage.output_tokens,
            "service_tier": "standard",
        },
    })
}

fn stop_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::EndTurn => "end_turn",
        Stop::BrokenOff | Stop::Other => "error",
        Stop::MaxTokens => "max_tokens",
        Stop::StopSequence => "stop_sequence",
        Stop::ToolUse => "tool_use",
        Stop::PauseTurn => "pause_turn",
        Stop::Refusal => "refusal",
        Stop::ContextWindow => "model_context_window_exceeded",
    }
}

fn completion(said: &ModelAnswer, model: &str, digits: &str, created: i64) -> Value {
    // A filter takes the text away altogether; a model that says nothing says an empty string.
    let text = if said.stop == Stop::Refusal { Value::Null } else { json!(said.text.as_deref().unwrap_or_default()) };
    let mut message = json!({"role": "assistant", "content": text});
    if let Some(thinking) = said.thinking {
        message["reasoning_content"] = json!(thinking);
    }
    // Unlike the Messages API, this one counts cached tokens as part of the prompt.
    let usage = said.usage;
    let prompt_tokens = usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens;
    json!({
        "id": format!("chatcmpl-{digits}"),
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [{
            "index": 0,
            "message": message,
            "logprobs": null,
            "finish_reason": finish_reason(said.stop),
        }],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": usage.output_tokens,
            "total_tokens": prompt_tokens + usage.output_tokens,
            "prompt_tokens_details": {"cached_tokens": usage.cache_read_tokens},
        },
    })
}

fn finish_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::EndTurn | Stop::StopSequence | Stop::PauseTurn => "stop",
        Stop::BrokenOff | Stop::Other => "error",
        Stop::MaxTokens | Stop::ContextWindow => "length",
        Stop::ToolUse => "tool_calls",
        Stop::Refusal => "content_filter",
    }
}
