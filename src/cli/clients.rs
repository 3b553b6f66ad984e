//! From options and settings to clients: which model plays which part, with which key, on which host.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::connect::{NO_KEY, Reach, effort, forms};
use super::engine;
use super::error::Error;
use super::examples;
use super::greet::{Greetings, greet};
use super::options::{Concurrency, ModelOptions};
use super::patience::{patience, tell, without_price};
use super::restate::Link;
use super::roles::{REASONS_VARIABLE, environment, model_of, named, scored, stragglers};
use super::settings::Settings;
use super::setup::Setup;
use crate::call::budget::{self, Budget};
use crate::call::stop::{Stop, Why};
use crate::call::straggler::{self, Remedy};
use crate::call::watch::Watch;
use crate::call::{Caller, Shared};
use crate::engine::Kind;
use crate::evaluate::account::Account;
use crate::evaluate::decision_maker::{DECISION_TOKENS, Threshold};
use crate::evaluate::decision_prompt::DecisionPrompt;
use crate::evaluate::examples::Examples;
use crate::evaluate::generator::MESSAGE_TOKENS;
use crate::evaluate::grounding::AUDIT_TOKENS;
use crate::evaluate::prospects::Prospects;
use crate::evaluate::run::RunContext;
use crate::event::{Event, Events};
use crate::improve::improver::REWRITE_TOKENS;
use crate::model::hosts::Host;
use crate::model::id::ModelId;
use crate::model::limits::permits::{self, Permits};
use crate::model::price::Prices;
use crate::model::retry::RetryPolicy;
use crate::model::{Model, Role};

/// Calls at once where nothing is said: as many as the original service had workers.
const DEFAULT_CONCURRENCY: Concurrency = Concurrency::Fixed(6);
/// Calls that wait for workers at once where nothing is said: workers hold them back, and as many as this are in
/// Restate's hands at most.
const REMOTE_CONCURRENCY: usize = 500;
/// Seconds until a call is given up: the official SDK's.
const DEFAULT_TIMEOUT: u64 = 600;

/// The clients of a command's roles. They share permits per host, one meter and one account.
pub struct Clients {
    pub(super) callers: BTreeMap<Role, Caller>,
    /// The variables that have the keys.
    pub(super) variables: BTreeMap<Role, String>,
    pub(super) limits: BTreeMap<Role, u32>,
    pub(super) decision_prompt: DecisionPrompt,
    /// The decision prompt of the referee, where there is one.
    pub(super) referee_prompt: Option<DecisionPrompt>,
    pub(super) scored: Option<Threshold>,
    /// Real examples that the decision maker is shown.
    pub(super) examples: Option<Arc<Examples>>,
    /// Where the command's trials run.
    pub context: RunContext,
    pub(super) shared: Shared,
}

/// The models of a command before any of them is opened.
struct Named<'a> {
    options: &'a ModelOptions,
    settings: &'a Settings,
    kind: Kind,
    /// Restate, where it runs the calls.
    link: Option<Link>,
    reach: Reach,
    ids: BTreeMap<Role, ModelId>,
    /// Seconds until a call is given up.
    timeout: u64,
    retry: RetryPolicy,
}

/// The models of a command, each of them there.
struct Connected {
    models: BTreeMap<Role, Arc<dyn Model>>,
    greetings: Greetings,
    prices: Prices,
    /// Why a key is missing, where that is no error.
    missing_keys: Vec<String>,
}

