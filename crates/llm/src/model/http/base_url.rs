//! Where requests go, and which places are refused before a key can reach them.

use std::time::Duration;

use url::{Host, Url};

use super::Plain;

/// Settings that no request can be sent with. One line each; none repeats the text that it refuses where that could
/// hold a password or a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// Not a URL, or not one of the web.
    #[error(
        "the base URL cannot be used ({0}): it must look like https://api.example.com/v1 or http://127.0.0.1:11434/v1"
    )]
    NotAUrl(String),
    /// The URL carries a user name, a password, a query or a fragment.
    #[error("the base URL must not contain {0}: a key belongs in its own setting")]
    Extra(&'static str),
    /// Plain HTTP to another machine.
    #[error(
        "the base URL http://{0} is refused: plain http would show the key and the prompts to the network; use https \
         (http is only for localhost, 127.0.0.0/8 and [::1], and for a host of your own that says allow_http = true \
         under [hosts.NAME] in rejoinder.toml)"
    )]
    PlainHttp(String),
    /// The key cannot be a header value.
    #[error("the key cannot be sent: it is empty or has a line break or a character outside ASCII; copy it again")]
    Key,
    /// A timeout of zero.
    #[error("a timeout of {0:?} leaves no time for an answer")]
    Timeout(Duration),
    /// A file of certificates that cannot be used: which, and why.
    #[error("the certificates in {0} cannot be used: {1}")]
    Certificates(String, String),
    /// The HTTP client could not be built.
    #[error("the HTTP client cannot start: {0}")]
    Client(String),
}

