//! Requests and answers in the shapes of both wire formats.

use std::collections::BTreeSet;
use std::time::Duration;

use rejoinder_llm::model::CallKey;
use serde_json::{Value, json};

use crate::support::{chat_decision, decision, in_process, plain, serve};

#[tokio::test]
async fn a_message_has_the_shape_of_the_messages_api() {
    let served = serve(|_| ()).await;
    let seen = served.messages(&plain()).await;
    assert_eq!(seen.status, 200);
    assert_eq!(seen.header("content-type"), "application/json");
    assert!(seen.header("request-id").starts_with("simulated_"));
    assert!(seen.header("server").contains("simulated"));
    let body = seen.json();
    assert!(body["id"].as_str().unwrap().starts_with("msg_"));
    assert_eq!(body["type"], "message");
    assert_eq!(body["role"], "assistant");
    assert_eq!(body["model"], "claude-haiku-5-5");
    assert_eq!(body["content"].as_array().unwrap().len(), 1);
    assert_eq!(body["content"][0]["type"], "text");
    assert!(!body["content"][0]["text"].as_str().unwrap().is_empty());
    assert_eq!(body["stop_reason"], "end_turn");
    assert!(body["stop_sequence"].is_null());
    for count in ["input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"] {
        assert!(body["usage"][count].is_u64(), "{count}");
    }
}

#[tokio::test]
async fn a_completion_has_the_shape_of_chat_completions_on_both_paths() {
    let served = serve(|_| ()).await;
    for path in ["/v1/chat/completions", "/chat/completions"] {
        let seen = served.send(path, &chat_decision(), &[]).await.unwrap();
        assert_eq!(seen.status, 200);
        assert!(seen.header("x-request-id").starts_with("simulated_"));
        let body = seen.json();
        assert!(body["id"].as_str().unwrap().starts_with("chatcmpl-"));
        assert_eq!(body["object"], "chat.completion");
        assert_eq!(body["model"], "local");
        let choice = &body["choices"][0];
        assert_eq!(choice["message"]["role"], "assistant");
        assert_eq!(choice["finish_reason"], "stop");
        let answer: Value = serde_json::from_str(choice["message"]["content"].as_str().unwrap()).unwrap();
        assert!(answer["decision"].is_boolean());
        let usage = &body["usage"];
        let sum = usage["prompt_tokens"].as_u64().unwrap() + usage["completion_tokens"].as_u64().unwrap();
        assert_eq!(usage["total_tokens"], sum);
    }
}

#[tokio::test]
async fn health_and_models_say_that_the_market_is_simulated() {
    let served = serve(|_| ()).await;
    assert_eq!(served.get("/health").await.json()["simulated"], true);
    for path in ["/v1/models", "/models"] {
        assert_eq!(served.get(path).await.json()["data"][0]["display_name"], "Simulated market");
    }
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_are_errors_in_the_shape_of_the_api() {
    let served = serve(|_| ()).await;
    let seen = served.get("/v1/nothing").await;
    assert_eq!((seen.status, seen.kind().as_str()), (404, "not_found_error"));
    let seen = served.get("/v1/messages").await;
    assert_eq!((seen.status, seen.json()["type"].as_str()), (405, Some("error")));
}

#[tokio::test]
async fn the_same_key_gives_the_answer_that_the_market_gives_in_process() {
    let served = serve(|_| ()).await;
    let key = CallKey::from_parts(&["a trial"]);
    let header = [("idempotency-key", key.as_str())];
    let message = served.send("/v1/messages", &decision(), &header).await.unwrap();
    let chat = served.send("/v1/chat/completions", &chat_decision(), &header).await.unwrap();
    let again = served.send("/v1/messages", &decision(), &header).await.unwrap();
    let expected = in_process(key);
    assert_eq!(message.json()["content"][0]["text"], expected);
    assert_eq!(chat.json()["choices"][0]["message"]["content"], expected);
    assert_eq!(again.text, message.text);
    assert_eq!(again.header("request-id"), message.header("request-id"));
}

#[tokio::test]
async fn a_key_that_is_not_ours_is_hashed() {
    let served = serve(|_| ()).await;
    let seen = served.send("/v1/messages", &decision(), &[("idempotency-key", "retry of 3")]).await.unwrap();
    assert_eq!(seen.json()["content"][0]["text"], in_process(CallKey::from_parts(&["retry of 3"])));
}

#[tokio::test]
async fn requests_without_a_key_are_numbered_and_the_numbers_start_anew_with_the_server() {
    let mut ids = Vec::new();
    for _ in 0..2 {
        let served = serve(|_| ()).await;
        for _ in 0..3 {
            ids.push(served.messages(&decision()).await.json()["id"].as_str().unwrap().to_owned());
        }
        assert_eq!(served.stats().repeated, 0);
    }
    assert_eq!(ids[..3], ids[3..]);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 3);
}

