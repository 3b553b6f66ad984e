//! The service that answers calls, one invocation per call.
//!
//! Restate starts an invocation once per key, keeps what came of it, and starts it again elsewhere where a worker dies.
//! The answer is in Restate's journal once the closure has returned; until then a call is in flight. What cannot be
//! answered for good ends the invocation with a terminal error that carries the failure; everything else is tried again
//! without end.

use std::sync::Arc;

use restate_sdk::prelude::*;

use super::wire::{Refusal, RemoteCall};
use super::worker::sender::{Lost, Sender};
use crate::model::Answer;

/// HTTP status of a terminal error that carries a [`Refusal`].
const REFUSED: u16 = 422;

/// The service. See [`super::wire::CALLS`] for its name.
pub struct Calls(pub Arc<Sender>);

// A call may take as long as its time limit allows, which is up to a day.
#[restate_sdk::service(
    name = "RejoinderCalls",
    client_visibility = "pub(super)",
    inactivity_timeout = "25 hours",
    abort_timeout = "25 hours",
    idempotency_retention = "24 hours",
    journal_retention = "0s",
    invocation_retry_policy(initial_interval = "100ms", factor = 2.0, max_interval = "3s", max_attempts = 1000000)
)]
impl Calls {
    #[handler]
    async fn answer(&self, ctx: Context<'_>, asked: Json<RemoteCall>) -> Result<Json<Answer>, HandlerError> {
        let (sender, asked) = (Arc::clone(&self.0), asked.into_inner());
        let id = ctx.invocation_id().to_owned();
        let answered = ctx
            .run(|| async move {
                match sender.answer(&id, asked).await {
                    Ok(answer) => Ok(Json(answer)),
                    Err(Lost::Refused(refusal)) => Err(terminal(&refusal)),
                    Err(lost @ Lost::Later) => Err(lost.into()),
                }
            })
            .name("send")
            .await?;
        Ok(answered)
    }
}

/// As Restate carries it to who submitted.
pub(super) fn terminal(refusal: &Refusal) -> HandlerError {
    TerminalError::new_with_code(REFUSED, refusal.to_text()).into()
}
