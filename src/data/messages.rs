//! A messages file: a JSON array of messages that were written and may not have been decided yet.
//!
//! A row has `persona`, `message` and, where it is known, `system_prompt`; once decided also `decision` and
//! `decision_reasoning`. A row that `rejoinder` wrote or decided also says so, under one key `rejoinder`:
//!
//! | key | says |
//! | --- | --- |
//! | `generator` | `{model, fingerprint, simulated}`: which model wrote the message and how, where `rejoinder` did |
//! | `fingerprint`, `model` | who decided, or was asked to: two rows' decisions compare only if the fingerprint is the same |
//! | `simulated` | whether the message or the decision comes from the market |
//! | `score` | how likely a yes was, where the decision maker was asked for that |
//! | `audit` | what the message claims and whether anything supports it, where it was checked |
//! | `failure` | why the last attempt to decide came to no decision; a later success removes it |
//!
//! An attempt that fails changes nothing but `failure` in a row that has a decision. All other keys of a row belong to
//! others and survive.

use std::collections::{HashMap, HashSet, VecDeque};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::file_name::{FileName, Kind};
use super::folder::DataFolder;
use super::{Error, FileError, Map, json};

/// One message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `persona` and `message`")]
pub struct Row {
    /// To whom.
    pub persona: String,
    /// The text.
    pub message: String,
    /// The prompt that wrote it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// The verdict, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<bool>,
    /// Why, once there is a verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_reasoning: Option<String>,
    /// What `rejoinder` had to do with it; none in rows of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejoinder: Option<Mark>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// What `rejoinder` had to do with a row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object")]
pub struct Mark {
    /// Who wrote the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<Writer>,
    /// Hash of what judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The model that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Whether the message or the decision comes from the market. Required: a rate must not lose the word.
    pub simulated: bool,
    /// How likely a yes was, where the decision maker was asked for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// The audit of the message's claims, where they were checked; its shape belongs to the room that writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<serde_json::Value>,
    /// Why the last attempt to decide came to no decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// The model that wrote a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `model` and `simulated`")]
pub struct Writer {
    /// As a person names it.
    pub model: String,
    /// Hash of all that writes, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Whether it is the market.
    pub simulated: bool,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// Who decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judge {
    /// Hash of what judges.
    pub fingerprint: String,
    /// The model, as a person names it.
    pub model: String,
    /// Whether it is the market.
    pub simulated: bool,
}

/// What came of the attempt to decide on a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A decision.
    Decided {
        /// Yes or no.
        decision: bool,
        /// Why.
        reasoning: String,
        /// How likely a yes was, where the decision maker was asked for that.
        score: Option<f64>,
    },
    /// None, for this reason.
    Failed(String),
}

impl Row {
    /// A message without a decision.
    #[must_use]
    pub fn new(persona: impl Into<String>, message: impl Into<String>, system_prompt: impl Into<String>) -> Self {
        Row {
            persona: persona.into(),
            message: message.into(),
            system_prompt: Some(system_prompt.into()),
            decision: None,
            decision_reasoning: None,
            rejoinder: None,
            extra: Map::new(),
        }
    }

    /// The same, written by this one.
    #[must_use]
    pub fn written_by(mut self, writer: Writer) -> Self {
        self.rejoinder = Some(Mark { simulated: writer.simulated, generator: Some(writer), ..Mark::default() });
        self
    }

    /// The same with this audit of its claims, where there is one.
    #[must_use]
    pub fn audited(mut self, audit: Option<serde_json::Value>) -> Self {
        if let Some(mark) = &mut self.rejoinder {
            mark.audit = audit;
        }
        self
    }

    /// The audit of its claims; `None` where there is none, or none that can be read as this.
    #[must_use]
    pub fn audit<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(self.rejoinder.as_ref()?.audit.as_ref()?).ok()
    }

    /// Whether there is a verdict already, which is then kept.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.decision.is_some()
    }

    /// Whether the market wrote the message, as far as the row says.
    #[must_use]
    pub fn is_message_simulated(&self) -> bool {
        let generator = self.rejoinder.as_ref().and_then(|mark| mark.generator.as_ref());
        generator.is_some_and(|generator| generator.simulated)
    }

    fn apply(&mut self, outcome: &Outcome, judge: &Judge) {
        let simulated = judge.simulated || self.is_message_simulated();
        let is_decided = self.is_decided();
        let mark = self.rejoinder.get_or_insert_default();
        match outcome {
            Outcome::Decided { decision, reasoning, score } => {
                self.decision = Some(*decision);
                self.decision_reasoning = Some(reasoning.clone());
                mark.score = *score;
                mark.failure = None;
            }
            Outcome::Failed(reason) => {
                mark.failure = Some(reason.clone());
                // The decision that stays is its own judge's.
                if is_decided {
                    return;
                }
            }
        }
        mark.fingerprint = Some(judge.fingerprint.clone());
        mark.model = Some(judge.model.clone());
        mark.simulated = simulated;
    }

    /// The verdict as it is compared: reasoning without a decision is none.
    fn verdict(&self) -> Option<(bool, &str)> {
        self.decision.map(|decision| (decision, self.decision_reasoning.as_deref().unwrap_or_default()))
    }
}

impl Outcome {
    fn verdict(&self) -> Option<(bool, &str)> {
        match self {
            Outcome::Decided { decision, reasoning, .. } => Some((*decision, reasoning)),
            Outcome::Failed(_) => None,
        }
    }
}

