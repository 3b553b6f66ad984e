//! What the wire tests share: a server that sends exactly the bytes it is told to, and both clients pointed at it.
#![allow(dead_code, reason = "each test crate uses its own part")]

pub mod server;

use std::time::Duration;

use rejoinder::model::chat_completions::ChatCompletions;
use rejoinder::model::http::Settings;
use rejoinder::model::messages_api::MessagesApi;
use rejoinder::model::{CallKey, Failure, Model, Reply, Request, Schema};
use secrecy::SecretString;
use serde_json::json;
#[allow(unused_imports, reason = "each test crate uses its own part")]
pub use server::{Act, RawServer, Seen, json_reply, reply};

/// A key that must never be seen outside the header that it is for.
pub const CANARY: &str = "sk-canary-S3CR3T-0123456789";

pub fn key() -> Option<SecretString> {
    Some(SecretString::from(CANARY))
}

pub fn request() -> Request {
    Request {
        key: CallKey::from_parts(&["a", "test"]),
        system: "You write.".into(),
        user: "Write to Ada.".into(),
        schema: None,
        max_tokens: 900,
    }
}

pub fn request_with_schema() -> Request {
    let json = json!({
        "type": "object",
        "properties": { "decision": { "type": "boolean" }, "reasoning": { "type": "string" } },
        "required": ["decision", "reasoning"],
        "additionalProperties": false,
    });
    Request { schema: Some(Schema { name: "decision".into(), json }), ..request() }
}

pub fn settings() -> Settings {
    Settings { timeout: Duration::from_secs(10), ..Settings::default() }
}

pub fn messages_at(base: &str, settings: Settings) -> MessagesApi {
    MessagesApi::new(&"anthropic/claude-haiku-5-5".parse().unwrap(), base, key(), settings).unwrap()
}

pub fn chat_at(base: &str, settings: Settings) -> ChatCompletions {
    ChatCompletions::new(&"openai/gpt-x".parse().unwrap(), base, key(), settings).unwrap()
}

/// Both clients, for what must hold for both.
pub fn both_at(base: &str, settings: &Settings) -> Vec<Box<dyn Model>> {
    vec![Box::new(messages_at(base, settings.clone())), Box::new(chat_at(base, settings.clone()))]
}

/// A whole answer, readable as either wire format.
pub fn good_body() -> String {
    json!({
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [{ "type": "text", "text": "Dear Ada" }],
        "stop_reason": "end_turn",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": "Dear Ada" }, "finish_reason": "stop" }],
        "usage": { "input_tokens": 10, "output_tokens": 3, "prompt_tokens": 10, "completion_tokens": 3 },
    })
    .to_string()
}

/// Sends the request to a new server with this script, through the Messages API.
pub async fn ask_messages(script: Vec<Act>) -> Result<Reply, Failure> {
    let server = RawServer::start(vec![script]).await;
    messages_at(&server.base(), settings()).send(&request()).await
}

/// Sends the request to a new server with this script, through chat completions.
pub async fn ask_chat(script: Vec<Act>) -> Result<Reply, Failure> {
    let server = RawServer::start(vec![script]).await;
    chat_at(&server.base(), settings()).send(&request()).await
}

/// Sends the request through both clients, each to a new server with this script.
pub async fn ask_both(script: Vec<Act>) -> Vec<Result<Reply, Failure>> {
    vec![ask_messages(script.clone()).await, ask_chat(script).await]
}

/// Fails if the key shows in what a person or a log could see of this.
pub fn assert_keeps_the_key(outcome: &Result<Reply, Failure>) {
    let seen = match outcome {
        Ok(reply) => format!("{:?} {:?}", reply.limits, reply.answer.request_id),
        Err(failure) => format!("{failure} {failure:?} {failure:#?}"),
    };
    assert!(!seen.to_lowercase().contains(&CANARY.to_lowercase()), "{seen}");
}
