//! Hosts: where models are served, by the name before the slash of `NAME/model`.
//!
//! Those of `hosts.toml` are known without settings; `[hosts.NAME]` in the settings adds others and changes these.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use serde::Deserialize;

use super::http::{Batches, KeyHeader, Plain, Proxy, Route};
use super::id::{MARKET, ModelId};
use super::price::Price;

/// What a host may say of itself, in `hosts.toml` and in `[hosts.NAME]` of the settings. There is no place for a key:
/// it belongs into the environment, under the name that `key_env` gives.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What it is, for people.
    pub title: Option<String>,
    /// The name of a host whose keys hold where this one says nothing.
    pub like: Option<String>,
    /// Where it is. `{region}` and `{resource}` are filled in.
    pub base_url: Option<String>,
    /// The variable of the environment that goes before `base_url`.
    pub base_url_env: Option<String>,
    /// Whether `--base-url` (and `base_url` at the top of the settings) is meant for this host.
    pub takes_base_url: Option<bool>,
    /// For `{region}`.
    pub region: Option<String>,
    /// The variables for `{region}`, where no setting gives it.
    pub region_env: Option<Vec<String>>,
    /// For `{resource}`.
    pub resource: Option<String>,
    /// The variables for `{resource}`, where no setting gives it; they may hold the resource's whole address.
    pub resource_env: Option<Vec<String>>,
    /// What it speaks.
    pub wire: Option<Wire>,
    /// The variable of the environment that holds the key.
    pub key_env: Option<String>,
    /// The header that carries the key; as the wire has it where nothing is said.
    pub key_header: Option<KeyHeader>,
    /// What stands after the `?` of every address, such as `api-version`.
    pub query: Option<BTreeMap<String, String>>,
    /// Whether plain HTTP may leave this machine, which shows prompts and key to the network.
    pub allow_http: Option<bool>,
    /// A proxy: `http://`, `https://`, `socks5://` or `socks5h://`; `none` for no proxy; else what the environment
    /// says.
    pub proxy: Option<String>,
    /// Certificates (PEM) that are trusted for this host beside the machine's own.
    pub ca_file: Option<PathBuf>,
    /// What every model of it costs.
    pub price: Option<Price>,
    /// The host in the built-in table whose prices it has.
    pub prices_of: Option<String>,
    /// How many times those prices.
    pub price_factor: Option<f64>,
    /// Whether it is a server of one's own, which needs no key and costs nothing per token.
    pub local: Option<bool>,
    /// Whether it takes message batches, of those that speak the Messages API; `true` where nothing is said.
    pub batches: Option<bool>,
}

impl Entry {
    /// This entry, with its gaps filled from `other`.
    fn or(self, other: &Entry) -> Entry {
        let other = other.clone();
        Entry {
            title: self.title.or(other.title),
            like: None,
            base_url: self.base_url.or(other.base_url),
            base_url_env: self.base_url_env.or(other.base_url_env),
            takes_base_url: self.takes_base_url.or(other.takes_base_url),
            region: self.region.or(other.region),
            region_env: self.region_env.or(other.region_env),
            resource: self.resource.or(other.resource),
            resource_env: self.resource_env.or(other.resource_env),
            wire: self.wire.or(other.wire),
            key_env: self.key_env.or(other.key_env),
            key_header: self.key_header.or(other.key_header),
            query: self.query.or(other.query),
            allow_http: self.allow_http.or(other.allow_http),
            proxy: self.proxy.or(other.proxy),
            ca_file: self.ca_file.or(other.ca_file),
            price: self.price.or(other.price),
            prices_of: self.prices_of.or(other.prices_of),
            price_factor: self.price_factor.or(other.price_factor),
            local: self.local.or(other.local),
            batches: self.batches.or(other.batches),
        }
    }
}

/// What a host speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wire {
    /// The Claude Messages API.
    Messages,
    /// Chat completions.
    Chat,
    /// `POST /v1/decisions`: probabilities, no text.
    Decisions,
    /// `POST /v1/systemone`: probabilities, no text.
    SystemOne,
}

impl Wire {
    /// Whether it answers with probabilities and writes nothing.
    #[must_use]
    pub fn only_decides(self) -> bool {
        matches!(self, Wire::Decisions | Wire::SystemOne)
    }
}

