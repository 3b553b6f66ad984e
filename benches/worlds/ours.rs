//! Where rejoinder arrives, by the commands of the README: `evaluate --messages-per-persona 1`, then `improve --cycles
//! auto --max-calls N` with the calls that are left; the program itself, against worlds that this process serves.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rejoinder::data::whole;
use rejoinder_worlds::Place;
use serde_json::Value;

use crate::arrival::{self, Arrival, Gate};
use crate::options::{Options, Run};
use crate::places::Here;
use crate::serve::{Served, beside};
use crate::work::each;

/// The name of our arms.
pub const OURS: &str = "rejoinder";

/// One use of the program.
struct Use<'a> {
    program: &'a Path,
    address: SocketAddr,
    served: &'a Served,
    here: &'a Here,
    run: Run,
    budget: u64,
}

/// Runs the program in every world, at every budget, gated and not.
pub fn run(options: &Options) -> Result<(), String> {
    beside(|address, served| each(options, OURS, |place| arrive(options, (address, &served), place)))
}

/// Runs what is missing in a world, and keeps it budget by budget.
fn arrive(options: &Options, (address, served): (SocketAddr, &Served), place: Place) -> Result<(), String> {
    let file = arrival::file(&options.folder, place, OURS);
    let here = Here::new(place);
    let mut kept = arrival::read(&file)?;
    for run in &options.runs {
        for budget in options.budgets() {
            let is_this = |known: &Arrival| known.budget == budget && run.gates().contains(&known.gate);
            if kept.iter().any(is_this) {
                continue;
            }
            let one = Use { program: &options.program, address, served, here: &here, run: *run, budget };
            kept.extend(one.arrive()?);
            arrival::write(&file, &kept)?;
        }
    }
    Ok(())
}

/// What a lineage came to.
struct Lineage {
    /// Its newest file.
    newest: String,
    /// The prompt in use.
    prompt: String,
    /// The last candidate that a proof was about, whatever the proof said.
    candidate: Option<String>,
}

impl Use<'_> {
    fn client(&self) -> String {
        format!("{OURS}-{}-{}", self.run.as_str(), self.budget)
    }

    fn arrive(&self) -> Result<Vec<Arrival>, String> {
        let (place, client) = (self.here.place(), self.client());
        let data = tempfile::tempdir().map_err(|error| error.to_string())?;
        self.served.forget(place, &client);
        let prompt_file = self.prepare(data.path())?;
        let one_each = ["--persona-file", "world_train", "--messages-per-persona", "1"];
        let evaluate = [&one_each[..], &["--prompt-file", &prompt_file]].concat();
        self.program(data.path(), "evaluate", &evaluate)?
            .map_or(Ok(()), |why| Err(format!("the first run failed: {why}")))?;
        let first = lineage(data.path())?;
        let left = self.budget.saturating_sub(self.served.calls(place, &client));
        let mut last = first.candidate;
        let mut prompt = first.prompt;
        if left > 0 {
            let left = left.to_string();
            let mut improve = vec!["--results-file", &first.newest, "--cycles", "auto", "--max-calls", &left];
            improve.push("--no-report");
            if self.run == Run::Free {
                improve.extend(["--objective", "response"]);
            }
            // A limit that is reached ends the command with a code of its own; what was saved until then counts.
            let ended = self.program(data.path(), "improve", &improve)?;
            if let Some(why) = ended.filter(|_| std::env::var_os("VERBOSE").is_some()) {
                eprintln!("{client} in {place}: {why}");
            }
            let now = lineage(data.path())?;
            (prompt, last) = (now.prompt, now.candidate.or(last));
        }
        let calls = self.served.calls(place, &client);
        let candidate = last.unwrap_or_else(|| prompt.clone());
        let arrival = |gate, prompt| Arrival { tool: OURS.to_owned(), gate, budget: self.budget, calls, prompt };
        Ok(match self.run {
            Run::Free => vec![arrival(Gate::None, candidate)],
            Run::Gated => vec![arrival(Gate::Claims, candidate), arrival(Gate::Proof, prompt)],
        })
    }

    /// Writes personas and prompt; the prompt's path.
    fn prepare(&self, data: &Path) -> Result<String, String> {
        let write = |path: &Path, text: &str| {
            whole::replace(path, |out| out.write_all(text.as_bytes())).map_err(|error| error.to_string())
        };
        let personas = data.join("personas");
        std::fs::create_dir_all(&personas).map_err(|error| error.to_string())?;
        for (name, people) in [("world_train", &self.here.learn), ("world_eval", &self.here.aside)] {
            let text = serde_json::to_string(people).map_err(|error| error.to_string())?;
            write(&personas.join(format!("{name}.json")), &text)?;
        }
        let prompt = data.join("prompt.md");
        write(&prompt, &self.here.told.start())?;
        Ok(prompt.to_string_lossy().into_owned())
    }

    /// Runs a command of the program; what it complained of, if it did not end well.
    fn program(&self, data: &Path, command: &str, options: &[&str]) -> Result<Option<String>, String> {
        let model = format!("anthropic/{}", self.here.place());
        let mut program = Command::new(self.program);
        program.args(["--quiet", "--data-dir"]).arg(data).arg(command).args(options);
        program.args(["--model", &model, "--concurrency", "4"]);
        if self.run == Run::Free {
            program.args(["--auditor", "none", "--ungrounded", "keep"]);
        }
        // Nothing of the user's own settings.
        program.env_clear().env("HOME", data).current_dir(data).stdin(Stdio::null()).stdout(Stdio::null());
        program.env("ANTHROPIC_BASE_URL", format!("http://{}", self.address));
        program.env("ANTHROPIC_API_KEY", self.client());
        let out = program.output().map_err(|error| format!("{}: {error}", self.program.display()))?;
        let said = || String::from_utf8_lossy(&out.stderr).trim().to_owned();
        Ok((!out.status.success()).then(said))
    }
}

/// What the files of a folder say.
fn lineage(data: &Path) -> Result<Lineage, String> {
    let listed = std::fs::read_dir(data.join("results")).map_err(|error| error.to_string())?;
    let mut files: Vec<PathBuf> = listed
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort_by_key(|path| (version(path), path.clone()));
    let (mut prompt, mut candidate) = (None, None);
    for file in &files {
        let text = std::fs::read(file).map_err(|error| error.to_string())?;
        let results: Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        let metadata = &results["metadata"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        prompt = text(&metadata["system_prompt"]).or(prompt);
        candidate = text(&metadata["rejoinder"]["metrics"]["cycle"]["challenger"]).or(candidate);
    }
    let newest = files.last().and_then(|file| file.file_stem()).map(|name| name.to_string_lossy().into_owned());
    match (newest, prompt) {
        (Some(newest), Some(prompt)) => Ok(Lineage { newest, prompt, candidate }),
        _ => Err("there is no results file with a prompt".into()),
    }
}

/// The number behind the last `_v` of a file's name; 0 for the first run.
fn version(path: &Path) -> u64 {
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.rsplit_once("_v").and_then(|(_, number)| number.parse().ok()).unwrap_or(0)
}
