//! Short commands: run to their end, with their output.

use std::ffi::OsString;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::web::children::TOKEN_VARIABLE;

/// The longest that a command may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// The most bytes that are read of its output.
const MOST: u64 = 4 << 20;
/// The most characters of it that go to the agent.
const SHOWN: usize = 8_000;

/// Starts this program with the server's own settings. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Commands {
    common: Vec<OsString>,
}

impl Commands {
    /// Creates it with options that are put before every command.
    pub fn new(common: Vec<OsString>) -> Self {
        Commands { common }
    }

    /// Runs a command to its end. `names` are a person's words without a flag; they come last, so that none is taken
    /// for an option.
    ///
    /// # Errors
    /// What it said, or why it could not be run.
    pub async fn run(&self, arguments: Vec<String>, names: Vec<String>) -> Result<String, String> {
        let common = self.common.clone();
        let work = tokio::task::spawn_blocking(move || run(&common, &arguments, &names));
        work.await.map_err(|error| error.to_string())?
    }
}

fn run(common: &[OsString], arguments: &[String], names: &[String]) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("the command cannot be started: {error}");
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    command.args(common).args(arguments);
    if !names.is_empty() {
        command.arg("--").args(names);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("NO_COLOR", "1").env("COLUMNS", "120").env_remove(TOKEN_VARIABLE);
    let mut child = command.spawn().map_err(failed)?;
    let read = |from: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = from.map(|mut from| from.by_ref().take(MOST).read_to_end(&mut bytes));
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let out = read(child.stdout.take().map(|out| Box::new(out) as Box<dyn Read + Send>));
    let err = read(child.stderr.take().map(|err| Box::new(err) as Box<dyn Read + Send>));
    let until = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait().map_err(failed)? {
            Some(status) => break status,
            None if Instant::now() < until => std::thread::sleep(Duration::from_millis(20)),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                return Err("the command took longer than five minutes and was given up".to_owned());
            }
        }
    };
    let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
    let (out, err) = (out.trim(), err.trim());
    if status.success() {
        return Ok(short(out));
    }
    let said = err.lines().find_map(|line| line.strip_prefix("error: ")).or_else(|| err.lines().last());
    let said = said.unwrap_or("the command refused without a word");
    Err(if out.is_empty() { short(said) } else { short(&format!("{said}\n\n{out}")) })
}

/// Cuts a long text off, and says how much is left out.
pub fn short(text: &str) -> String {
    let count = text.chars().count();
    if count <= SHOWN {
        return text.to_owned();
    }
    let kept: String = text.chars().take(SHOWN).collect();
    format!("{kept}\n[{} more characters are left out]", count - SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_so() {
        let text = short(&"é".repeat(SHOWN + 5));
        assert!(text.ends_with("[5 more characters are left out]"), "{}", &text[text.len() - 60..]);
        assert_eq!(short("as it is"), "as it is");
    }
}
