//! The command line: one file per command; each reads its options, calls the library, and prints.

mod ab;
mod again;
mod audit_auditor;
mod audit_claims;
mod audit_judge;
mod calibrate;
mod check;
mod clients;
mod clients_in_use;
mod compare;
mod connect;
mod decide;
mod demo;
pub mod dotenv;
mod ending;
mod engine;
mod error;
mod evaluate;
mod examples;
mod export;
mod facts;
mod generate;
mod goes_on;
mod greet;
mod improve;
mod init;
mod leads;
mod lint;
mod live;
#[cfg(feature = "market")]
mod market;
#[cfg(not(feature = "market"))]
#[path = "no_market.rs"]
mod market;
mod mcp;
mod name;
mod named;
mod objections;
mod options;
mod outputs;
mod patience;
mod personas;
mod plan;
mod progress;
mod referee;
mod replies;
mod report;
#[cfg(feature = "restate")]
mod restate;
#[cfg(not(feature = "restate"))]
#[path = "no_restate.rs"]
mod restate;
mod roles;
mod runs;
mod serve;
mod settings;
mod setup;
mod shell;
mod show;
mod sorting_calls;
mod terminal;
mod trial_calls;
mod write;

use std::time::Duration;

use clap::{Parser, Subcommand};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinError;

pub use error::Error;
use options::Global;
use setup::Setup;

use crate::call::stop::{Stop, Why};
use crate::report::screen;

/// Improves the prompt that writes cold outreach by listening to why decision makers say no.
///
/// It takes a results file of an earlier run, reads why people said no and yes, rewrites the prompt, writes new
/// messages with it for the same personas, has the decision maker judge them, and saves a versioned results file with
/// an honest before/after. `--model market` works without a key, on a simulated market.
#[derive(Parser, Debug)]
#[command(name = "rejoinder", version, about, long_about, after_help = EXAMPLES, propagate_version = true)]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", error::EXIT_CODES))]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  rejoinder evaluate --persona-file b2b_saas_personas_train --model market
  rejoinder improve --results-file b2b_saas_personas_train_results_20250802_144126 --model market
  rejoinder improve --results-file NAME --cycles 3 --dry-run
  rejoinder show";

#[derive(Subcommand, Debug)]
enum Command {
    /// See the whole loop once, on the simulated market, in a new folder and without a key
    Demo(demo::Options),
    /// Set up: asks for the offer, the model and whom to reach, and writes rejoinder.toml and offer.md
    Init(init::Options),
    /// Find a better prompt and prove it: objections, candidates, proof, new messages, before/after
    Improve(improve::Options),
    /// Write and decide messages for every persona: a first run
    Evaluate(evaluate::Options),
    /// Write messages only
    Generate(generate::Options),
    /// Decide on existing messages
    Decide(decide::Options),
    /// Find out whether the decision maker can be fooled, and how often it changes its mind
    AuditJudge(audit_judge::Options),
    /// List what the messages of a run claim, and which claims are made up
    AuditClaims(audit_claims::Options),
    /// Find out how many lies the auditor catches, and how many honest messages it accuses
    AuditAuditor(audit_auditor::Options),
    /// Invent personas for a domain
    Personas(personas::Options),
    /// Real people to write to: import, list, show, describe, suppress, forget
    Leads(leads::Options),
    /// Compare any two runs
    Compare(compare::Options),
    /// Say what gain that many people can show, before you pay for anything
    Plan(plan::Options),
    /// Check the models' hosts with one small call per role: what they accept, know and cost
    Check(check::Options),
    /// Import real replies, show what was imported, or take it back
    Replies(replies::Options),
    /// Measure whether the decision maker's yes predicts real replies
    Calibrate(calibrate::Options),
    /// Test two prompts on real people: how many sends it needs, who gets which, how it stands
    Ab(ab::Options),
    /// Show all lineages, or one run in detail
    Show(show::Options),
    /// Give a lineage or a run a name that people know it by
    Name(name::Options),
    /// Write a report of a lineage up to one of its runs, as a page to send or for a pull request
    Report(report::Options),
    /// Write to the leads of a list: a sequence of messages with subjects for each
    Write(write::Options),
    /// Check a campaign's messages against law and delivery rules
    Lint(lint::Options),
    /// Export a run as CSV or JSON lines, or a campaign as the file that a sending tool imports
    Export(export::Options),
    /// Serve the simulated market over HTTP
    Market(market::Options),
    /// Serve the dashboard in the browser
    Serve(serve::Options),
    /// Serve tools to an agent over standard input and output (Model Context Protocol)
    Mcp(mcp::Options),
    /// List, show, resume and prune runs; follow and cancel those on other machines
    Runs(runs::Options),
    /// Answer calls of runs on other machines, by way of Restate
    Worker(restate::worker::Options),
    /// Print a completion script for a shell
    Completions(shell::Completions),
    /// Print the manual page
    Man(shell::Man),
}

