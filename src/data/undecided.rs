//! Messages whose decision is `null` in a file: trials that failed in another program.
//!
//! They are no reason to refuse the file, but they are not decisions either, and they count in no rate.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::Map;
use super::results::{Decision, Judged, MessageNote};

/// A message and the decision on it, if there is one.
#[derive(Deserialize)]
#[serde(expecting = "an object with `message` and `decision`")]
struct Trial {
    message: String,
    #[serde(deserialize_with = "decision")]
    decision: Option<Decision>,
    #[serde(default)]
    rejoinder: Option<MessageNote>,
    #[serde(flatten)]
    extra: Map,
}

/// A decision, if it is one. A field that is missing is a fault, not a `null`.
#[derive(Deserialize)]
#[serde(expecting = "an object with `decision` and `reasoning`")]
struct MaybeDecision {
    #[serde(deserialize_with = "Option::deserialize")]
    decision: Option<bool>,
    #[serde(deserialize_with = "Option::deserialize")]
    reasoning: Option<String>,
    #[serde(flatten)]
    extra: Map,
}

fn decision<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decision>, D::Error> {
    let Some(MaybeDecision { decision, reasoning, extra }) = Option::deserialize(deserializer)? else {
        return Ok(None);
    };
    match (decision, reasoning) {
        (None, _) => Ok(None),
        (Some(decision), Some(reasoning)) => Ok(Some(Decision { decision, reasoning, extra })),
        // A decision without reasoning fails with the reader's own message for a `null`.
        (Some(_), None) => Err(D::Error::custom("invalid type: null, expected a string")),
    }
}

/// The messages that were decided.
///
/// # Errors
/// Where a message or a decision is neither one nor `null`.
pub(super) fn decided<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Judged>, D::Error> {
    let trials: Vec<Trial> = Vec::deserialize(deserializer)?;
    let judged = |trial: Trial| {
        let Trial { message, decision, rejoinder, extra } = trial;
        Some(Judged { message, decision: decision?, rejoinder, extra })
    };
    Ok(trials.into_iter().filter_map(judged).collect())
}

#[cfg(test)]
mod tests {
    use super::super::results::PersonaResult;

    fn read(decision: &str) -> Result<usize, String> {
        let text = format!(
            r#"{{"persona": "Ada", "messages": [{{"message": "Hi", "decision": {decision}}},
                {{"message": "Ho", "decision": {{"decision": true, "reasoning": "r"}}}}]}}"#
        );
        let read: Result<PersonaResult, _> = serde_json::from_str(&text);
        read.map(|result| result.messages.len()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_decision_of_null_is_a_failed_trial_in_no_rate_and_nothing_else_is() {
        assert_eq!(read("null"), Ok(1));
        assert_eq!(read(r#"{"decision": null, "reasoning": null}"#), Ok(1));
        assert_eq!(read(r#"{"decision": null, "reasoning": "it failed"}"#), Ok(1));
        assert_eq!(read(r#"{"decision": false, "reasoning": "r"}"#), Ok(2));
        assert!(read(r#"{"decision": false, "reasoning": null}"#).unwrap_err().contains("expected a string"));
        for wrong in [r#""yes""#, "1", "{}", r#"{"decision": "true", "reasoning": "r"}"#, r#"{"reasoning": "r"}"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
