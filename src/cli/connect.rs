//! From the name of a model to the model: at which host it is served, with which key, over which connections.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use secrecy::SecretString;
use url::Url;

use super::error::Error;
use super::market;
use super::options::ModelOptions;
use super::settings::Settings;
use super::setup::environment;
use crate::event::{Event, Events};
use crate::model::chat_completions::{ChatCompletions, takes_effort};
use crate::model::decisions::{Decisions, Form};
use crate::model::form::Forms;
use crate::model::hosts::{Entry, Host, Hosts, Wire};
use crate::model::http::{self, BaseUrl, Connections, Effort, KeyHeader, Plain, Proxy};
use crate::model::id::ModelId;
use crate::model::messages_api::MessagesApi;
use crate::model::{Model, Role};
use crate::report::known_hosts::{Key, KnownHost};
use crate::report::words;
pub use crate::web::children::NO_KEY;

/// The remembered forms in which hosts take requests, kept in the data folder.
pub fn forms(root: &Path, events: &Events) -> Forms {
    let events = events.clone();
    Forms::in_file(&root.join(FORMS), move |line| events.emit(Event::Note(line)))
}

/// The file's name: hidden, since nobody has to look at it.
const FORMS: &str = ".hosts.json";

/// Refuses a model at a host that is not built in: what there is before any settings are.
///
/// # Errors
/// One line, where there is no such host or market.
pub fn check_built_in(id: &ModelId) -> Result<(), Error> {
    match Hosts::built_in().of_model(id).map_err(|error| Error::Usage(format!("{id}: {error}")))? {
        Some(_) => Ok(()),
        None => market::open(id.name()).map(drop),
    }
}

/// How hard a role's model thinks, where a setting says so.
pub fn effort(role: Role, settings: &Settings) -> Result<Option<Effort>, Error> {
    let effort = match role {
        Role::Generator => &settings.effort.generator,
        Role::DecisionMaker | Role::Referee | Role::Reasoner => &settings.effort.decision_maker,
        Role::Improver => &settings.effort.improver,
        Role::Auditor => &settings.effort.auditor,
    };
    effort.as_deref().map(str::parse::<Effort>).transpose().map_err(Error::Usage)
}

/// All hosts, where each of them is, and the connections to them.
pub struct Reach {
    hosts: Hosts,
    /// `--base-url`.
    flag: Option<String>,
    connections: Connections,
    /// Those of hosts with certificates or a proxy of their own.
    special: BTreeMap<String, Connections>,
    /// The form in which each host takes requests, as far as known.
    forms: Forms,
}

impl Reach {
    /// Builds it from options and settings. A host's address comes from the flag (for hosts that `--base-url` is for),
    /// else from the environment, else from the settings, else from the built-in table.
    ///
    /// # Errors
    /// One line, where a setting cannot be used.
    pub fn new(options: &ModelOptions, settings: &Settings, forms: Forms) -> Result<Self, Error> {
        let usage = |error: &dyn std::fmt::Display| Error::Usage(error.to_string());
        let mut older = BTreeMap::new();
        let at = |base_url: &String| Entry { base_url: Some(base_url.clone()), ..Entry::default() };
        if let Some(base_url) = &settings.base_url {
            let hosts = Hosts::built_in();
            older.extend(
                hosts.iter().filter(|host| host.takes_base_url()).map(|host| (host.name.clone(), at(base_url))),
            );
        }
        older.extend(settings.anthropic_base_url.iter().map(|base_url| ("anthropic".to_owned(), at(base_url))));
        let hosts = Hosts::built_in().with(&older).and_then(|hosts| hosts.with(&settings.hosts));
        let hosts = hosts.map_err(|error| usage(&error))?;
        let connections = match settings.calls_per_connection {
            Some(calls) => Connections::default().with_lane_width(calls),
            None => Connections::default(),
        };
        let connections = match environment("REJOINDER_CA_FILE").map(PathBuf::from).or_else(|| settings.ca_file.clone())
        {
            Some(file) => connections.trusting(&file).map_err(|error| usage(&error))?,
            None => connections,
        };
        let mut special = BTreeMap::new();
        for host in hosts.iter() {
            let proxy = host.proxy().map_err(|error| usage(&error))?;
            if host.ca_file().is_none() && proxy == Proxy::Environment {
                continue;
            }
            let connections = connections.clone().through(proxy);
            let connections = match host.ca_file() {
                Some(file) => connections.trusting(file).map_err(|error| usage(&error))?,
                None => connections,
            };
            special.insert(host.name.clone(), connections);
        }
        Ok(Reach { hosts, flag: options.base_url.clone(), connections, special, forms })
    }

    /// Whether a model answers with probabilities and writes nothing.
    ///
    /// # Errors
    /// One line, where there is no such host or market.
    pub fn only_decides(&self, id: &ModelId) -> Result<bool, Error> {
        match self.host(id)? {
            Some(host) => Ok(host.wire().only_decides()),
            None => Ok(market::open(id.name())?.only_decides()),
        }
    }

