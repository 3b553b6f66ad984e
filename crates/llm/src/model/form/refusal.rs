//! What the words of a refusal say about the part of a request that is refused.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::http::Effort;
use crate::model::{Failure, FailureKind};

/// How a server that answers with a 500 says that it refuses a part of the request.
pub(super) const REFUSES: [&str; 8] =
    ["not support", "unsupported", "not implemented", "unknown", "invalid", "must ", "not allowed", "unrecognized"];

/// How many tokens of output a refusal says are the most, if it is about that.
static CAP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:at most|less than or equal to|no more than|up to|must be <=|maximum (?:allowed )?(?:value )?(?:of|is)",
        r"|\[\s*[01]\s*,|> )\s*(\d+)(?:\s*\]|\b)"
    ))
    .ok()
});

pub(super) fn cap_within(words: &str) -> Option<u32> {
    let names_cap = ["max_tokens", "max_completion_tokens", "max_new_tokens", "completion tokens", "output tokens"];
    // The context is shared with the prompt: how much of it is left differs from call to call.
    if !names_cap.iter().any(|name| words.contains(name)) || words.contains("context length") {
        return None;
    }
    let most = CAP.as_ref()?.captures(words)?.get(1)?.as_str().parse().ok()?;
    (LEAST_CAP..u32::MAX).contains(&most).then_some(most)
}

/// No answer fits into fewer tokens.
const LEAST_CAP: u32 = 16;

/// Among the efforts that a refusal names as accepted, the one nearest to the refused one; `None` if it names none.
pub(super) fn nearest(refused: Effort, words: &str) -> Option<Effort> {
    const ALL: [Effort; 6] = [Effort::None, Effort::Low, Effort::Medium, Effort::High, Effort::XHigh, Effort::Max];
    // Accepted values are named after the refused one.
    let rest = ["supported values", "must be", "expected", "one of", "allowed", "available", "valid values"];
    let from = rest.iter().filter_map(|mark| words.find(mark)).min()?;
    let named: Vec<&str> = words[from..].split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let taken = ALL.into_iter().filter(|effort| *effort != refused && named.contains(&effort.as_str()));
    taken.min_by_key(|effort| (*effort as i8 - refused as i8).abs())
}

/// Adds which setting is at fault, if the prompt and the answer together are too long.
pub(super) fn with_setting(mut failure: Failure) -> Failure {
    let words = failure.message.to_lowercase();
    if failure.kind == FailureKind::Invalid && words.contains("context length") && words.contains("token") {
        failure.message.push_str(" (lower [max_tokens] in rejoinder.toml, or give the server a longer context)");
    }
    failure
}
