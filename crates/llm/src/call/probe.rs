//! One call by itself, to see how a host handles it. It is sent once, and paid for and counted like every call; it is
//! not journaled, since nothing is built on its answer.

use std::time::Duration;

use tokio::time::Instant;

use super::Caller;
use super::meter::AnsweredBy;
use crate::model::about::About;
use crate::model::limits::RateLimits;
use crate::model::{Answer, Failure, Request};

/// What came of it.
#[derive(Clone, Debug)]
pub struct Probed {
    /// The answer.
    pub answer: Answer,
    /// What the host says about its limits.
    pub limits: RateLimits,
    /// How long it took.
    pub took: Duration,
}

impl Caller {
    /// Sends this request once.
    ///
    /// # Errors
    /// Why there is no answer; [`crate::model::FailureKind::Stopped`] when the run is to stop.
    pub async fn probe(&self, request: &Request) -> Result<Probed, Failure> {
        self.go_on()?;
        let reserved = self.reserve(request).await?;
        let permit = self.permits.acquire().await?;
        let sent = Instant::now();
        let result = self.model.send(request).await;
        let took = sent.elapsed();
        permit.observe(&result);
        drop(permit);
        let reply = result?;
        if reply.answer.usage_unknown {
            reserved.forfeit();
        } else {
            let cost = self.shared.prices.cost(self.model.id(), reply.answer.usage);
            reserved.settle(cost.unwrap_or(0.0));
        }
        self.shared.meter.answered(self.role, &reply.answer, AnsweredBy::Host);
        Ok(Probed { answer: reply.answer, limits: reply.limits, took })
    }

    /// What the host says about the model without being asked a question.
    pub async fn about(&self) -> Option<About> {
        self.model.about().await
    }
}
