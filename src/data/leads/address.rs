//! E-mail addresses as they are compared.

use std::borrow::Cow;

use rejoinder_files::sha256;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use url::quirks::{domain_to_ascii, domain_to_unicode};

/// The longest address that is one (RFC 5321, 4.5.3.1), in characters.
const LONGEST: usize = 254;

/// An address as it is compared: trimmed, in Unicode form C, in lower case, without letters that nobody sees, and with
/// the letters of its domain in place of punycode. `Ada <ada@x.com>`, `mailto:ada@x.com` and the first of several with
/// commas or semicolons between them are addresses too. None where there is no address.
#[must_use]
pub fn fold_address(text: &str) -> Option<String> {
    // A cell of a megabyte holds no address; looking for one in it would take long.
    const LONGEST_CELL: usize = 4 * 1024;
    if text.len() > LONGEST_CELL {
        return None;
    }
    let text = seen(text);
    if !text.contains('@') {
        return None;
    }
    text.split([',', ';']).find_map(|part| {
        let inner = part.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(part, |(inner, _)| inner);
        let inner = inner.trim_matches(is_around);
        let inner = match inner.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &inner[7..],
            _ => inner,
        };
        let inner = inner.split('?').next().unwrap_or(inner).trim_matches(is_around);
        let folded: String = inner.nfc().flat_map(char::to_lowercase).nfc().collect();
        is_address(&folded).then(|| spelled_out(folded))
    })
}

/// An address as mail programs take it: with the domain in punycode.
#[must_use]
pub fn for_sending(address: &str) -> Cow<'_, str> {
    match address.rsplit_once('@') {
        Some((local, domain)) if !domain.is_ascii() => match domain_to_ascii(domain) {
            ascii if ascii.is_empty() => Cow::Borrowed(address),
            ascii => Cow::Owned(format!("{local}@{ascii}")),
        },
        _ => Cow::Borrowed(address),
    }
}

/// A folded address with the letters of its domain in place of punycode.
fn spelled_out(address: String) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) if domain.split('.').any(|label| label.starts_with("xn--")) => {
            let letters = domain_to_unicode(domain);
            let spelled = format!("{local}@{letters}");
            // Only what folding again leaves as it is.
            let is_folded =
                spelled.nfc().flat_map(char::to_lowercase).nfc().eq(spelled.chars()) && *seen(&spelled) == spelled;
            if is_folded && domain_to_ascii(&letters) == domain && is_address(&spelled) { spelled } else { address }
        }
        _ => address,
    }
}

/// A text as it looks: without characters that nobody sees, and with what keyboards for Chinese and Japanese write in
/// full width as ASCII.
fn seen(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let narrow = |character: char| match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        '\u{fe6b}' => '@',
        _ => character,
    };
    Cow::Owned(text.chars().filter(|character| !is_invisible(*character)).map(narrow).collect())
}

/// Whether a character is one that Unicode says to show nothing for (`Default_Ignorable_Code_Point`).
#[must_use]
pub fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// What people and programs leave around an address.
fn is_around(character: char) -> bool {
    character.is_whitespace() || character.is_control() || matches!(character, '"' | '<' | '>')
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || is_combining_mark(c))
    };
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "@()<>[]\\\",;:=|{}".contains(c);
    text.chars().count() <= LONGEST
        && !local.is_empty()
        && !local.contains(forbidden)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

/// Whether a word holds an address, whatever stands around it: `(ada@x.com).` does, `@ada` and `medium.com/@ada.b` do
/// not. A word of more than a kilobyte with an `@` in it counts as one.
#[must_use]
pub fn holds_address(word: &str) -> bool {
    const LONGEST_WORD: usize = 1_000;
    let is_letter = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let word = &*seen(word);
    let mut signs = word.match_indices('@').peekable();
    if signs.peek().is_some() && word.len() > LONGEST_WORD {
        return true;
    }
    signs.any(|(at, sign)| {
        let local = word[..at].chars().next_back();
        let domain = word[at + sign.len()..].split(|c: char| !(is_letter(c) || "-._".contains(c))).next();
        local.is_some_and(|c| is_letter(c) || "._%+-'\"~&#!$*^`{|}".contains(c))
            && domain.is_some_and(|domain| domain.trim_matches(['.', '-', '_']).contains('.'))
    })
}

/// A text on one line, without the words that hold an address.
#[must_use]
pub fn without_addresses(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty() && !holds_address(word)).collect::<Vec<_>>().join(" ")
}

/// The domain of a folded address.
#[must_use]
pub fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// SHA-256 of a folded address, 64 hexadecimal digits.
#[must_use]
pub fn hash(address: &str) -> String {
    sha256(address.as_bytes())
}

/// What tells one folded address from another in memory: the first 128 bits of its SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressKey(u128);

