//! The market's server as plain clients see it.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rejoinder::model::market::serve::{Faults, Options, Stats, StatsHandle, bind};
use rejoinder::model::market::{Market, Mode};
use rejoinder::model::{CallKey, Request, Schema};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::sync::oneshot;

struct Served {
    address: SocketAddr,
    stats: StatsHandle,
    client: reqwest::Client,
    stop: oneshot::Sender<()>,
    run: tokio::task::JoinHandle<std::io::Result<()>>,
}

struct Seen {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Seen {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers)).to_str().unwrap()
    }

    fn kind(&self) -> String {
        self.json()["error"]["type"].as_str().unwrap().to_owned()
    }
}

impl Served {
    async fn send(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> reqwest::Result<Seen> {
        let mut request = self.client.post(format!("http://{}{path}", self.address)).body(body.to_string());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Seen { status, headers, text: response.text().await? })
    }

    async fn messages(&self, body: &Value) -> Seen {
        self.send("/v1/messages", body, &[]).await.unwrap()
    }

    async fn chat(&self, body: &Value) -> Seen {
        self.send("/v1/chat/completions", body, &[]).await.unwrap()
    }

    async fn get(&self, path: &str) -> Seen {
        let response = self.client.get(format!("http://{}{path}", self.address)).send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Seen { status, headers, text: response.text().await.unwrap() }
    }

    fn stats(&self) -> Stats {
        self.stats.snapshot()
    }

    /// Sends one request over a bare socket and reads until the end of the stream or its failure.
    async fn raw(&self, body: &Value) -> (Vec<u8>, Option<ErrorKind>) {
        let (address, body) = (self.address, body.to_string());
        tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            write!(stream, "POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len())
                .unwrap();
            let mut received = Vec::new();
            let failure = stream.read_to_end(&mut received).err().map(|error| error.kind());
            (received, failure)
        })
        .await
        .unwrap()
    }
}

fn market() -> Market {
    Market::new(7, Mode::Normal)
}

async fn serve(change: impl FnOnce(&mut Options)) -> Served {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut options = Options::new(market());
    change(&mut options);
    let server = bind(options).await.unwrap();
    let (address, stats) = (server.address(), server.stats());
    let (stop, stopped) = oneshot::channel();
    let run = tokio::spawn(server.run(async {
        let _ = stopped.await;
    }));
    Served { address, stats, client: reqwest::Client::builder().no_proxy().build().unwrap(), stop, run }
}

async fn with_faults(faults: &str) -> Served {
    let faults: Faults = faults.parse().unwrap();
    serve(|options| options.faults = faults).await
}

fn decision_schema() -> Value {
    json!({
        "type": "object",
        "properties": {"reasoning": {"type": "string"}, "decision": {"type": "boolean"}},
        "required": ["reasoning", "decision"],
        "additionalProperties": false,
    })
}

/// A request for a message, in the shape of the Messages API.
fn plain() -> Value {
    json!({
        "model": "claude-haiku-5-5",
        "max_tokens": 1000,
        "system": "Write a short message.",
        "messages": [{"role": "user", "content": "Ada Okafor, COO of a logistics company."}],
    })
}

/// A request for a decision, in the shape of the Messages API.
fn decision() -> Value {
    let mut body = plain();
    body["output_config"] = json!({"format": {"type": "json_schema", "schema": decision_schema()}});
    body
}

/// The same, in the shape of chat completions.
fn chat_decision() -> Value {
    json!({
        "model": "local",
        "messages": [
            {"role": "system", "content": "Write a short message."},
            {"role": "user", "content": "Ada Okafor, COO of a logistics company."},
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": true, "schema": decision_schema()},
        },
        "max_tokens": 1000,
    })
}

/// The decision that the market gives in-process.
fn in_process(key: CallKey) -> String {
    market()
        .answer(&Request {
            key,
            system: "Write a short message.".to_owned(),
            user: "Ada Okafor, COO of a logistics company.".to_owned(),
            schema: Some(Schema { name: "answer".to_owned(), json: decision_schema() }),
            max_tokens: 1000,
        })
        .text
}

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
    let key = CallKey::of(&["a trial"]);
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
    assert_eq!(seen.json()["content"][0]["text"], in_process(CallKey::of(&["retry of 3"])));
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

#[tokio::test]
async fn a_client_that_leaves_before_the_answer_is_ready_has_not_been_answered() {
    let served = serve(|options| options.latency = Duration::from_millis(300)).await;
    let url = format!("http://{}/v1/messages", served.address);
    let hasty = reqwest::Client::builder().no_proxy().timeout(Duration::from_millis(50)).build().unwrap();
    assert!(hasty.post(url).body(plain().to_string()).send().await.unwrap_err().is_timeout());
    tokio::time::sleep(Duration::from_millis(500)).await;
    let stats = served.stats();
    assert_eq!((stats.requests, stats.answered, stats.in_flight), (1, 0, 0));
}

