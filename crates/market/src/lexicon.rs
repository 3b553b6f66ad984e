//! A lexicon: patterns that name features, scanned all at once.

use regex::{Regex, RegexSet, RegexSetBuilder};

use super::feature::{Feature, FeatureSet};

/// Patterns and the feature that each means. Patterns are written for lower-case text.
pub(super) struct Lexicon {
    set: RegexSet,
    means: Vec<Feature>,
}

impl Lexicon {
    /// Compiles a lexicon. The patterns are constants of this program, so one that does not compile is a defect which
    /// any test meets.
    #[expect(clippy::expect_used, reason = "the patterns are constants, all of them compiled by any test")]
    pub(super) fn new(entries: &[(Feature, &str)]) -> Self {
        let patterns = entries.iter().map(|(_, pattern)| ascii(pattern));
        // Many patterns with counted repeats have many states: with the default cache they would be built over and
        // over again.
        let set = RegexSetBuilder::new(patterns).size_limit(64 << 20).dfa_size_limit(32 << 20).build();
        Lexicon {
            set: set.expect("the lexicon's patterns are constants"),
            means: entries.iter().map(|(feature, _)| *feature).collect(),
        }
    }

    /// The features that a text (in lower case) names.
    pub(super) fn find(&self, lower: &str) -> FeatureSet {
        self.set.matches(lower).into_iter().map(|index| self.means[index]).collect()
    }
}

/// Compiles a pattern that is a constant of this program.
#[expect(clippy::expect_used, reason = "the pattern is a constant")]
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(&ascii(text)).expect("the pattern is a constant")
}

/// Classes of ASCII only: with the Unicode ones a pattern has a hundred times the states, and Unicode word boundaries
/// send the matcher down its slow path at the first curly quote. Names are matched by `\p{L}`, which stays as it is.
pub(super) fn ascii(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut letters = pattern.chars().peekable();
    let mut class = false;
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some(&kind @ ('b' | 'w' | 'd' | 's'))) => {
                letters.next();
                let members = match kind {
                    'w' => "0-9A-Za-z_",
                    'd' => "0-9",
                    's' => r"\t\n\r ",
                    _ => "",
                };
                out.push_str(&match (kind, class) {
                    ('b', _) => "(?-u:\\b)".to_owned(),
                    (_, true) => members.to_owned(),
                    (_, false) => format!("[{members}]"),
                });
            }
            ('\\', Some(_)) => {
                out.push(letter);
                out.extend(letters.next());
            }
            _ => {
                class = (class || letter == '[') && letter != ']';
                out.push(letter);
            }
        }
    }
    out
}

/// The sentences of a text with their end marks, without empty ones. A line break ends a sentence too.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut start = 0;
        let bytes = line.as_bytes();
        for end in 0..bytes.len() {
            let ends = matches!(bytes[end], b'.' | b'!' | b'?') && bytes.get(end + 1).is_none_or(|next| *next == b' ');
            if ends {
                found.push(line[start..=end].trim());
                start = end + 1;
            }
        }
        found.push(line[start..].trim());
    }
    found.retain(|sentence| sentence.chars().any(char::is_alphanumeric));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_made_ascii() {
        assert_eq!(ascii(r"\ba\w+[\w'-]\.\s"), r"(?-u:\b)a[0-9A-Za-z_]+[0-9A-Za-z_'-]\.[\t\n\r ]");
    }

    #[test]
    fn sentences_end_at_marks_and_at_line_breaks() {
        assert_eq!(
            sentences("Hi Ada,\n\nIt cuts 2.5 hours. Really? Yes!\n"),
            ["Hi Ada,", "It cuts 2.5 hours.", "Really?", "Yes!"]
        );
        assert!(sentences("\n . \n").is_empty());
        assert_eq!(sentences("naïve… ünïcode."), ["naïve… ünïcode."]);
    }
}
