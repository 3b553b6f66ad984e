//! What a host says about its limits, and the gate that keeps to them.

mod flow;
mod host_limits;
mod latency;
mod pace;
pub mod permits;
mod trouble;
mod width;

use std::time::Duration;

pub use permits::{Concurrency, Permit, Permits};

/// The longest that a host can make us wait at once. A real rate limit passes within a minute or so; what asks for more
/// is a daily limit or nonsense, and is asked again after this.
pub const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// The host's rate limits as its last response told them. Every field is `None` where the host did not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateLimits {
    /// Requests.
    pub requests: Window,
    /// Input tokens.
    pub input_tokens: Window,
    /// Output tokens.
    pub output_tokens: Window,
}

/// One limited quantity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The most per window.
    pub limit: Option<u64>,
    /// What is left of it now.
    pub remaining: Option<u64>,
    /// Time from the response until the window is full again.
    pub reset: Option<Duration>,
}

impl RateLimits {
    /// How long nothing more can be sent: until the last of the used-up quantities is there again. `None` where
    /// something is left of each, or where the host did not say when it comes back.
    #[must_use]
    pub fn exhausted_for(&self) -> Option<Duration> {
        [&self.requests, &self.input_tokens, &self.output_tokens]
            .into_iter()
            .filter(|window| window.remaining == Some(0))
            .filter_map(|window| window.reset)
            .max()
    }

    /// What is used up, for a person.
    #[must_use]
    pub fn words(&self) -> String {
        let all =
            [(&self.requests, "calls"), (&self.input_tokens, "input tokens"), (&self.output_tokens, "output tokens")];
        let used_up: Vec<&str> =
            all.into_iter().filter(|(window, _)| window.remaining == Some(0)).map(|(_, name)| name).collect();
        format!("the host says that no {} are left for now", used_up.join(", no "))
    }
}
