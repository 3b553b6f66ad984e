//! Numbers and hostile text in plain words.

use std::time::Duration;

pub use crate::call::words::thousands;
use crate::compare::{Interval, Mean, Rate};
use crate::data::text;
use crate::improve::Course;

/// What stands in place of a rate that rests on claims that nobody has checked.
pub const NOT_CHECKED: &str = "claims not checked";

/// `68.8% (11 of 16)`, or words where nothing was decided.
#[must_use]
pub fn rate(rate: &Rate) -> String {
    match rate.share() {
        Some(share) => format!("{:.1}% ({} of {})", share * 100.0, thousands(rate.yes), thousands(rate.total)),
        None => "no decisions".to_owned(),
    }
}

/// The rate with its interval, and the word *simulated* where it applies. A rate is never shown with less.
#[must_use]
pub fn full_rate(of: &Rate) -> String {
    let mut text = rate(of);
    if let Some(interval) = of.interval {
        text.push_str(&format!(", 95% interval {:.1}% to {:.1}%", interval.low * 100.0, interval.high * 100.0));
    }
    if of.simulated {
        text.push_str(", simulated");
    }
    text
}

/// A mean chance of a yes with its interval, and the word *simulated* where it applies.
#[must_use]
pub fn mean_chance(mean: &Mean, simulated: bool) -> String {
    let personas = count(mean.personas, "persona", "personas");
    // Of how many decisions is not in every record.
    let of = match mean.outcomes {
        0 => personas,
        outcomes => format!("{} of {personas}", count(outcomes, "decision", "decisions")),
    };
    format!(
        "{:.1}% ({of}), 95% interval {:.1}% to {:.1}%{}",
        mean.mean * 100.0,
        mean.interval.low * 100.0,
        mean.interval.high * 100.0,
        if simulated { ", simulated" } else { "" }
    )
}

/// What the rate of yes is called, where it stands beside a mean chance of a yes.
pub const RATE_OF_CHANCES: &str = "Response rate, chances at the judge's threshold or above";

/// `+31.2`, `-6.2`, `0.0`: percentage points with their sign, never a negative zero.
#[must_use]
pub fn points(difference: f64) -> String {
    let text = format!("{:+.1}", difference * 100.0);
    if text == "+0.0" || text == "-0.0" { "0.0".to_owned() } else { text }
}

/// `+8.5 to +54.0 points`. An end close to 0 has as many digits as it takes to see on which side of it it lies.
#[must_use]
pub fn interval(interval: Interval) -> String {
    let end = |at: f64| {
        (1..=4)
            .map(|digits| format!("{:+.digits$}", at * 100.0))
            .find(|text| text.contains(|c| ('1'..='9').contains(&c)))
    };
    let end = |at: f64| end(at).unwrap_or_else(|| "0.0".to_owned());
    format!("{} to {} points", end(interval.low), end(interval.high))
}

/// `0.06`, `0.031`, `less than 0.001`: two digits that count.
#[must_use]
pub fn probability(p: f64) -> String {
    match p {
        p if p < 0.001 => "less than 0.001".to_owned(),
        p if p < 0.06 => format!("{p:.3}"),
        p => format!("{p:.2}"),
    }
}

/// `1 persona`, `2 personas`.
#[must_use]
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// `$0.0042`, `$1.37`: cents where they suffice, four digits below a dime.
#[must_use]
pub fn dollars(amount: f64) -> String {
    if amount == 0.0 {
        "$0".to_owned()
    } else if amount < 0.1 {
        format!("${amount:.4}")
    } else {
        format!("${amount:.2}")
    }
}

/// `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`.
#[must_use]
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..=9 => format!("{:.1} s", time.as_secs_f64()),
        10..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// Text from a model, a persona or a file, made safe for a terminal: escape sequences and other control characters,
/// and the marks that reverse the direction of text, are shown as `\u{..}`; line breaks and tabs stay.
#[must_use]
pub fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        let reorders = matches!(
            character,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        );
        if (character.is_control() && !matches!(character, '\n' | '\t')) || reorders {
            // A carriage return before a line break is only another way to end a line.
            if character != '\r' {
                safe.extend(character.escape_unicode());
            }
        } else {
            safe.push(character);
        }
    }
    safe
}

