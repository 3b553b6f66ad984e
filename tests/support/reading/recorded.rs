//! A model that answers from a file of recorded answers, so that a change of a prompt shows as missing answers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use rejoinder::model::limits::RateLimits;
use rejoinder::model::{Answer, Failure, FailureKind, Model, Reply, Request, Stop, Usage, digest};
use serde::{Deserialize, Serialize};

/// One answer of the file. The request itself is not kept: its hash is enough to find the answer, and shows when the
/// request has changed.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    request: String,
    answer: String,
}

/// Answers from a file; what is not there is asked of `live`, where there is one, and added.
pub struct Recorded {
    path: PathBuf,
    answers: Mutex<BTreeMap<String, String>>,
    live: Option<Arc<dyn Model>>,
    missing: Mutex<Vec<String>>,
    asked: Mutex<BTreeSet<String>>,
}

impl Recorded {
    /// The answers of this file, which need not exist yet where a live model answers.
    pub fn open(path: &Path, live: Option<Arc<dyn Model>>) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let read = |line: &str| serde_json::from_str::<Line>(line).map(|line| (line.request, line.answer));
        let answers = text.lines().map(read).collect::<Result<_, _>>().expect("one recorded answer a line");
        Recorded {
            path: path.to_owned(),
            answers: Mutex::new(answers),
            live,
            missing: Mutex::default(),
            asked: Mutex::default(),
        }
    }

    /// Beginnings of the requests that had no answer.
    pub fn missing(&self) -> Vec<String> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Names of requests that have an answer and that nobody asked: answers to requests of before, to be taken out.
    pub fn stale(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.keys().filter(|name| !asked.contains(*name)).cloned().collect()
    }

    fn find(&self, name: &str) -> Option<String> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn keep(&self, name: &str, answer: &str) {
        let line = Line { request: name.to_owned(), answer: answer.to_owned() };
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.insert(line.request.clone(), line.answer.clone()).is_none() {
            let mut file = OpenOptions::new().create(true).append(true).open(&self.path).expect("a file to record in");
            writeln!(file, "{}", serde_json::to_string(&line).expect("a line")).expect("room for a line");
        }
    }
}

/// The name of a request: a hash of all that a model sees of it.
fn name(request: &Request) -> String {
    let schema = request.schema.as_ref().map(|schema| schema.json.to_string()).unwrap_or_default();
    digest(&[&request.system, &request.user, &schema])[..32].to_owned()
}

fn reply(text: String) -> Reply {
    let answer = Answer { text, stop: Stop::EndTurn, usage: Usage::default(), request_id: None, ..Answer::default() };
    Reply { answer, limits: RateLimits::default() }
}

impl Model for Recorded {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move {
            let name = name(request);
            self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
            if let Some(text) = self.find(&name) {
                return Ok(reply(text));
            }
            if let Some(live) = &self.live {
                let reply = live.send(request).await?;
                self.keep(&name, &reply.answer.text);
                return Ok(reply);
            }
            let start: String = request.user.chars().take(160).collect();
            self.missing.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{name}: {start}"));
            Err(Failure::new(FailureKind::NotFound, format!("there is no recorded answer to request {name}")))
        })
    }

    #[expect(clippy::unnecessary_literal_bound, reason = "the trait's signature")]
    fn id(&self) -> &str {
        "recorded"
    }

    #[expect(clippy::unnecessary_literal_bound, reason = "the trait's signature")]
    fn host(&self) -> &str {
        "recorded"
    }

    fn settings(&self) -> String {
        String::new()
    }
}
