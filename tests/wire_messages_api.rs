//! The Messages API, byte by byte: what is sent, and what is made of every answer.

mod support;

use rejoinder::model::http::{Effort, Settings};
use rejoinder::model::messages_api::MessagesApi;
use rejoinder::model::{Answer, Failure, FailureKind, Model, Stop, Usage};
use serde_json::{Value, json};
use support::{
    CANARY, RawServer, ask_messages, good_body, json_reply, messages_at, reply, request, request_with_schema, settings,
};

async fn answer(body: Value) -> Answer {
    ask_messages(json_reply(200, &[], &body)).await.unwrap().answer
}

async fn failure(status: u16, headers: &[&str], body: Value) -> Failure {
    ask_messages(json_reply(status, headers, &body)).await.unwrap_err()
}

fn message(content: Value, stop: &str) -> Value {
    let usage = json!({ "input_tokens": 1, "output_tokens": 2 });
    json!({ "id": "msg_1", "type": "message", "content": content, "stop_reason": stop, "usage": usage })
}

fn error(kind: &str, message: &str) -> Value {
    json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": "req_1" })
}

#[tokio::test]
async fn the_request_is_what_the_reference_sends() {
    let server = RawServer::start(vec![reply(200, &[], good_body())]).await;
    let settings = Settings { effort: Some(Effort::Low), ..settings() };
    messages_at(&server.base(), settings).send(&request_with_schema()).await.unwrap();
    let seen = &server.seen()[0];
    assert!(seen.head.starts_with("POST /v1/messages HTTP/1.1\r\n"), "{}", seen.head);
    assert_eq!(seen.header("x-api-key"), Some(CANARY));
    assert_eq!(seen.header("anthropic-version"), Some("2023-06-01"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.header("idempotency-key"), Some(request().key.as_str()));
    assert_eq!(seen.header("user-agent"), Some(concat!("rejoinder/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(seen.header("authorization"), None);
    insta::assert_json_snapshot!(seen.json(), @r#"
    {
      "model": "claude-haiku-5-5",
      "max_tokens": 900,
      "system": [
        {
          "type": "text",
          "text": "You write.",
          "cache_control": {
            "type": "ephemeral"
          }
        }
      ],
      "messages": [
        {
          "role": "user",
          "content": "Write to Ada."
        }
      ],
      "output_config": {
        "effort": "low",
        "format": {
          "type": "json_schema",
          "schema": {
            "type": "object",
            "properties": {
              "decision": {
                "type": "boolean"
              },
              "reasoning": {
                "type": "string"
              }
            },
            "required": [
              "decision",
              "reasoning"
            ],
            "additionalProperties": false
          }
        }
      }
    }
    "#);
}

#[tokio::test]
async fn what_is_not_set_is_not_sent() {
    let server = RawServer::start(vec![reply(200, &[], good_body())]).await;
    let id = "anthropic/claude-haiku-5-5".parse().unwrap();
    let model = MessagesApi::new(&id, &format!("{}/v1/", server.base()), None, settings()).unwrap();
    let request = rejoinder::model::Request { system: String::new(), ..request() };
    model.send(&request).await.unwrap();
    let seen = &server.seen()[0];
    assert!(seen.head.starts_with("POST /v1/messages "), "{}", seen.head);
    assert_eq!(seen.header("x-api-key"), None);
    insta::assert_snapshot!(seen.json(), @r#"{"model":"claude-haiku-5-5","max_tokens":900,"messages":[{"role":"user","content":"Write to Ada."}]}"#);
}

#[tokio::test]
async fn an_answer_is_read_with_its_usage_limits_and_request_id() {
    let body = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m",
        "content": [{ "type": "text", "text": "Dear Ada" }], "stop_reason": "end_turn", "stop_sequence": null,
        "usage": { "input_tokens": 7, "output_tokens": 5, "cache_creation_input_tokens": 2048, "cache_read_input_tokens": 9 },
    });
    let headers = ["request-id: req_9", "anthropic-ratelimit-requests-remaining: 49"];
    let reply = ask_messages(json_reply(200, &headers, &body)).await.unwrap();
    let usage = Usage { input_tokens: 7, output_tokens: 5, cache_write_tokens: 2048, cache_read_tokens: 9 };
    let expected = Answer {
        text: "Dear Ada".into(),
        stop: Stop::EndTurn,
        usage,
        request_id: Some("req_9".into()),
        ..Answer::default()
    };
    assert_eq!(reply.answer, expected);
    assert_eq!(reply.limits.requests.remaining, Some(49));
}

#[tokio::test]
async fn text_blocks_are_picked_by_type_and_joined() {
    let content = json!([
        { "type": "thinking", "thinking": "Hm.", "signature": "x" },
        { "type": "redacted_thinking", "data": "x" },
        { "type": "text", "text": "Dear ", "citations": null },
        { "type": "from_the_future", "text": "no" },
        { "type": "text", "text": "Ada" },
        { "text": "untyped" },
        7,
    ]);
    assert_eq!(answer(message(content, "end_turn")).await.text, "Dear Ada");
}

#[tokio::test]
async fn an_answer_may_be_empty() {
    for stop in ["end_turn", "refusal"] {
        for content in [json!([]), json!(null), json!([{ "type": "thinking", "thinking": "Hm." }])] {
            assert_eq!(answer(message(content, stop)).await.text, "");
        }
    }
}

#[tokio::test]
async fn every_stop_reason_is_told_apart() {
    let reasons = [
        ("end_turn", Stop::EndTurn),
        ("max_tokens", Stop::MaxTokens),
        ("stop_sequence", Stop::StopSequence),
        ("tool_use", Stop::ToolUse),
        ("pause_turn", Stop::PauseTurn),
        ("refusal", Stop::Refusal),
        ("model_context_window_exceeded", Stop::ContextWindow),
        ("from_the_future", Stop::Other),
    ];
    for (reason, stop) in reasons {
        assert_eq!(answer(message(json!([{ "type": "text", "text": "x" }]), reason)).await.stop, stop);
    }
    assert_eq!(answer(json!({ "content": [], "stop_reason": null })).await.stop, Stop::EndTurn);
}

#[tokio::test]
async fn a_message_is_cut_wherever_and_however_its_body_says_so() {
    let text = || json!([{ "type": "text", "text": "Dear Ad" }]);
    let with = |name: &str, value: Value| {
        let mut body = message(text(), "end_turn");
        body[name] = value;
        body
    };
    for (body, stop) in [
        (with("stop_reason", json!({ "type": "max_tokens" })), Stop::Other),
        (with("stop_reason", json!(["max_tokens"])), Stop::Other),
        (with("stopReason", json!("max_tokens")), Stop::MaxTokens),
        (with("stop_details", json!({ "type": "refusal", "explanation": "x" })), Stop::Refusal),
        (with("error", json!({ "type": "api_error", "message": "Gone." })), Stop::BrokenOff),
    ] {
        assert_eq!(answer(body.clone()).await.stop, stop, "{body}");
    }
    let busy = with("error", json!({ "type": "overloaded_error", "message": "Overloaded" }));
    assert_eq!(failure(200, &[], busy).await.kind, FailureKind::Overloaded);
}

#[tokio::test]
async fn content_may_be_plain_text_or_what_a_tool_was_called_with() {
    assert_eq!(answer(message(json!("Dear Ada"), "end_turn")).await.text, "Dear Ada");
    let input = json!({ "reasoning": "r", "decision": true });
    let call = |input: &Value| json!({ "type": "tool_use", "id": "t", "name": "decision", "input": input });
    for stop in ["tool_use", "end_turn"] {
        let answer = answer(message(json!([call(&input), call(&input)]), stop)).await;
        assert_eq!((answer.text, answer.stop), (input.to_string(), Stop::EndTurn), "{stop}");
    }
    let two = answer(message(json!([call(&input), call(&json!({}))]), "tool_use")).await;
    assert_eq!((two.text.as_str(), two.stop), ("", Stop::ToolUse));
}

#[tokio::test]
async fn usage_may_be_null_absent_or_nonsense() {
    let nullable = json!({ "input_tokens": 3, "output_tokens": 4, "cache_creation_input_tokens": null, "cache_read_input_tokens": null });
    for (usage, input) in [(nullable, 3), (json!(null), 0), (json!({ "input_tokens": -1, "output_tokens": "4" }), 0)] {
        let mut body = message(json!([]), "end_turn");
        body["usage"] = usage;
        assert_eq!(answer(body).await.usage.input_tokens, input);
    }
}

#[tokio::test]
async fn every_status_has_its_kind_and_one_line() {
    let cases = [
        (400, "invalid_request_error", FailureKind::Invalid),
        (401, "authentication_error", FailureKind::Unauthorized),
        (402, "billing_error", FailureKind::Billing),
        (403, "permission_error", FailureKind::Forbidden),
        (404, "not_found_error", FailureKind::NotFound),
        (408, "timeout_error", FailureKind::Timeout),
        (409, "conflict_error", FailureKind::Conflict),
        (413, "request_too_large", FailureKind::TooLarge),
        (418, "from_the_future", FailureKind::Invalid),
        (429, "rate_limit_error", FailureKind::RateLimited),
        (500, "api_error", FailureKind::Server),
        (502, "api_error", FailureKind::Server),
        (503, "api_error", FailureKind::Overloaded),
        (504, "timeout_error", FailureKind::Timeout),
        (529, "overloaded_error", FailureKind::Overloaded),
        (599, "api_error", FailureKind::Server),
    ];
    for (status, label, kind) in cases {
        let failure = failure(status, &[], error(label, "In their words.")).await;
        assert_eq!((failure.kind, failure.status), (kind, Some(status)));
        let told = format!("{status} {label}: In their words. (request req_1)");
        let (words, asked) = failure.message.split_once(" (asked: ").unwrap_or((&failure.message, ""));
        // Where nothing is found, the address may be wrong.
        assert_eq!((words, asked.ends_with("/v1/messages)")), (told.as_str(), status == 404));
        assert_eq!(failure.retry_after, None);
    }
}

#[tokio::test]
async fn a_failure_keeps_the_wait_the_verdict_and_the_limits() {
    let headers =
        ["retry-after: 3", "x-should-retry: false", "request-id: req_2", "anthropic-ratelimit-requests-remaining: 0"];
    let failure = failure(429, &headers, error("rate_limit_error", "Slow down.")).await;
    assert_eq!(failure.retry_after, Some(std::time::Duration::from_secs(3)));
    assert_eq!(failure.should_retry, Some(false));
    assert_eq!(failure.limits.requests.remaining, Some(0));
    assert_eq!(failure.message, "429 rate_limit_error: Slow down. (request req_2)");
}

#[tokio::test]
async fn a_spend_limit_is_not_a_rate_limit() {
    let with_code = |kind: &str, code: &str| {
        let mut body = error(kind, "x");
        body["error"]["details"] = json!({ "error_code": code });
        body
    };
    let kind = async |status, headers: &[&str], body| failure(status, headers, body).await.kind;
    let enforced = with_code("rate_limit_error", "enforced_spend_limit_reached");
    assert_eq!(kind(429, &[], enforced.clone()).await, FailureKind::SpendLimit);
    assert_eq!(kind(429, &["retry-after: 5"], enforced).await, FailureKind::RateLimited);
    let contract = with_code("rate_limit_error", "contract_spend_limit_reached");
    assert_eq!(kind(429, &[], contract).await, FailureKind::SpendLimit);
    let linked = with_code("billing_error", "linked_organization_spend_limit_reached");
    assert_eq!(kind(402, &[], linked).await, FailureKind::SpendLimit);
    let ramp = with_code("rate_limit_error", "ramp_limit_exceeded");
    assert_eq!(kind(429, &[], ramp).await, FailureKind::RateLimited);
    for own in [
        "You have reached your specified API usage limits.",
        "You have reached your specified workspace API usage limits.",
    ] {
        assert_eq!(kind(400, &[], error("invalid_request_error", own)).await, FailureKind::SpendLimit);
    }
    let broke = error("invalid_request_error", "Your credit balance is too low to access the API.");
    assert_eq!(kind(400, &[], broke).await, FailureKind::Billing);
    let held = with_code("invalid_request_error", "organization_on_hold");
    assert_eq!(kind(400, &[], held).await, FailureKind::Forbidden);
}

#[tokio::test]
async fn a_good_status_with_a_bad_body_is_malformed_and_an_error_in_it_is_that_error() {
    let busy = r#"{"type":"error","error":{"type":"overloaded_error","message":"Busy."}}"#;
    let failure = ask_messages(reply(200, &[], busy)).await.unwrap_err();
    let words = "200: an error in place of an answer: overloaded_error: Busy.";
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Overloaded, words));
    let cases: [(&str, &str); 8] = [
        ("{}", "200: a message without content"),
        ("[]", "200: a message without content"),
        ("7", "200: a message without content"),
        (r#"{"type":"completion","completion":"x"}"#, "200: a body that is not a message"),
        (r#"{"content":"text"}"#, "200: a message without content"),
        (r#"{"content":[{"type":"text"}]}"#, "200: a text block without text"),
        (
            "<!DOCTYPE html><html>",
            "200: a body that is not JSON (expected value at line 1 column 1): an HTML page, not JSON",
        ),
        ("", "200: a body that is not JSON (EOF while parsing a value at line 1 column 0): no body"),
    ];
    for (body, message) in cases {
        let failure = ask_messages(reply(200, &[], body)).await.unwrap_err();
        assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Malformed, message));
    }
}

#[test]
fn the_settings_name_what_changes_answers_and_the_host_what_shares_a_limit() {
    let model = |base: &str, settings| messages_at(base, settings);
    let one = model("https://api.anthropic.com", Settings::default());
    assert_eq!(one.id(), "anthropic/claude-haiku-5-5");
    assert_eq!(one.settings(), "messages effort=default");
    assert_eq!(one.settings(), model("https://api.anthropic.com/v1", Settings::default()).settings());
    let gateway = model("https://gateway.example/v1", Settings::default());
    assert_eq!(gateway.settings(), "messages at=https://gateway.example:443 effort=default");
    let high = model("https://api.anthropic.com", Settings { effort: Some(Effort::High), ..Settings::default() });
    assert_eq!(high.settings(), "messages effort=high");
    assert!(one.host().starts_with("https://api.anthropic.com:443#"), "{}", one.host());
    assert_eq!(one.host(), high.host());
    let id = "claude-haiku-5-5".parse().unwrap();
    let other = MessagesApi::new(&id, "https://api.anthropic.com", Some("another".into()), settings()).unwrap();
    assert_ne!(one.host(), other.host());
    assert!(!one.is_simulated());
}