    /// The host of a model, unless it is the market's.
    ///
    /// # Errors
    /// One line, where there is no such host.
    pub fn host(&self, id: &ModelId) -> Result<Option<&Host>, Error> {
        self.hosts.of_model(id).map_err(|error| Error::Usage(format!("{id}: {error}")))
    }

    /// Where a host is.
    ///
    /// # Errors
    /// One line, where nothing says it.
    pub fn base_url(&self, host: &Host) -> Result<String, Error> {
        self.address(host).map(|(base_url, _)| base_url)
    }

    /// A host's address, and the version of its interface if the address names one.
    fn address(&self, host: &Host) -> Result<(String, Option<(String, String)>), Error> {
        let address = match &self.flag {
            Some(flag) if host.takes_base_url() => flag.clone(),
            _ => host.base_url(environment).map_err(|error| Error::Usage(error.to_string()))?,
        };
        Ok(without_version(&address))
    }

    /// The environment variable with the key of this model's host.
    pub fn key_variable(&self, id: &ModelId) -> Option<String> {
        self.host(id).ok()??.key_env().map(ToOwned::to_owned)
    }

    /// Addresses of these models that are a call's whole address instead of a base URL, and the base URL that is used
    /// in their place.
    pub fn pasted<'a>(&self, ids: impl Iterator<Item = &'a ModelId>) -> BTreeMap<String, String> {
        let hosts = ids.filter_map(|id| self.host(id).ok()?);
        let addresses = hosts.filter_map(|host| self.base_url(host).ok());
        addresses.filter_map(|address| BaseUrl::pasted(&address).map(|base| (address, base))).collect()
    }

    /// Whether a model's server may be run by the user: it is on this machine, or it is a self-hosted kind of server
    /// that is reached without encryption, as such servers are.
    pub fn is_own(&self, id: &ModelId) -> bool {
        let Ok(Some(host)) = self.host(id) else { return false };
        let Ok(base) = self.base_url(host).map(|address| BaseUrl::parse_with(&address, Plain::Anywhere)) else {
            return false;
        };
        base.is_ok_and(|base| base.is_loopback() || host.is_local() && !base.is_https())
    }

    /// The hosts as prices see them: a self-hosted kind of server that is reached over HTTPS on another machine may be
    /// anybody's, so it is not assumed to be free.
    ///
    /// # Errors
    /// One line, where nothing says where a host of these models is.
    pub fn priced<'a>(&self, ids: impl Iterator<Item = &'a ModelId>) -> Result<Hosts, Error> {
        let mut paid = BTreeMap::new();
        for id in ids {
            let Some(host) = self.host(id)?.filter(|host| host.is_local()) else { continue };
            let base_url = self.base_url(host)?;
            if BaseUrl::parse(&base_url).is_ok_and(|base| base.is_https() && !base.is_loopback()) {
                paid.insert(host.name.clone(), Entry { local: Some(false), ..Entry::default() });
            }
        }
        self.hosts.clone().with(&paid).map_err(|error| Error::Usage(error.to_string()))
    }

    /// A model for a role, with its effort and its time limit in seconds; `keyless` where it is not going to be called.
    ///
    /// # Errors
    /// One line, where the model, its host, its address or its key cannot be used.
    pub fn connect(
        &self,
        role: Role,
        id: &ModelId,
        (effort, timeout): (Option<Effort>, u64),
        keyless: bool,
    ) -> Result<Arc<dyn Model>, Error> {
        if self.only_decides(id)? && !matches!(role, Role::DecisionMaker | Role::Referee) {
            return Err(Error::Usage(format!(
                "{id} answers with probabilities and writes no text: it can be the decision maker (--decision-maker) \
                 or the referee, and the {role} needs another model"
            )));
        }
        self.model(id, (effort, timeout), keyless)
    }

    /// What a dry run says of keys that the run itself would miss, each reason once.
    ///
    /// # Errors
    /// One line, where a host or its address cannot be used.
    pub fn missing_keys<'i>(&self, ids: impl Iterator<Item = &'i ModelId>) -> Result<Vec<String>, Error> {
        let mut missing = Vec::new();
        for id in ids {
            let Some(host) = self.host(id)? else { continue };
            match key(host, id, &self.address(host)?.0, false) {
                Err(Error::NoKey(why)) if !missing.contains(&why) => missing.push(why),
                Ok(_) | Err(_) => {}
            }
        }
        Ok(missing)
    }

    fn model(
        &self,
        id: &ModelId,
        (effort, timeout): (Option<Effort>, u64),
        keyless: bool,
    ) -> Result<Arc<dyn Model>, Error> {
        let Some(host) = self.host(id)? else {
            return market::open(id.name());
        };
        let (base_url, version) = self.address(host)?;
        let mut route = host.route();
        if let Some(version) = version {
            // Azure's older routes, recognised by this parameter, take the key in a header of their own.
            route.key_header = route.key_header.or(Some(KeyHeader::ApiKey));
            route.query.retain(|(name, _)| *name != version.0);
            route.query.push(version);
        }
        // An effort is sent only to hosts that are known to accept one.
        let takes = |effort: &Effort| host.wire() == Wire::Messages || takes_effort(&base_url, *effort);
        let wire = http::Settings {
            effort: effort.filter(takes),
            timeout: Duration::from_secs(timeout),
            connections: self.special.get(&host.name).unwrap_or(&self.connections).clone(),
            route,
            forms: self.forms.clone(),
        };
        let usage = |error: http::SetupError| Error::Usage(format!("{id}: {error}"));
        let key = key(host, id, &base_url, keyless)?;
        Ok(match host.wire() {
            Wire::Messages => Arc::new(MessagesApi::new(id, &base_url, key, wire).map_err(usage)?),
            Wire::Chat => Arc::new(ChatCompletions::new(id, &base_url, key, wire).map_err(usage)?),
            Wire::Decisions => Arc::new(Decisions::new(Form::Decisions, id, &base_url, key, &wire).map_err(usage)?),
            Wire::SystemOne => Arc::new(Decisions::new(Form::SystemOne, id, &base_url, key, &wire).map_err(usage)?),
        })
    }
}