impl Command {
    /// Whether it needs what is in the data folder, and has nothing to do in one that is not there.
    fn only_reads(&self) -> bool {
        match self {
            Command::Improve(_)
            | Command::AuditClaims(_)
            | Command::Compare(_)
            | Command::Calibrate(_)
            | Command::Decide(_)
            | Command::Replies(_)
            | Command::Show(_)
            | Command::Name(_)
            | Command::Report(_)
            | Command::Lint(_)
            | Command::Export(_) => true,
            Command::Runs(options) => !options.is_elsewhere(),
            Command::Leads(options) => options.only_reads(),
            Command::Ab(options) => options.only_reads(),
            Command::Plan(options) => options.only_reads(),
            Command::AuditJudge(options) => options.only_reads(),
            _ => false,
        }
    }
}

impl Cli {
    /// Runs the command. Results go to stdout, progress and notes to stderr. Ctrl-C and SIGTERM stop it.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::exit_code`] tells the process's exit code.
    pub async fn run(self) -> Result<(), Error> {
        let mut signals = Signals::listen()?;
        // A server is there to be stopped: for it a signal is the way to end well.
        if let Command::Market(options) = &self.command {
            return market::run(options, signals.next()).await;
        }
        if let Command::Serve(options) = &self.command {
            return serve::run(&self.global, options, signals.next()).await;
        }
        if let Command::Mcp(_) = &self.command {
            return mcp::run(&self.global, signals).await;
        }
        if let Command::Worker(options) = &self.command {
            return restate::worker::run(&self.global, options, signals).await;
        }
        let stop = Stop::default();
        // On a task of its own, so that a signal is heard also while it is busy or blocked.
        let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
        let mut work = tokio::spawn(self.dispatch(stop.clone(), arguments));
        tokio::select! {
            done = &mut work => return ended(done),
            () = signals.next() => {}
        }
        stop.ask(Why::Asked);
        progress::say(&format!(
            "Stopping: calls in flight have {} s to return and nothing new is sent; Ctrl-C again leaves at once.",
            GRACE.as_secs()
        ));
        tokio::select! {
            done = work => ended(done),
            () = tokio::time::sleep(GRACE) => Err(Error::Stopped),
            () = signals.next() => Err(Error::Stopped),
        }
    }

    async fn dispatch(self, stop: Stop, arguments: Vec<String>) -> Result<(), Error> {
        match &self.command {
            Command::Completions(options) => return shell::completions(options),
            Command::Man(options) => return shell::man(options),
            Command::Demo(options) => return Box::pin(demo::run(options, self.global.clone(), stop)).await,
            Command::Init(options) => return Box::pin(init::run(options, self.global.clone(), stop)).await,
            _ => {}
        }
        let setup = Setup::new(&self.global, stop, arguments)?;
        setup.look_for_folder(self.command.only_reads())?;
        let ended = Box::pin(self.work(&setup)).await;
        setup.live.end(ended.as_ref().copied());
        if let Some(link) = setup.link.get() {
            link.end(ended.as_ref().copied()).await;
        }
        ended
    }

