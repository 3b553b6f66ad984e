//! Clients inside this process: a bare reqwest loop, and our own door with and without a journal.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use futures::stream::{self, StreamExt};
use rejoinder::call::{Caller, Shared};
use rejoinder::evaluate::decision_maker::{DECISION_TOKENS, DecisionMaker};
use rejoinder::evaluate::decision_prompt::DecisionPrompt;
use rejoinder::evaluate::generator::{Generator, MESSAGE_TOKENS};
use rejoinder::event::Events;
use rejoinder::journal::{Inputs, Journal};
use rejoinder::model::http::Settings;
use rejoinder::model::limits::{Concurrency, Permits};
use rejoinder::model::market::{Market, Mode};
use rejoinder::model::messages_api::MessagesApi;
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

/// Calls per second of nothing but posting what a run posts - messages and decisions in turns - and reading the bytes.
pub fn bare(url: &str, calls: usize, concurrency: usize) -> f64 {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (message, decision) = questions(url);
    let url = format!("{url}/v1/messages");
    runtime().block_on(async {
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        let started = Instant::now();
        stream::iter(0..calls)
            .for_each_concurrent(concurrency, |number| {
                let (client, url) = (&client, &url);
                let asked = if number % 2 == 0 { &message } else { &decision };
                async move {
                    let mut body = json!({
                        "model": "claude-sonnet-5-5", "max_tokens": asked.max_tokens,
                        "system": [{"type": "text", "text": asked.system}],
                        "messages": [{"role": "user", "content": format!("{}\n{number}", asked.user)}],
                    });
                    if let Some(schema) = &asked.schema {
                        body["output_config"]["format"] = json!({"type": "json_schema", "schema": schema.json});
                    }
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

/// What a run asks for: a message, and a decision on one.
fn questions(url: &str) -> (Request, Request) {
    let persona = "Dana Ruiz, head of operations at a maker of pumps with 400 people. Sceptical, short of time, wants \
                   figures from companies like hers, and looks at what a change would ask of her team.";
    let key = || CallKey::from_parts(&["bench"]);
    let caller = caller(url, 1, Shared::default());
    let message = Generator::new(caller.clone(), MESSAGE_TOKENS).request(&prompt(), persona, key());
    let text = Market::new(1, Mode::Normal).answer(&message).text;
    let strict = DecisionPrompt::load("strict").expect("a built-in prompt");
    let decision = DecisionMaker::new(caller, strict, DECISION_TOKENS).request(persona, &text, key());
    (message, decision)
}

fn caller(url: &str, concurrency: usize, shared: Shared) -> Caller {
    let id = "anthropic/claude-sonnet-5-5".parse().expect("a model");
    let model = Arc::new(MessagesApi::new(&id, url, None, Settings::default()).expect("a client"));
    let permits = Permits::new(Concurrency::Fixed(concurrency));
    Caller::new(Role::Generator, model, permits, shared, Events::new(|_| {}))
}

/// Calls per second through our own door; with a journal in this folder, where one is given.
pub fn door(url: &str, calls: usize, concurrency: usize, journal: Option<&Path>) -> f64 {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let shared = Shared::default();
    let run = journal.map(|folder| {
        let journal = Journal::open(folder).expect("a journal");
        let inputs = Inputs { command: "bench", arguments: &[], parts: &[], seed: None, least_seed: 1, fresh: true };
        journal.begin(&inputs).expect("a run")
    });
    if let Some(run) = &run {
        let _ = shared.log.set(run.calls());
    }
    let caller = caller(url, concurrency, shared);
    let prompt = prompt();
    runtime().block_on(async {
        let started = Instant::now();
        stream::iter(0..calls)
            .for_each_concurrent(concurrency, |number| {
                let (caller, prompt) = (&caller, &prompt);
                async move {
                    let request = Request {
                        key: CallKey::from_parts(&["bench", &number.to_string()]),
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
