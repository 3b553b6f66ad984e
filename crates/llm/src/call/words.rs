//! What the door says to a person, in words.

use std::time::Duration;

/// A host's address as people know it, without the trace of the account's key.
pub(super) fn address(host: &str) -> &str {
    host.split_once('#').map_or(host, |(address, _)| address)
}

/// A span of time in whole minutes or seconds.
pub(super) fn spoken(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds if seconds >= 60 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

/// A number with a comma between its thousands: `1,234,567`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut spoken = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            spoken.push(',');
        }
        spoken.push(digit);
    }
    spoken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_times_and_numbers_are_said_as_people_say_them() {
        assert_eq!(address("https://api.example.com:443#1a2b3c4d"), "https://api.example.com:443");
        assert_eq!(
            (spoken(Duration::from_secs(600)), spoken(Duration::from_secs(90))),
            ("10 min".into(), "90 s".into())
        );
        assert_eq!(
            (thousands(999), thousands(8_192), thousands(1_000_000)),
            ("999".into(), "8,192".into(), "1,000,000".into())
        );
    }
}
