//! `rejoinder worker`.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;

use super::super::connect::Reach;
use super::super::error::Error;
use super::super::options::{Concurrency, Global, ModelOptions};
use super::super::settings::Settings;
use super::super::setup::environment;
use super::super::{Signals, print, progress};
use crate::engine::restate::admin::Admin;
use crate::engine::restate::ingress::Ingress;
use crate::engine::restate::wire::Version;
use crate::engine::restate::worker::sender::Connect;
use crate::engine::restate::worker::{self, Notice, Worker};
use crate::model::Role;
use crate::model::form::Forms;
use crate::model::http::Effort;
use crate::model::id::ModelId;
use crate::model::limits::permits;

/// Calls at once where nothing is said.
const DEFAULT_CONCURRENCY: Concurrency = Concurrency::Fixed(100);

/// Options of `worker`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Keys and addresses of the models come from this machine's environment or .env: ANTHROPIC_API_KEY,
ANTHROPIC_BASE_URL, OPENAI_API_KEY, OPENAI_BASE_URL. Whoever reaches the port can have calls answered at your cost:
it is for Restate and the other workers only. See docs/scale-out.md.

Examples:
  rejoinder worker --register http://127.0.0.1:9070
  rejoinder worker --listen 0.0.0.0:9080 --address http://10.0.0.7:9080 --register http://10.0.0.2:9070"
)]
pub struct Options {
    /// Where to listen; beyond this machine only if you say so
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9080")]
    listen: SocketAddr,
    /// Register with Restate at this admin API, such as http://127.0.0.1:9070
    #[arg(long, value_name = "ADMIN_URL")]
    register: Option<String>,
    /// The address under which Restate and the other workers reach this one [default: where it listens]
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// Restate's ingress [env: REJOINDER_RESTATE] [default: the one that the admin API tells of]
    #[arg(long, value_name = "URL")]
    restate: Option<String>,
    /// Calls at once to each host: a number, or auto [default: 100]
    #[arg(long, value_name = "N|auto")]
    concurrency: Option<Concurrency>,
    /// The most calls a second to each host, over all workers
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<f64>,
    /// The most calls in flight at each host, over all workers
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    in_flight: Option<u32>,
    /// Serve only the Restate whose public key this is (publickeyv1_...); may be given more than once
    #[arg(long, value_name = "KEY")]
    identity_key: Vec<String>,
    /// Server of openai/ and ollama/ models (before OPENAI_BASE_URL)
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Pass for this version, to see what happens then.
    #[arg(long, value_name = "VERSION", hide = true)]
    as_version: Option<String>,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().unwrap_or(f64::NAN);
    if rate.is_finite() && rate > 0.0 { Ok(rate) } else { Err("a number of calls a second above 0".into()) }
}

/// Works until it is told to stop.
pub async fn run(global: &Global, options: &Options, mut signals: Signals) -> Result<(), Error> {
    let settings = Settings::load(global.config.as_deref())?;
    let admin = options.register.as_deref().map(Admin::new).transpose().map_err(Error::Usage)?;
    let ingress = options.restate.clone().or_else(|| environment("REJOINDER_RESTATE"));
    let ingress = ingress.as_deref().map(Ingress::new).transpose().map_err(Error::Usage)?;
    let concurrency = match options.concurrency.unwrap_or(DEFAULT_CONCURRENCY) {
        Concurrency::Fixed(slots) => permits::Concurrency::Fixed(slots),
        Concurrency::Auto => permits::Concurrency::Auto,
    };
    let version = Version::current();
    let worker = worker::Settings {
        listen: options.listen,
        address: options.address.as_deref().map(|address| address.trim_end_matches('/').to_owned()),
        admin,
        ingress,
        concurrency,
        rate: options.rate,
        width: options.in_flight,
        identity_keys: options.identity_key.clone(),
        version: Version { program: options.as_version.clone().unwrap_or(version.program), ..version },
        connect: connector(options, &settings)?,
    };
    let worker = Worker::listen(worker).await.map_err(explain)?;
    let tell = |told| match told {
        Notice::Listens(address) => {
            // On stdout, since a script that starts workers needs the port.
            let _ = print(&format!("The worker listens on {address}\n"));
        }
        Notice::Note(text) => progress::say(&text),
    };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let working = worker.work(
        async {
            let _ = stopped.await;
        },
        tell,
    );
    tokio::pin!(working);
    tokio::select! {
        done = &mut working => return done.map_err(explain),
        () = signals.next() => {}
    }
    progress::say("Stopping: nothing new is begun; Ctrl-C again leaves at once.");
    let _ = stop.send(());
    tokio::select! {
        done = working => done.map_err(explain),
        () = signals.next() => Ok(()),
    }
}

fn explain(error: worker::Error) -> Error {
    match error {
        worker::Error::Listen(address, source) => Error::Io { what: format!("cannot listen on {address}"), source },
        worker::Error::Settings(why) => Error::Usage(why),
    }
}

/// Makes models with this machine's keys and addresses.
fn connector(options: &Options, settings: &Settings) -> Result<Connect, Error> {
    let models = ModelOptions { base_url: options.base_url.clone(), ..ModelOptions::default() };
    let reach = Reach::new(&models, settings, Forms::default())?;
    Ok(Arc::new(move |role: Role, id: &str, effort: Option<&str>, timeout: u64| {
        let id: ModelId = id.parse().map_err(|error| format!("{error}"))?;
        let effort = effort.map(str::parse::<Effort>).transpose()?;
        reach.connect(role, &id, (effort, timeout), false).map_err(|error| error.to_string())
    }))
}
