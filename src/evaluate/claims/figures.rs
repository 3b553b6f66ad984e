//! Figures: numbers with their units, in digits or in words.

use super::fold::{EURO, POUND};

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

const HOURS: [(&str, f64); 30] = [
    ("second", 1.0 / 3600.0),
    ("seconds", 1.0 / 3600.0),
    ("sec", 1.0 / 3600.0),
    ("minute", 1.0 / 60.0),
    ("minutes", 1.0 / 60.0),
    ("min", 1.0 / 60.0),
    ("mins", 1.0 / 60.0),
    ("hour", 1.0),
    ("hours", 1.0),
    ("hr", 1.0),
    ("hrs", 1.0),
    ("h", 1.0),
    ("day", 24.0),
    ("days", 24.0),
    ("night", 24.0),
    ("nights", 24.0),
    ("afternoon", 24.0),
    ("week", 168.0),
    ("weeks", 168.0),
    ("wk", 168.0),
    ("sprint", 336.0),
    ("sprints", 336.0),
    ("month", 730.0),
    ("months", 730.0),
    ("quarter", 2190.0),
    ("quarters", 2190.0),
    ("year", 8760.0),
    ("years", 8760.0),
    ("decade", 87600.0),
    ("decades", 87600.0),
];

const TEXT: &[&str] = &[
    "page",
    "pages",
    "pager",
    "word",
    "words",
    "sentence",
    "sentences",
    "line",
    "lines",
    "paragraph",
    "paragraphs",
    "question",
    "questions",
    "slide",
    "slides",
    "bullet",
    "bullets",
    "point",
    "points",
    "things",
    "thing",
    "idea",
    "ideas",
    "option",
    "options",
    "slot",
    "slots",
    "character",
    "characters",
    "reasons",
    "reason",
    "screenshot",
    "screenshots",
    "example",
    "examples",
    "part",
    "step",
    "steps",
    "c",
    "minutes'",
    "clicks",
    "click",
];

const HEADS: &[&str] = &[
    "people",
    "person",
    "persons",
    "employee",
    "employees",
    "staff",
    "heads",
    "engineers",
    "agents",
    "reps",
    "members",
    "customer",
    "customers",
    "client",
    "clients",
    "company",
    "companies",
    "team",
    "teams",
    "firm",
    "firms",
    "organization",
    "organizations",
    "organisation",
    "organisations",
    "businesses",
    "users",
    "user",
    "clinics",
    "clinic",
    "stores",
    "sites",
    "locations",
    "startups",
    "hospitals",
    "brands",
    "enterprises",
    "agencies",
    "practices",
    "schools",
    "banks",
    "retailers",
    "manufacturers",
    "operators",
    "countries",
    "fte",
    "ftes",
    "headcount",
    "founders",
    "plants",
    "fleets",
    "warehouses",
    "drivers",
    "technicians",
    "crews",
    "restaurants",
    "hotels",
    "accounts",
    "specialists",
    "workers",
    "landlords",
    "offices",
    "leaders",
    "merchants",
    "strong",
    "seats",
    "developers",
    "nurses",
    "shops",
    "providers",
];

fn unit_of(word: &str) -> Option<(Unit, f64)> {
    if let Some((_, hours)) = HOURS.iter().find(|(name, _)| *name == word) {
        return Some((Unit::Time, *hours));
    }
    match word {
        "percent" | "percentage" | "pct" => Some((Unit::Percent, 1.0)),
        "x" | "times" | "fold" => Some((Unit::Times, 1.0)),
        "dollars" | "euros" | "pounds" | "usd" | "eur" | "gbp" | "bucks" | "cents" => Some((Unit::Money, 1.0)),
        _ if TEXT.contains(&word) => Some((Unit::Text, 1.0)),
        _ if HEADS.contains(&word) => Some((Unit::Heads, 1.0)),
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

fn in_digits(low: &str) -> Vec<Figure> {
    let bytes = low.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = digits_end(bytes, at);
        if at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'_' | b'@' | b'.')) {
            at = end;
            continue;
        }
        let (figure, next) = digit_figure(low, at, end);
        found.extend(figure);
        at = next;
    }
    found
}

fn digits_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len()
        && (bytes[at].is_ascii_digit()
            || (matches!(bytes[at], b',' | b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)))
    {
        at += 1;
    }
    at
}

/// `1,200` is twelve hundred, and `2,5` two and a half.
fn number(text: &str) -> Option<f64> {
    let thousands = text.split(',').skip(1).all(|part| part.split('.').next().is_some_and(|part| part.len() == 3));
    let plain = if thousands { text.replace(',', "") } else { text.replacen(',', ".", 1) };
    plain.parse().ok()
}