#[tokio::test]
async fn latency_varies_by_its_jitter() {
    let served = serve(|options| {
        options.latency = Duration::from_millis(100);
        options.jitter = 0.5;
    })
    .await;
    for _ in 0..5 {
        let start = Instant::now();
        served.messages(&plain()).await;
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(50), "{took:?}");
    }
}

#[tokio::test]
async fn above_its_rate_the_server_answers_429_and_says_when_to_come_back() {
    let served = serve(|options| options.requests_per_second = Some(5.0)).await;
    let mut limited = None;
    for _ in 0..20 {
        let seen = served.messages(&plain()).await;
        assert_eq!(seen.header("anthropic-ratelimit-requests-limit"), "5");
        if seen.status == 429 {
            limited = Some(seen);
            break;
        }
    }
    let limited = limited.expect("twenty requests at once are more than five a second");
    assert_eq!(limited.kind(), "rate_limit_error");
    assert_eq!(limited.header("retry-after"), "1");
    assert_eq!(limited.header("anthropic-ratelimit-requests-remaining"), "0");
    let reset: jiff::Timestamp = limited.header("anthropic-ratelimit-requests-reset").parse().unwrap();
    assert!(reset > jiff::Timestamp::now());
    let wait: u64 = limited.header("retry-after-ms").parse().unwrap();
    assert!(wait <= 201, "{wait}");
    tokio::time::sleep(Duration::from_millis(wait)).await;
    assert_eq!(served.messages(&plain()).await.status, 200);
    assert_eq!(served.stats().rejected[&429], 1);
}

#[tokio::test]
async fn without_a_rate_the_limits_are_told_and_generous() {
    let served = serve(|_| ()).await;
    let seen = served.messages(&plain()).await;
    for limit in ["requests", "input-tokens", "output-tokens"] {
        let header = |what: &str| seen.header(&format!("anthropic-ratelimit-{limit}-{what}"));
        assert_eq!(header("limit"), header("remaining"));
        assert!(header("reset").ends_with('Z') && header("reset").len() == 20, "{}", header("reset"));
    }
    assert_eq!(served.chat(&chat_decision()).await.header("x-ratelimit-reset-requests"), "0ms");
}

#[tokio::test]
async fn a_server_that_is_to_tell_nothing_of_limits_still_says_how_long_to_wait() {
    let served = serve(|options| (options.requests_per_second, options.limit_headers) = (Some(0.5), false)).await;
    let answered = served.messages(&plain()).await;
    let refused = served.messages(&plain()).await;
    assert_eq!((answered.status, refused.status), (200, 429));
    assert!(refused.headers.contains_key("retry-after"));
    for seen in [answered, refused] {
        assert!(seen.headers.keys().all(|name| !name.as_str().contains("ratelimit")), "{:?}", seen.headers);
    }
}

#[tokio::test]
async fn errors_that_were_asked_for_look_like_the_host_s() {
    let served = with_faults(
        "rate-limit@1,rate-limit:-3@2,rate-limit-bare@3,spend-limit@4,usage-limit@5,server-error@6,overloaded@7,\
         status:409@8,error-200@9,html@10",
    )
    .await;
    let mut seen = Vec::new();
    for _ in 0..10 {
        seen.push(served.messages(&plain()).await);
    }
    let statuses: Vec<_> = seen.iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [429, 429, 429, 429, 400, 500, 529, 409, 200, 502]);
    assert_eq!(seen[0].header("retry-after"), "0.05");
    assert_eq!(seen[1].header("retry-after"), "-3");
    assert!(seen[2].headers.get("retry-after").is_none());
    assert!(seen[3].headers.get("retry-after").is_none());
    assert_eq!(seen[3].json()["error"]["details"]["error_code"], "enforced_spend_limit_reached");
    let message = seen[4].json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("You have reached your specified API usage limits"));
    assert_eq!(seen[5].kind(), "api_error");
    assert_eq!(seen[6].kind(), "overloaded_error");
    assert_eq!(seen[8].kind(), "api_error");
    assert_eq!(seen[9].header("content-type"), "text/html");
    assert!(seen[9].text.starts_with("<html>"));
    let stats = served.stats();
    assert_eq!((stats.requests, stats.answered, stats.faults.len()), (10, 0, 10));
    assert!(stats.rejected.is_empty());
    assert_eq!(served.messages(&plain()).await.status, 200);
}

