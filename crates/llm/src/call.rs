//! The only door to a model: journal, budget, permit, send, retry, record.
//!
//! A [`Caller`] is one role's access to one model. Every answer is written to the journal and counted in the [`Meter`]
//! before anything else happens to it, even if it turns out to be unusable: it was paid for.

pub mod aside;
pub mod budget;
mod exchange;
pub mod meter;
pub mod probe;
mod remarks;
pub mod stop;
pub mod straggler;
mod tries;
pub mod watch;
pub mod words;

use std::sync::{Arc, OnceLock};

use budget::{Budget, Reserved};
use exchange::Lost;
use meter::AnsweredBy;
pub use meter::{Meter, Used};
use remarks::Remark;
pub use remarks::Remarks;
use stop::{Stop, Why};
use tokio::time::Instant;
use tries::Tries;
use watch::Watch;

use crate::event::{Event, Events};
use crate::journal::{Call, CallLog};
use crate::model::limits::permits::{Permits, Turn};
use crate::model::price::{BATCH_SHARE, Prices};
use crate::model::retry::RetryPolicy;
use crate::model::{Answer, Failure, FailureKind, Model, Request, Role, Usage, digest};

/// What all doors of a run share. Cheap to clone.
#[derive(Clone, Default)]
pub struct Shared {
    /// Counts.
    pub meter: Meter,
    /// What may be spent.
    pub budget: Budget,
    /// The wish to stop.
    pub stop: Stop,
    /// What calls cost.
    pub prices: Prices,
    /// How long calls take, and what is done about stragglers.
    pub watch: Watch,
    /// The run's part of the journal, once the run has begun.
    pub log: Arc<OnceLock<CallLog>>,
    /// The remarks about hosts that the user has already seen; each is made once.
    pub remarks: Remarks,
}

/// One role's door to its model. Cheap to clone.
#[derive(Clone)]
pub struct Caller {
    role: Role,
    model: Arc<dyn Model>,
    permits: Permits,
    retry: RetryPolicy,
    shared: Shared,
    events: Events,
}

impl Caller {
    /// A door for `role` to `model`, with the usual retries. Roles on the same host should be given clones of the same
    /// `permits`.
    #[must_use]
    pub fn new(role: Role, model: Arc<dyn Model>, permits: Permits, shared: Shared, events: Events) -> Self {
        Caller { role, model, permits, retry: RetryPolicy::default(), shared, events }
    }

    /// The same door, with these retries.
    #[must_use]
    pub fn with_retry(self, retry: RetryPolicy) -> Self {
        Caller { retry, ..self }
    }

    /// The model behind this door.
    #[must_use]
    pub fn model(&self) -> &dyn Model {
        &*self.model
    }

    /// Why this role's host has been closed for good, if it has.
    #[must_use]
    pub fn refusal(&self) -> Option<Failure> {
        self.permits.closed()
    }

    /// Where this role's events go.
    #[must_use]
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// Gets the answer: from the journal if this run has it, else from the model, through as many retries as the policy
    /// allows.
    ///
    /// # Errors
    /// The last failure, when the policy gives up or the host has been closed for good (a revoked key, say);
    /// [`FailureKind::Stopped`] when the run is to stop, and [`FailureKind::Journal`] when the answer could not be made
    /// durable.
    pub async fn ask(&self, request: &Request) -> Result<Answer, Failure> {
        let asked = asked(request);
        if let Some(answer) = self.replay(request, &asked)? {
            return Ok(answer);
        }
        if let Some(answer) = aside::meet(self, request)? {
            return Ok(answer);
        }
        let _open = self.shared.watch.open();
        let (mut tries, mut hedged, mut room) = (Tries::default(), false, None);
        loop {
            self.go_on()?;
            let reserved = match room.take() {
                Some(reserved) => reserved,
                None => self.reserve(request).await?,
            };
            let has_begun = tries.all > 0 || matches!(self.role, Role::DecisionMaker | Role::Referee);
            let turn = if has_begun { Turn::Begun } else { Turn::New };
            let permit = tokio::select! {
                permit = self.permits.acquire_for(turn) => permit.map_err(|failure| self.closed(failure))?,
                () = self.shared.stop.asked() => return Err(self.stopped()),
            };
            // Ready at once both, the gate may have been chosen.
            self.go_on()?;
            let sent = Instant::now();
            match self.exchange(request, (reserved, permit), tries.counted, &mut hedged).await {
                Ok((answer, reserved)) => return self.keep(request, asked, answer, reserved).await,
                Err(Lost { failure, room: kept }) => {
                    room = kept;
                    self.again(request, failure, sent, &mut tries).await?;
                }
            }
        }
    }

    fn replay(&self, request: &Request, asked: &str) -> Result<Option<Answer>, Failure> {
        let Some(log) = self.shared.log.get() else { return Ok(None) };
        let found = log.find(request.key.as_str(), asked).map_err(|error| self.journal_failed(error.to_string()))?;
        // What cannot be read is as good as not there: it is asked again.
        let Some(answer) = found.and_then(|text| serde_json::from_str::<Answer>(&text).ok()) else { return Ok(None) };
        // A job that is worked on again comes by here again.
        if aside::is_first_time() {
            self.shared.meter.answered(self.role, &answer, AnsweredBy::Journal);
        }
        Ok(Some(answer))
    }

