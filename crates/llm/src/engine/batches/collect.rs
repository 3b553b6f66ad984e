//! Batches under way: looked at until they have ended, then their results are taken in.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::Batches;
use super::create::host;
use super::desk::{Desk, Forms, PendingCall};
use super::leave::count;
use crate::call::Caller;
use crate::call::budget::Reserved;
use crate::event::Event;
use crate::journal::{BatchEnd, Key, key_of};
use crate::model::batching::{Batch, DAYS_KEPT, Outcome, Status};
use crate::model::retry::Retry;
use crate::model::{Answer, Failure, FailureKind};

/// Answers that are on their way to the disk at once.
const AT_ONCE: usize = 512;

/// A batch that is at its host.
pub(super) struct Sent {
    pub(super) caller: Caller,
    pub(super) number: Option<i64>,
    pub(super) id: String,
    /// Calls whose results are not here yet.
    pub(super) pending: HashMap<Key, (PendingCall, Reserved)>,
    /// The forms of its requests; of a batch of an earlier process they are not known.
    pub(super) forms: Forms,
    /// Whether all its calls are waited for.
    pub(super) is_whole: bool,
    /// Whether this batch is only assumed to be ours, and its results have not confirmed it yet.
    pub(super) is_guess: bool,
    /// Results that are nobody's.
    pub(super) unknown: usize,
}

/// What has become of a batch's results.
enum Taken {
    All,
    /// They cannot be had any more, for this reason.
    Gone(String),
    /// Not now.
    Left,
}

impl Sent {
    /// A batch of this process, all of whose calls are waited for.
    pub(super) fn new(caller: Caller, number: Option<i64>, id: String, held: Vec<(PendingCall, Reserved)>) -> Self {
        let pending = held.into_iter().map(|(noted, reserved)| (noted.key, (noted, reserved))).collect();
        Sent { caller, number, id, pending, forms: Forms::new(), is_whole: true, is_guess: false, unknown: 0 }
    }
}

impl Batches {
    /// Waits for these batches and takes in their results.
    pub(super) async fn follow(&self, desk: &Arc<Desk>, mut sent: Vec<Sent>) {
        let since = Instant::now();
        let requests: usize = sent.iter().map(|sent| sent.pending.len()).sum();
        let mut wait = self.manner.first_look;
        let mut warned = false;
        while !sent.is_empty() {
            self.tell(&sent, requests, Some(since));
            if self.sleep(wait).await.is_err() {
                break;
            }
            wait = wait.mul_f64(1.5).min(self.manner.longest_look);
            let mut index = 0;
            while index < sent.len() && self.stop.why().is_none() {
                let taken = match self.look(&sent[index]).await {
                    Ok(batch) if batch.archived => Taken::Gone(format!("results are kept for {DAYS_KEPT} days")),
                    Ok(batch) if batch.status == Status::Ended => self.take_in(desk, &mut sent[index], &batch).await,
                    Ok(_) => Taken::Left,
                    // Nobody waits for it any more.
                    Err(failure) if failure.kind == FailureKind::Stopped => Taken::Left,
                    Err(failure) if failure.kind == FailureKind::NotFound => Taken::Gone(failure.message),
                    Err(failure) if is_passing(&failure) => {
                        // It is looked again, as long as it takes: the batch goes on meanwhile.
                        wait = wait.max(failure.retry_after.unwrap_or_default()).min(self.manner.longest_look);
                        if !std::mem::replace(&mut warned, true) {
                            self.events.emit(Event::Note(format!("Looking again for message batches: {failure}")));
                        }
                        Taken::Left
                    }
                    Err(failure) => {
                        sent[index].caller.refuse(failure);
                        Taken::Left
                    }
                };
                if matches!(taken, Taken::Left) {
                    index += 1;
                } else {
                    self.close(desk, sent.swap_remove(index), taken);
                    wait = self.manner.first_look;
                }
            }
        }
        self.tell(&sent, requests, None);
        self.leave(&sent).await;
        // They are waited for no longer, by this process.
        desk.put_back(sent.into_iter().flat_map(|sent| sent.pending.into_values()).map(|(noted, _)| noted));
    }

    fn tell(&self, sent: &[Sent], requests: usize, since: Option<Instant>) {
        let open: usize = sent.iter().map(|sent| sent.pending.len()).sum();
        let answered = requests.saturating_sub(open);
        self.events.emit(Event::MessageBatches { open: sent.len(), requests, answered, since });
    }

    async fn look(&self, sent: &Sent) -> Result<Batch, Failure> {
        tokio::select! {
            looked = host(&sent.caller)?.look(&sent.id) => looked,
            () = self.stop.asked() => Err(self.stopped()),
        }
    }

    /// Takes in all results, reading them as often as necessary.
    async fn take_in(&self, desk: &Arc<Desk>, sent: &mut Sent, batch: &Batch) -> Taken {
        let policy = self.patience(&sent.caller);
        let mut attempt = 0;
        loop {
            let before = sent.pending.len();
            let failure = match self.read(desk, sent, batch).await {
                Ok(()) => return Taken::All,
                Err(failure) => failure,
            };
            if failure.kind == FailureKind::NotFound {
                return Taken::Gone(failure.message);
            }
            // A reading that has brought something is no failed attempt.
            attempt = if sent.pending.len() < before { 0 } else { attempt };
            match policy.decide(&failure, attempt, 0.0) {
                Retry::After(wait) => {
                    if self.sleep(wait).await.is_err() {
                        return Taken::Left;
                    }
                }
                Retry::GiveUp => {
                    if failure.kind != FailureKind::Stopped {
                        sent.caller.refuse(failure);
                    }
                    return Taken::Left;
                }
            }
            attempt += 1;
        }
    }

