//! The way to workers on other machines: `--engine restate`.

pub mod elsewhere;
pub mod worker;

use std::sync::Arc;

use super::error::Error;
use super::setup::{Setup, environment};
use crate::engine::restate::runs::About;
use crate::engine::restate::{Remote, Session, remote};
use crate::journal::OpenRun;
use crate::model::http::Effort;
use crate::model::{Model, Role};
use crate::report::words;

/// Restate, as a command that submits calls knows it. Cheap to clone.
#[derive(Clone)]
pub struct Link(Session);

impl Link {
    /// Opens the way and remembers it for the command's end.
    ///
    /// # Errors
    /// When no address is given, or it cannot be used.
    pub fn open(address: Option<&str>, setup: &Setup) -> Result<Self, Error> {
        let address = ingress(address, setup)?;
        let session = Session::new(&address, setup.events.clone(), setup.stop.clone()).map_err(Error::Usage)?;
        let link = Link(session);
        Ok(setup.link.get_or_init(|| link).clone())
    }

    /// This model as workers call it.
    pub fn remote(
        &self,
        own: Arc<dyn Model>,
        role: Role,
        (effort, timeout, retries): (Option<Effort>, u64, u32),
    ) -> Arc<dyn Model> {
        let wire = remote::Wire { effort: effort.map(|effort| effort.to_string()), timeout, retries };
        Arc::new(Remote::new(own, role, wire, self.0.clone()))
    }

    /// Whether Restate and workers are there, before anything is begun.
    ///
    /// # Errors
    /// When they are not.
    pub fn check(&self) -> Result<(), Error> {
        let session = self.0.clone();
        let check = async move { session.check().await };
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(check)).map_err(Error::Usage)
    }

    /// From now on Restate knows of this run.
    pub fn begin(&self, run: &OpenRun, setup: &Setup) {
        let arguments: Vec<String> = setup.arguments.iter().map(|word| words::one_line(word, 200)).collect();
        let about = About {
            run: run.id.clone(),
            who: who(),
            command: arguments.join(" "),
            began: jiff::Timestamp::now().to_string(),
            ..About::default()
        };
        let live = setup.live.clone();
        self.0.begin(about, Arc::new(move || live.text()));
    }

    /// Tells how the command ended.
    pub async fn end(&self, result: Result<(), &Error>) {
        self.0.end(result.is_ok(), result.err().map(ToString::to_string)).await;
    }
}

/// Restate's ingress: flag, environment, settings file.
fn ingress(flag: Option<&str>, setup: &Setup) -> Result<String, Error> {
    let address = flag.map(ToOwned::to_owned).or_else(|| environment("REJOINDER_RESTATE"));
    address.or_else(|| setup.settings.restate.clone()).ok_or_else(|| {
        Error::Usage("say where Restate is: --restate http://127.0.0.1:8080 (its ingress), or REJOINDER_RESTATE".into())
    })
}

/// `user@machine`, as far as known.
fn who() -> String {
    let user = environment("USER").unwrap_or_else(|| "somebody".into());
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let machine = machine.map(|name| name.trim().to_owned()).or_else(|| environment("HOSTNAME"));
    words::one_line(&format!("{user}@{}", machine.unwrap_or_else(|| "a machine".into())), 100)
}
