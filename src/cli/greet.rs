//! Checks, before anything is paid for, that each host is there and which servers charge nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::join_all;

use super::error::Error;
use crate::model::id::ModelId;
use crate::model::local_server::{Greeting, LocalServer};
use crate::model::price::{Price, Prices};
use crate::model::{Failure, FailureKind, Model, Role};

/// What the hosts of a command's roles said.
#[derive(Default)]
pub struct Greetings(BTreeMap<String, Greeting>);

/// Greets the host of each model once. `is_own` says whether a role's server may be run by the user, in which case it
/// is asked who it is.
///
/// # Errors
/// [`Error::Unreachable`] where nobody listens at an address of this machine, or an address is wrong: no waiting helps.
#[expect(clippy::disallowed_methods, reason = "one for each host of a command, which are a handful")]
pub fn greet(models: &BTreeMap<Role, Arc<dyn Model>>, is_own: impl Fn(Role) -> bool) -> Result<Greetings, Error> {
    let mut hosts: BTreeMap<String, (&dyn Model, Role, bool)> = BTreeMap::new();
    for (&role, model) in models {
        let is_own = is_own(role);
        hosts.entry(model.host().to_owned()).or_insert((&**model, role, false)).2 |= is_own;
    }
    let greeting =
        join_all(hosts.iter().map(|(host, (model, _, who))| async move { (host.clone(), model.greet(*who).await) }));
    let greetings = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(greeting));
    let greetings = Greetings(greetings.into_iter().collect());
    for (host, (model, _, is_own)) in &hosts {
        if let Some(failure) = greetings.0[host].failure.as_ref().filter(|failure| is_final(failure, *is_own)) {
            return Err(Error::Unreachable(said(model.id(), failure, *is_own)));
        }
    }
    Ok(greetings)
}

impl Greetings {
    /// Adds what the greetings say to the prices: a known kind of self-hosted server charges nothing; an unknown one
    /// may be a gateway to a host that does.
    #[must_use]
    pub fn prices(
        &self,
        mut prices: Prices,
        ids: &BTreeMap<Role, ModelId>,
        models: &BTreeMap<Role, Arc<dyn Model>>,
        asked: &BTreeSet<Role>,
    ) -> Prices {
        for role in asked {
            let (Some(id), Some(model)) = (ids.get(role), models.get(role)) else { continue };
            let server = self.0.get(model.host()).and_then(|greeting| greeting.server);
            match server {
                // Models that it passes on to another host are that host's to charge for.
                Some(LocalServer::Ollama) if is_passed_on(id) => prices.forget(&id.to_string()),
                Some(_) => prices.set(&id.to_string(), FREE),
                None => prices.forget(&id.to_string()),
            }
        }
        prices
    }

    /// Why a host may refuse the key, as far as known. Such a host gets one call before others are sent.
    #[must_use]
    pub fn doubt(&self, host: &str) -> Option<&Failure> {
        let failure = self.0.get(host)?.failure.as_ref()?;
        matches!(failure.kind, FailureKind::Unauthorized | FailureKind::Forbidden).then_some(failure)
    }
}

const FREE: Price = Price { input: 0.0, output: 0.0, cache_write: None, cache_read: None };

/// Whether Ollama runs this model elsewhere.
fn is_passed_on(id: &ModelId) -> bool {
    id.name().ends_with("-cloud") || id.name().ends_with(":cloud")
}

/// Whether waiting is pointless: nobody listens on this machine, or the address is wrong.
fn is_final(failure: &Failure, is_own: bool) -> bool {
    match failure.kind {
        FailureKind::Misconfigured => true,
        FailureKind::Connection => is_own && failure.message.starts_with("no connection to "),
        _ => false,
    }
}

fn said(id: &str, failure: &Failure, is_own: bool) -> String {
    let hint = match id.split_once('/') {
        _ if failure.kind == FailureKind::Misconfigured => return format!("{id}: {failure}"),
        Some(("ollama", _)) => "is `ollama serve` running?",
        _ if is_own => "is the server running, and is the address right?",
        _ => return format!("{id}: {failure}"),
    };
    format!("{id}: {failure}; {hint}")
}
