//! What happens after a try without an answer: the call is sent again, waits for its host, or is given up.

use std::time::Duration;

use tokio::time::Instant;

use super::Caller;
use super::stop::Why;
use super::words::{address, spoken, thousands};
use crate::event::Event;
use crate::model::retry::Retry;
use crate::model::{Failure, FailureKind, Request, digest};

/// How often a call was tried.
#[derive(Default)]
pub(super) struct Tries {
    /// All of them.
    pub(super) all: u32,
    /// Attempts that failed for a reason of their own, and not because of trouble at the host.
    pub(super) counted: u32,
    /// When the passing trouble began.
    failing_since: Option<Instant>,
}

impl Caller {
    /// Waits before the next try, if there is one.
    pub(super) async fn again(
        &self,
        request: &Request,
        failure: Failure,
        sent: Instant,
        tries: &mut Tries,
    ) -> Result<(), Failure> {
        let jitter = jitter(request, tries.all);
        let wait = if self.is_hosts(&failure, sent, tries) {
            // If the host is down, the gate makes this call wait.
            let is_down = self.permits.is_down() || failure.retry_after.is_some();
            if is_down { Duration::ZERO } else { self.retry.backoff(tries.all, jitter) }
        } else {
            match self.retry.decide(&failure, tries.counted, jitter) {
                Retry::After(wait) => {
                    tries.counted += 1;
                    wait
                }
                Retry::GiveUp => return Err(self.give_up(failure)),
            }
        };
        tries.all += 1;
        self.shared.meter.retried(self.role);
        self.announce(&failure, wait);
        tokio::select! {
            () = tokio::time::sleep(wait) => Ok(()),
            () = self.shared.stop.asked() => Err(self.stopped()),
        }
    }

    /// Whether a failure is the host's and not this call's: passing trouble while nothing was answered, or a refusal
    /// caused by other calls. Such a failure does not count as a try while patience lasts.
    fn is_hosts(&self, failure: &Failure, sent: Instant, tries: &mut Tries) -> bool {
        let patience = self.permits.patience();
        if patience.is_zero() || !failure.passes() || failure.should_retry == Some(false) {
            return false;
        }
        let is_for_all = matches!(failure.kind, FailureKind::RateLimited | FailureKind::Overloaded);
        if !is_for_all && self.permits.has_answered_since(sent) {
            return false;
        }
        // Other calls may be answered all the while this one is not.
        tries.failing_since.get_or_insert(sent).elapsed() < patience.saturating_mul(2)
    }

    fn give_up(&self, failure: Failure) -> Failure {
        if failure.kind == FailureKind::Unreachable {
            return self.closed(failure);
        }
        if failure.kind.is_final_for_host() || self.permits.only_refuses() {
            self.permits.close(failure.clone());
            self.shared.stop.ask(Why::Refused);
        }
        failure
    }

    /// What a closed gate means for this call: if the host was down for too long, the run stops, and the call was not
    /// sent.
    pub(super) fn closed(&self, failure: Failure) -> Failure {
        if failure.kind != FailureKind::Unreachable {
            return failure;
        }
        if self.shared.stop.why().is_none() {
            let patience = self.permits.patience();
            let within = if patience.is_zero() { String::new() } else { format!(" within {}", spoken(patience)) };
            self.events.emit(Event::Warning(format!(
                "{} did not come back{within}: {}",
                address(self.model.host()),
                failure.message
            )));
        }
        self.shared.stop.ask(Why::Unreachable);
        self.stopped()
    }

    /// The message for a limit on cost that a single call may exceed.
    pub(super) fn below_one_call(&self, request: &Request, most: f64) -> String {
        let limit = self.shared.budget.limits().cost_usd.unwrap_or_default();
        let tokens = u64::from(request.max_tokens);
        format!(
            "one call of the {} alone may cost ${most:.4} (as many as {} tokens of output), more than --max-cost \
             ${limit}: nothing was sent; raise the limit, or lower max_tokens in rejoinder.toml",
            self.role,
            thousands(tokens)
        )
    }

    fn announce(&self, failure: &Failure, wait: Duration) {
        self.events.emit(Event::CallRetried { role: self.role.to_string(), reason: failure.message.clone(), wait });
    }
}

/// A number in 0..1 that spreads retries. Taken from the call itself rather than from a clock or a generator, so that
/// a repeated run waits the same and concurrent calls still wait differently.
fn jitter(request: &Request, attempt: u32) -> f64 {
    let hex = digest(&[request.key.as_str(), &attempt.to_string()]);
    let bits = u32::from_str_radix(&hex[..8], 16).unwrap_or(0);
    f64::from(bits) / f64::from(u32::MAX)
}
