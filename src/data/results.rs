//! A results file: one run of one prompt, every message with its decision.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::file_name::{FileName, Kind};
use super::folder::DataFolder;
use super::json::{self, Fault};
use super::provenance::{Provenance, SCHEMA_VERSION};
use super::results_stream::Counts;
use super::{Error, Map};
pub use rejoinder_files::sha256;

/// The decision maker's verdict on a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `decision` and `reasoning`")]
pub struct Decision {
    /// Whether the decision maker would reply.
    pub decision: bool,
    /// Why.
    pub reasoning: String,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// The key of a decision under which its score stands, in runs whose decision maker was asked for one.
pub const SCORE: &str = "score";

/// The key of a decision that holds how likely each objection of the lineage was, by name, if a decision maker that
/// answers with probabilities was asked.
pub const OBJECTIONS: &str = "objections";

impl Decision {
    /// The outcome from 0 to 1: how likely a yes was where that is known, else 1 for a yes and 0 for a no.
    #[must_use]
    pub fn chance(&self) -> f64 {
        self.score().unwrap_or(if self.decision { 1.0 } else { 0.0 })
    }

    /// How likely a yes was, where the decision maker was asked for that.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        self.extra.get(SCORE).and_then(serde_json::Value::as_f64)
    }
}

/// A message and the decision on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `message` and `decision`")]
pub struct Judged {
    /// The text as sent.
    pub message: String,
    /// The verdict.
    pub decision: Decision,
    /// What `rejoinder` found out about the message; none in files of others and of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejoinder: Option<MessageNote>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// What `rejoinder` found out about a message: what it claims, and whether anything supports it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object")]
pub struct MessageNote {
    /// The audit of its claims; its shape belongs to the room that writes it. Where there is none, the claims are not
    /// checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<serde_json::Value>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

impl MessageNote {
    /// A note with this audit.
    #[must_use]
    pub fn with_audit(audit: serde_json::Value) -> Self {
        MessageNote { audit: Some(audit), extra: Map::new() }
    }

    /// The audit; `None` also where it is not what it should be, such as one of a later version.
    #[must_use]
    pub fn audit<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(self.audit.as_ref()?).ok()
    }
}

/// All messages to one persona.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `persona` and `messages`")]
pub struct PersonaResult {
    /// Who.
    pub persona: String,
    /// Empty if every trial failed. A trial whose decision is `null` in the file failed too.
    #[serde(deserialize_with = "super::undecided::decided")]
    pub messages: Vec<Judged>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// What a run was. The totals are what the file says; for rates, count the contents ([`Results::counts`]).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metadata {
    /// Name of the personas file, where the file says so; the original's improvement runs do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persona_file: Option<String>,
    /// Messages asked for per persona.
    pub messages_per_persona: u64,
    /// Personas of the run.
    pub total_personas: u64,
    /// Messages of the run.
    pub total_messages: u64,
    /// When, as [`clock::iso`](super::clock::iso) writes it; empty if the file does not say.
    pub processing_date: String,
    /// The prompt that wrote the messages.
    pub system_prompt: String,
    /// Whether the run ended a cycle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub improvement_run: Option<bool>,
    /// Personas with at least one decision.
    pub successful_personas: u64,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
    /// What `rejoinder` adds; none in files of the original.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejoinder: Option<Provenance>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Loose")]
pub struct Results {
    /// What it was.
    pub metadata: Metadata,
    /// What came of it, one entry per persona.
    pub results: Vec<PersonaResult>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

impl AsRef<Metadata> for Metadata {
    fn as_ref(&self) -> &Metadata {
        self
    }
}

impl AsRef<Metadata> for Results {
    fn as_ref(&self) -> &Metadata {
        &self.metadata
    }
}

impl Results {
    /// Reads a results file. Also gives the SHA-256 of its bytes, 64 hexadecimal digits, by which a child names it.
    ///
    /// # Errors
    ///
    /// What is wrong and where; [`Error::NewerSchema`] for a file of a later version.
    pub fn load(folder: &DataFolder, file: &FileName) -> Result<(Self, String), Error> {
        let bytes = folder.read(file)?;
        let checked = |results: Self| check(&results.metadata, results.results.len()).map(|()| results);
        let fault = match json::parse(&bytes).and_then(checked) {
            Ok(results) => return Ok((results, sha256(&bytes))),
            Err(fault) => fault,
        };
        // A later version may mean other things by the same keys, so its number explains better than any complaint.
        match schema_version(&bytes) {
            Some(found) if found > u64::from(SCHEMA_VERSION) => {
                Err(Error::NewerSchema { path: folder.path(file), found, known: SCHEMA_VERSION })
            }
            _ => Err(fault.in_file(folder, file)),
        }
    }

