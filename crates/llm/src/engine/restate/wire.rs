//! The messages that the submitting process, Restate and the workers exchange.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::form::without_form;
use crate::model::{Failure, FailureKind, Request, Role};

/// Changes whenever any of these messages does. A process that speaks another version is refused.
pub const PROTOCOL: u32 = 2;

/// The service that answers calls.
pub const CALLS: &str = "RejoinderCalls";
/// The object that divides a host's limits, one per host and account.
pub const HOSTS: &str = "RejoinderHosts";
/// The object that knows a run, one per run.
pub const RUN: &str = "RejoinderRun";
/// The object that knows which runs there are; it has one key, [`ALL`].
pub const RUNS: &str = "RejoinderRuns";
/// The key of [`RUNS`].
pub const ALL: &str = "all";

/// Who speaks: the program's version and its [`PROTOCOL`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The program's.
    pub program: String,
    /// What it speaks.
    pub protocol: u32,
}

impl Version {
    /// This program.
    #[must_use]
    pub fn current() -> Self {
        Version { program: env!("CARGO_PKG_VERSION").to_owned(), protocol: PROTOCOL }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (protocol {})", self.program, self.protocol)
    }
}

/// A call to answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RemoteCall {
    /// Who asks.
    pub version: Version,
    /// The run's id.
    pub run: String,
    /// The process that submits it: what failed for an earlier one is tried anew.
    pub session: String,
    /// Which part the model plays.
    pub role: Role,
    /// The model, such as `anthropic/claude-sonnet-5-5`.
    pub model: String,
    /// How hard it thinks, as the setting says it.
    pub effort: Option<String>,
    /// The form of the request: the model's settings without the address, which is the worker's own matter.
    pub form: String,
    /// Seconds after which a try is given up.
    pub timeout: u64,
    /// How often a failed try is repeated.
    pub retries: u32,
    /// What is asked.
    pub request: Request,
}

/// The form of a request: what [`Model::settings`](crate::model::Model::settings) says, without the address and what
/// was learned of its host: both are the worker's own.
#[must_use]
pub fn form(settings: &str) -> String {
    let settings = without_form(settings);
    settings.split(' ').filter(|word| !word.starts_with("at=")).collect::<Vec<_>>().join(" ")
}

/// Why a call got no answer, for good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What kind of failure.
    pub kind: FailureKind,
    /// One line for a person.
    pub message: String,
    /// HTTP status of the model's host, where there was a response.
    pub status: Option<u16>,
    /// The [`RemoteCall::session`] for which it was tried.
    pub session: String,
    /// Whether it was not tried at all and is to be submitted once more: it would have stood in the way of others.
    #[serde(default)]
    pub again: bool,
}

impl Refusal {
    /// The refusal that this failure is.
    #[must_use]
    pub fn from_failure(failure: Failure, session: &str) -> Self {
        let Failure { kind, message, status, .. } = failure;
        Refusal { kind, message, status, session: session.to_owned(), again: false }
    }

    /// The failure that this refusal is. The worker has repeated what was worth it.
    #[must_use]
    pub fn failure(self) -> Failure {
        Failure { status: self.status, should_retry: Some(false), ..Failure::new(self.kind, self.message) }
    }

    /// `worker` is of another version than who `asks`.
    #[must_use]
    pub fn of_version(worker: &Version, asks: &Version, session: &str) -> Self {
        let message = format!(
            "the worker is rejoinder {worker} and this run is of rejoinder {asks}: it would be computed in another \
             way; \
             start workers of the run's version, or run it with the workers'"
        );
        Refusal { kind: FailureKind::Version, message, status: None, session: session.to_owned(), again: false }
    }

    /// Not now: it has to be submitted once more.
    #[must_use]
    pub fn of_turn(session: &str) -> Self {
        let message = "it is not its turn yet".to_owned();
        Refusal { kind: FailureKind::Overloaded, message, status: None, session: session.to_owned(), again: true }
    }

    /// As the text of Restate's error.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// From the text of Restate's error; `None` where it is Restate's own.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// What a worker asks of the object of a host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    /// Who asks.
    pub worker: String,
    /// Calls in flight.
    pub in_flight: u32,
    /// Calls that wait.
    pub waiting: u32,
    /// Calls of the last block that may still be sent.
    pub left: u32,
    /// Calls sent since the last wish.
    pub sent: u32,
    /// Calls that this worker could have in flight.
    pub slots: u32,
    /// Calls a second to this host over all workers, where the worker was told.
    pub rate: Option<f64>,
    /// Calls in flight at this host over all workers, where the worker was told.
    pub width: Option<u32>,
    /// The wait that the host has asked this worker for since the last wish, in milliseconds.
    pub pause_ms: Option<u64>,
}

/// What it gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// How many more calls may be sent until the lease ends; `None` for as many as the worker likes.
    pub calls: Option<u32>,
    /// How many may be in flight until then; `None` for as many as the worker likes.
    pub slots: Option<u32>,
    /// How long the host is left alone, in milliseconds.
    pub pause_ms: Option<u64>,
    /// How long it holds, in milliseconds.
    pub lease_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_a_request_is_its_settings_without_the_address() {
        assert_eq!(form("messages at=http://127.0.0.1:1 effort=high"), "messages effort=high");
        assert_eq!(form("messages effort=high"), "messages effort=high");
        assert_eq!(form("messages effort=high form=no-schema"), "messages effort=high");
    }

    #[test]
    fn a_refusal_passes_through_the_text_of_an_error_and_is_final() {
        let failure = Failure { status: Some(401), ..Failure::new(FailureKind::Unauthorized, "no") };
        let refusal = Refusal::from_text(&Refusal::from_failure(failure, "s").to_text()).unwrap();
        let failure = refusal.failure();
        assert_eq!(
            (failure.kind, failure.status, failure.should_retry),
            (FailureKind::Unauthorized, Some(401), Some(false))
        );
        assert_eq!(Refusal::from_text("service not found"), None);
    }

    #[test]
    fn the_refusal_of_another_version_names_both() {
        let (worker, asks) =
            (Version { program: "0.2.0".into(), protocol: 2 }, Version { program: "0.1.0".into(), protocol: 1 });
        assert_eq!(
            Refusal::of_version(&worker, &asks, "s").to_string(),
            "the worker is rejoinder 0.2.0 (protocol 2) and this run is of rejoinder 0.1.0 (protocol 1): it would be \
             computed in another way; start workers of the run's version, or run it with the workers'"
        );
    }
}
