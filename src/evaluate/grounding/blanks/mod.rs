//! Blanks that were never filled in: merge fields, bracketed names, spintax, and placeholders for a text to come.
//!
//! They are found by their shape alone, in brackets of any script. A blank is certain if nothing but a blank looks like
//! it.

mod ordered;

use std::ops::Range;

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
    /// A field that a program fills in: `{{name}}`, `%NAME%`, `*|NAME|*`, `FIRST_NAME`.
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

/// The blanks of a text, in order; none stands within another.
pub(super) fn blanks(text: &str) -> Vec<Blank> {
    let mut found: Vec<Blank> = Vec::new();
    let mut from = 0;
    for (at, letter) in text.char_indices() {
        if at < from {
            continue;
        }
        let rest = &text[at..];
        let blank = match letter {
            '{' => braces(rest),
            '[' | '\u{ff3b}' | '\u{3014}' | '\u{3010}' | '\u{3016}' => brackets(text, at, letter),
            '<' | '\u{ff1c}' => angles(text, at, letter),
            '%' | '*' | '#' | '@' => between_signs(text, at),
            'A'..='Z' | 'a'..='z' | '_' | '\u{25a0}'..='\u{25ff}' | '\u{3007}' | '\u{ff38}' | '\u{ff3f}' | '\u{d7}' => {
                signs(text, at)
            }
            _ => None,
        };
        if let Some((length, shape, certainty)) = blank {
            // The sign that opens a field of a shell or of a template: `${name}`.
            let start = at - usize::from(shape == Shape::Field && text[..at].ends_with('$'));
            from = at + length;
            found.push(Blank { range: start..from, shape, certainty });
        } else if letter.is_alphanumeric() || letter == '_' {
            // A run of letters is looked at once, from its beginning.
            from = at + rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        }
    }
    found
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
    let says = inside.chars().any(|letter| letter.is_alphanumeric() || letter == '|');
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
    let end = rest.find(close)?;
    // `[[name]]` is one blank.
    let inside = rest[..end].trim_start_matches('[').trim();
    let doubled = rest.starts_with('[') && rest[end..].starts_with("]]");
    let behind = &rest[end + close.len_utf8() + usize::from(doubled)..];
    let is_aside = inside.contains(['.', '!', '?', ';', ',', '\n', '\u{3002}', '\u{3001}', '[', '"'])
        || inside.split_whitespace().count() > MOST_WORDS;
    let names = inside.chars().filter(|letter| letter.is_alphabetic()).count() >= 2;
    let is_link = open == '[' && behind.starts_with(['(', '[', ':']) && behind.starts_with('(');
    if !names || is_aside || is_link || inside.chars().count() > MOST_CHARACTERS {
        return None;
    }
    let is_heading = matches!(open, '\u{3010}' | '\u{3016}') && begins_a_line(&text[..at]);
    let certainty = if is_heading { Certainty::Possible } else { Certainty::Certain };
    Some((text.len() - behind.len() - at, Shape::Bracketed, certainty))
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
    let end = rest.find(close)?;
    let inside = rest[..end].trim_start_matches('<');
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '_' | '-' | '\'' | '\u{2019}');
    let word = inside.split(' ').next().unwrap_or(inside).to_ascii_lowercase();
    let is_element = ELEMENTS.contains(&word.as_str()) || text.contains(&format!("</{inside}>"));
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

/// `%NAME%`, `*|NAME|*`, `##name##`, `@@name@@`.
fn between_signs(text: &str, at: usize) -> Found {
    let rest = &text[at..];
    let (open, close) =
        [("%", "%"), ("*|", "|*"), ("##", "##"), ("@@", "@@")].into_iter().find(|(open, _)| rest.starts_with(open))?;
    let inside = &rest[open.len()..];
    let end = inside.find(close)?;
    let name = &inside[..end];
    let is_name = name.len() <= 40
        && name.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':'));
    // `100%organic%`: what follows a number is a percent sign.
    let is_percent = text[..at].trim_end().ends_with(|letter: char| letter.is_numeric());
    (is_name && !is_percent).then_some((open.len() + end + close.len(), Shape::Field, Certainty::Certain))
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