/// A base URL that is safe to send a key to: HTTPS, or plain HTTP to this machine; no user, password, query, fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Reads and checks a base URL.
    ///
    /// # Errors
    ///
    /// [`SetupError`] where the text is not a URL or not a safe one.
    pub fn parse(text: &str) -> Result<Self, SetupError> {
        BaseUrl::parse_with(text, Plain::ThisMachine)
    }

    /// The same, where plain HTTP may go further than this machine.
    ///
    /// # Errors
    ///
    /// As of [`BaseUrl::parse`].
    pub fn parse_with(text: &str, plain: Plain) -> Result<Self, SetupError> {
        let mut url = Url::parse(text.trim()).map_err(|error| SetupError::NotAUrl(error.to_string()))?;
        if let Some((base, _)) = url.path().trim_end_matches('/').split_at_checked(endpoint(url.path())) {
            let base = base.to_owned();
            url.set_path(&base);
        }
        if let Some(before) = ollama_endpoint(url.path()).map(str::to_owned) {
            url.set_path(&format!("{before}/v1"));
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err(SetupError::NotAUrl("it does not begin with https:// or http://".to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(SetupError::Extra("a user name or a password"));
        }
        if url.query().is_some() {
            return Err(SetupError::Extra("a query"));
        }
        if url.fragment().is_some() {
            return Err(SetupError::Extra("a fragment"));
        }
        let base = BaseUrl(url);
        if base.0.scheme() == "http" && !base.is_loopback() && plain == Plain::ThisMachine {
            return Err(SetupError::PlainHttp(base.host().to_owned()));
        }
        Ok(base)
    }

    /// The base URL to suggest if the whole address of a call was given instead of one. `None` if it already is a base
    /// URL.
    #[must_use]
    pub fn pasted(text: &str) -> Option<String> {
        let url = Url::parse(text.trim()).ok()?;
        let path = url.path().trim_end_matches('/');
        let is_endpoint = endpoint(path) < path.len() || ollama_endpoint(path).is_some();
        is_endpoint.then(|| BaseUrl::parse(text).ok().map(|base| base.0.to_string())).flatten()
    }

    /// The host's name or address, without the port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Scheme, host and port: `https://api.anthropic.com:443`.
    #[must_use]
    pub fn origin(&self) -> String {
        let port = self.0.port_or_known_default().unwrap_or_default();
        format!("{}://{}:{port}", self.0.scheme(), self.host())
    }

    /// Whether the host is this machine: `localhost`, 127.0.0.0/8 or `[::1]`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// This base with `path` after it. Slashes at the end of the base do not matter, nor does its last segment where
    /// `path` begins with the same one: people write `https://host`, `https://host/` and `https://host/v1` alike.
    #[must_use]
    pub fn join(&self, path: &str) -> Url {
        let mut base = self.0.path().trim_end_matches('/');
        if let Some((first, _)) = path.split_once('/')
            && let Some(shorter) = base.strip_suffix(first)
            && shorter.ends_with('/')
        {
            base = shorter.trim_end_matches('/');
        }
        let mut url = self.0.clone();
        url.set_path(&format!("{base}/{path}"));
        url
    }
}

/// What stands before a path of Ollama's own wire format, which is not spoken here; it serves `/v1` beside it.
fn ollama_endpoint(path: &str) -> Option<&str> {
    let path = path.trim_end_matches('/');
    ["/api/chat", "/api/generate", "/api/tags", "/api/show", "/api/embed"].iter().find_map(|own| path.strip_suffix(own))
}

/// Where a call's own part of a path begins, which does not belong to the base URL: people copy whole addresses from
/// documentation.
fn endpoint(path: &str) -> usize {
    let path = path.trim_end_matches('/');
    [
        "/chat/completions",
        "/messages",
        "/messages/batches",
        "/completions",
        "/embeddings",
        "/models",
        "/responses",
        "/decisions",
        "/systemone",
    ]
    .into_iter()
    .filter_map(|endpoint| path.strip_suffix(endpoint))
    .map(str::len)
    .min()
    .unwrap_or(path.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for text in
            ["http://localhost", "http://127.0.0.1:11434/v1", "http://127.9.9.9", "http://[::1]:8080", "http://127.1"]
        {
            assert!(BaseUrl::parse(text).unwrap().is_loopback(), "{text}");
        }
        for text in [
            "http://api.anthropic.com",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://0.0.0.0",
            "http://10.0.0.1",
            "http://[::ffff:10.0.0.1]",
            "http://localhost@evil.example/",
        ] {
            let error = BaseUrl::parse(text).unwrap_err().to_string();
            assert!(!error.contains('\n'), "{error}");
        }
        assert_eq!(
            BaseUrl::parse("http://api.anthropic.com/x").unwrap_err().to_string(),
            "the base URL http://api.anthropic.com is refused: plain http would show the key and the prompts to the \
             network; use https (http is only for localhost, 127.0.0.0/8 and [::1], and for a host of your own that \
             says allow_http = true under [hosts.NAME] in rejoinder.toml)"
        );
    }

    #[test]
    fn a_url_with_room_for_a_secret_is_refused_without_repeating_it() {
        for text in [
            "https://CANARY@host",
            "https://u:CANARY@host",
            "https://host/?key=CANARY",
            "https://host/#CANARY",
            "CANARY",
            "CANARY:x@host",
            "https://u:CANARY@host:99999",
            "",
            "ftp://CANARY",
        ] {
            let error = BaseUrl::parse(text).unwrap_err().to_string();
            assert!(!error.to_lowercase().contains("canary"), "{error}");
        }
    }

    #[test]
    fn the_path_is_the_same_however_the_base_ends() {
        for text in ["https://host", "https://host/", "https://host/v1", "https://host/v1/", "https://host//"] {
            assert_eq!(
                BaseUrl::parse(text).unwrap().join("v1/messages").as_str(),
                "https://host/v1/messages",
                "{text}"
            );
        }
        let join = |base: &str, path: &str| BaseUrl::parse(base).unwrap().join(path).to_string();
        assert_eq!(join("https://host/gate", "v1/messages"), "https://host/gate/v1/messages");
        assert_eq!(join("https://host/gate/v1", "v1/messages"), "https://host/gate/v1/messages");
        assert_eq!(join("https://host/my-v1", "v1/messages"), "https://host/my-v1/v1/messages");
        assert_eq!(join("http://[::1]:1/v1/", "chat/completions"), "http://[::1]:1/v1/chat/completions");
    }

    #[test]
    fn a_pasted_address_of_a_call_is_taken_for_its_base() {
        for (text, path, expected) in [
            ("https://host/v1/chat/completions", "chat/completions", "https://host/v1/chat/completions"),
            ("https://host/v1/chat/completions/", "chat/completions", "https://host/v1/chat/completions"),
            ("https://host/v1/models", "chat/completions", "https://host/v1/chat/completions"),
            ("https://host/v1/embeddings", "chat/completions", "https://host/v1/chat/completions"),
            ("https://host/v1/messages", "v1/messages", "https://host/v1/messages"),
            ("https://host/gate/v1/completions", "chat/completions", "https://host/gate/v1/chat/completions"),
            ("http://127.0.0.1:11434/api/chat", "chat/completions", "http://127.0.0.1:11434/v1/chat/completions"),
            ("http://127.0.0.1:11434/api/generate/", "v1/messages", "http://127.0.0.1:11434/v1/messages"),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().join(path).as_str(), expected, "{text}");
            assert!(BaseUrl::pasted(text).is_some(), "{text}");
        }
        assert_eq!(BaseUrl::pasted("https://host/v1/chat/completions").as_deref(), Some("https://host/v1"));
        for text in ["https://host", "https://host/v1", "https://host/my-models", "nonsense"] {
            assert_eq!(BaseUrl::pasted(text), None, "{text}");
        }
    }

    #[test]
    fn the_origin_always_names_the_port() {
        assert_eq!(BaseUrl::parse("https://API.Example.com/v1").unwrap().origin(), "https://api.example.com:443");
        assert_eq!(BaseUrl::parse("http://[::1]:8080").unwrap().origin(), "http://[::1]:8080");
    }
}
