//! Whether an answer is finished. Only what is known to mean "finished" does; everything else is no answer.

use super::Stop;

/// What a host's word for the end of an answer means, on either wire format, in any case and spelling (`MAX_TOKENS`,
/// `content-filter`, `FinishReason.STOP`). No word at all means that it is finished: some servers never send one.
pub(super) fn read(word: Option<&str>) -> Stop {
    let plain = plain(word.unwrap_or_default());
    match plain.as_str() {
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
        "error" | "abort" | "aborted" | "cancelled" | "canceled" | "network_error" | "insufficient_system_resource" => {
            Stop::BrokenOff
        }
        _ => Stop::Other,
    }
}

/// The word in lower case, with `_` between its parts and without the name of its enum.
fn plain(word: &str) -> String {
    let word = word.split(':').next().unwrap_or_default().trim().rsplit('.').next().unwrap_or_default();
    let word: String =
        word.chars().map(|c| if matches!(c, '-' | ' ') { '_' } else { c.to_ascii_lowercase() }).collect();
    word.strip_prefix("finish_reason_").map(str::to_owned).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
        let cases: [(&[&str], Stop); 5] = [
            (&["length", "max_tokens", "MAX_TOKENS", "max-tokens", "max_output_tokens"], Stop::MaxTokens),
            (&["model_length", "model_context_window_exceeded", "MODEL_LENGTH"], Stop::ContextWindow),
            (&["content_filter", "content-filter", "SAFETY", "sensitive", "RECITATION", "refusal"], Stop::Refusal),
            (&["error", "abort", "network_error", "insufficient_system_resource", "ERROR"], Stop::BrokenOff),
            (&["MALFORMED_FUNCTION_CALL", "OTHER", "from_the_future", "stop it", "nonstop"], Stop::Other),
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
