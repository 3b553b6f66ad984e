//! From options and settings to doors: which model plays which part, with which key, on which host.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::connect::{Reach, effort, forms};
use super::engine;
use super::error::Error;
use super::goes_on;
use super::greet::{Greetings, greet};
use super::live::Follower;
use super::options::{Concurrency, Global, ModelOptions, Scored};
use super::patience::{patience, tell, without_price};
use super::progress::{self, Loudness};
use super::restate::Link;
use super::settings::Settings;
use crate::call::budget::{self, Budget};
use crate::call::stop::{Stop, Why};
use crate::call::straggler::{self, Remedy};
use crate::call::watch::Watch;
use crate::call::{Caller, Shared};
use crate::data::folder::DataFolder;
use crate::engine::Kind;
use crate::evaluate::account::Account;
use crate::evaluate::decision_maker::{DECISION_TOKENS, DecisionMaker, Threshold};
use crate::evaluate::decision_prompt::DecisionPrompt;
use crate::evaluate::generator::{Generator, MESSAGE_TOKENS};
use crate::evaluate::grounding::{AUDIT_TOKENS, Auditor};
use crate::evaluate::prospects::Prospects;
use crate::evaluate::run::RunContext;
use crate::event::{Event, Events};
use crate::improve::Improver;
use crate::improve::improver::REWRITE_TOKENS;
use crate::journal::{Begun, Inputs, Journal};
use crate::model::Role;
use crate::model::form::without_form;
use crate::model::hosts::Host;
use crate::model::id::ModelId;
use crate::model::limits::permits::{self, Permits};
use crate::model::price::Prices;
use crate::model::retry::RetryPolicy;
use crate::report::words;

/// The model of every role where nothing is said.
const DEFAULT_MODEL: &str = "anthropic/claude-sonnet-5-5";
/// Calls at once where nothing is said: as many as the original service had workers.
const DEFAULT_CONCURRENCY: Concurrency = Concurrency::Fixed(6);
/// Calls that wait for workers at once where nothing is said: workers hold them back, and as many as this are in
/// Restate's hands at most.
const REMOTE_CONCURRENCY: usize = 500;
/// Seconds until a call is given up: the official SDK's.
const DEFAULT_TIMEOUT: u64 = 600;

/// What every command starts from.
pub struct Setup {
    /// The settings file.
    pub settings: Settings,
    /// The data folder.
    pub folder: DataFolder,
    /// Where events go.
    pub events: Events,
    /// Lets other processes see them.
    pub live: Follower,
    /// The wish to stop.
    pub stop: Stop,
    /// The way to workers elsewhere, once one is used.
    pub link: OnceLock<Link>,
    /// The command line without the program's name.
    pub arguments: Vec<String>,
    /// The run that is to be gone on with, where one was named.
    pub resume: Option<String>,
}

impl Setup {
    /// Reads the settings and finds the data folder.
    ///
    /// # Errors
    /// When the settings file cannot be used.
    pub fn new(global: &Global, stop: Stop, arguments: Vec<String>) -> Result<Self, Error> {
        let settings = Settings::load(global.config.as_deref())?;
        let root = global.data_dir.clone().or_else(|| environment("REJOINDER_DATA_DIR").map(PathBuf::from));
        let root = root.or_else(|| settings.data_dir.clone()).unwrap_or_else(|| PathBuf::from("data"));
        let loudness = match (global.quiet, global.verbose) {
            (true, _) => Loudness::Quiet,
            (false, true) => Loudness::Verbose,
            (false, false) => Loudness::Normal,
        };
        let (shown, live) = (progress::on_stderr(loudness), Follower::default());
        let heard = live.clone();
        let events = Events::new(move |event| {
            heard.hear(&event);
            shown.emit(event);
        });
        let resume = global.resume.clone();
        Ok(Setup {
            settings,
            folder: DataFolder::open(&root),
            events,
            live,
            stop,
            link: OnceLock::new(),
            arguments,
            resume,
        })
    }