/// What became of an objection, in a word.
#[must_use]
pub fn course(course: Course) -> &'static str {
    match course {
        Course::Appeared => "new",
        Course::Grew => "more",
        Course::Stayed => "the same",
        Course::Shrank => "fewer",
        Course::WentAway => "gone",
    }
}

/// A path for a terminal.
#[must_use]
pub fn path(path: &std::path::Path) -> String {
    safe(&path.display().to_string())
}

/// A line that says which record a new one has replaced, by the earlier one's date; nothing where there was none.
#[must_use]
pub fn replaced(date: Option<&str>) -> String {
    date.map_or_else(String::new, |date| format!("Replaces the findings of {}\n", minute(date)))
}

/// `2026-11-25 03:00`: a date as files have it, without its seconds. What is no date is one short line.
#[must_use]
pub fn minute(iso: &str) -> String {
    one_line(iso.get(..16).unwrap_or(iso), 16).replace('T', " ")
}

/// An error in words for people: without the operating system's number, which says nothing that the words do not.
#[must_use]
pub fn without_os_number(text: &str) -> String {
    let mut parts = text.split(" (os error ");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(')') {
            Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => shown.push_str(rest),
            _ => {
                shown.push_str(" (os error ");
                shown.push_str(part);
            }
        }
    }
    shown.replace("No such file or directory", "no such file or folder")
}

/// A name as a shell takes it, word for word. Control characters are shown in place of what they would do.
#[must_use]
pub fn shell(name: &str) -> String {
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:".contains(c));
    if is_plain {
        return name.to_owned();
    }
    let shown = safe(name).replace(['\n', '\t'], " ");
    format!("'{}'", shown.replace('\'', "'\\''"))
}

/// The same as [`safe`] on one line, at most `width` characters.
#[must_use]
pub fn one_line(text: &str, width: usize) -> String {
    let line = safe(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= width {
        return line;
    }
    text::shortened(&line, width.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_error_is_shown_without_the_number_of_the_operating_system() {
        let said = "offer.md: No such file or directory (os error 2); name another";
        assert_eq!(without_os_number(said), "offer.md: no such file or folder; name another");
        assert_eq!(without_os_number("a text (os error of mine)"), "a text (os error of mine)");
    }

    #[test]
    fn what_was_replaced_is_named_by_its_day_and_minute() {
        assert_eq!(replaced(Some("2026-11-25T03:00:00")), "Replaces the findings of 2026-11-25 03:00\n");
        assert_eq!(replaced(None), "");
        assert_eq!((minute("2026"), minute("\u{1b}[31m")), ("2026".into(), "\\u{1b}[31m".into()));
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(
            (thousands(0), thousands(999), thousands(1_234_567)),
            ("0".into(), "999".into(), "1,234,567".into())
        );
        assert_eq!((points(0.0625), points(-0.0004), points(-0.0625)), ("+6.2".into(), "0.0".into(), "-6.2".into()));
        assert_eq!((dollars(0.0), dollars(0.0042), dollars(1.366)), ("$0".into(), "$0.0042".into(), "$1.37".into()));
        let tiny = Interval { low: 0.000_32, high: 0.0 };
        assert_eq!(interval(tiny), "+0.03 to 0.0 points");
        assert_eq!(count(1, "persona", "personas"), "1 persona");
        assert_eq!(duration(Duration::from_secs(200)), "3 min 20 s");
    }

    #[test]
    fn escape_sequences_are_shown_and_not_obeyed() {
        assert_eq!(safe("a\u{1b}[31mred\r\nb\u{202e}"), "a\\u{1b}[31mred\nb\\u{202e}");
        assert_eq!(one_line("one\n two\tthree four", 12), "one two thr…");
    }

    #[test]
    fn a_name_comes_out_whole_for_a_shell_however_long_it_is() {
        assert_eq!((shell("spring"), shell("it's"), shell("")), ("spring".into(), "'it'\\''s'".into(), "''".into()));
        let long = format!("two  spaces {}", "x".repeat(300));
        assert_eq!(shell(&long), format!("'{long}'"));
        assert_eq!(shell("a\u{1b}[31m\nb"), "'a\\u{1b}[31m b'");
    }

    proptest! {
        #[test]
        fn safe_text_holds_no_control_character_but_line_breaks_and_tabs(text in "\\PC*|[\\x00-\\x1f\\x7f-\\u{9f}]*") {
            prop_assert!(safe(&text).chars().all(|c| !c.is_control() || c == '\n' || c == '\t'));
        }
    }
}
