//! A host's own words, made fit for one line of an error message.
//!
//! What a host says is hostile until cleaned: it may hold terminal escapes, line breaks that forge log lines, or the
//! key itself, which some hosts repeat in "invalid key: ...".

use secrecy::{ExposeSecret, SecretString};

/// The most characters that a host gets to say.
const MOST: usize = 300;

/// Shorter keys than this are dummies for local servers; striking them out would garble ordinary words.
const SHORTEST_KEY: usize = 4;

/// Text from a host as one line: without escapes, control and invisible characters, without the key, of at most 300
/// characters.
pub(crate) fn one_line(text: &str, key: Option<&SecretString>) -> String {
    let mut line = String::new();
    for c in anstream::adapter::strip_str(text).to_string().chars() {
        if c.is_whitespace() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !c.is_control() && !is_invisible(c) {
            line.push(c);
        }
    }
    // The order matters. Cleaning first, or a key in pieces would come together after the search for it; cutting last,
    // or the beginning of a key could survive at the end.
    let line = match key {
        Some(key) => strike_out(&line, key.expose_secret().trim()),
        None => line,
    };
    cut(line.trim_end(), MOST)
}

/// Characters that change how a line looks without being seen: zero widths and changes of direction.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
    )
}

/// The line with every occurrence of the key, in any case, as `[key]`: a host name in an answer is lower-cased on the
/// way.
fn strike_out(line: &str, key: &str) -> String {
    if key.len() < SHORTEST_KEY {
        return line.to_owned();
    }
    // ASCII lower case keeps every byte in its place.
    let (low, key) = (line.to_ascii_lowercase(), key.to_ascii_lowercase());
    let mut kept = String::new();
    let mut from = 0;
    for (at, _) in low.match_indices(&key) {
        kept.push_str(&line[from..at]);
        kept.push_str("[key]");
        from = at + key.len();
    }
    kept.push_str(&line[from..]);
    kept
}

fn cut(line: &str, most: usize) -> String {
    if line.chars().count() <= most {
        return line.to_owned();
    }
    line.chars().take(most - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_line_breaks_and_invisible_characters_go() {
        let text = "\u{1b}[31mred\u{1b}[0m\r\nforged: line\u{0}\u{7f}\u{202e}abc\u{200b}\t end \n";
        assert_eq!(one_line(text, None), "red forged: lineabc end");
    }

    #[test]
    fn a_long_text_is_cut_to_three_hundred_characters() {
        let line = one_line(&"é".repeat(10_000), None);
        assert_eq!(line.chars().count(), 300);
        assert!(line.ends_with('…'));
    }

    #[test]
    fn a_key_is_struck_out_whole_in_pieces_in_any_case_and_at_the_cut() {
        let key = SecretString::from("sk-ant-CANARY-0123456789");
        let said = [
            "invalid key sk-ant-CANARY-0123456789!".to_owned(),
            "invalid key sk-ant-\u{1b}[1mCAN\u{0}ARY-\u{200b}0123456789".to_owned(),
            "host sk-ant-canary-0123456789.example".to_owned(),
            format!("{}sk-ant-CANARY-0123456789", "x".repeat(285)),
        ];
        for text in said {
            let line = one_line(&text, Some(&key)).to_lowercase();
            assert!(!line.contains("canary") && line.contains('['), "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_text_becomes_one_short_line(text in any::<String>()) {
            let line = one_line(&text, Some(&SecretString::from("abcd")));
            prop_assert!(line.chars().count() <= 300);
            prop_assert!(!line.chars().any(|c| c.is_control() || is_invisible(c)));
        }
    }
}
