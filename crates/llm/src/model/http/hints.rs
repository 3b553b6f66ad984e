//! How long to wait, where a host says so in the body of an error.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// How many seconds an error asks to wait: from Gemini's `RetryInfo`, a field, the headers of the host behind a
/// gateway, or the message ("Please retry in 34.07s", "try again in 6m0s"). `None` if it asks for no wait.
pub(super) fn in_body(error: &Value, message: &str) -> Option<f64> {
    retry_info(error).or_else(|| field(error)).or_else(|| of_gateway(error)).or_else(|| in_words(message))
}

/// `{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}` among the details.
fn retry_info(error: &Value) -> Option<f64> {
    let details = error.get("details")?.as_array()?;
    details.iter().find_map(|detail| {
        let delay = detail.get("retryDelay").or_else(|| detail.get("retry_delay"))?;
        seconds(delay).or_else(|| {
            let whole = delay.get("seconds").and_then(seconds).unwrap_or(0.0);
            let nanos = delay.get("nanos").and_then(Value::as_f64).unwrap_or(0.0);
            Some(whole + nanos / 1e9).filter(|seconds| *seconds > 0.0)
        })
    })
}

/// Fields that several hosts have, in seconds; Hugging Face estimates the time until a model is loaded.
fn field(error: &Value) -> Option<f64> {
    let milliseconds = error.get("retry_after_ms").and_then(seconds).map(|milliseconds| milliseconds / 1e3);
    let names = ["retry_after", "retryAfter", "retry_after_seconds", "estimated_time"];
    milliseconds.or_else(|| {
        names.iter().find_map(|name| {
            let of = |place: &Value| place.get(*name).and_then(seconds);
            of(error).or_else(|| error.get("metadata").and_then(of))
        })
    })
}

/// The headers of the host behind the gateway.
fn of_gateway(error: &Value) -> Option<f64> {
    let headers = error.pointer("/metadata/headers")?.as_object()?;
    let wanted = |name: &str| headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    wanted("retry-after").and_then(seconds)
}

/// A number, or text such as `34`, `34.07s` or `6m0s`.
fn seconds(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().or_else(|| span(text.trim())),
        _ => None,
    }
}

/// "in" or "after" and a span, not far behind a word for trying again.
static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let units = r"h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?|ms|milliseconds?";
    let span =
        format!(r"\d+(?:\.\d+)?\s?(?:{units})\b(?:\s?\d+(?:\.\d+)?\s?(?:{units})\b)*|(?:\d+(?:\.\d+)?(?:h|ms|m|s))+");
    Regex::new(&format!(r"(?i)\b(?:again|retry|retried|wait|resets?|available in)\b[^.!?\d]{{0,40}}?\b({span})")).ok()
});

/// Seconds without a unit, and a span as a clock shows it.
static BARE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)\bretry[-_ ]after\b[\s:=]*(\d+(?:\.\d+)?)\s*(?:[.,;)\]}]|$)",
        r"|\b(?:in|after)\s+(\d{1,2}):(\d{2}):(\d{2})\b"
    ))
    .ok()
});

/// How many seconds a host's words ask to wait.
pub(super) fn in_words(message: &str) -> Option<f64> {
    let found = WORDS.as_ref()?.captures(message).and_then(|found| span(found.get(1)?.as_str()));
    found.or_else(|| {
        let found = BARE.as_ref()?.captures(message)?;
        let number = |at| found.get(at)?.as_str().parse::<f64>().ok();
        let clock = || Some(number(2)? * 3600.0 + number(3)? * 60.0 + number(4)?);
        number(1).or_else(clock).filter(|seconds| *seconds > 0.0)
    })
}

/// A span of time: numbers, each with a unit, such as `6m0s`, `34.07s`, `2 minutes 5 seconds`, `20ms`.
fn span(text: &str) -> Option<f64> {
    let mut rest = text.trim_start();
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (value, tail) = rest.split_at(digits);
        let tail = tail.trim_start();
        let end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let scale = match unit.to_ascii_lowercase().as_str() {
            "ms" | "millisecond" | "milliseconds" => 1e-3,
            unit => match unit.as_bytes().first() {
                Some(b'h') => 3600.0,
                Some(b'm') => 60.0,
                Some(b's') => 1.0,
                _ => return None,
            },
        };
        total += value.parse::<f64>().ok()? * scale;
        rest = tail.trim_start();
    }
    (total > 0.0).then_some(total)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn waits_in_the_words_of_hosts_are_read() {
        let cases = [
            ("Please retry in 34.074824224s.", 34.074_824_224),
            (
                "Rate limit reached for gpt-x on tokens per min (TPM): Limit 30000, Used 29000. Please try again in \
                 6m0s. Visit",
                360.0,
            ),
            ("Please try again in 120ms.", 0.12),
            ("Please try again in 1h2m3.5s.", 3_723.5),
            ("Requests exceeded the rate limit. Please retry after 26 seconds.", 26.0),
            ("Too many requests, wait 2 minutes 5 seconds before trying again", 125.0),
            ("Quota resets in 12 s", 12.0),
            ("Try again in 20 milliseconds", 0.02),
            ("Quota will be available in 4 s", 4.0),
            ("Retry after: 4", 4.0),
            ("Slow down (retry-after=2.5)", 2.5),
            ("Try again in 00:01:04", 64.0),
        ];
        for (words, expected) in cases {
            let found = in_words(words).unwrap_or_default();
            assert!((found - expected).abs() < 1e-9, "{words}: {found}");
        }
    }

    #[test]
    fn words_that_name_no_wait_are_none() {
        for words in [
            "Rate limit exceeded: free-models-per-min.",
            "Limit 20 requests in 1 minute.",
            "Please try again later.",
            "Please retry in a moment. The limit is 30 seconds.",
            "Try again in 5 days",
            "Please retry after 3 attempts",
            "The limit resets at 14:00:00",
            "",
        ] {
            assert_eq!(in_words(words), None, "{words}");
        }
    }

    #[test]
    fn fields_are_read_before_words() {
        let google = json!({ "code": 429, "status": "RESOURCE_EXHAUSTED", "details": [
            { "@type": "type.googleapis.com/google.rpc.Help" },
            { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s" },
        ] });
        assert_eq!(in_body(&google, "Please retry in 99s"), Some(34.0));
        let parts = json!({ "details": [{ "retryDelay": { "seconds": 3, "nanos": 500_000_000 } }] });
        assert_eq!(in_body(&parts, ""), Some(3.5));
        assert_eq!(in_body(&json!({ "retry_after": 7 }), ""), Some(7.0));
        assert_eq!(in_body(&json!({ "retry_after_ms": 250 }), ""), Some(0.25));
        assert_eq!(in_body(&json!({ "estimated_time": 20.5 }), "Model x is currently loading"), Some(20.5));
        let behind = json!({ "metadata": { "headers": { "Retry-After": "5" }, "raw": "slow" } });
        assert_eq!(in_body(&behind, ""), Some(5.0));
        for nothing in [json!({}), json!({ "details": "x" }), json!({ "details": [{ "retryDelay": "soon" }] })] {
            assert_eq!(in_body(&nothing, ""), None);
        }
    }

    proptest! {
        #[test]
        fn no_message_can_break_the_reading(message in "\\PC{0,80}", tail in "(again|retry|wait) in [0-9.hms ]{0,12}") {
            for text in [&message, &tail] {
                if let Some(seconds) = in_words(text) {
                    prop_assert!(seconds > 0.0);
                }
            }
        }
    }
}
