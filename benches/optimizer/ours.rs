//! Where rejoinder arrives: a first run of the offer, and one search for a better prompt.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rejoinder::call::{Caller, Meter, Shared};
use rejoinder::compare::spending;
use rejoinder::data::entries::Entries;
use rejoinder::data::spool::Texts;
use rejoinder::engine::local::Local;
use rejoinder::evaluate::account::Account;
use rejoinder::evaluate::claims::Facts;
use rejoinder::evaluate::decision_maker::{DECISION_TOKENS, DecisionMaker};
use rejoinder::evaluate::decision_prompt::DecisionPrompt;
use rejoinder::evaluate::gate::Gate;
use rejoinder::evaluate::generator::{Generator, MESSAGE_TOKENS};
use rejoinder::evaluate::plan::Plan;
use rejoinder::evaluate::run::{self, RunContext};
use rejoinder::evaluate::trial::Bench;
use rejoinder::event::Events;
use rejoinder::improve::improver::REWRITE_TOKENS;
use rejoinder::improve::{Details, Improver};
use rejoinder::model::limits::{Concurrency, Permits};
use rejoinder::model::market::Market;
use rejoinder::model::price::Prices;
use rejoinder::model::retry::RetryPolicy;
use rejoinder::model::{Model, Role};
use rejoinder::optimize::cycle::Cast;
use rejoinder::optimize::decisions::Decisions;
use rejoinder::optimize::earlier::Earlier;
use rejoinder::optimize::failures::Failures;
use rejoinder::optimize::lab::Lab;
use rejoinder::optimize::lineage::Lineage;
use rejoinder::optimize::objective::Objective;
use rejoinder::optimize::propose::Proposer;
use rejoinder::optimize::search::{Aim, Known, Search, search};
use rejoinder::optimize::split::{People, Split};
use rejoinder::optimize::standing::Standing;

/// Trials at once: the market answers at once, and needs no more.
const WIDTH: usize = 1;

/// Everyone, played by one market in this process.
pub fn cast(market: &Arc<Market>) -> Cast {
    let shared = Shared::default();
    let permits = Permits::new(Concurrency::Fixed(WIDTH));
    let door = |role| {
        let model: Arc<dyn Model> = Arc::<Market>::clone(market);
        Caller::new(role, model, permits.clone(), RetryPolicy::default(), shared.clone(), Events::new(|_| {}))
    };
    let meter: Meter = shared.meter.clone();
    let names = [Role::Generator, Role::DecisionMaker, Role::Improver];
    let models = names.into_iter().map(|role| (role, market.id().to_owned())).collect();
    let prices = Prices::with_overrides(&BTreeMap::new()).expect("there are no overrides");
    let account = Account::new(meter, prices, models, BTreeSet::from(names));
    Cast {
        generator: Generator::new(door(Role::Generator), MESSAGE_TOKENS),
        decision_maker: DecisionMaker::new(door(Role::DecisionMaker), DecisionPrompt::strict(), DECISION_TOKENS),
        improver: Improver::new(door(Role::Improver), REWRITE_TOKENS),
        auditor: None,
        referee: None,
        context: RunContext {
            account,
            width: WIDTH,
            engine: Arc::new(Local),
            events: Events::new(|_| {}),
            stop: shared.stop.clone(),
            run: None,
            scratch: std::env::temp_dir(),
            prospects: rejoinder::evaluate::prospects::Prospects::default(),
        },
    }
}

/// What a search is given.
pub struct Setting<'a> {
    pub market: &'a Arc<Market>,
    pub seed: u64,
    pub offer: &'a str,
    pub learn: &'a [String],
    pub unseen: &'a [String],
    pub objective: Objective,
    /// Whether messages with ungrounded claims are written again.
    pub rewrites: bool,
    /// Calls in all, those of the first run included.
    pub calls: u64,
}

/// A search, and the calls that it took, those of the first run included.
pub struct Done {
    pub search: Search,
    pub calls: u64,
}

impl Done {
    /// The prompt that stands.
    pub fn prompt<'a>(&'a self, offer: &'a str) -> &'a str {
        match &self.search.challenger {
            Some(challenger) if self.search.verdict.adopts() => challenger,
            _ => offer,
        }
    }
}

/// Runs the offer once for everybody, and then the search.
pub fn run(setting: &Setting<'_>) -> Result<Done, String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(searched(setting)).map_err(|error| error.to_string())
}

async fn searched(setting: &Setting<'_>) -> Result<Done, Box<dyn std::error::Error>> {
    let cast = cast(setting.market);
    let scratch = cast.context.scratch.clone();
    let texts = |of: &[String]| Texts::of(&scratch, of).map(Arc::new);
    let people = People::apart(texts(setting.learn)?, texts(setting.unseen)?)?;
    let first = Bench {
        generator: Some(cast.generator.clone()),
        decision_maker: Some(cast.decision_maker.clone()),
        gate: None,
        prompt: setting.offer.to_owned(),
        seed: setting.seed,
        label: "first".into(),
    };
    let plan = Plan::write_and_decide(setting.learn.len(), 1);
    let ran = run::run(&first, &cast.context, &people.all, plan, "first").await?;
    let entries: Entries = ran.entries(BTreeMap::new());
    let lineage = Lineage::new(setting.offer, None, Split::default());
    let facts = Arc::new(Facts::of(&lineage.facts));
    let standing = Standing::of_entries(&entries, &people, &facts)?;
    let mut details = Details::default();
    for persona in people.all.iter().chain(people.unseen.iter()) {
        details.take(&persona?);
    }
    let lab = Lab {
        cast: &cast,
        facts: &facts,
        gate: setting.rewrites.then(|| Gate::new(Arc::clone(&facts))),
        auditor: None,
        objective: setting.objective,
        decisions: 1,
        seed: setting.seed,
        step: "cycle 1",
        failures: Failures::default(),
    };
    let seed = setting.seed.to_string();
    let proposer = Proposer {
        by_hand: &[],
        cast: &cast,
        facts: &facts,
        details: Arc::new(details),
        tried: &[],
        longest: 12_000,
        key: [&seed, "cycle 1"],
    };
    let before = lab.calls();
    let aim = Aim {
        calls: setting.calls.saturating_sub(before),
        decisions: Decisions::Fixed(1),
        challengers: 6,
        alpha: spending::level(0.05, &[]),
        min_gain: 0.02,
        margin: 0.1,
    };
    let objections = standing.heard.objections();
    let known = Known {
        people: &people,
        offer: &lineage.offer,
        incumbent: setting.offer,
        heard: &standing.heard,
        objections: &objections,
        scores: standing.known(&people, setting.objective)?,
        earlier: Earlier::default(),
    };
    let search = search(&lab, &proposer, known, None, aim).await?;
    Ok(Done { search, calls: lab.calls() })
}