#[tokio::test]
async fn answers_are_spoilt_as_asked() {
    let served = with_faults(
        "truncated-json@1,fenced-json@2,string-bool@3,two-objects@4,refusal@5,empty@6,thinking-only@7,thinking-first@8",
    )
    .await;
    let mut seen = Vec::new();
    for _ in 0..8 {
        let answer = served.messages(&decision()).await;
        assert_eq!(answer.status, 200);
        seen.push(answer.json());
    }
    let text = |index: usize| seen[index]["content"][0]["text"].as_str().unwrap();
    assert!(serde_json::from_str::<Value>(text(0)).is_err());
    assert_eq!(seen[0]["stop_reason"], "max_tokens");
    assert!(text(1).contains("\n```json\n{") && text(1).ends_with("anything else."));
    let answer: Value = serde_json::from_str(text(2)).unwrap();
    assert!(matches!(answer["decision"].as_str(), Some("true" | "false")));
    let objects: Vec<Value> =
        serde_json::Deserializer::from_str(text(3)).into_iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(objects.len(), 2);
    assert_ne!(objects[0]["decision"], objects[1]["decision"]);
    assert_eq!((&seen[4]["content"], &seen[4]["stop_reason"]), (&json!([]), &json!("refusal")));
    assert_eq!((&seen[5]["content"], &seen[5]["stop_reason"]), (&json!([]), &json!("end_turn")));
    let types = |index: usize| -> Vec<_> {
        seen[index]["content"].as_array().unwrap().iter().map(|block| block["type"].as_str().unwrap()).collect()
    };
    assert_eq!((types(6), &seen[6]["stop_reason"]), (vec!["thinking"], &json!("max_tokens")));
    assert_eq!(types(7), ["thinking", "text"]);
    let stats = served.stats();
    assert_eq!((stats.answered, stats.faults.values().sum::<u64>()), (8, 8));
}

#[tokio::test]
async fn completions_are_spoilt_as_asked() {
    let served = with_faults("truncated-json@1,refusal@2,empty@3,thinking-first@4,rate-limit@5").await;
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(served.chat(&chat_decision()).await.json());
    }
    let choice = |index: usize| &seen[index]["choices"][0];
    assert_eq!(choice(0)["finish_reason"], "length");
    assert_eq!(
        (&choice(1)["message"]["content"], &choice(1)["finish_reason"]),
        (&Value::Null, &json!("content_filter"))
    );
    assert_eq!((&choice(2)["message"]["content"], &choice(2)["finish_reason"]), (&json!(""), &json!("stop")));
    assert!(choice(3)["message"]["reasoning_content"].is_string());
    assert!(choice(3)["message"]["content"].is_string());
    assert_eq!(seen[4]["error"]["type"], "rate_limit_error");
}

#[tokio::test]
async fn a_fault_that_finds_nothing_to_spoil_is_not_counted() {
    let served = with_faults("string-bool@1").await;
    assert_eq!(served.messages(&plain()).await.status, 200);
    assert!(served.stats().faults.is_empty());
}

#[tokio::test]
async fn a_body_that_is_not_utf_8_is_sent_as_it_is() {
    let served = with_faults("bad-utf8@1-2").await;
    for (path, body) in [("/v1/messages", decision()), ("/v1/chat/completions", chat_decision())] {
        let url = format!("http://{}{path}", served.address);
        let response = served.client.post(url).body(body.to_string()).send().await.unwrap();
        let bytes = response.bytes().await.unwrap();
        assert!(String::from_utf8(bytes.to_vec()).is_err());
        assert!(serde_json::from_str::<Value>(&String::from_utf8_lossy(&bytes)).is_ok());
    }
}

#[tokio::test]
async fn a_reset_before_the_response_shows_no_byte() {
    let served = with_faults("reset@1-2").await;
    assert_eq!(served.raw(&plain()).await, (Vec::new(), Some(ErrorKind::ConnectionReset)));
    assert!(served.send("/v1/messages", &plain(), &[]).await.is_err());
    assert_eq!(served.messages(&plain()).await.status, 200);
    let stats = served.stats();
    assert_eq!((stats.answered, stats.faults["reset-before"]), (1, 2));
}

#[tokio::test]
async fn a_reset_in_the_body_shows_half_of_it() {
    let served = with_faults("reset-in-body@1-2").await;
    let (received, failure) = served.raw(&plain()).await;
    assert_eq!(failure, Some(ErrorKind::ConnectionReset));
    let received = String::from_utf8(received).unwrap();
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2);
    assert!(served.send("/v1/messages", &plain(), &[]).await.is_err());
    // It was answered, and a provider would bill it.
    assert_eq!(served.stats().answered, 2);
    assert_eq!(served.stats().in_flight, 0);
}

