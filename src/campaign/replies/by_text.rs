//! Whose text was sent to an address that the campaign does not have.

use std::collections::{BTreeSet, HashMap};

use super::similar::{hash, letters, without_tags};

/// A text is looked for by so many of its first letters. One that is shorter tells nobody from another.
const START: usize = 32;

/// Texts that were written, each with its lead's address. A tool adds a footer or a quote to what it sends and wraps it
/// in HTML; the letters of the text stand somewhere in it, one after the other.
#[derive(Debug, Default)]
pub struct WrittenTexts {
    /// How many letters those texts have that begin like this.
    lengths: HashMap<u64, BTreeSet<usize>>,
    /// Whose text it is; none where several got the same.
    owners: HashMap<u128, Option<String>>,
}

impl WrittenTexts {
    /// Adds what was written to a lead.
    pub fn add<'t>(&mut self, texts: impl Iterator<Item = &'t str>, email: &str) {
        let mut digests = BTreeSet::new();
        for text in texts {
            let letters = letters(text);
            let Some(start) = letters.get(..START) else { continue };
            self.lengths.entry(hash(start)).or_default().insert(letters.len());
            digests.insert(digest(&letters));
        }
        for digest in digests {
            self.owners.entry(digest).and_modify(|owner| *owner = None).or_insert_with(|| Some(email.to_owned()));
        }
    }

    /// The address of the only lead whose text stands in one of those that were sent.
    pub fn owner<'s>(&self, sent: impl Iterator<Item = &'s str>) -> Option<&str> {
        let mut found: BTreeSet<&str> = BTreeSet::new();
        for text in sent {
            let letters = letters(&without_tags(text));
            for (at, start) in letters.windows(START).enumerate() {
                let lengths = self.lengths.get(&hash(start)).into_iter().flatten();
                let texts = lengths.filter_map(|length| letters.get(at..at + length));
                found.extend(texts.filter_map(|text| self.owners.get(&digest(text))?.as_deref()));
            }
        }
        if found.len() == 1 { found.pop_first() } else { None }
    }
}

/// Two hashes of 64 bits: texts that differ are told apart by chance alone.
fn digest(letters: &[char]) -> u128 {
    let backwards = letters.iter().rev().fold(0x9e37_79b9_7f4a_7c15, |hash: u64, letter| {
        (hash ^ u64::from(*letter)).wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(31)
    });
    u128::from(hash(letters)) << 64 | u128::from(backwards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_within_what_a_tool_makes_of_it_and_tells_one_person_from_another() {
        let text = |name: &str| format!("Hi {name}, your team closes the books in nine days. Worth a look at four?");
        let mut written = WrittenTexts::default();
        written.add([text("Ana").as_str()].into_iter(), "ana@x.example");
        written.add([text("Ben").as_str()].into_iter(), "ben@x.example");
        written.add([text("Cleo").as_str()].into_iter(), "cleo@x.example");
        written.add([text("Cleo").as_str()].into_iter(), "other@x.example");
        written.add(["Short."].into_iter(), "short@x.example");
        let owner = |sent: &[&str]| written.owner(sent.iter().copied()).map(str::to_owned);
        let html = format!("<p>Logo</p><div>{}</div><p>Unsubscribe &amp; more</p>", text("Ben").replace(". ", ".<br>"));
        assert_eq!(owner(&[&html]).as_deref(), Some("ben@x.example"));
        assert_eq!(owner(&[&text("Ana"), &html]), None, "the texts of two people");
        assert_eq!(owner(&[&text("Cleo")]), None, "a text that two people got");
        assert_eq!(owner(&[&text("Ana").replace("nine", "ten")]), None);
        assert_eq!(owner(&["Short.", ""]), None);
    }
}
