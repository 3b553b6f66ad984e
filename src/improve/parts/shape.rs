//! What a line of a prompt is by its marks, before anybody has read it.

use super::wording::{self, Purpose};

/// The shape of a line. What it holds are parts of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape<'l> {
    /// Nothing.
    Blank,
    /// A rule, a code fence, a mark without a text: it says nothing.
    Stray,
    /// `<rules>` alone on its line.
    Opens(&'l str),
    /// `</rules>` alone on its line.
    Closes(&'l str),
    /// A heading, and how deep: the lower the level, the more it stands over.
    Heading { level: usize, name: &'l str },
    /// One item of a list, at its indent; of all numbers the mark is `1`. `is_heading`: by its form it stands over others.
    Item { indent: usize, mark: char, text: &'l str, is_heading: bool },
    /// Anything else.
    Text,
}

/// Level of a heading without marks of markdown: `Rules:`.
pub(super) const PLAIN: usize = 7;

/// The shape of a line.
pub(super) fn shape(line: &str) -> Shape<'_> {
    let text = line.trim();
    if text.is_empty() {
        return Shape::Blank;
    }
    let is_rule = text.len() >= 3
        && text.bytes().all(|byte| byte == text.as_bytes()[0])
        && text.starts_with(['-', '*', '=', '_', '~', '#']);
    if is_rule || text.starts_with("```") || text.starts_with("~~~") {
        return Shape::Stray;
    }
    if let Some((tag, closes)) = tag(text) {
        return if closes { Shape::Closes(tag) } else { Shape::Opens(tag) };
    }
    let marks = text.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&marks) && text[marks..].starts_with(char::is_whitespace) {
        return Shape::Heading { level: marks, name: text[marks..].trim().trim_end_matches('#') };
    }
    if let Some((mark, item)) = item(text) {
        if unmarked(item).is_empty() {
            return Shape::Stray;
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 4 } else { 1 }).sum();
        let is_numbered = mark.starts_with(|c: char| c.is_ascii_digit());
        let is_heading = item.ends_with([':', '：'])
            || is_bold(item)
            || (is_numbered && is_title(item) && (is_pair(item) || !wording::orders(item)));
        let mark = if is_numbered { '1' } else { mark.chars().next().unwrap_or('-') };
        return Shape::Item { indent, mark, text: item, is_heading };
    }
    if is_bold(text) {
        return Shape::Heading { level: PLAIN, name: text };
    }
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    let is_loud = is_title(text) && letters().count() >= 4 && letters().all(char::is_uppercase);
    if is_loud {
        return Shape::Heading { level: PLAIN - 1, name: text };
    }
    // A title without any mark is one if it names a section that prompts have.
    if is_title(text) && text.starts_with(char::is_alphabetic) && wording::key_value(text).is_none() {
        let known = wording::purpose_of(text, Purpose::Open);
        if known != Purpose::Open && !wording::orders(text) {
            return Shape::Heading { level: PLAIN, name: text };
        }
    }
    Shape::Text
}

/// The mark and the text of an item of a list.
pub(super) fn item(text: &str) -> Option<(&str, &str)> {
    let first = text.chars().next()?;
    let end = match first {
        '-' | '*' | '+' | '•' | '‣' | '◦' | '▪' | '●' | '–' | '—' | '→' | '➤' | '✓' | '✔' | '✅' | '❌' | '✗' | '·' => {
            first.len_utf8()
        }
        _ => {
            let open = usize::from(first == '(');
            let digits = text[open..].bytes().take(4).take_while(u8::is_ascii_digit).count();
            let letter = usize::from(digits == 0 && text[open..].starts_with(|c: char| c.is_ascii_lowercase()));
            let end = open + digits + letter;
            let closes = text[end..].starts_with(')') || (open == 0 && letter == 0 && text[end..].starts_with('.'));
            if digits + letter == 0 || digits > 3 || !closes {
                return None;
            }
            end + 1
        }
    };
    let rest = &text[end..];
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| (&text[..end], rest.trim()))
}

/// A text on one line, without marks of lists before it and without bold ones in it.
pub(super) fn unmarked(text: &str) -> String {
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // Marks inside marks are rare; what is left of a text that is made of them is not worth more passes.
    for pass in 0.. {
        let mut plain = text.as_str();
        while let Some((_, rest)) = item(plain) {
            plain = rest;
        }
        let mut plain = plain.replace("**", "").replace("__", "");
        if pass > 3 {
            plain = plain.replace(['*', '_'], "");
        }
        let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        if plain == text {
            break;
        }
        text = plain;
    }
    text
}

/// The name of a tag that is all of a line, and whether it closes.
fn tag(text: &str) -> Option<(&str, bool)> {
    let inside = text.strip_prefix('<')?.strip_suffix('>')?;
    let (name, closes) = inside.strip_prefix('/').map_or((inside, false), |name| (name, true));
    let is_name = (1..=40).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    is_name.then_some((name, closes))
}

/// Bold from end to end, and no sentence.
fn is_bold(text: &str) -> bool {
    let inside = text.strip_suffix(':').unwrap_or(text).strip_prefix("**").and_then(|rest| rest.strip_suffix("**"));
    inside.is_some_and(|inside| !inside.contains("**") && is_title(inside.trim_end_matches(':')))
}

/// "Research & Trust": two nouns, whatever verb the first may be.
fn is_pair(text: &str) -> bool {
    text.split_whitespace().nth(1) == Some("&")
}

/// A few words without an end.
fn is_title(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text.len() <= 80
        && ![". ", "! ", "? "].iter().any(|end| text.contains(end))
        && text.split_whitespace().count() <= 8
        && !text.ends_with(['.', '!', '?', '…', ',', ';', '"', '”', '\'', '’', ')', '*', '_', '。', '！', '？'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_the_shape_that_their_marks_give_them() {
        let item = |indent, mark, text, is_heading| Shape::Item { indent, mark, text, is_heading };
        for (line, expected) in [
            ("  ", Shape::Blank),
            ("---", Shape::Stray),
            ("```markdown", Shape::Stray),
            ("<rules>", Shape::Opens("rules")),
            ("</rules>", Shape::Closes("rules")),
            ("## Tone ##", Shape::Heading { level: 2, name: "Tone " }),
            ("**Rules**", Shape::Heading { level: PLAIN, name: "**Rules**" }),
            ("WRITING RULES", Shape::Heading { level: PLAIN - 1, name: "WRITING RULES" }),
            ("Tone and style", Shape::Heading { level: PLAIN, name: "Tone and style" }),
            ("  - Be brief", item(2, '-', "Be brief", false)),
            ("3) Be brief", item(0, '1', "Be brief", false)),
            ("1. Research & Trust", item(0, '1', "Research & Trust", true)),
            ("- Structure:", item(0, '-', "Structure:", true)),
            ("• **Tone**", item(0, '•', "**Tone**", true)),
            ("3.5 hours saved", Shape::Text),
            ("Company: FlowAI", Shape::Text),
            ("Keep the tone plain", Shape::Text),
        ] {
            assert_eq!(shape(line), expected, "{line}");
        }
    }

    #[test]
    fn marks_and_bold_are_taken_off() {
        assert_eq!(unmarked("- 1. **Tone:** be  plain"), "Tone: be plain");
        assert_eq!(unmarked("*__*_*__**"), unmarked(&unmarked("*__*_*__**")));
        assert_eq!(unmarked("- "), "");
    }
}
