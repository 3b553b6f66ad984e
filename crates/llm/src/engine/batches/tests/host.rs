//! A host of message batches that is made up.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use futures::{StreamExt, stream};

use crate::model::batching::{Batch, Batching, Counts, Entries, Entry, LineForm, Lines, Outcome, Status};
use crate::model::limits::RateLimits;
use crate::model::{Answer, Failure, FailureKind, Model, Reply, Request, Stop, Usage, digest};

/// What goes wrong at the host.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "faults that come together in any way")]
pub(super) struct Manners {
    /// How many of 100 requests fail with a passing failure, and how many for good.
    pub(super) failing: u32,
    pub(super) invalid: u32,
    /// How many of 100 requests get no result at all.
    pub(super) missing: u32,
    /// Whether results are given twice, with some that nobody has asked for.
    pub(super) twice: bool,
    /// Every n-th creation is answered by a broken connection; the flag says whether the batch exists all the same.
    pub(super) lost: Option<(usize, bool)>,
    /// Readings of results break in the middle, the first time.
    pub(super) torn: bool,
    /// A look fails from time to time.
    pub(super) blind: bool,
    /// No batch ever ends.
    pub(super) endless: bool,
}

#[derive(Default)]
pub(super) struct Host {
    pub(super) manners: Manners,
    pub(super) seed: u64,
    pub(super) state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) batches: Vec<Vec<String>>,
    pub(super) creates: usize,
    pub(super) looks: usize,
    pub(super) readings: HashMap<String, usize>,
    /// How often each request was in a batch.
    pub(super) asked: BTreeMap<String, u32>,
    pub(super) online: u32,
    pub(super) cancelled: Vec<String>,
}

impl Host {
    fn lot(&self, parts: &[&str]) -> u32 {
        u32::from_str_radix(&digest(&[parts, &[&self.seed.to_string()]].concat())[..8], 16).unwrap() % 100
    }

    fn batch(id: usize, requests: usize, status: Status) -> Batch {
        let counts = Counts { processing: requests as u64, ..Counts::default() };
        Batch { id: format!("b{id}"), status, counts, results: None, archived: false }
    }

    fn outcome(&self, id: &str, batch: &str) -> Option<Outcome> {
        let lot = self.lot(&[id, batch]);
        let Manners { failing, invalid, missing, .. } = self.manners;
        if lot < failing {
            return Some(match lot % 3 {
                0 => Outcome::Expired,
                1 => Outcome::Canceled,
                _ => Outcome::Failed(Failure::new(FailureKind::Overloaded, "overloaded")),
            });
        }
        if lot < failing + invalid {
            return Some(Outcome::Failed(Failure::new(FailureKind::Invalid, "invalid")));
        }
        (lot >= failing + invalid + missing).then(|| Outcome::Answered(answer(id)))
    }
}

fn answer(id: &str) -> Answer {
    let usage = Usage { input_tokens: 10, output_tokens: 10, ..Usage::default() };
    Answer { text: id.to_owned(), stop: Stop::EndTurn, usage, batched: true, ..Answer::default() }
}

impl Batching for Host {
    fn line(&self, request: &Request, _: LineForm) -> Vec<u8> {
        request.key.as_str().as_bytes().to_vec()
    }

    fn create(&self, lines: Lines) -> BoxFuture<'_, Result<Batch, Failure>> {
        Box::pin(async move {
            let ids: Vec<String> = lines.lines.map(|line| String::from_utf8(line.unwrap()).unwrap()).collect();
            assert_eq!(ids.len(), lines.count);
            assert_eq!(ids.iter().map(|id| id.len() as u64).sum::<u64>(), lines.bytes);
            let mut state = self.state.lock().unwrap();
            state.creates += 1;
            let lost = self.manners.lost.filter(|(nth, _)| state.creates.is_multiple_of(*nth));
            if lost.is_none_or(|(_, there)| there) {
                for id in &ids {
                    *state.asked.entry(id.clone()).or_default() += 1;
                }
                state.batches.push(ids.clone());
            }
            match lost {
                Some(_) => Err(Failure::new(FailureKind::Connection, "reset")),
                None => Ok(Host::batch(state.batches.len() - 1, ids.len(), Status::InProgress)),
            }
        })
    }

    fn newest<'a>(&'a self, after: Option<&'a str>) -> BoxFuture<'a, Result<Vec<Batch>, Failure>> {
        Box::pin(async move {
            let state = self.state.lock().unwrap();
            let all = state.batches.iter().enumerate().rev();
            let all = all.map(|(id, ids)| Host::batch(id, ids.len(), Status::InProgress));
            Ok(all.take_while(|batch| Some(batch.id.as_str()) != after).collect())
        })
    }

    fn look<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Batch, Failure>> {
        Box::pin(async move {
            let mut state = self.state.lock().unwrap();
            state.looks += 1;
            if self.manners.blind && state.looks % 3 == 1 {
                return Err(Failure::new(FailureKind::Server, "500"));
            }
            let number: usize = id[1..].parse().unwrap();
            let status = if self.manners.endless { Status::InProgress } else { Status::Ended };
            Ok(Host::batch(number, state.batches[number].len(), status))
        })
    }

    fn cancel<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Batch, Failure>> {
        self.state.lock().unwrap().cancelled.push(id.to_owned());
        self.look(id)
    }

    fn results<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Entries, Failure>> {
        Box::pin(async move {
            let number: usize = batch.id[1..].parse().unwrap();
            let mut state = self.state.lock().unwrap();
            let reading = state.readings.entry(batch.id.clone()).or_default();
            *reading += 1;
            let torn = self.manners.torn && *reading == 1;
            let mut ids = state.batches[number].clone();
            ids.sort_by_key(|id| digest(&[id, &batch.id]));
            let mut entries: Vec<Result<Entry, Failure>> = Vec::new();
            for id in &ids {
                let Some(outcome) = self.outcome(id, &batch.id) else { continue };
                entries.push(Ok(Entry { custom_id: id.clone(), outcome }));
                if self.manners.twice {
                    entries.push(Ok(Entry { custom_id: id.clone(), outcome: Outcome::Answered(answer("other")) }));
                    let custom_id = format!("stranger-{id}");
                    entries.push(Ok(Entry { custom_id, outcome: Outcome::Answered(answer("other")) }));
                }
            }
            if torn {
                entries.truncate(entries.len() / 2);
                entries.push(Err(Failure::new(FailureKind::Connection, "torn")));
            }
            Ok(stream::iter(entries).boxed())
        })
    }
}

/// A model on the made-up host.
pub(super) struct Mock(pub(super) Arc<Host>);

impl Model for Mock {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move {
            self.0.state.lock().unwrap().online += 1;
            let answer = Answer { batched: false, ..answer(request.key.as_str()) };
            Ok(Reply { answer, limits: RateLimits::default() })
        })
    }

    fn id(&self) -> &'static str {
        "anthropic/claude-haiku-4-5"
    }

    fn host(&self) -> &'static str {
        "made-up"
    }

    fn settings(&self) -> String {
        String::new()
    }

    fn batches(&self) -> Option<&dyn Batching> {
        Some(&*self.0)
    }
}
