//! People who are described nearly as somebody else is.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use unicode_normalization::UnicodeNormalization;

/// Words of a sequence.
const WORDS: usize = 4;
/// Two people are near copies if this share of the sequences of one is the other's.
const ALIKE: (usize, usize) = (4, 5);
/// If a phrase is shared by more people than this, only the first of them are looked at.
const SHARE_IT: usize = 100;

/// People with whom others are compared: by their sequences of four words, without case, space and Unicode form.
#[derive(Debug, Default)]
pub struct NearCopies {
    who: HashMap<u64, Vec<u32>>,
    people: u32,
}

impl NearCopies {
    /// Adds a person.
    pub fn add(&mut self, persona: &str) {
        for run in runs(persona) {
            let sharing = self.who.entry(run).or_default();
            if sharing.len() < SHARE_IT {
                sharing.push(self.people);
            }
        }
        self.people += 1;
    }

    /// Whether somebody who was added is described nearly as this person: four fifths of this person's sequences of
    /// four words are theirs.
    #[must_use]
    pub fn resembles(&self, persona: &str) -> bool {
        let runs = runs(persona);
        let mut shared: HashMap<u32, usize> = HashMap::new();
        for index in runs.iter().filter_map(|run| self.who.get(run)).flatten() {
            *shared.entry(*index).or_default() += 1;
        }
        let most = shared.into_values().max().unwrap_or(0);
        most > 0 && most * ALIKE.1 >= runs.len() * ALIKE.0
    }
}

/// The hashes of a text's sequences of words.
fn runs(persona: &str) -> HashSet<u64> {
    let folded: String = persona.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    let words: Vec<&str> = folded.split_whitespace().collect();
    words
        .windows(WORDS)
        .map(|words| {
            let mut hasher = DefaultHasher::new();
            words.hash(&mut hasher);
            hasher.finish()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_other_words_make_nobody_another_person_and_many_do() {
        let text =
            "ada berg runs purchasing at a steel maker of three hundred people in graz and answers in the evening";
        let mut people = NearCopies::default();
        people.add(text);
        assert!(people.resembles(&text.replace("ada", "eva")));
        assert!(people.resembles(&text.to_uppercase()));
        assert!(
            !people.resembles("bo lind owns three bakeries in oslo and tries a thing for a week before he buys it")
        );
        assert!(!people.resembles("too short") && !people.resembles(""));
        assert!(!NearCopies::default().resembles(text));
    }
}
