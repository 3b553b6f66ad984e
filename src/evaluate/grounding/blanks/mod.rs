//! Blanks that were never filled in: merge fields, bracketed names, spintax, and placeholders for a text to come.
//!
//! They are found by their shape alone, in brackets of any script. A blank is certain if nothing but a blank looks like
//! it.

mod fields;
mod ordered;

use std::ops::Range;

use fields::{after_dollar, between_pairs, between_signs, underlined};
pub(super) use ordered::Ordered;

/// A blank in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Blank {
    /// Its bytes.
    pub range: Range<usize>,
    pub shape: Shape,
    pub certainty: Certainty,
}

/// How a blank looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A field that a program fills in: `{{name}}`, `%NAME%`, `*|NAME|*`, `<%= name %>`, `$name`, `FIRST_NAME`.
    Field,
    /// Variants of which a program takes one: `{Hi|Hello}`.
    Spintax,
    /// Words in brackets for whoever fills them in: `[Your Name]`.
    Bracketed,
    /// Signs that stand for something: `XXX`, `____`.
    Signs,
}

/// Whether something else may look like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    Certain,
    Possible,
}

/// Characters of a blank in brackets.
const MOST_CHARACTERS: usize = 80;
/// How many words square brackets may hold to be a blank: a longer text is an aside.
const MOST_WORDS: usize = 8;

/// Where a text has merge fields, spintax and names in brackets, in order: what somebody who wrote it into a prompt wants
/// to find in the messages.
#[must_use]
pub fn variable_spans(text: &str) -> Vec<Range<usize>> {
    let is_variable = |blank: &Blank| match blank.shape {
        Shape::Field | Shape::Spintax => true,
        // Headings are in brackets, too.
        Shape::Bracketed => blank.certainty == Certainty::Certain,
        Shape::Signs => false,
    };
    all_blanks(text).filter(is_variable).map(|blank| blank.range).collect()
}

/// Blanks of a message that are looked at. One with more of them is a model's that cannot stop.
const MOST_BLANKS: usize = 100;

/// The first blanks of a message, in order; none stands within another.
pub(super) fn blanks(text: &str) -> Vec<Blank> {
    all_blanks(text).take(MOST_BLANKS).collect()
}

/// The blanks of a text, however many they are.
fn all_blanks(text: &str) -> impl Iterator<Item = Blank> + '_ {
    let mut from = 0;
    text.char_indices().filter_map(move |(at, letter)| {
        if at < from {
            return None;
        }
        let rest = &text[at..];
        let blank = match letter {
            '{' => braces(rest),
            '[' | '\u{ff3b}' | '\u{3014}' | '\u{3010}' | '\u{3016}' => brackets(text, at, letter),
            '<' | '\u{ff1c}' => angles(text, at, letter),
            '%' | '*' | '#' | '@' => between_signs(text, at),
            '$' => after_dollar(text, at),
            '(' | '\u{ab}' => between_pairs(rest),
            '_' if rest.starts_with("__") => underlined(text, at).or_else(|| signs(text, at)),
            'A'..='Z' | 'a'..='z' | '_' | '\u{25a0}'..='\u{25ff}' | '\u{3007}' | '\u{ff38}' | '\u{ff3f}' | '\u{d7}' => {
                signs(text, at)
            }
            _ => None,
        };
        if let Some((length, shape, certainty)) = blank {
            // The sign that opens a field of a shell or of a template: `${name}`.
            let start = at - usize::from(shape == Shape::Field && text[..at].ends_with('$'));
            from = at + length;
            return Some(Blank { range: start..from, shape, certainty });
        }
        // A run of letters, or of one sign, is looked at once, from its beginning.
        let goes_on = |c: char| c == letter || ((letter.is_alphanumeric() || letter == '_') && is_of_word(c));
        if is_of_word(letter) || matches!(letter, '\u{25a0}'..='\u{25ff}') {
            from = at + rest.find(|c: char| !goes_on(c)).unwrap_or(rest.len());
        }
        None
    })
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

type Found = Option<(usize, Shape, Certainty)>;

