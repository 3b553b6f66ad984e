//! What has been put aside, what has been answered, and what will not be.
//!
//! Requests and answers are on disk. Until the batch of trials is over, a call takes some 50 bytes of memory while it
//! is under way and some 40 once it is answered.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::call::Caller;
use crate::call::aside::{Aside, Met};
use crate::call::stop::{Stop, Why};
use crate::journal::{Key, key_of};
use crate::model::batching::Lines;
use crate::model::{Answer, Failure, FailureKind, Request, Role};
use rejoinder_files::spool::{Place, Spool};

/// A call that was put aside.
#[derive(Clone, Copy, Debug)]
pub(super) struct PendingCall {
    pub(super) key: Key,
    pub(super) place: Place,
    /// Bytes of the request as a batch has it.
    pub(super) size: u32,
    pub(super) role: Role,
    /// How often it has been asked in vain.
    pub(super) asked: u8,
    /// The most that it can cost.
    pub(super) most_usd: f64,
}

/// What is known of a call.
#[derive(Debug)]
enum CallState {
    /// It is under way, or about to be.
    Noted,
    Answered(Place),
    Failed(Box<Failure>),
    /// It is sent online, and so is what its job asks after it.
    Online,
}

pub(super) struct Desk {
    requests: Spool,
    answers: Spool,
    stop: Stop,
    sends: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The doors by which calls came.
    callers: BTreeMap<Role, Caller>,
    known: HashMap<Key, CallState>,
    /// In the order in which they came.
    noted: Vec<PendingCall>,
}

impl Desk {
    pub(super) fn new(folder: &Path, stop: Stop) -> Result<Self, rejoinder_files::Error> {
        let (requests, answers) = (Spool::new(folder)?, Spool::new(folder)?);
        Ok(Desk { requests, answers, stop, sends: AtomicBool::new(false), state: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes out all calls that were put aside, sorted by key, because the order in which jobs made them is chance.
    pub(super) fn drain(&self) -> Vec<PendingCall> {
        let mut noted = std::mem::take(&mut self.state().noted);
        noted.sort_unstable_by_key(|noted| noted.key);
        noted
    }

    /// Puts calls back, to go with the next round.
    pub(super) fn put_back(&self, noted: impl IntoIterator<Item = PendingCall>) {
        self.state().noted.extend(noted);
    }

    /// The door by which calls of this role came.
    pub(super) fn caller(&self, role: Role) -> Option<Caller> {
        self.state().callers.get(&role).cloned()
    }

    /// Any door.
    pub(super) fn any_caller(&self) -> Option<Caller> {
        self.state().callers.values().next().cloned()
    }

    pub(super) fn answered(&self, key: Key, answer: &Answer) -> Result<(), rejoinder_files::Error> {
        let text = serde_json::to_string(answer).map_err(|error| self.answers.unreadable(&error.to_string()))?;
        let place = self.answers.put(&text)?;
        self.state().known.insert(key, CallState::Answered(place));
        Ok(())
    }

    pub(super) fn failed(&self, key: Key, failure: Failure) {
        self.state().known.insert(key, CallState::Failed(Box::new(failure)));
    }

    /// Has a call sent, and all that its job asks after it.
    pub(super) fn online(&self, key: Key) {
        self.sends.store(true, Ordering::Relaxed);
        self.state().known.insert(key, CallState::Online);
    }

    /// Whether any call is sent.
    pub(super) fn sends(&self) -> bool {
        self.sends.load(Ordering::Relaxed)
    }

    /// The request of a call that was put aside.
    pub(super) fn request(&self, noted: &PendingCall) -> Result<Request, rejoinder_files::Error> {
        let text = self.requests.get(noted.place)?;
        serde_json::from_str(&text).map_err(|error| self.requests.unreadable(&error.to_string()))
    }

    /// The requests of these calls as a batch has them.
    pub(super) fn lines(self: &Arc<Self>, calls: Arc<[PendingCall]>) -> Lines {
        let (desk, count) = (Arc::clone(self), calls.len());
        let bytes = calls.iter().map(|noted| u64::from(noted.size)).sum();
        let callers = self.state().callers.clone();
        let lines = (0..count).map(move |index| {
            let noted = &calls[index];
            let request = desk.request(noted).map_err(|error| io::Error::other(error.to_string()))?;
            let line = callers.get(&noted.role).and_then(|caller| Some(caller.model().batches()?.line(&request)));
            line.ok_or_else(|| io::Error::other("a model without message batches"))
        });
        Lines { count, bytes, lines: Box::new(lines) }
    }

    fn answer(&self, place: Place) -> Result<Answer, rejoinder_files::Error> {
        let text = self.answers.get(place)?;
        serde_json::from_str(&text).map_err(|error| self.answers.unreadable(&error.to_string()))
    }

    /// Without the disk nothing may be paid for.
    pub(super) fn broken(&self, error: &rejoinder_files::Error) -> Failure {
        self.stop.ask(Why::Disk);
        Failure::new(FailureKind::Stopped, error.to_string())
    }

    /// What is known of a call.
    fn look(&self, key: &Key) -> Result<Option<Met>, Failure> {
        let place = match self.state().known.get(key) {
            None => return Ok(None),
            Some(CallState::Noted) => return Ok(Some(Met::Later)),
            Some(CallState::Online) => return Ok(Some(Met::Now)),
            Some(CallState::Failed(failure)) => return Err((**failure).clone()),
            Some(CallState::Answered(place)) => *place,
        };
        self.answer(place).map(|answer| Some(Met::Answered(answer))).map_err(|error| self.broken(&error))
    }

    fn note(&self, key: Key, caller: &Caller, request: &Request) -> Result<(), Failure> {
        let role = caller.role();
        let size = caller.model().batches().map_or(0, |host| host.line(request).len());
        let text = serde_json::to_string(request)
            .map_err(|error| self.broken(&self.requests.unreadable(&error.to_string())))?;
        let place = self.requests.put(&text).map_err(|error| self.broken(&error))?;
        let most_usd = caller.most_batched(request);
        let mut state = self.state();
        state.callers.entry(role).or_insert_with(|| caller.clone());
        // Two jobs that ask the same under one key wait for one answer.
        if let std::collections::hash_map::Entry::Vacant(vacant) = state.known.entry(key) {
            vacant.insert(CallState::Noted);
            state.noted.push(PendingCall { key, place, size: size as u32, role, asked: 0, most_usd });
        }
        Ok(())
    }
}

impl Aside for Desk {
    fn meet(&self, caller: &Caller, request: &Request) -> Result<Met, Failure> {
        let key = key_of(request.key.as_str());
        if let Some(met) = self.look(&key)? {
            return Ok(met);
        }
        if let Some(why) = self.stop.why() {
            return Err(Failure::new(FailureKind::Stopped, format!("not sent, since {why}")));
        }
        self.note(key, caller, request)?;
        Ok(Met::Later)
    }
}