    /// Reads the results once from the beginning, skipping those that are here already.
    async fn read(&self, desk: &Arc<Desk>, sent: &mut Sent, batch: &Batch) -> Result<(), Failure> {
        let mut entries = host(&sent.caller)?.results(batch).await?;
        let mut keeping = FuturesUnordered::new();
        sent.unknown = 0;
        let broken = loop {
            if self.stop.why().is_some() {
                break Some(self.stopped());
            }
            while keeping.len() >= AT_ONCE {
                keeping.next().await;
            }
            let entry = match entries.next().await {
                None => break None,
                Some(Err(failure)) => break Some(failure),
                Some(Ok(entry)) => entry,
            };
            let Some((noted, reserved)) = sent.pending.remove(&key_of(&entry.custom_id)) else {
                sent.unknown += 1;
                continue;
            };
            sent.is_guess = false;
            let Some(caller) = desk.caller(noted.role) else { continue };
            let form = sent.forms.get(&noted.role).copied().unwrap_or_default();
            match entry.outcome {
                Outcome::Answered(answer) => {
                    if let Some(host) = caller.model().batches() {
                        host.accepted(form);
                    }
                    keeping.push(self.keep(Arc::clone(desk), caller, noted, reserved, answer));
                }
                Outcome::Failed(failure) if desk.refused(&noted, form, &failure) => self.ask_otherwise(desk, noted),
                Outcome::Failed(failure) => {
                    // It was answered, and is paid for.
                    if failure.kind == FailureKind::Malformed {
                        reserved.forfeit();
                    }
                    self.failed(desk, &caller, noted, failure);
                }
                Outcome::Expired => {
                    self.failed(desk, &caller, noted, not_begun("expired: its message batch was a day old"));
                }
                Outcome::Canceled => self.failed(desk, &caller, noted, not_begun("its message batch was cancelled")),
            }
        };
        while keeping.next().await.is_some() {}
        broken.map_or(Ok(()), Err)
    }

    async fn keep(&self, desk: Arc<Desk>, caller: Caller, noted: PendingCall, reserved: Reserved, answer: Answer) {
        let request = match desk.request(&noted) {
            Ok(request) => request,
            Err(error) => {
                let _ = desk.broken(&error);
                return;
            }
        };
        // Where the journal has failed, the door has stopped the run.
        let Ok(answer) = caller.keep_batched(&request, answer, reserved).await else { return };
        if let Err(error) = desk.answered(noted.key, &answer) {
            let _ = desk.broken(&error);
        }
    }

    /// A call whose form was refused is asked in another one.
    fn ask_otherwise(&self, desk: &Desk, noted: PendingCall) {
        if self.manner.urgent_below.is_some() {
            desk.online(noted.key);
        } else {
            desk.put_back([PendingCall { refused: noted.refused.saturating_add(1), ..noted }]);
        }
    }

    /// A call that got no answer is put aside once more, sent online, or given up.
    fn failed(&self, desk: &Desk, caller: &Caller, noted: PendingCall, failure: Failure) {
        match caller.retry().decide(&failure, u32::from(noted.asked), 0.0) {
            Retry::After(_) => {
                caller.count_repeated();
                if self.manner.urgent_below.is_some() {
                    desk.online(noted.key);
                } else {
                    desk.put_back([PendingCall { asked: noted.asked.saturating_add(1), ..noted }]);
                }
            }
            Retry::GiveUp => {
                if failure.kind.is_final_for_host() {
                    caller.refuse(failure.clone());
                }
                desk.failed(noted.key, failure);
            }
        }
    }

    /// Closes a batch: calls for which it brought no result are asked again.
    fn close(&self, desk: &Desk, sent: Sent, taken: Taken) {
        let Sent { caller, number, id, pending, is_whole, is_guess, unknown, forms: _ } = sent;
        let left = pending.len();
        if let Taken::Gone(why) = taken {
            self.end(&caller, number, BatchEnd::Gone);
            self.events.emit(Event::Warning(format!(
                "the results of message batch {id} are gone ({why}); {} asked anew",
                count(left, "request is", "requests are")
            )));
            desk.put_back(pending.into_values().map(|(noted, _)| noted));
            return;
        }
        if is_guess && left > 0 {
            self.end(&caller, number, BatchEnd::Gone);
            self.events.emit(Event::Note(format!(
                "Message batch {id} is somebody else's; what was taken for it is asked anew"
            )));
            desk.put_back(pending.into_values().map(|(noted, _)| noted));
            return;
        }
        if is_whole {
            self.end(&caller, number, BatchEnd::Collected);
        }
        if unknown > 0 && is_whole && left > 0 {
            self.events.emit(Event::Note(format!(
                "Message batch {id}: {} to nothing that was asked, or were there twice",
                count(unknown, "result belongs", "results belong")
            )));
        }
        for (noted, reserved) in pending.into_values() {
            // Its line may be one that cannot be read.
            reserved.forfeit();
            let failure =
                Failure::new(FailureKind::Malformed, format!("message batch {id} has no readable result for it"));
            let Some(caller) = desk.caller(noted.role) else { continue };
            self.failed(desk, &caller, noted, failure);
        }
    }
}

fn not_begun(why: &str) -> Failure {
    Failure::new(FailureKind::Timeout, why)
}

/// Whether the same look may well succeed later.
fn is_passing(failure: &Failure) -> bool {
    failure.should_retry != Some(false)
        && matches!(
            failure.kind,
            FailureKind::Connection
                | FailureKind::Timeout
                | FailureKind::RateLimited
                | FailureKind::Overloaded
                | FailureKind::Server
                | FailureKind::Conflict
                | FailureKind::Malformed
        )
}
