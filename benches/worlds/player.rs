//! A world that plays every part of the product in this process, for the proof of what other tools arrived at.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::BoxFuture;
use rejoinder::model::limits::RateLimits;
use rejoinder::model::{Answer, Failure, Model, Reply, Request, Stop, Usage};
use serde_json::Value;

use crate::places::Here;

/// A world as a model.
pub struct Player {
    here: Arc<Here>,
    name: String,
    calls: AtomicU64,
}

impl Player {
    pub fn new(here: Arc<Here>) -> Self {
        Player { name: here.place().to_string(), here, calls: AtomicU64::new(0) }
    }

    /// Calls that it has answered.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

impl Model for Player {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let mut properties = Vec::new();
        if let Some(schema) = &request.schema {
            named(&schema.json, &mut properties);
        }
        let asked =
            rejoinder_worlds::text::Request { system: &request.system, user: &request.user, properties: &properties };
        let answer = Answer {
            text: self.here.told.answer(&asked, request.key.as_str()),
            stop: Stop::EndTurn,
            usage: Usage::default(),
            request_id: None,
            batched: false,
            usage_unknown: false,
            said: None,
        };
        Box::pin(std::future::ready(Ok(Reply { answer, limits: RateLimits::default() })))
    }

    fn id(&self) -> &str {
        &self.name
    }

    #[expect(clippy::unnecessary_literal_bound, reason = "the trait's signature")]
    fn host(&self) -> &str {
        "worlds"
    }

    fn settings(&self) -> String {
        String::new()
    }

    fn is_simulated(&self) -> bool {
        true
    }
}

/// The names of all properties of a schema.
pub fn named<'a>(schema: &'a Value, names: &mut Vec<&'a str>) {
    for (name, inside) in schema["properties"].as_object().into_iter().flatten() {
        names.push(name);
        named(inside, names);
        named(&inside["items"], names);
    }
}
