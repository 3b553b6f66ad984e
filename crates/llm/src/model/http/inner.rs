//! JSON to and from a server of one's own network: Restate, or a worker.
//!
//! No key travels here, so plain HTTP is acceptable. Requests with their personas do travel here: others must not be
//! able to read the network, or the address must be an HTTPS one.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method, Url};

use super::lanes;
use super::words::one_line;

/// Why there was no response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Nobody listens there, or the connection broke.
    #[error("{0}")]
    Connection(String),
    /// Not within the time.
    #[error("no answer from {0} in time")]
    Timeout(String),
}

/// A server of one's own network. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Inner {
    client: Client,
    base: Url,
}

impl Inner {
    /// The server at this address, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// One line, where the address cannot be used.
    pub fn new(address: &str) -> Result<Self, String> {
        let base = Url::parse(address.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let base = base.filter(|url| url.has_host() && url.username().is_empty() && url.password().is_none());
        let Some(mut base) = base else {
            return Err(format!("{:?} is not an address such as http://127.0.0.1:8080", one_line(address, None)));
        };
        base.set_query(None);
        base.set_fragment(None);
        let client = lanes::inner(base.scheme() == "https").map_err(|error| error.to_string())?;
        Ok(Inner { client, base })
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn address(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    /// Its host's name or address.
    #[must_use]
    pub fn host(&self) -> String {
        self.base.host_str().unwrap_or_default().to_owned()
    }

    /// Sends one request and returns status and body. `path` begins with a slash.
    ///
    /// # Errors
    /// [`Broken`] where no whole response came within `timeout`.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: Option<Vec<u8>>,
        timeout: Duration,
    ) -> Result<(u16, Vec<u8>), Broken> {
        let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
        let url = format!("{}{path}", self.address());
        let mut request = self.client.request(method, url).timeout(timeout);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let response = request.send().await.map_err(|error| self.broken(error))?;
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(|error| self.broken(error))?;
        Ok((status, body.to_vec()))
    }

    fn broken(&self, error: reqwest::Error) -> Broken {
        let error = error.without_url();
        if error.is_timeout() {
            return Broken::Timeout(self.address());
        }
        let cause = one_line(&super::lost::root(&error), None);
        Broken::Connection(format!("no connection to {}: {cause}", self.address()))
    }
}

/// A person's or a program's words in one line, of at most 300 characters.
#[must_use]
pub fn line(text: &str) -> String {
    one_line(text, None)
}
