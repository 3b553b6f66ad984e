//! The journal at a million calls: what recording costs, and how soon a run goes on. Prints one line per figure.
//!
//! `cargo bench --bench journal -- --calls 1000000`

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Parser;
use rejoinder::journal::{Call, Inputs, Journal, OpenRun};
use rejoinder::model::digest;
use rustix::time::{ClockId, clock_gettime};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[derive(Parser, Clone)]
struct Options {
    /// Calls in the journal
    #[arg(long, default_value_t = 20_000)]
    calls: usize,
    /// Calls recorded at once
    #[arg(long, default_value_t = 64)]
    concurrency: usize,
    /// Where the journal is made, in a folder of its own that is deleted afterwards
    #[arg(long, default_value_os_t = std::env::temp_dir())]
    within: PathBuf,
    /// Given to itself: goes on with the run in this folder
    #[arg(long, hide = true)]
    resume: Option<PathBuf>,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Outcome<()> {
    let options = Options::parse();
    if let Some(folder) = &options.resume {
        return resume(folder, options.calls);
    }
    let folder = tempfile::tempdir_in(&options.within)?;
    say(&format!("calls: {}, recorded {} at a time", options.calls, options.concurrency))?;
    record(folder.path(), &options)?;
    // A process of its own, so that its memory is that of going on and nothing else.
    let itself = Command::new(std::env::current_exe()?)
        .arg("--resume")
        .arg(folder.path())
        .args(["--calls", &options.calls.to_string()])
        .status()?;
    if itself.success() { Ok(()) } else { Err("going on failed".into()) }
}

/// Records all calls, each task its own one after the other.
fn record(folder: &Path, options: &Options) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let journal = Journal::open(folder)?;
    let run = begin(&journal)?;
    let texts = Texts::new();
    let (mut made, mut length) = (0, 0);
    let making = processor_time();
    for number in 0..options.calls.min(20_000) {
        length += texts.call(number).request.len();
        made += 1;
    }
    let making = processor_time().saturating_sub(making) / made;
    say(&format!("request: {} bytes; making one takes {} us", length / made as usize, micros(making)))?;

    let (started, processor) = (Instant::now(), processor_time());
    runtime.block_on(async {
        let tasks: Vec<_> = (0..options.concurrency)
            .map(|task| {
                let (log, texts, options) = (run.calls(), texts.clone(), options.clone());
                tokio::spawn(async move {
                    for number in (task..options.calls).step_by(options.concurrency) {
                        log.record(texts.call(number)).await?;
                    }
                    Outcome::Ok(())
                })
            })
            .collect();
        for task in tasks {
            task.await??;
        }
        Outcome::Ok(())
    })?;
    let (took, processor) = (started.elapsed(), processor_time().saturating_sub(processor));
    let per_call = (processor / options.calls as u32).saturating_sub(making);
    say(&format!("recorded: {:.0} calls/s, each durable", options.calls as f64 / took.as_secs_f64()))?;
    say(&format!("processor time per recorded call: {} us", micros(per_call)))?;
    drop((run, journal));
    let size: u64 = std::fs::read_dir(folder)?.filter_map(|entry| entry.ok()?.metadata().ok()).map(|it| it.len()).sum();
    say(&format!("on disk: {} bytes per call", size / options.calls as u64))
}

/// Finds the run, gets one answer after the other, and asks for as many that are not there.
fn resume(folder: &Path, calls: usize) -> Outcome<()> {
    let started = Instant::now();
    let journal = Journal::open(folder)?;
    let run = begin(&journal)?;
    let log = run.calls();
    let missing = log.find(&key(calls), &asked(calls))?;
    let took = started.elapsed();
    if run.found != calls as u64 || missing.is_some() {
        return Err(format!("{} calls were found, {missing:?}", run.found).into());
    }
    say(&format!("until the first new call: {:.2} s; peak memory {} MiB", took.as_secs_f64(), peak_memory()?))?;

    let rate = |took: Duration| calls as f64 / took.as_secs_f64();
    let started = Instant::now();
    for number in 0..calls {
        log.find(&key(number), &asked(number))?.ok_or("a recorded answer is not there")?;
    }
    say(&format!("found in the run's order: {:.0} answers/s", rate(started.elapsed())))?;
    let started = Instant::now();
    for number in calls..2 * calls {
        if log.find(&key(number), &asked(number))?.is_some() {
            return Err("an answer to what was never asked".into());
        }
    }
    say(&format!("not found: {:.0} calls/s; peak memory {} MiB", rate(started.elapsed()), peak_memory()?))?;
    let started = Instant::now();
    let listed = journal.runs()?;
    say(&format!("list of {} runs: {:.3} s", listed.len(), started.elapsed().as_secs_f64()))
}

fn begin(journal: &Journal) -> Outcome<OpenRun> {
    let inputs =
        Inputs { command: "evaluate", arguments: &[], parts: &["bench"], seed: None, least_seed: 1, fresh: false };
    Ok(journal.begin(&inputs)?)
}

fn key(number: usize) -> String {
    digest(&["key", &number.to_string()])[..32].to_owned()
}

fn asked(number: usize) -> String {
    digest(&["asked", &number.to_string()])
}

/// What calls are made of: a system prompt that all share, and text that none do.
#[derive(Clone)]
struct Texts {
    system: String,
    prose: String,
}

impl Texts {
    const SYSTEM: usize = 3_000;
    const USER: usize = 1_800;
    const ANSWER: usize = 1_200;

    fn new() -> Self {
        let prose: String =
            (0..20_000).map(|word| digest(&[&word.to_string()])[..word % 9 + 2].to_owned() + " ").collect();
        Texts { system: prose[..Self::SYSTEM].to_owned(), prose }
    }

    fn of(&self, number: usize, length: usize) -> &str {
        let at = number.wrapping_mul(2_654_435_761) % (self.prose.len() - length);
        &self.prose[at..at + length]
    }

    fn call(&self, number: usize) -> Call {
        let (key, system, user) = (key(number), &self.system, self.of(number, Self::USER));
        let answer = self.of(number + 1, Self::ANSWER);
        Call {
            asked: asked(number),
            role: "decision maker".into(),
            model: "anthropic/claude-sonnet-5-5".into(),
            request: format!(
                r#"{{"key":"{key}","system":"{system}","user":"{user}","schema":null,"max_tokens":8192}}"#
            ),
            shared: vec![format!("\"{system}\"")],
            answer: format!(
                r#"{{"text":"{answer}","stop":"end_turn","usage":{{"input_tokens":1200,"output_tokens":300}}}}"#
            ),
            input_tokens: 1_200,
            output_tokens: 300,
            cost_usd: Some(0.006),
            request_id: Some(format!("req_{number}")),
            key,
        }
    }
}

/// What all threads of this process have computed so far.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn micros(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e6)
}

/// The most memory that this process has had at once, in MiB, as the kernel counts it.
fn peak_memory() -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? / 1024)
}

fn say(line: &str) -> Outcome<()> {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
