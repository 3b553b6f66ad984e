//! A lexicon: patterns that name features, scanned all at once.

use regex::{Regex, RegexSet};

use super::feature::{Feature, FeatureSet};

/// Patterns and the feature that each means. Patterns are written for lower-case text.
pub(super) struct Lexicon {
    set: RegexSet,
    means: Vec<Feature>,
}

impl Lexicon {
    /// Compiles a lexicon. The patterns are constants of this program, so one that does not compile is a defect which
    /// any test meets.
    pub(super) fn new(entries: &[(Feature, &str)]) -> Self {
        let patterns = entries.iter().map(|(_, pattern)| ascii_boundaries(pattern));
        Lexicon {
            set: RegexSet::new(patterns).expect("the lexicon's patterns are constants"),
            means: entries.iter().map(|(feature, _)| *feature).collect(),
        }
    }

    /// The features that a text (in lower case) names.
    pub(super) fn find(&self, lower: &str) -> FeatureSet {
        self.set.matches(lower).into_iter().map(|index| self.means[index]).collect()
    }
}

/// Compiles a pattern that is a constant of this program.
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(&ascii_boundaries(text)).expect("the pattern is a constant")
}

/// Word boundaries of ASCII only: the Unicode ones send the matcher down its slow path at the first curly quote.
fn ascii_boundaries(pattern: &str) -> String {
    pattern.replace(r"\b", r"(?-u:\b)")
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
    fn sentences_end_at_marks_and_at_line_breaks() {
        assert_eq!(
            sentences("Hi Ada,\n\nIt cuts 2.5 hours. Really? Yes!\n"),
            ["Hi Ada,", "It cuts 2.5 hours.", "Really?", "Yes!"]
        );
        assert!(sentences("\n . \n").is_empty());
        assert_eq!(sentences("naïve… ünïcode."), ["naïve… ünïcode."]);
    }
}
