//! Long commands: started, polled and stopped. They are the same as in a terminal, and keep running without this
//! process.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::commands::short;
use crate::data::whole;
use crate::journal::live_texts;
use crate::report::live::Live;
use crate::report::words;
use crate::web::children::{Child, Children, State};

/// How often a job is checked while an agent waits for it.
const LOOK: Duration = Duration::from_millis(250);

/// The jobs that were started here. Cheap to clone.
#[derive(Clone)]
pub struct Jobs {
    root: PathBuf,
    children: Arc<Children>,
}

impl Jobs {
    /// None yet.
    pub fn new(root: &Path, common: Vec<OsString>) -> Self {
        Jobs { root: root.to_owned(), children: Arc::new(Children::new(root, common)) }
    }

    /// Starts a command, and returns how to follow it.
    ///
    /// # Errors
    /// What the system said.
    pub fn start(&self, arguments: &[String]) -> Result<String, String> {
        let child = self.children.start(arguments).map_err(|error| format!("it cannot be started: {error}"))?;
        Ok(format!(
            "Started as job {}. Poll it with the tool job until it is over; stop ends it, and the same call again goes \
             on from there. It goes on when this server ends.",
            child.id
        ))
    }

    /// Where a job stands, after `wait` at most or as soon as it is over.
    ///
    /// # Errors
    /// When there is no such job.
    pub async fn look(&self, id: &str, wait: Duration) -> Result<String, String> {
        let until = Instant::now() + wait;
        loop {
            let child = self.get(id)?;
            if child.state != State::Running || Instant::now() >= until {
                return Ok(self.said(&child));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Asks a job to stop. Calls in flight are kept.
    ///
    /// # Errors
    /// When there is no such job, or it is over.
    pub fn stop(&self, id: &str) -> Result<String, String> {
        let child = self.get(id)?;
        if child.state != State::Running {
            return Err(format!("job {id} is over already"));
        }
        let pid = i32::try_from(child.pid).ok().and_then(rustix::process::Pid::from_raw);
        let pid = pid.ok_or("its process has no number")?;
        rustix::process::kill_process(pid, rustix::process::Signal::INT)
            .map_err(|error| format!("it cannot be stopped: {error}"))?;
        Ok(format!(
            "Job {id} is to stop: nothing new is sent, and what is in flight is kept. Poll it until it is over."
        ))
    }

    /// The folder for exports: inside the data folder, and readable by its owner only.
    ///
    /// # Errors
    /// What the system said.
    pub fn exports(&self) -> std::io::Result<PathBuf> {
        let folder = self.root.join("exports");
        whole::make_folder(&folder)?;
        std::fs::canonicalize(folder)
    }

    /// How many are under way.
    pub fn running(&self) -> usize {
        self.children.running()
    }

    fn get(&self, id: &str) -> Result<Child, String> {
        self.children.get(id).ok_or_else(|| {
            format!(
                "there is no job {} here; jobs of an earlier server are runs of the journal, and the same call again \
                 resumes them",
                words::one_line(id, 40)
            )
        })
    }

    fn said(&self, child: &Child) -> String {
        match child.state {
            State::Waiting => "It waits for its turn.".to_owned(),
            State::Running => {
                let live =
                    live_texts(&self.root).into_iter().filter_map(|(_, text)| serde_json::from_str::<Live>(&text).ok());
                let live = live.into_iter().find(|live| live.pid == child.pid && live.ended.is_none());
                let since = words::duration(child.since.elapsed());
                format!(
                    "Under way for {since}. {}",
                    live.map_or("It has not begun yet.".to_owned(), |live| progress(&live))
                )
            }
            State::Done => format!("Done.\n\n{}", result(child)),
            State::Stopped | State::Limited | State::Failed | State::TakenOut => {
                format!("It ended without all that was asked for.\n\n{}", result(child))
            }
        }
    }
}

/// How many lines of a command's output are shown from its beginning, which says what it set out to do.
const FIRST_LINES: usize = 6;
/// How many characters are shown from its end, where its results and its error are.
const LAST_CHARACTERS: usize = 6_000;

/// A command's output without its middle, which is progress.
fn result(child: &Child) -> String {
    without_the_middle(&child.log())
}

fn without_the_middle(log: &str) -> String {
    let lines: Vec<&str> = log.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut left = LAST_CHARACTERS;
    let fits = |line: &&&str| {
        let length = line.chars().count() + 1;
        let fits = length <= left;
        left = left.saturating_sub(length);
        fits
    };
    // The last line is shown however long it is: it may be the error.
    let from = lines.len() - lines.iter().rev().take_while(fits).count().max(1).min(lines.len());
    if from <= FIRST_LINES {
        return short(&lines.join("\n"));
    }
    let left_out = words::count((from - FIRST_LINES) as u64, "line", "lines");
    let first: Vec<String> = lines[..FIRST_LINES].iter().map(|line| words::one_line(line, 200)).collect();
    short(&format!("{}\n[{left_out} left out]\n{}", first.join("\n"), lines[from..].join("\n")))
}

/// Where a run stands, in words.
fn progress(live: &Live) -> String {
    let mut said = Vec::new();
    said.extend(live.step.as_ref().map(|step| words::one_line(step, 200)));
    said.extend(live.batch.as_ref().map(|batch| {
        format!(
            "{}: {} of {}, {} yes, {} failed",
            words::one_line(&batch.label, 60),
            batch.done,
            batch.total,
            batch.yes,
            batch.failed
        )
    }));
    let simulated = if live.spent.simulated { " (simulated)" } else { "" };
    let cost = match live.spent.cost_usd {
        Some(cost) => words::dollars(cost),
        None => "an unknown amount".to_owned(),
    };
    said.push(format!("{} so far, {cost}{simulated}", words::count(live.spent.calls, "call", "calls")));
    said.extend(live.told.last().map(|told| words::one_line(&told.text, 300)));
    said.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_log_is_shown_from_its_beginning_and_its_end() {
        let log: String = (1..=2_000).map(|number| format!("line {number}\n")).collect();
        let shown = without_the_middle(&log);
        assert!(shown.starts_with("line 1\n") && shown.ends_with("line 2000"), "{shown}");
        let (first, last) = shown.split_once("lines left out]").unwrap();
        let (left_out, next) = (first.lines().last().unwrap(), last.trim_start().lines().next().unwrap());
        let left_out: usize = left_out[1..].trim().replace(',', "").parse().unwrap();
        assert_eq!(next, format!("line {}", FIRST_LINES + left_out + 1));
    }

    #[test]
    fn a_short_log_is_shown_whole() {
        let log: String = (1..=FIRST_LINES + 2).map(|number| format!("line {number}\n")).collect();
        assert_eq!(without_the_middle(&log), log.trim_end());
    }

    #[test]
    fn a_last_line_that_is_long_is_shown_all_the_same() {
        let log = format!("{}error: {}", "line\n".repeat(20), "x".repeat(LAST_CHARACTERS));
        assert!(without_the_middle(&log).contains("error: x"));
    }
}
