//! The time that goes into file names and metadata.
//!
//! `SOURCE_DATE_EPOCH` (<https://reproducible-builds.org/specs/source-date-epoch/>) stops the clock, so that two runs
//! can be compared byte by byte.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Error;

/// Now in UTC, or the moment that `SOURCE_DATE_EPOCH` names.
///
/// # Errors
///
/// [`Error::Clock`] if the variable does not hold a number of seconds.
pub fn now() -> Result<DateTime, Error> {
    let stopped = std::env::var_os("SOURCE_DATE_EPOCH").map(|value| value.to_string_lossy().into_owned());
    at(stopped.as_deref())
}

fn at(stopped: Option<&str>) -> Result<DateTime, Error> {
    let moment = match stopped {
        None => Timestamp::now(),
        Some(value) => value
            .parse()
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .ok_or_else(|| Error::Clock { value: value.to_owned() })?,
    };
    Ok(TimeZone::UTC.to_datetime(moment))
}

/// `2025-08-02T14:41:07.941932`: no zone, microseconds left out when zero, as Python's `datetime.isoformat` has it.
#[must_use]
pub fn iso(at: DateTime) -> String {
    let micros = at.subsec_nanosecond() / 1_000;
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{fraction}",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// `20250802_144126`, for file names.
#[must_use]
pub fn stamp(at: DateTime) -> String {
    format!("{:04}{:02}{:02}_{:02}{:02}{:02}", at.year(), at.month(), at.day(), at.hour(), at.minute(), at.second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_clock_shows_its_moment_in_utc() {
        let moment = at(Some("1754145686")).unwrap();
        assert_eq!(iso(moment), "2025-08-02T14:41:26");
        assert_eq!(stamp(moment), "20250802_144126");
    }

    #[test]
    fn microseconds_are_kept_to_six_digits() {
        let moment = jiff::civil::date(2025, 8, 2).at(14, 41, 7, 1_932_999);
        assert_eq!(iso(moment), "2025-08-02T14:41:07.001932");
    }

    #[test]
    fn a_stopped_clock_that_is_no_number_is_an_error() {
        for value in ["", "soon", "1.5", "99999999999999999999"] {
            assert!(matches!(at(Some(value)), Err(Error::Clock { .. })), "{value:?}");
        }
    }
}