impl Clients {
    pub(super) fn open(setup: &Setup, options: &ModelOptions, roles: &[Role]) -> Result<Self, Error> {
        let settings = &setup.settings;
        let kind = engine::kind(options, settings)?;
        let concurrency = concurrency(options, settings, kind)?;
        let link = match kind {
            Kind::Restate => Some(Link::open(options.restate.as_deref(), setup)?),
            _ => None,
        };
        let Judging { decision_prompt, referee_prompt, scored } = Judging::read(options, settings)?;
        let examples = if roles.contains(&Role::DecisionMaker) { examples::load(setup, options)? } else { None };
        let named = Named::read(setup, options, roles, (kind, link))?;
        let connected = named.connect()?;
        let shared = named.shared(&setup.stop, &connected.prices)?;
        stop_in_time(options, &setup.stop);
        let (permits, width) = permits_and_width(concurrency, named.link.is_some());
        let simulated = connected.models.iter().filter(|(_, model)| model.is_simulated()).map(|(role, _)| *role);
        let names = named.ids.iter().map(|(&role, id)| (role, id.to_string())).collect();
        let account = Account::new(shared.meter.clone(), connected.prices, names, simulated.collect());
        let context = RunContext {
            account: if kind == Kind::Batches { account.with_batches() } else { account },
            width,
            engine: engine::open(kind, options, setup.folder.root(), &setup.events, &setup.stop),
            events: setup.events.clone(),
            stop: setup.stop.clone(),
            run: None,
            scratch: setup.folder.root().to_owned(),
            prospects: Prospects::default(),
        };
        let clients = Clients {
            callers: named.callers(connected.models, &connected.greetings, permits, (&shared, &setup.events))?,
            variables: named.key_variables(),
            limits: token_limits(settings),
            decision_prompt,
            referee_prompt,
            scored,
            examples,
            context,
            shared,
        };
        clients.check_referee()?;
        // Where something else is wrong, that is said and nothing more.
        for why in connected.missing_keys {
            setup.events.emit(Event::Warning(format!("{NO_KEY}{why}")));
        }
        Ok(clients)
    }

    /// A referee that is the decision maker over again says nothing.
    fn check_referee(&self) -> Result<(), Error> {
        let first = self.callers.contains_key(&Role::DecisionMaker).then(|| self.decision_maker().fingerprint());
        if first.is_some() && first == self.referee().map(|referee| referee.fingerprint()) {
            return Err(Error::Usage(
                "the referee would be the decision maker over again; give --referee another model or another decision \
                 prompt"
                    .into(),
            ));
        }
        Ok(())
    }
}

impl<'a> Named<'a> {
    /// Which model plays which part, and how it is reached. Nothing is sent.
    fn read(
        setup: &'a Setup,
        options: &'a ModelOptions,
        roles: &[Role],
        (kind, link): (Kind, Option<Link>),
    ) -> Result<Self, Error> {
        let settings = &setup.settings;
        let referee = options.referee.as_ref().map(|_| Role::Referee);
        let ids = roles.iter().copied().chain(referee);
        let ids = ids.map(|role| Ok((role, model_of(role, roles, options, settings)?)));
        let mut ids = ids.collect::<Result<BTreeMap<_, _>, Error>>()?;
        let reach = Reach::new(options, settings, forms(setup.folder.root(), &setup.events))?;
        let decider = ids.get(&Role::DecisionMaker).map(|id| reach.only_decides(id)).transpose()?;
        if decider == Some(true) {
            beside_a_decider(&mut ids, roles, options, settings)?;
        }
        let mut takes_base_url = false;
        for id in ids.values() {
            takes_base_url |= reach.host(id)?.is_some_and(Host::takes_base_url);
        }
        if options.base_url.is_some() && !takes_base_url {
            return Err(Error::Usage(
                "--base-url is for openai/ and ollama/ models, and no role uses one; for Claude models set \
                 ANTHROPIC_BASE_URL, and for other hosts base_url under [hosts.NAME] in rejoinder.toml"
                    .into(),
            ));
        }
        for (what, base) in reach.pasted(ids.values()) {
            setup.events.emit(Event::Note(format!("{what} is the address of one call; taken as the base URL {base}")));
        }
        settings.check_ranges().map_err(Error::Usage)?;
        let timeout = options.timeout.or(settings.timeout).unwrap_or(DEFAULT_TIMEOUT);
        let max_retries = options.retries.or(settings.retries).unwrap_or(RetryPolicy::default().max_retries);
        let retry = RetryPolicy { max_retries, ..RetryPolicy::default() };
        Ok(Named { options, settings, kind, link, reach, ids, timeout, retry })
    }

