//! The Message Batches API, byte by byte: what is sent, and what is made of every answer.

mod support;

use futures::StreamExt;
use rejoinder::model::batching::{Batch, Batching, Counts, Entry, LineForm, Lines, Outcome, Status};
use rejoinder::model::messages_api::MessagesApi;
use rejoinder::model::{Failure, FailureKind, Model};
use serde_json::{Value, json};
use support::{Act, CANARY, RawServer, json_reply, messages_at, reply, request, request_with_schema, settings};

/// A batch in the host's words, as the reference documents them.
fn batch(id: &str, status: &str, results: Option<&str>) -> Value {
    let ended = status == "ended";
    json!({
        "id": id, "type": "message_batch", "processing_status": status,
        "request_counts": {
            "processing": if ended { 0 } else { 5 }, "succeeded": if ended { 2 } else { 0 },
            "errored": u8::from(ended), "canceled": u8::from(ended), "expired": u8::from(ended)
        },
        "created_at": "2026-11-25T10:00:00.000000Z", "expires_at": "2026-11-26T10:00:00.000000Z",
        "ended_at": null, "cancel_initiated_at": null, "archived_at": null, "results_url": results
    })
}

fn host(model: &MessagesApi) -> &dyn Batching {
    model.batches().unwrap()
}

fn lines(host: &dyn Batching) -> Lines {
    let form = LineForm::default();
    let lines = [host.line(&request(), form), host.line(&request_with_schema(), form)];
    Lines {
        count: 2,
        bytes: lines.iter().map(|line| line.len() as u64).sum(),
        lines: Box::new(lines.into_iter().map(Ok)),
    }
}

async fn looked_at(script: Vec<Act>) -> Result<Batch, Failure> {
    let server = RawServer::start(vec![script]).await;
    let model = messages_at(&server.base(), settings());
    host(&model).look("msgbatch_1").await
}

fn ended(results: Option<String>) -> Batch {
    Batch { id: "msgbatch_1".into(), status: Status::Ended, counts: Counts::default(), results, archived: false }
}

/// The results that this script sends, up to a failure.
async fn results(script: Vec<Act>) -> (Vec<Entry>, Option<Failure>) {
    let server = RawServer::start(vec![script]).await;
    let model = messages_at(&server.base(), settings());
    let batch = ended(Some(format!("{}/v1/messages/batches/msgbatch_1/results", server.base())));
    let mut stream = host(&model).results(&batch).await.unwrap();
    let (mut entries, mut failure) = (Vec::new(), None);
    while let Some(entry) = stream.next().await {
        match entry {
            Ok(entry) => entries.push(entry),
            Err(broken) => failure = Some(broken),
        }
    }
    assert_eq!(server.seen()[0].head.lines().next(), Some("GET /v1/messages/batches/msgbatch_1/results HTTP/1.1"));
    assert_eq!(server.seen()[0].header("x-api-key"), Some(CANARY));
    (entries, failure)
}

fn succeeded(id: &str, text: &str) -> String {
    let message = json!({
        "id": "msg_9", "type": "message", "role": "assistant", "model": "claude-haiku-5-5", "stop_reason": "end_turn",
        "content": [{"type": "thinking", "thinking": "hm", "signature": "x"}, {"type": "text", "text": text}],
        "usage": {"input_tokens": 3, "output_tokens": 4, "cache_read_input_tokens": null}
    });
    json!({"custom_id": id, "result": {"type": "succeeded", "message": message}}).to_string()
}

#[tokio::test]
async fn a_batch_is_handed_in_as_the_reference_does() {
    let server = RawServer::start(vec![json_reply(200, &[], &batch("msgbatch_1", "in_progress", None))]).await;
    let model = messages_at(&server.base(), settings());
    let created = host(&model).create(lines(host(&model))).await.unwrap();
    assert_eq!((created.id.as_str(), created.status, created.counts.total()), ("msgbatch_1", Status::InProgress, 5));
    let seen = &server.seen()[0];
    assert!(seen.head.starts_with("POST /v1/messages/batches HTTP/1.1\r\n"), "{}", seen.head);
    assert_eq!(seen.header("x-api-key"), Some(CANARY));
    assert_eq!(seen.header("anthropic-version"), Some("2023-06-01"));
    // Of known length, byte for byte, though it goes out in pieces.
    assert_eq!(seen.header("content-length"), Some(seen.body.len().to_string().as_str()));
    assert_eq!(seen.header("transfer-encoding"), None);
    let requests = seen.json()["requests"].clone();
    assert_eq!(requests.as_array().unwrap().len(), 2);
    assert_eq!(requests[0]["custom_id"], request().key.as_str());
    // What is asked is what is asked online.
    let online = RawServer::start(vec![json_reply(500, &[], &json!({}))]).await;
    for (index, request) in [request(), request_with_schema()].iter().enumerate() {
        messages_at(&online.base(), settings()).send(request).await.unwrap_err();
        assert_eq!(requests[index]["params"], online.seen()[index].json());
    }
}

