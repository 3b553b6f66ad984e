//! What the tools take.

use rmcp::schemars::JsonSchema;
use serde::Deserialize;

/// Which models play which part. Hosts, addresses and keys are set by the user: `rejoinder check --hosts` lists them.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Models {
    /// Model of all roles, such as anthropic/claude-sonnet-5-5, ollama/qwen2.5:7b, or market (simulated, needs no key)
    pub model: Option<String>,
    /// Model that writes messages
    pub generator: Option<String>,
    /// Model that decides on them
    pub decision_maker: Option<String>,
    /// Model that rewrites the prompt
    pub improver: Option<String>,
}

impl Models {
    pub fn flags(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("model", self.model.clone()),
            ("generator", self.generator.clone()),
            ("decision-maker", self.decision_maker.clone()),
            ("improver", self.improver.clone()),
        ]
    }
}

/// What may be spent, and whether anything is to be sent at all.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Budget {
    /// Stop, resumably, before more than this is spent, in US dollars
    pub max_cost_usd: Option<f64>,
    /// Stop, resumably, before more calls than this are answered
    pub max_calls: Option<u64>,
    /// Say what it would take, and send nothing
    #[serde(default)]
    pub dry_run: bool,
}

impl Budget {
    pub fn flags(&self) -> Result<Vec<(&'static str, Option<String>)>, String> {
        if !self.dry_run && self.max_cost_usd.is_none() && self.max_calls.is_none() {
            return Err(
                "give max_cost_usd or max_calls, so that there is a limit; dry_run says what it would take".to_owned()
            );
        }
        Ok(vec![
            ("max-cost", self.max_cost_usd.map(|cost| cost.to_string())),
            ("max-calls", self.max_calls.map(|calls| calls.to_string())),
        ])
    }
}

/// What `plan` takes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Plan {
    /// Results file in data/results whose people and scatter are taken
    pub results_file: Option<String>,
    /// People kept aside
    pub personas: Option<u32>,
    /// Messages of each prompt to each of them
    pub messages_per_persona: Option<u32>,
    /// Share of yes today, in percent
    pub rate_percent: Option<f64>,
    /// The gain to plan for, in percentage points
    pub gain_points: Option<f64>,
    /// If the decision maker answers with chances of a yes: their scatter, in percent of that of yes or no, such as 70
    /// if you do not know it
    pub chances_percent: Option<f64>,
}

/// What `check` takes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Check {
    #[serde(flatten)]
    pub models: Models,
}

/// What `evaluate` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Evaluate {
    /// Persona file in data/personas
    pub persona_file: String,
    /// File with the prompt: what is offered and how to write about it. It lies below the folder where the server runs.
    /// Without one it is that of the settings; only the market writes about a sample offer
    pub prompt_file: Option<String>,
    /// Messages for each persona
    pub messages_per_persona: Option<u16>,
    /// Seed of the sampling
    pub seed: Option<u64>,
    #[serde(flatten)]
    pub models: Models,
    #[serde(flatten)]
    pub budget: Budget,
}

/// What `improve` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Improve {
    /// Results file in data/results
    pub results_file: String,
    /// Cycles, each starting from the file of the one before
    pub cycles: Option<u32>,
    /// Calls that a cycle may spend on finding and proving a better prompt
    pub calls: Option<u64>,
    /// New messages for each persona
    pub messages_per_persona: Option<u16>,
    /// Seed of the sampling
    pub seed: Option<u64>,
    #[serde(flatten)]
    pub models: Models,
    #[serde(flatten)]
    pub budget: Budget,
}

/// What `job` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Job {
    /// The job's id
    pub id: String,
    /// Seconds to wait for its end, 50 at most
    #[serde(default)]
    pub wait_seconds: u64,
}

/// What `stop` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct StopJob {
    /// The job's id
    pub id: String,
}

/// What `show` takes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Show {
    /// A results file; without one, all lineages
    pub name: Option<String>,
    /// How many of its messages to show; 3 by default
    pub messages: Option<u16>,
}

/// In which form a report is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(crate = "rmcp::schemars")]
pub enum ReportForm {
    /// Text for a pull request, in the answer
    #[default]
    Markdown,
    /// A page that needs no network, as a file
    Html,
}

/// What `report` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Report {
    /// A results file, or the name of a lineage for its latest
    pub name: String,
    /// In which form
    #[serde(default)]
    pub format: ReportForm,
}

/// In which form a run is exported.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(crate = "rmcp::schemars")]
pub enum ExportForm {
    /// Comma-separated values
    Csv,
    /// One JSON object per line
    Jsonl,
    /// The best prompt of the lineage, in the answer
    Prompt,
}

/// What `export` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Export {
    /// A results file
    pub name: String,
    /// In which form
    pub format: ExportForm,
}