#[tokio::test]
async fn text_in_blocks_reads_like_text_in_a_string() {
    let served = serve(|_| ()).await;
    let key = [("idempotency-key", "k")];
    let mut body = decision();
    body["system"] = json!("One.\n\nTwo.");
    let string = served.send("/v1/messages", &body, &key).await.unwrap();
    body["system"] = json!([
        {"type": "text", "text": "One."},
        {"type": "text", "text": "Two.", "cache_control": {"type": "ephemeral"}},
    ]);
    body["messages"][0]["content"] = json!([{"type": "text", "text": "Ada Okafor, COO of a logistics company."}]);
    let blocks = served.send("/v1/messages", &body, &key).await.unwrap();
    assert_eq!(string.json()["id"], blocks.json()["id"]);
    assert_eq!(served.stats().repeated, 1);
}

#[tokio::test]
async fn what_the_messages_api_refuses_is_refused() {
    let served = serve(|_| ()).await;
    let with = |field: &str, value: Value| {
        let mut body = decision();
        body[field] = value;
        body
    };
    let mut bad_schema = decision();
    bad_schema["output_config"]["format"]["schema"]["additionalProperties"] = Value::Null;
    let mut keyword = decision();
    keyword["output_config"]["format"]["schema"]["properties"]["reasoning"]["maxLength"] = json!(5);
    let prefill = json!([{"role": "user", "content": "x"}, {"role": "assistant", "content": "{"}]);
    for (body, expected) in [
        (with("max_tokens", Value::Null), "max_tokens: Field required"),
        (with("max_tokens", json!(0)), "max_tokens: Input should be greater"),
        (with("max_tokens", json!("many")), "max_tokens: Input should be a valid integer"),
        (with("model", Value::Null), "model: Field required"),
        (with("messages", json!([])), "messages: at least one message is required"),
        (with("messages", json!([{"role": "robot", "content": "x"}])), "messages.0.role"),
        (with("temperature", json!(0)), "`temperature` is deprecated"),
        (with("top_p", json!(0.5)), "`top_p` is deprecated"),
        (with("top_k", json!(5)), "`top_k` is deprecated"),
        (with("messages", prefill), "prefill"),
        (with("thinking", json!({"type": "enabled", "budget_tokens": 1024})), "thinking.type.enabled"),
        (with("output_config", json!({"effort": "huge"})), "output_config.effort"),
        (with("output_config", json!({"format": {"type": "json"}})), "output_config.format.type"),
        (bad_schema, "additionalProperties"),
        (keyword, "maxLength"),
        (with("stream", json!(true)), "does not stream"),
        (json!([]), "not a JSON object"),
    ] {
        let seen = served.messages(&body).await;
        assert_eq!((seen.status, seen.kind().as_str()), (400, "invalid_request_error"), "{expected}");
        let error = seen.json();
        assert!(error["error"]["message"].as_str().unwrap().contains(expected), "{expected}: {error}");
        assert_eq!(error["request_id"], seen.header("request-id"));
    }
    assert_eq!(served.stats().rejected[&400], 17);
    assert_eq!(served.stats().answered, 0);
}