    async fn keep(
        &self,
        request: &Request,
        asked: String,
        mut answer: Answer,
        reserved: Reserved,
    ) -> Result<Answer, Failure> {
        let share = if answer.batched { BATCH_SHARE } else { 1.0 };
        if answer.usage_unknown && answer.usage == Usage::default() {
            answer.usage = self.most_usage(request);
            self.shared.remarks.once(Remark::UnreadBill, || {
                self.events.emit(Event::Warning(format!(
                    "{} sends no bill that can be read (usage): each such call counts as the most that it can have \
                     cost",
                    self.model.id()
                )));
            });
        }
        self.shared.remarks.prompt_was_read(self.model.id(), request, &answer, &self.events);
        let cost_usd = self.shared.prices.cost(self.model.id(), answer.usage).map(|cost| cost * share);
        if let Some(log) = self.shared.log.get() {
            let json = |text: serde_json::Result<String>| text.map_err(|error| self.journal_failed(error.to_string()));
            let call = Call {
                key: request.key.as_str().to_owned(),
                asked,
                role: self.role.to_string(),
                model: self.model.id().to_owned(),
                request: json(serde_json::to_string(request))?,
                // What a role's calls have in common.
                shared: vec![
                    json(serde_json::to_string(&request.system))?,
                    json(serde_json::to_string(&request.schema))?,
                ],
                answer: json(serde_json::to_string(&answer))?,
                input_tokens: answer.usage.input_tokens
                    + answer.usage.cache_read_tokens
                    + answer.usage.cache_write_tokens,
                output_tokens: answer.usage.output_tokens,
                // What the market answered, under whatever name, costs nothing. The budget counts its list price all
                // the same: a rehearsal on the market ends where the real run would.
                cost_usd: if meter::is_simulated(&answer) { Some(0.0) } else { cost_usd },
                request_id: answer.request_id.clone(),
            };
            log.record(call).await.map_err(|error| self.journal_failed(error.to_string()))?;
        }
        if answer.usage_unknown {
            reserved.forfeit();
        } else {
            reserved.settle(cost_usd.unwrap_or(0.0));
        }
        self.shared.meter.answered(self.role, &answer, AnsweredBy::Host);
        self.events.emit(Event::CallAnswered);
        Ok(answer)
    }

    /// The most that this call can cost, in dollars: a token is at least a byte, and the answer may be as long as it is
    /// allowed to be.
    fn most(&self, request: &Request) -> f64 {
        let worst = |usage| self.shared.prices.cost(self.model.id(), usage).unwrap_or(0.0);
        let usage = self.most_usage(request);
        worst(usage).max(worst(Usage { input_tokens: 0, cache_write_tokens: usage.input_tokens, ..usage }))
    }

    /// The most tokens that this call can use.
    fn most_usage(&self, request: &Request) -> Usage {
        let schema = request.schema.as_ref().map_or(0, |schema| schema.json.to_string().len());
        let read = (request.system.len() + request.user.len() + schema + ENVELOPE) as u64;
        // What answers with probabilities writes nothing.
        let written = if self.model.only_decides() { 0 } else { u64::from(request.max_tokens) };
        Usage { input_tokens: read, output_tokens: written, ..Usage::default() }
    }

    /// Room in the budget for the most that this call can cost.
    async fn reserve(&self, request: &Request) -> Result<Reserved, Failure> {
        let most = self.most(request);
        tokio::select! {
            reserved = self.shared.budget.reserve(most) => reserved.map_err(|why| {
                if why == Why::BelowOneCall && self.shared.stop.why().is_none() {
                    self.events.emit(Event::Warning(self.below_one_call(request, most)));
                }
                self.shared.stop.ask(why);
                self.stopped()
            }),
            () = self.shared.stop.asked() => Err(self.stopped()),
        }
    }

    fn go_on(&self) -> Result<(), Failure> {
        if self.shared.stop.why().is_some() { Err(self.stopped()) } else { Ok(()) }
    }

    fn stopped(&self) -> Failure {
        let why = self.shared.stop.why().unwrap_or(Why::Asked);
        Failure::new(FailureKind::Stopped, format!("not sent, since {why}"))
    }

    /// Without a journal nothing may be paid for: no further call is made.
    fn journal_failed(&self, reason: String) -> Failure {
        let failure = Failure::new(FailureKind::Journal, reason);
        self.permits.close(failure.clone());
        self.shared.stop.ask(Why::Journal);
        failure
    }
}

/// Tokens that a wire format may add to what is asked.
const ENVELOPE: usize = 500;

/// Hash of all that is asked.
fn asked(request: &Request) -> String {
    let schema = request.schema.as_ref().map(|schema| schema.json.to_string()).unwrap_or_default();
    digest(&[&request.system, &request.user, &schema, &request.max_tokens.to_string()])
}
