//! Times as other programs write them.
//!
//! Only forms that mean one moment are read here: `03/04/2026` is left to whoever knows the order of day and month. A
//! time without an offset is taken as UTC, a date without a time as its beginning.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::fmt::rfc2822;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;

/// No program writes a time in more bytes than these.
const LONGEST: usize = 80;

/// Dates with the month as a word.
const WORDED: &[&str] = &["%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y"];

/// Times of a day.
const TIMES: &[&str] = &["%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%I:%M:%S%p", "%I:%M%p"];

/// The moment that a text names: ISO 8601 and RFC 3339, RFC 2822, a date with the month as an English word, what
/// JavaScript prints, or seconds or milliseconds since 1970. `None` for anything else.
#[must_use]
pub fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > LONGEST || !text.is_ascii() {
        return None;
    }
    if text.len() >= 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        return match text.len() {
            10 => Timestamp::from_second(number).ok(),
            13 => Timestamp::from_millisecond(number).ok(),
            _ => None,
        };
    }
    let bare = without_zone(text);
    let iso = match bare.split_once('/') {
        Some((year, rest)) if year.len() == 4 => format!("{year}-{}", rest.replacen('/', "-", 1)),
        _ => bare.to_owned(),
    };
    let printed = || Timestamp::strptime("%a %b %d %Y %H:%M:%S GMT%z", text.split(" (").next()?).ok();
    iso.parse()
        .ok()
        .or_else(|| iso.parse::<DateTime>().ok().and_then(in_utc))
        .or_else(|| rfc2822::parse(text).ok().map(|zoned| zoned.timestamp()))
        .or_else(printed)
        .or_else(|| WORDED.iter().find_map(|format| worded(format, text)))
}

/// Whether two times are one: the same moment, or the same text, or both unknown.
#[must_use]
pub fn is_same(one: Option<&str>, other: Option<&str>) -> bool {
    let at = |text: Option<&str>| text.and_then(moment);
    one == other || matches!((at(one), at(other)), (Some(one), Some(other)) if one == other)
}

fn worded(format: &str, text: &str) -> Option<Timestamp> {
    let (parts, end) = BrokenDownTime::parse_prefix(format, text).ok()?;
    let time = time_of_day(text.get(end..)?)?.unwrap_or_default();
    in_utc(parts.to_date().ok()?.to_datetime(time))
}

fn in_utc(at: DateTime) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(at).ok()
}

/// A text without the mark of UTC at its end.
fn without_zone(text: &str) -> &str {
    [" UTC", " GMT"].iter().find_map(|zone| text.strip_suffix(zone)).unwrap_or(text)
}

/// The time that stands after a date: `Some(None)` where nothing does, `None` where it is something else.
pub fn time_of_day(after: &str) -> Option<Option<Time>> {
    let text = without_zone(after).trim_start_matches([',', ' ', 'T']).trim_end();
    let text = text.strip_prefix("at ").unwrap_or(text);
    if text.is_empty() {
        return Some(None);
    }
    TIMES.iter().find_map(|format| Time::strptime(format, text).ok()).map(Some)
}

/// The earlier of two times as tools write them, where both are known. One that cannot be read is unknown; of two equal
/// ones the first stays.
#[must_use]
pub fn earlier(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one.as_deref().and_then(moment), other.as_deref().and_then(moment)) {
        (Some(at), Some(new)) if new < at => other,
        (None, Some(_)) => other,
        (Some(_), _) => one,
        (None, None) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_tools_write_are_one_moment() {
        for text in [
            "2026-11-02T08:00:00Z",
            "2026-11-02T08:00:00.000Z",
            "2026-11-02T10:00:00+02:00",
            "2026-11-02T03:00:00-0500",
            "2026-11-02 08:00:00",
            "2026-11-02 08:00",
            "2026-11-02 08:00:00 UTC",
            "2026/11/02 08:00",
            "Mon, 02 Nov 2026 08:00:00 +0000",
            "Mon, 2 Nov 2026 08:00:00 GMT",
            "Mon Nov 02 2026 10:00:00 GMT+0200 (Central European Summer Time)",
            "Nov 2, 2026, 8:00 AM",
            "November 2, 2026 08:00:00",
            "2 Nov 2026 8:00am",
            "1793606400",
            "1793606400000",
        ] {
            assert_eq!(moment(text).map(|at| at.to_string()).as_deref(), Some("2026-11-02T08:00:00Z"), "{text}");
        }
        assert_eq!(moment("2026-11-02").map(|at| at.to_string()).as_deref(), Some("2026-11-02T00:00:00Z"));
    }

    #[test]
    fn what_may_mean_two_moments_or_none_is_unknown() {
        for text in
            ["", "soon", "yes", "1", "03/04/2026", "03.04.2026", "2026-13-01", "Nov 31, 2026", "2026-11-02 25:00"]
        {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn the_earlier_time_is_told_by_its_moment_and_one_that_cannot_be_read_gives_way() {
        let earlier = |one: &str, other: &str| {
            let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            super::earlier(some(one), some(other)).unwrap_or_default()
        };
        assert_eq!(earlier("2026-11-02T09:00:00+02:00", "2026-11-02T08:00:00Z"), "2026-11-02T09:00:00+02:00");
        assert_eq!(earlier("2026-11-02T08:00:00Z", "2026-11-02T09:00:00+02:00"), "2026-11-02T09:00:00+02:00");
        assert_eq!(earlier("03.04.2026", "2026-11-02"), "2026-11-02");
        assert_eq!(earlier("2026-11-02", "03.04.2026"), "2026-11-02");
        assert_eq!(earlier("", "03.04.2026"), "03.04.2026");
        assert_eq!(earlier("2026-11-02 08:00", "2026-11-02T08:00:00Z"), "2026-11-02 08:00");
    }
}