#[tokio::test]
async fn older_models_may_ask_for_what_is_gone() {
    let served = serve(|_| ()).await;
    for model in ["claude-3-5-haiku-latest", "claude-haiku-4-5-20251001", "gpt-4o"] {
        let mut body = plain();
        body["model"] = json!(model);
        body["temperature"] = json!(0);
        body["thinking"] = json!({"type": "enabled", "budget_tokens": 1024});
        body["messages"] = json!([{"role": "user", "content": "x"}, {"role": "assistant", "content": "Subject:"}]);
        assert_eq!(served.messages(&body).await.status, 200, "{model}");
    }
}

#[tokio::test]
async fn chat_completions_need_no_limit_and_report_errors_in_their_own_shape() {
    let served = serve(|_| ()).await;
    let mut body = chat_decision();
    body.as_object_mut().unwrap().remove("max_tokens");
    body["temperature"] = json!(0);
    assert_eq!(served.chat(&body).await.status, 200);
    body["response_format"]["json_schema"] = json!({"name": "answer"});
    let seen = served.chat(&body).await;
    assert_eq!(seen.status, 400);
    assert_eq!(seen.json()["error"]["code"], "invalid_request_error");
    assert!(seen.json().get("type").is_none());
}

#[tokio::test]
async fn a_body_above_32_megabytes_is_too_large() {
    let served = serve(|_| ()).await;
    let mut body = plain();
    body["system"] = json!("x".repeat(33 * 1024 * 1024));
    let seen = served.messages(&body).await;
    assert_eq!((seen.status, seen.kind().as_str()), (413, "request_too_large"));
}

#[tokio::test]
async fn a_key_is_needed_where_one_is_required_and_may_be_revoked() {
    let served = serve(|options| {
        options.require_key = Some("sk-canary".to_owned());
        options.revoke_after = Some(4);
    })
    .await;
    for (headers, status) in [
        (vec![], 401),
        (vec![("x-api-key", "sk-wrong")], 401),
        (vec![("x-api-key", "sk-canary")], 200),
        (vec![("authorization", "Bearer sk-canary")], 200),
        (vec![("x-api-key", "sk-canary")], 401),
    ] {
        let seen = served.send("/v1/messages", &plain(), &headers).await.unwrap();
        assert_eq!(seen.status, status);
        assert!(!seen.text.contains("sk-"));
        if status == 401 {
            assert_eq!(seen.kind(), "authentication_error");
        }
    }
    assert_eq!(served.stats().rejected[&401], 3);
}

#[tokio::test]
async fn stats_count_what_was_asked_and_answered() {
    let served = serve(|options| options.latency = Duration::from_millis(50)).await;
    let key = [("idempotency-key", "k")];
    let (plain, decision) = (plain(), decision());
    let (a, b, c) = tokio::join!(
        served.send("/v1/messages", &plain, &key),
        served.send("/v1/messages", &decision, &key),
        served.send("/v1/messages", &decision, &[]),
    );
    let output: u64 =
        [a, b, c].into_iter().map(|seen| seen.unwrap().json()["usage"]["output_tokens"].as_u64().unwrap()).sum();
    let before = served.stats();
    assert_eq!((before.requests, before.answered, before.repeated), (3, 3, 0));
    assert_eq!(before.output_tokens, output);
    assert_eq!((before.in_flight, before.in_flight_max), (0, 3));
    served.send("/v1/messages", &decision, &key).await.unwrap();
    let seen = served.get("/stats").await.json();
    assert_eq!(seen["repeated"], 1);
    assert_eq!(seen["tasks"], json!({"generator": 1, "decision": 3}));
    assert_eq!(seen["faults"], json!({}));
    assert_eq!(seen["requests"], 4);
}