    /// The doors for these roles.
    ///
    /// # Errors
    /// When a model, key, address, price or prompt cannot be used.
    pub fn doors(&self, options: &ModelOptions, roles: &[Role]) -> Result<Doors, Error> {
        Doors::open(self, options, roles)
    }

    /// The same, and that of the auditor unless it is turned off.
    ///
    /// # Errors
    /// As [`Setup::doors`].
    pub fn audited_doors(&self, options: &ModelOptions, roles: &[Role]) -> Result<Doors, Error> {
        let is_off = names_auditor(options, &self.settings) == Some(false);
        let auditor = [Role::Auditor];
        self.doors(options, &[roles, if is_off { &[] } else { &auditor[..] }].concat())
    }
}

/// The doors of a command's roles. They share permits per host, one meter and one account.
pub struct Doors {
    pub(super) callers: BTreeMap<Role, Caller>,
    /// The variables that have the keys.
    pub(super) variables: BTreeMap<Role, String>,
    limits: BTreeMap<Role, u32>,
    decision_prompt: DecisionPrompt,
    /// The decision prompt of the referee, where there is one.
    referee_prompt: Option<DecisionPrompt>,
    scored: Option<Threshold>,
    /// Where the command's trials run.
    pub context: RunContext,
    shared: Shared,
}

impl Doors {
    fn open(setup: &Setup, options: &ModelOptions, roles: &[Role]) -> Result<Self, Error> {
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
        let doors = Doors { callers, variables, limits, decision_prompt, referee_prompt, scored, context, shared };
        let first = doors.callers.contains_key(&Role::DecisionMaker).then(|| doors.decision_maker().fingerprint());
        if first.is_some() && first == doors.referee().map(|referee| referee.fingerprint()) {
            return Err(Error::Usage(
                "the referee would be the decision maker over again; give --referee another model or another decision \
                 prompt"
                    .into(),
            ));
        }
        Ok(doors)
    }

    /// The door of a role that this command asked for.
    ///
    /// # Panics
    /// When the command did not ask for it: a mistake in the command, not in its input.
    #[must_use]
    pub fn caller(&self, role: Role) -> Caller {
        self.callers[&role].clone()
    }

