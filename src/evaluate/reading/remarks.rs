//! What a person needs to know about an answer that cannot be used.

use std::fmt;

use crate::model::Answer;

/// Remarks about an answer that cannot be used, besides what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// The host's words, in one line.
    said: Option<String>,
    /// The first characters of the text, in one line.
    began: String,
}

/// The most characters that are shown of an answer.
const SHOWN: usize = 120;
/// Stands before them.
pub(in crate::evaluate) const BEGAN: &str = "; it began: ";

impl Remarks {
    /// Collects the remarks on this answer.
    pub(super) fn collect(answer: &Answer) -> Self {
        let mut words = answer.text.split_whitespace();
        let mut began = words.next().unwrap_or_default().to_owned();
        for word in words.take(SHOWN) {
            began.push(' ');
            began.push_str(word);
        }
        began.retain(|c| !c.is_control());
        if let Some((at, _)) = began.char_indices().nth(SHOWN) {
            began.truncate(at);
            began.push('…');
        }
        Remarks { said: answer.said.clone(), began }
    }
}

impl fmt::Display for Remarks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(said) = &self.said {
            write!(f, ": {said}")?;
        }
        if self.began.is_empty() { Ok(()) } else { write!(f, "{BEGAN}{:?}", self.began) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_words_and_the_first_characters_are_shown_in_one_line() {
        let of = |text: &str, said: Option<&str>| {
            Remarks::collect(&Answer { text: text.into(), said: said.map(str::to_owned), ..Answer::default() })
                .to_string()
        };
        assert_eq!(of("", None), "");
        assert_eq!(of("{\"decision\":\n \u{1b}\"Yes\"}", None), r#"; it began: "{\"decision\": \"Yes\"}""#);
        assert_eq!(
            of("Hello,\n\nappr", Some("finish reason SAFETY")),
            r#": finish reason SAFETY; it began: "Hello, appr""#
        );
        assert!(of(&"é ".repeat(500), None).chars().count() < 140);
    }
}