    async fn work(self, setup: &Setup) -> Result<(), Error> {
        match self.command {
            Command::Improve(options) => Box::pin(improve::run(setup, &options)).await,
            Command::Evaluate(options) => evaluate::run(setup, &options).await,
            Command::Generate(options) => generate::run(setup, &options).await,
            Command::Decide(options) => decide::run(setup, &options).await,
            Command::AuditJudge(options) => audit_judge::run(setup, &options).await,
            Command::AuditAuditor(options) => audit_auditor::run(setup, &options).await,
            Command::AuditClaims(options) => audit_claims::run(setup, &options).await,
            Command::Check(options) => check::run(setup, &options).await,
            Command::Personas(options) => personas::run(setup, &options).await,
            Command::Leads(options) => Box::pin(leads::run(setup, &options)).await,
            Command::Compare(options) => compare::run(setup, &options),
            Command::Plan(options) => plan::run(setup, &options),
            Command::Replies(options) => replies::run(setup, &options),
            Command::Calibrate(options) => calibrate::run(setup, &options).await,
            Command::Ab(options) => Box::pin(ab::run(setup, &options)).await,
            Command::Show(options) => show::run(setup, &options).await,
            Command::Name(options) => name::run(setup, &options),
            Command::Report(options) => report::run(setup, &options),
            Command::Write(options) => Box::pin(write::run(setup, &options)).await,
            Command::Lint(options) => Box::pin(lint::run(setup, &options)).await,
            Command::Export(options) => export::run(setup, &options).await,
            Command::Runs(options) if options.is_elsewhere() => runs::elsewhere(setup, &options).await,
            Command::Runs(options) => match runs::run(setup, &options)? {
                None => Ok(()),
                Some(resumed) => {
                    let global = Global { resume: Some(resumed.id), ..self.global };
                    again::run(resumed.arguments, global, setup.stop.clone()).await
                }
            },
            Command::Market(_)
            | Command::Serve(_)
            | Command::Mcp(_)
            | Command::Worker(_)
            | Command::Completions(_)
            | Command::Demo(_)
            | Command::Init(_)
            | Command::Man(_) => Ok(()),
        }
    }
}

/// Says an error on stderr, as wide as the terminal.
pub fn say_error(message: &str) {
    progress::say(&screen::error(&crate::report::words::without_os_number(&crate::report::words::safe(message))));
}

/// How long calls in flight may take to return after the first signal.
const GRACE: Duration = Duration::from_secs(10);

fn ended(done: Result<Result<(), Error>, JoinError>) -> Result<(), Error> {
    done.unwrap_or_else(|panic| Err(Error::Panicked(panic.to_string())))
}

/// The signals that ask a process to stop. The handlers are in place before any work begins.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> Result<Self, Error> {
        let failed = |source| Error::Io { what: "cannot listen for signals".into(), source };
        let interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let terminate = signal(SignalKind::terminate()).map_err(failed)?;
        Ok(Signals { interrupt, terminate })
    }

    /// Returns at the next one.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// How many trials failed and why.
fn failures(failures: &[crate::evaluate::TrialFailure]) -> String {
    crate::report::summary::failed_trials(failures.iter().map(|failure| failure.reason.as_str()))
}

/// Writes results to stdout, wrapped where that is a terminal. A closed pipe (`rejoinder show | head`) is no error.
fn print(text: &str) -> Result<(), Error> {
    match terminal::columns() {
        Some(columns) => write(&screen::wrap(text, columns)),
        None => write(text),
    }
}

/// Writes a text to stdout as it is.
fn write(text: &str) -> Result<(), Error> {
    use std::io::Write;
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(source) if source.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::Io { what: "cannot write to standard output".into(), source })
        }
        _ => Ok(()),
    }
}