/// A factor behind the digits: `20k`, `$1.2m`, `3 million`.
fn scale(low: &str, at: usize, money: bool) -> (f64, usize) {
    let rest = &low[at..];
    let word: &str = &rest[..rest.bytes().take_while(u8::is_ascii_alphabetic).count()];
    match word {
        "k" => return (1e3, at + 1),
        "m" | "mm" if money => return (1e6, at + word.len()),
        "bn" => return (1e9, at + 2),
        "b" if money => return (1e9, at + 1),
        _ => {}
    }
    let spaced = rest.strip_prefix(' ').unwrap_or("");
    for (name, factor) in [("thousand", 1e3), ("million", 1e6), ("billion", 1e9), ("hundred", 1e2)] {
        if spaced.starts_with(name) {
            return (factor, at + 1 + name.len());
        }
    }
    (1.0, at)
}

fn digit_figure(low: &str, start: usize, digits: usize) -> (Option<Figure>, usize) {
    let bytes = low.as_bytes();
    let is_currency = |byte: u8| matches!(byte, b'$' | POUND | EURO);
    let before = start.checked_sub(1).map(|at| bytes[at]);
    let money = before.is_some_and(is_currency);
    let Some(value) = number(&low[start..digits]) else { return (None, digits) };
    let (factor, mut end) = scale(low, digits, money);
    let mut value = value * factor;
    let mut high = value;
    // Dates, times of day and the like: 10:30, 24/7, 3rd, 2 pm, 555-0100.
    let joined = |at: usize| {
        bytes.get(at).is_some_and(|byte| matches!(byte, b':' | b'/'))
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    };
    if joined(end) || before == Some(b'/') || before == Some(b':') || is_ordinal(low, end) || is_clock(low, end) {
        return (None, skip_joined(bytes, end));
    }
    let mut seen_percent = false;
    if bytes.get(end) == Some(&b'%') {
        seen_percent = true;
        end += 1;
    }
    if bytes.get(end) == Some(&b'+') {
        end += 1;
    }
    // A range: 60-70, 10 to 2,000.
    let rest = &low[end..];
    for joint in ["-", " - ", " to ", " or ", "-to-"] {
        let Some(after) = rest.strip_prefix(joint) else { continue };
        // `From 3 to 4` tells of a change and has two figures.
        if joint == " to " && low[..start].trim_end_matches(['$', '\u{2}', '\u{3}']).ends_with("from ") {
            break;
        }
        let skip = usize::from(after.bytes().next().is_some_and(is_currency));
        let from = end + joint.len() + skip;
        if bytes.get(from).is_some_and(u8::is_ascii_digit) {
            let to = digits_end(bytes, from);
            if let Some(upper) = number(&low[from..to]) {
                let (factor, to) = scale(low, to, money);
                if is_clock(low, to) {
                    return (None, to);
                }
                high = upper * factor;
                end = to;
                if bytes.get(end) == Some(&b'%') {
                    seen_percent = true;
                    end += 1;
                }
                if bytes.get(end) == Some(&b'+') {
                    end += 1;
                }
            }
        }
        break;
    }
    let (mut unit, mut minutes) = (Unit::Bare, false);
    if money {
        unit = Unit::Money;
    } else if seen_percent {
        unit = Unit::Percent;
    } else if let Some((found, hours, to)) = following_unit(low, end) {
        unit = found;
        if found == Unit::Time {
            minutes = hours < 1.0;
            value *= hours;
            high *= hours;
        }
        end = to;
    }
    let start = if money { start - 1 } else { start };
    (Some(Figure { start, end, value, high, unit, in_words: false, minutes }), end)
}

fn skip_joined(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b':' | b'/' | b'-' | b'.')) {
        at += 1;
    }
    at
}

fn is_ordinal(low: &str, at: usize) -> bool {
    let word: String = low[at..].chars().take_while(char::is_ascii_alphabetic).collect();
    matches!(word.as_str(), "st" | "nd" | "rd" | "th")
}

fn is_clock(low: &str, at: usize) -> bool {
    let rest = low[at..].trim_start_matches(' ');
    let word: String = rest.chars().take_while(|c| c.is_ascii_alphabetic() || *c == '.').collect();
    let word = word.trim_end_matches('.');
    matches!(
        word,
        "am" | "pm"
            | "a.m"
            | "p.m"
            | "est"
            | "pst"
            | "cst"
            | "cet"
            | "gmt"
            | "utc"
            | "et"
            | "pt"
            | "ct"
            | "bst"
            | "o'clock"
    )
}

