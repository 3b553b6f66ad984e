//! What a host asks of every request besides its path.

use serde::Deserialize;
use url::Url;

/// The header that carries the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyHeader {
    /// `authorization: Bearer KEY`
    Bearer,
    /// `x-api-key: KEY`
    XApiKey,
    /// `api-key: KEY`
    ApiKey,
}

impl KeyHeader {
    /// The header's name, and what stands before the key.
    pub(crate) fn parts(self) -> (&'static str, &'static str) {
        match self {
            KeyHeader::Bearer => ("authorization", "Bearer "),
            KeyHeader::XApiKey => ("x-api-key", ""),
            KeyHeader::ApiKey => ("api-key", ""),
        }
    }
}

/// Where requests may go without encryption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Plain {
    /// To servers on this machine.
    #[default]
    ThisMachine,
    /// Anywhere: the user has said so for this host.
    Anywhere,
}

/// Whether a host takes message batches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Batches {
    /// It does.
    #[default]
    Taken,
    /// It has no such thing.
    NotTaken,
}

/// See the module. The default is what most hosts want: nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// The header that carries the key; as the wire has it where nothing is said.
    pub key_header: Option<KeyHeader>,
    /// What stands after the `?` of every address, such as `api-version`.
    pub query: Vec<(String, String)>,
    /// Where requests may go without encryption.
    pub plain: Plain,
    /// Message batches, of those hosts that speak the Messages API.
    pub batches: Batches,
}

impl Route {
    /// The address with the query.
    pub(crate) fn apply(&self, mut url: Url) -> Url {
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        url
    }
}
