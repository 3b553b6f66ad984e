//! Whether a text that was sent is one that was written: sending tools add footers and quotes, and wrap lines in HTML.

use std::borrow::Cow;
use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use super::entities;

/// Letters of one piece that is compared. Eight letters are a word or two, in any script and without spaces.
const PIECE: usize = 8;

/// The share of its pieces that must be found again.
const ENOUGH: f64 = 0.6;

/// No text is compared beyond so many letters.
const LONGEST: usize = 20_000;

/// The pieces of a text that was written.
#[derive(Clone, Debug)]
pub struct Written(HashSet<u64>);

impl Written {
    /// Of a message. What a sending tool fills in or chooses (`{{company}}`, `{Hi|Hello}`) is not compared.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let parts = fixed_parts(text).into_iter().map(letters).filter(|letters| letters.len() >= PIECE);
        let found: HashSet<u64> = parts.flat_map(|letters| pieces(&letters)).collect();
        if found.is_empty() { Written(pieces(&letters(text))) } else { Written(found) }
    }

    /// Of what a tool says that it sent.
    fn sent(text: &str) -> Self {
        Written(pieces(&letters(&without_tags(text))))
    }

    /// Which part of it is found in a text that was sent, from 0 to 1.
    #[must_use]
    pub fn share_in(&self, sent: &Written) -> f64 {
        if self.0.is_empty() {
            return 0.0;
        }
        self.0.intersection(&sent.0).count() as f64 / self.0.len() as f64
    }
}

/// The index of the text that was sent, if any of these was.
#[must_use]
pub fn which(written: &[Written], sent: &str) -> Option<usize> {
    let sent = Written::sent(sent);
    let shares = written.iter().map(|text| text.share_in(&sent)).enumerate();
    shares.filter(|(_, share)| *share >= ENOUGH).max_by(|one, other| one.1.total_cmp(&other.1)).map(|(index, _)| index)
}

/// What stands before, between and after the braces of a text; what stands in them is for a tool to replace. A brace
/// without its counterpart is a sign like others.
fn fixed_parts(text: &str) -> Vec<&str> {
    let (mut parts, mut open, mut from) = (Vec::new(), Vec::new(), 0);
    for (at, sign) in text.match_indices(['{', '}']) {
        if sign == "{" {
            open.push(at);
        } else if let Some(start) = open.pop()
            && open.is_empty()
        {
            parts.push(&text[from..start]);
            from = at + 1;
        }
    }
    parts.push(&text[from..]);
    parts
}

/// The letters and digits of a text, in lower case, whether a tool writes an accent with its letter or after it.
#[must_use]
pub fn letters(text: &str) -> Vec<char> {
    let text = if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect::<String>()) };
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).take(LONGEST).collect()
}

/// Whether two texts have the same letters, whatever stands between these.
#[must_use]
pub fn same_letters(one: &str, other: &str) -> bool {
    letters(one) == letters(other)
}

fn pieces(letters: &[char]) -> HashSet<u64> {
    let length = PIECE.min(letters.len().max(1));
    letters.windows(length).map(hash).collect()
}

/// FNV-1a: pieces are only compared with one another.
#[must_use]
pub fn hash(letters: &[char]) -> u64 {
    letters
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, letter| (hash ^ u64::from(*letter)).wrapping_mul(0x0100_0000_01b3))
}

/// A text without the tags and the entities of HTML.
#[must_use]
pub fn without_tags(text: &str) -> String {
    if !text.contains('<') && !text.contains('&') {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut is_tag = false;
    for (at, letter) in text.char_indices() {
        match letter {
            // A sign before a number or a space is one, and no tag.
            '<' if text[at + 1..].starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!')) => {
                is_tag = true;
            }
            '>' if is_tag => is_tag = false,
            _ if !is_tag => plain.push(letter),
            _ => {}
        }
    }
    entities::decoded(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "Hi Ana,\n\nyour team closes the books in nine days. Ours took it to four at a firm of your \
                         size. Worth a look?";
    const SECOND: &str =
        "Hi Ana, one more thing: the controller at that firm wrote down how they did it. Shall I send it?";

    fn written() -> Vec<Written> {
        [FIRST, SECOND].map(Written::new).to_vec()
    }

    #[test]
    fn a_text_is_found_again_in_html_with_a_footer_and_a_quote() {
        let html = format!(
            "<div style=\"a\">{}</div><p>Unsubscribe&nbsp;<a href='x'>here</a></p>",
            SECOND.replace(": ", ":<br>&nbsp;")
        );
        assert_eq!(which(&written(), FIRST), Some(0));
        assert_eq!(which(&written(), &html), Some(1));
        assert_eq!(which(&written(), "Guten Tag, wir verkaufen Kaffeemaschinen und liefern sie am selben Tag."), None);
        assert_eq!(which(&written(), ""), None);
    }

    #[test]
    fn a_text_is_found_again_whatever_its_letters_are_written_as() {
        let text = "Guten Tag Frau Müller, für Bäckereien täglich Mehl, ganz früh. Möchten Sie? Schöne Grüße, Jörg";
        let numbers = text.chars().map(|c| if c.is_ascii() { c.to_string() } else { format!("&#{};", u32::from(c)) });
        let names = [("ü", "&uuml;"), ("ä", "&auml;"), ("ö", "&ouml;"), ("ß", "&szlig;")];
        let named = names.iter().fold(text.to_owned(), |text, (letter, name)| text.replace(letter, name));
        for sent in [named.clone(), named.replace('&', "&amp;"), numbers.collect(), text.nfd().collect()] {
            let found = Written::new(text).share_in(&Written::sent(&sent));
            assert!((found - 1.0).abs() < f64::EPSILON, "{sent}: {found}");
        }
    }

    #[test]
    fn what_the_tool_fills_in_is_not_compared() {
        let text = "Hi {{first_name}},\n\n{{Icebreaker}}\n\nOur flour comes to {{company}} before five. \
                    {Best {{greeting}}|So long},\n\nSam";
        let sent = "Hi Zoe,\n\nI saw that you bake forty kinds of bread in three shops and deliver them by bicycle.\n\n\
                    Our flour comes to Bakery 7 before five. So long,\n\nSam";
        assert_eq!(which(&[Written::new(text)], sent), Some(0));
        assert_eq!(which(&[Written::new(text)], "Hi Zoe,\n\nour pumps come to Bakery 7 after six."), None);
        assert_eq!(fixed_parts("a {{b}} c {d {{e}}} f } g { h"), ["a ", " c ", " f } g { h"]);
        let bare = Written::new("{{opener}} {{body}}");
        assert_eq!(which(&[bare], "Anything else"), None);
    }

    #[test]
    fn a_text_without_spaces_is_found_again_and_a_sign_is_no_tag() {
        let written = [Written::new("決算が九日から四日になりました。資料をお送りしましょうか。")];
        assert_eq!(
            which(&written, "<p>決算が九日から<b>四日</b>になりました。資料をお送りしましょうか。</p>"),
            Some(0)
        );
        assert_eq!(without_tags("5 < 8 and 9 > 3 &amp; done"), "5 < 8 and 9 > 3 & done");
    }
}
