//! A process that submits a run: what its models share, and the signs of life by which others can follow the run.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::sleep;

use super::ingress::{Error, Ingress};
use super::runs::{About, Beat, RunEnd};
use super::wire::{ALL, RUN, RUNS, Version};
use crate::call::stop::{Stop, Why};
use crate::event::{Event, Events};
use crate::model::digest;

/// How often a run's state is told, and how soon it hears that it was cancelled.
const BEAT: Duration = Duration::from_secs(1);
/// How long a beat may take. Restate may be busy, and a beat that is given up stands in line all the same.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a command waits at its end for its last state to be delivered.
const LAST_WORD: Duration = Duration::from_secs(3);

/// Gives the state of the command as text.
pub type Live = Arc<dyn Fn() -> String + Send + Sync>;

/// Cheap to clone.
#[derive(Clone)]
pub struct Session(Arc<Shared>);

struct Shared {
    ingress: Ingress,
    id: String,
    events: Events,
    stop: Stop,
    run: OnceLock<String>,
    live: OnceLock<Live>,
    /// Whether Restate has stopped answering, and that was reported.
    away: Mutex<bool>,
}

impl Session {
    /// Opens the door to Restate at this address.
    ///
    /// # Errors
    /// One line, where the address cannot be used.
    pub fn new(address: &str, events: Events, stop: Stop) -> Result<Self, String> {
        let ingress = Ingress::new(address)?;
        let unique = format!("{} {} {:?}", jiff::Timestamp::now(), std::process::id(), std::thread::current().id());
        let id = digest(&["session", &unique, &random()])[..16].to_owned();
        let away = Mutex::new(false);
        let (run, live) = (OnceLock::new(), OnceLock::new());
        Ok(Session(Arc::new(Shared { ingress, id, events, stop, run, live, away })))
    }

    /// Whether Restate is there and a worker has registered.
    ///
    /// # Errors
    /// One line that says what is missing.
    pub async fn check(&self) -> Result<(), String> {
        let ingress = &self.0.ingress;
        ingress.health().await.map_err(|error| format!("{error}; is Restate running, and --restate its ingress?"))?;
        let listed =
            ingress.invoke::<Vec<String>>((RUNS, Some(ALL), "list"), None, None::<&()>, Duration::from_secs(3));
        match listed.await {
            Err(error @ (Error::NoWorker(_) | Error::Refused(_) | Error::Other(..))) => Err(error.to_string()),
            Err(Error::Away(_)) => {
                self.warn("No worker answers yet; the run waits for one.");
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }

    /// From now on this process submits that run, and tells of it once a second.
    pub fn begin(&self, about: About, live: Live) {
        if self.0.run.set(about.run.clone()).is_err() {
            return;
        }
        let _ = self.0.live.set(live);
        let session = self.clone();
        tokio::spawn(async move { session.tell(about).await });
    }

    async fn tell(&self, about: About) {
        let (run, ingress) = (about.run.clone(), &self.0.ingress);
        let about = About { session: self.0.id.clone(), version: Some(Version::current()), ..about };
        let begin = (RUN, Some(run.as_str()), "begin");
        while let Err(error) = ingress.invoke::<()>(begin, None, Some(&about), PATIENCE).await {
            if let Error::Refused(_) | Error::Other(..) = error {
                // The first call says the same, and ends the run by it.
                return;
            }
            sleep(BEAT).await;
        }
        loop {
            tokio::select! {
                () = sleep(BEAT) => {}
                // Workers hold calls of this run that wait for their turn: they are to give them back.
                () = self.0.stop.asked() => {
                    let _ = self.beat(&run, None, PATIENCE).await;
                    return;
                }
            }
            let Ok(by) = self.beat(&run, None, PATIENCE).await else { continue };
            if let Some(by) = by {
                if self.0.stop.why().is_none() {
                    self.warn(&format!(
                        "The run was cancelled by {by}: nothing new is sent, and what is in flight is kept."
                    ));
                }
                self.0.stop.ask(Why::Cancelled);
                return;
            }
        }
    }

    async fn beat(&self, run: &str, ended: Option<RunEnd>, patience: Duration) -> Result<Option<String>, Error> {
        let live = self.0.live.get().map(|live| live()).unwrap_or_default();
        let stopping = self.0.stop.why().is_some();
        let beat = Beat { session: self.0.id.clone(), live, stopping, ended };
        self.0.ingress.invoke((RUN, Some(run), "beat"), None, Some(&beat), patience).await
    }

    /// Tells how the run ended, where one began.
    pub async fn end(&self, well: bool, why: Option<String>) {
        if let Some(run) = self.0.run.get() {
            let _ = self.beat(run, Some(RunEnd { well, why }), LAST_WORD).await;
        }
    }

    /// The door to Restate.
    pub(super) fn ingress(&self) -> &Ingress {
        &self.0.ingress
    }

    /// The id of this process's part in the run.
    pub(super) fn id(&self) -> &str {
        &self.0.id
    }

    /// The run's id. Before a run begins, and in commands that have none, nothing is shared with others.
    pub(super) fn run(&self) -> &str {
        self.0.run.get().map_or(&self.0.id, String::as_str)
    }

    /// Returns when the run is to stop.
    pub(super) fn stop(&self) -> &Stop {
        &self.0.stop
    }

    /// Says once that Restate does not answer.
    pub(super) fn is_away(&self, why: &str) {
        let said = std::mem::replace(&mut *self.0.away.lock().unwrap_or_else(PoisonError::into_inner), true);
        if !said {
            self.warn(&format!("{why}; the run waits and goes on by itself"));
        }
    }

    /// Restate answers again.
    pub(super) fn is_back(&self) {
        *self.0.away.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    fn warn(&self, text: &str) {
        self.0.events.emit(Event::Warning(text.to_owned()));
    }
}

/// Two processes of one moment differ at least in this.
fn random() -> String {
    let mut bytes = [0_u8; 16];
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
