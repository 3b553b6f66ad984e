//! What a call cost in tokens, as hosts say it: in two namings, as whole numbers or floats, or not at all.
//!
//! A bill that cannot be read is not a bill of nothing. Whoever keeps a budget counts it as the most that the call can
//! have cost ([`Answer::usage_unknown`](super::Answer::usage_unknown)).

use serde_json::Value;

use super::Usage;

/// No call reads more tokens than this: the longest contexts have ten million.
const MOST: f64 = 1e8;

/// No call writes more tokens than this.
const MOST_WRITTEN: u64 = 2_000_000;

/// The tokens of one call; `None` if they cannot be read. `has_text` says whether the answer holds any text: an answer
/// with words but a bill of no tokens has a bill that was not filled in.
pub(super) fn read(usage: Option<&Value>, has_text: bool) -> Option<Usage> {
    let usage = usage?.as_object()?;
    let count = |path: [&str; 2]| {
        let value = usage.get(path[0])?;
        tokens(if path[1].is_empty() { value } else { value.get(path[1])? })
    };
    let plain = |name| count([name, ""]);
    let (read, written) = (plain("cache_read_input_tokens"), plain("cache_creation_input_tokens"));
    let (prompt, cached) = match plain("prompt_tokens") {
        // Cached tokens are part of these.
        Some(prompt) => {
            let prompt = prompt.max(plain("input_tokens").unwrap_or(0));
            let details = count(["prompt_tokens_details", "cached_tokens"]);
            (prompt, details.or(plain("prompt_cache_hit_tokens")).or(read).unwrap_or(0))
        }
        // The Messages API counts them beside these, the Responses API among them.
        None => match (plain("input_tokens")?, read.is_some() || written.is_some()) {
            (input, true) => (input + read.unwrap_or(0) + written.unwrap_or(0), read.unwrap_or(0)),
            (input, false) => (input, count(["input_tokens_details", "cached_tokens"]).unwrap_or(0)),
        },
    };
    let cached = cached.min(prompt);
    let cache_written = written.unwrap_or(0).min(prompt - cached);
    // Some hosts leave thinking tokens out of the completion and count them only in the total.
    let completed = plain("completion_tokens").max(plain("output_tokens"));
    let thought = count(["completion_tokens_details", "reasoning_tokens"]);
    let thought = thought.or_else(|| count(["output_tokens_details", "reasoning_tokens"]));
    let thought = thought.or_else(|| plain("reasoning_tokens"));
    let beside = completed.zip(thought).filter(|(completed, thought)| thought > completed);
    let of_total = plain("total_tokens").and_then(|total| total.checked_sub(prompt));
    let output = [completed, of_total, beside.map(|(completed, thought)| completed + thought)];
    let output = output.into_iter().flatten().max()?;
    if prompt == 0 || (output == 0 && has_text) || output > MOST_WRITTEN {
        return None;
    }
    Some(Usage {
        input_tokens: prompt - cached - cache_written,
        output_tokens: output,
        cache_write_tokens: cache_written,
        cache_read_tokens: cached,
    })
}

