//! People who only verify, and are described nearly as somebody who is learned from.

use std::collections::{HashMap, HashSet};

use super::pairing::Key;
use crate::data;
use crate::data::spool::Texts;

/// How many of the unseen are described almost like somebody who is learned from: four fifths of their four-word
/// sequences are that person's. Skipped for more people than a person would look through.
pub fn near_copies(all: &Texts, learn: &[u32], unseen: &Texts) -> Result<usize, data::Error> {
    const MOST: usize = 2_000;
    /// Of a phrase that more people than this share, only the first ones are looked at.
    const SHARE_IT: usize = 100;
    const WORDS: usize = 4;
    const ALIKE: (usize, usize) = (4, 5);
    if learn.len().max(unseen.len()) > MOST {
        return Ok(0);
    }
    let runs = |persona: &str| -> HashSet<u64> {
        let folded: Vec<String> = persona.split_whitespace().map(str::to_lowercase).collect();
        folded.windows(WORDS).map(|words| u64::from(Key::of(&words.join(" ")).number())).collect()
    };
    let mut who: HashMap<u64, Vec<u32>> = HashMap::new();
    for index in learn {
        for run in runs(&all.get(*index as usize)?) {
            let sharing = who.entry(run).or_default();
            if sharing.len() < SHARE_IT {
                sharing.push(*index);
            }
        }
    }
    let mut near = 0;
    for persona in unseen.iter() {
        let runs = runs(&persona?);
        let mut shared: HashMap<u32, usize> = HashMap::new();
        for index in runs.iter().filter_map(|run| who.get(run)).flatten() {
            *shared.entry(*index).or_default() += 1;
        }
        let most = shared.into_values().max().unwrap_or(0);
        near += usize::from(most > 0 && most * ALIKE.1 >= runs.len() * ALIKE.0);
    }
    Ok(near)
}
