//! What a lineage remembers from cycle to cycle: the facts, the split of its personas, and every attempt to better it.

use serde::{Deserialize, Serialize};

use super::root::Root;
use super::split::Split;
use crate::compare::spending;
use crate::data::spool::Texts;
use crate::data::{self, DataFolder, FileName, Head, Kind, results_stream, versions};
use crate::evaluate::claims::Facts;
use crate::improve::{Codebook, Parts, Tried};

/// The memory of a lineage. It stands in every results file that a cycle saves, under `metadata.rejoinder.lineage`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lineage {
    /// What the offer may truthfully claim: a file of the user's, or what the first prompt states. Never taken from a
    /// rewritten prompt.
    pub facts: String,
    /// What every prompt of the lineage states, word for word: the statements of the first prompt.
    pub offer: String,
    /// Who is learned from and who only verifies.
    pub split: Split,
    /// For every challenger that was verified whether it was adopted, the first one first: all of them together may adopt
    /// wrongly with a chance of alpha.
    #[serde(default)]
    pub attempts: Vec<bool>,
    /// Whether the incumbent's messages have proved against a challenger already, so that the next is measured afresh.
    #[serde(default)]
    pub earlier_used: bool,
    /// What earlier challengers tried and how they fared.
    #[serde(default)]
    pub tried: Vec<Tried>,
    /// The groups that what people said is sorted into.
    #[serde(default)]
    pub codebook: Codebook,
}

/// A prompt whose statements have fewer words than these states its offer some other way, and is kept whole.
const FEWEST_WORDS: usize = 12;
/// Challengers that are remembered.
const MOST_TRIED: usize = 40;

impl Lineage {
    /// The memory of the lineage that a results file belongs to; `None` where it begins with this file.
    #[must_use]
    pub fn of(head: &Head) -> Option<Self> {
        let value = head.metadata.rejoinder.as_ref()?.lineage.clone()?;
        serde_json::from_value(value).ok()
    }

    /// The memory of the file's lineage, or that of a new one which begins with it: `all` are its personas. Facts that are
    /// given go before those that are remembered.
    ///
    /// # Errors
    /// Where a file of the lineage, or of its personas, cannot be read.
    pub fn resume(folder: &DataFolder, head: &Head, all: &Texts, facts: Option<&str>) -> Result<Self, data::Error> {
        if let Some(mut lineage) = Lineage::of(head) {
            if let Some(facts) = facts {
                lineage.facts = Facts::of_offer("", Some(facts)).text;
            }
            return Ok(lineage);
        }
        let split = Split::new(folder, head.metadata.persona_file.as_deref(), all)?;
        let root = Root::of(folder, head)?;
        Ok(Lineage::new(&root.prompt, facts.or(root.facts.as_deref()), split))
    }

    /// A new one. `first` is the first prompt, as far as it is known.
    #[must_use]
    pub fn new(first: &str, facts: Option<&str>, split: Split) -> Self {
        let statements = Parts::of(first).statements().trim().to_owned();
        let says_enough = statements.split_whitespace().count() >= FEWEST_WORDS;
        let offer = if says_enough { statements } else { first.trim().to_owned() };
        let facts = Facts::of_offer(first, facts).text;
        Lineage { facts, offer, split, ..Lineage::default() }
    }

    /// The one-sided level at which the next challenger is verified.
    #[must_use]
    pub fn level(&self, alpha: f64) -> f64 {
        spending::level(alpha, &self.attempts)
    }

    /// Remembers that a challenger was verified, whether it was adopted, and whether the incumbent's earlier messages proved.
    /// An adopted one begins with messages of its own.
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
/// holds the prompt that was adopted, or the one that stayed. It is the latest version that a cycle of ours saved; where
/// there is none, this file.
///
/// # Errors
/// Where a file of the lineage cannot be read.
pub fn best(folder: &DataFolder, file: &FileName, head: &Head) -> Result<(FileName, String), data::Error> {
    let base = versions::lineage_base(file.stem());
    let mut found = (file.clone(), head.metadata.system_prompt.clone(), None);
    for other in folder.list(Kind::Results)? {
        let version = versions::version_of(other.stem());
        if version.is_none() || version < found.2 || versions::lineage_base(other.stem()) != base {
            continue;
        }
        let ((), head) = results_stream::gather(folder, &other, &())?;
        if Lineage::of(&head).is_some() {
            found = (other, head.metadata.system_prompt, version);
        }
    }
    Ok((found.0, found.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_and_the_offer_are_what_the_first_prompt_states() {
        let first = "Company: Brackwater\nValue proposition: teams reduce manual process work by 45% within a quarter\n\n\
                     Instructions:\n- Cite results of 80% at customers.";
        let lineage = Lineage::new(first, None, Split::default());
        assert!(lineage.facts.contains("45%") && !lineage.facts.contains("80%"), "{}", lineage.facts);
        assert!(lineage.offer.contains("45%") && !lineage.offer.contains("80%"), "{}", lineage.offer);
        let given = Lineage::new(first, Some("Customers: Acme"), Split::default());
        assert_eq!(given.facts, "Customers: Acme");
    }

    #[test]
    fn a_prompt_that_states_nothing_apart_is_kept_whole() {
        let first = "Write to sell tea to people who like tea.";
        assert_eq!(Lineage::new(first, None, Split::default()).offer, first);
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
