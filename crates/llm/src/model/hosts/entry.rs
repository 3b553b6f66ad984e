//! What is said of a host, in `hosts.toml` and in the settings.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::model::http::KeyHeader;
use crate::model::price::Price;

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
    pub(super) fn or(self, other: &Entry) -> Entry {
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
