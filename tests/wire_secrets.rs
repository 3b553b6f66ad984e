//! A canary key and every way in which it could come to light.

mod support;

use std::time::Duration;

use rejoinder::model::chat_completions::ChatCompletions;
use rejoinder::model::http::SetupError;
use rejoinder::model::messages_api::MessagesApi;
use rejoinder::model::{FailureKind, Model};
use secrecy::SecretString;
use serde_json::json;
use support::{
    CANARY, RawServer, ask_both, assert_keeps_the_key, chat_at, good_body, json_reply, messages_at, reply, request,
    settings,
};

#[tokio::test]
async fn a_host_that_repeats_the_key_does_not_get_it_into_an_error() {
    let echo = json!({ "error": { "type": CANARY, "message": format!("bad key {CANARY}") }, "request_id": CANARY });
    let torn = format!("bad key {}\u{1b}[1m{}", &CANARY[..9], &CANARY[9..]);
    let at_the_cut = format!("{}{CANARY}", "x".repeat(280));
    let scripts = [
        json_reply(401, &[&format!("request-id: {CANARY}")], &echo),
        json_reply(200, &[], &echo),
        json_reply(500, &[], &json!({ "error": CANARY })),
        reply(500, &[], CANARY),
        reply(200, &[], CANARY),
        reply(500, &[], torn),
        reply(500, &[], at_the_cut),
        reply(307, &[&format!("location: https://{CANARY}.example/")], ""),
        reply(200, &[&format!("request-id: {CANARY}")], good_body()),
    ];
    for script in scripts {
        for outcome in ask_both(script).await {
            assert_keeps_the_key(&outcome);
        }
    }
}

#[tokio::test]
async fn a_host_gets_one_short_line_and_no_escapes() {
    let words = format!("\u{1b}]0;title\u{7}\u{1b}[2Jred\r\nERROR forged line\u{202e}{}", "y".repeat(5000));
    for outcome in ask_both(json_reply(400, &[], &json!({ "error": { "message": words } }))).await {
        let failure = outcome.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Invalid);
        assert!(failure.message.starts_with("400: red ERROR forged lineyyy"), "{failure}");
        assert_eq!(failure.message.chars().count(), 300);
    }
}

#[test]
fn debug_output_of_a_client_does_not_show_the_key() {
    let (messages, chat) = (messages_at("https://a.example", settings()), chat_at("https://a.example", settings()));
    for text in [format!("{messages:?}{messages:#?}"), format!("{chat:?}{chat:#?}")] {
        assert!(!text.contains("CANARY") && !text.contains("S3CR3T"), "{text}");
    }
    for text in [messages.host(), messages.settings().as_str(), chat.host(), chat.settings().as_str()] {
        assert!(!text.contains("S3CR3T"), "{text}");
    }
}

fn setup(base: &str, key: &str, timeout: Duration) -> [SetupError; 2] {
    let settings = rejoinder::model::http::Settings { timeout, ..settings() };
    let key = Some(SecretString::from(key));
    [
        MessagesApi::new(&"claude-x".parse().unwrap(), base, key.clone(), settings.clone()).unwrap_err(),
        ChatCompletions::new(&"openai/x".parse().unwrap(), base, key, settings).unwrap_err(),
    ]
}

#[test]
fn a_key_never_goes_to_another_machine_in_the_clear() {
    for base in ["http://api.anthropic.com", "http://192.168.0.7:11434/v1", "http://localhost.example"] {
        for error in setup(base, CANARY, Duration::from_secs(1)) {
            assert!(matches!(error, SetupError::PlainHttp(_)), "{error}");
            assert!(error.to_string().contains("use https"), "{error}");
        }
    }
}

#[test]
fn settings_that_cannot_work_are_refused_before_anything_is_sent() {
    let second = Duration::from_secs(1);
    let cases = [
        ("https://h", "sk\nS3CR3T", second),
        ("https://h", "sk S3CR3T", second),
        ("https://h", "sk-S3CR3T-é", second),
        ("https://h", " \n", second),
        ("https://h", CANARY, Duration::ZERO),
        ("https://S3CR3T:S3CR3T@h", CANARY, second),
        ("https://h?key=S3CR3T", CANARY, second),
        ("S3CR3T", CANARY, second),
    ];
    for (base, key, timeout) in cases {
        for error in setup(base, key, timeout) {
            let text = format!("{error} {error:?}");
            assert!(!text.to_uppercase().contains("S3CR3T") && !error.to_string().contains('\n'), "{text}");
        }
    }
}

#[tokio::test]
async fn a_line_break_at_the_end_of_a_key_is_dropped() {
    let server = RawServer::start(vec![reply(200, &[], good_body())]).await;
    let id = "claude-x".parse().unwrap();
    let model = MessagesApi::new(&id, &server.base(), Some(format!("{CANARY}\r\n").into()), settings()).unwrap();
    model.send(&request()).await.unwrap();
    assert_eq!(server.seen()[0].header("x-api-key"), Some(CANARY));
    assert_eq!(model.host(), messages_at(&server.base(), settings()).host());
}
