//! Short commands: run to their end, with their output.

use std::ffi::OsString;
use std::process::Command;
use std::time::Duration;

use crate::web::children::{TOKEN_VARIABLE, run_to_end};

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
    let program = std::env::current_exe().map_err(|error| format!("the command cannot be started: {error}"))?;
    let mut command = Command::new(program);
    command.args(common).args(arguments);
    if !names.is_empty() {
        command.arg("--").args(names);
    }
    command.env("NO_COLOR", "1").env("COLUMNS", "120").env_remove(TOKEN_VARIABLE);
    let said = run_to_end(command, PATIENCE, MOST)?;
    let out = said.out.trim();
    match (said.success, out.is_empty()) {
        (true, _) => Ok(short(out)),
        (false, true) => Err(short(said.refusal())),
        (false, false) => Err(short(&format!("{}\n\n{out}", said.refusal()))),
    }
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