    /// Opens the models, says hello to hosts of one's own, and looks whether a limit on cost can be kept.
    fn connect(&self) -> Result<Connected, Error> {
        let Named { options, settings, reach, ids, .. } = self;
        let keyless = options.dry_run || self.link.is_some();
        let mut models = BTreeMap::new();
        for (&role, id) in ids {
            models.insert(role, reach.connect(role, id, (effort(role, settings)?, self.timeout), keyless)?);
        }
        let needs_keys = options.dry_run && self.link.is_none();
        let missing_keys = if needs_keys { reach.missing_keys(ids.values())? } else { Vec::new() };
        engine::check(self.kind, &models, ids)?;
        let prices = Prices::with_overrides(&settings.prices)?.at(reach.priced(ids.values())?);
        // A dry run sends nothing at all, and workers have hosts of their own.
        let greetings = if keyless { Greetings::default() } else { greet(&models, |role| reach.is_own(&ids[&role]))? };
        let local = ids.iter().filter(|(_, id)| !keyless && reach.is_own(id)).map(|(role, _)| *role);
        let local: BTreeSet<Role> = local.collect();
        let prices = greetings.prices(prices, ids, &models, &local);
        if options.max_cost.is_some() {
            // A limit that cannot be kept is none.
            let unknown = ids.iter().find(|(_, id)| prices.price(&id.to_string()).is_none());
            if let Some((role, id)) = unknown {
                return Err(Error::Usage(without_price(id, local.contains(role))));
            }
        }
        Ok(Connected { models, greetings, prices, missing_keys })
    }

    /// What all calls of the command share.
    fn shared(&self, stop: &Stop, prices: &Prices) -> Result<Shared, Error> {
        let policy = stragglers(self.options, self.settings)?;
        let policy = match &self.link {
            // Asked a second time, it would be the same invocation.
            Some(_) => straggler::Policy { remedy: Remedy::Wait, ..policy },
            None => policy,
        };
        let limits = budget::Limits { calls: self.options.max_calls, cost_usd: self.options.max_cost };
        Ok(Shared {
            budget: Budget::new(limits),
            stop: stop.clone(),
            prices: prices.clone(),
            watch: Watch::new(policy),
            ..Shared::default()
        })
    }

    /// The door of each role. Roles of one host share its permits.
    fn callers(
        &self,
        models: BTreeMap<Role, Arc<dyn Model>>,
        greetings: &Greetings,
        permits: permits::Concurrency,
        (shared, events): (&Shared, &Events),
    ) -> Result<BTreeMap<Role, Caller>, Error> {
        let patience = patience(self.options, self.settings, &self.retry);
        let mut hosts: BTreeMap<String, Permits> = BTreeMap::new();
        let mut callers = BTreeMap::new();
        for (role, model) in models {
            let effort = effort(role, self.settings)?;
            let model = match &self.link {
                Some(link) => link.remote(model, role, (effort, self.timeout, self.retry.max_retries)),
                None => model,
            };
            let permits = hosts.entry(model.host().to_owned()).or_insert_with(|| {
                let gate = Permits::new(permits).with_patience(patience).telling(tell(events, model.host()));
                match greetings.doubt(model.host()) {
                    Some(failure) => gate.in_doubt(failure),
                    None => gate,
                }
            });
            let permits = permits.clone();
            let caller =
                Caller::new(role, model, permits, shared.clone(), events.clone()).with_retry(self.retry.clone());
            callers.insert(role, caller);
        }
        Ok(callers)
    }

    /// The variables that have the keys; workers have keys of their own.
    fn key_variables(&self) -> BTreeMap<Role, String> {
        if self.link.is_some() {
            return BTreeMap::new();
        }
        self.ids.iter().filter_map(|(role, id)| Some((*role, self.reach.key_variable(id)?))).collect()
    }
}

/// How decisions are asked for.
struct Judging {
    decision_prompt: DecisionPrompt,
    referee_prompt: Option<DecisionPrompt>,
    scored: Option<Threshold>,
}