impl AddressKey {
    /// The key of a folded address. One that an earlier version folded, with an invisible letter or punycode left in,
    /// has the key that it has today.
    #[must_use]
    pub fn from_address(address: &str) -> Self {
        let is_old = !address.is_ascii() || address.contains("xn--");
        let folded = if is_old { fold_address(address) } else { None };
        let digest: [u8; 32] = Sha256::digest(folded.as_deref().unwrap_or(address)).into();
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        AddressKey(u128::from_be_bytes(first))
    }

    /// The key of an address of which only the hash, as [`hash`] gives it, is kept. `None` if it is not such a hash.
    #[must_use]
    pub fn of_hash(hash: &str) -> Option<Self> {
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hash.then(|| u128::from_str_radix(&hash[..32], 16).ok().map(AddressKey)).flatten()
    }

    /// The id of the lead with this address: `l_` and 16 hexadecimal digits.
    #[must_use]
    pub fn lead_id(self) -> String {
        format!("l_{:016x}", self.0 >> 64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_address_in_any_dress_is_one_address() {
        let dresses = [
            "Zoe.Müller@X-Ltd.example",
            "  zoe.müller@x-ltd.example \u{a0}",
            "Zoe <ZOE.MÜLLER@x-ltd.example>",
            "mailto:zoe.müller@x-ltd.example?subject=Hi",
            "zoe.mu\u{308}ller@x-ltd.example",
            "\u{feff}zoe.müller@x-ltd.example; second@x-ltd.example",
            "n/a, zoe.müller@x-ltd.example",
            "zoe\u{200b}.müller@x-\u{ad}ltd.exam\u{2060}ple",
            "ｚｏｅ.müller＠x-ltd．example",
        ];
        for dress in dresses {
            assert_eq!(fold_address(dress).as_deref(), Some("zoe.müller@x-ltd.example"), "{dress:?}");
        }
    }

    #[test]
    fn a_domain_in_punycode_is_its_letters_and_is_sent_in_punycode() {
        for (address, folded) in [
            ("ada@xn--mller-kva.example", "ada@müller.example"),
            ("Ada@XN--MLLER-KVA.example", "ada@müller.example"),
            ("ada@müller.example", "ada@müller.example"),
            ("ada@xn--strae-oqa.example", "ada@straße.example"),
            ("ada@xn--99999999.example", "ada@xn--99999999.example"),
            ("ada@xn--ls8h.example", "ada@xn--ls8h.example"),
        ] {
            assert_eq!(fold_address(address).as_deref(), Some(folded), "{address}");
        }
        assert_eq!(for_sending("ada@müller.example"), "ada@xn--mller-kva.example");
        assert_eq!(for_sending("zoë@x.example"), "zoë@x.example");
    }

    #[test]
    fn what_is_no_address_is_none() {
        let none = [
            "",
            "@",
            "a@",
            "@b.com",
            "a b@c.com",
            "a@b",
            "a@b..com",
            "a@-b.com",
            "a@@b.com",
            "unknown",
            "=HYPERLINK(\"a@b.com\")",
            "a@b.com\u{0}c",
        ];
        for text in none {
            assert_eq!(fold_address(text), None, "{text:?}");
        }
        assert_eq!(fold_address(&format!("{}@b.com", "a".repeat(1_000_000))), None);
    }

    #[test]
    fn an_address_is_found_in_a_word_whatever_stands_around_it() {
        for word in [
            "ada@x.com",
            "(ada@x.com).",
            "ada@x.com.",
            "ada@x.com-",
            "<mailto:o'brien@x.co.uk>,",
            "zoe@mu\u{308}ller.example)",
            "ada＠x.example。",
            "ada\u{200b}@\u{ad}x.example",
        ] {
            assert!(holds_address(word), "{word}");
        }
        for word in ["@ada", "https://medium.com/@ada.b", "Twitter:@ada.b", "ada@home", "5@", "x.com"] {
            assert!(!holds_address(word), "{word}");
        }
        assert_eq!(without_addresses("Write to\nada@x.com. Or\tcall."), "Write to Or call.");
    }

    #[test]
    fn the_id_of_a_lead_is_the_beginning_of_its_hash() {
        let key = AddressKey::from_address("ada@x.com");
        assert_eq!(key.lead_id(), format!("l_{}", &hash("ada@x.com")[..16]));
        assert_eq!(AddressKey::of_hash(&hash("ada@x.com")), Some(key));
        assert_eq!(AddressKey::from_address("ad\u{200b}a@x.com"), key, "as an earlier version kept it");
        assert_eq!((AddressKey::of_hash("ada@x.com"), AddressKey::of_hash(&"é".repeat(32))), (None, None));
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,20}@(xn--)?\\PC{0,12}\\.[a-zA-ZéüİßΣ]{1,4}") {
            if let Some(folded) = fold_address(&text) {
                prop_assert_eq!(fold_address(&folded), Some(folded));
            }
        }
    }
}
