//! Whether an answer is finished. Only what is known to mean "finished" does; everything else is no answer.

use serde_json::Value;

use super::Stop;

/// How an answer ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct End {
    pub(super) stop: Stop,
    /// The host's word for it.
    pub(super) word: Option<String>,
}

/// Names under which servers say how an answer ended.
const NAMES: [&str; 6] =
    ["finish_reason", "stop_reason", "finishReason", "stopReason", "finish_details", "done_reason"];

/// Names of what may tell more about it. Words that are not known count for nothing there.
const HINTS: [&str; 4] = ["native_finish_reason", "incomplete_details", "stop_details", "status"];

/// How an answer ended. Its wire format says so under `name` in the first of these places; servers also say it under
/// other names, and beside the place where it belongs. Wherever an answer is said to be cut, filtered or broken off, it
/// is.
pub(super) fn find(name: &str, places: &[&Value]) -> End {
    let said = |place: &Value, name: &str| End::read(name, place.get(name)?);
    let everywhere =
        |names: &'static [&str]| places.iter().flat_map(move |place| names.iter().map(|name| (*place, *name)));
    let proper = places.first().and_then(|place| said(place, name));
    if let Some(end) = proper.as_ref().filter(|end| !end.stop.is_finished()) {
        return end.clone();
    }
    let ends: Vec<End> = everywhere(&NAMES).filter_map(|(place, name)| said(place, name)).collect();
    let hints = everywhere(&HINTS).filter_map(|(place, name)| said(place, name));
    let is_cut = |end: &End| !end.stop.is_finished() && !matches!(end.stop, Stop::ToolUse | Stop::Other);
    let cut = ends.iter().cloned().chain(hints).find(is_cut);
    cut.or(proper).or_else(|| ends.into_iter().next()).unwrap_or_default()
}

/// What of a choice, or of a whole body, [`find`] looks at.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().chain(HINTS)
}

impl End {
    /// What this value says; `None` if nothing.
    fn read(name: &str, value: &Value) -> Option<Self> {
        let inner = name.ends_with("_details").then(|| value.get("type").or_else(|| value.get("reason"))).flatten();
        match inner.unwrap_or(value) {
            Value::Null => None,
            Value::String(word) if word.trim().is_empty() => None,
            Value::String(word) => Some(End { stop: read(Some(word)), word: Some(word.clone()) }),
            other => Some(End { stop: Stop::Other, word: Some(other.to_string()) }),
        }
    }
}

impl Stop {
    /// Whether the model came to an end that it chose.
    #[must_use]
    pub fn is_finished(self) -> bool {
        matches!(self, Stop::EndTurn | Stop::StopSequence)
    }
}

/// What a host's word for the end of an answer means, on either wire format, in any case and spelling (`MAX_TOKENS`,
/// `content-filter`, `FinishReason.STOP`). No word at all means that it is finished: some servers never send one.
fn read(word: Option<&str>) -> Stop {
    let word = word.unwrap_or_default();
    match (meaning(word), word.split_once(':')) {
        // Words after a colon say more about it, but not that an answer is finished.
        (Stop::Other, Some((first, _))) if !meaning(first).is_finished() => meaning(first),
        (stop, _) => stop,
    }
}

fn meaning(word: &str) -> Stop {
    match plain(word).as_str() {
        "" | "null" | "stop" | "end_turn" | "eos" | "eos_token" => Stop::EndTurn,
        "stop_sequence" => Stop::StopSequence,
        "length" | "max_tokens" | "max_output_tokens" | "max_completion_tokens" | "max_length" | "continuation" => {
            Stop::MaxTokens
        }
        "model_length"
        | "context_length"
        | "context_length_exceeded"
        | "context_window_exceeded"
        | "model_context_window_exceeded" => Stop::ContextWindow,
        "tool_use" | "tool_calls" | "tool_call" | "function_call" => Stop::ToolUse,
        "pause_turn" => Stop::PauseTurn,
        "refusal"
        | "content_filter"
        | "content_filtered"
        | "safety"
        | "sensitive"
        | "recitation"
        | "blocklist"
        | "prohibited_content"
        | "spii"
        | "language"
        | "error_toxic"
        | "guardrail_intervened"
        | "escalation" => Stop::Refusal,
        "error"
        | "abort"
        | "aborted"
        | "cancelled"
        | "canceled"
        | "failed"
        | "incomplete"
        | "network_error"
        | "insufficient_system_resource" => Stop::BrokenOff,
        _ => Stop::Other,
    }
}

