//! The market over HTTP inside this process: hundreds of servers, each with faults and counts of its own.
#![allow(dead_code, reason = "each test crate uses its own part")]

use std::sync::OnceLock;
use std::time::Duration;

use rejoinder::model::market::serve::{self, Stats, StatsHandle};
use rejoinder::model::market::{Market, Mode};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// A server that stops when it is dropped.
pub struct Served {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    stats: StatsHandle,
    stop: Option<oneshot::Sender<()>>,
}

impl Served {
    /// With these faults, on any free port.
    pub fn with_faults(faults: &str) -> Self {
        Served::start(faults, Duration::ZERO, 1)
    }

    /// With this key, which is revoked after so many requests.
    pub fn with_key(key: &str, revoke_after: Option<u64>) -> Self {
        let mut options = serve::Options::new(Market::new(1, Mode::Normal));
        options.require_key = Some(key.to_owned());
        options.revoke_after = revoke_after;
        Served::of(options)
    }

    /// With these faults, this latency, and this seed of both, on any free port.
    pub fn start(faults: &str, latency: Duration, seed: u64) -> Self {
        let mut options = serve::Options::new(Market::new(1, Mode::Normal));
        options.faults = faults.parse().unwrap();
        options.latency = latency;
        options.jitter = if latency.is_zero() { 0.0 } else { 0.5 };
        options.seed = seed;
        Served::of(options)
    }

    fn of(options: serve::Options) -> Self {
        let server = runtime().block_on(serve::bind(options)).unwrap();
        let (stop, stopped) = oneshot::channel();
        let served = Served { url: format!("http://{}", server.address()), stats: server.stats(), stop: Some(stop) };
        runtime().spawn(server.run(async {
            // An error means that the server is not wanted any more, which is a reason to stop as well.
            let _ = stopped.await;
        }));
        served
    }

    /// What it has counted so far.
    pub fn stats(&self) -> Stats {
        self.stats.snapshot()
    }

    /// The same once nothing is being worked on any more.
    pub fn stats_at_rest(&self) -> Stats {
        loop {
            let stats = self.stats();
            if stats.in_flight == 0 {
                return stats;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

/// Servers run on it, never tests: block_on from within it would panic.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap())
}
