//! Trials alone, in a process of their own: messages and decisions, the journal included, and no claims audit.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::sync::Arc;

use rejoinder::call::{Caller, Shared};
use rejoinder::data::folder::DataFolder;
use rejoinder::engine::Engine;
use rejoinder::engine::batches::{Batches, Manner};
use rejoinder::engine::local::Local;
use rejoinder::evaluate::account::Account;
use rejoinder::evaluate::decision_maker::{DECISION_TOKENS, DecisionMaker};
use rejoinder::evaluate::decision_prompt::DecisionPrompt;
use rejoinder::evaluate::generator::{Generator, MESSAGE_TOKENS};
use rejoinder::evaluate::plan::Plan;
use rejoinder::evaluate::run::{self, RunContext};
use rejoinder::evaluate::trial::Bench;
use rejoinder::event::Events;
use rejoinder::journal::{Inputs, Journal};
use rejoinder::model::http::Settings;
use rejoinder::model::id::ModelId;
use rejoinder::model::limits::permits::{Concurrency, Permits};
use rejoinder::model::messages_api::MessagesApi;
use rejoinder::model::price::Prices;
use rejoinder::model::{Model, Role};

use super::process::{Market, Place, Took, measured};

/// The first argument of the client.
pub const ROLE: &str = "client-of-trials";
const WIDTH: usize = 64;
const MODEL: &str = "anthropic/claude-sonnet-5-5";

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What so many trials take of a client.
pub fn measure(market: &Market, trials: usize, engine: &str) -> Took {
    let place = Place::with_people(trials);
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.current_dir(place.root()).args([ROLE, engine, &market.url]).stdin(Stdio::null()).stdout(Stdio::null());
    let took = measured(command, |_| {});
    assert_eq!(took.code, Some(0), "the client ends well");
    took
}

/// The client: all trials of the personas in `data/personas/people.json`.
pub fn client() {
    let arguments: Vec<String> = std::env::args().collect();
    let (engine, url) = (arguments[2].clone(), arguments[3].clone());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    runtime.block_on(trials(&engine, &url));
}

async fn trials(engine: &str, url: &str) {
    let scratch = std::env::current_dir().expect("a folder").join("data");
    let folder = DataFolder::open(&scratch);
    let file = folder.resolve(rejoinder::data::Kind::Personas, "people").expect("the personas");
    let people = Arc::new(rejoinder::data::personas::open(&folder, &file).expect("the personas"));
    let events = Events::new(|_| {});
    let shared = Shared::default();
    let journal = Journal::open(&scratch).expect("a journal");
    let inputs = Inputs { command: "bench", arguments: &[], parts: &[], seed: None, least_seed: 1, fresh: false };
    let begun = Arc::new(journal.begin(&inputs).expect("a run"));
    let _ = shared.log.set(begun.calls());
    let id: ModelId = MODEL.parse().expect("a model");
    let model: Arc<dyn Model> = Arc::new(MessagesApi::new(&id, url, None, Settings::default()).expect("an address"));
    let permits = Permits::new(Concurrency::Fixed(WIDTH));
    let door = |role| {
        let model = Arc::clone(&model);
        Caller::new(role, model, permits.clone(), shared.clone(), events.clone())
    };
    let names = [Role::Generator, Role::DecisionMaker].map(|role| (role, MODEL.to_owned()));
    let prices = Prices::with_overrides(&BTreeMap::new()).expect("there are no overrides");
    let engine: Arc<dyn Engine> = match engine {
        "batches" => {
            Arc::new(Batches::new(Manner::default(), scratch.clone(), events.clone(), shared.stop.clone(), None))
        }
        _ => Arc::new(Local),
    };
    let context = RunContext {
        account: Account::new(shared.meter.clone(), prices, BTreeMap::from(names), BTreeSet::new()),
        width: WIDTH,
        engine,
        events: events.clone(),
        stop: shared.stop.clone(),
        run: Some(begun),
        scratch,
        prospects: rejoinder::evaluate::prospects::Prospects::default(),
    };
    let bench = Bench {
        generator: Some(Generator::new(door(Role::Generator), MESSAGE_TOKENS)),
        decision_maker: Some(DecisionMaker::new(door(Role::DecisionMaker), DecisionPrompt::strict(), DECISION_TOKENS)),
        auditing: None,
        prompt: include_str!("../../prompts/sample_offer.md").trim().to_owned(),
        seed: 1,
        label: "bench".into(),
    };
    let plan = Plan::write_and_decide(people.len(), 1);
    let ended = run::run(&bench, &context, &people, plan, "trials").await.expect("it comes to its end");
    assert_eq!(ended.decisions(), people.len() as u64, "every trial is decided");
}
