//! Batches that an earlier process has handed in for this run, perhaps days ago.

use std::collections::HashMap;

use tokio::sync::Mutex;

use super::Batches;
use super::collect::Sent;
use super::create::Found;
use super::desk::{Desk, PendingCall};
use super::leave::count;
use crate::call::Caller;
use crate::event::Event;
use crate::journal::{BatchEnd, Key, OpenBatch};

/// `None` until the journal has been asked.
#[derive(Default)]
pub(super) struct Earlier(Mutex<Option<Vec<OpenBatch>>>);

impl Batches {
    /// Takes out of `noted` the calls that are in earlier batches, and returns those batches.
    pub(super) async fn earlier(&self, desk: &Desk, noted: &mut Vec<PendingCall>) -> Vec<Sent> {
        let mut earlier = self.earlier.0.lock().await;
        let Some(caller) = desk.any_caller() else { return Vec::new() };
        if earlier.is_none() {
            *earlier = Some(self.open(&caller));
        }
        let open = earlier.get_or_insert_default();
        let (mut sent, mut later) = (Vec::new(), Vec::new());
        let of: HashMap<Key, usize> = open
            .iter()
            .enumerate()
            .flat_map(|(index, batch)| batch.keys.iter().map(move |key| (*key, index)))
            .collect();
        for (index, batch) in open.drain(..).enumerate() {
            let mine = |noted: &mut PendingCall| of.get(&noted.key) == Some(&index);
            let calls: Vec<PendingCall> = noted.extract_if(.., mine).collect();
            // A later stage of the run, or another batch of its trials, may ask for what is in it.
            if calls.is_empty() {
                later.push(batch);
                continue;
            }
            let Some(caller) = desk.caller(calls[0].role) else { continue };
            match self.name(&caller, &batch).await {
                Found::Here(id) => {
                    let days = self.since(&batch.submitted);
                    self.events.emit(Event::Note(format!(
                        "Message batch {id} was handed in {days}: {} of it are waited for or collected",
                        count(calls.len(), "request", "requests")
                    )));
                    let (held, without) = self.reserve(&caller, calls);
                    if !without.is_empty() {
                        later.push(batch.clone());
                    }
                    let is_whole = without.is_empty();
                    desk.put_back(without);
                    if !held.is_empty() {
                        let is_guess = batch.id.is_none();
                        sent.push(Sent { is_whole, is_guess, ..Sent::new(caller, Some(batch.number), id, held) });
                    }
                }
                Found::Nowhere => {
                    self.end(&caller, Some(batch.number), BatchEnd::Gone);
                    noted.extend(calls);
                }
                // Nobody can say: it is looked for again when the run is gone on with.
                Found::Unknown => {
                    desk.put_back(calls);
                    later.push(batch);
                }
            }
        }
        *open = later;
        sent
    }

    fn open(&self, caller: &Caller) -> Vec<OpenBatch> {
        let Some(log) = caller.log() else { return Vec::new() };
        log.open_batches().unwrap_or_else(|error| {
            let _ = caller.unkept(&error);
            Vec::new()
        })
    }

    /// The name of a batch, which the host may never have told us.
    async fn name(&self, caller: &Caller, batch: &OpenBatch) -> Found {
        match &batch.id {
            Some(id) => Found::Here(id.clone()),
            None => {
                let found = self.find(caller, batch.after.as_deref(), batch.keys.len()).await;
                if let (Found::Here(id), Some(log)) = (&found, caller.log())
                    && let Err(error) = log.batch_named(batch.number, id)
                {
                    let _ = caller.unkept(&error);
                }
                found
            }
        }
    }

    fn since(&self, submitted: &str) -> String {
        submitted.get(..16).map_or_else(|| "earlier".to_owned(), |time| format!("at {} UTC", time.replace('T', " ")))
    }
}
