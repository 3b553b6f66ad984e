//! Restate's ingress: where invocations are submitted and attached to.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::wire::Refusal;
use crate::model::http::inner::{Broken, Inner, line};

/// Why an invocation gave no result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// It ended so, for good.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Restate cannot be reached, or is not ready: the same may be asked again.
    #[error("{0}")]
    Away(String),
    /// No worker has registered yet.
    #[error("no worker has registered with Restate at {0} yet; start one: rejoinder worker --register ADMIN_URL")]
    NoWorker(String),
    /// Restate does not take this.
    #[error("Restate at {0} refused: {1}")]
    Other(String, String),
}

/// The ingress. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ingress(Inner);

impl Ingress {
    /// The ingress at this address, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// One line, where the address cannot be used.
    pub fn new(address: &str) -> Result<Self, String> {
        Inner::new(address).map(Ingress)
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> String {
        self.0.address()
    }

    /// Whether Restate is there.
    ///
    /// # Errors
    /// [`Error::Away`] where it is not.
    pub async fn health(&self) -> Result<(), Error> {
        match self.0.send("GET", "/restate/health", None, None, Duration::from_secs(5)).await {
            Ok((200, _)) => Ok(()),
            Ok((status, _)) => Err(Error::Away(format!("{} is not Restate's ingress ({status})", self.address()))),
            Err(broken) => Err(broken.into()),
        }
    }

    /// Invokes a handler of a service, or of an object where there is an `object`'s key, and waits for its result. With
    /// a `key` the invocation is begun once and attached to from then on.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn invoke<T: DeserializeOwned>(
        &self,
        (service, object, handler): (&str, Option<&str>, &str),
        key: Option<&str>,
        input: Option<&(impl Serialize + Sync)>,
        patience: Duration,
    ) -> Result<T, Error> {
        let object = object.map(|object| format!("/{object}")).unwrap_or_default();
        let path = format!("/{service}{object}/{handler}");
        let body = match input.map(serde_json::to_vec).transpose() {
            Ok(body) => body,
            Err(error) => return Err(Error::Other(self.address(), error.to_string())),
        };
        let (status, body) = self.0.send("POST", &path, key, body, patience).await?;
        if (200..300).contains(&status) {
            // Handlers without a result answer with an empty body.
            let body = if body.is_empty() { b"null".as_slice() } else { &body };
            return serde_json::from_slice(body)
                .map_err(|error| Error::Other(self.address(), format!("an answer that makes no sense: {error}")));
        }
        Err(self.failed(status, &body))
    }

    fn failed(&self, status: u16, body: &[u8]) -> Error {
        let json: Option<Value> = serde_json::from_slice(body).ok();
        let message = json
            .as_ref()
            .and_then(|json| json["message"].as_str())
            .map_or_else(|| String::from_utf8_lossy(body).into_owned(), ToOwned::to_owned);
        if let Some(refusal) = Refusal::from_text(&message) {
            return Error::Refused(refusal);
        }
        match status {
            404 => Error::NoWorker(self.address()),
            408 | 409 | 425 | 429 | 500.. => {
                Error::Away(format!("Restate at {} is not ready ({status}): {}", self.address(), line(&message)))
            }
            _ => Error::Other(self.address(), format!("{status} {}", line(&message))),
        }
    }
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        Error::Away(broken.to_string())
    }
}
