//! What a run used, and which of its trials failed.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use super::words;
use crate::call::Used;
use crate::data::provenance::SearchFailure;
use crate::model::Role;

/// What a run used, for a reader.
#[derive(Clone, Debug)]
pub struct Spent<'a> {
    /// Per role.
    pub used: &'a BTreeMap<Role, Used>,
    /// Dollars; `None` where a price is unknown.
    pub cost: Option<f64>,
    /// Wall time.
    pub elapsed: Duration,
    /// Whether the market answered.
    pub simulated: bool,
}

/// How many trials failed and why, most frequent reason first.
///
/// Reasons that differ only in the request id at their end are one; the id is shown where it is the only one.
#[must_use]
pub fn failed_trials(reasons: impl IntoIterator<Item: AsRef<str>>) -> String {
    // Those of a million failures take the memory of one for each group.
    let mut groups: BTreeMap<String, (String, u64)> = BTreeMap::new();
    for reason in reasons {
        let reason = reason.as_ref();
        let group = without_request_id(reason);
        match groups.get_mut(group) {
            Some((_, count)) => *count += 1,
            None => _ = groups.insert(group.to_owned(), (reason.to_owned(), 1)),
        }
    }
    if groups.is_empty() {
        return "Failed trials: none".into();
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    // Stable: alike counts stay in the order of the reasons.
    groups.sort_by_key(|(_, (_, count))| std::cmp::Reverse(*count));
    let failed = groups.iter().map(|(_, (_, count))| count).sum::<u64>();
    let mut text = format!("Failed trials: {} (in no rate)", words::thousands(failed));
    for (reason, (only, count)) in groups.iter().take(3) {
        let shown = if *count == 1 { only } else { reason };
        let _ = write!(text, "\n  {} x {}", words::thousands(*count), words::one_line(shown, 160));
    }
    if groups.len() > 3 {
        let more = words::count(groups.len() as u64 - 3, "more reason", "more reasons");
        let _ = write!(text, "\n  and {more}, listed in the file");
    }
    text
}

/// The same for trials on the way to a prompt; `None` if none failed.
#[must_use]
pub fn failed_while_searching(failures: &[SearchFailure]) -> Option<String> {
    let reasons = failures.iter().map(|failure| failure.reason.as_str());
    let text = (!failures.is_empty()).then(|| failed_trials(reasons))?;
    Some(text.replacen("Failed trials", "Failed trials of the search", 1))
}

/// A reason without the ` (request ...)` that the clients put at its end.
fn without_request_id(reason: &str) -> &str {
    match reason.rsplit_once(" (request ") {
        Some((before, id)) if id.find(')') == Some(id.len() - 1) => before,
        _ => reason,
    }
}

/// Tokens, cost and time.
#[must_use]
pub fn spent(spent: &Spent<'_>) -> Vec<String> {
    let total = spent.used.values().fold(Used::default(), |mut sum, used| {
        sum.calls += used.calls;
        sum.retries += used.retries;
        sum.hedged += used.hedged;
        sum.usage += used.usage;
        sum
    });
    let read = total.usage.input_tokens + total.usage.cache_read_tokens + total.usage.cache_write_tokens;
    let mut tokens = format!(
        "Tokens: {} in, {} out, in {}",
        words::thousands(read),
        words::thousands(total.usage.output_tokens),
        words::count(total.calls, "call", "calls")
    );
    if total.usage.cache_read_tokens > 0 {
        let _ = write!(tokens, " ({} read from the prompt cache)", words::thousands(total.usage.cache_read_tokens));
    }
    if total.retries > 0 {
        let _ = write!(tokens, ", {}", words::count(total.retries, "send repeated", "sends repeated"));
    }
    if total.hedged > 0 {
        let _ = write!(
            tokens,
            ", {} (which may be billed twice)",
            words::count(total.hedged, "call hedged", "calls hedged")
        );
    }
    let cost = match spent.cost {
        Some(0.0) if spent.simulated => "Cost: nothing, the market is simulated".into(),
        Some(cost) => format!("Cost: {}", words::dollars(cost)),
        None => "Cost: unknown: a model's price is not in the price table (see [prices] in rejoinder.toml)".into(),
    };
    vec![tokens, cost, format!("Time: {}", words::duration(spent.elapsed))]
}

/// Cost, calls and time in one line.
#[must_use]
pub fn in_short(spent: &Spent<'_>) -> String {
    let calls = spent.used.values().map(|used| used.calls).sum();
    let cost = match spent.cost {
        Some(0.0) if spent.simulated => "nothing, the market is simulated".to_owned(),
        Some(cost) => words::dollars(cost),
        None => "unknown: a model's price is not in the price table".to_owned(),
    };
    format!("Cost: {cost}; {} in {}", words::count(calls, "call", "calls"), words::duration(spent.elapsed))
}
