//! Numbers in words, in the languages that the crate `text2num` reads; and those in Chinese characters.

use std::borrow::Cow;
use std::sync::LazyLock;

use text2num::{Language, Occurence, Token, find_numbers, get_interpreter_for};
use whatlang::{Detector, Lang};

use super::notation::power;
use super::units::begins_with_percent;
use super::{Exact, Form, Number, Reading, Unit, numbers};

static LANGUAGES: LazyLock<Vec<(Lang, Language)>> = LazyLock::new(|| {
    let codes = [
        (Lang::Eng, "en"),
        (Lang::Deu, "de"),
        (Lang::Fra, "fr"),
        (Lang::Spa, "es"),
        (Lang::Ita, "it"),
        (Lang::Nld, "nl"),
        (Lang::Por, "pt"),
        (Lang::Dan, "da"),
    ];
    codes.into_iter().filter_map(|(lang, code)| Some((lang, get_interpreter_for(code)?))).collect()
});

/// Characters by which a language is told.
const MOST_CHARACTERS: usize = 200;

/// The languages that a text may be in, of those whose numbers can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::evaluate::grounding) struct Tongues {
    languages: Vec<Lang>,
    are_certain: bool,
}

impl Tongues {
    /// The language of a text, as its beginning shows it.
    pub(in crate::evaluate::grounding) fn detect(text: &str) -> Self {
        static DETECTOR: LazyLock<Detector> =
            LazyLock::new(|| Detector::with_allowlist(LANGUAGES.iter().map(|(lang, _)| *lang).collect()));
        let end = text.char_indices().nth(MOST_CHARACTERS).map_or(text.len(), |(at, _)| at);
        let Some(info) = DETECTOR.detect(&text[..end]).filter(|_| !text.trim().is_empty()) else {
            return Tongues::default();
        };
        Tongues { languages: vec![info.lang()], are_certain: info.is_reliable() }
    }

    /// Whether the text is long enough to tell.
    pub(in crate::evaluate::grounding) fn are_certain(&self) -> bool {
        self.are_certain
    }

    /// These languages and others.
    pub(in crate::evaluate::grounding) fn and(mut self, others: &Tongues) -> Self {
        self.languages
            .extend(others.languages.iter().filter(|lang| !self.languages.contains(lang)).copied().collect::<Vec<_>>());
        self
    }
}

/// The cardinal numbers of a text that are written in words.
pub(in crate::evaluate::grounding) fn spoken_numbers(text: &str, tongues: &Tongues) -> Vec<Number> {
    let mut found = ideographic(text);
    found.extend(spoken(text, tongues, |number| !number.is_ordinal));
    found
}

/// The ordinal numbers of a text that are written in words.
pub(in crate::evaluate::grounding) fn spoken_ordinals(text: &str, tongues: &Tongues) -> Vec<Number> {
    spoken(text, tongues, |number| number.is_ordinal)
}

fn spoken(text: &str, tongues: &Tongues, is_wanted: impl Fn(&Occurence) -> bool) -> Vec<Number> {
    let mut found = Vec::new();
    let words = words(text);
    for (_, language) in LANGUAGES.iter().filter(|(lang, _)| tongues.languages.contains(lang)) {
        for number in find_numbers(words.iter(), language, 0.0) {
            let (Some(first), Some(last)) = (words.get(number.start), words.get(number.end.saturating_sub(1))) else {
                continue;
            };
            let written = numbers(&number.text).into_iter().next();
            if let Some(written) = written.filter(|_| is_wanted(&number)) {
                let (start, end) = (first.start, last.start + last.text.len());
                let mut number = Number { start, end, form: Form::Words, is_year: false, ..written };
                if begins_with_percent(&text[end..]) {
                    number.count_hundredths(1);
                }
                found.push(number);
            }
        }
    }
    found
}

/// A word of a text, or a mark between words.
struct Word<'a> {
    text: &'a str,
    start: usize,
    kind: WordKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum WordKind {
    Letters,
    Digits,
    Mark,
}

