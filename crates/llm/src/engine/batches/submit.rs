//! One exchange: what was put aside is handed in, waited for, and collected.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::Batches;
use super::collect::Sent;
use super::desk::{Desk, PendingCall};
use super::split::split;
use crate::call::Caller;
use crate::call::budget::Reserved;
use crate::model::{Failure, FailureKind};

impl Batches {
    /// Has these calls answered, as far as limits and the host allow. Calls that are to be asked once more are put
    /// aside again.
    pub(super) async fn exchange(&self, desk: &Arc<Desk>) {
        let mut noted = desk.drain();
        let mut sent = self.earlier(desk, &mut noted).await;
        if self.manner.urgent_below.is_some_and(|below| noted.len() < below) {
            for call in noted.drain(..) {
                desk.online(call.key);
            }
        }
        let mut hosts: BTreeMap<String, (Caller, Vec<PendingCall>)> = BTreeMap::new();
        for call in noted {
            let Some(caller) = desk.caller(call.role) else { continue };
            let host = caller.model().host().to_owned();
            hosts.entry(host).or_insert_with(|| (caller, Vec::new())).1.push(call);
        }
        for (caller, calls) in hosts.into_values() {
            self.submit(desk, &caller, calls, &mut sent).await;
        }
        if sent.is_empty() && !desk.sends() {
            // Calls of others hold all the room that there is, or a host cannot be asked: not at once again.
            let _ = self.sleep(self.manner.first_look).await;
        }
        self.follow(desk, sent).await;
    }

    async fn submit(&self, desk: &Arc<Desk>, caller: &Caller, calls: Vec<PendingCall>, sent: &mut Vec<Sent>) {
        let sizes = calls.iter().map(|noted| noted.size);
        let ranges = split(sizes, self.manner.most_requests, self.manner.most_bytes);
        let mut parts: VecDeque<Vec<PendingCall>> = ranges.into_iter().map(|range| calls[range].to_vec()).collect();
        drop(calls);
        while let Some(part) = parts.pop_front() {
            if self.stop.why().is_some() {
                desk.put_back(part);
                continue;
            }
            let (held, without) = self.reserve(caller, part);
            desk.put_back(without);
            if held.is_empty() {
                continue;
            }
            let batch: Arc<[PendingCall]> = held.iter().map(|(noted, _)| *noted).collect();
            match self.create(desk, caller, &batch).await {
                Ok((number, id, forms)) => {
                    sent.push(Sent { forms, ..Sent::new(caller.clone(), number, id, held) });
                }
                Err(failure) if failure.kind == FailureKind::TooLarge && batch.len() > 1 => {
                    let (first, second) = batch.split_at(batch.len() / 2);
                    parts.push_front(second.to_vec());
                    parts.push_front(first.to_vec());
                }
                Err(failure) => self.not_created(desk, caller, &batch, failure),
            }
        }
    }

    /// What follows for the calls of a batch that its host does not take.
    fn not_created(&self, desk: &Desk, caller: &Caller, calls: &[PendingCall], failure: Failure) {
        match failure.kind {
            // What is wrong with the requests is wrong with them tomorrow.
            FailureKind::Invalid | FailureKind::TooLarge => {
                for noted in calls {
                    desk.failed(noted.key, failure.clone());
                }
                return;
            }
            FailureKind::Stopped | FailureKind::Journal => {}
            FailureKind::NotFound => {
                let message = format!(
                    "this host takes no message batches ({}); leave out --engine batches, or set ANTHROPIC_BASE_URL \
                     to one \
                     that does",
                    failure.message
                );
                caller.refuse(Failure { message, ..failure });
            }
            _ => caller.refuse(failure),
        }
        desk.put_back(calls.iter().copied());
    }

    /// Reserves room for each of these calls. Returns the calls with room, then those without. A limit that nothing
    /// under way can free stops the run.
    pub(super) fn reserve(
        &self,
        caller: &Caller,
        calls: Vec<PendingCall>,
    ) -> (Vec<(PendingCall, Reserved)>, Vec<PendingCall>) {
        let (mut held, mut without) = (Vec::with_capacity(calls.len()), Vec::new());
        let mut calls = calls.into_iter();
        for noted in calls.by_ref() {
            match caller.budget().reserve_now(noted.most_usd) {
                Ok(Some(reserved)) => held.push((noted, reserved)),
                Ok(None) => {
                    without.push(noted);
                    break;
                }
                Err(why) => {
                    self.stop.ask(why);
                    without.push(noted);
                    break;
                }
            }
        }
        without.extend(calls);
        (held, without)
    }
}
