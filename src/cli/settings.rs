//! `rejoinder.toml`, the environment (with `.env`) and flags, in rising priority.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::model::hosts::Entry;
use crate::model::price::Price;

/// The settings file that is read where there is one.
pub const DEFAULT_FILE: &str = "rejoinder.toml";

/// Everything that `rejoinder.toml` may say. Keys of accounts are not among it on purpose: they belong into the
/// environment or `.env`, which are not committed by accident.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// As `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// As `--model`.
    pub model: Option<String>,
    /// As `--generator`.
    pub generator: Option<String>,
    /// As `--decision-maker`.
    pub decision_maker: Option<String>,
    /// As `--improver`.
    pub improver: Option<String>,
    /// As `--auditor`.
    pub auditor: Option<String>,
    /// As `--reasons`.
    pub reasons: Option<String>,
    /// As `--base-url`.
    pub base_url: Option<String>,
    /// As `ANTHROPIC_BASE_URL`.
    pub anthropic_base_url: Option<String>,
    /// As `--decision-prompt`.
    pub decision_prompt: Option<String>,
    /// As `--scored`.
    pub scored: Option<Scored>,
    /// As `--examples`.
    pub examples: Option<String>,
    /// As `--prompt-file`.
    pub prompt_file: Option<PathBuf>,
    /// Certificates (PEM) that are trusted beside the machine's own.
    pub ca_file: Option<PathBuf>,
    /// Calls at once on one HTTP/2 connection.
    pub calls_per_connection: Option<usize>,
    /// As `--engine`.
    pub engine: Option<String>,
    /// As `--restate`.
    #[cfg_attr(not(feature = "restate"), allow(dead_code, reason = "read all the same: the file may be used by both"))]
    pub restate: Option<String>,
    /// As `--concurrency`.
    pub concurrency: Option<Concurrency>,
    /// As `--timeout`, in seconds.
    pub timeout: Option<u64>,
    /// As `--retries`.
    pub retries: Option<u32>,
    /// As `--patience`, in seconds.
    pub patience: Option<u64>,
    /// As `--stragglers`.
    pub stragglers: Option<String>,
    /// Seconds beyond the usual time before a call is a straggler at all.
    pub straggler_seconds: Option<f64>,
    /// How hard the model of each role should think.
    #[serde(default)]
    pub effort: PerRole<String>,
    /// The most tokens of one answer per role, thinking included.
    #[serde(default)]
    pub max_tokens: PerRole<u32>,
    /// Hosts that are added or changed, by the name before the slash of their models.
    #[serde(default)]
    pub hosts: BTreeMap<String, Entry>,
    /// Prices by model id, in dollars per million tokens; they override the built-in table.
    #[serde(default)]
    pub prices: BTreeMap<String, Price>,
}

/// A value for each role.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerRole<T> {
    /// For the generator.
    pub generator: Option<T>,
    /// For the decision maker.
    pub decision_maker: Option<T>,
    /// For the improver.
    pub improver: Option<T>,
    /// For the auditor.
    pub auditor: Option<T>,
}

impl<T> Default for PerRole<T> {
    fn default() -> Self {
        PerRole { generator: None, decision_maker: None, improver: None, auditor: None }
    }
}

/// A threshold, or whether there is one at all.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub enum Scored {
    /// `true` is the usual threshold, `false` none.
    Switch(bool),
    /// A threshold.
    Number(f64),
}

/// A number, or the text `auto`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Concurrency {
    /// Calls at once.
    Number(usize),
    /// `auto`.
    Text(String),
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("settings file {path}: {source}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("settings file {path}{place}: {message}")]
    Wrong {
        /// Which.
        path: PathBuf,
        /// `, line 3`, where known.
        place: String,
        /// What is wrong.
        message: String,
    },
}

impl Settings {
    /// Reads the settings file: the one named, which must exist, else `rejoinder.toml` in the current folder, if any.
    ///
    /// # Errors
    /// When the file cannot be read, is no TOML, or says something that is not known.
    pub fn load(named: Option<&Path>) -> Result<Self, Error> {
        let path = named.unwrap_or(Path::new(DEFAULT_FILE));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(source) if named.is_none() && source.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Settings::default());
            }
            Err(source) => return Err(Error::Unreadable { path: path.to_owned(), source }),
        };
        Settings::parse(&text).map_err(|(line, message)| Error::Wrong {
            path: path.to_owned(),
            place: line.map(|line| format!(", line {line}")).unwrap_or_default(),
            message,
        })
    }

    /// The ranges that the flags of the same names have.
    pub fn check_ranges(&self) -> Result<(), String> {
        let outside =
            |name: &str, from: u64, to: u64| Err(format!("{name} in the settings file must be from {from} to {to}"));
        if self.timeout.is_some_and(|seconds| !(1..=86_400).contains(&seconds)) {
            return outside("timeout", 1, 86_400);
        }
        if self.retries.is_some_and(|retries| retries > 100) {
            return outside("retries", 0, 100);
        }
        if self.patience.is_some_and(|seconds| seconds > 86_400) {
            return outside("patience", 0, 86_400);
        }
        if self.calls_per_connection.is_some_and(|calls| !(1..=10_000).contains(&calls)) {
            return outside("calls_per_connection", 1, 10_000);
        }
        if self.straggler_seconds.is_some_and(|seconds| !(0.1..=86_400.0).contains(&seconds)) {
            return Err("straggler_seconds in the settings file must be from 0.1 to 86400".into());
        }
        let PerRole { generator, decision_maker, improver, auditor } = &self.max_tokens;
        let tokens = [*generator, *decision_maker, *improver, *auditor];
        if tokens.into_iter().flatten().any(|tokens| !(16..=1_000_000).contains(&tokens)) {
            return outside("max_tokens", 16, 1_000_000);
        }
        Ok(())
    }

    /// Reads settings from TOML text; on error, the line where known, and what is wrong. The text itself is not
    /// repeated: somebody may have put a key into it.
    fn parse(text: &str) -> Result<Self, (Option<usize>, String)> {
        toml::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            (line, without_values(&error.message().replace('\n', " ")))
        })
    }
}

/// What is wrong, without the value that is wrong, and without a name that cannot be meant for a setting.
fn without_values(message: &str) -> String {
    let is_typed = message.starts_with("invalid type: ") || message.starts_with("invalid value: ");
    if let Some((_, expected)) = message.rsplit_once(", expected ").filter(|_| is_typed) {
        return format!("expected {expected}, found something else");
    }
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.rsplit_once("`, expected "));
    match unknown {
        Some((name, names)) if !name.chars().all(|c| c.is_ascii_lowercase() || c == '_') => {
            format!("unknown field, expected {names}")
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_keys_of_the_documentation_are_understood() {
        let example = include_str!("../../docs/rejoinder.toml");
        let settings = Settings::parse(example).unwrap();
        assert!(settings.model.is_some() && settings.prices.len() == 1 && settings.effort.improver.is_some());
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_its_value_is_not_repeated() {
        let (line, message) = Settings::parse("model = \"market\"\napi_key = \"sk-canary\"\n").unwrap_err();
        assert_eq!(line, Some(2));
        assert!(message.contains("api_key") && !message.contains("canary"), "{message}");
        let (line, message) = Settings::parse("timeout = \"sk-canary, expected u64\"").unwrap_err();
        assert_eq!((line, message.as_str()), (Some(1), "expected u64, found something else"));
        let (_, message) = Settings::parse("sk-canary-0 = 1").unwrap_err();
        assert!(message.starts_with("unknown field, expected one of"), "{message}");
    }
}