    /// The bytes of the file.
    ///
    /// # Errors
    ///
    /// None in practice; see [`json::render`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        json::render(Kind::Results, self)
    }

    /// Counts positive decisions and all decisions; the totals in the metadata play no part.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        let decisions = || self.results.iter().flat_map(|result| &result.messages);
        let yes = decisions().filter(|judged| judged.decision.decision).count();
        (yes as u64, decisions().count() as u64)
    }
}

/// What a file says beside its entries, read from a text that has the lists of entries empty.
///
/// # Errors
///
/// A fault; its place is not that in the file.
pub(super) fn head(rest: &[u8], counts: &Counts) -> Result<(Metadata, Map), Fault> {
    let Loose { metadata, extra, .. } = json::parse(rest)?;
    let metadata = metadata.settled(counts);
    check(&metadata, counts.personas)?;
    Ok((metadata, extra))
}

/// Checks what types alone cannot say.
fn check(metadata: &Metadata, personas: usize) -> Result<(), Fault> {
    let Some(provenance) = &metadata.rejoinder else { return Ok(()) };
    if provenance.schema_version != SCHEMA_VERSION {
        let problem = format!("expected {SCHEMA_VERSION}, found {}", provenance.schema_version);
        return Err(Fault::new("metadata.rejoinder.schema_version", problem));
    }
    if let Some(at) = provenance.failures.iter().position(|failure| failure.persona >= personas) {
        return Err(Fault::new(
            format!("metadata.rejoinder.failures[{at}].persona"),
            format!("points at persona {}, but `results` has {personas}", provenance.failures[at].persona),
        ));
    }
    Ok(())
}

fn schema_version(bytes: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Top {
        metadata: Middle,
    }
    #[derive(Deserialize)]
    struct Middle {
        rejoinder: Bottom,
    }
    #[derive(Deserialize)]
    struct Bottom {
        schema_version: u64,
    }
    json::parse::<Top>(bytes).ok().map(|top| top.metadata.rejoinder.schema_version)
}

/// A results file as others may have written it: only the prompt and the results are required.
#[derive(Deserialize)]
#[serde(expecting = "an object with `metadata` and `results`")]
struct Loose {
    metadata: LooseMetadata,
    results: Vec<PersonaResult>,
    #[serde(flatten)]
    extra: Map,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with at least `system_prompt`")]
struct LooseMetadata {
    persona_file: Option<String>,
    messages_per_persona: Option<u64>,
    total_personas: Option<u64>,
    total_messages: Option<u64>,
    processing_date: Option<String>,
    system_prompt: String,
    improvement_run: Option<bool>,
    successful_personas: Option<u64>,
    rejoinder: Option<Provenance>,
    #[serde(flatten)]
    extra: Map,
}

impl LooseMetadata {
    /// What the file does not say is counted.
    fn settled(self, counts: &Counts) -> Metadata {
        Metadata {
            persona_file: self.persona_file,
            messages_per_persona: self.messages_per_persona.unwrap_or(counts.most as u64),
            total_personas: self.total_personas.unwrap_or(counts.personas as u64),
            total_messages: self.total_messages.unwrap_or(counts.total),
            processing_date: self.processing_date.unwrap_or_default(),
            system_prompt: self.system_prompt,
            improvement_run: self.improvement_run,
            successful_personas: self.successful_personas.unwrap_or(counts.decided as u64),
            extra: self.extra,
            rejoinder: self.rejoinder,
        }
    }
}

impl From<Loose> for Results {
    fn from(loose: Loose) -> Self {
        let Loose { metadata, results, extra } = loose;
        let mut counts = Counts::default();
        results.iter().for_each(|result| counts.add(result.messages.iter().map(|judged| judged.decision.decision)));
        Results { metadata: metadata.settled(&counts), results, extra }
    }
}
