//! What a host says about its limits.

use std::time::Duration;

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
