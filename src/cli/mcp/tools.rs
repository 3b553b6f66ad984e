//! The tools.

use std::path::Path;
use std::time::Duration;

use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock, Implementation, ServerCapabilities, ServerConfig};
use rmcp::{ServerHandler, tool, tool_handler, tool_router};

use super::arguments::{
    Budget, Check, Evaluate, Export, ExportForm, Improve, Job, Models, Plan, Report, ReportForm, Show, StopJob,
};
use super::commands::Commands;
use super::jobs::Jobs;

/// The longest that a poll may wait.
const LONGEST_WAIT: u64 = 50;
/// Characters of a value.
const LONGEST: usize = 2_000;

/// The server.
#[derive(Clone)]
pub struct Tools {
    commands: Commands,
    jobs: Jobs,
    tool_router: ToolRouter<Self>,
}

/// A command's name and its options. A value is one word with its flag, so that it is never taken for a flag itself.
fn command(name: &str, flags: Vec<(&'static str, Option<String>)>) -> Result<Vec<String>, String> {
    let mut arguments = vec![name.to_owned()];
    for (flag, value) in flags {
        let Some(value) = value else { continue };
        if value.chars().count() > LONGEST || value.contains('\0') {
            return Err(format!("{flag} is too long, or holds what no command can"));
        }
        arguments.push(format!("--{flag}={value}"));
    }
    Ok(arguments)
}

fn text<T: ToString>(value: Option<T>) -> Option<String> {
    value.map(|value| value.to_string())
}

/// A file that an agent may have read: below the folder where the server runs.
fn readable(path: &str) -> Result<String, String> {
    let refused = |why: &str| format!("prompt_file: {why}");
    let folder =
        std::env::current_dir().and_then(std::fs::canonicalize).map_err(|error| refused(&error.to_string()))?;
    let file = std::fs::canonicalize(Path::new(path)).map_err(|error| refused(&error.to_string()))?;
    if !file.starts_with(&folder) {
        return Err(refused("it must lie below the folder where the server runs"));
    }
    Ok(file.to_string_lossy().into_owned())
}

fn answer(result: Result<String, String>) -> CallToolResult {
    match result {
        Ok(said) => CallToolResult::success(vec![ContentBlock::text(said)]),
        Err(why) => CallToolResult::error(vec![ContentBlock::text(why)]),
    }
}

impl Tools {
    /// The tools with these commands and jobs.
    pub fn new(commands: Commands, jobs: Jobs) -> Self {
        Tools { commands, jobs, tool_router: Self::tool_router() }
    }

    /// How many jobs are under way.
    pub fn running(&self) -> usize {
        self.jobs.running()
    }

    async fn begin(
        &self,
        name: &str,
        flags: Vec<(&'static str, Option<String>)>,
        models: &Models,
        budget: &Budget,
    ) -> Result<String, String> {
        let flags = flags.into_iter().chain(models.flags()).chain(budget.flags()?).collect();
        let mut arguments = command(name, flags)?;
        if budget.dry_run {
            arguments.push("--dry-run".to_owned());
            return self.commands.run(arguments, Vec::new()).await;
        }
        self.jobs.start(&arguments)
    }

    async fn exported(&self, name: &str, format: ExportForm) -> Result<String, String> {
        let word = match format {
            ExportForm::Csv => "csv",
            ExportForm::Jsonl => "jsonl",
            ExportForm::Prompt => "prompt",
        };
        let mut arguments = command("export", vec![("format", Some(word.to_owned()))])?;
        if matches!(format, ExportForm::Prompt) {
            arguments.push("--best".to_owned());
            return self.commands.run(arguments, vec![name.to_owned()]).await;
        }
        let stem = Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let folder = self.jobs.exports().map_err(|error| format!("the folder for exports cannot be made: {error}"))?;
        let file = folder.join(format!("{stem}.{word}"));
        arguments.extend([format!("--output={}", file.display()), "--force".to_owned()]);
        let said = self.commands.run(arguments, vec![name.to_owned()]).await?;
        let size = std::fs::metadata(&file).map(|about| about.len()).unwrap_or_default();
        Ok(format!("Written to {} ({size} bytes). {said}", file.display()).trim().to_owned())
    }
}

#[tool_router]
impl Tools {
    /// What so many people can tell, before anything is paid for
    #[tool(
        description = "How many people and messages it takes to settle a gain, before anything is paid for. Sends \
                       nothing.",
        annotations(read_only_hint = true)
    )]
    async fn plan(&self, Parameters(plan): Parameters<Plan>) -> CallToolResult {
        let arguments = command(
            "plan",
            vec![
                ("results-file", plan.results_file),
                ("personas", text(plan.personas)),
                ("messages-per-persona", text(plan.messages_per_persona)),
                ("rate", text(plan.rate_percent)),
                ("gain", text(plan.gain_points)),
                ("chances", text(plan.chances_percent)),
            ],
        );
        answer(match arguments {
            Ok(arguments) => self.commands.run(arguments, Vec::new()).await,
            Err(why) => Err(why),
        })
    }

    /// What the hosts of the models accept
    #[tool(
        description = "One small call for each role: what its host accepts, knows and costs, and what to do about it."
    )]
    async fn check(&self, Parameters(check): Parameters<Check>) -> CallToolResult {
        answer(match command("check", check.models.flags()) {
            Ok(arguments) => self.commands.run(arguments, Vec::new()).await,
            Err(why) => Err(why),
        })
    }

    /// A first run
    #[tool(description = "Writes and decides messages for every persona of a file: a first run. Needs a limit \
                          (max_cost_usd or max_calls). A job: poll it with job.")]
    async fn evaluate(&self, Parameters(run): Parameters<Evaluate>) -> CallToolResult {
        let prompt_file = match run.prompt_file.as_deref().map(readable).transpose() {
            Ok(prompt_file) => prompt_file,
            Err(why) => return answer(Err(why)),
        };
        let flags = vec![
            ("persona-file", Some(run.persona_file)),
            ("prompt-file", prompt_file),
            ("messages-per-persona", text(run.messages_per_persona)),
            ("seed", text(run.seed)),
        ];
        answer(self.begin("evaluate", flags, &run.models, &run.budget).await)
    }

    /// A better prompt, proved
    #[tool(
        description = "Looks for a better prompt, proves it on people kept aside, and writes new messages if one is \
                          adopted. Needs a limit (max_cost_usd or max_calls). A job: poll it with job."
    )]
    async fn improve(&self, Parameters(run): Parameters<Improve>) -> CallToolResult {
        let flags = vec![
            ("results-file", Some(run.results_file)),
            ("cycles", text(run.cycles)),
            ("calls", text(run.calls)),
            ("messages-per-persona", text(run.messages_per_persona)),
            ("seed", text(run.seed)),
        ];
        answer(self.begin("improve", flags, &run.models, &run.budget).await)
    }

    /// Where a job stands
    #[tool(
        description = "Where a job stands; its results once it is over. wait_seconds waits for its end.",
        annotations(read_only_hint = true)
    )]
    async fn job(&self, Parameters(job): Parameters<Job>) -> CallToolResult {
        answer(self.jobs.look(&job.id, Duration::from_secs(job.wait_seconds.min(LONGEST_WAIT))).await)
    }

    /// Stops a job
    #[tool(description = "Asks a job to stop. What is in flight is kept, and the same call again goes on from there.")]
    async fn stop(&self, Parameters(job): Parameters<StopJob>) -> CallToolResult {
        answer(self.jobs.stop(&job.id))
    }

    /// All lineages, or one run
    #[tool(
        description = "All lineages, or one run in detail with a few of its messages.",
        annotations(read_only_hint = true)
    )]
    async fn show(&self, Parameters(show): Parameters<Show>) -> CallToolResult {
        let limit = show.name.as_ref().map(|_| show.messages.unwrap_or(3).to_string());
        answer(match command("show", vec![("limit", limit)]) {
            Ok(arguments) => self.commands.run(arguments, show.name.into_iter().collect()).await,
            Err(why) => Err(why),
        })
    }

    /// A report
    #[tool(
        description = "A lineage up to one of its runs: as Markdown in the answer, or as a page in a file whose path \
                       is given."
    )]
    async fn report(&self, Parameters(report): Parameters<Report>) -> CallToolResult {
        let (form, force) = match report.format {
            ReportForm::Markdown => ("md", None),
            ReportForm::Html => ("html", Some("--force".to_owned())),
        };
        answer(match command("report", vec![("format", Some(form.to_owned()))]) {
            Ok(mut arguments) => {
                arguments.extend(force);
                self.commands.run(arguments, vec![report.name]).await
            }
            Err(why) => Err(why),
        })
    }

    /// A run for other tools
    #[tool(
        description = "A run as a CSV or JSON lines file whose path is given, or the best prompt of its lineage as \
                       text."
    )]
    async fn export(&self, Parameters(export): Parameters<Export>) -> CallToolResult {
        answer(self.exported(&export.name, export.format).await)
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let mut config = ServerConfig::new(ServerCapabilities::builder().enable_tools().build()).with_instructions(
            "Improves the prompt that writes cold outreach, with an honest before/after. Begin with show; evaluate a \
             prompt on a persona file, then improve the results file. Rates are of simulated people: a ruler, not a \
             forecast of replies. model=market needs no key and is a simulation.",
        );
        config.server_info = Implementation::new("rejoinder", env!("CARGO_PKG_VERSION"));
        config
    }
}
