//! The dashboard: pages about lineages, runs and what is under way, and the work that can be started from them.
//!
//! Everything is rendered here; the script only keeps a page that follows a run up to date. What is started from a page
//! is a command in a process of its own, and what a page shows of a run is what the run tells everybody (`journal`), so
//! that a terminal and a page are two views of one thing.

mod assets;
mod campaigns;
mod check;
pub mod children;
mod compare;
mod confirm;
mod downloads;
mod error;
pub mod guard;
mod kept;
mod leads;
mod lineages;
mod live;
mod login;
mod multipart;
mod objections;
mod opinions;
mod page;
mod pager;
mod people;
mod prompts;
mod run;
pub mod secrets;
mod shelf;
mod shown;
pub mod site;
mod titles;
mod uploads;
mod work;

use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tokio::net::TcpListener;

pub use children::TOKEN_VARIABLE;
use site::Site;

/// How often it is looked for files that nobody has looked into yet, and for uploads that nobody wants any more.
const WARM_EVERY: Duration = Duration::from_secs(5);

/// All pages, guarded.
pub fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/assets/{name}", get(assets::give))
        .route(login::PATH, get(login::show).post(login::take))
        .route("/logout", post(login::leave))
        .route("/", get(lineages::list))
        .route("/lineage/{name}", get(lineages::show))
        .route("/lineage/{name}/people", get(lineages::grid))
        .route("/lineage/{name}/title", post(titles::keep_of_lineage))
        .route("/run/{name}/title", post(titles::keep_of_run))
        .route("/run/{name}", get(run::show))
        .route("/run/{name}/persona/{number}", get(run::persona))
        .route("/run/{name}/opinion", post(opinions::keep))
        .route("/run/{name}/fact", post(opinions::add_fact))
        .route("/run/{name}/{form}", get(downloads::give))
        .route("/compare", get(compare::show))
        .route("/live", get(live::list))
        .route("/live/{id}", get(live::show))
        .route("/live/{id}/events", get(live::events))
        .route("/live/{id}/cancel", post(live::cancel))
        .route("/live/{id}/resume", post(live::resume))
        .route("/prompts", get(prompts::list).post(prompts::save))
        .route("/prompts/new", get(prompts::new))
        .route("/prompts/{name}", get(prompts::edit))
        .route("/challenger", get(prompts::challenger).post(prompts::keep))
        .route("/personas", get(people::list))
        .route("/personas/new", get(work::generate))
        .route("/personas/{name}", get(people::show))
        .route(leads::PATH, get(leads::list))
        .route(leads::UPLOAD, post(leads::upload))
        .route("/leads/preview/{id}", get(leads::preview).post(leads::import))
        .route(campaigns::PATH, get(campaigns::list))
        .route("/campaigns/{name}", get(campaigns::show))
        .route("/campaigns/{name}/{form}", get(campaigns::download))
        .route("/evaluate", get(work::evaluate))
        .route("/improve", get(work::improve))
        .route(check::PATH, get(check::form).post(check::run))
        .route("/estimate", post(work::estimate))
        .route("/start", post(work::start))
        .route("/started/{id}", get(work::started))
        .route("/started/{id}/withdraw", post(work::withdraw))
        .fallback(error::nowhere)
        .layer(from_fn_with_state(Arc::clone(&site), guard::guard))
        .with_state(site)
}

/// A server that has its port.
pub struct Server {
    listener: TcpListener,
    router: Router,
    uploads: Arc<uploads::Uploads>,
}

/// Takes the port.
///
/// # Errors
/// When it is taken already, or may not be.
pub async fn bind(address: SocketAddr, site: Arc<Site>) -> io::Result<Server> {
    let listener = TcpListener::bind(address).await?;
    let (shelf, uploads, folder) = (Arc::downgrade(&site.shelf), Arc::downgrade(&site.uploads), site.folder.clone());
    // Ends with the site.
    let warm = move || {
        let mut seen = HashSet::new();
        while let Some(shelf) = shelf.upgrade() {
            shelf.warm(&folder, &mut seen);
            drop(shelf);
            if let Some(uploads) = uploads.upgrade() {
                uploads.forget_old(Instant::now());
            }
            std::thread::sleep(WARM_EVERY);
        }
    };
    std::thread::Builder::new().name("warm".into()).spawn(warm)?;
    let uploads = Arc::clone(&site.uploads);
    Ok(Server { listener, router: router(site), uploads })
}

impl Server {
    /// Where it listens.
    ///
    /// # Errors
    /// What the system said.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stopped`. Pages that follow a run are not waited for; files that were not imported are forgotten.
    ///
    /// # Errors
    /// What the system said.
    pub async fn run(self, stopped: impl Future<Output = ()>) -> io::Result<()> {
        let served = axum::serve(self.listener, self.router).into_future();
        let ended = tokio::select! {
            served = served => served,
            () = stopped => Ok(()),
        };
        self.uploads.forget_all();
        ended
    }
}