    /// Whether there is a door of this role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.callers.contains_key(&role)
    }

    /// The most tokens of one answer in this role.
    #[must_use]
    pub fn most_tokens(&self, role: Role) -> u32 {
        self.limits.get(&role).copied().unwrap_or(DECISION_TOKENS)
    }

    /// What calls cost.
    #[must_use]
    pub fn prices(&self) -> &Prices {
        &self.shared.prices
    }

    /// Begins the command's run in the journal, or goes on with the one that was interrupted. `parts` is everything that
    /// the run depends on besides the models: hashes of files, counts, choices.
    ///
    /// # Errors
    /// When the journal cannot be used, or the user's seed is that of a run under way.
    pub fn begin(
        &mut self,
        setup: &Setup,
        options: &ModelOptions,
        command: &str,
        parts: &[&str],
        seed: (Option<u64>, u64),
    ) -> Result<Arc<Begun>, Error> {
        let mut all: Vec<String> = parts.iter().map(ToString::to_string).collect();
        for (role, caller) in &self.callers {
            let tokens = self.limits.get(role).copied().unwrap_or_default();
            // What is learned of a host on the way does not make it another run.
            let settings = without_form(&caller.model().settings());
            all.push(format!("{role}: {} {settings} {tokens}", caller.model().id()));
        }
        all.push(self.decision_prompt.text.clone());
        all.extend(self.referee_prompt.as_ref().map(|prompt| format!("referee: {}", prompt.text)));
        all.extend(self.scored.map(|threshold| format!("scored: {}", threshold.get())));
        all.push(env!("CARGO_PKG_VERSION").to_owned());
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let (seed, least_seed) = seed;
        if let Some(link) = setup.link.get() {
            link.check()?;
        }
        let journal = Journal::open(setup.folder.root())?;
        let inputs =
            Inputs { command, arguments: &setup.arguments, parts: &all, seed, least_seed, fresh: options.fresh };
        let run = match &setup.resume {
            Some(wanted) => goes_on::resume(&journal, &inputs, wanted)?,
            None => journal.begin(&inputs)?,
        };
        if !run.resumed && !options.fresh {
            goes_on::name_others(&journal, &inputs, &run, &setup.events)?;
        }
        goes_on::count(&journal, &run, &self.shared.budget, &self.shared.prices)?;
        if run.resumed {
            setup.events.emit(Event::Note(format!(
                "Going on with run {} of {}: {} found (--fresh starts over)",
                run.id,
                run.started.get(..16).unwrap_or(&run.started).replace('T', " "),
                words::count(run.found, "answered call", "answered calls")
            )));
        }
        let (batches, requests) = journal.batches_open(&run.id)?;
        if batches > 0 && !self.context.account.has_batches() {
            setup.events.emit(Event::Warning(format!(
                "{} of this run with {} under way or to be collected and paid for: stop, and give the same command with \
                 --engine batches",
                words::count(batches, "message batch", "message batches"),
                words::count(requests, "request is", "requests are")
            )));
        }
        // Set once: a command has one run.
        let _ = self.shared.log.set(run.calls());
        let run = Arc::new(run);
        setup.live.follow(&run, command, &self.context.account);
        if let Some(link) = setup.link.get() {
            link.begin(&run, setup);
        }
        self.context.run = Some(Arc::clone(&run));
        Ok(run)
    }

    /// The generator.
    #[must_use]
    pub fn generator(&self) -> Generator {
        Generator::new(self.caller(Role::Generator), self.limits[&Role::Generator])
    }

    /// The decision maker.
    #[must_use]
    pub fn decision_maker(&self) -> DecisionMaker {
        DecisionMaker::new(
            self.caller(Role::DecisionMaker),
            self.decision_prompt.clone(),
            self.limits[&Role::DecisionMaker],
        )
        .scored(self.scored)
        .with_reasons(self.callers.get(&Role::Reasoner).cloned(), self.limits[&Role::Reasoner])
    }

    /// The second decision maker, where one was asked for (`--referee`). It has its own fingerprint, its calls are metered
    /// as the referee's, and it waits for the same permits as all others on its host.
    #[must_use]
    pub fn referee(&self) -> Option<DecisionMaker> {
        let (caller, prompt) = (self.callers.get(&Role::Referee)?, self.referee_prompt.as_ref()?);
        let referee = DecisionMaker::new(caller.clone(), prompt.clone(), self.limits[&Role::Referee]);
        Some(referee.scored(self.scored))
    }

    /// The improver.
    #[must_use]
    pub fn improver(&self) -> Improver {
        Improver::new(self.caller(Role::Improver), self.limits[&Role::Improver])
    }

    /// The auditor, unless it is turned off.
    #[must_use]
    pub fn auditor(&self) -> Option<Auditor> {
        let caller = self.callers.get(&Role::Auditor)?;
        Some(Auditor::new(caller.clone(), self.limits[&Role::Auditor]))
    }
}

/// What is done about stragglers: flag, environment, settings file, default.
fn stragglers(options: &ModelOptions, settings: &Settings) -> Result<straggler::Policy, Error> {
    let named = environment("REJOINDER_STRAGGLERS").or_else(|| settings.stragglers.clone());
    let remedy = match (options.stragglers, named) {
        (Some(remedy), _) => remedy,
        (None, Some(text)) => text.parse().map_err(Error::Usage)?,
        (None, None) => Remedy::default(),
    };
    let margin = settings.straggler_seconds.map(Duration::from_secs_f64);
    Ok(straggler::Policy { remedy, margin: margin.unwrap_or(straggler::Policy::default().margin) })
}

