//! Figures: numbers with their units, in digits or in words.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::digits::in_digits;
use super::spoken::in_words;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Parts of a hundred.
    Percent,
    /// Multiples.
    Times,
    /// Dollars, euros, pounds.
    Money,
    /// A time, in hours.
    Time,
    /// People or organisations.
    Heads,
    /// Pages, words, questions and the like: the size of a text or of an ask, and no claim.
    Text,
    /// Anything else.
    Bare,
}

/// One figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figure {
    /// Its first character.
    pub start: usize,
    /// One past its last, the unit included.
    pub end: usize,
    /// The number; of a range its lower end. Times are in hours. 0 where only the order is said (`in days`, `hundreds`).
    pub value: f64,
    /// The upper end of a range, else the same as `value`.
    pub high: f64,
    /// What it counts.
    pub unit: Unit,
    /// Whether it is written in words.
    pub in_words: bool,
    /// Whether a time is given in minutes.
    pub minutes: bool,
}

/// Hours of each unit of time, by its names.
const HOURS: &[(&str, f64)] = &[
    ("second seconds sec", 1.0 / 3600.0),
    ("minute minutes min mins", 1.0 / 60.0),
    ("hour hours hr hrs h", 1.0),
    ("day days night nights afternoon", 24.0),
    ("week weeks wk", 168.0),
    ("sprint sprints", 336.0),
    ("month months", 730.0),
    ("quarter quarters", 2190.0),
    ("year years", 8760.0),
    ("decade decades", 87600.0),
];

pub(super) fn hours_of(word: &str) -> Option<f64> {
    static NAMES: LazyLock<HashMap<&str, f64>> = LazyLock::new(|| {
        HOURS.iter().flat_map(|(names, hours)| names.split(' ').map(move |name| (name, *hours))).collect()
    });
    NAMES.get(word).copied()
}

static TEXT: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "page pages pager word words sentence sentences line lines paragraph paragraphs question questions slide \
    slides bullet bullets point points things thing idea ideas option options slot slots character characters \
    reasons reason screenshot screenshots example examples part step steps c minutes' clicks click"
        .split(' ')
        .collect()
});

static HEADS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "people person persons employee employees staff heads engineers agents reps members customer customers client \
    clients company companies team teams firm firms organization organizations organisation organisations \
    businesses users user clinics clinic stores sites locations startups hospitals brands enterprises agencies \
    practices schools banks retailers manufacturers operators countries fte ftes headcount founders plants \
    fleets warehouses drivers technicians crews restaurants hotels accounts specialists workers landlords \
    offices leaders merchants strong seats developers nurses shops providers"
        .split(' ')
        .collect()
});

pub(super) fn unit_of(word: &str) -> Option<(Unit, f64)> {
    if let Some(hours) = hours_of(word) {
        return Some((Unit::Time, hours));
    }
    match word {
        "percent" | "percentage" | "pct" => Some((Unit::Percent, 1.0)),
        "x" | "times" | "fold" => Some((Unit::Times, 1.0)),
        "p" | "pence" | "cents" | "ct" => Some((Unit::Money, 0.01)),
        "dollars" | "euros" | "pounds" | "usd" | "eur" | "gbp" | "bucks" | "quid" | "kronor" | "kr" => {
            Some((Unit::Money, 1.0))
        }
        _ if TEXT.contains(word) => Some((Unit::Text, 1.0)),
        _ if HEADS.contains(word) => Some((Unit::Heads, 1.0)),
        _ => None,
    }
}

/// All figures of a folded text in lower case.
pub(super) fn figures(low: &str) -> Vec<Figure> {
    let mut found = in_digits(low);
    in_words(low, &mut found);
    found.sort_by_key(|figure| figure.start);
    found
}