#[tokio::test]
async fn a_reset_after_the_response_leaves_it_whole() {
    let served = with_faults("reset-after@1").await;
    let (received, failure) = served.raw(&plain()).await;
    assert_eq!(failure, Some(ErrorKind::ConnectionReset));
    let received = String::from_utf8(received).unwrap();
    let (_, body) = received.split_once("\r\n\r\n").unwrap();
    assert_eq!(serde_json::from_str::<Value>(body).unwrap()["type"], "message");
}

#[tokio::test]
async fn a_slow_body_drips_and_arrives() {
    let served = with_faults("slow-body:0.4@1").await;
    let start = Instant::now();
    let seen = served.messages(&plain()).await;
    assert_eq!(seen.json()["type"], "message");
    assert!(start.elapsed() >= Duration::from_millis(400));
}

#[tokio::test]
async fn a_hanging_request_never_ends_but_the_server_does() {
    let served = with_faults("hang@1").await;
    let (body, waiting) = (plain(), Duration::from_millis(200));
    assert!(tokio::time::timeout(waiting, served.send("/v1/messages", &body, &[])).await.is_err());
    let address = served.address;
    assert_eq!(served.messages(&body).await.status, 200);
    assert_eq!(served.stats().faults["hang"], 1);
    served.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(3), served.run).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(address).is_err());
}

#[tokio::test]
async fn a_server_that_stops_lets_go_of_requests_that_hang() {
    let served = with_faults("hang=1").await;
    let (client, address) = (served.client.clone(), served.address);
    let hanging = tokio::spawn(async move {
        client.post(format!("http://{address}/v1/messages")).body(plain().to_string()).send().await
    });
    while served.stats().in_flight == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    served.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(3), served.run).await.unwrap().unwrap().unwrap();
    assert!(hanging.await.unwrap().is_err());
}

#[tokio::test]
async fn faults_by_chance_strike_their_share_and_the_same_requests_for_the_same_seed() {
    let mut runs = Vec::new();
    for seed in [1, 1, 2] {
        let faults: Faults = "rate-limit=0.2,server-error=0.1".parse().unwrap();
        let served = serve(|options| (options.faults, options.seed) = (faults, seed)).await;
        let mut statuses = Vec::new();
        for _ in 0..1000 {
            statuses.push(served.messages(&plain()).await.status);
        }
        let count = |status: u16| statuses.iter().filter(|seen| **seen == status).count();
        // Four standard deviations either way.
        assert!((150..=250).contains(&count(429)), "{}", count(429));
        assert!((62..=138).contains(&count(500)), "{}", count(500));
        assert_eq!(served.stats().faults["rate-limit"], count(429) as u64);
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn options_that_make_no_sense_are_refused() {
    for (jitter, rate) in [(1.5, None), (f64::NAN, None), (0.0, Some(0.0)), (0.0, Some(f64::INFINITY))] {
        let options = Options { jitter, requests_per_second: rate, ..Options::new(market()) };
        assert_eq!(bind(options).await.err().unwrap().kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement: run it alone, with --release"]
async fn twenty_thousand_requests_a_second() {
    const CONNECTIONS: usize = 32;
    const EACH: usize = 4_000;
    let served = serve(|_| ()).await;
    let (address, body) = (served.address, decision().to_string());
    let start = Instant::now();
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|client| {
            let body = body.clone();
            tokio::spawn(async move { ask(address, client, &body).await })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    let rate = (CONNECTIONS * EACH) as f64 / start.elapsed().as_secs_f64();
    println!("{rate:.0} requests a second");
    assert_eq!(served.stats().answered, (CONNECTIONS * EACH) as u64);
    assert!(rate > 20_000.0, "{rate:.0}");

    async fn ask(address: SocketAddr, client: usize, body: &str) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut buffer = vec![0; 16 * 1024];
        for number in 0..EACH {
            let head = format!(
                "POST /v1/messages HTTP/1.1\r\nhost: x\r\nidempotency-key: {client:016x}{number:016x}\r\n\
                 content-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all((head + body).as_bytes()).await.unwrap();
            let mut received = 0;
            // Nothing follows the body, so a response is whole once the text ends as a message does.
            while !buffer[..received].ends_with(b"}}") {
                let read = stream.read(&mut buffer[received..]).await.unwrap();
                assert_ne!(read, 0);
                received += read;
            }
        }
    }
}