#[tokio::test]
async fn a_batch_is_looked_at_listed_and_cancelled_under_its_own_name() {
    let list = json!({"data": [batch("b3", "in_progress", None), batch("b2", "ended", None)], "has_more": true});
    let more = json!({"data": [batch("b1", "ended", None)], "has_more": false});
    let server = RawServer::start(vec![
        json_reply(200, &[], &batch("b2", "ended", Some("http://127.0.0.1/x"))),
        json_reply(200, &[], &batch("b2", "canceling", None)),
        json_reply(200, &[], &list),
        json_reply(200, &[], &list),
        json_reply(200, &[], &more),
    ])
    .await;
    let model = messages_at(&server.base(), settings());
    let looked = host(&model).look("b2").await.unwrap();
    assert_eq!((looked.status, looked.counts.succeeded, looked.counts.total()), (Status::Ended, 2, 5));
    assert_eq!(host(&model).cancel("b2").await.unwrap().status, Status::Canceling);
    let newer = host(&model).newest(Some("b2")).await.unwrap();
    assert_eq!(newer.iter().map(|batch| batch.id.as_str()).collect::<Vec<_>>(), ["b3"]);
    let all = host(&model).newest(Some("b0")).await.unwrap();
    assert_eq!(all.len(), 3);
    let asked: Vec<String> = server
        .seen()
        .iter()
        .map(|seen| seen.head.lines().next().unwrap().trim_end_matches(" HTTP/1.1").into())
        .collect();
    assert_eq!(
        asked,
        [
            "GET /v1/messages/batches/b2",
            "POST /v1/messages/batches/b2/cancel",
            "GET /v1/messages/batches?limit=100",
            "GET /v1/messages/batches?limit=100",
            "GET /v1/messages/batches?limit=100&after_id=b2",
        ]
    );
}

