//! One host: where it is, and what its requests have.

use std::path::PathBuf;

use super::{Entry, HostError, Wire};
use crate::model::http::{Batches, Plain, Proxy, Route};
use crate::model::price::Price;

/// One host.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// The word before the slash.
    pub name: String,
    pub(super) entry: Entry,
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
            let found = found.trim();
            let found = if gap == "resource" { resource_in(found) } else { Some(found) };
            let Some(found) = found else {
                return Err(HostError::Elsewhere { host: self.name.clone() });
            };
            if found.is_empty() || !found.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                return Err(HostError::BadGap { host: self.name.clone(), gap });
            }
            address = address.replace(&mark, found);
        }
        Ok(address)
    }

    /// Says what is wrong with a setting.
    pub(super) fn check(&self) -> Result<(), HostError> {
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
/// (`https://NAME.openai.azure.com/`). `None` for an address anywhere else: its first label would be the name of a
/// resource that may be anybody's, and the key would go there.
fn resource_in(text: &str) -> Option<&str> {
    const DOMAINS: [&str; 3] = [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"];
    let (is_address, rest) = text.split_once("://").map_or((false, text), |(_, rest)| (true, rest));
    if !is_address && !rest.contains(['.', '/', ':', '@']) {
        return Some(rest);
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.strip_suffix(":443").unwrap_or(host);
    DOMAINS.iter().find_map(|domain| host.strip_suffix(domain)).filter(|name| !name.contains(['.', ':', '@']))
}
