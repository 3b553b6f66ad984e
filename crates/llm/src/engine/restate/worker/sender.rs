//! What a worker does with a call: it is sent through the same door as everywhere, with the worker's own key, permits
//! and retries.
//!
//! An answer that Restate could not take, since it was killed or the connection broke, is kept for a while: the
//! invocation that is started anew here finds its call under way, or answered, and nothing is sent twice.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use tokio::time::Instant;

use super::lease::{Host, Limits};
use crate::call::stop::{Stop, Why};
use crate::call::straggler::{Policy, Remedy};
use crate::call::watch::Watch;
use crate::call::{self, Caller};
use crate::engine::restate::ingress::Ingress;
use crate::engine::restate::runs::RunStatus;
use crate::engine::restate::wire::{RUN, Refusal, RemoteCall, Version, form};
use crate::event::Events;
use crate::model::limits::permits::{Concurrency, Permits};
use crate::model::retry::RetryPolicy;
use crate::model::{Answer, Failure, FailureKind, Model, Role};

/// How long the outcome of a call is kept for an invocation that is started anew.
const KEPT: Duration = Duration::from_secs(120);
/// How often it is asked whether a run that has calls here is to stop.
const LOOK: Duration = Duration::from_secs(1);

/// How long an answer about a run may take; asked again sooner, it would stand in line twice.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long trouble at a model's host is waited out before the requesting run is told.
const HOST_PATIENCE: Duration = Duration::from_secs(600);

/// Makes a model for a role with the worker's key and address: from its name, its effort and its time limit in seconds.
pub type Connect = Arc<dyn Fn(Role, &str, Option<&str>, u64) -> Result<Arc<dyn Model>, String> + Send + Sync>;

/// Why a call has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Lost {
    /// For good.
    #[error(transparent)]
    Refused(Refusal),
    /// By this worker, which leaves: another is to do it.
    #[error("the worker leaves")]
    Later,
}

type Answering = Shared<BoxFuture<'static, Result<Answer, Lost>>>;

/// See the module.
pub struct Sender {
    version: Version,
    connect: Connect,
    concurrency: Concurrency,
    limits: Limits,
    ingress: Option<Ingress>,
    state: Mutex<State>,
    leaving: AtomicBool,
}

#[derive(Default)]
struct State {
    models: HashMap<(String, Option<String>, u64), Arc<dyn Model>>,
    hosts: HashMap<String, Host>,
    runs: HashMap<String, RunHere>,
    /// By invocation.
    calls: HashMap<String, Answering>,
    under_way: usize,
    /// Those that have come to an end, and when.
    ended: VecDeque<(Instant, String)>,
}

/// A run that has calls here.
struct RunHere {
    stop: Stop,
    calls: usize,
}

impl Sender {
    /// A worker of this version, with so many calls at once to each host.
    #[must_use]
    pub fn new(
        version: Version,
        connect: Connect,
        concurrency: Concurrency,
        limits: Limits,
        ingress: Option<Ingress>,
    ) -> Self {
        let state = Mutex::default();
        Sender { version, connect, concurrency, limits, ingress, state, leaving: AtomicBool::new(false) }
    }

    /// Answers the call of this invocation, which may be under way here already.
    ///
    /// # Errors
    /// See [`Lost`].
    pub async fn answer(self: &Arc<Self>, invocation: &str, asked: RemoteCall) -> Result<Answer, Lost> {
        let answering = {
            let mut state = self.lock();
            state.forget();
            match state.calls.get(invocation) {
                Some(answering) => answering.clone(),
                None if self.leaving.load(Ordering::Relaxed) => return Err(Lost::Later),
                None => {
                    let answering = self.begin(invocation, asked);
                    state.calls.insert(invocation.to_owned(), answering.clone());
                    state.under_way += 1;
                    answering
                }
            }
        };
        answering.await
    }

    /// Answers the call in a task of its own. The task goes on even if nobody waits for it any more, because the answer
    /// is paid for.
    fn begin(self: &Arc<Self>, invocation: &str, asked: RemoteCall) -> Answering {
        let (sender, invocation) = (Arc::clone(self), invocation.to_owned());
        let task = tokio::spawn(async move {
            let result = sender.send(&asked).await;
            let mut state = sender.lock();
            state.under_way -= 1;
            if matches!(result, Err(Lost::Later)) {
                state.calls.remove(&invocation);
            } else {
                state.ended.push_back((Instant::now(), invocation));
            }
            result
        });
        // A panic is a defect, and another worker may not have it.
        task.map(|joined| joined.unwrap_or(Err(Lost::Later))).boxed().shared()
    }

