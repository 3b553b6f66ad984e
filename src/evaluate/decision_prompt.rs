//! The decision maker's prompt: three built in, or a file of the user's.

use std::path::Path;

use super::decision_maker::Threshold;

/// A decision maker's system prompt and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionPrompt {
    /// `strict`, `lenient`, `inbox`, or the file's name.
    pub name: String,
    /// The prompt itself.
    pub text: String,
}

/// Why a decision prompt could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither built in nor readable.
    #[error("decision prompt `{name}`: {source}; give `strict`, `lenient`, `inbox` or the path of a text file")]
    Unreadable {
        /// What was asked for.
        name: String,
        /// Why it could not be read.
        source: std::io::Error,
    },
    /// A file without text.
    #[error("decision prompt `{0}` is empty; write into it how the decision maker should decide")]
    Empty(String),
}

impl DecisionPrompt {
    /// Rejects by default: a crowded inbox.
    #[must_use]
    pub fn strict() -> Self {
        DecisionPrompt { name: "strict".into(), text: include_str!("../../prompts/strict.md").trim().into() }
    }

    /// Gives the benefit of the doubt.
    #[must_use]
    pub fn lenient() -> Self {
        DecisionPrompt { name: "lenient".into(), text: include_str!("../../prompts/lenient.md").trim().into() }
    }

    /// A real inbox, in which silence is the usual outcome. It asks for the chance of an answer.
    #[must_use]
    pub fn inbox() -> Self {
        DecisionPrompt { name: "inbox".into(), text: include_str!("../../prompts/inbox.md").trim().into() }
    }

    /// The chance from which on a decision is a yes where nobody names another; none for a prompt that is asked for yes or no.
    /// An inbox is asked for chances: hardly any message is more likely than not to be answered, and one in ten is many.
    #[must_use]
    pub fn threshold(&self) -> Option<Threshold> {
        if *self == DecisionPrompt::inbox() { Threshold::new(0.1) } else { None }
    }

    /// The built-in prompt of that name, else the text of that file.
    ///
    /// # Errors
    /// When the file cannot be read as UTF-8 or holds no text.
    pub fn load(name: &str) -> Result<Self, Error> {
        match name {
            "strict" => Ok(DecisionPrompt::strict()),
            "lenient" => Ok(DecisionPrompt::lenient()),
            "inbox" => Ok(DecisionPrompt::inbox()),
            _ => {
                let text = std::fs::read_to_string(Path::new(name))
                    .map_err(|source| Error::Unreadable { name: name.into(), source })?;
                let text = text.trim_start_matches('\u{feff}').trim();
                if text.is_empty() {
                    return Err(Error::Empty(name.into()));
                }
                Ok(DecisionPrompt { name: name.into(), text: text.into() })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_inbox_is_asked_for_chances_by_itself() {
        let threshold = |name: &str| DecisionPrompt::load(name).unwrap().threshold().map(Threshold::get);
        assert_eq!((threshold("strict"), threshold("lenient"), threshold("inbox")), (None, None, Some(0.1)));
        assert!(DecisionPrompt::load("Inbox?").is_err());
    }
}
