//! What hosts send, damaged in every layer: each exchange ends in a reply or in one line, and the key stays out of both.

#[path = "support/mutate.rs"]
mod mutate;
mod support;

use std::time::Duration;

use mutate::{altered, cases, damaged};
use proptest::prelude::*;
use rejoinder::model::limits::LONGEST_WAIT;
use rejoinder::model::{Failure, Reply};
use serde_json::{Value, json};
use support::{Act, CANARY, RawServer, assert_keeps_the_key, both_at, good_body, request_with_schema, settings};

/// Both clients, each asking a server that sends these bytes and closes.
fn ask(bytes: &[u8]) -> Vec<Result<Reply, Failure>> {
    // One for each case: the server ends with it.
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let server = RawServer::start(vec![vec![Act::Send(bytes.to_vec()), Act::Close]]).await;
        let mut outcomes = Vec::new();
        for model in both_at(&server.base(), &settings()) {
            outcomes.push(model.send(&request_with_schema()).await);
        }
        outcomes
    })
}

fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    for outcome in ask(bytes) {
        assert_keeps_the_key(&outcome);
        let (line, waits) = match &outcome {
            Ok(reply) => (reply.answer.request_id.clone().unwrap_or_default(), reply.limits.exhausted_for()),
            Err(failure) => (failure.message.clone(), failure.retry_after),
        };
        prop_assert!(!line.chars().any(char::is_control) && line.chars().count() < 700, "{line:?}");
        prop_assert!(waits.is_none_or(|wait| wait < Duration::MAX), "{waits:?}");
        if let Err(failure) = &outcome {
            prop_assert!(failure.retry_after.is_none_or(|wait| wait <= LONGEST_WAIT));
            prop_assert!(!line.is_empty());
        }
    }
    Ok(())
}

fn response(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} x\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn good() -> Value {
    serde_json::from_str(&good_body()).unwrap()
}

fn error() -> Value {
    json!({"type": "error", "error": {"type": "rate_limit_error", "message": format!("slow down, {CANARY}"), "code": "x",
           "details": {"error_code": "enforced_spend_limit_reached"}}, "request_id": "req_1", "detail": "d"})
}

/// A stream of events, as a host sends that was asked for none.
const EVENTS: &str = "event: chunk\ndata: {\"choices\":[{\"delta\":{\"content\":\"H\"}}]}\n\n: still there\n\n\
                      data: {\"choices\":[{\"delta\":{\"content\":\"i\"},\"finish_reason\":\"stop\"}]}\n\n\
                      data: [DONE]\n\n";

fn header() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "retry-after",
        "retry-after-ms",
        "x-should-retry",
        "request-id",
        "x-request-id",
        "location",
        "content-type",
        "content-encoding",
        "transfer-encoding",
        "content-length",
        "anthropic-ratelimit-requests-remaining",
        "anthropic-ratelimit-requests-reset",
        "x-ratelimit-remaining-requests",
        "x-ratelimit-reset-requests",
        "x-ratelimit-reset-tokens",
        "date",
        "set-cookie",
    ]);
    let value = prop_oneof![
        "[ -~]{0,24}",
        "-?[0-9]{1,24}(\\.[0-9]{1,3})?(ms|s|m|h)?",
        Just("Wed, 31 Dec 9999 23:59:59 GMT".to_owned()),
        Just("9999-12-31T23:59:59Z".to_owned()),
        Just("0".to_owned()),
        Just("https://elsewhere.example/v1".to_owned()),
        Just(CANARY.to_owned()),
        any::<String>().prop_map(|text| text.replace(['\r', '\n'], " ")),
    ];
    (name, value).prop_map(|(name, value)| format!("{name}: {value}\r\n"))
}

fn status() -> impl Strategy<Value = u16> {
    prop::sample::select(vec![
        200, 200, 200, 201, 204, 301, 307, 400, 401, 402, 403, 404, 413, 429, 500, 502, 503, 529, 599,
    ])
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn an_altered_answer_is_read_or_refused(value in altered(good()), status in status()) {
        check(&response(status, "", value.to_string().as_bytes()))?;
    }

    #[test]
    fn a_damaged_answer_is_read_or_refused(body in damaged(good_body().into_bytes())) {
        check(&response(200, "", &body))?;
    }

    #[test]
    fn an_altered_error_is_one_line_without_the_key(value in altered(error()), status in status()) {
        check(&response(status, "", value.to_string().as_bytes()))?;
    }

    #[test]
    fn headers_of_any_kind_break_nothing(headers in prop::collection::vec(header(), 0..6), status in status()) {
        check(&response(status, &headers.concat(), good_body().as_bytes()))?;
    }

    #[test]
    fn a_stream_that_nobody_asked_for_is_put_together_or_is_no_answer(body in damaged(EVENTS.as_bytes().to_vec())) {
        check(&response(200, "content-type: text/event-stream\r\n", &body))?;
        let unharmed = response(200, "content-type: text/event-stream\r\n", EVENTS.as_bytes());
        let outcomes = ask(&unharmed);
        let text = |outcome: &Result<Reply, Failure>| outcome.as_ref().ok().map(|reply| reply.answer.text.clone());
        let texts: Vec<_> = outcomes.iter().map(text).collect();
        // It is an answer in the format of chat completions, and in no other.
        prop_assert_eq!(texts, [None, Some("Hi".to_owned())]);
    }

    #[test]
    fn a_response_damaged_anywhere_ends_in_a_reply_or_in_one_line(
        bytes in damaged(response(200, "content-type: application/json\r\n", good_body().as_bytes()))
    ) {
        check(&bytes)?;
    }
}