impl Judging {
    fn read(options: &ModelOptions, settings: &Settings) -> Result<Self, Error> {
        let prompt = options.decision_prompt.clone().or_else(|| environment("REJOINDER_DECISION_PROMPT"));
        let prompt = prompt.or_else(|| settings.decision_prompt.clone());
        let decision_prompt = DecisionPrompt::load(prompt.as_deref().unwrap_or("strict"))?;
        let referee = options.referee.as_ref();
        let referee_prompt = referee.map(|referee| referee.prompt.as_ref().unwrap_or(&decision_prompt).clone());
        let scored = scored(options, settings, &decision_prompt)?;
        Ok(Judging { decision_prompt, referee_prompt, scored })
    }
}

/// Calls at once: flag, environment, settings file, default.
fn concurrency(options: &ModelOptions, settings: &Settings, kind: Kind) -> Result<Concurrency, Error> {
    match (options.concurrency, environment("REJOINDER_CONCURRENCY"), &settings.concurrency) {
        (Some(concurrency), ..) => Ok(concurrency),
        (None, Some(text), _) => text.parse().map_err(Error::Usage),
        (None, None, Some(concurrency)) => Concurrency::from_settings(concurrency).map_err(Error::Usage),
        (None, None, None) if kind == Kind::Restate => Ok(Concurrency::Auto),
        (None, None, None) => Ok(DEFAULT_CONCURRENCY),
    }
}

/// The permits of a host, and how many trials are begun at once.
fn permits_and_width(concurrency: Concurrency, has_workers: bool) -> (permits::Concurrency, usize) {
    match concurrency {
        Concurrency::Fixed(number) => (permits::Concurrency::Fixed(number), number),
        // Workers find out what a host bears.
        Concurrency::Auto if has_workers => (permits::Concurrency::Fixed(REMOTE_CONCURRENCY), REMOTE_CONCURRENCY),
        Concurrency::Auto => (permits::Concurrency::Auto, permits::WIDEST),
    }
}

/// Adds whom a decision maker needs that answers with nothing but a chance: somebody to give reasons, and an auditor
/// where it would be the auditor itself. Whoever writes can do both.
fn beside_a_decider(
    ids: &mut BTreeMap<Role, ModelId>,
    roles: &[Role],
    options: &ModelOptions,
    settings: &Settings,
) -> Result<(), Error> {
    let writes = ids.get(&Role::Improver).or(ids.get(&Role::Generator)).cloned();
    let writer = || match &writes {
        Some(id) => Ok(id.clone()),
        None => model_of(Role::Improver, roles, options, settings),
    };
    let reasoner = match named(options.reasons.as_ref(), REASONS_VARIABLE, settings.reasons.as_ref()) {
        Some(name) if name == "none" => None,
        Some(name) => Some(name.parse()?),
        None => Some(writer()?),
    };
    if ids.get(&Role::Auditor).is_some_and(|id| Some(id) == ids.get(&Role::DecisionMaker)) {
        ids.insert(Role::Auditor, writer()?);
    }
    ids.extend(reasoner.map(|id| (Role::Reasoner, id)));
    Ok(())
}

/// Tokens of an answer at most.
fn token_limits(settings: &Settings) -> BTreeMap<Role, u32> {
    let tokens = &settings.max_tokens;
    BTreeMap::from([
        (Role::Generator, tokens.generator.unwrap_or(MESSAGE_TOKENS)),
        (Role::DecisionMaker, tokens.decision_maker.unwrap_or(DECISION_TOKENS)),
        (Role::Improver, tokens.improver.unwrap_or(REWRITE_TOKENS)),
        (Role::Auditor, tokens.auditor.unwrap_or(AUDIT_TOKENS)),
        (Role::Referee, tokens.decision_maker.unwrap_or(DECISION_TOKENS)),
        (Role::Reasoner, tokens.decision_maker.unwrap_or(DECISION_TOKENS)),
    ])
}

/// Asks the run to stop when the time that the user gave it is over.
fn stop_in_time(options: &ModelOptions, stop: &Stop) {
    if let Some(seconds) = options.max_time {
        let stop = stop.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            stop.ask(Why::Time);
        });
    }
}
