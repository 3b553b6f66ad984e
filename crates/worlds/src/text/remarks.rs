//! Reasonings in words, and what is read from them.

use super::TextWorld;
use crate::feedback::{Remark, Remarks};
use crate::stream::Stream;

impl TextWorld {
    /// What somebody says who has these remarks.
    pub(super) fn say(&self, remarks: &[Remark], yes: bool, dice: &mut Stream) -> String {
        let said: Vec<String> = remarks
            .iter()
            .map(|remark| match remark {
                Remark::Misses(need) => format!("It does not tell me {}.", self.words.needs[*need][0]),
                Remark::Dislikes(thing) => format!("I could do without {}.", self.words.names[*thing][dice.below(2)]),
                Remark::Likes(thing) => format!("I was glad to read of {}.", self.words.names[*thing][dice.below(2)]),
            })
            .collect();
        match (said.is_empty(), yes) {
            (false, _) => said.join(" "),
            (true, true) => "Why not, I have time.".to_owned(),
            (true, false) => "Not for me.".to_owned(),
        }
    }

    /// The remarks of a text in which people are quoted, counted.
    #[must_use]
    pub fn remarks(&self, text: &str) -> Remarks {
        let mut remarks = Remarks::new(&self.world);
        let lower = text.to_lowercase();
        let count = |phrase: &str| lower.matches(phrase).count() as f64;
        for (at, need) in self.words.needs.iter().enumerate() {
            remarks.misses[at] += count(&format!("does not tell me {}", need[0]));
        }
        for (at, names) in self.words.names.iter().enumerate() {
            for name in names.iter().filter(|name| !name.is_empty()) {
                remarks.dislikes[at] += count(&format!("could do without {name}"));
                remarks.likes[at] += count(&format!("glad to read of {name}"));
            }
        }
        remarks
    }

    /// What a group of reasonings with this remark is called, and how it is defined.
    pub(super) fn group(&self, remark: Remark) -> (String, String) {
        match remark {
            Remark::Misses(need) => {
                let [phrase, name] = self.words.needs[need];
                (name.to_owned(), format!("The message does not tell {phrase}."))
            }
            Remark::Dislikes(thing) => {
                let name = &self.words.names[thing][0];
                (format!("weary of {name}"), format!("They would rather not read of {name}."))
            }
            Remark::Likes(thing) => {
                let name = &self.words.names[thing][0];
                (format!("pleased by {name}"), format!("They like to read of {name}."))
            }
        }
    }

    /// All remarks that a reasoning makes.
    pub(super) fn remarks_of(&self, text: &str) -> Vec<Remark> {
        let counted = self.remarks(text);
        let of = |counts: &[f64], remark: fn(usize) -> Remark| -> Vec<Remark> {
            counts.iter().enumerate().filter(|(_, count)| **count > 0.0).map(|(at, _)| remark(at)).collect()
        };
        let mut all = of(&counted.misses, Remark::Misses);
        all.extend(of(&counted.dislikes, Remark::Dislikes));
        all.extend(of(&counted.likes, Remark::Likes));
        all
    }
}
