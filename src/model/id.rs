//! Which model: a provider and the provider's own name for it, written `anthropic/claude-sonnet-5-5`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Provider {
    /// The Claude Messages API, at Anthropic or at a server that speaks it.
    Anthropic,
    /// Chat completions, at OpenAI or at a server that speaks them.
    OpenAi,
    /// Chat completions at a local Ollama.
    Ollama,
    /// The built-in simulation.
    Market,
}

impl Provider {
    /// The word before the slash.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Provider::Anthropic => "anthropic",
            Provider::OpenAi => "openai",
            Provider::Ollama => "ollama",
            Provider::Market => "market",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A model as a person names it: `anthropic/NAME`, `openai/NAME`, `ollama/NAME`, `market` or `market/NAME`.
///
/// There is no list of permitted names: models come and go faster than releases of this tool. [`fmt::Display`] gives
/// text that parses to the same id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelId {
    provider: Provider,
    name: String,
}

/// Text that names no model. One line, with the forms that would.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a model: {why}; write anthropic/NAME, openai/NAME, ollama/NAME, market or market/NAME (a bare \
     claude-... means anthropic/claude-...)"
)]
pub struct ModelIdError {
    text: String,
    why: &'static str,
}

impl ModelId {
    /// Who answers.
    #[must_use]
    pub fn provider(&self) -> Provider {
        self.provider
    }

    /// The provider's own name for the model: everything after the first slash; empty for a plain `market`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl FromStr for ModelId {
    type Err = ModelIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |why| Err(ModelIdError { text: text.chars().take(100).collect(), why });
        if text.is_empty() {
            return refuse("it is empty");
        }
        // A stray newline from an environment file would otherwise reach a header, a table and a file name.
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return refuse("it has a space or a control character");
        }
        let id = |provider, name: &str| Ok(ModelId { provider, name: name.to_owned() });
        match text.split_once('/') {
            None if text == "market" => id(Provider::Market, ""),
            None if text.starts_with("claude-") => id(Provider::Anthropic, text),
            None => refuse("it names no provider"),
            Some((_, "")) => refuse("the name after the slash is missing"),
            Some(("anthropic", name)) => id(Provider::Anthropic, name),
            Some(("openai", name)) => id(Provider::OpenAi, name),
            Some(("ollama", name)) => id(Provider::Ollama, name),
            Some(("market", name)) => id(Provider::Market, name),
            Some(_) => refuse("its provider is unknown"),
        }
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.provider.as_str())?;
        if self.name.is_empty() { Ok(()) } else { write!(f, "/{}", self.name) }
    }
}

impl TryFrom<String> for ModelId {
    type Error = ModelIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ModelId> for String {
    fn from(id: ModelId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> (Provider, String) {
        let id: ModelId = text.parse().unwrap();
        (id.provider(), id.name().to_owned())
    }

    #[test]
    fn every_accepted_form_parses() {
        assert_eq!(parsed("anthropic/claude-sonnet-5-5"), (Provider::Anthropic, "claude-sonnet-5-5".into()));
        assert_eq!(parsed("claude-haiku-5-5"), (Provider::Anthropic, "claude-haiku-5-5".into()));
        assert_eq!(parsed("openai/org/model:free"), (Provider::OpenAi, "org/model:free".into()));
        assert_eq!(parsed("ollama/qwen2.5-coder:1.5b"), (Provider::Ollama, "qwen2.5-coder:1.5b".into()));
        assert_eq!(parsed("market"), (Provider::Market, String::new()));
        assert_eq!(parsed("market/hard"), (Provider::Market, "hard".into()));
    }

    #[test]
    fn a_refusal_is_one_line_that_names_the_accepted_forms() {
        for text in [
            "",
            "gpt-9",
            "mistral/large",
            "anthropic/",
            "market/",
            "Anthropic/x",
            "a b",
            "openai/x\n",
            "openai/\u{1b}[31m",
        ] {
            let error = text.parse::<ModelId>().unwrap_err().to_string();
            assert!(error.contains("anthropic/NAME, openai/NAME, ollama/NAME, market"), "{error}");
            assert!(!error.chars().any(char::is_control), "{error}");
        }
    }

    proptest! {
        #[test]
        fn what_parses_is_displayed_as_text_that_parses_to_the_same(text in "(anthropic|openai|ollama|market|claude-)?/?\\PC{0,20}") {
            if let Ok(id) = text.parse::<ModelId>() {
                prop_assert_eq!(id.to_string().parse::<ModelId>().unwrap(), id.clone());
                let json = serde_json::to_string(&id).unwrap();
                prop_assert_eq!(serde_json::from_str::<ModelId>(&json).unwrap(), id);
            }
        }
    }
}
