//! `rejoinder mcp`: the work as tools of an agent, over standard input and output.
//!
//! Every tool is a command of the terminal, in a process of its own: the same journal, the same limits, the same words,
//! and nothing of it on this process's standard output, which belongs to the protocol. What takes long is a job that
//! goes on whatever becomes of the agent, and is polled.

mod arguments;
mod commands;
mod jobs;
mod tools;

use std::ffi::OsString;

use clap::Args;
use rmcp::ServiceExt;
use rmcp::transport::stdio;

use super::error::Error;
use super::options::Global;
use super::setup::Setup;
use super::{Signals, progress};
use crate::call::stop::Stop;
use commands::Commands;
use jobs::Jobs;
use tools::Tools;

/// Options of `mcp`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "An agent starts it by itself, with a line such as this in its settings:

  {\"mcpServers\": {\"rejoinder\": {\"command\": \"rejoinder\", \"args\": [\"mcp\", \"--data-dir\", \"/path/to/data\"]}}}

Tools: plan, check, evaluate, improve (jobs that are polled with job and stopped with stop), show, report, export. An agent
names models of hosts that are known here; addresses and keys are set by you alone.")]
pub struct Options {}

/// Serves until the agent leaves.
pub async fn run(global: &Global, mut signals: Signals) -> Result<(), Error> {
    // Faults of the settings are reported before an agent waits for an answer.
    let setup = Setup::new(global, Stop::default(), Vec::new())?;
    let mut common = vec![OsString::from("--data-dir"), setup.folder.root().into()];
    if let Some(config) = &global.config {
        common.extend([OsString::from("--config"), config.into()]);
    }
    let tools = Tools::new(Commands::new(common.clone()), Jobs::new(setup.folder.root(), common));
    let failed =
        |why: String| Error::Io { what: "the agent cannot be talked to".into(), source: std::io::Error::other(why) };
    let serving = tools.clone().serve(stdio()).await.map_err(|error| failed(error.to_string()))?;
    tokio::select! {
        ended = serving.waiting() => {
            ended.map_err(|error| failed(error.to_string()))?;
        }
        () = signals.next() => {}
    }
    let left = tools.running();
    if left > 0 {
        progress::say(&format!("{left} started here go on; `rejoinder runs` lists them"));
    }
    Ok(())
}
