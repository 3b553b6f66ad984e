//! What response headers say about limits, waiting and support. Every value is hostile: what makes no sense is ignored.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use reqwest::header::HeaderMap;

use crate::model::limits::{LONGEST_WAIT, RateLimits, Window};

/// The limits in these headers, of either family; `None` for every value that is absent or makes no sense.
///
/// `anthropic-ratelimit-*-reset` is a moment in RFC 3339; `x-ratelimit-reset-*` is a span such as `6m0s` or `120ms`, or
/// at Azure a bare number of seconds. The second family counts input and output tokens together; they are reported as
/// input tokens.
#[must_use]
pub fn rate_limits(headers: &HeaderMap, now: SystemTime) -> RateLimits {
    let anthropic = |what: &str| Window {
        limit: number(headers, &format!("anthropic-ratelimit-{what}-limit")),
        remaining: number(headers, &format!("anthropic-ratelimit-{what}-remaining")),
        reset: text(headers, &format!("anthropic-ratelimit-{what}-reset")).and_then(|value| until(value, now)),
    };
    let openai = |what: &str| Window {
        limit: number(headers, &format!("x-ratelimit-limit-{what}")),
        remaining: number(headers, &format!("x-ratelimit-remaining-{what}")),
        reset: text(headers, &format!("x-ratelimit-reset-{what}")).and_then(|value| any_time(value, now)),
    };
    let first = |one: Window, other: Window| if one == Window::default() { other } else { one };
    RateLimits {
        requests: first(anthropic("requests"), openai("requests")),
        input_tokens: first(anthropic("input-tokens"), openai("tokens")),
        output_tokens: anthropic("output-tokens"),
    }
}

/// How long the host asks us to wait: `retry-after-ms`, else `retry-after` in seconds (fractions allowed) or as a date.
///
/// Zero, negative, past, infinite and unreadable values are ignored, so that our own back-off applies; values beyond
/// [`LONGEST_WAIT`] are cut to it. The official SDK obeys any positive value up to 49 days: in a batch, a slip of the
/// host's clock would then look like a hang.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let milliseconds = text(headers, "retry-after-ms").and_then(|value| value.parse::<f64>().ok());
    let seconds = || {
        let value = text(headers, "retry-after")?;
        value.parse::<f64>().ok().or_else(|| match httpdate::parse_http_date(value) {
            Ok(date) => Some(date.duration_since(now).ok()?.as_secs_f64()),
            // Neither is right, and both are seen: `4s`, and a moment in RFC 3339.
            Err(_) => any_time(value, now).map(|time| time.as_secs_f64()),
        })
    };
    milliseconds.map(|value| value / 1000.0).and_then(sane).or_else(|| seconds().and_then(sane))
}

/// When a limit resets whose state is not otherwise known: the shortest of the resets in the headers. For a refusal
/// that names no wait.
pub(super) fn reset(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    const NAMES: [&str; 7] = [
        "x-ratelimit-reset-requests",
        "x-ratelimit-reset-tokens",
        "x-ratelimit-reset-after",
        "x-ratelimit-reset",
        "ratelimit-reset",
        "ratelimitbysize-reset",
        "x-ms-retry-after-ms",
    ];
    let times = NAMES.into_iter().filter_map(|name| {
        let time = any_time(text(headers, name)?, now)?;
        Some(if name.ends_with("-ms") { time / 1000 } else { time })
    });
    times.filter(|time| !time.is_zero()).min().and_then(|time| sane(time.as_secs_f64()))
}

/// A wait within bounds: above zero, and cut to [`LONGEST_WAIT`].
pub(super) fn sane(seconds: f64) -> Option<Duration> {
    (seconds.is_finite() && seconds > 0.0).then(|| Duration::from_secs_f64(seconds.min(LONGEST_WAIT.as_secs_f64())))
}