/// `{name}`, `{{name}}`, `{% if %}`, `{a|b}`, with what is nested in them.
fn braces(rest: &str) -> Found {
    let mut depth = 0_usize;
    let close = rest.char_indices().take(400).take_while(|(_, letter)| *letter != '\n').find(|(_, letter)| {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    let length = close?.0 + 1;
    let inside = &rest[1..length - 1];
    let is_doubled = inside.starts_with(['{', '%', '#']);
    // `{1,2}` is a set of numbers, `{0}` a place for one.
    let counts = inside.contains(',') && inside.chars().all(|letter| letter.is_numeric() || ",. ".contains(letter));
    let says = !counts && inside.chars().any(|letter| letter.is_alphanumeric() || letter == '|');
    // One pair of braces with quotation marks in it is a piece of code.
    if !says || (!is_doubled && inside.contains('"')) {
        return None;
    }
    let shape = if !is_doubled && inside.contains('|') { Shape::Spintax } else { Shape::Field };
    Some((length, shape, Certainty::Certain))
}

/// `[Your Name]`, and its like in East Asia, where lenticular brackets at the beginning of a line are a heading as
/// well.
fn brackets(text: &str, at: usize, open: char) -> Found {
    let close = match open {
        '[' => ']',
        '\u{ff3b}' => '\u{ff3d}',
        '\u{3014}' => '\u{3015}',
        '\u{3010}' => '\u{3011}',
        _ => '\u{3017}',
    };
    let rest = &text[at + open.len_utf8()..];
    let end = near(rest, close)?;
    // `[[name]]` is one blank.
    let inside = rest[..end].trim_start_matches('[').trim();
    let doubled = rest.starts_with('[') && rest[end..].starts_with("]]");
    let behind = &rest[end + close.len_utf8() + usize::from(doubled)..];
    let is_aside = inside.contains(['!', '?', ';', ',', '\n', '\u{3002}', '\u{3001}', '[', '"'])
        || inside.split('.').skip(1).any(|rest| !rest.starts_with(char::is_alphanumeric))
        || inside.split_whitespace().count() > MOST_WORDS;
    let names = inside.chars().filter(|letter| letter.is_alphabetic()).count() >= 2;
    let is_link = open == '[' && behind.starts_with(['(', '[', ':']) && behind.starts_with('(');
    if !names || is_aside || is_link || inside.chars().count() > MOST_CHARACTERS {
        return None;
    }
    let is_heading = matches!(open, '\u{3010}' | '\u{3016}') && begins_a_line(&text[..at]);
    let capitals = inside.chars().all(|letter| letter.is_ascii_uppercase());
    // `List[String]`, `[EN]`, `“it [the lab] was fast”`: somebody's remark may look like this.
    let is_remark = open == '['
        && (text[..at].ends_with(char::is_alphanumeric)
            || (capitals && inside.len() <= 3)
            || inside == "sic"
            || is_quoted(&text[..at], behind));
    let certainty = if is_heading || is_remark { Certainty::Possible } else { Certainty::Certain };
    let length = text.len() - behind.len() - at;
    // `[company.name]` is a field, `[acme.com]` an address.
    Some(if inside.contains('.') {
        (length, Shape::Field, Certainty::Possible)
    } else {
        (length, Shape::Bracketed, certainty)
    })
}

/// Whether what stands between these is within quotation marks.
fn is_quoted(before: &str, behind: &str) -> bool {
    let near: String = before.chars().rev().take(2 * MOST_CHARACTERS).take_while(|letter| *letter != '\n').collect();
    let opened = near.find(['\u{201c}', '\u{201d}', '\u{201e}']).map(|at| near[at..].starts_with('\u{201d}'));
    opened == Some(false) && behind.lines().next().is_some_and(|line| line.contains(['\u{201d}', '\u{201c}']))
}

/// Whether a text ends where a line begins, a label with a colon aside.
fn begins_a_line(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or(before).trim_end();
    line.is_empty() || line.ends_with([':', '\u{ff1a}'])
}

/// `<Name>`, unless it is an element of HTML, an address or a comparison.
fn angles(text: &str, at: usize, open: char) -> Found {
    const ELEMENTS: [&str; 44] = [
        "a",
        "b",
        "i",
        "u",
        "s",
        "p",
        "q",
        "br",
        "hr",
        "li",
        "ul",
        "ol",
        "td",
        "tr",
        "th",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "img",
        "div",
        "sup",
        "sub",
        "pre",
        "code",
        "span",
        "font",
        "body",
        "head",
        "html",
        "meta",
        "link",
        "style",
        "table",
        "tbody",
        "thead",
        "strong",
        "small",
        "center",
        "blockquote",
        "title",
    ];
    let close = if open == '<' { '>' } else { '\u{ff1e}' };
    let rest = &text[at + open.len_utf8()..];
    if let Some(template) = rest.strip_prefix('%') {
        let end = head(template).find("%>").filter(|end| *end > 0)?;
        return Some(("<%".len() + end + "%>".len(), Shape::Field, Certainty::Certain));
    }
    let end = near(rest, close)?;
    let inside = rest[..end].trim_start_matches('<');
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '_' | '-' | '\'' | '\u{2019}');
    let word = inside.split(' ').next().unwrap_or(inside).to_ascii_lowercase();
    let closes = || !inside.contains(' ') && text.contains(&format!("</{inside}>"));
    let is_element = ELEMENTS.contains(&word.as_str()) || closes();
    let begins = inside.chars().next().is_some_and(char::is_alphabetic);
    if !begins
        || is_element
        || !inside.chars().all(plain)
        || inside.split(' ').count() > MOST_WORDS
        || inside.chars().count() > MOST_CHARACTERS
    {
        return None;
    }
    let doubled = usize::from(rest.starts_with('<') && rest[end + 1..].starts_with('>'));
    Some((open.len_utf8() + end + close.len_utf8() + doubled, Shape::Bracketed, Certainty::Certain))
}

/// The beginning of a line, no longer than a blank.
fn head(text: &str) -> &str {
    let end = text.char_indices().take(2 * MOST_CHARACTERS).find(|(_, letter)| *letter == '\n');
    let longest = || text.char_indices().nth(2 * MOST_CHARACTERS).map_or(text.len(), |(at, _)| at);
    &text[..end.map_or_else(longest, |(at, _)| at)]
}

/// Where a bracket closes that a blank may have.
fn near(rest: &str, close: char) -> Option<usize> {
    let mut letters = rest.char_indices().take(2 * MOST_CHARACTERS);
    letters.find_map(|(at, letter)| (letter == close).then_some(at))
}

/// `XXX`, `XX%`, `____` and circles; `FIRST_NAME`.
fn signs(text: &str, at: usize) -> Found {
    let rest = &text[at..];
    let before = text[..at].chars().next_back();
    let first = rest.chars().next()?;
    let run = rest.chars().take_while(|letter| *letter == first).count();
    let length = run * first.len_utf8();
    let behind = &rest[length..];
    let stands_alone = !before.is_some_and(char::is_alphanumeric) && !behind.starts_with(char::is_alphanumeric);
    let counts = || {
        let sign = |letter: char| matches!(letter, '%' | '$' | '\u{20ac}' | '\u{a3}' | '\u{a5}' | '\u{ff05}');
        before.is_some_and(sign) || behind.trim_start_matches([' ', '\u{a0}']).starts_with(sign)
    };
    let is_blank = match first {
        'X' | '\u{ff38}' => stands_alone && (run >= 3 || counts()),
        // Kisses end a line.
        'x' => {
            stands_alone
                && (counts()
                    || (run >= 3 && !behind.trim_start_matches(' ').starts_with('\n') && !behind.trim().is_empty()))
        }
        '_' | '\u{ff3f}' => run >= 3 && stands_alone && !is_rule(text, at),
        // Not the zeros of a number in Chinese characters, nor the points of a list.
        '\u{25a0}'..='\u{25ff}' | '\u{3007}' => {
            run >= 2 && !is_rule(text, at) && !before.is_some_and(is_numeral) && !behind.starts_with(is_numeral)
        }
        _ => false,
    };
    if is_blank {
        return Some((length, Shape::Signs, Certainty::Certain));
    }
    let word_end = rest
        .find(|letter: char| !(letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_'))
        .unwrap_or(rest.len());
    let word = &rest[..word_end];
    let stands_alone =
        !before.is_some_and(char::is_alphanumeric) && !rest[word_end..].starts_with(char::is_alphanumeric);
    let parts = || word.split('_').all(|part| part.len() >= 2 && part.bytes().any(|byte| byte.is_ascii_uppercase()));
    (first.is_ascii_uppercase() && stands_alone && word.contains('_') && parts()).then_some((
        word_end,
        Shape::Field,
        Certainty::Certain,
    ))
}

/// Whether a line consists of nothing but signs: it is a rule between paragraphs.
fn is_rule(text: &str, at: usize) -> bool {
    let start = text[..at].rfind('\n').map_or(0, |line| line + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    !line.chars().any(char::is_alphanumeric)
}

fn is_numeral(letter: char) -> bool {
    "\u{3007}\u{4e00}\u{4e8c}\u{4e09}\u{56db}\u{4e94}\u{516d}\u{4e03}\u{516b}\u{4e5d}\u{5341}\u{767e}\u{5343}\u{4e07}"
        .contains(letter)
}

#[cfg(test)]
mod tests;
