//! One batch and what becomes of it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::inbound;
use crate::serve::exchange::Shared;
use crate::serve::outbound::{Dialect, Rejection};
use rejoinder_files::spool::{Place, Spool};
use rejoinder_llm::model::digest;

/// A batch that was taken.
pub(super) struct StoredBatch {
    pub(super) id: String,
    number: u64,
    taken: Instant,
    taken_at: Timestamp,
    requests: Spool,
    /// In the order in which they came.
    places: Vec<(Box<str>, Place)>,
    /// What is wrong with requests that are no good.
    invalid: HashMap<usize, Rejection>,
    canceled: Mutex<Option<(Instant, Timestamp)>>,
    /// Requests whose answers were counted.
    counted: Mutex<Vec<bool>>,
}

/// How a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Succeeded,
    Invalid,
    Errored,
    Expired,
    Canceled,
}

impl StoredBatch {
    /// Reads a batch, or says why it is rejected as a whole.
    pub(super) fn read(shared: &Shared, number: u64, body: &[u8]) -> Result<Self, Rejection> {
        let no_room = |error: rejoinder_files::Error| error.to_string();
        let requests = Spool::new(&std::env::temp_dir())
            .map_err(|error| Rejection::new(StatusCode::INTERNAL_SERVER_ERROR, no_room(error)))?;
        let (mut places, mut invalid) = (Vec::new(), HashMap::new());
        let mut again = 0;
        let count = inbound::read(body, shared.options.batches.most_requests, &mut |id, params| {
            let text = params.to_string();
            if let Err(rejection) = Dialect::Messages.read(text.as_bytes()) {
                invalid.insert(places.len(), rejection);
            }
            again += u64::from(shared.stats.times_seen(fingerprint(&["batched", &id, &text])) > 0);
            places.push((id.into_boxed_str(), requests.put(&text).map_err(no_room)?));
            Ok(())
        })?;
        shared.stats.batch(count as u64, again);
        Ok(StoredBatch {
            id: format!("msgbatch_simulated_{number:06}"),
            number,
            taken: Instant::now(),
            taken_at: Timestamp::now(),
            requests,
            counted: Mutex::new(vec![false; places.len()]),
            places,
            invalid,
            canceled: Mutex::new(None),
        })
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    fn canceled(&self) -> Option<(Instant, Timestamp)> {
        *self.canceled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves undone what has not been begun.
    pub(super) fn cancel(&self, shared: &Shared) -> Result<(), Rejection> {
        if self.has_ended(shared) {
            return Err(Rejection::invalid(format!("Batch {} cannot be canceled: it has ended", self.id)));
        }
        let mut canceled = self.canceled.lock().unwrap_or_else(PoisonError::into_inner);
        canceled.get_or_insert_with(|| (Instant::now(), Timestamp::now()));
        Ok(())
    }

    fn has_ended(&self, shared: &Shared) -> bool {
        self.canceled().is_some() || self.taken.elapsed() >= shared.options.batches.turnaround
    }

    fn is_archived(&self, shared: &Shared) -> bool {
        self.taken.elapsed() >= shared.options.batches.kept.saturating_add(shared.options.batches.turnaround)
    }

    /// Whether results can be had.
    pub(super) fn ready(&self, shared: &Shared) -> Result<(), Rejection> {
        if !self.has_ended(shared) {
            return Err(Rejection::invalid(format!("Batch {} has no results yet", self.id)));
        }
        if self.is_archived(shared) {
            return Err(Rejection::new(StatusCode::NOT_FOUND, format!("The results of batch {} are gone", self.id)));
        }
        Ok(())
    }

    /// How the request of this index ends.
    pub(super) fn end(&self, shared: &Shared, index: usize) -> End {
        let options = &shared.options.batches;
        if let Some((at, _)) = self.canceled() {
            // They are done one after the other, evenly.
            let share = at.duration_since(self.taken).as_secs_f64() / options.turnaround.as_secs_f64().max(1e-9);
            if index as f64 >= share * self.len() as f64 {
                return End::Canceled;
            }
        }
        if self.invalid.contains_key(&index) {
            return End::Invalid;
        }
        if options.errored == 0.0 && options.expired == 0.0 {
            return End::Succeeded;
        }
        let lot = digest(&["lot", &shared.options.seed.to_string(), &self.number.to_string(), &self.places[index].0]);
        let lot = f64::from(u32::from_str_radix(&lot[..8], 16).unwrap_or(0)) / (f64::from(u32::MAX) + 1.0);
        if lot < options.errored {
            End::Errored
        } else if lot < options.errored + options.expired {
            End::Expired
        } else {
            End::Succeeded
        }
    }

    /// Why this request is no good.
    pub(super) fn wrong(&self, index: usize) -> Option<&Rejection> {
        self.invalid.get(&index)
    }

    /// The request of this index: its `custom_id` and its `params`.
    pub(super) fn request(&self, index: usize) -> Option<(&str, String)> {
        let (id, place) = self.places.get(index)?;
        Some((id, self.requests.get(*place).ok()?))
    }

    /// Whether the answer of this index is counted for the first time.
    pub(super) fn is_first(&self, index: usize) -> bool {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.get_mut(index).is_some_and(|counted| !std::mem::replace(counted, true))
    }

    /// The batch as its host tells of it.
    pub(super) fn json(&self, shared: &Shared, address: &str) -> Value {
        let ended = self.has_ended(shared);
        let archived = self.is_archived(shared);
        let mut counts = [0_u64; 5];
        if ended {
            for index in 0..self.len() {
                counts[match self.end(shared, index) {
                    End::Succeeded => 1,
                    End::Invalid | End::Errored => 2,
                    End::Canceled => 3,
                    End::Expired => 4,
                }] += 1;
            }
        } else {
            counts[0] = self.len() as u64;
        }
        let [processing, succeeded, errored, canceled, expired] = counts;
        let time = |at: Timestamp| format!("{at:.6}");
        let later = |after: Duration| {
            let after = SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX);
            self.taken_at.checked_add(after).unwrap_or(Timestamp::MAX)
        };
        let canceled_at = self.canceled().map(|(_, at)| at);
        let ended_at = canceled_at.unwrap_or_else(|| later(shared.options.batches.turnaround));
        json!({
            "id": self.id,
            "type": "message_batch",
            "processing_status": if ended { "ended" } else { "in_progress" },
            "request_counts": {
                "processing": processing,
                "succeeded": succeeded,
                "errored": errored,
                "canceled": canceled,
                "expired": expired,
            },
            "created_at": time(self.taken_at),
            "expires_at": time(later(Duration::from_secs(86_400))),
            "ended_at": ended.then(|| time(ended_at)),
            "cancel_initiated_at": canceled_at.map(time),
            "archived_at": archived.then(|| time(Timestamp::now())),
            "results_url": (ended && !archived)
                .then(|| format!("http://{address}/v1/messages/batches/{}/results", self.id)),
        })
    }
}

/// A fingerprint of these parts.
pub(super) fn fingerprint(parts: &[&str]) -> u128 {
    u128::from_str_radix(&digest(parts)[..32], 16).unwrap_or_default()
}