impl Token for &Word<'_> {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.text)
    }

    fn text_lowercase(&self) -> Cow<'_, str> {
        if self.text.bytes().all(|byte| byte.is_ascii_lowercase()) {
            Cow::Borrowed(self.text)
        } else {
            Cow::Owned(self.text.to_lowercase())
        }
    }

    fn not_a_number_part(&self) -> bool {
        self.kind == WordKind::Digits
    }
}

/// Words, runs of digits and marks. Spaces are left out, and ends of lines are marks: no number goes on behind one.
fn words(text: &str) -> Vec<Word<'_>> {
    let kind = |letter: char| match letter {
        '\n' => Some(WordKind::Mark),
        _ if letter.is_whitespace() => None,
        _ if letter.is_alphabetic() => Some(WordKind::Letters),
        _ if letter.is_numeric() => Some(WordKind::Digits),
        _ => Some(WordKind::Mark),
    };
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut open = None;
    for (at, letter) in text.char_indices() {
        let now = kind(letter);
        if now != open || now == Some(WordKind::Mark) {
            words.extend(now.map(|kind| Word { text: "", start: at, kind }));
        }
        if let (Some(_), Some(word)) = (now, words.last_mut()) {
            word.text = &text[word.start..at + letter.len_utf8()];
        }
        open = now;
    }
    words
}

/// Numbers in Chinese characters, of two characters or more with a power of ten among them: one alone is part of a word
/// as often as not.
fn ideographic(text: &str) -> Vec<Number> {
    let mut found = Vec::new();
    let mut run: Vec<Numeral> = Vec::new();
    let mut start = 0;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        if let Some(numeral) = numeral(letter) {
            if run.is_empty() {
                start = at;
            }
            run.push(numeral);
        } else if !run.is_empty() {
            found.extend(value(&run).map(|value| {
                let exact = Exact::from_integer(value);
                let readings = vec![Reading { value: exact, quantum: Exact::from_integer(1), unit: Unit::Plain }];
                Number { start, end: at, readings, form: Form::Words, is_year: false, parts: Vec::new() }
            }));
            run.clear();
        }
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Numeral {
    Digit(i128),
    /// Ten, a hundred, a thousand.
    Small(i128),
    /// Ten thousand and more.
    Large(i128),
}

fn numeral(letter: char) -> Option<Numeral> {
    const DIGITS: &str = "\u{3007}\u{4e00}\u{4e8c}\u{4e09}\u{56db}\u{4e94}\u{516d}\u{4e03}\u{516b}\u{4e5d}";
    if !('\u{3007}'..='\u{9fff}').contains(&letter) {
        return None;
    }
    if let Some(value) = DIGITS.chars().position(|digit| digit == letter) {
        return Some(Numeral::Digit(value as i128));
    }
    let powers = super::units::ideograph(letter)?;
    Some(if powers < 4 { Numeral::Small(power(powers)) } else { Numeral::Large(power(powers)) })
}

fn value(run: &[Numeral]) -> Option<i128> {
    let has_power = run.iter().any(|numeral| !matches!(numeral, Numeral::Digit(_)));
    if run.len() < 2 || run.len() > 20 || !has_power || matches!(run[0], Numeral::Large(_)) {
        return None;
    }
    let (mut total, mut section, mut open) = (0_i128, 0_i128, None::<i128>);
    for numeral in run {
        match *numeral {
            // Two digits in a row are no number of this kind.
            Numeral::Digit(digit) => {
                if open.replace(digit).is_some() {
                    return None;
                }
            }
            Numeral::Small(power) => section += open.take().unwrap_or(1) * power,
            Numeral::Large(power) => {
                total += (section + open.take().unwrap_or(0)).checked_mul(power)?;
                section = 0;
            }
        }
    }
    Some(total + section + open.unwrap_or(0))
}
