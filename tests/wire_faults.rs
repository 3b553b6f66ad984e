//! Networks and hosts at their worst: whatever comes back becomes one failure of the right kind, in one line.

mod support;

use std::time::{Duration, Instant};

use rejoinder::model::http::Settings;
use rejoinder::model::{Failure, FailureKind, Model, Reply, Stop};
use support::{
    Act, RawServer, ask_both, assert_keeps_the_key, both_at, chat_at, good_body, messages_at, reply, request, settings,
};

/// Both clients fail this way on this script; returns their messages.
async fn both_fail(script: Vec<Act>, kind: FailureKind) -> Vec<String> {
    let outcomes = ask_both(script).await;
    outcomes.into_iter().map(|outcome| check(outcome, kind)).collect()
}

fn check(outcome: Result<Reply, Failure>, kind: FailureKind) -> String {
    assert_keeps_the_key(&outcome);
    let failure = outcome.unwrap_err();
    assert_eq!(failure.kind, kind, "{failure}");
    assert!(!failure.message.chars().any(char::is_control), "{failure}");
    assert!(failure.message.chars().count() < 700, "{failure}");
    failure.message
}

fn head(lines: &str) -> Act {
    Act::Send(format!("HTTP/1.1 200 OK\r\n{lines}\r\n").into_bytes())
}

#[tokio::test]
async fn a_reset_or_an_end_before_the_response_is_a_lost_connection() {
    for message in both_fail(vec![Act::Reset], FailureKind::Connection).await {
        assert!(message.starts_with("the connection to http://127.0.0.1:"), "{message}");
        assert!(message.contains(" broke: Connection reset by peer"), "{message}");
    }
    both_fail(vec![Act::Close], FailureKind::Connection).await;
    both_fail(vec![Act::Send(b"HTTP/1.1 200 OK\r\nconte".to_vec()), Act::Reset], FailureKind::Connection).await;
}

