//! What a lineage remembers from cycle to cycle: the facts, the split of its personas, and every attempt to better it.

pub mod attempts;
pub mod family;
pub mod memory;
pub mod root;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::memory::Memory;
use self::root::Root;
use crate::data::results::Metadata;
use crate::data::spool::Texts;
use crate::data::{self, DataFolder, FileName, Head, Kind, results_stream, versions};
use crate::evaluate::grounding::Sources;
use crate::improve::parts::{MarkedBy, Marking};
use crate::improve::{Codebook, PromptParts, Tried};
use crate::journal::AttemptRow;
use crate::optimize::error::Error;
use crate::optimize::people::kinds::Kinds;
use crate::optimize::people::split::Split;

/// The memory of a lineage. It stands in every results file that a cycle saves, under `metadata.rejoinder.lineage`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lineage {
    /// What the offer may truthfully claim: a file of the user's, or the facts of the first prompt. Never taken from a
    /// rewritten prompt.
    pub facts: String,
    /// The parts of the first prompt: its facts and rules stand in every prompt of the lineage, word for word.
    #[serde(default)]
    pub parts: PromptParts,
    /// What records of earlier versions have in place of the parts: what every prompt states.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    offer: String,
    /// Who is learned from and who only verifies.
    pub split: Split,
    /// SHA-256 of the results file that it began with; empty in records of earlier versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub root: String,
    /// For every challenger that was verified on the way to this file, whether it was adopted, oldest first.
    #[serde(default)]
    pub attempts: Vec<bool>,
    /// Every attempt on the root that was known when the file was written, including those of its other descendants:
    /// all of them together may adopt wrongly with a chance of at most alpha.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<AttemptRow>,
    /// Whether the incumbent's messages have proved against a challenger already, so that the next is measured afresh.
    #[serde(default)]
    pub earlier_used: bool,
    /// What earlier challengers tried and how they fared.
    #[serde(default)]
    pub tried: Vec<Tried>,
    /// The groups that what people said is sorted into.
    #[serde(default)]
    pub codebook: Codebook,
    /// Kinds of people among those who only verify.
    #[serde(default, skip_serializing_if = "Kinds::is_empty")]
    pub kinds: Kinds,
    /// What was found out about advice.
    #[serde(default, skip_serializing_if = "Memory::is_empty")]
    pub memory: Memory,
}

/// A lineage as a file leaves it.
#[derive(Clone, Debug)]
pub struct Resumed {
    /// Its memory. Where it begins with this file, its parts are those that headings name; the rest is fixed.
    pub lineage: Lineage,
    /// Its first run, where it begins with this file.
    pub root: Option<Root>,
}

impl Resumed {
    /// Whether a model has to say what of the first prompt is what.
    #[must_use]
    pub fn is_unmarked(&self) -> bool {
        self.root.is_some() && self.lineage.parts.by() == MarkedBy::Nobody
    }
}

/// Challengers that are remembered.
const MOST_TRIED: usize = 40;

impl Lineage {
    /// The memory of the lineage that a results file belongs to; `None` where it begins with this file.
    #[must_use]
    pub fn of(head: &Head) -> Option<Self> {
        Lineage::recorded(&head.metadata)
    }

    /// The same of a file's metadata.
    #[must_use]
    pub fn recorded(metadata: &Metadata) -> Option<Self> {
        let mut lineage: Lineage = metadata.rejoinder.as_ref()?.lineage.as_ref()?.open()?;
        for tried in &mut lineage.tried {
            // Earlier versions told the improver how much people gained who were to verify only.
            if let Some((verdict, rest)) = tried.verdict.split_once(", gain on unseen people ") {
                tried.verdict = format!("{verdict}{}", rest.split_once(" points").map_or("", |(_, rest)| rest));
            }
        }
        if lineage.parts.is_empty() {
            lineage.parts = PromptParts::from_offer(&lineage.offer, &metadata.system_prompt, &[]).ok()?;
        }
        Some(lineage)
    }

