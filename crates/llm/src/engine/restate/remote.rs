//! A model that is reached through Restate.
//!
//! Its name, host and settings are those of the model itself, so that fingerprints, journals and files are the same as
//! where the call is sent from here.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::{Instant, sleep};

use super::ingress::Error;
use super::session::Session;
use super::wire::{CALLS, Refusal, RemoteCall, Version, form};
use crate::model::about::About;
use crate::model::limits::RateLimits;
use crate::model::{Answer, Failure, FailureKind, Model, Reply, Request, Role, digest};

/// A wait is begun anew after this time: connections on which nothing moves are forgotten on the way.
const PATIENCE: Duration = Duration::from_secs(300);
/// The first wait before Restate is asked again, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// How long Restate may be away before a call is given up.
const LONGEST_AWAY: Duration = Duration::from_secs(900);

/// See the module.
pub struct Remote {
    model: Arc<dyn Model>,
    role: Role,
    wire: Wire,
    session: Session,
}

/// How a worker is to send a call.
#[derive(Clone, Debug)]
pub struct Wire {
    /// How hard the model thinks, as the setting says it.
    pub effort: Option<String>,
    /// Seconds after which a try is given up.
    pub timeout: u64,
    /// How often a failed try is repeated.
    pub retries: u32,
}

impl Remote {
    /// `model` is the model as it would be called from here; it is never called.
    #[must_use]
    pub fn new(model: Arc<dyn Model>, role: Role, wire: Wire, session: Session) -> Self {
        Remote { model, role, wire, session }
    }

    /// What is asked of a worker.
    fn asked(&self, request: &Request) -> RemoteCall {
        RemoteCall {
            version: Version::current(),
            run: self.session.run().to_owned(),
            session: self.session.id().to_owned(),
            role: self.role,
            model: self.model.id().to_owned(),
            effort: self.wire.effort.clone(),
            form: form(&self.model.settings()),
            timeout: self.wire.timeout,
            retries: self.wire.retries,
            request: request.clone(),
        }
    }

    /// Begins one invocation or attaches to it, whatever happens to Restate, the workers or the connection meanwhile.
    async fn attach(&self, key: &str, asked: &RemoteCall) -> Result<Answer, Refusal> {
        let (mut wait, mut away_since) = (WAITS.0, None);
        loop {
            let begun = Instant::now();
            let target = (CALLS, None, "answer");
            let error = match self.session.ingress().invoke(target, Some(key), Some(asked), PATIENCE).await {
                Ok(answer) => {
                    self.session.is_back();
                    return Ok(answer);
                }
                Err(Error::Refused(refusal)) => return Err(refusal),
                Err(error) => error,
            };
            // A wait that was merely long is begun anew at once.
            if begun.elapsed() >= PATIENCE {
                (wait, away_since) = (WAITS.0, None);
                continue;
            }
            let since = *away_since.get_or_insert(begun);
            let is_refused = matches!(error, Error::Other(..));
            if is_refused || since.elapsed() > LONGEST_AWAY {
                let kind = if is_refused { FailureKind::Invalid } else { FailureKind::Connection };
                let failure = Failure::new(kind, error.to_string());
                return Err(Refusal::from_failure(failure, &asked.session));
            }
            self.session.is_away(&error.to_string());
            tokio::select! {
                () = sleep(wait) => {}
                () = self.session.stop().asked() => {
                    let failure = Failure::new(FailureKind::Stopped, error.to_string());
                    return Err(Refusal::from_failure(failure, &asked.session));
                }
            }
            wait = (wait * 2).min(WAITS.1);
        }
    }
}

impl Model for Remote {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move {
            let asked = self.asked(request);
            let text = serde_json::to_string(request).unwrap_or_default();
            let mut tries = 0_u32;
            loop {
                // The run is part of the key: what is begun over gets answers of its own. So is all that is asked.
                let key =
                    digest(&[&asked.run, &asked.model, &asked.form, request.key.as_str(), &text, &tries.to_string()]);
                match self.attach(&key, &asked).await {
                    Ok(answer) => return Ok(Reply { answer, limits: RateLimits::default() }),
                    // Restate does only so many invocations at once, and others had to come first.
                    Err(refusal) if refusal.again => {
                        if self.session.stop().why().is_some() {
                            return Err(Refusal { kind: FailureKind::Stopped, ..refusal }.failure());
                        }
                        sleep(WAITS.0).await;
                        tries += 1;
                    }
                    // Failed for a process before this one: its reason may be gone.
                    Err(refusal) if refusal.session != asked.session => tries += 1,
                    Err(refusal) => return Err(refusal.failure()),
                }
            }
        })
    }

    fn id(&self) -> &str {
        self.model.id()
    }

    fn host(&self) -> &str {
        self.model.host()
    }

    fn settings(&self) -> String {
        self.model.settings()
    }

    fn is_simulated(&self) -> bool {
        self.model.is_simulated()
    }

    fn about(&self) -> BoxFuture<'_, Option<About>> {
        self.model.about()
    }

    fn only_decides(&self) -> bool {
        self.model.only_decides()
    }
}
