//! Latency, rates and options.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rejoinder_market::serve::{Options, bind};

use crate::support::{chat_decision, decision, market, plain, serve};

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
