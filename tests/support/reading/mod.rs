//! How well models read for us, on labelled texts, with answers that were recorded: shared by the test that replays
//! them and by the bench that prints the figures and records answers anew.
#![allow(dead_code, reason = "the test and the bench each use a part")]

pub mod labelled;
pub mod objections;
pub mod recorded;
pub mod score;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::{StreamExt, stream};
use rejoinder::call::{Caller, Shared};
use rejoinder::evaluate::grounding::{AUDIT_TOKENS, Audit, Auditor, audit_without_model};
use rejoinder::event::Events;
use rejoinder::model::limits::permits::{Concurrency, Permits};
use rejoinder::model::{Model, Role};

use labelled::Message;
use recorded::Recorded;

/// Requests that wait for an answer at a time, where a live model answers.
const AT_ONCE: usize = 64;

/// Where recorded answers are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/reading")
}

/// The file of a kind of recorded answers.
pub fn answers(name: &str) -> PathBuf {
    folder().join(format!("{name}.jsonl"))
}

/// A door to recorded answers.
pub fn caller(role: Role, model: Arc<Recorded>) -> Caller {
    let permits = Permits::new(Concurrency::Fixed(AT_ONCE));
    Caller::new(role, model, permits, Shared::default(), Events::new(|_| {}))
}

/// Recorded answers of a kind, and beyond them those of a live model where there is one.
pub fn recorded(name: &str, live: Option<&Arc<dyn Model>>) -> Arc<Recorded> {
    Arc::new(Recorded::open(&answers(name), live.cloned()))
}

/// Audits each message; `None` where no usable answer came.
pub async fn audit(model: &Arc<Recorded>, messages: &[&Message]) -> Vec<Option<Audit>> {
    let auditor = Auditor::new(caller(Role::Auditor, Arc::clone(model)), AUDIT_TOKENS);
    stream::iter(messages)
        .map(|message| {
            let auditor = auditor.clone();
            async move {
                auditor.audit(&message.text, &message.sources, &message.persona, &["reading", &message.id]).await.ok()
            }
        })
        .buffered(AT_ONCE)
        .collect()
        .await
}

/// What code alone finds.
pub fn audit_by_code(message: &Message) -> Audit {
    audit_without_model(&message.text, &message.sources, &message.persona)
}
