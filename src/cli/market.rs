//! `rejoinder market`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::error::Error;
use super::print;
use super::progress::say;
use crate::evaluate::auditor_battery;
use crate::market::Market;
use crate::market::serve::{self, BatchFaults, BatchOptions, Faults};
use crate::model::Model;

/// Options of `market`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder market --port 8088
  ANTHROPIC_BASE_URL=http://127.0.0.1:8088 rejoinder improve --results-file NAME --model anthropic/claude-sonnet-5-5
  rejoinder market --latency-ms 300 --faults rate-limit=0.05,reset@7 --requests-per-second 50
  curl http://127.0.0.1:8088/stats

Faults, each as NAME=SHARE (of requests) or NAME@N (the N-th request, also @3-5 and @3-):
  rate-limit[:SECONDS], rate-limit-bare, spend-limit, server-error, overloaded, html, reset-before, reset-in-body,
  slow-body[:SECONDS], hang, truncated-json, fenced-json, string-bool, two-objects, number-outside, one-refused, refusal,
  empty, thinking-only, thinking-first, error-200, bad-utf8, status:CODE")]
pub struct Options {
    /// Port on this machine; 0 takes any free one
    #[arg(long, value_name = "P", default_value_t = 8088)]
    port: u16,
    /// Address to listen on, for other machines to reach
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// Which market: a seed, null, or null-SEED
    #[arg(long, value_name = "MARKET", default_value = "1")]
    market: String,
    /// How long an answer takes
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency_ms: u64,
    /// How much the latency varies either way, as a fraction from 0 to 1
    #[arg(long, value_name = "FRACTION", default_value_t = 0.0)]
    jitter: f64,
    /// What goes wrong, such as rate-limit=0.05,reset-before@3
    #[arg(long, value_name = "LIST", default_value = "")]
    faults: Faults,
    /// Refuse requests beyond this rate with 429
    #[arg(long, value_name = "N")]
    requests_per_second: Option<f64>,
    /// Send no rate-limit headers, like many servers
    #[arg(long)]
    no_limit_headers: bool,
    /// Refuse requests without this key (any text; it is not a secret here)
    #[arg(long, value_name = "TEXT")]
    require_key: Option<String>,
    /// Revoke the key after this many requests
    #[arg(long, value_name = "N", requires = "require_key")]
    revoke_after: Option<u64>,
    /// How long a message batch takes
    #[arg(long, value_name = "MS", default_value_t = 1000)]
    batch_turnaround_ms: u64,
    /// The share of a batch's requests that end with a server error, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    batch_errored: f64,
    /// The share of a batch's requests that expire, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    batch_expired: f64,
    /// The most requests of a batch
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    batch_most: usize,
    /// How long the results of a batch are kept
    #[arg(long, value_name = "SECONDS", default_value_t = 29 * 86_400)]
    batch_kept: u64,
    /// What goes wrong with batches, such as create.reset-in-body@1,look.overloaded=0.1,results.reset-in-body@1
    #[arg(long, value_name = "LIST", default_value = "")]
    batch_faults: BatchFaults,
    /// Seed of faults and jitter
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// The market of this name, in this process.
///
/// # Errors
/// One line, where there is none.
pub fn open(name: &str) -> Result<Arc<dyn Model>, Error> {
    Ok(Arc::new(parse(name)?))
}

fn parse(name: &str) -> Result<Market, Error> {
    Ok(Market::parse(name).map_err(Error::Usage)?.with_labelled(auditor_battery::labels))
}

/// Serves until the process is asked to stop, then tells what was served.
pub async fn run(options: &Options, stopped: impl Future<Output = ()>) -> Result<(), Error> {
    let server = serve::bind(serve::Options {
        listen: SocketAddr::new(options.listen, options.port),
        market: parse(&options.market)?,
        latency: Duration::from_millis(options.latency_ms),
        jitter: options.jitter,
        faults: options.faults.clone(),
        requests_per_second: options.requests_per_second,
        limit_headers: !options.no_limit_headers,
        require_key: options.require_key.clone(),
        revoke_after: options.revoke_after,
        batches: BatchOptions {
            turnaround: Duration::from_millis(options.batch_turnaround_ms),
            errored: options.batch_errored,
            expired: options.batch_expired,
            faults: options.batch_faults.clone(),
            most_requests: options.batch_most,
            kept: Duration::from_secs(options.batch_kept),
        },
        seed: options.seed,
    })
    .await
    .map_err(|source| Error::Io { what: format!("cannot serve on port {}", options.port), source })?;
    let address = server.address();
    // On stdout, since a script that starts the market needs the port.
    print(&format!("The simulated market listens on http://{address}\n"))?;
    say(&format!(
        "Use it with ANTHROPIC_BASE_URL=http://{address} or OPENAI_BASE_URL=http://{address}/v1; Ctrl-C stops it."
    ));
    let stats = server.stats();
    server.run(stopped).await.map_err(|source| Error::Io { what: "the market's server failed".into(), source })?;
    let stats = stats.snapshot();
    say(&format!(
        "{} requests, {} answered, {} of them asked again with the same key",
        stats.requests, stats.answered, stats.repeated
    ));
    if stats.batches > 0 {
        say(&format!("{} message batches with {} requests", stats.batches, stats.batched));
    }
    Ok(())
}
