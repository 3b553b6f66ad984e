//! What `rejoinder` adds to a results file, all of it under `metadata.rejoinder`: what made the run and what judged it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Map;
use super::entries::Entries;
use super::record::{CycleRecord, Kept, Metrics, Sealed};

/// The version of the format below. A file with a greater one is refused.
pub const SCHEMA_VERSION: u32 = 1;

/// Where a run comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object")]
pub struct Provenance {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Tells this run from every other.
    pub run_id: String,
    /// The run whose prompt this one's descends from; none for a first run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// Which models took part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub models: Option<Models>,
    /// Hash of what judged: two rates compare only if it is equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The real examples that the judge was shown, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examples: Option<RealExamples>,
    /// Hash of what wrote the messages. The messages of one prompt come from one source only if it is equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writer: Option<String>,
    /// What the messages consist of.
    #[serde(default, skip_serializing_if = "MessageForm::is_text")]
    pub form: MessageForm,
    /// What the offer may claim, where it was given apart from the prompt. The first run of a lineage says so for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<String>,
    /// Whether any answer came from the market rather than from a model. Required: a rate must not lose the word.
    pub simulated: bool,
    /// The seed of every random choice.
    pub seed: u64,
    /// What the calls cost in tokens, by role.
    #[serde(default)]
    pub usage: BTreeMap<String, RoleUsage>,
    /// What they cost in US dollars, where the prices were known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// Trials without a decision. They count in no rate.
    #[serde(default)]
    pub failures: Vec<FailedTrial>,
    /// Trials that came to no decision on the way to the prompt: while searching, verifying and deciding again. They
    /// count in no rate either.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub search_failures: Vec<SearchFailure>,
    /// The parent's messages, decided again by this run's judge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// Where the run reached a limit before its end: which, and how many trials were not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial: Option<String>,
    /// What the loop measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Kept<Metrics>>,
    /// What the lineage remembers from cycle to cycle; its shape belongs to the room that writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lineage: Option<Sealed>,
    /// Which of the run's reasonings are in which groups; its shape belongs to the room that writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coding: Option<Sealed>,
    /// What real replies are about, by the groups of the lineage. Empty if there are none, or if they have not been
    /// sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub real_replies: Vec<RealGroup>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

impl Provenance {
    /// What every run has; the rest is empty.
    #[must_use]
    pub fn new(run_id: impl Into<String>, seed: u64, simulated: bool) -> Self {
        Provenance {
            schema_version: SCHEMA_VERSION,
            run_id: run_id.into(),
            parent: None,
            models: None,
            fingerprint: None,
            examples: None,
            writer: None,
            form: MessageForm::Text,
            facts: None,
            simulated,
            seed,
            usage: BTreeMap::new(),
            cost_usd: None,
            failures: Vec::new(),
            search_failures: Vec::new(),
            baseline: None,
            partial: None,
            metrics: None,
            lineage: None,
            coding: None,
            real_replies: Vec::new(),
            extra: Map::new(),
        }
    }

    /// What the loop measured, as far as it can be read.
    #[must_use]
    pub fn measured(&self) -> Option<&Metrics> {
        self.metrics.as_ref()?.get()
    }

    /// The record of the cycle that ended in this run, where it is one of ours.
    #[must_use]
    pub fn cycle(&self) -> Option<&CycleRecord> {
        self.measured()?.cycle.as_ref()
    }
}

/// What a message consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageForm {
    /// A text. All messages were that before there was another form.
    #[default]
    Text,
    /// An e-mail: its subject on the first line, an empty line, and a text, as in a campaign.
    Mail,
}

impl MessageForm {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    fn is_text(&self) -> bool {
        *self == MessageForm::Text
    }
}

/// Real messages with what their readers did, which a decision maker was shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "an object with `campaign` and `sha256`")]
pub struct RealExamples {
    /// The campaign that they are from.
    pub campaign: String,
    /// Hash of all texts that they are chosen from, 64 hexadecimal digits.
    pub sha256: String,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// How many real replies are in a group. Nobody's words are kept here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "an object with `name` and `replies`")]
pub struct RealGroup {
    /// The group's name in the codebook, or the one for what fits no group.
    pub name: String,
    /// `against` or `in_favour`.
    pub side: String,
    /// Replies in it.
    pub replies: u64,
    /// Replies that were sorted.
    pub of: u64,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// The results file that a run descends from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object")]
pub struct Parent {
    /// Its name in `results/`.
    pub file: String,
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// An earlier run's messages with decisions by a later run's judge: what makes the two comparable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object")]
pub struct Baseline {
    /// The earlier file's name in `results/`.
    pub file: String,
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Who decided; empty where nobody knows and nothing was decided again.
    pub fingerprint: String,
    /// What the messages consist of.
    #[serde(default, skip_serializing_if = "MessageForm::is_text")]
    pub form: MessageForm,
    /// What is new about the messages.
    #[serde(default, skip_serializing_if = "Redone::is_decisions")]
    pub redone: Redone,
    /// Which of the reasonings below are in which groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coding: Option<Sealed>,
    /// The messages with the later decisions, by persona. Trials that failed are left out.
    pub results: Entries,
}

/// What was found out about an earlier run's messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Redone {
    /// They were decided on again; where their claims had not been checked, they may have been.
    #[default]
    Decisions,
    /// The decisions are those of the file; claims were checked.
    Audits,
}

impl Redone {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    fn is_decisions(&self) -> bool {
        *self == Redone::Decisions
    }
}

/// Which models took part, each as a person names it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object")]
pub struct Models {
    /// Wrote the messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<String>,
    /// Decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_maker: Option<String>,
    /// Rewrote the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub improver: Option<String>,
    /// Audited the messages' claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auditor: Option<String>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// Calls of one role and their tokens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object")]
pub struct RoleUsage {
    /// Answered calls.
    pub calls: u64,
    /// Tokens read at the full price.
    pub input_tokens: u64,
    /// Tokens produced.
    pub output_tokens: u64,
    /// Tokens written to the prompt cache.
    #[serde(default)]
    pub cache_write_tokens: u64,
    /// Tokens read from the prompt cache.
    #[serde(default)]
    pub cache_read_tokens: u64,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// A trial that came to no decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object")]
pub struct FailedTrial {
    /// Index of its persona in `results`.
    pub persona: usize,
    /// Which of the persona's messages it was to be, from 0.
    pub message: usize,
    /// What failed, such as `generate` or `decide`.
    pub stage: String,
    /// Why, in one line.
    pub reason: String,
    /// The message, where one had been written before the trial failed: it was paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// A trial of the search that came to no decision. Its persona may be one of those kept aside, and then is not in
/// `results`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object")]
pub struct SearchFailure {
    /// The persona's text.
    pub persona: String,
    /// The batch that it belonged to, as the journal calls it.
    pub step: String,
    /// What failed, such as `generate` or `decide`.
    pub stage: String,
    /// Why, in one line.
    pub reason: String,
    /// The message, where one had been written before the trial failed: it was paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}
