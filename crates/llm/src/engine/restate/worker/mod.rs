//! A worker: a process that answers calls for runs elsewhere. It holds the keys and nothing else; it may die at any
//! time.
//!
//! Restate sends all invocations to one address. So that one command is all that a further machine takes, and no
//! balancer is needed in between, one of the workers is the *first*: it is the one whose address Restate knows, and
//! passes calls on to whichever worker has most room (`serve.rs`). If it dies, another takes its place at Restate
//! (`crew.rs`).

pub mod crew;
pub mod lease;
pub mod sender;
mod serve;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use restate_sdk::prelude::Endpoint;
use tokio::net::TcpListener;
use tokio::time::sleep;

use self::crew::Crew;
use self::lease::Limits;
use self::sender::{Connect, Sender};
use self::serve::Server;
use super::admin::Admin;
use super::calls::Calls;
use super::hosts::Hosts;
use super::ingress::Ingress;
use super::runs::{Run, Runs};
use super::wire::Version;
use crate::model::limits::permits::{Concurrency, WIDEST};

/// How long calls in flight may take to come back once the worker is to stop.
const GRACE: Duration = Duration::from_secs(60);

/// How a worker is to work.
pub struct Settings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The address under which Restate and other workers reach it; the address where it listens if this is not set.
    pub address: Option<String>,
    /// Restate's admin API, where the worker is to register itself.
    pub admin: Option<Admin>,
    /// Restate's ingress, if it is not the one that the admin API names.
    pub ingress: Option<Ingress>,
    /// Calls at once to each host.
    pub concurrency: Concurrency,
    /// Calls a second to each host over all workers.
    pub rate: Option<f64>,
    /// Calls in flight at each host over all workers.
    pub width: Option<u32>,
    /// Public keys of the Restate that may call it; anyone may where there are none.
    pub identity_keys: Vec<String>,
    /// Which version it is.
    pub version: Version,
    /// Makes models.
    pub connect: Connect,
}

/// Why a worker cannot work, or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot listen there.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// A setting is wrong, or the workers that are there are of another version.
    #[error("{0}")]
    Settings(String),
}

/// What a worker tells the person.
#[derive(Debug)]
pub enum Notice {
    /// It listens under this address.
    Listens(String),
    /// Something that a person should know.
    Note(String),
}

/// A worker that listens.
pub struct Worker {
    listener: TcpListener,
    server: Arc<Server>,
    crew: Arc<Crew>,
    sender: Arc<Sender>,
    admin: Option<Admin>,
}

impl Worker {
    /// Listens, and knows its address.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn listen(settings: Settings) -> Result<Self, Error> {
        let listen = |error| Error::Listen(settings.listen, error);
        let listener = TcpListener::bind(settings.listen).await.map_err(listen)?;
        let local = listener.local_addr().map_err(listen)?;
        if settings.address.is_none() && settings.admin.is_some() && local.ip().is_unspecified() {
            return Err(Error::Settings(format!(
                "{local} is every address of this machine; say with --address under which one Restate and the other \
                 workers reach it, such as http://10.0.0.7:{}",
                local.port()
            )));
        }
        let address = settings.address.unwrap_or_else(|| format!("http://{local}"));
        let slots = match settings.concurrency {
            Concurrency::Fixed(slots) => slots,
            Concurrency::Auto => WIDEST,
        } as u32;
        let ingress = match (settings.ingress, &settings.admin) {
            (Some(ingress), _) => Some(ingress),
            (None, Some(admin)) => {
                let address = patiently(|| admin.ingress()).await.map_err(Error::Settings)?;
                Some(Ingress::new(&address).map_err(Error::Settings)?)
            }
            (None, None) => None,
        };
        let limits = Limits { worker: address.clone(), slots, rate: settings.rate, width: settings.width };
        let sender = Sender::new(settings.version.clone(), settings.connect, settings.concurrency, limits, ingress);
        let sender = Arc::new(sender);
        let mut endpoint = Endpoint::builder()
            .bind(Calls(Arc::clone(&sender)))
            .bind(Hosts)
            .bind(Run(settings.version.clone()))
            .bind(Runs);
        for key in &settings.identity_keys {
            endpoint = endpoint
                .identity_key(key)
                .map_err(|error| Error::Settings(format!("--identity-key {key:?} cannot be used: {error}")))?;
        }
        let crew = Arc::new(Crew::new(address, slots, settings.version));
        let server = Arc::new(Server::new(endpoint.build(), Arc::clone(&crew)));
        Ok(Worker { listener, server, crew, sender, admin: settings.admin })
    }

    /// Works until `stopped`, then lets calls in flight come back.
    ///
    /// # Errors
    /// Where the workers that are there are of another version.
    pub async fn work(
        self,
        stopped: impl Future<Output = ()>,
        tell: impl Fn(Notice) + Send + Sync,
    ) -> Result<(), Error> {
        let Worker { listener, server, crew, sender, admin } = self;
        let accepting = tokio::spawn(serve::accept(listener, Arc::clone(&server)));
        tell(Notice::Listens(crew.address().to_owned()));
        {
            let place = async {
                match &admin {
                    Some(admin) => crew.keep_place(admin, &tell).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                error = place => return Err(Error::Settings(error)),
                () = stopped => {}
            }
        }
        sender.leave();
        if let Some(admin) = &admin {
            crew.leave(admin).await;
        }
        tell(Notice::Note(format!(
            "Leaving: {} calls in flight have {} s to come back",
            sender.under_way(),
            GRACE.as_secs()
        )));
        let drained = async {
            while sender.under_way() > 0 || crew.busy() > 0 {
                sleep(Duration::from_millis(50)).await;
            }
            // What came back last is on its way to Restate.
            sleep(Duration::from_millis(200)).await;
        };
        let _ = tokio::time::timeout(GRACE, drained).await;
        accepting.abort();
        Ok(())
    }
}

/// Machines start in any order: Restate may be there in a moment.
async fn patiently<T, F: Future<Output = Result<T, String>>>(ask: impl Fn() -> F) -> Result<T, String> {
    let mut left = 20;
    loop {
        match ask().await {
            Err(_) if left > 0 => left -= 1,
            result => return result,
        }
        sleep(Duration::from_millis(500)).await;
    }
}