/// The file of a set of messages: `{name}_messages.json`, also if `name` ends so already.
///
/// # Errors
///
/// As [`FileName::new`].
pub fn file_name(name: &str) -> Result<FileName, Error> {
    FileName::new(Kind::Messages, &format!("{}_messages", base(name)))
}

fn base(name: &str) -> &str {
    let stem = name.strip_suffix(".json").unwrap_or(name);
    stem.strip_suffix("_messages").unwrap_or(stem)
}

/// Reads the rows, in order. An empty array is one without rows.
///
/// # Errors
///
/// What is wrong and where.
pub fn load(folder: &DataFolder, file: &FileName) -> Result<Vec<Row>, Error> {
    json::load(folder, file).map(|(rows, _)| rows)
}

/// Writes the rows, in order, in place of any file of that name.
///
/// # Errors
///
/// As [`DataFolder::replace`].
pub fn save(folder: &DataFolder, file: &FileName, rows: &[Row]) -> Result<(), Error> {
    let bytes = json::render(Kind::Messages, rows)?;
    let _lock = folder.lock(Kind::Messages)?;
    folder.replace(file, &bytes)
}

/// Writes the rows under a name that nothing has yet: `file`'s, or else the first free of `X_2_messages`,
/// `X_3_messages`, ... They were paid for, so a name that is taken by now does not lose them.
///
/// # Errors
///
/// As [`DataFolder::create_new`].
pub fn save_new(folder: &DataFolder, file: &FileName, rows: &[Row]) -> Result<FileName, Error> {
    let bytes = json::render(Kind::Messages, rows)?;
    let base = base(file.stem());
    let mut file = file.clone();
    for number in 2.. {
        match folder.create_new(&file, &bytes) {
            Err(Error::File(FileError::Exists { .. })) if number < u32::MAX => {
                file = file_name(&format!("{base}_{number}"))?;
            }
            created => return created.map(|()| file),
        }
    }
    Ok(file)
}

/// How a file has taken what was decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Decisions whose row is no longer in the file.
    pub gone: usize,
    /// Decisions for rows that someone else has decided since they were read. The other decision was kept.
    pub taken: usize,
}

/// Puts what came of rows (by their index in `read`, the rows as they were read) into the file as it is now. Other
/// changes since then are kept. A row is found by its place or, if that has moved, by its persona and message. It takes
/// a decision only if it has no decision that was made since it was read. Doing so again with the same outcomes changes
/// nothing.
///
/// No other process can do the same to a file of the folder at the same time.
///
/// # Errors
///
/// As [`load`] and [`save`]; the file is then as it was.
pub fn update(
    folder: &DataFolder,
    file: &FileName,
    read: &[Row],
    outcomes: &[(usize, Outcome)],
    judge: &Judge,
) -> Result<Merged, Error> {
    let _lock = folder.lock(Kind::Messages)?;
    let (mut rows, bytes): (Vec<Row>, _) = json::load(folder, file)?;
    let merged = merge(&mut rows, read, outcomes, judge);
    let new = json::render(Kind::Messages, &rows)?;
    if new != bytes {
        folder.replace(file, &new)?;
    }
    Ok(merged)
}

/// A row's texts and its verdict.
type Place<'r> = (&'r str, &'r str, Option<(bool, &'r str)>);

/// As [`update`], on rows.
pub fn merge(rows: &mut [Row], read: &[Row], outcomes: &[(usize, Outcome)], judge: &Judge) -> Merged {
    let mut merged = Merged::default();
    // Where each outcome goes. Places first, then whatever is left by text, so that equal rows do not take each
    // other's.
    let mut targets: Vec<Option<usize>> = vec![None; outcomes.len()];
    let mut is_target = vec![false; rows.len()];
    for (target, (index, outcome)) in targets.iter_mut().zip(outcomes) {
        let (before, now) = (&read[*index], rows.get(*index));
        let same = now.filter(|now| (&now.persona, &now.message) == (&before.persona, &before.message));
        if same.is_some_and(|now| is_open(now, before, outcome)) {
            *target = Some(*index);
            is_target[*index] = true;
        }
    }
    if targets.contains(&None) {
        let mut places: HashMap<Place<'_>, VecDeque<usize>> = HashMap::new();
        let mut texts: HashSet<(&str, &str)> = HashSet::new();
        for (index, row) in rows.iter().enumerate() {
            texts.insert((&row.persona, &row.message));
            if !is_target[index] {
                places.entry((&row.persona, &row.message, row.verdict())).or_default().push_back(index);
            }
        }
        for (target, (index, outcome)) in targets.iter_mut().zip(outcomes).filter(|(target, _)| target.is_none()) {
            let before = &read[*index];
            let mut place =
                |verdict| places.get_mut(&(before.persona.as_str(), before.message.as_str(), verdict))?.pop_front();
            // A row that has this very decision took it when the file was saved before.
            *target = outcome.verdict().and_then(|text| place(Some(text))).or_else(|| place(before.verdict()));
            if target.is_none() && outcome.verdict().is_some() {
                if texts.contains(&(before.persona.as_str(), before.message.as_str())) {
                    merged.taken += 1;
                } else {
                    merged.gone += 1;
                }
            }
        }
    }
    for (target, (_, outcome)) in targets.iter().zip(outcomes) {
        if let Some(index) = *target {
            rows[index].apply(outcome, judge);
        }
    }
    merged
}

/// Whether a row's verdict is still the one with which it was read, or already this outcome's.
fn is_open(now: &Row, before: &Row, outcome: &Outcome) -> bool {
    now.verdict() == before.verdict() || (now.is_decided() && now.verdict() == outcome.verdict())
}

#[cfg(test)]
mod tests;
