//! A worker's part of a host's limits: asked for about twice a second, whatever the number of calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::engine::restate::ingress::Ingress;
use crate::engine::restate::wire::{Block, HOSTS, Wish};
use crate::model::digest;
use crate::model::limits::permits::{Loan, Permits};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// Calls that have waited this long for it are given back.
const IN_VAIN: Duration = Duration::from_secs(2);
/// How often a worker asks where there is a limit to divide, and where it only listens for pauses.
const OFTEN: Duration = Duration::from_millis(250);
const SELDOM: Duration = Duration::from_secs(1);

/// What a worker was told about the limits of its hosts, which hold for all workers together.
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

/// A host, as a worker knows it.
#[derive(Clone, Debug)]
pub struct Host {
    /// The gate in front of it.
    pub permits: Permits,
    /// Whether the worker waits for its part in vain. Restate does only so many invocations at once, and the one that
    /// asks may be standing behind those that wait for what it brings: they are given back meanwhile.
    pub starves: Arc<AtomicBool>,
}

impl Host {
    /// Asks for this worker's part for as long as the gate is open; where it waits in vain, `give_back` is called.
    /// `name` names the host and has a trace of the account's key; Restate gets a hash of both.
    pub fn keep(&self, ingress: Ingress, name: &str, limits: Limits, give_back: impl Fn() + Send + Sync + 'static) {
        let key = digest(&["host", name])[..32].to_owned();
        // Nothing is sent before the first block.
        self.permits.lend(Some(Loan { calls: Some(0), slots: Some(0), until: Instant::now() }));
        let host = self.clone();
        tokio::spawn(async move {
            let mut told: Option<Instant> = None;
            while host.permits.closed().is_none() {
                let (wish, idle) = wish(&limits, &host.permits, told);
                let asked = Instant::now();
                let Some(block) = host.ask(&ingress, &key, &wish, &give_back).await else {
                    sleep(OFTEN).await;
                    continue;
                };
                if let Some(pause) = block.pause_ms.map(Duration::from_millis) {
                    host.permits.pause(pause);
                    told = told.max(Some(Instant::now() + pause));
                }
                let is_limited = block.calls.is_some() || block.slots.is_some();
                // Counted from before it was asked, so that it ends here no later than there.
                let until = asked + Duration::from_millis(block.lease_ms);
                host.starves.store(is_limited && until <= Instant::now(), Ordering::Relaxed);
                host.permits.lend(is_limited.then_some(Loan { calls: block.calls, slots: block.slots, until }));
                sleep(if is_limited && !idle { OFTEN } else { SELDOM }).await;
            }
        });
    }

    /// One wish, however long it takes: asked again, it would stand in line twice.
    async fn ask(&self, ingress: &Ingress, key: &str, wish: &Wish, give_back: &(impl Fn() + Sync)) -> Option<Block> {
        let granted = ingress.invoke::<Block>((HOSTS, Some(key), "grant"), None, Some(wish), PATIENCE);
        tokio::pin!(granted);
        loop {
            tokio::select! {
                granted = &mut granted => return granted.ok(),
                () = sleep(IN_VAIN) => {
                    self.starves.store(true, Ordering::Relaxed);
                    give_back();
                }
            }
        }
    }
}

/// What this worker needs, and whether that is nothing. A pause that came from the object is not reported back to it:
/// it would grow by the time that reporting takes.
fn wish(limits: &Limits, permits: &Permits, told: Option<Instant>) -> (Wish, bool) {
    let demand = permits.demand();
    let until = permits.pause_until().filter(|until| told.is_none_or(|told| *until > told + SELDOM));
    let idle = demand.in_flight + demand.waiting + demand.sent == 0;
    let wish = Wish {
        worker: limits.worker.clone(),
        in_flight: demand.in_flight,
        waiting: demand.waiting,
        left: demand.left,
        sent: demand.sent,
        slots: limits.slots,
        rate: limits.rate,
        width: limits.width,
        pause_ms: until.map(|until| until.saturating_duration_since(Instant::now()).as_millis() as u64),
    };
    (wish, idle)
}