/// The host's own verdict on whether the same request should be sent again.
#[must_use]
pub fn should_retry(headers: &HeaderMap) -> Option<bool> {
    match text(headers, "x-should-retry")? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// The host's name for this exchange, as it came.
#[must_use]
pub fn request_id(headers: &HeaderMap) -> Option<&str> {
    text(headers, "request-id").or_else(|| text(headers, "x-request-id")).filter(|id| !id.is_empty())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name)?.parse().ok()
}

/// Time from now until this moment; zero where it has passed.
fn until(moment: &str, now: SystemTime) -> Option<Duration> {
    let moment: Timestamp = moment.parse().ok()?;
    let now = Timestamp::try_from(now).ok()?;
    Some(Duration::try_from(moment.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// A time in any form that headers use: a span, a bare number of seconds, or a moment, in RFC 3339 or as seconds or
/// milliseconds since 1970 (no span is that long).
fn any_time(value: &str, now: SystemTime) -> Option<Duration> {
    const MOMENT: f64 = 1e9;
    const IN_MILLISECONDS: f64 = 1e11;
    match value.parse::<f64>() {
        Ok(number) if number >= MOMENT => {
            let seconds = if number >= IN_MILLISECONDS { number / 1e3 } else { number };
            let moment = SystemTime::UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)?;
            Some(moment.duration_since(now).unwrap_or(Duration::ZERO))
        }
        Ok(number) => Duration::try_from_secs_f64(number).ok(),
        Err(_) => span(value).or_else(|| until(value, now)),
    }
}

/// A span as Go prints it: numbers, each with a unit (`h`, `m`, `s`, `ms`, `us`, `ns`), such as `1h2m3.5s`.
fn span(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut seconds = 0.0_f64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (value, tail) = rest.split_at(digits);
        let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        let scale = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" | "μs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        seconds += value.parse::<f64>().ok()? * scale;
        rest = tail;
    }
    if text.is_empty() { None } else { Duration::try_from_secs_f64(seconds).ok() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(list: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        };
        list.iter().map(pair).collect()
    }

    /// 2026-11-05 12:00:00 UTC.
    fn noon() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_880_000)
    }

    fn wait(list: &[(&str, &str)]) -> Option<f64> {
        retry_after(&headers(list), noon()).map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn the_wait_is_read_from_milliseconds_seconds_or_a_date() {
        assert_eq!(wait(&[("retry-after-ms", "1500"), ("retry-after", "9")]), Some(1.5));
        assert_eq!(wait(&[("retry-after", "7")]), Some(7.0));
        assert_eq!(wait(&[("retry-after", " 0.25 ")]), Some(0.25));
        assert_eq!(wait(&[("retry-after", "Thu, 05 Nov 2026 12:00:30 GMT")]), Some(30.0));
        assert_eq!(wait(&[("retry-after-ms", "soon"), ("retry-after", "2")]), Some(2.0));
    }

    #[test]
    fn a_wait_that_makes_no_sense_is_ignored_and_a_huge_one_is_cut() {
        for value in
            ["0", "-5", "soon", "", "NaN", "inf", "-inf", "1e999", "Wed, 04 Nov 2026 12:00:00 GMT", "2026-11-05", "é"]
        {
            assert_eq!(wait(&[("retry-after", value)]), None, "{value}");
            assert_eq!(wait(&[("retry-after-ms", value)]), None, "{value}");
        }
        for value in ["601", "99999999999999999999", "1e300", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            assert_eq!(wait(&[("retry-after", value)]), Some(600.0), "{value}");
        }
    }

    #[test]
    fn both_families_of_limits_are_read() {
        let claude = rate_limits(
            &headers(&[
                ("anthropic-ratelimit-requests-limit", "50"),
                ("anthropic-ratelimit-requests-remaining", "0"),
                ("anthropic-ratelimit-requests-reset", "2026-11-05T12:00:12Z"),
                ("anthropic-ratelimit-input-tokens-remaining", "40000"),
                ("anthropic-ratelimit-output-tokens-reset", "2026-11-05T11:00:00+00:00"),
            ]),
            noon(),
        );
        assert_eq!(
            claude.requests,
            Window { limit: Some(50), remaining: Some(0), reset: Some(Duration::from_secs(12)) }
        );
        assert_eq!(claude.input_tokens.remaining, Some(40_000));
        assert_eq!(claude.output_tokens.reset, Some(Duration::ZERO));
        let chat = rate_limits(
            &headers(&[
                ("x-ratelimit-limit-requests", "60"),
                ("x-ratelimit-reset-requests", "1s"),
                ("x-ratelimit-remaining-tokens", "0"),
                ("x-ratelimit-reset-tokens", "6m0s"),
            ]),
            noon(),
        );
        assert_eq!(chat.requests, Window { limit: Some(60), remaining: None, reset: Some(Duration::from_secs(1)) });
        assert_eq!(
            chat.input_tokens,
            Window { limit: None, remaining: Some(0), reset: Some(Duration::from_secs(360)) }
        );
    }

    #[test]
    fn a_reset_is_read_as_a_span_a_number_or_a_moment() {
        let of = |value: &str| any_time(value, noon()).map(|time| time.as_secs_f64());
        for (value, seconds) in [
            ("6m0s", 360.0),
            ("120ms", 0.12),
            ("10", 10.0),
            ("0", 0.0),
            ("7.66", 7.66),
            ("1793880030", 30.0),
            ("1793880030000", 30.0),
            ("1700000000", 0.0),
            ("2026-11-05T12:00:12Z", 12.0),
        ] {
            assert_eq!(of(value), Some(seconds), "{value}");
        }
        for value in ["soon", "-1", "NaN", "inf", "1e300", ""] {
            assert_eq!(of(value), None, "{value}");
        }
    }

    #[test]
    fn a_refusal_without_a_wait_waits_for_the_reset_that_is_named() {
        let wait = |list: &[(&str, &str)]| reset(&headers(list), noon()).map(|wait| wait.as_secs_f64());
        assert_eq!(wait(&[("x-ratelimit-reset-requests", "10"), ("x-ratelimit-reset-tokens", "0")]), Some(10.0));
        assert_eq!(wait(&[("x-ratelimit-reset", "1793880005000")]), Some(5.0));
        assert_eq!(wait(&[("ratelimit-reset", "4")]), Some(4.0));
        assert_eq!(wait(&[("x-ms-retry-after-ms", "1500")]), Some(1.5));
        assert_eq!(wait(&[("ratelimit-reset", "soon")]), None);
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn limits_that_make_no_sense_are_ignored() {
        let list = [
            ("anthropic-ratelimit-requests-limit", "many"),
            ("anthropic-ratelimit-requests-remaining", "-1"),
            ("anthropic-ratelimit-requests-reset", "yesterday"),
            ("x-ratelimit-limit-tokens", "1.5"),
            ("x-ratelimit-reset-tokens", "99999999999999999999999h"),
        ];
        assert_eq!(rate_limits(&headers(&list), noon()), RateLimits::default());
    }

    #[test]
    fn spans_are_read_as_go_prints_them() {
        assert_eq!(span("120ms"), Some(Duration::from_millis(120)));
        assert_eq!(span("1h2m3.5s"), Some(Duration::from_millis(3_723_500)));
        assert_eq!(span("0s"), Some(Duration::ZERO));
        for text in ["", "5", "s", "1.2.3s", "-1s", "1y", "1s1"] {
            assert_eq!(span(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_header_value_can_break_the_reading(value in "\\PC{0,40}") {
            let map = headers(&[
                ("retry-after", &value), ("retry-after-ms", &value), ("x-should-retry", &value), ("request-id", &value),
                ("anthropic-ratelimit-requests-reset", &value), ("x-ratelimit-reset-tokens", &value),
                ("x-ratelimit-limit-tokens", &value), ("x-ratelimit-reset", &value), ("ratelimit-reset", &value),
            ]);
            let _ = (rate_limits(&map, noon()), should_retry(&map), request_id(&map), reset(&map, noon()));
            if let Some(wait) = retry_after(&map, noon()) {
                prop_assert!(wait <= LONGEST_WAIT);
            }
        }
    }
}
