//! The objects that know the runs: who has one under way, how far it is, and whether it is to stop. So a run can be
//! followed and cancelled from any machine that reaches Restate.

use restate_sdk::prelude::*;
use serde::{Deserialize, Serialize};

use super::calls::terminal;
use super::wire::{ALL, Refusal, Version};

/// A run, as Restate knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunStatus {
    /// What it is.
    pub about: About,
    /// Grows while its process lives.
    pub beats: u64,
    /// The state of the command, as its dashboard reads it (JSON); empty before the first.
    pub live: String,
    /// Who cancelled it, once somebody has.
    pub cancelled: Option<String>,
    /// Whether its process sends nothing more.
    #[serde(default)]
    pub stopping: bool,
    /// How it ended, once it has.
    pub ended: Option<RunEnd>,
}

impl RunStatus {
    /// Whether calls of it that have not been sent are not to be sent any more.
    #[must_use]
    pub fn is_to_stop(&self) -> bool {
        self.stopping || self.cancelled.is_some() || self.ended.is_some()
    }
}

/// What a run is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its id in the journal of who submits it.
    pub run: String,
    /// The process that has it under way.
    pub session: String,
    /// `user@machine`, as far as known.
    pub who: String,
    /// The program's version, with its protocol.
    pub version: Option<Version>,
    /// The command line.
    pub command: String,
    /// When this process took it up, RFC 3339.
    pub began: String,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEnd {
    /// Whether well.
    pub well: bool,
    /// If not: why.
    pub why: Option<String>,
}

/// A sign of life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// The process that sends it.
    pub session: String,
    /// The state of the command.
    pub live: String,
    /// Whether it sends nothing more.
    #[serde(default)]
    pub stopping: bool,
    /// How it ended, with the last beat.
    pub ended: Option<RunEnd>,
}

/// The object. See [`super::wire::RUN`] for its name.
pub struct Run(pub Version);

/// Under which its state is kept.
const SEEN: &str = "seen";
/// Under which the list is kept.
const LIST: &str = "list";
/// So many runs are listed, the latest.
const LISTED: usize = 200;

#[restate_sdk::object(
    name = "RejoinderRun",
    client_visibility = "pub(super)",
    journal_retention = "0s",
    invocation_retry_policy(initial_interval = "50ms", factor = 2.0, max_interval = "1s", max_attempts = 1000000)
)]
impl Run {
    /// A process takes the run up; that it was cancelled before is forgotten.
    #[allow(clippy::unused_async, reason = "a handler is one")]
    #[handler]
    async fn begin(&self, ctx: ObjectContext<'_>, about: Json<About>) -> Result<(), HandlerError> {
        let about = about.into_inner();
        if let Some(version) = about.version.as_ref().filter(|version| **version != self.0) {
            return Err(terminal(&Refusal::of_version(&self.0, version, &about.session)));
        }
        ctx.object_client::<RunsClient>(ALL).note(about.run.clone()).send();
        ctx.set(
            SEEN,
            Json(RunStatus { about, beats: 0, live: String::new(), cancelled: None, stopping: false, ended: None }),
        );
        Ok(())
    }

    /// Takes note of how far it is, and tells who has cancelled it.
    #[handler]
    async fn beat(&self, ctx: ObjectContext<'_>, beat: Json<Beat>) -> Result<Json<Option<String>>, HandlerError> {
        let beat = beat.into_inner();
        let Some(mut seen) = ctx.get::<Json<RunStatus>>(SEEN).await?.map(Json::into_inner) else {
            return Ok(Json(None));
        };
        let cancelled = seen.cancelled.clone();
        // A process that was thought dead does not speak for the one that went on with its run.
        if seen.about.session == beat.session {
            seen.beats += 1;
            seen.stopping |= beat.stopping;
            if !beat.live.is_empty() {
                seen.live = beat.live;
            }
            seen.ended = beat.ended.or(seen.ended);
            ctx.set(SEEN, Json(seen));
        }
        Ok(Json(cancelled))
    }

    /// Asks it to stop.
    #[handler]
    async fn cancel(&self, ctx: ObjectContext<'_>, by: String) -> Result<Json<Option<RunStatus>>, HandlerError> {
        let Some(mut seen) = ctx.get::<Json<RunStatus>>(SEEN).await?.map(Json::into_inner) else {
            return Ok(Json(None));
        };
        if seen.ended.is_none() && seen.cancelled.is_none() {
            seen.cancelled = Some(by);
            ctx.set(SEEN, Json(seen.clone()));
        }
        Ok(Json(Some(seen)))
    }

    /// How it stands.
    #[handler]
    async fn see(&self, ctx: SharedObjectContext<'_>) -> Result<Json<Option<RunStatus>>, HandlerError> {
        Ok(Json(ctx.get::<Json<RunStatus>>(SEEN).await?.map(Json::into_inner)))
    }
}

/// The object. See [`super::wire::RUNS`] for its name.
pub struct Runs;

#[restate_sdk::object(
    name = "RejoinderRuns",
    client_visibility = "pub(super)",
    journal_retention = "0s",
    invocation_retry_policy(initial_interval = "50ms", factor = 2.0, max_interval = "1s", max_attempts = 1000000)
)]
impl Runs {
    /// Takes note of a run.
    #[handler]
    async fn note(&self, ctx: ObjectContext<'_>, run: String) -> Result<(), HandlerError> {
        let mut list = ctx.get::<Json<Vec<String>>>(LIST).await?.map(Json::into_inner).unwrap_or_default();
        list.retain(|known| *known != run);
        list.insert(0, run);
        list.truncate(LISTED);
        ctx.set(LIST, Json(list));
        Ok(())
    }

    /// The ids of the runs, the latest first.
    #[handler]
    async fn list(&self, ctx: SharedObjectContext<'_>) -> Result<Json<Vec<String>>, HandlerError> {
        Ok(Json(ctx.get::<Json<Vec<String>>>(LIST).await?.map(Json::into_inner).unwrap_or_default()))
    }
}