#[tokio::test]
async fn results_are_read_line_by_line_in_any_order_whatever_is_among_them() {
    let error = |kind: &str, message: &str| {
        let error = json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_7"});
        json!({"type": "errored", "error": error})
    };
    let body = [
        succeeded("second", "Größe\nand more"),
        json!({"custom_id": "e1", "result": error("overloaded_error", "Overloaded")}).to_string(),
        json!({"custom_id": "e2", "result": error("invalid_request_error", "max_tokens: too many")}).to_string(),
        "this is no JSON".to_owned(),
        String::new(),
        json!({"custom_id": "x", "result": {"type": "a new kind"}}).to_string(),
        json!({"custom_id": "c", "result": {"type": "canceled"}}).to_string(),
        json!({"custom_id": "d", "result": {"type": "expired"}}).to_string(),
        json!({"custom_id": "m", "result": {"type": "succeeded", "message": {"content": 7}}}).to_string(),
        succeeded("first", "Hello"),
    ]
    .join("\n");
    // In drips of a byte each: lines are found wherever the pieces end. The last line has no end.
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    let script = vec![Act::from(head), Act::Drip(body.into_bytes(), std::time::Duration::ZERO)];
    let (entries, failure) = results(script).await;
    assert!(failure.is_none(), "{failure:?}");
    let read: Vec<String> = entries
        .iter()
        .map(|entry| match &entry.outcome {
            Outcome::Answered(answer) => {
                assert!(answer.batched && answer.request_id.as_deref() == Some("msg_9"));
                format!("{}: {:?} {}", entry.custom_id, answer.text, answer.usage.output_tokens)
            }
            Outcome::Failed(failure) => format!("{}: {:?}, {}", entry.custom_id, failure.kind, failure.message),
            other => format!("{}: {other:?}", entry.custom_id),
        })
        .collect();
    insta::assert_snapshot!(read.join("\n"), @r#"
    second: "Größe\nand more" 4
    e1: Overloaded, overloaded_error: Overloaded (request req_7)
    e2: Invalid, invalid_request_error: max_tokens: too many (request req_7)
    c: Canceled
    d: Expired
    m: Malformed, a message without content in a batch's result
    first: "Hello" 4
    "#);
}

#[tokio::test]
async fn results_that_are_cut_off_in_mid_line_are_a_broken_connection_after_what_was_whole() {
    let body = format!("{}\n{}\n", succeeded("a", "Hello"), succeeded("b", "World"));
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    for end in [Act::Close, Act::Reset] {
        let half = body.as_bytes()[..body.len() - 40].to_vec();
        let script =
            vec![Act::from(head.clone()), Act::Send(half), Act::Wait(std::time::Duration::from_millis(50)), end];
        let (entries, failure) = results(script).await;
        assert_eq!(entries.iter().map(|entry| entry.custom_id.as_str()).collect::<Vec<_>>(), ["a"]);
        assert_eq!(failure.unwrap().kind, FailureKind::Connection);
    }
}

#[tokio::test]
async fn the_key_goes_to_no_other_host_for_results() {
    let other = RawServer::start(vec![reply(200, &[], succeeded("a", "Hello"))]).await;
    let server = RawServer::start(vec![reply(200, &[], succeeded("a", "Hello"))]).await;
    let model = messages_at(&server.base(), settings());
    let port = server.base().rsplit(':').next().unwrap().to_owned();
    for place in [
        format!("{}/v1/messages/batches/msgbatch_1/results", other.base()),
        format!("http://localhost:{port}/results"),
        format!("http://user@127.0.0.1:{port}/results"),
        "https://evil.example/results".to_owned(),
        "results.jsonl".to_owned(),
        String::new(),
    ] {
        let Err(failure) = host(&model).results(&ended(Some(place.clone()))).await else { panic!("{place} was read") };
        assert_eq!(failure.kind, FailureKind::Forbidden, "{place}: {failure}");
        assert!(!failure.message.contains(CANARY));
    }
    assert!(other.seen().is_empty() && server.seen().is_empty());
    // A redirect is none either.
    let location = format!("location: {}/results", other.base());
    let server = RawServer::start(vec![reply(302, &[&location], "")]).await;
    let model = messages_at(&server.base(), settings());
    let Err(failure) = host(&model).results(&ended(None)).await else { panic!("a redirect was followed") };
    assert!(failure.message.contains("redirects are not followed"), "{failure}");
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_name_that_is_no_name_becomes_part_of_no_path() {
    let server = RawServer::start(vec![json_reply(200, &[], &batch("b", "ended", None))]).await;
    let model = messages_at(&server.base(), settings());
    for name in ["", "..", "a/b", "a?b", "a%2e", "a b", &"x".repeat(300)] {
        assert_eq!(host(&model).look(name).await.unwrap_err().kind, FailureKind::Forbidden, "{name}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn every_failure_of_a_look_is_told_by_its_kind() {
    let error = json!({"type": "error", "error": {"type": "x_error", "message": "words"}, "request_id": "req_1"});
    for (status, kind) in [
        (429, FailureKind::RateLimited),
        (529, FailureKind::Overloaded),
        (500, FailureKind::Server),
        (404, FailureKind::NotFound),
        (401, FailureKind::Unauthorized),
    ] {
        let failure = looked_at(json_reply(status, &["retry-after: 7"], &error)).await.unwrap_err();
        assert_eq!((failure.kind, failure.status), (kind, Some(status)));
        assert_eq!(failure.retry_after.map(|wait| wait.as_secs()), Some(7));
    }
    for body in ["", "{}", "[]", r#"{"id": 7}"#, "<html>", r#"{"id": "a", "processing_status": null}"#] {
        assert_eq!(looked_at(reply(200, &[], body)).await.unwrap_err().kind, FailureKind::Malformed, "{body}");
    }
    assert_eq!(looked_at(vec![Act::Reset]).await.unwrap_err().kind, FailureKind::Connection);
    // What is not known of a batch that is there stands for nothing.
    let bare = looked_at(reply(200, &[], r#"{"id": "a", "processing_status": "new"}"#)).await.unwrap();
    assert_eq!((bare.status, bare.counts, bare.results), (Status::InProgress, Counts::default(), None));
}
