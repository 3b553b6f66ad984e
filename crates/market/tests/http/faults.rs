//! What goes wrong, as asked for.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rejoinder_market::serve::Faults;
use serde_json::{Value, json};

use crate::support::{chat_decision, decision, plain, serve, with_faults};

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
