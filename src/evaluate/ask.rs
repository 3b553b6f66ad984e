//! Asks a model until its answer can be read.

use super::reading::{BEGAN, Unusable};
use crate::call::Caller;
use crate::model::{Answer, CallKey, Failure, Request};

/// How often a model is asked for one answer before the trial counts as failed: once, and twice again where the answer
/// was unusable.
pub const ASKS: u32 = 3;

/// Why there is no usable answer. Its text is the reason that the list of failed trials shows.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The call failed.
    #[error("{0}")]
    Call(Failure),
    /// Every answer was unusable.
    #[error("{reason} (asked {ASKS} times)")]
    Unusable {
        /// What was wrong with the last answer.
        reason: Unusable,
    },
}

/// The part of a reason that it shares with other answers that are unusable in the same way.
#[must_use]
pub fn kind_of(reason: &str) -> &str {
    let kind = reason.split_once(BEGAN).map_or(reason, |(kind, _)| kind);
    // The request's id differs every time.
    kind.split_once(" (request ").map_or(kind, |(kind, _)| kind)
}

/// Asks until `read` accepts the answer, [`ASKS`] times at most. Each time has a key of its own, since asking with the
/// same key again may bring the same answer.
///
/// # Errors
/// The failure of a call, or what was wrong with the last answer.
pub async fn ask<T>(
    caller: &Caller,
    key: &[&str],
    request: impl Fn(CallKey) -> Request,
    read: impl Fn(&Answer) -> Result<T, Unusable>,
) -> Result<T, Error> {
    let mut attempt = 0;
    loop {
        let number = attempt.to_string();
        let mut request = request(CallKey::from_parts(&[]));
        // What is asked is part of the key: two runs with one seed and other prompts are not the same calls, and a host
        // that honours the key must not answer one with the other's text.
        let asked = [number.as_str(), &request.system, &request.user];
        request.key = CallKey::from_parts(&key.iter().copied().chain(asked).collect::<Vec<_>>());
        let answer = caller.ask(&request).await.map_err(Error::Call)?;
        attempt += 1;
        match read(&answer) {
            Ok(value) => return Ok(value),
            Err(reason) if attempt == ASKS => {
                return Err(Error::Unusable { reason: reason.with_remarks(&answer) });
            }
            Err(_) => {}
        }
    }
}
