//! Where batches of trials run: `--engine` and what belongs to it.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::error::Error;
use super::options::ModelOptions;
use super::settings::Settings;
use super::setup::environment;
use crate::call::stop::Stop;
use crate::engine::batches::{Batches, Manner, Question, TAIL};
use crate::engine::local::Local;
use crate::engine::{Engine, Kind};
use crate::event::Events;
use crate::model::id::ModelId;
use crate::model::{Model, Role};

/// Names the engine in the environment.
const VARIABLE: &str = "REJOINDER_ENGINE";

/// How long a question at the terminal waits for its answer: less than a stopped process is given.
const ANSWERED_WITHIN: Duration = Duration::from_secs(8);

/// Which engine: flag, environment, settings file, default.
///
/// # Errors
/// One line, where what is named is none, or an option is given that this engine does not have.
pub fn kind(options: &ModelOptions, settings: &Settings) -> Result<Kind, Error> {
    let named = environment(VARIABLE).or_else(|| settings.engine.clone());
    let kind = match (options.engine, named) {
        (Some(kind), _) => kind,
        (None, Some(text)) => text.parse().map_err(Error::Usage)?,
        (None, None) => Kind::default(),
    };
    if options.urgent && kind != Kind::Batches {
        return Err(Error::Usage("--urgent sends the tail of message batches online: add --engine batches".into()));
    }
    Ok(kind)
}

/// Checks that these models work with the engine of this kind.
///
/// # Errors
/// One line, where one cannot.
pub fn check(kind: Kind, models: &BTreeMap<Role, Arc<dyn Model>>, ids: &BTreeMap<Role, ModelId>) -> Result<(), Error> {
    if kind != Kind::Batches {
        return Ok(());
    }
    // The improver's calls belong to no trial, and go online.
    let unable = models.iter().find(|(role, model)| **role != Role::Improver && model.batches().is_none());
    let Some((role, model)) = unable else { return Ok(()) };
    let way = match ids.get(role).map(ModelId::is_market) {
        Some(true) => {
            "to try them without a key, start `rejoinder market` and use --model anthropic/claude-sonnet-5-5 with \
             ANTHROPIC_BASE_URL=http://127.0.0.1:8088"
        }
        _ => "use an anthropic/ model for it, or leave out --engine batches",
    };
    Err(Error::Usage(format!(
        "--engine batches: the model of the {role}, {}, has no message batches; {way}",
        model.id()
    )))
}

/// The engine of this kind, for models that can go with it.
pub fn open(kind: Kind, options: &ModelOptions, scratch: &Path, events: &Events, stop: &Stop) -> Arc<dyn Engine> {
    if kind != Kind::Batches {
        // With Restate, jobs run here; only their calls run elsewhere.
        return Arc::new(Local);
    }
    let manner = Manner { urgent_below: options.urgent.then_some(TAIL), ..Manner::default() };
    Arc::new(Batches::new(manner, scratch.to_owned(), events.clone(), stop.clone(), question()))
}

/// Asks the person at the terminal, where there is one. No answer is a no.
fn question() -> Option<Question> {
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return None;
    }
    Some(Arc::new(|text| {
        Box::pin(async move {
            let mut err = anstream::stderr();
            let _ = write!(err, "{text}").and_then(|()| err.flush());
            let read = tokio::task::spawn_blocking(|| {
                let mut line = String::new();
                std::io::stdin().read_line(&mut line).map(|_| line).unwrap_or_default()
            });
            match tokio::time::timeout(ANSWERED_WITHIN, read).await {
                Ok(Ok(line)) => matches!(line.trim(), "y" | "Y" | "yes"),
                _ => false,
            }
        })
    }))
}
