//! Clients inside this process: a bare reqwest loop, and our own door with and without a journal.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use futures::stream::{self, StreamExt};
use rejoinder::call::{Caller, Shared};
use rejoinder::event::Events;
use rejoinder::journal::{Inputs, Journal};
use rejoinder::model::http::Settings;
use rejoinder::model::limits::{Concurrency, Permits};
use rejoinder::model::messages_api::MessagesApi;
use rejoinder::model::retry::RetryPolicy;
use rejoinder::model::{CallKey, Request, Role};
use serde_json::json;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

fn prompt() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/sample_offer.md");
    std::fs::read_to_string(file).expect("the sample offer")
}

fn question(number: usize) -> String {
    format!("Write one cold outreach message to the head of operations of warehouse number {number}.")
}

/// Calls per second of nothing but posting and reading.
pub fn bare(url: &str, calls: usize, concurrency: usize) -> f64 {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (url, prompt) = (format!("{url}/v1/messages"), prompt());
    runtime().block_on(async {
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        let started = Instant::now();
        stream::iter(0..calls)
            .for_each_concurrent(concurrency, |number| {
                let (client, url, prompt) = (&client, &url, &prompt);
                async move {
                    let body = json!({
                        "model": "claude-sonnet-5-5", "max_tokens": 8192,
                        "system": [{"type": "text", "text": prompt}],
                        "messages": [{"role": "user", "content": question(number)}],
                    });
                    let sent = client.post(url).header("content-type", "application/json").body(body.to_string());
                    let reply = sent.send().await.expect("the market answers");
                    assert!(reply.status().is_success());
                    reply.bytes().await.expect("a whole body");
                }
            })
            .await;
        calls as f64 / started.elapsed().as_secs_f64()
    })
}

/// Calls per second through our own door; with a journal in this folder, where one is given.
pub fn door(url: &str, calls: usize, concurrency: usize, journal: Option<&Path>) -> f64 {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let id = "anthropic/claude-sonnet-5-5".parse().expect("a model");
    let model = Arc::new(MessagesApi::new(&id, url, None, Settings::default()).expect("a client"));
    let shared = Shared::default();
    let run = journal.map(|folder| {
        let journal = Journal::open(folder).expect("a journal");
        let inputs = Inputs { command: "bench", arguments: &[], parts: &[], seed: None, least_seed: 1, fresh: true };
        journal.begin(&inputs).expect("a run")
    });
    if let Some(run) = &run {
        let _ = shared.log.set(run.calls());
    }
    let permits = Permits::new(Concurrency::Fixed(concurrency));
    let events = Events::new(|_| {});
    let caller = Caller::new(Role::Generator, model, permits, RetryPolicy::default(), shared, events);
    let prompt = prompt();
    runtime().block_on(async {
        let started = Instant::now();
        stream::iter(0..calls)
            .for_each_concurrent(concurrency, |number| {
                let (caller, prompt) = (&caller, &prompt);
                async move {
                    let request = Request {
                        key: CallKey::of(&["bench", &number.to_string()]),
                        system: prompt.clone(),
                        user: question(number),
                        schema: None,
                        max_tokens: 8192,
                    };
                    caller.ask(&request).await.expect("an answer");
                }
            })
            .await;
        calls as f64 / started.elapsed().as_secs_f64()
    })
}
