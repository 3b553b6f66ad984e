//! Has labelled reasonings named and sorted, and compares groups with labels.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rejoinder::improve::codebook::Side;
use rejoinder::improve::feedback::Reasoning as Said;
use rejoinder::improve::improver::REWRITE_TOKENS;
use rejoinder::improve::{Codebook, Improver};
use rejoinder::model::Role;

use super::labelled::Reasoning;
use super::recorded::Recorded;
use super::score::Labels;
use super::{caller, folder};

/// Which label each of our group names means: somebody who saw the names, the definitions and the labels' names, and no
/// reasoning, has said so. A name that means no label is `something else`.
type Meanings = BTreeMap<String, String>;

/// Noes in no group for which further groups are looked for.
const FEWEST_LEFT: usize = 8;

/// The label of a reasoning that none of the others fits; so it stands alone or not at all.
const ELSE: &str = "something else";

fn meanings(side: Side) -> Meanings {
    let path: &Path = &folder().join("meanings.json");
    let text = std::fs::read_to_string(path).unwrap_or_else(|_| "{}".to_owned());
    let all: BTreeMap<String, Meanings> = serde_json::from_str(&text).expect("names and their labels");
    all.get(side.as_str()).cloned().unwrap_or_default()
}

/// What came of the reasonings.
pub struct Sorted {
    pub book: Codebook,
    /// For each reasoning the labels that its groups mean.
    pub found: Vec<Vec<String>>,
    /// Reasonings that no answer sorted.
    pub unsorted: usize,
    pub score: Labels,
    pub by_lang: BTreeMap<String, Labels>,
}

/// Names groups from the reasonings and sorts each into them, as a cycle does.
pub async fn sort(model: &Arc<Recorded>, all: &[Reasoning]) -> Sorted {
    let improver = Improver::new(caller(Role::Improver, Arc::clone(model)), REWRITE_TOKENS);
    let lines: Vec<Said<'_>> = all
        .iter()
        .enumerate()
        .map(|(persona, reasoning)| Said { persona, message: 0, yes: reasoning.yes, text: &reasoning.text })
        .collect();
    let mut book = Codebook::default();
    for side in Side::ALL {
        let texts: Vec<&str> =
            lines.iter().filter(|said| Side::from_decision(said.yes) == side).map(|said| said.text).collect();
        if let Ok(groups) = improver.name_groups(side, &texts, &book, &["reading", side.as_str()]).await {
            book.add(side, groups);
        }
    }
    let mut codes = improver.sort(&lines, &book, &["reading", "all"]).await.codes;
    // As a cycle does: where many noes fit no group, further ones are looked for, once.
    let is_left = |said: &&Said<'_>| {
        let code = codes.iter().find(|code| code.persona as usize == said.persona);
        !said.yes && code.is_some_and(|code| code.groups.is_empty())
    };
    let left: Vec<Said<'_>> = lines.iter().filter(is_left).copied().collect();
    if left.len() >= FEWEST_LEFT {
        let texts: Vec<&str> = left.iter().map(|said| said.text).collect();
        if let Ok(groups) = improver.name_groups(Side::Against, &texts, &book, &["reading", "further"]).await {
            book.add(Side::Against, groups);
            let again = improver.sort(&left, &book, &["reading", "again"]).await.codes;
            codes.retain(|code| !left.iter().any(|said| said.persona == code.persona as usize));
            codes.extend(again);
        }
    }
    let mut sorted =
        Sorted { book, found: Vec::new(), unsorted: 0, score: Labels::default(), by_lang: BTreeMap::new() };
    for (at, reasoning) in all.iter().enumerate() {
        let code = codes.iter().find(|code| code.persona as usize == at);
        sorted.unsorted += usize::from(code.is_none());
        let side = Side::from_decision(reasoning.yes);
        let meanings = meanings(side);
        let mut found: Vec<String> = Vec::new();
        for group in code.into_iter().flat_map(|code| &code.groups) {
            let name = &sorted.book.groups()[usize::from(*group)].name;
            let label = meanings.get(name).filter(|label| *label != ELSE);
            found.extend(label.filter(|label| !found.contains(label)).cloned());
        }
        if found.is_empty() {
            found.push(ELSE.to_owned());
        }
        sorted.score.add(&found, &reasoning.labels);
        sorted.by_lang.entry(reasoning.lang.clone()).or_default().add(&found, &reasoning.labels);
        sorted.found.push(found);
    }
    sorted
}
