//! Models: what is asked of them, what they answer, and how they fail.
//!
//! Everything above this room speaks in [`Request`] and [`Reply`]; only this room knows HTTP. A model is reached
//! through [`crate::call`] and never directly.

pub mod about;
pub mod batching;
pub mod chances;
pub mod chat_completions;
pub mod decisions;
mod finish;
pub mod form;
pub mod hosts;
pub mod http;
pub mod id;
pub mod limits;
pub mod local_server;
mod message_batches;
pub mod messages_api;
pub mod price;
pub mod retry;
mod usage;

use std::fmt;
use std::time::Duration;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Which part a model plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Writes messages (and personas).
    Generator,
    /// Decides on messages.
    DecisionMaker,
    /// Rewrites the prompt.
    Improver,
    /// Holds the claims of messages against the facts.
    Auditor,
    /// Decides on messages a second time, beside the decision maker.
    Referee,
    /// Gives reasons for decisions, where the decision maker writes nothing.
    Reasoner,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::Generator => "generator",
            Role::DecisionMaker => "decision maker",
            Role::Improver => "improver",
            Role::Auditor => "auditor",
            Role::Referee => "referee",
            Role::Reasoner => "reasoner",
        })
    }
}

/// What makes one call different from every other call that asks the same: 32 hexadecimal digits.
///
/// Sent as `idempotency-key`, which hosts may ignore. The market honours it: the same request with the same key gets
/// the same answer, however often and in whatever order it is sent, and another key gets a fresh sample.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CallKey(String);

impl CallKey {
    /// The key of a call, from everything that tells it from its siblings: seed, step of the run, persona, message,
    /// attempt.
    #[must_use]
    pub fn from_parts(parts: &[&str]) -> Self {
        CallKey(digest(parts)[..32].to_owned())
    }

    /// A key that was sent; `None` if it is not one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_ours = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_ours.then(|| CallKey(text.to_owned()))
    }

    /// The key as sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the request id of every simulated answer begins with. It goes over HTTP too, so that a client knows what it is
/// talking to, whatever the model was called.
pub const SIMULATED_PREFIX: &str = "simulated_";

/// SHA-256 of the parts, each preceded by its length so that no two lists collide, as 64 hexadecimal digits.
#[must_use]
pub fn digest(parts: &[&str]) -> String {
    hash(parts).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first 64 bits of the [`digest`] of these parts: a number that they alone decide, such as a seed.
#[must_use]
pub fn digest_number(parts: &[&str]) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&hash(parts)[..8]);
    u64::from_be_bytes(first)
}

fn hash(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

/// One question to a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Tells this call from others that ask the same.
    pub key: CallKey,
    /// The system prompt: the prefix that many calls share, marked for the provider's prompt cache.
    pub system: String,
    /// The one user turn.
    pub user: String,
    /// Where set, the answer must be JSON of this schema.
    pub schema: Option<Schema>,
    /// The most tokens that the model may produce, its thinking included.
    pub max_tokens: u32,
}

/// A JSON schema for structured output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// A short name: letters, digits, `_`.
    pub name: String,
    /// The schema itself. Objects carry `additionalProperties: false`; no min, max or length keywords.
    pub json: serde_json::Value,
}

/// Why a model stopped. Names of the Messages API; chat completions are mapped onto them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// The model came to its end.
    #[default]
    EndTurn,
    /// `max_tokens` was reached: the text is cut off.
    MaxTokens,
    /// A stop sequence was met.
    StopSequence,
    /// The model wants a tool. None is ever offered, so this is a fault.
    ToolUse,
    /// A long turn was paused.
    PauseTurn,
    /// The model, or a filter around it, declined.
    Refusal,
    /// The context window is full: the text is cut off.
    ContextWindow,
    /// The host broke the answer off: an error on the way, or no strength left.
    BrokenOff,
    /// A reason that this version does not know: nobody can tell whether the text is whole.
    Other,
}

/// Tokens of one call, or of many added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read at the full price.
    pub input_tokens: u64,
    /// Tokens produced, thinking included.
    pub output_tokens: u64,
    /// Tokens written to the prompt cache.
    #[serde(default)]
    pub cache_write_tokens: u64,
    /// Tokens read from the prompt cache.
    #[serde(default)]
    pub cache_read_tokens: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Usage) {
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
        self.cache_write_tokens += other.cache_write_tokens;
        self.cache_read_tokens += other.cache_read_tokens;
    }
}

impl std::ops::Sub for Usage {
    type Output = Usage;

    fn sub(self, earlier: Usage) -> Usage {
        Usage {
            input_tokens: self.input_tokens - earlier.input_tokens,
            output_tokens: self.output_tokens - earlier.output_tokens,
            cache_write_tokens: self.cache_write_tokens - earlier.cache_write_tokens,
            cache_read_tokens: self.cache_read_tokens - earlier.cache_read_tokens,
        }
    }
}

/// What a model said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// All text blocks joined; may be empty, also when nothing went wrong.
    pub text: String,
    /// Why it stopped.
    pub stop: Stop,
    /// What it cost in tokens.
    pub usage: Usage,
    /// The provider's name for this exchange, for its support desk.
    pub request_id: Option<String>,
    /// Whether it came with a message batch, which costs [`price::BATCH_SHARE`] of the price.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub batched: bool,
    /// Whether the host's bill could not be read: what [`Answer::usage`] says is then the most that it can have been.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub usage_unknown: bool,
    /// The host's own words about an answer that is not finished, or where it put the text; one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

