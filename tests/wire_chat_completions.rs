//! Chat completions, byte by byte: what is sent, and what is made of every answer.

mod support;

use rejoinder::model::chat_completions::{ChatCompletions, OLLAMA_BASE_URL, OPENAI_BASE_URL};
use rejoinder::model::http::{Effort, Settings};
use rejoinder::model::{Answer, Failure, FailureKind, Model, Stop, Usage};
use serde_json::{Value, json};
use support::{
    CANARY, RawServer, ask_chat, chat_at, good_body, json_reply, reply, request, request_with_schema, settings,
};

async fn answer(body: Value) -> Answer {
    ask_chat(json_reply(200, &[], &body)).await.unwrap().answer
}

async fn failure(status: u16, body: Value) -> Failure {
    ask_chat(json_reply(status, &[], &body)).await.unwrap_err()
}

fn completion(message: Value, finish: &str) -> Value {
    json!({ "id": "chatcmpl-1", "choices": [{ "index": 0, "message": message, "finish_reason": finish }] })
}

#[tokio::test]
async fn the_request_is_what_compatible_servers_expect() {
    let server = RawServer::start(vec![reply(200, &[], good_body())]).await;
    let settings = Settings { effort: Some(Effort::Medium), ..settings() };
    chat_at(&format!("{}/v1", server.base()), settings).send(&request_with_schema()).await.unwrap();
    let seen = &server.seen()[0];
    assert!(seen.head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{}", seen.head);
    assert_eq!(seen.header("authorization"), Some(format!("Bearer {CANARY}").as_str()));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.header("idempotency-key"), Some(request().key.as_str()));
    assert_eq!(seen.header("x-api-key"), None);
    insta::assert_json_snapshot!(seen.json(), @r#"
    {
      "model": "gpt-x",
      "max_tokens": 900,
      "messages": [
        {
          "role": "system",
          "content": "You write."
        },
        {
          "role": "user",
          "content": "Write to Ada."
        }
      ],
      "reasoning_effort": "medium",
      "response_format": {
        "type": "json_schema",
        "json_schema": {
          "name": "decision",
          "strict": true,
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
    let id = "ollama/qwen2.5:1.5b".parse().unwrap();
    let model = ChatCompletions::new(&id, &format!("{}/v1/", server.base()), None, settings()).unwrap();
    let request = rejoinder::model::Request { system: String::new(), ..request() };
    model.send(&request).await.unwrap();
    let seen = &server.seen()[0];
    assert!(seen.head.starts_with("POST /v1/chat/completions "), "{}", seen.head);
    assert_eq!(seen.header("authorization"), None);
    insta::assert_snapshot!(seen.json(), @r#"{"model":"qwen2.5:1.5b","max_tokens":900,"messages":[{"role":"user","content":"Write to Ada."}]}"#);
}

#[tokio::test]
async fn an_answer_is_read_with_its_usage_limits_and_request_id() {
    let mut body =
        completion(json!({ "role": "assistant", "content": "Dear Ada", "reasoning_content": "Hm." }), "stop");
    body["usage"] =
        json!({ "prompt_tokens": 100, "completion_tokens": 5, "prompt_tokens_details": { "cached_tokens": 64 } });
    let headers = ["x-request-id: req_9", "x-ratelimit-remaining-requests: 8", "x-ratelimit-reset-tokens: 6m0s"];
    let reply = ask_chat(json_reply(200, &headers, &body)).await.unwrap();
    let usage = Usage { input_tokens: 36, output_tokens: 5, cache_write_tokens: 0, cache_read_tokens: 64 };
    let expected = Answer {
        text: "Dear Ada".into(),
        stop: Stop::EndTurn,
        usage,
        request_id: Some("req_9".into()),
        ..Answer::default()
    };
    assert_eq!(reply.answer, expected);
    assert_eq!(reply.limits.requests.remaining, Some(8));
    assert_eq!(reply.limits.input_tokens.reset, Some(std::time::Duration::from_secs(360)));
}

#[tokio::test]
async fn content_may_be_null_absent_or_in_parts() {
    for message in [json!({ "content": null, "reasoning_content": "Hm." }), json!({}), json!({ "content": [] })] {
        let answer = answer(completion(message, "stop")).await;
        assert_eq!((answer.text.as_str(), answer.stop), ("", Stop::EndTurn));
    }
    let parts =
        json!({ "content": [{ "type": "text", "text": "Dear " }, { "type": "x" }, { "type": "text", "text": "Ada" }] });
    assert_eq!(answer(completion(parts, "stop")).await.text, "Dear Ada");
}

#[tokio::test]
async fn a_refusal_is_a_stop_and_not_a_text() {
    let answer = answer(completion(json!({ "content": null, "refusal": "I cannot." }), "stop")).await;
    assert_eq!((answer.text.as_str(), answer.stop), ("", Stop::Refusal));
    let plain = self::answer(completion(json!({ "content": "x", "refusal": null }), "stop")).await;
    assert_eq!(plain.stop, Stop::EndTurn);
}

#[tokio::test]
async fn every_finish_reason_is_told_apart() {
    let reasons = [
        ("stop", Stop::EndTurn),
        ("length", Stop::MaxTokens),
        ("content_filter", Stop::Refusal),
        ("tool_calls", Stop::ToolUse),
        ("function_call", Stop::ToolUse),
        ("from_the_future", Stop::Other),
    ];
    for (reason, stop) in reasons {
        assert_eq!(answer(completion(json!({ "content": "x" }), reason)).await.stop, stop);
    }
}

#[tokio::test]
async fn an_answer_is_cut_wherever_and_however_its_body_says_so() {
    let half = || completion(json!({ "content": "Dear Ad" }), "stop");
    let with = |path: &str, value: Value| {
        let mut body = half();
        let (place, name) = path.rsplit_once('/').unwrap();
        body.pointer_mut(place).unwrap()[name] = value;
        body
    };
    let cases = [
        (with("/choices/0/finish_reason", json!({ "type": "length" })), Stop::Other, "{\"type\":\"length\"}"),
        (with("/choices/0/finish_reason", json!("stop:length")), Stop::Other, "stop:length"),
        (with("/choices/0/native_finish_reason", json!("MAX_TOKENS")), Stop::MaxTokens, "MAX_TOKENS"),
        (with("/choices/0/message/finish_reason", json!("length")), Stop::MaxTokens, "length"),
        (with("/done_reason", json!("length")), Stop::MaxTokens, "length"),
        (with("/choices/0/message/refusal", json!(["no"])), Stop::Refusal, "[\"no\"]"),
        (
            with("/choices/0/content_filter_results", json!({ "hate": { "filtered": true } })),
            Stop::Refusal,
            "content filter: hate",
        ),
        (with("/choices/0/error", json!({ "code": 502, "message": "Gone." })), Stop::BrokenOff, "502: Gone."),
        (with("/choices/0/message/error", json!({ "code": 500, "message": "Gone." })), Stop::BrokenOff, "500: Gone."),
        (with("/error", json!({ "code": 502, "message": "Upstream died." })), Stop::BrokenOff, "502: Upstream died."),
        (with("/error", json!("Upstream died.")), Stop::BrokenOff, "Upstream died."),
    ];
    for (body, stop, said) in cases {
        let answer = answer(body.clone()).await;
        assert_eq!(answer.stop, stop, "{body}");
        assert!(answer.said.unwrap_or_default().contains(said), "{body}");
    }
    let part = completion(json!({ "content": [{ "type": "refusal", "refusal": "I can't." }] }), "stop");
    let answer = answer(part).await;
    assert_eq!((answer.stop, answer.said.as_deref()), (Stop::Refusal, Some("I can't.; finish reason stop")));
    // What says nothing does not count.
    for nothing in [json!(null), json!(false), json!(""), json!({ "message": "", "type": "", "code": null })] {
        assert_eq!(self::answer(with("/error", nothing)).await.stop, Stop::EndTurn);
    }
}

#[tokio::test]
async fn an_error_beside_choices_is_the_hosts_where_its_code_says_so_or_nothing_else_came() {
    let with = |content: &str, error: Value| {
        let mut body = completion(json!({ "content": content }), "stop");
        body["error"] = error;
        body
    };
    let slow = json!({ "code": 429, "message": "Rate limited, retry in 3s" });
    for content in ["", "Dear Ad"] {
        let failure = failure(200, with(content, slow.clone())).await;
        assert_eq!(failure.kind, FailureKind::RateLimited);
        assert_eq!(failure.retry_after, Some(std::time::Duration::from_secs(3)));
    }
    let gone = json!({ "code": 502, "message": "Upstream died." });
    assert_eq!(failure(200, with("", gone)).await.kind, FailureKind::Server);
}

#[tokio::test]
async fn json_is_read_from_wherever_servers_put_it() {
    let object = json!({ "reasoning": "It fits.", "decision": true });
    let text = object.to_string();
    let call = json!({ "function": { "name": "decision", "arguments": text } });
    let messages = [
        json!({ "content": "I will call the tool.", "tool_calls": [call] }),
        json!({ "content": null, "tool_calls": [call, call] }),
        json!({ "content": null, "tool_calls": [{ "function": { "arguments": object } }] }),
        json!({ "content": null, "parsed": object }),
        json!({ "content": object }),
        json!({ "content": [{ "type": "output_json", "json": object }] }),
        json!({ "content": "", "thinking": text }),
        json!({ "content": "", "reasoning_details": [{ "type": "reasoning.text", "text": text }] }),
    ];
    for message in messages {
        let server = RawServer::start(vec![json_reply(200, &[], &completion(message.clone(), "stop"))]).await;
        let reply = chat_at(&server.base(), settings()).send(&request_with_schema()).await.unwrap();
        assert_eq!(serde_json::from_str::<Value>(&reply.answer.text).unwrap(), object, "{message}");
    }
    let thought = json!({ "content": "", "reasoning_content": format!("Let me think.\n```json\n{text}\n```") });
    let server = RawServer::start(vec![json_reply(200, &[], &completion(thought, "stop"))]).await;
    let reply = chat_at(&server.base(), settings()).send(&request_with_schema()).await.unwrap();
    assert!(reply.answer.text.contains(&text));
    // Two calls that differ are no answer.
    let other = json!({ "function": { "arguments": "{\"decision\": false}" } });
    let two = completion(json!({ "content": null, "tool_calls": [call, other] }), "tool_calls");
    let server = RawServer::start(vec![json_reply(200, &[], &two)]).await;
    let reply = chat_at(&server.base(), settings()).send(&request_with_schema()).await.unwrap();
    assert_eq!((reply.answer.text.as_str(), reply.answer.stop), ("", Stop::ToolUse));
}

#[tokio::test]
async fn usage_may_be_null_absent_or_nonsense() {
    let nonsense =
        json!({ "prompt_tokens": 3, "completion_tokens": -4, "prompt_tokens_details": { "cached_tokens": 99 } });
    for (usage, expected) in [
        (json!(null), Usage::default()),
        (json!({ "prompt_tokens": 3, "prompt_tokens_details": null }), Usage::default()),
        (nonsense, Usage::default()),
    ] {
        let mut body = completion(json!({ "content": "x" }), "stop");
        body["usage"] = usage;
        let answer = answer(body).await;
        assert_eq!((answer.usage, answer.usage_unknown), (expected, true));
    }
}

#[tokio::test]
async fn errors_are_read_in_every_shape_that_servers_give_them() {
    let cases = [
        (
            401,
            json!({ "error": { "message": "Bad key.", "type": "invalid_request_error", "code": "invalid_api_key" } }),
            FailureKind::Unauthorized,
            "401 invalid_request_error: Bad key.",
        ),
        (
            404,
            json!({ "error": { "message": "No model.", "type": null, "code": "model_not_found" } }),
            FailureKind::NotFound,
            "404 model_not_found: No model.",
        ),
        (404, json!({ "error": "model 'x' not found" }), FailureKind::NotFound, "404: model 'x' not found"),
        (
            400,
            json!({ "object": "error", "message": "Too long.", "type": "BadRequestError", "code": 400 }),
            FailureKind::Invalid,
            "400 BadRequestError: Too long.",
        ),
        (404, json!({ "detail": "Not Found" }), FailureKind::NotFound, "404: Not Found"),
        (
            429,
            json!({ "error": { "message": "Slow.", "type": "requests", "code": "rate_limit_exceeded" } }),
            FailureKind::RateLimited,
            "429 requests: Slow.",
        ),
        (
            429,
            json!({ "error": { "message": "Quota.", "type": "insufficient_quota", "code": "insufficient_quota" } }),
            FailureKind::SpendLimit,
            "429 insufficient_quota: Quota.",
        ),
        (
            400,
            json!({ "error": { "message": "Limit.", "code": "billing_hard_limit_reached" } }),
            FailureKind::SpendLimit,
            "400 billing_hard_limit_reached: Limit.",
        ),
        (500, json!({ "error": {} }), FailureKind::Server, "500: an error without a word"),
        (503, json!({ "anything": 1 }), FailureKind::Overloaded, "503: {\"anything\":1}"),
    ];
    for (status, body, kind, message) in cases {
        let failure = failure(status, body).await;
        // A 404 also names the address that was asked.
        let said = failure.message.split(" (asked: ").next().unwrap();
        assert_eq!((failure.kind, said), (kind, message));
    }
}

#[tokio::test]
async fn trouble_that_passes_is_known_by_its_words_under_any_status() {
    use FailureKind::{Invalid, NotFound, Overloaded, RateLimited, Server, Unauthorized};
    let said = |message: &str| json!({ "error": { "message": message } });
    let cases = [
        (400, said("Model is still loading, please try again later"), Overloaded),
        (404, said("model not loaded yet: loading"), Overloaded),
        (423, said("Locked"), Overloaded),
        (425, json!({}), Overloaded),
        (498, said("Flex tier capacity exceeded"), Overloaded),
        (400, json!({ "__type": "ThrottlingException", "message": "Too many requests, please wait." }), RateLimited),
        (403, json!({ "error": { "type": "rate_limit_error", "message": "Slow." } }), RateLimited),
        (200, json!({ "success": false, "errors": [{ "code": 429, "message": "Slow." }] }), RateLimited),
        (
            200,
            json!({ "base_resp": { "status_code": 1002, "status_msg": "rate limit" }, "choices": null }),
            RateLimited,
        ),
        (200, json!({ "error": "internal server error" }), Server),
        // What does not pass is not waited for.
        (400, said("error loading model: no such file"), Invalid),
        (404, said("No models loaded. Please load a model first."), NotFound),
        (
            400,
            json!({ "error": { "code": 400, "message": "API key not valid. Please pass a valid API key." } }),
            Unauthorized,
        ),
        (403, json!({ "message": "Invalid API key" }), Unauthorized),
    ];
    for (status, body, kind) in cases {
        assert_eq!(failure(status, body.clone()).await.kind, kind, "{status} {body}");
    }
}

#[tokio::test]
async fn a_wait_is_read_wherever_hosts_say_it() {
    let four = Some(std::time::Duration::from_secs(4));
    for (headers, body) in [
        (vec![], "Too many requests, retry after 4 seconds".to_owned()),
        (vec![], json!({ "detail": { "message": "Slow.", "retry_after": 4 } }).to_string()),
        (vec![], json!({ "error": { "message": "Slow." }, "retry_after": 4 }).to_string()),
        (vec![], json!({ "error": { "message": "Retry after: 4" } }).to_string()),
        (vec!["retry-after: 4s"], json!({ "error": { "message": "Slow." } }).to_string()),
    ] {
        let failure = ask_chat(reply(429, &headers, body.clone())).await.unwrap_err();
        assert_eq!((failure.kind, failure.retry_after), (FailureKind::RateLimited, four), "{body}");
    }
    let listed = json!({ "detail": [{ "type": "extra_forbidden", "loc": ["body", "top_k"], "msg": "Not permitted" }] });
    assert_eq!(failure(422, listed).await.message, "422: body.top_k: Not permitted");
    let coded = json!({ "error": { "code": "429", "message": "slow" } });
    assert_eq!(failure(429, coded).await.message, "429: slow");
}

#[tokio::test]
async fn a_good_status_with_a_bad_body_is_malformed() {
    let cases = [
        (json!({ "error": "boom" }), "200: an error in place of an answer: boom"),
        (json!({}), "200: no choices"),
        (json!({ "choices": [] }), "200: no choices"),
        (json!({ "choices": [{ "text": "old" }] }), "200: a choice without a message"),
        (json!({ "choices": [{ "message": null }] }), "200: a choice without a message"),
        (json!({ "choices": [{ "message": { "content": 7 } }] }), "200: content that is not text"),
    ];
    for (body, message) in cases {
        let failure = failure(200, body).await;
        assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Malformed, message));
    }
}

#[tokio::test]
async fn an_error_inside_a_200_is_what_its_code_or_label_says() {
    for (error, kind) in [
        (json!({ "message": "Slow.", "code": 429 }), FailureKind::RateLimited),
        (json!({ "message": "Slow.", "code": "429" }), FailureKind::RateLimited),
        (json!({ "message": "Add credits.", "code": 402 }), FailureKind::Billing),
        (json!({ "message": "Gone.", "code": 502 }), FailureKind::Server),
        (json!({ "message": "Loading.", "type": "unavailable_error" }), FailureKind::Overloaded),
    ] {
        assert_eq!(failure(200, json!({ "error": error })).await.kind, kind, "{error}");
    }
}

#[test]
fn the_settings_name_the_server_with_its_port() {
    let at = |base: &str| chat_at(base, Settings::default());
    assert_eq!(at(OLLAMA_BASE_URL).settings(), "chat-completions at=http://127.0.0.1:11434 effort=default");
    assert_ne!(at(OLLAMA_BASE_URL).settings(), at("http://127.0.0.1:8080").settings());
    assert_ne!(at(OLLAMA_BASE_URL).settings(), at(OPENAI_BASE_URL).settings());
    assert_ne!(at(OLLAMA_BASE_URL).host(), at("http://127.0.0.1:8080").host());
    let id = "ollama/qwen".parse().unwrap();
    let keyless = ChatCompletions::new(&id, OLLAMA_BASE_URL, None, settings()).unwrap();
    assert_eq!((keyless.id(), keyless.host()), ("ollama/qwen", "http://127.0.0.1:11434"));
}
