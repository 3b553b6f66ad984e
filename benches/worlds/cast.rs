//! A world that plays every part of the product in this process, for the proof of what other tools arrived at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::BoxFuture;
use rejoinder::call::{Caller, Shared};
use rejoinder::engine::local::Local;
use rejoinder::evaluate::account::Account;
use rejoinder::evaluate::decision_maker::{DECISION_TOKENS, DecisionMaker};
use rejoinder::evaluate::decision_prompt::DecisionPrompt;
use rejoinder::evaluate::generator::{Generator, MESSAGE_TOKENS};
use rejoinder::evaluate::grounding::{AUDIT_TOKENS, Auditor};
use rejoinder::evaluate::prospects::Prospects;
use rejoinder::evaluate::run::RunContext;
use rejoinder::event::Events;
use rejoinder::improve::Improver;
use rejoinder::improve::improver::REWRITE_TOKENS;
use rejoinder::model::limits::{Concurrency, Permits, RateLimits};
use rejoinder::model::price::Prices;
use rejoinder::model::retry::RetryPolicy;
use rejoinder::model::{Answer, Failure, Model, Reply, Request, Role, Stop, Usage};
use rejoinder::optimize::Cast;
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

/// Every part of the product, played by one world.
pub fn cast(player: &Arc<Player>) -> Cast {
    let shared = Shared::default();
    let permits = Permits::new(Concurrency::Fixed(1));
    let door = |role| {
        let model: Arc<dyn Model> = Arc::<Player>::clone(player);
        Caller::new(role, model, permits.clone(), RetryPolicy::default(), shared.clone(), Events::new(|_| {}))
    };
    let roles = [Role::Generator, Role::DecisionMaker, Role::Improver, Role::Auditor];
    let models = roles.into_iter().map(|role| (role, player.id().to_owned())).collect();
    let prices = Prices::with_overrides(&BTreeMap::new()).expect("there are no overrides");
    Cast {
        generator: Generator::new(door(Role::Generator), MESSAGE_TOKENS),
        decision_maker: DecisionMaker::new(door(Role::DecisionMaker), DecisionPrompt::strict(), DECISION_TOKENS),
        improver: Improver::new(door(Role::Improver), REWRITE_TOKENS),
        auditor: Some(Auditor::new(door(Role::Auditor), AUDIT_TOKENS)),
        referee: None,
        context: RunContext {
            account: Account::new(shared.meter.clone(), prices, models, BTreeSet::from(roles)),
            width: 1,
            engine: Arc::new(Local),
            events: Events::new(|_| {}),
            stop: shared.stop.clone(),
            run: None,
            scratch: std::env::temp_dir(),
            prospects: Prospects::default(),
        },
    }
}
