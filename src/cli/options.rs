//! Options that several commands share.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use super::error::Error;
use super::referee::Referee;
use super::settings;
use super::setup::Setup;
use crate::call::straggler::Remedy;
use crate::data::{FileName, leads, people};
use crate::engine;
use crate::evaluate::decision_maker::Threshold;
use crate::report::words::shell;

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub struct Global {
    /// Folder with personas/, results/ and messages/ [env: REJOINDER_DATA_DIR] [default: data]
    #[arg(long, global = true, value_name = "DIR", help_heading = "General options")]
    pub data_dir: Option<PathBuf>,
    /// Settings file [default: rejoinder.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE", help_heading = "General options")]
    pub config: Option<PathBuf>,
    /// Print results and warnings only
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "General options")]
    pub quiet: bool,
    /// Also print all details of a result, and every call that is sent again
    #[arg(short, long, global = true, help_heading = "General options")]
    pub verbose: bool,
    /// The run that is to be gone on with, where one was named.
    #[arg(skip)]
    pub resume: Option<String>,
}

/// Which models play which part, and how they are called.
#[derive(Args, Clone, Debug, Default)]
pub struct ModelOptions {
    /// Model of all roles: anthropic/NAME, openai/NAME, ollama/NAME, HOST/NAME (docs/hosts.md) or market [env:
    /// REJOINDER_MODEL] [default: anthropic/claude-sonnet-5-5]
    #[arg(long, value_name = "ID", help_heading = "Models")]
    pub model: Option<String>,
    /// Model that writes messages
    #[arg(long, value_name = "ID", help_heading = "Models")]
    pub generator: Option<String>,
    /// Model that decides on them
    #[arg(long, value_name = "ID", help_heading = "Models")]
    pub decision_maker: Option<String>,
    /// Model that rewrites the prompt
    #[arg(long, value_name = "ID", help_heading = "Models")]
    pub improver: Option<String>,
    /// Model that checks what messages claim, or none to skip the check [env: REJOINDER_AUDITOR] [default: the
    /// improver's]
    #[arg(long, value_name = "ID|none", help_heading = "Models")]
    pub auditor: Option<String>,
    /// Model that writes the reasons when the decision maker answers with probabilities only, or none [env:
    /// REJOINDER_REASONS] [default: the improver's, or the generator's where no improver is needed]
    #[arg(long, value_name = "ID|none", help_heading = "Models")]
    pub reasons: Option<String>,
    /// Server of openai/, ollama/, vllm/, llama-server/ and lmstudio/ models, such as http://127.0.0.1:8080/v1 (before
    /// OPENAI_BASE_URL; for Claude models set ANTHROPIC_BASE_URL)
    #[arg(long, value_name = "URL", help_heading = "Models")]
    pub base_url: Option<String>,
    /// How the decision maker decides: strict, lenient, inbox (asks for the small chance of an answer), or a text
    /// file [env: REJOINDER_DECISION_PROMPT] [default: strict]
    #[arg(long, value_name = "NAME|FILE", help_heading = "Models")]
    pub decision_prompt: Option<String>,
    /// Ask how likely a yes is, from 0 to 1, and count scores from this threshold as a yes; off asks for yes or no.
    /// Only for models that can grade [env: REJOINDER_SCORED] [default: off, or 0.1 with the inbox prompt; 0.5 without
    /// a number]
    #[arg(long, value_name = "THRESHOLD|off", num_args = 0..=1, default_missing_value = "on", help_heading = "Models")]
    pub scored: Option<Scored>,
    /// Show the decision maker up to ten messages that real people replied to and ten that they did not, from this
    /// campaign; this is another judge than one without examples [env: REJOINDER_EXAMPLES] [default: none]
    #[arg(long, value_name = "CAMPAIGN|none", help_heading = "Models")]
    pub examples: Option<String>,
    /// Calls in flight at once: a number, or auto [env: REJOINDER_CONCURRENCY] [default: 6]
    #[arg(long, value_name = "N|auto", help_heading = "Models")]
    pub concurrency: Option<Concurrency>,
    /// Seconds after which a call is given up [default: 600]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400), help_heading = "Models")]
    pub timeout: Option<u64>,
    /// How often a failed call is sent again [default: 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100), help_heading = "Models")]
    pub retries: Option<u32>,
    /// Seconds to wait for a host in trouble (no answer, 5xx, 429, a model that is loading); then the run stops and can
    /// be resumed [default: 600; 0 with --retries 0]
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(0..=86_400),
        help_heading = "Models"
    )]
    pub patience: Option<u64>,
    /// What to do about calls that take far longer than the others: wait, hedge (ask a second time), cut (drop and ask
    /// again), or auto (hedge if nothing else is in flight and calls have a price) [env: REJOINDER_STRAGGLERS]
    /// [default: auto]
    #[arg(long, value_name = "WHAT", help_heading = "Models")]
    pub stragglers: Option<Remedy>,
    /// Where trials run: local, batches (message batches, at half price and within hours) or restate (workers on other
    /// machines) [env: REJOINDER_ENGINE] [default: local]
    #[arg(long, value_name = "WHERE", help_heading = "Run")]
    pub engine: Option<engine::Kind>,
    /// With message batches, send small rounds (fewer than 100 calls) and unanswered requests online
    #[arg(long, help_heading = "Run")]
    pub urgent: bool,
    /// Restate's ingress, for --engine restate, such as http://127.0.0.1:8080 [env: REJOINDER_RESTATE]
    #[arg(long, value_name = "URL", help_heading = "Run")]
    pub restate: Option<String>,
    /// Start over instead of resuming an interrupted run
    #[arg(long, help_heading = "Run")]
    pub fresh: bool,
    /// Stop before the run's calls exceed this number, counting those before an interruption; it can be resumed
    #[arg(long, value_name = "N", help_heading = "Run")]
    pub max_calls: Option<u64>,
    /// Stop before the run's cost exceeds this, counting what was spent before an interruption; it can be resumed
    #[arg(long, value_name = "USD", value_parser = dollars, help_heading = "Run")]
    pub max_cost: Option<f64>,
    /// Stop after this many seconds; the run can be resumed
    #[arg(long, value_name = "SECONDS", help_heading = "Run")]
    pub max_time: Option<u64>,
    /// Print the calls, tokens and dollars this would take, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// A second decision maker, of commands that have one.
    #[arg(skip)]
    pub referee: Option<Referee>,
}