    /// The memory of the file's lineage, or that of a new one which begins with it: `all` are its personas. Facts that
    /// are given go before those that are remembered, and what holds a text of `keep` is a rule from now on.
    ///
    /// # Errors
    /// Where a file of the lineage, or of its personas, cannot be read, or what is to be kept stands nowhere.
    pub fn resume(
        folder: &DataFolder,
        head: &Head,
        all: &Texts,
        facts: Option<&str>,
        keep: &[String],
    ) -> Result<Resumed, Error> {
        if let Some(mut lineage) = Lineage::of(head) {
            let offer = std::mem::take(&mut lineage.offer);
            if offer.is_empty() {
                lineage.parts.keep(keep)?;
            } else {
                lineage.parts = PromptParts::from_offer(&offer, &head.metadata.system_prompt, keep)?;
            }
            if let Some(facts) = facts {
                facts.trim().clone_into(&mut lineage.facts);
            }
            return Ok(Resumed { lineage, root: None });
        }
        let split = Split::new(folder, head.metadata.persona_file.as_deref(), all)?;
        let mut root = Root::of(folder, head)?;
        root.facts = facts.map(str::to_owned).or(root.facts);
        let parts = Marking::new(&root.prompt, keep)?.parts();
        let lineage = Lineage::new(parts, root.facts.as_deref(), split);
        Ok(Resumed { lineage, root: Some(root) })
    }

    /// A new one, of a first prompt of these parts.
    #[must_use]
    pub fn new(parts: PromptParts, facts: Option<&str>, split: Split) -> Self {
        let facts = facts.map_or_else(|| parts.facts(), |facts| facts.trim().to_owned());
        Lineage { facts, parts, split, ..Lineage::default() }
    }

    /// What its messages are held against: the whole first prompt, and before it facts that were given apart. Those of
    /// its first run were held against the same before anybody told its parts apart.
    #[must_use]
    pub fn sources(&self) -> Sources {
        let given = (self.facts.trim() != self.parts.facts().trim()).then_some(self.facts.as_str());
        root::sources(&self.parts.prompt(), given)
    }

    /// Remembers that a challenger was verified, whether it was adopted, and whether the incumbent's earlier messages
    /// proved. An adopted one begins with messages of its own.
    pub fn attempted(&mut self, adopted: bool, earlier: bool) {
        self.attempts.push(adopted);
        self.earlier_used = !adopted && (self.earlier_used || earlier);
    }

    /// Remembers what was tried, and forgets what is long ago.
    pub fn remember(&mut self, tried: Tried) {
        self.tried.push(tried);
        let long_ago = self.tried.len().saturating_sub(MOST_TRIED);
        self.tried.drain(..long_ago);
    }
}

/// The file that the lineage of this one stands on now, and its prompt, which is the best that is known: a cycle's file
/// holds the prompt that was adopted, or the one that stayed. It is the latest version that a cycle of ours saved;
/// where there is none, this file.
///
/// # Errors
/// Where a file of the lineage cannot be read.
pub fn best(folder: &DataFolder, file: &FileName, head: &Head) -> Result<(FileName, String), data::Error> {
    let base = versions::lineage_base(file.stem());
    let mut parents = BTreeMap::from([(file.stem().to_owned(), parent_of(head))]);
    let mut cycles = Vec::new();
    for other in folder.list(Kind::Results)? {
        if other == *file || versions::lineage_base(other.stem()) != base {
            continue;
        }
        let ((), head) = results_stream::gather(folder, &other, &())?;
        parents.insert(other.stem().to_owned(), parent_of(&head));
        if versions::version_of(other.stem()).is_some() && Lineage::of(&head).is_some() {
            cycles.push((other, head.metadata.system_prompt));
        }
    }
    // Of files whose first run nobody knows, the name is all there is to go by.
    let root = versions::root(file.stem(), &parents);
    let is_kin = |other: &FileName| match (&root, versions::root(other.stem(), &parents)) {
        (Some(root), Some(other)) => *root == other,
        _ => true,
    };
    let own = versions::version_of(file.stem());
    let latest = cycles
        .into_iter()
        .filter(|(other, _)| is_kin(other) && versions::version_of(other.stem()) > own)
        .max_by_key(|(other, _)| versions::version_of(other.stem()));
    Ok(latest.unwrap_or_else(|| (file.clone(), head.metadata.system_prompt.clone())))
}