/// Why a host cannot be used. One line each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// No such host.
    #[error(
        "no host is called {name}{nearest}; known are {known}; another one is added to rejoinder.toml: [hosts.{name}] \
         with its base_url"
    )]
    Unknown {
        /// What was asked for.
        name: String,
        /// ` (did you mean ...?)`, or nothing.
        nearest: String,
        /// The names that there are.
        known: String,
    },
    /// A name that cannot stand before a slash.
    #[error(
        "[hosts.{0:?}] in the settings file: a host's name has lower-case letters, digits, `-`, `_` and `.`, and is \
         not `market`"
    )]
    Name(String),
    /// `like` names no host that is known by then.
    #[error("[hosts.{0}] in the settings file: like = {1:?} names no host; known are {2}")]
    Like(String, String, String),
    /// No address.
    #[error("[hosts.{0}] in the settings file needs a base_url, such as \"https://gateway.example.com/v1\"")]
    NoBaseUrl(String),
    /// The address has a gap.
    #[error("the host {host} needs a {gap}: {way}{gap} = \"...\" under [hosts.{host}] in rejoinder.toml")]
    Gap {
        /// Which host.
        host: String,
        /// `region` or `resource`.
        gap: &'static str,
        /// `set AWS_REGION, or write `, where there is a variable for it.
        way: String,
    },
    /// A region or resource that is none.
    #[error("the host {host} has a {gap} that cannot stand in an address: letters, digits and `-` only")]
    BadGap {
        /// Which host.
        host: String,
        /// `region` or `resource`.
        gap: &'static str,
    },
    /// A setting with a value that cannot be used.
    #[error("[hosts.{host}] in the settings file: {why}")]
    Setting {
        /// Which host.
        host: String,
        /// What is wrong, without the value.
        why: String,
    },
}

/// One host.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// The word before the slash.
    pub name: String,
    entry: Entry,
}

/// All hosts, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Hosts(BTreeMap<String, Host>);

impl Default for Hosts {
    fn default() -> Self {
        Hosts::built_in()
    }
}

impl Hosts {
    /// Those that need no settings.
    #[must_use]
    pub fn built_in() -> Self {
        static BUILT_IN: LazyLock<Hosts> = LazyLock::new(|| {
            // A test reads the file.
            let entries: BTreeMap<String, Entry> = toml::from_str(include_str!("hosts.toml")).unwrap_or_default();
            Hosts(BTreeMap::new()).with(&entries).unwrap_or(Hosts(BTreeMap::new()))
        });
        BUILT_IN.clone()
    }

    /// Adds hosts and changes existing ones.
    ///
    /// # Errors
    /// [`HostError`] for a name or a setting that cannot be used.
    pub fn with(mut self, entries: &BTreeMap<String, Entry>) -> Result<Self, HostError> {
        // A host may be like another that stands after it.
        let mut waiting = entries.clone();
        while !waiting.is_empty() {
            let is_ready = |name: &String, entry: &Entry| {
                entry.like.as_ref().is_none_or(|like| like == name || !waiting.contains_key(like))
            };
            let ready = waiting.iter().find(|(name, entry)| is_ready(name, entry)).map(|(name, _)| name.clone());
            // If none is ready, they refer to each other in a circle, and any of them can be blamed.
            let Some(name) = ready.or_else(|| waiting.keys().next().cloned()) else { break };
            let Some(entry) = waiting.remove(&name) else { break };
            let host = self.host(&name, &entry)?;
            self.0.insert(name, host);
        }
        Ok(self)
    }

    fn host(&self, name: &str, entry: &Entry) -> Result<Host, HostError> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
        if name.is_empty() || name.len() > 60 || name == MARKET || !name.chars().all(fits) {
            return Err(HostError::Name(name.chars().take(60).collect()));
        }
        let mut whole = entry.clone();
        if let Some(like) = &entry.like {
            let other = self.0.get(like).filter(|_| like != name);
            let other = other.ok_or_else(|| HostError::Like(name.to_owned(), like.clone(), self.names()))?;
            // Prices of the other host apply to this one too.
            let prices_of = other.entry.prices_of.clone().or_else(|| Some(like.clone()));
            whole = whole.or(&Entry { title: None, prices_of, ..other.entry.clone() });
        } else if let Some(earlier) = self.0.get(name) {
            whole = whole.or(&earlier.entry);
        }
        let host = Host { name: name.to_owned(), entry: whole };
        if host.entry.base_url.is_none() {
            return Err(HostError::NoBaseUrl(name.to_owned()));
        }
        host.check()?;
        Ok(host)
    }

    /// The host of this name.
    ///
    /// # Errors
    /// [`HostError::Unknown`] with the names that there are.
    pub fn get(&self, name: &str) -> Result<&Host, HostError> {
        self.0.get(name).ok_or_else(|| {
            let nearest =
                self.0.keys().map(|known| (similarity(known, name), known)).max_by(|a, b| a.0.total_cmp(&b.0));
            let nearest = nearest.filter(|(likeness, _)| *likeness >= 0.7);
            HostError::Unknown {
                name: name.chars().take(60).collect(),
                nearest: nearest.map(|(_, known)| format!(" (did you mean {known}?)")).unwrap_or_default(),
                known: self.names(),
            }
        })
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Host> {
        self.0.values()
    }

    fn names(&self) -> String {
        self.0.keys().map(String::as_str).chain([MARKET]).collect::<Vec<_>>().join(", ")
    }

    /// The host of this model; none for the market's.
    ///
    /// # Errors
    /// [`HostError::Unknown`] with the names that there are.
    pub fn of_model(&self, id: &ModelId) -> Result<Option<&Host>, HostError> {
        if id.is_market() { Ok(None) } else { self.get(id.host()).map(Some) }
    }
}

/// How alike two names are, from 0 to 1.
fn similarity(one: &str, other: &str) -> f64 {
    f64::from(similar::TextDiff::from_chars(one, other).ratio())
}

