//! `--referee`: a second decision maker beside the first.

use std::path::Path;

use super::error::Error;
use crate::evaluate::decision_prompt::DecisionPrompt;
use crate::model::hosts::Hosts;
use crate::model::id::ModelId;
use crate::report::words::shell;

/// What tells a referee from the decision maker. What it does not name is the decision maker's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referee {
    /// Another model.
    pub model: Option<ModelId>,
    /// Another decision prompt.
    pub prompt: Option<DecisionPrompt>,
}

impl Referee {
    /// From the one or two words after `--referee`; none where there are none. A word that names a model at a host that
    /// is known without settings is one, and so is any other of the form `HOST/NAME` that is not a file; the rest are
    /// decision prompts. A file that is called like a model is written `./market/7`.
    ///
    /// # Errors
    /// When there are two of a kind, or the decision prompt cannot be read.
    pub fn parse(words: &[String]) -> Result<Option<Self>, Error> {
        if words.is_empty() {
            return Ok(None);
        }
        let mut referee = Referee { model: None, prompt: None };
        for word in words {
            let is_second = match word.parse::<ModelId>().map_err(|_| ()).and_then(|id| settle(id, word)) {
                Ok(model) => referee.model.replace(model).is_some(),
                Err(()) => referee.prompt.replace(DecisionPrompt::load(word)?).is_some(),
            };
            if is_second {
                return Err(Error::Usage(
                    "--referee takes a model, a decision prompt, or one of each, such as --referee market/7 lenient"
                        .into(),
                ));
            }
        }
        Ok(Some(referee))
    }

    /// The words after `--referee` as the flag of another command, with a space before it; nothing without any.
    #[must_use]
    pub fn flags(words: &[String]) -> String {
        let flag = if words.is_empty() { "" } else { " --referee" };
        words.iter().fold(flag.to_owned(), |flags, word| format!("{flags} {}", shell(word)))
    }
}

/// The model, unless the word looks more like a file name.
fn settle(id: ModelId, word: &str) -> Result<ModelId, ()> {
    let is_known = id.is_market() || Hosts::built_in().get(id.host()).is_ok();
    if is_known || !Path::new(word).exists() { Ok(id) } else { Err(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Option<Referee>, Error> {
        Referee::parse(&words.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn a_word_that_names_a_model_is_one_and_any_other_is_a_decision_prompt() {
        assert_eq!(parse(&[]).unwrap(), None);
        let model = |id: &str| Some(id.parse().unwrap());
        let referee = |model, prompt| Some(Referee { model, prompt });
        assert_eq!(parse(&["market/7"]).unwrap(), referee(model("market/7"), None));
        assert_eq!(parse(&["ollama/llama3:8b"]).unwrap(), referee(model("ollama/llama3:8b"), None));
        assert_eq!(parse(&["lenient"]).unwrap(), referee(None, Some(DecisionPrompt::lenient())));
        let both = referee(model("claude-haiku-5-5"), Some(DecisionPrompt::strict()));
        assert_eq!(parse(&["strict", "claude-haiku-5-5"]).unwrap(), both);
        assert_eq!(parse(&["claude-haiku-5-5", "strict"]).unwrap(), both);
    }

    #[test]
    fn the_next_command_has_the_same_referee() {
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(Referee::flags(&words(&["market/7", "my judge.md"])), " --referee market/7 'my judge.md'");
        assert_eq!(Referee::flags(&[]), "");
    }

    #[test]
    fn two_of_a_kind_and_what_is_neither_are_refused() {
        for (words, part) in [
            (&["market/7", "market/8"][..], "one of each"),
            (&["lenient", "strict"], "one of each"),
            (&["no-such-file.md"], "decision prompt `no-such-file.md`"),
            (&[""], "decision prompt ``"),
        ] {
            let error = parse(words).unwrap_err().to_string();
            assert!(error.contains(part), "{words:?}: {error}");
        }
    }
}
