//! One attempt of a call: sent once, or a second time beside the first where it straggles.
//!
//! Both sends of a hedged call have the same key, and whichever is answered first counts. If one fails, the other is
//! still waited for. The one that is dropped may be billed all the same, so the budget counts it at the highest price
//! that it can have: the limit holds even for answers that nobody receives.

use std::time::Duration;

use futures::future::{self, Either};
use tokio::time::{Instant, sleep};

use super::Caller;
use super::budget::Reserved;
use super::remarks::Remark;
use super::straggler::Remedy;
use crate::event::Event;
use crate::model::limits::permits::Permit;
use crate::model::retry::Retry;
use crate::model::{Answer, Failure, FailureKind, Request};

/// An attempt without an answer.
pub(super) struct Lost {
    /// Why. If both sends of a hedged call failed, this is the first one's failure, unless only the second one's is
    /// final for the host.
    pub(super) failure: Failure,
    /// Room that is reserved already for the next attempt.
    pub(super) room: Option<Reserved>,
}

impl From<Failure> for Lost {
    fn from(failure: Failure) -> Self {
        Lost { failure, room: None }
    }
}

/// What is done about this straggler, with what it takes.
enum Done {
    Hedge(Reserved, Permit),
    Cut(Reserved),
}

impl Caller {
    /// Returns the answer and the reservation with which to settle it. `hedged` says whether the call has been hedged
    /// already: that happens at most once, however many attempts it takes.
    pub(super) async fn exchange(
        &self,
        request: &Request,
        (reserved, permit): (Reserved, Permit),
        attempt: u32,
        hedged: &mut bool,
    ) -> Result<(Answer, Reserved), Lost> {
        let sent = Instant::now();
        let first = self.send(request, permit);
        tokio::pin!(first);
        tokio::select! {
            biased;
            result = &mut first => return self.came(result, reserved),
            () = self.shared.watch.late(self.role, sent) => {}
        }
        let _named = self.shared.watch.name(self.role, sent, &self.events);
        let done = tokio::select! {
            biased;
            result = &mut first => return self.came(result, reserved),
            done = self.remedy(request, attempt, *hedged) => done,
        };
        let (room, permit) = match done {
            Done::Cut(room) => {
                reserved.forfeit();
                let failure = self.cut(sent.elapsed());
                return Err(Lost { failure, room: Some(room) });
            }
            Done::Hedge(room, permit) => (room, permit),
        };
        *hedged = true;
        self.shared.meter.hedged(self.role);
        self.events.emit(Event::CallHedged { role: self.role.to_string(), after: sent.elapsed() });
        let second = self.send(request, permit);
        tokio::pin!(second);
        match future::select(first, second).await {
            Either::Left((Ok(answer), _)) => {
                room.forfeit();
                Ok((answer, reserved))
            }
            Either::Right((Ok(answer), _)) => {
                reserved.forfeit();
                self.shared.watch.with(|ledger| ledger.given_up(self.role, sent.elapsed()));
                Ok((answer, room))
            }
            Either::Left((Err(failure), second)) => {
                self.lost(&failure, reserved);
                self.came(second.await, room).map_err(|other| of_two(failure, other.failure).into())
            }
            Either::Right((Err(other), first)) => {
                self.lost(&other, room);
                self.came(first.await, reserved).map_err(|lost| of_two(lost.failure, other).into())
            }
        }
    }

    fn came(&self, result: Result<Answer, Failure>, reserved: Reserved) -> Result<(Answer, Reserved), Lost> {
        match result {
            Ok(answer) => Ok((answer, reserved)),
            Err(failure) => {
                self.lost(&failure, reserved);
                Err(failure.into())
            }
        }
    }

    /// Gives the room back, unless the host may bill what it did.
    fn lost(&self, failure: &Failure, reserved: Reserved) {
        if !may_be_billed(failure) {
            return;
        }
        let is_paid = self.shared.prices.price(self.model.id()).is_some() && !self.is_free();
        if is_paid && self.shared.budget.limits().cost_usd.is_some() {
            self.shared.remarks.once(Remark::LostBill, || {
                self.events.emit(Event::Warning(format!(
                    "{} may bill answers that cannot be used ({}): --max-cost counts each as the most that it can \
                     have cost; the cost that is shown is without them",
                    self.model.id(),
                    failure.message
                )));
            });
        }
        reserved.forfeit();
    }

    async fn send(&self, request: &Request, permit: Permit) -> Result<Answer, Failure> {
        let sent = Instant::now();
        let result = self.model.send(request).await;
        permit.observe(&result);
        drop(permit);
        let reply = result?;
        self.shared.watch.with(|ledger| ledger.answered(self.role, sent.elapsed()));
        Ok(reply.answer)
    }

    /// Waits until something can be done about a straggler, which may be never.
    async fn remedy(&self, request: &Request, attempt: u32, hedged: bool) -> Done {
        loop {
            if let Some(done) = self.try_remedy(request, attempt, hedged) {
                return done;
            }
            sleep(self.shared.watch.look()).await;
        }
    }

    fn try_remedy(&self, request: &Request, attempt: u32, hedged: bool) -> Option<Done> {
        let remedy = self.shared.watch.policy().remedy;
        let possible = match remedy {
            Remedy::Wait => false,
            Remedy::Hedge => !hedged,
            // A server that costs nothing per call is one's own: a second request would only slow it down.
            Remedy::Auto => !hedged && !self.is_free(),
            // What would not be sent again is not dropped.
            Remedy::Cut => self.retry.decide(&self.cut(Duration::ZERO), attempt, 0.0) != Retry::GiveUp,
        };
        // Nothing new is sent by a run that is to stop.
        if !possible || self.shared.stop.why().is_some() {
            return None;
        }
        let room = self.shared.budget.try_reserve(self.most(request))?;
        let permit = if remedy == Remedy::Cut { None } else { Some(self.permits.try_acquire()?) };
        let allowed = self.shared.watch.with(|ledger| {
            let allowed = ledger.may_remedy() && (remedy != Remedy::Auto || ledger.stands_still());
            if allowed {
                ledger.remedied();
            }
            allowed
        });
        allowed.then(|| match permit {
            Some(permit) => Done::Hedge(room, permit),
            None => Done::Cut(room),
        })
    }

    fn is_free(&self) -> bool {
        self.shared.prices.price(self.model.id()).is_some_and(|price| price.input == 0.0 && price.output == 0.0)
    }

    fn cut(&self, after: Duration) -> Failure {
        let message =
            format!("cut after {:.1} s, far beyond the usual time of a {} call", after.as_secs_f64(), self.role);
        Failure::new(FailureKind::Timeout, message)
    }
}

/// Whether the host may have written an answer, and bill it, although none came that can be used: one that is no answer
/// or was torn on its way, or one that was no longer waited for.
fn may_be_billed(failure: &Failure) -> bool {
    let is_success = failure.status.is_some_and(|status| (200..300).contains(&status));
    match failure.kind {
        FailureKind::Malformed | FailureKind::Connection => is_success,
        FailureKind::Timeout => failure.status.is_none(),
        _ => false,
    }
}

/// The failure of a hedged call that failed twice.
fn of_two(first: Failure, second: Failure) -> Failure {
    if second.kind.is_final_for_host() && !first.kind.is_final_for_host() { second } else { first }
}
