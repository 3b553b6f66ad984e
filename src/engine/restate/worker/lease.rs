//! A worker's part of a host's limits: asked for about twice a second, whatever the number of calls.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::engine::restate::ingress::Ingress;
use crate::engine::restate::wire::{Block, HOSTS, Wish};
use crate::model::digest;
use crate::model::limits::permits::{Loan, Permits};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often a worker asks where there is a limit to divide, and where it only listens for pauses.
const OFTEN: Duration = Duration::from_millis(250);
const SELDOM: Duration = Duration::from_secs(1);

/// What a worker was told of the limits of its hosts, over all workers.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// The worker's name, its address.
    pub worker: String,
    /// Calls that it could have in flight.
    pub slots: u32,
    /// Calls a second.
    pub rate: Option<f64>,
    /// Calls in flight.
    pub width: Option<u32>,
}

/// After so long without a block what waits is given back: Restate does only so many invocations at once, and the one that
/// asks for a block may be standing behind those that wait for it.
const GIVE_BACK: Duration = Duration::from_secs(8);

/// Keeps asking for this gate's part until the gate is closed. `host` names the host and has a trace of the account's key;
/// Restate gets a hash of both.
pub fn keep(ingress: Ingress, host: &str, limits: Limits, permits: Permits, give_back: impl Fn() + Send + 'static) {
    let key = digest(&["host", host])[..32].to_owned();
    // Nothing is sent before the first block.
    permits.lend(Some(Loan { calls: Some(0), slots: Some(0), until: Instant::now() }));
    tokio::spawn(async move {
        let (mut told, mut heard): (Option<Instant>, Instant) = (None, Instant::now());
        while permits.closed().is_none() {
            let wish = wish(&limits, &permits, told);
            let asked = Instant::now();
            let granted = ingress.invoke::<Block>((HOSTS, Some(&key), "grant"), None, Some(&wish), PATIENCE).await;
            let Ok(block) = granted else {
                if heard.elapsed() > GIVE_BACK {
                    give_back();
                    heard = Instant::now();
                }
                sleep(OFTEN).await;
                continue;
            };
            heard = Instant::now();
            if let Some(pause) = block.pause_ms.map(Duration::from_millis) {
                permits.pause(pause);
                told = told.max(Some(Instant::now() + pause));
            }
            let is_limited = block.calls.is_some() || block.slots.is_some();
            permits.lend(is_limited.then(|| Loan {
                calls: block.calls,
                slots: block.slots,
                // Counted from before it was asked, so that it ends here no later than there.
                until: asked + Duration::from_millis(block.lease_ms),
            }));
            sleep(if is_limited { OFTEN } else { SELDOM }).await;
        }
    });
}

/// A pause that was heard from the object is not told to it again: it would grow by the time that telling takes.
fn wish(limits: &Limits, permits: &Permits, told: Option<Instant>) -> Wish {
    let demand = permits.demand();
    let until = permits.pause_until().filter(|until| told.is_none_or(|told| *until > told + SELDOM));
    Wish {
        worker: limits.worker.clone(),
        in_flight: demand.in_flight,
        waiting: demand.waiting,
        left: demand.left,
        sent: demand.sent,
        slots: limits.slots,
        rate: limits.rate,
        width: limits.width,
        pause_ms: until.map(|until| until.saturating_duration_since(Instant::now()).as_millis() as u64),
    }
}
