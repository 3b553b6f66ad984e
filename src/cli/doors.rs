//! From options and settings to doors: which model plays which part, with which key, on which host.

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
use super::setup::Setup;
use crate::call::budget::{self, Budget};
use crate::call::stop::Why;
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
use crate::event::Event;
use crate::improve::improver::REWRITE_TOKENS;
use crate::model::Role;
use crate::model::hosts::Host;
use crate::model::limits::permits::{self, Permits};
use crate::model::price::Prices;
use crate::model::retry::RetryPolicy;

/// Calls at once where nothing is said: as many as the original service had workers.
const DEFAULT_CONCURRENCY: Concurrency = Concurrency::Fixed(6);
/// Calls that wait for workers at once where nothing is said: workers hold them back, and as many as this are in
/// Restate's hands at most.
const REMOTE_CONCURRENCY: usize = 500;
/// Seconds until a call is given up: the official SDK's.
const DEFAULT_TIMEOUT: u64 = 600;

/// The doors of a command's roles. They share permits per host, one meter and one account.
pub struct Doors {
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

impl Doors {
    pub(super) fn open(setup: &Setup, options: &ModelOptions, roles: &[Role]) -> Result<Self, Error> {
        let settings = &setup.settings;
        let kind = engine::kind(options, settings)?;
        let concurrency = match (options.concurrency, environment("REJOINDER_CONCURRENCY"), &settings.concurrency) {
            (Some(concurrency), ..) => concurrency,
            (None, Some(text), _) => text.parse().map_err(Error::Usage)?,
            (None, None, Some(concurrency)) => Concurrency::from_settings(concurrency).map_err(Error::Usage)?,
            (None, None, None) if kind == Kind::Restate => Concurrency::Auto,
            (None, None, None) => DEFAULT_CONCURRENCY,
        };
        let link = match kind {
            Kind::Restate => Some(Link::open(options.restate.as_deref(), setup)?),
            _ => None,
        };
        // Workers find out what a host bears.
        let concurrency = match concurrency {
            Concurrency::Auto if link.is_some() => Concurrency::Fixed(REMOTE_CONCURRENCY),
            concurrency => concurrency,
        };
        let (permits, width) = match concurrency {
            Concurrency::Fixed(number) => (permits::Concurrency::Fixed(number), number),
            Concurrency::Auto => (permits::Concurrency::Auto, permits::WIDEST),
        };
        let prompt = options.decision_prompt.clone().or_else(|| environment("REJOINDER_DECISION_PROMPT"));
        let prompt = prompt.or_else(|| settings.decision_prompt.clone());
        let decision_prompt = DecisionPrompt::load(prompt.as_deref().unwrap_or("strict"))?;
        let referee_prompt =
            options.referee.as_ref().map(|referee| referee.prompt.as_ref().unwrap_or(&decision_prompt));
        let referee_prompt = referee_prompt.cloned();
        let scored = scored(options, settings, &decision_prompt)?;
        let examples = if roles.contains(&Role::DecisionMaker) { examples::load(setup, options)? } else { None };
        let retry = RetryPolicy {
            max_retries: options.retries.or(settings.retries).unwrap_or(RetryPolicy::default().max_retries),
            ..RetryPolicy::default()
        };

        let referee = options.referee.as_ref().map(|_| Role::Referee);
        let mut ids = roles
            .iter()
            .copied()
            .chain(referee)
            .map(|role| Ok((role, model_of(role, roles, options, settings)?)))
            .collect::<Result<BTreeMap<_, _>, Error>>()?;
        let reach = Reach::new(options, settings, forms(setup.folder.root(), &setup.events))?;
        let decider = ids.get(&Role::DecisionMaker).map(|id| reach.only_decides(id)).transpose()?;
        if decider == Some(true) {
            // Whoever writes can also give reasons and audit.
            let writer = || match ids.get(&Role::Improver).or(ids.get(&Role::Generator)) {
                Some(id) => Ok(id.clone()),
                None => model_of(Role::Improver, roles, options, settings),
            };
            let reasoner = match named(options.reasons.as_ref(), REASONS_VARIABLE, settings.reasons.as_ref()) {
                Some(name) if name == "none" => None,
                Some(name) => Some(name.parse()?),
                None => Some(writer()?),
            };
            let is_auditor_unable = ids.get(&Role::Auditor).is_some_and(|id| Some(id) == ids.get(&Role::DecisionMaker));
            let auditor = if is_auditor_unable { Some(writer()?) } else { None };
            ids.extend(auditor.map(|id| (Role::Auditor, id)));
            ids.extend(reasoner.map(|id| (Role::Reasoner, id)));
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
        let keyless = options.dry_run || link.is_some();
        let mut models = BTreeMap::new();
        for (&role, id) in &ids {
            let effort = effort(role, settings)?;
            models.insert(role, reach.connect(role, id, (effort, timeout), keyless)?);
        }
        let missing_keys =
            if options.dry_run && link.is_none() { reach.missing_keys(ids.values())? } else { Vec::new() };
        engine::check(kind, &models, &ids)?;
        let mut prices = Prices::with_overrides(&settings.prices)?.at(reach.priced(ids.values())?);
        // A dry run sends nothing at all, and workers have hosts of their own.
        let greetings = if keyless { Greetings::default() } else { greet(&models, |role| reach.is_own(&ids[&role]))? };
        let own_roles: BTreeSet<Role> =
            ids.iter().filter(|(_, id)| !keyless && reach.is_own(id)).map(|(role, _)| *role).collect();
        prices = greetings.prices(prices, &ids, &models, &own_roles);
        let limits = budget::Limits { calls: options.max_calls, cost_usd: options.max_cost };
        if limits.cost_usd.is_some() {
            // A limit that cannot be kept is none.
            let unknown = ids.iter().find(|(_, id)| prices.price(&id.to_string()).is_none());
            if let Some((role, id)) = unknown {
                return Err(Error::Usage(without_price(id, own_roles.contains(role))));
            }
        }
        let shared = Shared {
            budget: Budget::new(limits),
            stop: setup.stop.clone(),
            prices: prices.clone(),
            watch: Watch::new(match &link {
                // Asked a second time, it would be the same invocation.
                Some(_) => straggler::Policy { remedy: Remedy::Wait, ..stragglers(options, settings)? },
                None => stragglers(options, settings)?,
            }),
            ..Shared::default()
        };
        if let Some(seconds) = options.max_time {
            let stop = setup.stop.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                stop.ask(Why::Time);
            });
        }
        let mut hosts: BTreeMap<String, Permits> = BTreeMap::new();
        let mut callers = BTreeMap::new();
        let mut simulated = BTreeSet::new();
        let patience = patience(options, settings, &retry);
        for (role, model) in models {
            let effort = effort(role, settings)?;
            let model = match &link {
                Some(link) => link.remote(model, role, (effort, timeout, retry.max_retries)),
                None => model,
            };
            if model.is_simulated() {
                simulated.insert(role);
            }
            let permits = hosts.entry(model.host().to_owned()).or_insert_with(|| {
                let gate = Permits::new(permits).with_patience(patience).telling(tell(&setup.events, model.host()));
                match greetings.doubt(model.host()) {
                    Some(failure) => gate.in_doubt(failure),
                    None => gate,
                }
            });
            let permits = permits.clone();
            callers
                .insert(role, Caller::new(role, model, permits, retry.clone(), shared.clone(), setup.events.clone()));
        }
        let variables = ids.iter().filter_map(|(role, id)| Some((*role, reach.key_variable(id)?)));
        let variables = if link.is_some() { BTreeMap::new() } else { variables.collect() };
        let names = ids.iter().map(|(&role, id)| (role, id.to_string())).collect();
        let tokens = &settings.max_tokens;
        let limits = BTreeMap::from([
            (Role::Generator, tokens.generator.unwrap_or(MESSAGE_TOKENS)),
            (Role::DecisionMaker, tokens.decision_maker.unwrap_or(DECISION_TOKENS)),
            (Role::Improver, tokens.improver.unwrap_or(REWRITE_TOKENS)),
            (Role::Auditor, tokens.auditor.unwrap_or(AUDIT_TOKENS)),
            (Role::Referee, tokens.decision_maker.unwrap_or(DECISION_TOKENS)),
            (Role::Reasoner, tokens.decision_maker.unwrap_or(DECISION_TOKENS)),
        ]);
        let account = Account::new(shared.meter.clone(), prices, names, simulated);
        let account = if kind == Kind::Batches { account.with_batches() } else { account };
        let context = RunContext {
            account,
            width,
            engine: engine::open(kind, options, setup.folder.root(), &setup.events, &setup.stop),
            events: setup.events.clone(),
            stop: setup.stop.clone(),
            run: None,
            scratch: setup.folder.root().to_owned(),
            prospects: Prospects::default(),
        };
        let doors =
            Doors { callers, variables, limits, decision_prompt, referee_prompt, scored, examples, context, shared };
        let first = doors.callers.contains_key(&Role::DecisionMaker).then(|| doors.decision_maker().fingerprint());
        if first.is_some() && first == doors.referee().map(|referee| referee.fingerprint()) {
            return Err(Error::Usage(
                "the referee would be the decision maker over again; give --referee another model or another decision \
                 prompt"
                    .into(),
            ));
        }
        // Where something else is wrong, that is said and nothing more.
        for why in missing_keys {
            setup.events.emit(Event::Warning(format!("{NO_KEY}{why}")));
        }
        Ok(doors)
    }
}
