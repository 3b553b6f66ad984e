//! Whether a persona is there already, perhaps in other words.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Two personas with the same first words, this many, are compared more closely.
const OPENING: usize = 8;

/// Personas of the same opening with which a new one is compared.
const COMPARED: usize = 50;

/// Personas that are there already, so that nobody is among them twice.
///
/// Two descriptions are of one person if they have the same words, or if they begin with the same [`OPENING`] words and
/// at least half of all their words (Jaccard 1912) are common to both: models repeat themselves from the beginning.
/// That two people have the same name, title or first sentence does not make them one.
#[derive(Debug, Default)]
pub(super) struct Seen {
    texts: HashSet<u64>,
    openings: HashMap<u64, Vec<Vec<u64>>>,
}

impl Seen {
    pub(super) fn is_new(&mut self, persona: &str) -> bool {
        let words: Vec<u64> = persona
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| hash(&word.to_lowercase()))
            .collect();
        // Without a word, such as a line of signs, only the signs can differ.
        let text = if words.is_empty() { hash(&persona) } else { hash(&words) };
        if !self.texts.insert(text) {
            return false;
        }
        let alike = self.openings.entry(hash(&words[..words.len().min(OPENING)])).or_default();
        let mut words = words;
        words.sort_unstable();
        words.dedup();
        // Only the newest are compared with, so that the time does not grow with the square where all begin alike.
        if alike.iter().rev().take(COMPARED).any(|other| are_alike(other, &words)) {
            return false;
        }
        alike.push(words);
        true
    }
}

/// Whether at least half of the words of both are common to both. Words come sorted and without repetition.
fn are_alike(one: &[u64], other: &[u64]) -> bool {
    let (mut at, mut common) = (0, 0);
    for word in one {
        at += other[at..].partition_point(|candidate| candidate < word);
        common += usize::from(other.get(at) == Some(word));
    }
    let all = one.len() + other.len() - common;
    2 * common >= all && all > 0
}

/// A hash that is the same in every process: the hasher has no secret.
fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_ones(personas: &[&str]) -> Vec<bool> {
        let mut seen = Seen::default();
        personas.iter().map(|persona| seen.is_new(persona)).collect()
    }

    #[test]
    fn one_person_described_twice_is_one_person() {
        let first = "Ana Ruiz, 41, CTO at a bank in Lisbon with 300 staff. Blunt, busy, wants figures. Decides alone.";
        let spaced =
            "ana  ruiz - 41, CTO at a bank in Lisbon with 300 staff; blunt, busy, wants figures, decides alone";
        let reworded =
            "Ana Ruiz, 41, CTO at a bank in Lisbon with 300 staff. Blunt and always busy, wants figures. Decides fast.";
        assert_eq!(new_ones(&[first, spaced, reworded]), [true, false, false]);
    }

    #[test]
    fn a_title_a_name_or_an_opening_in_common_makes_nobody_the_same() {
        assert_eq!(new_ones(&["Dr. Amara Obi, head of a clinic", "Dr. Jonas Weil, head of a clinic"]), [true; 2]);
        assert_eq!(
            new_ones(&["You are a CTO. You run a bank's core systems.", "You are a CTO. Your startup sells shoes."]),
            [true; 2]
        );
        assert_eq!(
            new_ones(&[
                "You are the head of purchasing at a mid-sized steel maker in Graz. Dry humour; reads on Fridays; \
                 trusts referrals; 200k a year without asking.",
                "You are the head of purchasing at a mid-sized organic bakery chain from Lyon who hates phone calls, \
                 lives for margins and signs nothing before the family council has met.",
            ]),
            [true; 2]
        );
        assert_eq!(new_ones(&["Ana Ruiz, CTO", "Ana Ruiz, CFO", "安娜", "鲍勃", "!", "?", "!"])[..6], [true; 6]);
    }

    #[test]
    fn any_number_that_begin_alike_take_time_in_proportion() {
        crate::evaluate::growth::assert_in_proportion("personas", 500, |size| {
            let mut seen = Seen::default();
            for number in 0..size as u64 {
                let words: Vec<String> = (0..40).map(|at| (number * 7_919 + at * 104_729).to_string()).collect();
                let persona = format!("You are a buyer at a firm in Europe. {}", words.join(" "));
                assert!(seen.is_new(&persona));
            }
        });
    }
}