/// A count, as any form of number; a fraction of a token is rounded up.
fn tokens(value: &Value) -> Option<u64> {
    let number = value.as_f64().filter(|number| (0.0..=MOST).contains(number))?;
    Some(number.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn counts(usage: Value) -> Option<(u64, u64)> {
        read(Some(&usage), true).map(|usage| (usage.input_tokens + usage.cache_read_tokens, usage.output_tokens))
    }

    #[test]
    fn both_namings_are_read_as_whole_numbers_and_as_floats() {
        assert_eq!(
            counts(json!({ "prompt_tokens": 300, "completion_tokens": 60, "total_tokens": 360 })),
            Some((300, 60))
        );
        assert_eq!(counts(json!({ "prompt_tokens": 300.0, "completion_tokens": 59.2 })), Some((300, 60)));
        assert_eq!(counts(json!({ "input_tokens": 300, "output_tokens": 60 })), Some((300, 60)));
        assert_eq!(
            counts(json!({ "input_tokens": 3e2, "output_tokens": 6e1, "cache_read_input_tokens": null })),
            Some((300, 60))
        );
    }

    #[test]
    fn output_is_the_larger_of_what_was_completed_and_what_the_total_leaves() {
        assert_eq!(
            counts(json!({ "prompt_tokens": 300, "completion_tokens": 5, "total_tokens": 905 })),
            Some((300, 605))
        );
        assert_eq!(counts(json!({ "prompt_tokens": 300, "total_tokens": 360 })), Some((300, 60)));
        assert_eq!(
            counts(json!({ "prompt_tokens": 300, "completion_tokens": 60, "total_tokens": 0 })),
            Some((300, 60))
        );
        let apart = json!({ "prompt_tokens": 300, "completion_tokens": 5,
            "completion_tokens_details": { "reasoning_tokens": 600 } });
        assert_eq!(counts(apart), Some((300, 605)));
        let within = json!({ "prompt_tokens": 300, "completion_tokens": 605,
            "completion_tokens_details": { "reasoning_tokens": 600 } });
        assert_eq!(counts(within), Some((300, 605)));
    }

    #[test]
    fn of_two_namings_that_disagree_the_larger_counts() {
        let both = json!({ "prompt_tokens": 3, "completion_tokens": 1, "input_tokens": 300, "output_tokens": 6000 });
        assert_eq!(counts(both), Some((300, 6000)));
        let flat = json!({ "prompt_tokens": 300, "completion_tokens": 60, "reasoning_tokens": 7000 });
        assert_eq!(counts(flat), Some((300, 7060)));
    }

    #[test]
    fn cached_tokens_are_counted_once_in_every_naming() {
        let cached = |usage: Value| {
            let usage = read(Some(&usage), true).unwrap();
            (usage.input_tokens, usage.cache_write_tokens, usage.cache_read_tokens)
        };
        let details = json!({ "cached_tokens": 64 });
        assert_eq!(
            cached(json!({ "prompt_tokens": 100, "completion_tokens": 1, "prompt_tokens_details": details })),
            (36, 0, 64)
        );
        assert_eq!(
            cached(json!({ "prompt_tokens": 100, "completion_tokens": 1, "prompt_cache_hit_tokens": 64 })),
            (36, 0, 64)
        );
        assert_eq!(
            cached(json!({ "input_tokens": 100, "output_tokens": 1, "input_tokens_details": details })),
            (36, 0, 64)
        );
        let claude = json!({ "input_tokens": 10, "output_tokens": 1, "cache_creation_input_tokens": 20,
            "cache_read_input_tokens": 70 });
        assert_eq!(cached(claude), (10, 20, 70));
        assert_eq!(
            cached(
                json!({ "prompt_tokens": 3, "completion_tokens": 1, "prompt_tokens_details": { "cached_tokens": 99 } })
            ),
            (0, 0, 3)
        );
    }

    #[test]
    fn a_bill_that_is_absent_null_empty_or_nonsense_is_no_bill() {
        assert_eq!(read(None, true), None);
        let bills = [
            json!(null),
            json!({}),
            json!([]),
            json!("300"),
            json!({ "prompt_tokens": null, "completion_tokens": null }),
            json!({ "prompt_tokens": 300 }),
            json!({ "completion_tokens": 60 }),
            json!({ "prompt_tokens": 300, "completion_tokens": -4 }),
            json!({ "prompt_tokens": 1e300, "completion_tokens": 4 }),
            json!({ "prompt_tokens": "300", "completion_tokens": "60" }),
            json!({ "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0 }),
            json!({ "prompt_tokens": 300, "completion_tokens": 0 }),
            json!({ "prompt_tokens": 300, "completion_tokens": 900_000_000 }),
            json!({ "promptTokenCount": 300, "candidatesTokenCount": 60 }),
        ];
        for bill in bills {
            assert_eq!(counts(bill.clone()), None, "{bill}");
        }
        // A refusal may have written nothing.
        assert!(read(Some(&json!({ "prompt_tokens": 300, "completion_tokens": 0 })), false).is_some());
    }

    proptest! {
        #[test]
        fn what_is_read_is_never_less_than_what_any_field_says(
            prompt in 1_u64..1_000_000,
            completed in 1_u64..1_000_000,
            more in 0_u64..1_000_000,
        ) {
            let total = prompt + more;
            let usage = json!({ "prompt_tokens": prompt, "completion_tokens": completed, "total_tokens": total });
            prop_assert_eq!(counts(usage), Some((prompt, completed.max(more))));
        }
    }
}
