//! Every part of the product, played by one simulated model in this process.
#![allow(dead_code, reason = "each of its users needs some of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

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
use rejoinder::model::limits::{Concurrency, Permits};
use rejoinder::model::price::Prices;
use rejoinder::model::{Model, Role};
use rejoinder::optimize::Cast;

/// Every part, played by this model: one trial at a time, since it answers at once.
pub fn cast<M: Model + 'static>(model: &Arc<M>) -> Cast {
    cast_in(model, 1, &Events::new(|_| {}), std::env::temp_dir())
}

/// The same with so many trials at once, its events told to somebody, and its texts in this folder.
pub fn cast_in<M: Model + 'static>(model: &Arc<M>, width: usize, events: &Events, scratch: PathBuf) -> Cast {
    let shared = Shared::default();
    let permits = Permits::new(Concurrency::Fixed(width));
    let door = |role| {
        let model: Arc<dyn Model> = Arc::<M>::clone(model);
        Caller::new(role, model, permits.clone(), shared.clone(), events.clone())
    };
    let roles = [Role::Generator, Role::DecisionMaker, Role::Improver, Role::Auditor];
    let models = roles.into_iter().map(|role| (role, model.id().to_owned())).collect();
    let prices = Prices::with_overrides(&BTreeMap::new()).expect("there are no overrides");
    Cast {
        generator: Generator::new(door(Role::Generator), MESSAGE_TOKENS),
        decision_maker: DecisionMaker::new(door(Role::DecisionMaker), DecisionPrompt::strict(), DECISION_TOKENS),
        improver: Improver::new(door(Role::Improver), REWRITE_TOKENS),
        auditor: Some(Auditor::new(door(Role::Auditor), AUDIT_TOKENS)),
        referee: None,
        context: RunContext {
            account: Account::new(shared.meter.clone(), prices, models, BTreeSet::from(roles)),
            width,
            engine: Arc::new(Local),
            events: events.clone(),
            stop: shared.stop.clone(),
            run: None,
            scratch,
            prospects: Prospects::default(),
        },
    }
}
