//! How long a host's trouble is waited out, what the user is told meanwhile, and what is said if a limit on cost cannot
//! be kept.

use std::time::Duration;

use super::options::ModelOptions;
use super::settings::Settings;
use crate::event::{Event, Events, HostWait};
use crate::model::id::ModelId;
use crate::model::retry::RetryPolicy;

/// Seconds for which trouble of a host is waited out.
const DEFAULT_PATIENCE: u64 = 600;

/// How long a host's trouble is waited out. A user who wants no retries does not wait either.
pub fn patience(options: &ModelOptions, settings: &Settings, retry: &RetryPolicy) -> Duration {
    let default = if retry.max_retries == 0 { 0 } else { DEFAULT_PATIENCE };
    Duration::from_secs(options.patience.or(settings.patience).unwrap_or(default))
}

/// Tells why nothing is sent to this host.
pub fn tell(events: &Events, host: &str) -> impl Fn(Option<HostWait>) + Send + Sync + 'static {
    let (events, host) = (events.clone(), host.split_once('#').map_or(host, |(address, _)| address).to_owned());
    move |wait| events.emit(Event::HostWaits { host: host.clone(), wait })
}

/// What to do if a limit on cost cannot be kept.
pub fn without_price(id: &ModelId, is_own: bool) -> String {
    let line = |price: &str| format!("prices.\"{id}\" = {{ {price} }}");
    let dollars = "in dollars per million tokens";
    if is_own {
        format!(
            "--max-cost needs the price of {id}, and the server at its address does not say whether it \
             charges; add to rejoinder.toml, {dollars}: {} (where it charges nothing), or its prices",
            line("input = 0, output = 0")
        )
    } else {
        format!(
            "--max-cost needs the price of {id}, which is not known; add to rejoinder.toml, {dollars}, such as: {}",
            line("input = 0.50, output = 1.50")
        )
    }
}