/// The unit in the next word, or in the one after an adjective: `20 more hours`, `50-person`, `5 full days`.
pub(super) fn following_unit(low: &str, end: usize) -> Option<(Unit, f64, usize)> {
    const BETWEEN: &[&str] = &[
        "more",
        "fewer",
        "full",
        "extra",
        "whole",
        "business",
        "working",
        "other",
        "new",
        "paying",
        "different",
        "similar",
        "solid",
        "additional",
        "calendar",
        "consecutive",
        "short",
        "straight",
        "percentage",
        "active",
        "enterprise",
        "our",
    ];
    let mut at = end;
    for step in 0..3 {
        let rest = &low[at..];
        let gap = rest.bytes().take_while(|byte| matches!(byte, b' ' | b'-')).count();
        if gap > 2 || (gap == 0 && step > 0) {
            return None;
        }
        let from = at + gap;
        let word: &str = &low[from..from + low[from..].bytes().take_while(u8::is_ascii_alphabetic).count()];
        if let Some((unit, factor)) = unit_of(word) {
            // A `p` apart is a letter, `65p` are pence.
            if word == "p" && gap > 0 {
                return None;
            }
            // `3 hours` and `3h` are times; an `h` or an `m` that stands alone is a letter.
            return (gap == 0 || word.len() > 1).then_some((unit, factor, from + word.len()));
        }
        if !BETWEEN.contains(&word) {
            return None;
        }
        at = from + word.len();
    }
    None
}

impl Figure {
    /// Whether another figure says the same: the same number, of the same kind.
    pub(super) fn is_said_by(&self, other: &Figure) -> bool {
        let units = self.unit == other.unit
            || matches!((self.unit, other.unit), (Unit::Bare, unit) | (unit, Unit::Bare) if !matches!(unit, Unit::Percent | Unit::Money | Unit::Times));
        let near = |a: f64, b: f64| (a - b).abs() <= 0.011 * a.abs().max(b.abs()).max(0.01);
        let ends = |value: f64| near(value, other.value) || near(value, other.high);
        units && ends(self.value) && ends(self.high) && (self.value > 0.0 || other.value == 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(f64, f64, Unit)> {
        figures(text).iter().map(|figure| (figure.value, figure.high, figure.unit)).collect()
    }

    #[test]
    fn figures_in_digits_are_read_with_their_units() {
        assert_eq!(read("cut by 45% and 60-70%"), [(45.0, 45.0, Unit::Percent), (60.0, 70.0, Unit::Percent)]);
        assert_eq!(read("from $1.2m to $600 a month"), [(1.2e6, 1.2e6, Unit::Money), (600.0, 600.0, Unit::Money)]);
        assert_eq!(read("3x faster, a 50-person team"), [(3.0, 3.0, Unit::Times), (50.0, 50.0, Unit::Heads)]);
        assert_eq!(read("20+ hours/week, 1,200 drivers"), [(20.0, 20.0, Unit::Time), (1200.0, 1200.0, Unit::Heads)]);
        assert_eq!(read("10 to 2,000 employees"), [(10.0, 2000.0, Unit::Heads)]);
        assert_eq!(read("99.9% uptime"), [(99.9, 99.9, Unit::Percent)]);
    }

    #[test]
    fn figures_in_words_are_read() {
        assert_eq!(read("it halved twice"), [(50.0, 50.0, Unit::Percent), (2.0, 2.0, Unit::Times)]);
        assert_eq!(
            read("twenty-five hours, two hundred clinics"),
            [(25.0, 25.0, Unit::Time), (200.0, 200.0, Unit::Heads)]
        );
        assert_eq!(read("live in a day"), [(24.0, 24.0, Unit::Time)]);
        assert_eq!(read("a third of the time"), [(33.3, 33.3, Unit::Percent)]);
        assert_eq!(read("half an hour"), [(0.5, 0.5, Unit::Time)]);
        assert_eq!(read("within the first quarter"), [(2190.0, 2190.0, Unit::Time)]);
    }

    #[test]
    fn dates_times_of_day_names_and_ordinals_are_no_figures() {
        for text in
            ["tuesday at 2 pm", "at 10:30", "24/7", "the 3rd", "b2b", "a third party", "v2.1", "one of us", "2-3pm"]
        {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn equal_figures_are_found_equal_in_other_words() {
        let same = |a: &str, b: &str| figures(a)[0].is_said_by(&figures(b)[0]);
        assert!(same("half of it", "50%"));
        assert!(same("60 minutes", "1 hour"));
        assert!(same("forty-five percent", "45%"));
        assert!(!same("45%", "45 people") && !same("45%", "4.5%") && !same("60-70%", "60%"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_spans_lie_inside(text in "[ -~\n]{0,80}|[0-9a-z%$ .,:/+-]{0,60}") {
            for figure in figures(&text.to_ascii_lowercase()) {
                prop_assert!(figure.start < figure.end && figure.end <= text.len());
            }
        }
    }
}