/// All hosts that are known. Keys are named, and whether they are set; none is shown.
///
/// # Errors
/// One line, where a setting cannot be used.
pub fn known(options: &ModelOptions, settings: &Settings) -> Result<Vec<KnownHost>, Error> {
    let reach = Reach::new(options, settings, Forms::default())?;
    let known = |host: &Host| KnownHost {
        name: host.name.clone(),
        title: host.title().to_owned(),
        address: reach.base_url(host).unwrap_or_else(|error| error.to_string()),
        variable: host.key_env().map(str::to_owned),
        key: match host.key_env() {
            None => Key::None,
            Some(variable) if environment(variable).is_some() => Key::Set,
            Some(_) if host.is_local() => Key::NotNeeded,
            Some(_) => Key::NotSet,
        },
    };
    Ok(reach.hosts.iter().map(known).collect())
}

/// The same as people read it.
pub fn table(hosts: &[KnownHost]) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["host", "what it is", "address", "key"]);
    for host in hosts {
        let line = |text: &str| words::one_line(text, 100);
        table.add_row([line(&host.name), line(&host.title), line(&host.address), host.key_in_words()]);
    }
    format!("{table}\nA role names a model as HOST/MODEL. Others are added under [hosts.NAME] in rejoinder.toml.\n")
}

/// The one query parameter that an address may have: it is no secret, and portals show addresses with it.
const VERSION: &str = "api-version";

/// Splits the version of the interface from an address, if that is all that its query has.
fn without_version(address: &str) -> (String, Option<(String, String)>) {
    let plain = || (address.to_owned(), None);
    let Ok(mut url) = Url::parse(address.trim()) else { return plain() };
    let pairs: Vec<(String, String)> = url.query_pairs().map(|(name, value)| (name.into(), value.into())).collect();
    match &pairs[..] {
        [(name, value)] if name == VERSION && !value.is_empty() => {
            url.set_query(None);
            (url.to_string(), pairs.into_iter().next())
        }
        _ => plain(),
    }
}

/// Whether a server is on this machine.
pub fn is_loopback(base_url: &str) -> bool {
    BaseUrl::parse(base_url).is_ok_and(|base| base.is_loopback())
}

/// The key from the environment. A server on this machine or run by the user may do without one, and a dry run always
/// does.
fn key(host: &Host, id: &ModelId, base_url: &str, keyless: bool) -> Result<Option<SecretString>, Error> {
    let Some(variable) = host.key_env() else { return Ok(None) };
    if let Some(key) = environment(variable) {
        return Ok(Some(SecretString::from(key)));
    }
    if keyless || host.is_local() || is_loopback(base_url) {
        return Ok(None);
    }
    Err(Error::NoKey(format!(
        "{variable} is not set, and {id} needs it. Set it in the environment or in .env, or work without a key: \
         --model market (simulated), or --model ollama/NAME (a server on this machine)"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_have_the_version_of_its_interface_and_nothing_else_after_it() {
        let azure = "https://x.openai.azure.com/openai/deployments/d?api-version=2024-10-21";
        let version = ("api-version".to_owned(), "2024-10-21".to_owned());
        assert_eq!(without_version(azure), ("https://x.openai.azure.com/openai/deployments/d".into(), Some(version)));
        for text in
            ["https://host/v1", "https://host?key=sk-canary", "https://host?api-version=1&key=sk", "nonsense", ""]
        {
            assert_eq!(without_version(text), (text.to_owned(), None));
        }
    }
}
