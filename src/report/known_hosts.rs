//! The hosts that roles can name, and whether their keys are there.

use serde::{Deserialize, Serialize};

use super::words;

/// A host that is known, and whether its key is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownHost {
    /// As roles name it.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Where it is, or what is missing to say so.
    pub address: String,
    /// The variable of its key; `None` where it takes none.
    pub variable: Option<String>,
    /// Whether the variable is set. The key itself is nobody's business.
    pub key: Key,
}

/// Whether a host's key is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// It is.
    Set,
    /// It is not, and nothing goes without.
    NotSet,
    /// It is not, and the host may do without.
    NotNeeded,
    /// The host takes none.
    None,
}

impl KnownHost {
    /// The variable and whether it is set, in words.
    #[must_use]
    pub fn key_in_words(&self) -> String {
        let said = match self.key {
            Key::None => return "none".to_owned(),
            Key::Set => "set",
            Key::NotNeeded => "not set, not needed",
            Key::NotSet => "not set",
        };
        format!("{} ({said})", words::one_line(self.variable.as_deref().unwrap_or_default(), 100))
    }
}
