//! Dates in digits, in the orders in which people write them.
//!
//! Sources often have the month as a word, which no code reads here. Then day and year are held against them, and the
//! month is left to the model, as it is where the message has it as a word.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A date in digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Date {
    /// Its bytes.
    pub range: Range<usize>,
    /// Four digits, or the last two.
    year: Option<u32>,
    /// Day and month; several where the order is open, none in `Q3/26`. The day is 0 where there is none.
    days: Vec<(u32, u32)>,
}

/// The dates of a text, in order.
pub(super) fn dates(text: &str) -> Vec<Date> {
    static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?x)
            (?-u:\b)(?:
              (?<y1>[0-9]{4})(?:[-/.](?<m1>[0-9]{1,2})[-/.](?<d1>[0-9]{1,2})(?-u:\b)
                |[年년]\s?(?<m2>[0-9]{1,2})[月월](?:\s?(?<d2>[0-9]{1,2})[日일])?)
            | (?<m3>[0-9]{1,2})[月월]\s?(?<d3>[0-9]{1,2})[日일]
            | (?:(?<d0>[0-9]{1,2})\.(?<m0>[0-9]{1,2})\.(?:\s?[-–]\s?|\s\p{Ll}{1,4}\s))?
              (?<a>[0-9]{1,2})(?:\.\s?(?<b1>[0-9]{1,2})\.\s?|[-/](?<b2>[0-9]{1,2})[-/])
              (?<y2>[0-9]{4}|[0-9]{2})(?-u:\b)
            | Q[1-4](?:/|\s?['’])(?<y3>[0-9]{2})(?-u:\b)
            )",
        )
        .ok()
    });
    if text.bytes().filter(u8::is_ascii_digit).take(3).count() < 3 {
        return Vec::new();
    }
    DATE.iter().flat_map(|date| date.captures_iter(text)).flat_map(|found| read(&found)).collect()
}

fn read(found: &Captures<'_>) -> Vec<Date> {
    let number = |names: &[&str]| -> Option<u32> {
        names.iter().find_map(|name| found.name(name)).and_then(|digits| digits.as_str().parse().ok())
    };
    let year = number(&["y1", "y2", "y3"]);
    let whole = found.get(0).map_or(0..0, |whole| whole.range());
    let mut dates = Vec::new();
    let mut start = whole.start;
    if let (Some(day), Some(month), Some(rest)) = (number(&["d0"]), number(&["m0"]), found.name("a")) {
        dates.push(Date { range: start..rest.start(), year, days: vec![(day, month)] });
        start = rest.start();
    }
    let days = match (number(&["d1", "d2", "d3"]), number(&["m1", "m2", "m3"])) {
        (Some(day), Some(month)) => vec![(day, month)],
        (None, Some(month)) => vec![(0, month)],
        _ => match (number(&["a"]), number(&["b1"]), number(&["b2"])) {
            (Some(day), Some(month), _) => vec![(day, month)],
            (Some(one), None, Some(other)) => vec![(one, other), (other, one)],
            _ => Vec::new(),
        },
    };
    dates.push(Date { range: start..whole.end, year, days });
    dates
}

impl Date {
    /// Whether its day and its year are among quoted numbers, and its month is that of the `quoted` dates in digits if
    /// one of them is of the same day and year.
    pub(super) fn follows(&self, quoted: &[Date], is_quoted: impl Fn(u32) -> bool) -> bool {
        let is_year =
            |year: u32| is_quoted(year) || (year < 100 && (19..21).any(|century| is_quoted(century * 100 + year)));
        let may_be = |(day, month): &(u32, u32)| {
            let others = || quoted.iter().filter(|other| other.is_of(self.year)).flat_map(|other| &other.days);
            let is_known = others().any(|(other, _)| other == day);
            (0..=31).contains(day)
                && (1..=12).contains(month)
                && (*day == 0 || is_quoted(*day))
                && (!is_known || others().any(|other| other == &(*day, *month)))
        };
        self.year.is_none_or(is_year) && (self.days.is_empty() || self.days.iter().any(may_be))
    }

    fn is_of(&self, year: Option<u32>) -> bool {
        self.year.zip(year).is_none_or(|(one, other)| one % 100 == other % 100)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn follows(claim: &str, quotation: &str, numbers: &[u32]) -> bool {
        let claimed = dates(claim);
        assert!(!claimed.is_empty(), "{claim}");
        claimed.iter().all(|date| date.follows(&dates(quotation), |number| numbers.contains(&number)))
    }

    #[test]
    fn day_and_year_are_held_and_a_month_in_words_is_left_to_the_model() {
        let quotation = "on 23 May 2028";
        for date in ["23.5.2028", "23. 05. 2028", "2028-05-23", "5/23/2028", "23/05/28", "2028年5月23日", "5월 23일"]
        {
            assert!(follows(date, quotation, &[23, 2028]), "{date}");
        }
        for date in ["24.5.2028", "23.5.2029", "2028-05-24", "5/24/2028", "23.13.2028", "23/05/29"] {
            assert!(!follows(date, quotation, &[23, 2028]), "{date}");
        }
        assert!(follows("Q2/28", "Q2 2028", &[2, 2028]));
        assert!(follows("3.5. bis 23.5.2028", "from 3 to 23 May 2028", &[3, 23, 2028]));
        assert!(!follows("4.5. bis 23.5.2028", "from 3 to 23 May 2028", &[3, 23, 2028]));
    }

    #[test]
    fn a_month_in_digits_is_held() {
        let numbers = [23, 5, 6, 2028];
        assert!(follows("2028-05-23", "23.5.2028", &numbers) && follows("23/05/28", "2028年5月23日", &numbers));
        assert!(!follows("2028-06-23", "23.5.2028", &numbers) && !follows("6/23/2028", "2028-05-23", &numbers));
    }

    #[test]
    fn versions_sums_and_prices_are_no_dates() {
        for text in ["version 1.2.3", "24/7", "1,234.56", "192.168.10.20", "2028-2029", "1.5.", "3/4"] {
            assert_eq!(dates(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9./Q年月日 '-]{0,40}") {
            for date in dates(&text) {
                let _ = &text[date.range];
            }
        }
    }
}