impl Host {
    /// What it is, for people.
    #[must_use]
    pub fn title(&self) -> &str {
        self.entry.title.as_deref().unwrap_or(&self.name)
    }

    /// What it speaks; chat completions where nothing is said.
    #[must_use]
    pub fn wire(&self) -> Wire {
        self.entry.wire.unwrap_or(Wire::Chat)
    }

    /// The variable of the environment with the key.
    #[must_use]
    pub fn key_env(&self) -> Option<&str> {
        self.entry.key_env.as_deref()
    }

    /// Whether it is a server of one's own.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.entry.local.unwrap_or(false)
    }

    /// Whether `--base-url` is meant for it.
    #[must_use]
    pub fn takes_base_url(&self) -> bool {
        self.entry.takes_base_url.unwrap_or(false)
    }

    /// The price of all its models, where it is said.
    #[must_use]
    pub fn price(&self) -> Option<Price> {
        self.entry.price
    }

    /// The host in the built-in table whose prices it has, and how many times those.
    #[must_use]
    pub fn prices_of(&self) -> (&str, f64) {
        (self.entry.prices_of.as_deref().unwrap_or(&self.name), self.entry.price_factor.unwrap_or(1.0))
    }

    /// The certificates that are trusted for it.
    #[must_use]
    pub fn ca_file(&self) -> Option<&PathBuf> {
        self.entry.ca_file.as_ref()
    }

    /// The way to it.
    ///
    /// # Errors
    /// [`HostError::Setting`] for a proxy that is none.
    pub fn proxy(&self) -> Result<Proxy, HostError> {
        let proxy = self.entry.proxy.as_deref().map_or(Ok(Proxy::Environment), str::parse);
        proxy.map_err(|why: String| HostError::Setting { host: self.name.clone(), why })
    }

    /// What its requests have besides their path.
    #[must_use]
    pub fn route(&self) -> Route {
        let query = self.entry.query.iter().flatten();
        Route {
            key_header: self.entry.key_header,
            query: query.map(|(name, value)| (name.clone(), value.clone())).collect(),
            plain: if self.entry.allow_http == Some(true) { Plain::Anywhere } else { Plain::ThisMachine },
            batches: if self.entry.batches == Some(false) { Batches::NotTaken } else { Batches::Taken },
        }
    }

    /// Its address: the variable's value, else the setting with its gaps filled in.
    ///
    /// # Errors
    /// [`HostError::Gap`] where nothing says what belongs into a gap.
    pub fn base_url(&self, environment: impl Fn(&str) -> Option<String>) -> Result<String, HostError> {
        if let Some(address) = self.entry.base_url_env.as_deref().and_then(&environment) {
            return Ok(address);
        }
        let mut address = self.entry.base_url.clone().unwrap_or_default();
        for (gap, setting, variables) in [
            ("region", &self.entry.region, &self.entry.region_env),
            ("resource", &self.entry.resource, &self.entry.resource_env),
        ] {
            let mark = format!("{{{gap}}}");
            if !address.contains(&mark) {
                continue;
            }
            let variables = variables.as_deref().unwrap_or_default();
            let found = variables.iter().find_map(|name| environment(name)).or_else(|| setting.clone());
            let Some(found) = found else {
                let way = match variables {
                    [] => "write ".to_owned(),
                    names => format!("set {}, or write ", names.join(" or ")),
                };
                return Err(HostError::Gap { host: self.name.clone(), gap, way });
            };
            let found = first_label(&found);
            if found.is_empty() || !found.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                return Err(HostError::BadGap { host: self.name.clone(), gap });
            }
            address = address.replace(&mark, found);
        }
        Ok(address)
    }

    fn check(&self) -> Result<(), HostError> {
        let wrong = |why: String| Err(HostError::Setting { host: self.name.clone(), why });
        let is_variable = |name: &str| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        };
        // Somebody may have put the key itself here, so the value must not be repeated.
        if self.entry.key_env.as_deref().is_some_and(|name| !is_variable(name)) {
            return wrong("key_env is the name of a variable, such as MY_API_KEY, and not the key".into());
        }
        if self.entry.price.is_some_and(|price| !price.is_sane()) {
            return wrong("every price must be zero or more dollars per million tokens".into());
        }
        if self.entry.price_factor.is_some_and(|factor| !(factor.is_finite() && factor > 0.0)) {
            return wrong("price_factor must be above 0".into());
        }
        let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
        let mut pairs = self.entry.query.iter().flatten();
        if pairs.any(|(name, value)| !is_word(name) || !is_word(value)) {
            return wrong("query has a name or a value that cannot stand in an address".into());
        }
        self.proxy().map(|_| ())
    }
}

/// The name of a resource, given as a name or as the whole address that a portal shows
/// (`https://NAME.openai.azure.com/`).
fn first_label(text: &str) -> &str {
    let text = text.trim();
    match text.split_once("://") {
        Some((_, rest)) => rest.split(['.', '/', ':']).next().unwrap_or(rest),
        None => text,
    }
}

#[cfg(test)]
mod tests;
