//! From the name of a model to the model: where it is served, with which key, over which connections.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use super::error::Error;
use super::options::ModelOptions;
use super::settings::Settings;
use super::setup::environment;
use crate::event::{Event, Events};
use crate::model::chat_completions::{self, ChatCompletions, takes_effort};
use crate::model::form::Forms;
use crate::model::http::{self, BaseUrl, Connections, Effort};
use crate::model::id::{ModelId, Provider};
use crate::model::market::Market;
use crate::model::messages_api::{self, MessagesApi};
use crate::model::{Model, Role};

/// What is remembered of the forms in which hosts take requests, in the data folder.
pub fn forms(root: &Path, events: &Events) -> Forms {
    let events = events.clone();
    Forms::in_file(&root.join(FORMS), move |line| events.emit(Event::Note(line)))
}

/// The file's name: hidden, since nobody has to look at it.
const FORMS: &str = ".hosts.json";

/// The connections of all roles, with the certificates that they trust.
pub fn connections(settings: &Settings) -> Result<Connections, Error> {
    let connections = match settings.calls_per_connection {
        Some(calls) => Connections::default().with_lane_width(calls),
        None => Connections::default(),
    };
    match environment("REJOINDER_CA_FILE").map(PathBuf::from).or_else(|| settings.ca_file.clone()) {
        Some(file) => connections.trusting(&file).map_err(|error| Error::Usage(error.to_string())),
        None => Ok(connections),
    }
}

/// How hard a role's model thinks, where a setting says so.
pub fn effort(role: Role, settings: &Settings) -> Result<Option<Effort>, Error> {
    let effort = match role {
        Role::Generator => &settings.effort.generator,
        Role::DecisionMaker | Role::Referee => &settings.effort.decision_maker,
        Role::Improver => &settings.effort.improver,
        Role::Auditor => &settings.effort.auditor,
    };
    effort.as_deref().map(str::parse::<Effort>).transpose().map_err(Error::Usage)
}

/// A model with its effort and its time limit in seconds; `keyless` where it is not going to be called.
pub fn connect(
    id: &ModelId,
    addresses: &Addresses,
    (connections, forms): (&Connections, &Forms),
    (effort, timeout): (Option<Effort>, u64),
    keyless: bool,
) -> Result<Arc<dyn Model>, Error> {
    let (connections, forms) = (connections.clone(), forms.clone());
    // An effort goes only where it is known to be taken.
    let effort = effort.filter(|effort| addresses.takes_effort(id, *effort));
    let wire = http::Settings { effort, timeout: Duration::from_secs(timeout), connections, forms };
    let usage = |error: http::SetupError| Error::Usage(format!("{id}: {error}"));
    Ok(match id.provider() {
        Provider::Market => Arc::new(Market::parse(id.name()).map_err(Error::Usage)?),
        Provider::Anthropic => {
            let key = key("ANTHROPIC_API_KEY", id, &addresses.anthropic, keyless)?;
            Arc::new(MessagesApi::new(id, &addresses.anthropic, key, wire).map_err(usage)?)
        }
        Provider::OpenAi => {
            let key = key("OPENAI_API_KEY", id, &addresses.openai, keyless)?;
            Arc::new(ChatCompletions::new(id, &addresses.openai, key, wire).map_err(usage)?)
        }
        Provider::Ollama => Arc::new(ChatCompletions::new(id, &addresses.ollama, None, wire).map_err(usage)?),
    })
}

/// Where the models of each provider are served: flag, environment, settings file, default.
pub struct Addresses {
    /// Of the Messages API.
    pub anthropic: String,
    /// Of chat completions.
    pub openai: String,
    /// Of Ollama.
    pub ollama: String,
}

impl Addresses {
    /// Those of these options and settings.
    pub fn of(options: &ModelOptions, settings: &Settings) -> Self {
        let (flag, setting) = (options.base_url.clone(), settings.base_url.clone());
        let anthropic = environment("ANTHROPIC_BASE_URL").or_else(|| settings.anthropic_base_url.clone());
        let openai = flag.clone().or_else(|| environment("OPENAI_BASE_URL")).or_else(|| setting.clone());
        Addresses {
            anthropic: anthropic.unwrap_or_else(|| messages_api::DEFAULT_BASE_URL.into()),
            openai: openai.unwrap_or_else(|| chat_completions::OPENAI_BASE_URL.into()),
            ollama: flag.or(setting).unwrap_or_else(|| chat_completions::OLLAMA_BASE_URL.into()),
        }
    }
}

/// The variable of the environment that has the key of this model's host.
pub fn key_variable(id: &ModelId) -> Option<&'static str> {
    match id.provider() {
        Provider::Anthropic => Some("ANTHROPIC_API_KEY"),
        Provider::OpenAi => Some("OPENAI_API_KEY"),
        Provider::Ollama | Provider::Market => None,
    }
}

impl Addresses {
    /// Addresses of these models that are not bases but whole addresses of a call, and what they are taken for.
    pub fn pasted<'a>(&self, ids: impl Iterator<Item = &'a ModelId>) -> BTreeMap<String, String> {
        let address = |id: &ModelId| match id.provider() {
            Provider::Anthropic => Some(&self.anthropic),
            Provider::OpenAi => Some(&self.openai),
            Provider::Ollama => Some(&self.ollama),
            Provider::Market => None,
        };
        ids.filter_map(address).filter_map(|address| Some((address.clone(), BaseUrl::pasted(address)?))).collect()
    }

    /// Whether the server of this model is known to take an effort.
    fn takes_effort(&self, id: &ModelId, effort: Effort) -> bool {
        match id.provider() {
            Provider::Anthropic => true,
            Provider::OpenAi => takes_effort(&self.openai, effort),
            Provider::Ollama => takes_effort(&self.ollama, effort),
            Provider::Market => false,
        }
    }

    /// Whether a model's server may be one of the user's own: it is on this machine.
    pub fn is_own(&self, id: &ModelId) -> bool {
        match id.provider() {
            Provider::Anthropic => is_loopback(&self.anthropic),
            Provider::OpenAi => is_loopback(&self.openai),
            Provider::Ollama => is_loopback(&self.ollama),
            Provider::Market => false,
        }
    }
}

/// Whether a server is on this machine.
pub fn is_loopback(base_url: &str) -> bool {
    BaseUrl::parse(base_url).is_ok_and(|base| base.is_loopback())
}

/// The key from the environment. A server on this machine may do without one, and a dry run always does.
fn key(variable: &str, id: &ModelId, base_url: &str, keyless: bool) -> Result<Option<SecretString>, Error> {
    if let Some(key) = environment(variable) {
        return Ok(Some(SecretString::from(key)));
    }
    if keyless || is_loopback(base_url) {
        return Ok(None);
    }
    Err(Error::NoKey(format!(
        "{variable} is not set, and {id} needs it. Set it in the environment or in .env, or go on without a key: \
         --model market (simulated), or --model ollama/NAME (a server on this machine)"
    )))
}