/// An answer and what the host said about its limits.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The answer.
    pub answer: Answer,
    /// The host's limits as of this reply.
    pub limits: limits::RateLimits,
}

/// What kind of failure a call met. The caller decides by this, never by the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// No connection, or one that broke before the whole response was read.
    Connection,
    /// No response in time (also 408 and 504).
    Timeout,
    /// 429: too fast; try later.
    RateLimited,
    /// The account's spend limit is reached: no retry helps.
    SpendLimit,
    /// 529 or 503: the host is overloaded.
    Overloaded,
    /// 5xx.
    Server,
    /// 409.
    Conflict,
    /// 401: the key is wrong or revoked.
    Unauthorized,
    /// 402: the account cannot pay.
    Billing,
    /// 403.
    Forbidden,
    /// 404: no such model or path.
    NotFound,
    /// 413: the request is too large.
    TooLarge,
    /// 400 and other 4xx: the request is not acceptable as it is.
    Invalid,
    /// The host was down for longer than it is waited for. The call may succeed another time.
    Unreachable,
    /// The way to the host is set up wrongly: a certificate that is not trusted, a name that no host has.
    Misconfigured,
    /// Not sent: the process that would send it has another version than the one that asks.
    Version,
    /// Not sent now: the run is to stop, or the call goes with a message batch.
    Stopped,
    /// The answer could not be written to the journal, or the journal not be read.
    Journal,
    /// The body is not what the wire format promises (HTML, cut-off JSON, an error with status 200).
    Malformed,
}

impl FailureKind {
    /// Whether every further call to the same host will meet the same failure, so that a run should stop calling.
    #[must_use]
    pub fn is_final_for_host(self) -> bool {
        matches!(
            self,
            FailureKind::SpendLimit
                | FailureKind::Unauthorized
                | FailureKind::Billing
                | FailureKind::Misconfigured
                | FailureKind::Version
        )
    }

    /// Whether the host refuses what was asked: the key has no rights or the model does not exist, but perhaps a
    /// firewall only dislikes the text of one persona. It is the host's last word only if nothing else ever comes back.
    #[must_use]
    pub fn is_refusal(self) -> bool {
        self.is_final_for_host() || matches!(self, FailureKind::Forbidden | FailureKind::NotFound)
    }
}

/// A call that got no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What kind.
    pub kind: FailureKind,
    /// One line for a person: what happened, with status, the host's own words and the request id where known. Never
    /// contains a key.
    pub message: String,
    /// HTTP status, where there was a response.
    pub status: Option<u16>,
    /// How long the host asks us to wait.
    pub retry_after: Option<Duration>,
    /// The host's own verdict (`x-should-retry`), which overrides ours.
    pub should_retry: Option<bool>,
    /// The host's limits, where the response told them.
    pub limits: limits::RateLimits,
    /// Which part of the request the host finds fault with, where it names one.
    pub param: Option<String>,
}

impl Failure {
    /// Whether this is trouble of the host, or of the way to it, that passes by itself. A time-out of ours does not
    /// count: a call may take that long again.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self.kind {
            FailureKind::Connection | FailureKind::RateLimited | FailureKind::Overloaded | FailureKind::Server => true,
            FailureKind::Timeout => self.status.is_some(),
            _ => false,
        }
    }

    /// A failure without a response.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Failure {
            kind,
            message: message.into(),
            status: None,
            retry_after: None,
            should_retry: None,
            limits: limits::RateLimits::default(),
            param: None,
        }
    }
}

/// Something that answers requests: one model with its settings on one host.
pub trait Model: Send + Sync {
    /// Sends one request, once. Retrying and pacing belong to [`crate::call`].
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>>;

    /// The model as a person names it, such as `anthropic/claude-sonnet-5-5`.
    fn id(&self) -> &str;

    /// Identifies what shares one rate limit: scheme, host and account. Models with equal hosts share permits.
    fn host(&self) -> &str;

    /// Every setting other than the id that can change an answer, for the fingerprint.
    fn settings(&self) -> String;

    /// Whether answers come from a simulation rather than from a model.
    fn is_simulated(&self) -> bool {
        false
    }

    /// Whether it answers with probabilities of statements ([`chances`]) and writes nothing else.
    fn only_decides(&self) -> bool {
        false
    }

    /// What the host says about the model without being asked a question; `None` where it can say nothing.
    fn about(&self) -> BoxFuture<'_, Option<about::About>> {
        Box::pin(std::future::ready(None))
    }

    /// Greets the host before the first call, which costs nothing: says whether it is there and takes the key, and, if
    /// `who` is true, whether it is a server that people run themselves.
    fn greet(&self, who: bool) -> BoxFuture<'_, local_server::Greeting> {
        let _ = who;
        Box::pin(std::future::ready(local_server::Greeting::default()))
    }

    /// Where the host takes many requests at once, if it does.
    fn batches(&self) -> Option<&dyn batching::Batching> {
        None
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_number_of_parts_is_the_beginning_of_their_digest() {
        let parts = ["person", "l_1"];
        assert_eq!(format!("{:016x}", super::digest_number(&parts)), super::digest(&parts)[..16]);
    }
}
