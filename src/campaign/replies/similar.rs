//! Whether a text that was sent is one that was written: sending tools add footers and quotes, and wrap lines in HTML.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use super::entities::decoded;

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
    /// Of a message.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Written(pieces(&letters(text)))
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
    let sent = Written::new(&without_tags(sent));
    let shares = written.iter().map(|text| text.share_in(&sent)).enumerate();
    shares.filter(|(_, share)| *share >= ENOUGH).max_by(|one, other| one.1.total_cmp(&other.1)).map(|(index, _)| index)
}

/// The letters and digits of a text, in lower case and composed: a tool may have taken an `ü` apart.
#[must_use]
pub fn letters(text: &str) -> Vec<char> {
    text.nfkc().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).take(LONGEST).collect()
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

/// A text without the tags and entities of HTML.
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
    decoded(&plain)
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
    fn a_text_is_found_again_with_its_letters_as_entities_and_taken_apart() {
        let german = "Grüß Gott, für schöne Brötchen übernehmen wir täglich die Mühe: größere Öfen, früher fertig.";
        let french = "Bonjour, à l'été dernier nos boulangers ont testé la pâte levée là où elle a été préparée.";
        let russian = "Здравствуйте, мы возим муку каждый день, и ваши пекари её больше не ждут.";
        let written = [german, french, russian].map(Written::new);
        let numeric = |text: &str| {
            text.chars().fold(String::new(), |text, letter| match letter.is_ascii() {
                true => format!("{text}{letter}"),
                false => format!("{text}&#{};", u32::from(letter)),
            })
        };
        let named = [("ü", "&uuml;"), ("ö", "&ouml;"), ("ä", "&auml;"), ("ß", "&szlig;"), ("Ö", "&Ouml;")];
        let named = named.iter().fold(german.to_owned(), |text, (letter, entity)| text.replace(letter, entity));
        assert_eq!(which(&written, &named), Some(0));
        for (index, text) in [german, french, russian].into_iter().enumerate() {
            assert_eq!(which(&written, &numeric(text)), Some(index));
            assert_eq!(which(&written, &text.nfd().collect::<String>()), Some(index));
        }
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
