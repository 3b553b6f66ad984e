//! A messages file: a JSON array of messages that were written and may not have been decided yet.

use serde::{Deserialize, Serialize};

use super::file_name::{FileName, Kind};
use super::folder::DataFolder;
use super::{Error, Map, json};

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
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
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
            extra: Map::new(),
        }
    }

    /// Whether there is a verdict already, which is then kept.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.decision.is_some()
    }
}

/// The file of a set of messages: `{name}_messages.json`, also if `name` ends so already.
///
/// # Errors
///
/// As [`FileName::new`].
pub fn file_name(name: &str) -> Result<FileName, Error> {
    let stem = name.strip_suffix(".json").unwrap_or(name);
    let stem = stem.strip_suffix("_messages").unwrap_or(stem);
    FileName::new(Kind::Messages, &format!("{stem}_messages"))
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
    folder.replace(file, &json::render(Kind::Messages, rows)?)
}
