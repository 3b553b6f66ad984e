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

    /// The chance from which on a decision is a yes if nobody names another; `None` for a prompt that asks for yes or
    /// no. An inbox is asked for chances: hardly any message is more likely than not to be answered, and one in ten is
    /// many.
    #[must_use]
    pub fn threshold(&self) -> Option<Threshold> {
        if *self == DecisionPrompt::inbox() { Threshold::new(0.1) } else { None }
    }

    /// The built-in prompt of that name, else the text of that file.
    ///
    /// # Errors
    /// When the file cannot be read or holds no text.
    pub fn load(name: &str) -> Result<Self, Error> {
        match name {
            "strict" => Ok(DecisionPrompt::strict()),
            "lenient" => Ok(DecisionPrompt::lenient()),
            "inbox" => Ok(DecisionPrompt::inbox()),
            _ => {
                let text = crate::data::encoding::read_text(Path::new(name))
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

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a test lays out files that are not the program's")]
    fn a_prompt_is_read_in_the_encoding_of_its_file() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("judge.txt");
        let utf16: Vec<u8> = "\u{feff}Sag ja für Zoë.\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [utf16, b"Sag ja f\xfcr Zo\xeb.\n".to_vec(), "Sag ja für Zoë.".as_bytes().to_vec()] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(DecisionPrompt::load(path.to_str().unwrap()).unwrap().text, "Sag ja für Zoë.");
        }
        std::fs::write(&path, b"PK\x03\x04").unwrap();
        let error = DecisionPrompt::load(path.to_str().unwrap()).unwrap_err();
        assert!(error.to_string().contains("not text; save it as text (UTF-8)"), "{error}");
    }
}