/// An amount in dollars, with or without the sign.
pub fn dollars(text: &str) -> Result<f64, String> {
    let amount: f64 =
        text.trim_start_matches('$').parse().map_err(|_| "an amount in dollars, such as 2.50".to_owned())?;
    if amount.is_finite() && amount >= 0.0 { Ok(amount) } else { Err("an amount of zero or more dollars".into()) }
}

/// `--scored`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored(pub Option<Threshold>);

impl ModelOptions {
    /// Who writes, judges and audits, as flags for the next command, each with a space before it: with others it would
    /// compare what two judges said.
    #[must_use]
    pub fn cast_flags(&self) -> String {
        let scored =
            self.scored.map(|Scored(from)| from.map_or_else(|| "off".to_owned(), |from| from.get().to_string()));
        [
            ("--model", &self.model),
            ("--generator", &self.generator),
            ("--decision-maker", &self.decision_maker),
            ("--improver", &self.improver),
            ("--auditor", &self.auditor),
            ("--reasons", &self.reasons),
            ("--base-url", &self.base_url),
            ("--decision-prompt", &self.decision_prompt),
            ("--scored", &scored),
            ("--examples", &self.examples),
        ]
        .iter()
        .filter_map(|(flag, value)| Some(format!(" {flag} {}", shell(value.as_ref()?))))
        .collect()
    }
}

impl Scored {
    const EXPECTED: &str = "scored is a threshold above 0 and at most 1, or on, or off";

    /// From the settings file.
    ///
    /// # Errors
    /// One line, where the value is none of what it may be.
    pub fn from_settings(value: &settings::Scored) -> Result<Self, String> {
        match value {
            settings::Scored::Switch(on) => Ok(Scored(on.then_some(Threshold::HALF))),
            settings::Scored::Number(number) => Scored::at(*number),
        }
    }

    fn at(number: f64) -> Result<Self, String> {
        Threshold::new(number).map(|threshold| Scored(Some(threshold))).ok_or_else(|| Scored::EXPECTED.to_owned())
    }
}

impl FromStr for Scored {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" | "false" => Ok(Scored(None)),
            "on" | "true" => Ok(Scored(Some(Threshold::HALF))),
            _ => Scored::at(text.parse().unwrap_or(f64::NAN)),
        }
    }
}

/// `--concurrency`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// So many calls at once.
    Fixed(usize),
    /// As many as the host bears.
    Auto,
}

/// The most calls at once that may be asked for.
const MOST_AT_ONCE: usize = 10_000;

impl Concurrency {
    /// From a number.
    fn fixed(number: usize) -> Result<Self, String> {
        if (1..=MOST_AT_ONCE).contains(&number) {
            Ok(Concurrency::Fixed(number))
        } else {
            Err(format!("concurrency is a number from 1 to {MOST_AT_ONCE}, or auto"))
        }
    }

    /// From the settings file.
    ///
    /// # Errors
    /// One line, where the value is neither a fitting number nor `auto`.
    pub fn from_settings(value: &settings::Concurrency) -> Result<Self, String> {
        match value {
            settings::Concurrency::Number(number) => Concurrency::fixed(*number),
            settings::Concurrency::Text(text) => text.parse(),
        }
    }
}

impl FromStr for Concurrency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "auto" {
            return Ok(Concurrency::Auto);
        }
        Concurrency::fixed(text.parse().unwrap_or(0))
    }
}

/// Whom to write to.
#[derive(Args, Clone, Debug)]
pub struct Whom {
    /// Persona file in data/personas, with or without .json; leads/NAME is a list of leads
    #[arg(long, value_name = "NAME", required_unless_present = "leads")]
    persona_file: Option<String>,
    /// List of leads in data/leads, instead of a persona file: those who may be written to
    #[arg(long, value_name = "NAME", conflicts_with = "persona_file")]
    leads: Option<String>,
}

impl Whom {
    /// The file, whether or not it is there.
    ///
    /// # Errors
    /// When the name can be none.
    pub fn file(&self, setup: &Setup) -> Result<FileName, Error> {
        let file = match (&self.leads, &self.persona_file) {
            (Some(name), _) => leads::file(&setup.folder, name),
            (None, Some(name)) => people::resolve(&setup.folder, name),
            (None, None) => {
                return Err(Error::Usage("say whom to write to: --persona-file NAME or --leads NAME".into()));
            }
        };
        Ok(file?)
    }
}
