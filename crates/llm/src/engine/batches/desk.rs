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
use crate::model::batching::{LineForm, Lines};
use crate::model::form::MOST_CHANGES;
use crate::model::{Answer, Failure, FailureKind, Request, Role};
use rejoinder_files::spool::{Place, Spool};

/// A call that was put aside.
#[derive(Clone, Copy, Debug)]
pub(super) struct PendingCall {
    pub(super) key: Key,
    pub(super) place: Place,
    /// Bytes of the request as a batch has it, in the form in which the first of its role was counted.
    pub(super) size: u32,
    pub(super) role: Role,
    /// How often it has been asked in vain.
    pub(super) asked: u8,
    /// How often its host has refused the form in which it was asked.
    pub(super) refused: u8,
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

/// For each role the form in which its requests are written. The usual one for those that are not here.
pub(super) type Forms = BTreeMap<Role, LineForm>;

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
    /// The forms in which the sizes of calls were counted.
    sized: Forms,
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

    /// The forms for the next batch.
    pub(super) fn forms(&self) -> Forms {
        let state = self.state();
        let forms = state.callers.iter().filter_map(|(role, caller)| Some((*role, caller.model().batches()?.form())));
        forms.collect()
    }

    /// The requests of these calls as a batch has them, in these forms.
    pub(super) fn lines(self: &Arc<Self>, calls: Arc<[PendingCall]>, forms: &Forms) -> Lines {
        let (desk, count, forms) = (Arc::clone(self), calls.len(), forms.clone());
        let (callers, sized) = {
            let state = self.state();
            (state.callers.clone(), state.sized.clone())
        };
        let form_of = move |role: Role| forms.get(&role).copied().unwrap_or_default();
        let is_sized = |role: Role| sized.get(&role).copied().unwrap_or_default() == form_of(role);
        let has_size: BTreeMap<Role, bool> = callers.keys().map(|role| (*role, is_sized(*role))).collect();
        let line = move |noted: &PendingCall| -> io::Result<Vec<u8>> {
            let request = desk.request(noted).map_err(|error| io::Error::other(error.to_string()))?;
            let host = callers.get(&noted.role).and_then(|caller| caller.model().batches());
            let host = host.ok_or_else(|| io::Error::other("a model without message batches"))?;
            Ok(host.line(&request, form_of(noted.role)))
        };
        let size = |noted: &PendingCall| match has_size.get(&noted.role) {
            Some(true) => u64::from(noted.size),
            // What cannot be read now cannot be read when its turn comes, and is an error then.
            _ => line(noted).map_or(0, |line| line.len() as u64),
        };
        let bytes = calls.iter().map(size).sum();
        Lines { count, bytes, lines: Box::new((0..count).map(move |index| line(&calls[index]))) }
    }

    /// Whether this call failed since its host refuses the form in which it was asked. The next form is then another.
    pub(super) fn refused(&self, noted: &PendingCall, form: LineForm, failure: &Failure) -> bool {
        if !matches!(failure.kind, FailureKind::Invalid | FailureKind::NotFound)
            || usize::from(noted.refused) >= MOST_CHANGES
        {
            return false;
        }
        let (Some(caller), Ok(request)) = (self.caller(noted.role), self.request(noted)) else { return false };
        caller.model().batches().is_some_and(|host| host.refused(form, &request, failure))
    }

    /// The same for all calls of a batch that its host does not take.
    pub(super) fn refused_whole(&self, calls: &[PendingCall], forms: &Forms, failure: &Failure) -> bool {
        let firsts: BTreeMap<Role, &PendingCall> = calls.iter().rev().map(|noted| (noted.role, noted)).collect();
        let refused = |(role, noted)| self.refused(noted, forms.get(&role).copied().unwrap_or_default(), failure);
        // Each of them is asked, for one batch may hold requests to several models.
        firsts.into_iter().map(refused).filter(|changed| *changed).count() > 0
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
        let size = caller.model().batches().map_or(0, |host| {
            let form = *self.state().sized.entry(role).or_insert_with(|| host.form());
            host.line(request, form).len()
        });
        let text = serde_json::to_string(request)
            .map_err(|error| self.broken(&self.requests.unreadable(&error.to_string())))?;
        let place = self.requests.put(&text).map_err(|error| self.broken(&error))?;
        let most_usd = caller.most_batched(request);
        let mut state = self.state();
        state.callers.entry(role).or_insert_with(|| caller.clone());
        // Two jobs that ask the same under one key wait for one answer.
        if let std::collections::hash_map::Entry::Vacant(vacant) = state.known.entry(key) {
            vacant.insert(CallState::Noted);
            state.noted.push(PendingCall { key, place, size: size as u32, role, asked: 0, refused: 0, most_usd });
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