/// The unit in the next word, or in the one after an adjective: `20 more hours`, `50-person`, `5 full days`.
fn following_unit(low: &str, end: usize) -> Option<(Unit, f64, usize)> {
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

const NUMBERS: [(&str, f64); 29] = [
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("seventeen", 17.0),
    ("eighteen", 18.0),
    ("nineteen", 19.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("seventy", 70.0),
    ("eighty", 80.0),
    ("ninety", 90.0),
    ("hundred", 100.0),
    ("dozen", 12.0),
];

/// Words with their places.
pub(super) fn tokens(low: &str) -> impl Iterator<Item = (usize, &str)> {
    let base = low.as_ptr() as usize;
    low.split(|c: char| !(c.is_ascii_alphanumeric() || c == '\''))
        .filter(|word| !word.is_empty())
        .map(move |word| (word.as_ptr() as usize - base, word))
}

fn in_words(low: &str, found: &mut Vec<Figure>) {
    let words: Vec<(usize, &str)> = tokens(low).collect();
    let at = |index: usize| words.get(index).map_or("", |(_, word)| *word);
    let before = |index: usize| index.checked_sub(1).map_or("", at);
    let mut index = 0;
    while index < words.len() {
        let (start, word) = words[index];
        let end = start + word.len();
        let figure =
            |start, end, value, unit| Figure { start, end, value, high: value, unit, in_words: true, minutes: false };
        let mut push = |figure: Figure| found.push(figure);
        match word {
            "halve" | "halves" | "halved" | "halving" => push(figure(start, end, 50.0, Unit::Percent)),
            "doubled" | "doubles" | "doubling" | "twice" | "twofold" => push(figure(start, end, 2.0, Unit::Times)),
            "double"
                if matches!(
                    at(index + 1),
                    "your" | "their" | "the" | "its" | "our" | "output" | "capacity" | "throughput"
                ) =>
            {
                push(figure(start, end, 2.0, Unit::Times));
            }
            "tripled" | "triples" | "tripling" | "threefold" => push(figure(start, end, 3.0, Unit::Times)),
            "quadrupled" | "quadruples" | "quadrupling" | "fourfold" => push(figure(start, end, 4.0, Unit::Times)),
            "tenfold" => push(figure(start, end, 10.0, Unit::Times)),
            "overnight" => push(figure(start, end, 0.0, Unit::Time)),
            "half" => {
                let article = usize::from(matches!(at(index + 1), "a" | "an"));
                match (article, unit_of(at(index + 1 + article))) {
                    (_, Some((Unit::Time, hours))) => {
                        let (from, unit) = words[index + 1 + article];
                        push(Figure {
                            minutes: hours <= 1.0,
                            ..figure(start, from + unit.len(), hours / 2.0, Unit::Time)
                        });
                        index += 1 + article;
                    }
                    _ if !matches!(before(index), "first" | "second" | "other" | "better" | "back") => {
                        push(figure(start, end, 50.0, Unit::Percent));
                    }
                    _ => {}
                }
            }
            "third" | "thirds"
                if matches!(before(index), "a" | "one" | "two")
                    && !matches!(at(index + 1), "party" | "parties" | "time" | "way" | "option") =>
            {
                let (from, count) = words[index - 1];
                push(figure(from, end, if count == "two" { 66.7 } else { 33.3 }, Unit::Percent));
            }
            "quarter" | "quarters" if at(index + 1) == "of" && matches!(before(index), "a" | "one" | "three") => {
                let (from, count) = words[index - 1];
                push(figure(from, end, if count == "three" { 75.0 } else { 25.0 }, Unit::Percent));
            }
            "dozens" | "hundreds" | "thousands" | "scores" | "countless" => push(figure(start, end, 0.0, Unit::Heads)),
            // `in a day`, `within the first quarter`, `under an hour`, `in days`
            "before" if at(index + 1) == "the" && at(index + 3) == "is" && matches!(at(index + 4), "out" | "over") => {
                if let (Some((Unit::Time, hours)), Some((from, last))) = (unit_of(at(index + 2)), words.get(index + 4))
                {
                    push(figure(start, from + last.len(), hours, Unit::Time));
                }
            }
            // `a day a week`, `a day and a half every month`
            "a" | "an" if matches!(at(index + 1), "hour" | "day" | "week" | "afternoon") => {
                let more = if at(index + 2) == "and" && at(index + 4) == "half" { 5 } else { 2 };
                if matches!(at(index + more), "a" | "per" | "every" | "each") && unit_of(at(index + more + 1)).is_some()
                {
                    push(figure(start, words[index + 1].0 + words[index + 1].1.len(), 0.0, Unit::Time));
                }
            }
            "in" | "within" | "under" | "inside" | "after" | "than" => {
                if let Some((to, hours, value)) = bare_time(&words, index) {
                    push(Figure { minutes: hours < 1.0, ..figure(start, to, value * hours, Unit::Time) });
                }
            }
            "takes" | "needs" | "is"
                if matches!(
                    before(index),
                    "setup"
                        | "up"
                        | "onboarding"
                        | "implementation"
                        | "installation"
                        | "rollout"
                        | "migration"
                        | "deployment"
                        | "integration"
                        | "training"
                ) =>
            {
                if let Some((to, hours, value)) = bare_time(&words, index) {
                    push(Figure { minutes: hours < 1.0, ..figure(words[index + 1].0, to, value * hours, Unit::Time) });
                }
            }
            // `hours a week`, `hours every month`
            "hours" | "days" | "weeks" if matches!(at(index + 1), "a" | "per" | "every" | "each" | "of") => {
                let counted = before(index).bytes().all(|byte| byte.is_ascii_digit()) && !before(index).is_empty();
                let of_work = at(index + 1) != "of"
                    || matches!(at(index + 2), "manual" | "work" | "effort" | "admin" | "busywork");
                if !counted && of_work && !NUMBERS.iter().any(|(name, _)| *name == before(index)) {
                    push(figure(start, end, 0.0, Unit::Time));
                }
            }
            _ => {
                if let Some((to, percent)) = ratio(&words, index) {
                    push(Figure { in_words: false, ..figure(start, to, percent, Unit::Percent) });
                } else if let Some((value, last)) = spoken_number(&words, index)
                    && let Some((unit, factor, to)) = following_unit(low, words[last].0 + words[last].1.len())
                    && unit != Unit::Bare
                    && !(value == 1.0 && matches!(unit, Unit::Heads | Unit::Times))
                {
                    let (scale, minutes) = if unit == Unit::Time { (factor, factor < 1.0) } else { (1.0, false) };
                    push(Figure { minutes, ..figure(start, to, value * scale, unit) });
                    index = last;
                }
            }
        }
        index += 1;
    }
}

/// A number in words that begins at this word: `twenty-five`, `two hundred`, `a dozen`.
fn spoken_number(words: &[(usize, &str)], index: usize) -> Option<(f64, usize)> {
    let value = |index: usize| {
        let (_, word) = words.get(index)?;
        NUMBERS.iter().find(|(name, _)| name == word).map(|(_, value)| *value)
    };
    let first =
        if matches!(words[index].1, "a") { value(index + 1).filter(|value| *value >= 12.0)? } else { value(index)? };
    let mut last = if words[index].1 == "a" { index + 1 } else { index };
    let mut total = first;
    while let Some(next) = value(last + 1) {
        total = match next {
            100.0 | 12.0 if total < next => total * next,
            _ if (20.0..=90.0).contains(&total) && next < 10.0 => total + next,
            _ => break,
        };
        last += 1;
    }
    Some((total, last))
}

/// `Nine out of ten`, `one in three`, `97 of 100`: where it ends, and the percentage.
fn ratio(words: &[(usize, &str)], index: usize) -> Option<(usize, f64)> {
    let number = |at: usize| {
        let (_, word) = words.get(at)?;
        let digits = word.parse::<f64>().ok().map(|value| (value, at));
        digits.or_else(|| spoken_number(words, at))
    };
    let (part, last) = number(index)?;
    let of = match (words.get(last + 1)?.1, words.get(last + 2)?.1) {
        ("out", "of") => last + 3,
        ("in" | "of", _) => last + 2,
        _ => return None,
    };
    let (whole, end) = number(of)?;
    let usual = [2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 20.0, 50.0, 100.0].contains(&whole);
    (usual && part < whole && part >= 1.0).then(|| (words[end].0 + words[end].1.len(), 100.0 * part / whole))
}

/// A time without a number behind `in`, `within` and the like: where it ends, its hours, and 1 or (for `in days`) 0.
fn bare_time(words: &[(usize, &str)], index: usize) -> Option<(usize, f64, f64)> {
    const FILL: &[&str] = &[
        "just", "only", "less", "than", "under", "about", "roughly", "a", "an", "the", "single", "first", "one",
        "matter", "of", "mere", "few", "couple", "your",
    ];
    let mut at = index + 1;
    let mut counted = false;
    while words.get(at).is_some_and(|(_, word)| FILL.contains(word)) && at < index + 6 {
        counted |= matches!(words[at].1, "a" | "an" | "one" | "single" | "first");
        at += 1;
    }
    let (start, word) = words.get(at)?;
    let (_, hours) = HOURS.iter().find(|(name, _)| name == word)?;
    let plural = word.ends_with('s');
    (plural || counted).then_some((start + word.len(), *hours, if plural { 0.0 } else { 1.0 }))
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