    async fn send(self: &Arc<Self>, asked: &RemoteCall) -> Result<Answer, Lost> {
        let refused = |failure| Lost::Refused(Refusal::from_failure(failure, &asked.session));
        if asked.version != self.version {
            return Err(Lost::Refused(Refusal::of_version(&self.version, &asked.version, &asked.session)));
        }
        let model = self.model(asked).map_err(refused)?;
        let Host { permits, starves } = self.host(model.host());
        if starves.load(Ordering::Relaxed) {
            return Err(Lost::Refused(Refusal::of_turn(&asked.session)));
        }
        let here = self.enter(&asked.run);
        let retry = RetryPolicy { max_retries: asked.retries, ..RetryPolicy::default() };
        let shared = call::Shared {
            stop: here.stop.clone(),
            watch: Watch::new(Policy { remedy: Remedy::Wait, ..Policy::default() }),
            ..call::Shared::default()
        };
        let caller = Caller::new(asked.role, model, permits.clone(), shared, Events::new(|_| {})).with_retry(retry);
        let result = caller.ask(&asked.request).await;
        if permits.closed().is_some() {
            // The account may be in order by the time of the next run.
            self.lock().hosts.retain(|_, kept| kept.permits.closed().is_none());
        }
        result.map_err(|failure| {
            let is_back = failure.kind == FailureKind::Stopped && here.stop.why() == Some(Why::Asked);
            let failure = match here.stop.why() {
                Some(Why::Unreachable) => Failure { kind: FailureKind::Unreachable, ..failure },
                _ => failure,
            };
            match is_back {
                true if self.leaving.load(Ordering::Relaxed) => Lost::Later,
                true => Lost::Refused(Refusal::of_turn(&asked.session)),
                false => refused(failure),
            }
        })
    }

    fn model(&self, asked: &RemoteCall) -> Result<Arc<dyn Model>, Failure> {
        let key = (asked.model.clone(), asked.effort.clone(), asked.timeout);
        let known = self.lock().models.get(&key).cloned();
        let model = match known {
            Some(model) => model,
            None => {
                let made = (self.connect)(asked.role, &asked.model, asked.effort.as_deref(), asked.timeout);
                let model = made
                    .map_err(|why| Failure::new(FailureKind::Unauthorized, format!("the worker cannot call: {why}")))?;
                self.lock().models.insert(key, Arc::clone(&model));
                model
            }
        };
        let form_here = form(&model.settings());
        if form_here == asked.form {
            return Ok(model);
        }
        let message =
            format!("the worker would ask {} as `{form_here}`, and the run asks as `{}`", asked.model, asked.form);
        Err(Failure::new(FailureKind::Version, message))
    }

    fn host(self: &Arc<Self>, name: &str) -> Host {
        let mut state = self.lock();
        if let Some(host) = state.hosts.get(name) {
            return host.clone();
        }
        let permits = Permits::new(self.concurrency).with_patience(HOST_PATIENCE);
        let host = Host { permits, starves: Arc::default() };
        state.hosts.insert(name.to_owned(), host.clone());
        drop(state);
        if let Some(ingress) = &self.ingress {
            let sender = Arc::downgrade(self);
            host.keep(ingress.clone(), name, self.limits.clone(), move || {
                if let Some(sender) = sender.upgrade() {
                    sender.give_back();
                }
            });
        }
        host
    }

    /// This run has one call more here.
    fn enter(self: &Arc<Self>, run: &str) -> Here {
        let mut state = self.lock();
        let leaving = self.leaving.load(Ordering::Relaxed);
        let is_new = !state.runs.contains_key(run);
        let here = state.runs.entry(run.to_owned()).or_insert_with(|| RunHere { stop: Stop::default(), calls: 0 });
        here.calls += 1;
        if leaving {
            here.stop.ask(Why::Asked);
        }
        let stop = here.stop.clone();
        drop(state);
        if let Some(ingress) = self.ingress.clone().filter(|_| is_new) {
            let (sender, run, stop) = (Arc::downgrade(self), run.to_owned(), stop.clone());
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(LOOK).await;
                    let seen = ingress
                        .invoke::<Option<RunStatus>>((RUN, Some(&run), "see"), None, None::<&()>, PATIENCE)
                        .await;
                    if seen.is_ok_and(|seen| seen.is_some_and(|seen| seen.is_to_stop())) {
                        stop.ask(Why::Cancelled);
                    }
                    let is_here = sender
                        .upgrade()
                        .is_some_and(|sender| sender.lock().runs.get(&run).is_some_and(|here| here.stop.is(&stop)));
                    if !is_here || stop.why().is_some() {
                        return;
                    }
                }
            });
        }
        Here { sender: Arc::clone(self), run: run.to_owned(), stop }
    }

    /// Nothing new is begun; what waits is left to other workers.
    pub fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
        self.give_back();
    }

    /// Gives back all waiting calls: they go to another worker, or back to the process that submitted them.
    fn give_back(&self) {
        for (_, run) in self.lock().runs.drain() {
            run.stop.ask(Why::Asked);
        }
    }

    /// Calls that have not come to an end.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.lock().under_way
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn forget(&mut self) {
        while self.ended.front().is_some_and(|(ended, _)| ended.elapsed() > KEPT) {
            if let Some((_, invocation)) = self.ended.pop_front() {
                self.calls.remove(&invocation);
            }
        }
    }
}

/// A call of a run that is here.
struct Here {
    sender: Arc<Sender>,
    run: String,
    stop: Stop,
}

impl Drop for Here {
    fn drop(&mut self) {
        let mut state = self.sender.lock();
        // Its calls may have been given back, and others of the same run have come.
        if let Some(run) = state.runs.get_mut(&self.run).filter(|run| run.stop.is(&self.stop)) {
            run.calls -= 1;
            if run.calls == 0 {
                state.runs.remove(&self.run);
            }
        }
    }
}