#[tokio::test]
async fn a_reset_or_an_end_in_the_body_is_a_lost_connection() {
    let half = || {
        vec![
            head("content-length: 400\r\n"),
            Act::Send(br#"{"type":"mess"#.to_vec()),
            Act::Wait(Duration::from_millis(50)),
        ]
    };
    for end in [Act::Reset, Act::Close] {
        let script = [half(), vec![end]].concat();
        both_fail(script, FailureKind::Connection).await;
    }
}

#[tokio::test]
async fn a_reset_after_the_body_is_no_failure() {
    let script = [reply(200, &[], good_body()), vec![Act::Wait(Duration::from_millis(100)), Act::Reset]].concat();
    for outcome in ask_both(script).await {
        assert_eq!(outcome.unwrap().answer.text, "Dear Ada");
    }
}

#[tokio::test]
async fn a_truncated_chunked_body_is_a_lost_connection() {
    let chunked = || head("transfer-encoding: chunked\r\n");
    both_fail(vec![chunked(), Act::Send(b"5\r\n{\"typ\r\n".to_vec()), Act::Close], FailureKind::Connection).await;
    both_fail(vec![chunked(), Act::Send(b"ffff\r\n{".to_vec()), Act::Close], FailureKind::Connection).await;
    both_fail(vec![chunked(), Act::Send(b"not a size\r\n".to_vec())], FailureKind::Connection).await;
}

#[tokio::test]
async fn a_body_cut_off_without_a_length_is_malformed() {
    let script =
        vec![head("connection: close\r\n"), Act::Send(br#"{"type":"message","content":[{"#.to_vec()), Act::Close];
    for message in both_fail(script, FailureKind::Malformed).await {
        assert!(message.starts_with("200: a body that is not JSON (EOF while parsing"), "{message}");
    }
}

#[tokio::test]
async fn what_is_not_http_is_a_lost_connection() {
    both_fail(vec![Act::Send(b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec())], FailureKind::Connection).await;
}

#[tokio::test]
async fn a_slow_drip_ends_with_the_timeout_and_not_with_the_last_byte() {
    let short = Settings { timeout: Duration::from_millis(300), ..settings() };
    let drip = |text: String| Act::Drip(text.into_bytes(), Duration::from_millis(40));
    let scripts = [
        vec![drip("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".into())],
        vec![head(&format!("content-length: {}\r\n", good_body().len())), drip(good_body())],
        vec![Act::Wait(Duration::from_secs(30))],
    ];
    for script in scripts {
        let server = RawServer::start(vec![script]).await;
        for model in both_at(&server.base(), &short) {
            let begin = Instant::now();
            let message = check(model.send(&request()).await, FailureKind::Timeout);
            assert_eq!(message, format!("no complete response from {} within 300ms", server.base()));
            assert!(begin.elapsed() < Duration::from_secs(5));
        }
    }
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_named() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for model in both_at(&format!("http://localhost:{port}"), &settings()) {
        let message = check(model.send(&request()).await, FailureKind::Connection);
        assert!(message.starts_with(&format!("no connection to http://localhost:{port}: ")), "{message}");
        assert!(message.contains("refused"), "{message}");
    }
}

#[tokio::test]
async fn a_host_that_speaks_no_tls_is_a_lost_connection() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    for model in both_at(&base, &settings()) {
        check(model.send(&request()).await, FailureKind::Connection);
    }
}

#[tokio::test]
async fn an_html_page_is_named_and_not_shown() {
    let page = "<!DOCTYPE html>\n<html><script>alert(1)</script><h1>502 Bad Gateway</h1>";
    for message in both_fail(reply(502, &["content-type: text/html"], page), FailureKind::Server).await {
        assert_eq!(message, "502: an HTML page, not JSON");
    }
    both_fail(reply(200, &["content-type: text/html"], page), FailureKind::Malformed).await;
    for message in both_fail(reply(502, &[], "upstream\r\n\u{1b}[31mdown"), FailureKind::Server).await {
        assert_eq!(message, "502: upstream down");
    }
    for message in both_fail(reply(529, &[], ""), FailureKind::Overloaded).await {
        assert_eq!(message, "529: no body");
    }
}

#[tokio::test]
async fn bodies_that_are_no_json_are_malformed() {
    let deep = "[".repeat(100_000);
    let bodies: [&[u8]; 6] = [
        b"hello",
        b"\xff\xfe{\x00}\x00",
        b"{\"content\":[{\"type\":\"text\",\"text\":\"\xff\"}]}",
        b"{\"content\":[{\"type\":\"text\",\"text\":\"\\ud800\"}]}",
        b"{\"usage\":NaN}",
        deep.as_bytes(),
    ];
    for body in bodies {
        both_fail(reply(200, &[], body), FailureKind::Malformed).await;
    }
    both_fail(reply(204, &[], ""), FailureKind::Malformed).await;
}

#[tokio::test]
async fn a_stream_that_ends_before_its_answer_is_an_answer_that_was_broken_off() {
    let body = "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\n";
    let [messages, chat] = <[_; 2]>::try_from(ask_both(reply(200, &[], body)).await).unwrap();
    assert_eq!(messages.unwrap_err().kind, FailureKind::Malformed);
    assert_eq!(chat.unwrap().answer.stop, Stop::BrokenOff);
}

#[tokio::test]
async fn an_error_status_counts_even_where_its_page_is_torn() {
    let script =
        vec![Act::Send(b"HTTP/1.1 429 x\r\nretry-after: 2\r\ncontent-length: 999\r\n\r\n{\"err".to_vec()), Act::Close];
    for outcome in ask_both(script).await {
        let failure = outcome.unwrap_err();
        assert_eq!((failure.kind, failure.retry_after), (FailureKind::RateLimited, Some(Duration::from_secs(2))));
    }
}

#[tokio::test]
async fn a_huge_body_is_not_read_to_its_end() {
    let announced = vec![head("content-length: 99999999999\r\n"), Act::Wait(Duration::from_secs(30))];
    let flood = vec![head("connection: close\r\n"), Act::Flood(80 << 20), Act::Close];
    for script in [announced, flood] {
        for message in both_fail(script, FailureKind::Malformed).await {
            assert_eq!(message, "200: a body of more than 64 MiB");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_named_and_not_followed() {
    let trap = RawServer::start(vec![reply(200, &[], good_body())]).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("location: {}/v1/messages", trap.base());
        for message in both_fail(reply(status, &[&location], ""), FailureKind::NotFound).await {
            assert!(message.contains(" to 127.0.0.1: redirects are not followed"), "{message}");
        }
    }
    assert!(trap.seen().is_empty(), "the key reached another host");
    for message in both_fail(reply(307, &["location: https://evil.example/x"], ""), FailureKind::NotFound).await {
        assert!(message.contains(" to evil.example: "), "{message}");
    }
    for location in ["location: http://[", "location: é", "x: y"] {
        both_fail(reply(302, &[location], ""), FailureKind::NotFound).await;
    }
    both_fail(reply(302, &["location: \u{1b}[31m"], ""), FailureKind::Connection).await;
}

#[tokio::test]
async fn a_wait_that_makes_no_sense_is_no_wait() {
    for value in ["-1", "0", "soon", "NaN", "inf", "", "Wed, 21 Oct 2015 07:28:00 GMT"] {
        for outcome in ask_both(reply(429, &[&format!("retry-after: {value}")], "{}")).await {
            let failure = outcome.unwrap_err();
            assert_eq!((failure.kind, failure.retry_after), (FailureKind::RateLimited, None), "{value}");
        }
    }
    for outcome in ask_both(reply(503, &["retry-after: 1e12"], "{}")).await {
        assert_eq!(outcome.unwrap_err().retry_after, Some(Duration::from_secs(600)));
    }
    for outcome in ask_both(reply(429, &["retry-after-ms: 250", "retry-after: 9"], "{}")).await {
        assert_eq!(outcome.unwrap_err().retry_after, Some(Duration::from_millis(250)));
    }
    for outcome in ask_both(reply(429, &[], "{}")).await {
        assert_eq!(outcome.unwrap_err().retry_after, None);
    }
}

#[tokio::test]
async fn a_connection_that_was_closed_after_an_answer_is_opened_anew() {
    let server = RawServer::start(vec![[reply(200, &[], good_body()), vec![Act::Close]].concat()]).await;
    let model = messages_at(&server.base(), settings());
    for _ in 0..3 {
        model.send(&request()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_failed_request_is_sent_once() {
    for script in [vec![Act::Reset], reply(429, &[], "{}"), reply(500, &[], "{}")] {
        let server = RawServer::start(vec![script]).await;
        chat_at(&server.base(), settings()).send(&request()).await.unwrap_err();
        assert_eq!(server.seen().len(), 1, "retrying is for the caller to decide");
    }
}
