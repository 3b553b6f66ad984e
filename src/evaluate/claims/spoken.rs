//! Figures that are written in words.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::figures::{Figure, Unit, following_unit, hours_of, unit_of};
use super::words::tokens;

/// Numbers in words: from one on, then the tens from twenty on, then what is counted in.
const SMALL: &str = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen \
    seventeen eighteen nineteen";
const TENS: &str = "twenty thirty forty fifty sixty seventy eighty ninety";

pub(super) fn number_word(word: &str) -> Option<f64> {
    // Asked for every word of every text: a fifth of the audit's time where it was looked for in a list.
    static NUMBERS: LazyLock<HashMap<&str, f64>> = LazyLock::new(|| {
        let small = SMALL.split(' ').zip(1_u8..).map(|(word, value)| (word, f64::from(value)));
        let tens = TENS.split(' ').zip(2_u8..).map(|(word, value)| (word, 10.0 * f64::from(value)));
        small.chain(tens).chain([("hundred", 100.0), ("dozen", 12.0)]).collect()
    });
    NUMBERS.get(word).copied()
}

/// Adds the figures of a folded text in lower case that are written in words.
pub(super) fn in_words(low: &str, found: &mut Vec<Figure>) {
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
                    // `Half a page`: the size of a text.
                    (_, Some((Unit::Text, _))) => {}
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
            // `cut to minutes`, `down to a few hours`
            "to" | "into"
                if matches!(
                    at(index + 1),
                    "a" | "just" | "mere" | "minutes" | "seconds" | "hours" | "days" | "under"
                ) =>
            {
                if let Some((to, hours, 0.0)) = bare_time(&words, index) {
                    push(Figure { minutes: hours < 1.0, ..figure(words[index + 1].0, to, 0.0, Unit::Time) });
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
                if !counted && of_work && number_word(before(index)).is_none() {
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
                } else if let Some((value, last)) = spoken_number(&words, index)
                    && value > 10.0
                    && is_counted(at(last + 1))
                {
                    push(figure(start, words[last].0 + words[last].1.len(), value, Unit::Bare));
                    index = last;
                }
            }
        }
        index += 1;
    }
}

/// A number in words that begins at this word: `twenty-five`, `two hundred`, `a dozen`.
fn spoken_number(words: &[(usize, &str)], index: usize) -> Option<(f64, usize)> {
    let value = |index: usize| number_word(words.get(index)?.1);
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
    let hours = hours_of(word)?;
    let plural = word.ends_with('s');
    (plural || counted).then_some((start + word.len(), hours, if plural { 0.0 } else { 1.0 }))
}

/// Whether a word can be what a number counts: `forty tickets`.
fn is_counted(word: &str) -> bool {
    word.len() > 3
        && word.ends_with('s')
        && !word.ends_with("ss")
        && !matches!(word, "this" | "does" | "always" | "less")
}
