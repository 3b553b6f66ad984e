//! Dates of three numbers: whether the day or the month comes first is told by the other dates of the file.

use jiff::civil::{Date, Time};

use crate::data::moment::{moment, time_of_day};

/// What the dates of a file show. Dates with dots have the day first unless one of them says otherwise; of those with
/// slashes or dashes one must have a day above 12.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    dotted: Seen,
    others: Seen,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    day_first: bool,
    month_first: bool,
}

/// A date of three numbers.
struct Numbers {
    is_dotted: bool,
    first: i8,
    second: i8,
    year: i16,
    time: Option<Time>,
}

impl Orders {
    /// Takes in one more date; other texts say nothing.
    pub fn see(&mut self, text: &str) {
        let Some(numbers) = Numbers::of(text) else { return };
        let seen = if numbers.is_dotted { &mut self.dotted } else { &mut self.others };
        seen.day_first |= numbers.first > 12 && numbers.second <= 12;
        seen.month_first |= numbers.second > 12 && numbers.first <= 12;
    }

    /// A time as it is kept: as it stands where that means one moment, else with year, month and day in this order.
    /// `None` where it cannot be read.
    #[must_use]
    pub fn read(self, text: &str) -> Option<String> {
        if moment(text).is_some() {
            return Some(text.to_owned());
        }
        let Numbers { is_dotted, first, second, year, time } = Numbers::of(text)?;
        let seen = if is_dotted { self.dotted } else { self.others };
        let (day, month) = match (seen.day_first || (is_dotted && !seen.month_first), seen.month_first) {
            (true, false) => (first, second),
            (false, true) => (second, first),
            _ => return None,
        };
        let date = Date::new(year, month, day).ok()?;
        Some(time.map_or_else(|| date.to_string(), |time| date.to_datetime(time).to_string()))
    }
}

impl Numbers {
    /// `3.4.2026 08:00`, `04/03/2026, 8:00 AM`; `None` for another form, years of two digits included.
    fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let separator =
            text.chars().find(|letter| !letter.is_ascii_digit()).filter(|it| matches!(it, '.' | '/' | '-'))?;
        let (first, rest) = text.split_once(separator)?;
        let (second, rest) = rest.split_once(separator)?;
        let (year, after) = rest.split_at_checked(4)?;
        let is_whole = year.bytes().all(|byte| byte.is_ascii_digit())
            && !after.starts_with(|letter: char| letter.is_ascii_digit())
            && [first, second].iter().all(|part| matches!(part.len(), 1 | 2));
        let time = time_of_day(after).filter(|_| is_whole)?;
        let (first, second, year) = (first.parse().ok()?, second.trim_start().parse().ok()?, year.parse().ok()?);
        Some(Numbers { is_dotted: separator == '.', first, second, year, time })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(seen: &[&str], text: &str) -> Option<String> {
        let mut orders = Orders::default();
        seen.iter().for_each(|text| orders.see(text));
        orders.read(text)
    }

    #[test]
    fn the_order_of_day_and_month_is_what_the_file_shows() {
        let is = |seen: &[&str], text, wanted| assert_eq!(read(seen, text).as_deref(), wanted, "{seen:?} {text}");
        is(&["04/23/2026"], "04/03/2026 8:05 PM", Some("2026-04-03T20:05:00"));
        is(&["23/04/2026"], "04/03/2026", Some("2026-03-04"));
        is(&[], "04/03/2026", None);
        is(&["04/23/2026", "23/04/2026"], "04/03/2026", None);
        is(&[], "3.4.2026, 08:00", Some("2026-04-03T08:00:00"));
        is(&["04.23.2026"], "03.04.2026", Some("2026-03-04"));
        is(&["23-04-2026"], "03-04-2026", Some("2026-04-03"));
        // Dots show nothing of slashes.
        is(&["23.04.2026"], "03/04/2026", None);
    }

    #[test]
    fn what_is_no_date_is_unknown_and_what_means_one_moment_stays_as_it_is() {
        for text in ["", "soon", "31.02.2026", "1.2.26", "1.2.20266", "1.2.2026 soon", "-1.2.2026", "1.2", "1/2.2026"] {
            assert_eq!(read(&[], text), None, "{text}");
        }
        assert_eq!(read(&[], "2026-04-03T08:00:00+02:00").as_deref(), Some("2026-04-03T08:00:00+02:00"));
    }
}
