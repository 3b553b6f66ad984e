//! Which model: a host and the host's own name for it, written `anthropic/claude-sonnet-5-5`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The host whose models are the built-in simulation.
pub const MARKET: &str = "market";

/// The host that a bare `claude-...` is at.
const ANTHROPIC: &str = "anthropic";

/// A model as a person names it: `HOST/NAME`, such as `anthropic/NAME` or `ollama/NAME`, `market` or `market/NAME`.
///
/// There is no list of permitted names: models come and go faster than releases of this tool. Whether there is such a
/// host, [`Hosts`](super::hosts::Hosts) knows. [`fmt::Display`] gives text that parses to the same id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelId {
    host: String,
    name: String,
}

/// Text that names no model. One line, with the forms that would.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a model: {why}; write anthropic/NAME, openai/NAME, ollama/NAME, market, market/NAME, or HOST/NAME \
     for any other host (a bare claude-... means anthropic/claude-...)"
)]
pub struct ModelIdError {
    text: String,
    why: &'static str,
}

impl ModelId {
    /// The name of the host that it is at.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is the built-in simulation.
    #[must_use]
    pub fn is_market(&self) -> bool {
        self.host == MARKET
    }

    /// The host's own name for the model: everything after the first slash; empty for a plain `market`.
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
        let id = |host: &str, name: &str| Ok(ModelId { host: host.to_owned(), name: name.to_owned() });
        let is_host = |host: &str| {
            !host.is_empty() && host.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c))
        };
        match text.split_once('/') {
            None if text == MARKET => id(MARKET, ""),
            None if text.starts_with("claude-") => id(ANTHROPIC, text),
            None => refuse("it names no host"),
            Some((_, "")) => refuse("the name after the slash is missing"),
            Some((host, _)) if !is_host(host) => refuse("what stands before the slash is no host's name"),
            Some((host, name)) => id(host, name),
        }
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
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

    fn parsed(text: &str) -> (String, String) {
        let id: ModelId = text.parse().unwrap();
        (id.host().to_owned(), id.name().to_owned())
    }

    fn pair(host: &str, name: &str) -> (String, String) {
        (host.to_owned(), name.to_owned())
    }

    #[test]
    fn every_accepted_form_parses() {
        assert_eq!(parsed("anthropic/claude-sonnet-5-5"), pair("anthropic", "claude-sonnet-5-5"));
        assert_eq!(parsed("claude-haiku-5-5"), pair("anthropic", "claude-haiku-5-5"));
        assert_eq!(parsed("openai/org/model:free"), pair("openai", "org/model:free"));
        assert_eq!(parsed("ollama/qwen2.5-coder:1.5b"), pair("ollama", "qwen2.5-coder:1.5b"));
        assert_eq!(parsed("market"), pair("market", ""));
        assert_eq!(parsed("openrouter/deepseek/deepseek-v4:free"), pair("openrouter", "deepseek/deepseek-v4:free"));
        assert_eq!(parsed("my-gate.2/m"), pair("my-gate.2", "m"));
        assert_eq!(parsed("market/hard"), pair("market", "hard"));
    }

    #[test]
    fn a_refusal_is_one_line_that_names_the_accepted_forms() {
        for text in
            ["", "gpt-9", "/large", "anthropic/", "market/", "Anthropic/x", "a b", "openai/x\n", "openai/\u{1b}[31m"]
        {
            let error = text.parse::<ModelId>().unwrap_err().to_string();
            assert!(error.contains("anthropic/NAME, openai/NAME, ollama/NAME, market"), "{error}");
            assert!(!error.chars().any(char::is_control), "{error}");
        }
    }

    proptest! {
        #[test]
        fn what_parses_is_displayed_as_text_that_parses_to_the_same(
            text in "(anthropic|openai|ollama|market|claude-)?/?\\PC{0,20}",
        ) {
            if let Ok(id) = text.parse::<ModelId>() {
                prop_assert_eq!(id.to_string().parse::<ModelId>().unwrap(), id.clone());
                let json = serde_json::to_string(&id).unwrap();
                prop_assert_eq!(serde_json::from_str::<ModelId>(&json).unwrap(), id);
            }
        }
    }
}