/// The run that this one was made from.
fn parent_of(head: &Head) -> Option<String> {
    let parent = head.metadata.rejoinder.as_ref()?.parent.as_ref()?;
    Some(versions::stem_of(&parent.file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_are_given_or_those_of_the_first_prompt_or_all_of_it() {
        let first = "## Facts\nTeams reduce manual work by 45%.\n\n## Advice\n- Cite results of 80%.";
        let parts = |prompt: &str| Marking::new(prompt, &[]).unwrap().parts();
        let lineage = Lineage::new(parts(first), None, Split::default());
        assert_eq!(lineage.facts, "## Facts\nTeams reduce manual work by 45%.");
        assert_eq!(lineage.parts.fixed().trim(), lineage.facts);
        let given = Lineage::new(parts(first), Some("Customers: Acme\n"), Split::default());
        assert_eq!(given.facts, "Customers: Acme");
        assert_eq!(Lineage::new(parts("We sell tea."), None, Split::default()).facts, "We sell tea.");
    }

    #[test]
    fn a_record_of_an_earlier_version_keeps_its_offer_and_the_rest_of_its_prompt_is_advice() {
        let record = serde_json::json!({"facts": "We sell tea.", "offer": "We sell tea.", "split": {"below": 7}});
        let metadata = serde_json::json!({
            "system_prompt": "We sell tea.\n\nHow to write:\n- Be brief.\n- Sign as {{sender}}.",
            "rejoinder": {"schema_version": 1, "run_id": "1", "simulated": true, "seed": 1, "lineage": record},
        });
        let folder = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(folder.path());
        let file = FileName::new(Kind::Results, "x_results_improvement_run_v1").unwrap();
        let text = serde_json::json!({"metadata": metadata, "results": []}).to_string();
        folder.replace(&file, text.as_bytes()).unwrap();
        let ((), head) = results_stream::gather(&folder, &file, &()).unwrap();
        let all = Texts::new(folder.root()).unwrap();
        let resume = |keep: &[String]| Lineage::resume(&folder, &head, &all, None, keep);
        let resumed = resume(&[]).unwrap();
        assert!(!resumed.is_unmarked());
        let parts = &resumed.lineage.parts;
        assert_eq!(parts.fixed(), "We sell tea.\n\n- Sign as {{sender}}.");
        assert_eq!(parts.advice_in(&head.metadata.system_prompt), ["Be brief."]);
        assert!(resume(&["be brief".into()]).unwrap().lineage.parts.fixed().contains("- Be brief."));
        assert!(resume(&["coffee".into()]).is_err());
        let again: Lineage = serde_json::from_value(serde_json::to_value(&resumed.lineage).unwrap()).unwrap();
        assert_eq!(again, resumed.lineage);
    }

    #[test]
    fn messages_of_the_incumbent_prove_once() {
        let mut lineage = Lineage::default();
        lineage.attempted(false, true);
        assert!(lineage.earlier_used);
        lineage.attempted(false, false);
        assert!(lineage.earlier_used);
        lineage.attempted(true, false);
        assert_eq!((lineage.earlier_used, lineage.attempts.as_slice()), (false, [false, false, true].as_slice()));
    }

    #[test]
    fn a_record_of_an_earlier_version_with_other_codebooks_is_read() {
        let record = serde_json::json!({
            "facts": "We sell tea.", "offer": "We sell tea.", "split": {"below": 7}, "attempts": [false],
            "codebooks": [{"groups": [{"name": "no tea here", "count": 9, "personas": 8, "quote": "No tea."}],
                "sampled": 9, "of": 9, "unnamed": 0, "unnamed_personas": 0}],
        });
        let lineage: Lineage = serde_json::from_value(record).unwrap();
        assert_eq!((lineage.attempts.len(), lineage.codebook.groups().len()), (1, 0));
    }

    #[test]
    fn only_so_much_is_remembered() {
        let mut lineage = Lineage::default();
        for n in 0..100 {
            lineage.remember(Tried { what: n.to_string(), verdict: "kept".into() });
        }
        assert_eq!((lineage.tried.len(), lineage.tried[39].what.as_str()), (40, "99"));
    }
}
