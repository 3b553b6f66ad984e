//! Hosts: where models are served, by the name before the slash of `NAME/model`.
//!
//! The hosts in `hosts.toml` are known without settings; `[hosts.NAME]` in the settings adds others and changes these.

mod entry;
mod host;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::id::{MARKET, ModelId};
pub use entry::{Entry, Wire};
pub use host::Host;

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
    /// A resource that is given by an address in another domain than the host's.
    #[error(
        "the host {host} needs the name of a resource, and was given an address elsewhere, to which its key is not \
         sent; if it is meant, write base_url = \"https://...\" under [hosts.{host}] in rejoinder.toml"
    )]
    Elsewhere {
        /// Which host.
        host: String,
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

/// All hosts, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Hosts(BTreeMap<String, Host>);

impl Default for Hosts {
    fn default() -> Self {
        Hosts::built_in()
    }
}

impl Hosts {
    /// The hosts that need no settings.
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

#[cfg(test)]
mod tests;