/// Names the auditor in the environment.
const AUDITOR_VARIABLE: &str = "REJOINDER_AUDITOR";

/// Whether an auditor is named, by flag, environment or settings file; `none` names no one. `None` where nobody says
/// anything, so that each command has a default of its own.
pub fn names_auditor(options: &ModelOptions, settings: &Settings) -> Option<bool> {
    named(options.auditor.as_ref(), AUDITOR_VARIABLE, settings.auditor.as_ref()).map(|name| name != "none")
}

/// Names the model that gives reasons in the environment.
const REASONS_VARIABLE: &str = "REJOINDER_REASONS";

/// What flag, environment or settings file say.
fn named(flag: Option<&String>, variable: &str, setting: Option<&String>) -> Option<String> {
    flag.cloned().or_else(|| environment(variable)).or_else(|| setting.cloned())
}

/// From which score on a decision is a yes: flag, environment, settings file; where nothing is said, what the decision prompt
/// is for.
fn scored(options: &ModelOptions, settings: &Settings, prompt: &DecisionPrompt) -> Result<Option<Threshold>, Error> {
    let Scored(threshold) = match (options.scored, environment("REJOINDER_SCORED"), &settings.scored) {
        (Some(scored), ..) => scored,
        (None, Some(text), _) => text.parse().map_err(Error::Usage)?,
        (None, None, Some(scored)) => Scored::from_settings(scored).map_err(Error::Usage)?,
        (None, None, None) => Scored(prompt.threshold()),
    };
    Ok(threshold)
}

/// A flag for all roles goes before a setting for one: what was typed just now is what is meant. The same holds between
/// the environment and the settings file. Where no auditor is named, it is the improver's model; where no improver is either,
/// and none of the command's `roles` is one, it is that of the last of them.
fn model_of(role: Role, roles: &[Role], options: &ModelOptions, settings: &Settings) -> Result<ModelId, Error> {
    let role = match (role, options.referee.as_ref().and_then(|referee| referee.model.as_ref())) {
        (Role::Referee, Some(model)) => return Ok(model.clone()),
        (Role::Referee, None) => Role::DecisionMaker,
        (role, _) => role,
    };
    let (flag, variable, setting) = match role {
        Role::Generator => (&options.generator, "REJOINDER_GENERATOR", &settings.generator),
        Role::DecisionMaker | Role::Referee => {
            (&options.decision_maker, "REJOINDER_DECISION_MAKER", &settings.decision_maker)
        }
        Role::Improver => (&options.improver, "REJOINDER_IMPROVER", &settings.improver),
        Role::Auditor => (&options.auditor, AUDITOR_VARIABLE, &settings.auditor),
        // Chosen where it is known whether one is needed.
        Role::Reasoner => (&options.reasons, REASONS_VARIABLE, &settings.reasons),
    };
    let is_auditor = role == Role::Auditor;
    let improver = || if is_auditor { options.improver.clone() } else { None };
    let chosen = flag.clone().or_else(improver).or_else(|| options.model.clone());
    let improver = || if is_auditor { environment("REJOINDER_IMPROVER") } else { None };
    let chosen = chosen.or_else(|| environment(variable)).or_else(improver).or_else(|| environment("REJOINDER_MODEL"));
    let improver = || if is_auditor { settings.improver.clone() } else { None };
    let chosen = chosen.or_else(|| setting.clone()).or_else(improver).or_else(|| settings.model.clone());
    let last = roles.iter().copied().rfind(|other| *other != Role::Auditor);
    match (chosen, last) {
        (Some(chosen), _) => Ok(chosen.parse()?),
        (None, Some(last)) if is_auditor && !roles.contains(&Role::Improver) => {
            model_of(last, roles, options, settings)
        }
        (None, _) => Ok(DEFAULT_MODEL.parse()?),
    }
}

/// A variable of the environment or of `.env`; one that is blank is one that is not set.
pub fn environment(variable: &str) -> Option<String> {
    std::env::var(variable).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}