/// The word in lower case, with `_` between its parts and without the name of its enum.
fn plain(word: &str) -> String {
    let word = word.trim().rsplit('.').next().unwrap_or_default();
    let word: String =
        word.chars().map(|c| if matches!(c, '-' | ' ') { '_' } else { c.to_ascii_lowercase() }).collect();
    word.strip_prefix("finish_reason_").map(str::to_owned).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_that_is_said_to_be_cut_under_any_name_and_in_any_place_is_cut() {
        let stop = |choice: Value, message: Value, body: Value| find("finish_reason", &[&choice, &message, &body]).stop;
        let none = || json!({});
        for (choice, expected) in [
            (json!({ "finish_reason": { "type": "length" } }), Stop::Other),
            (json!({ "finish_reason": ["length"] }), Stop::Other),
            (json!({ "finish_reason": 1 }), Stop::Other),
            (json!({ "finish_reason": false }), Stop::Other),
            (json!({ "finishReason": "MAX_TOKENS" }), Stop::MaxTokens),
            (json!({ "finish_reason": null, "finishReason": "SAFETY" }), Stop::Refusal),
            (json!({ "finish_reason": "", "finishReason": "NO_IDEA" }), Stop::Other),
            (json!({ "finish_details": { "type": "max_tokens" } }), Stop::MaxTokens),
            (json!({ "stop_reason": "max_tokens" }), Stop::MaxTokens),
            (json!({ "finish_reason": "stop", "native_finish_reason": "MAX_TOKENS" }), Stop::MaxTokens),
            (json!({ "finish_reason": null, "native_finish_reason": "length" }), Stop::MaxTokens),
        ] {
            assert_eq!(stop(choice.clone(), none(), none()), expected, "{choice}");
        }
        assert_eq!(stop(none(), json!({ "finish_reason": "length" }), none()), Stop::MaxTokens);
        for body in [
            json!({ "finish_reason": "length" }),
            json!({ "done_reason": "length" }),
            json!({ "status": "incomplete", "incomplete_details": { "reason": "max_output_tokens" } }),
        ] {
            assert_eq!(stop(none(), none(), body.clone()), Stop::MaxTokens, "{body}");
        }
    }

    #[test]
    fn what_hosts_say_beside_a_finished_answer_does_not_undo_it() {
        for choice in [
            json!({ "finish_reason": "stop", "native_finish_reason": "completed" }),
            json!({ "finish_reason": "stop", "native_finish_reason": "tool_use" }),
            // vLLM: the token at which it stopped.
            json!({ "finish_reason": "stop", "stop_reason": 128_009 }),
            json!({ "finish_reason": null, "status": "completed" }),
            json!({ "finish_details": { "type": "stop", "stop": "<|im_end|>" } }),
            json!({ "done_reason": "stop", "finish_reason": null }),
            json!({ "finish_reason": null, "stop_reason": "" }),
        ] {
            assert_eq!(find("finish_reason", &[&choice, &json!({ "status": 200 })]).stop, Stop::EndTurn, "{choice}");
        }
    }

    #[test]
    fn only_the_words_for_finished_mean_finished_in_any_case_and_no_word_does_too() {
        let finished = ["stop", "STOP", "Stop", "end_turn", "END_TURN", "eos", "EOS", "eos_token", "FinishReason.STOP"];
        for word in finished {
            assert_eq!(read(Some(word)), Stop::EndTurn, "{word}");
        }
        assert_eq!(read(Some("stop_sequence")), Stop::StopSequence);
        assert_eq!((read(None), read(Some("")), read(Some(" "))), (Stop::EndTurn, Stop::EndTurn, Stop::EndTurn));
    }

    #[test]
    fn words_for_cut_and_filtered_mean_that_however_they_are_spelled() {
        let cases: [(&[&str], Stop); 7] = [
            (&["length", "max_tokens", "MAX_TOKENS", "max-tokens", "max_output_tokens"], Stop::MaxTokens),
            (&["model_length", "model_context_window_exceeded", "MODEL_LENGTH"], Stop::ContextWindow),
            (&["content_filter", "content-filter", "SAFETY", "sensitive", "RECITATION", "refusal"], Stop::Refusal),
            (&["error", "abort", "network_error", "insufficient_system_resource", "ERROR"], Stop::BrokenOff),
            (&["MALFORMED_FUNCTION_CALL", "OTHER", "from_the_future", "stop it", "nonstop"], Stop::Other),
            (&["stop:length", "STOP: not really", "end_turn:x"], Stop::Other),
            (&["network_error: the stream ended", "error:gone"], Stop::BrokenOff),
        ];
        for (words, stop) in cases {
            words.iter().for_each(|word| assert_eq!(read(Some(word)), stop, "{word}"));
        }
    }

    proptest! {
        #[test]
        fn no_word_outside_the_list_is_taken_for_the_end_of_an_answer(word in "[a-zA-Z_-]{1,20}") {
            let known = ["stop", "end_turn", "eos", "eos_token", "null", "end-turn", "eos-token"];
            let known = known.contains(&word.to_ascii_lowercase().as_str());
            prop_assume!(!word.to_ascii_lowercase().starts_with("finish") && !known);
            prop_assert!(read(Some(&word)) != Stop::EndTurn);
        }
    }
}
