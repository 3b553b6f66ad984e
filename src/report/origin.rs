//! What made the runs of a lineage, in words: models, time, and the commands that make them again.

use std::time::Duration;

use super::lineages;
use super::words;
use crate::optimize::history::{History, Link, Version};

/// The models of a run, or `unknown`.
#[must_use]
pub fn models(version: &Version) -> String {
    let provenance = version.metadata.rejoinder.as_ref().and_then(|provenance| provenance.models.as_ref());
    provenance.and_then(lineages::models).unwrap_or_else(|| "unknown".into())
}

/// How long the command took that made a run, where the journal knows.
#[must_use]
pub fn time(version: &Version) -> Option<String> {
    let run = version.command.as_ref()?;
    let started: jiff::Timestamp = run.started.parse().ok()?;
    let ended: jiff::Timestamp = run.ended.as_ref()?.parse().ok()?;
    Some(words::duration(Duration::try_from(ended.duration_since(started)).ok()?))
}

/// The commands that make the runs again, the first one first, each once.
#[must_use]
pub fn commands(history: &History) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    for version in &history.versions {
        let command = match &version.command {
            Some(run) => recorded(&run.arguments, run.seed),
            None => match pieced_together(version) {
                Some(command) => command,
                None => continue,
            },
        };
        if commands.last() != Some(&command) {
            commands.push(command);
        }
    }
    commands
}

/// What the commands are, and what they are not.
#[must_use]
pub fn about(history: &History) -> &'static str {
    let is_known = |version: &Version| version.command.is_some() || pieced_together(version).is_none();
    if history.versions.iter().all(is_known) {
        "As the journal has it, with the seed. The market answers the same again; a real model may not."
    } else {
        "Reconstructed from the files, since the journal does not have them: options that a file does not record \
         are left at their defaults. The market answers the same again; a real model may not."
    }
}

/// A command line as it was given, with the seed that it came to.
fn recorded(arguments: &[String], seed: u64) -> String {
    let has_seed = arguments.iter().any(|argument| argument == "--seed" || argument.starts_with("--seed="));
    let mut line: Vec<String> =
        ["rejoinder".to_owned()].into_iter().chain(arguments.iter().map(|argument| quoted(argument))).collect();
    if !has_seed && takes_seed(arguments) {
        line.push(format!("--seed {seed}"));
    }
    line.join(" ")
}

fn takes_seed(arguments: &[String]) -> bool {
    arguments.iter().any(|argument| matches!(argument.as_str(), "improve" | "evaluate"))
}

/// The command of a cycle that the journal does not know.
fn pieced_together(version: &Version) -> Option<String> {
    let provenance = version.metadata.rejoinder.as_ref()?;
    let mut line = match (&provenance.parent, &version.link) {
        (Some(parent), _) => format!("rejoinder improve --results-file {}", quoted(&parent.file)),
        (None, Link::First) => {
            format!("rejoinder evaluate --persona-file {}", quoted(version.metadata.persona_file.as_deref()?))
        }
        (None, _) => return None,
    };
    line.push_str(&format!(
        " --messages-per-persona {} --seed {}",
        version.metadata.messages_per_persona, provenance.seed
    ));
    let models = provenance.models.as_ref()?;
    let roles = [
        ("generator", models.generator.as_ref()),
        ("decision-maker", models.decision_maker.as_ref()),
        ("improver", models.improver.as_ref()),
        ("auditor", models.auditor.as_ref()),
    ];
    for (role, model) in roles.into_iter().filter_map(|(role, model)| Some((role, model?))) {
        line.push_str(&format!(" --{role} {}", quoted(model)));
    }
    Some(line)
}

/// A word as a shell takes it (POSIX, single quotes).
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", words::safe(word).replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_quoted_for_a_shell_and_has_its_seed() {
        let arguments: Vec<String> = ["improve", "--results-file", "it's; rm -rf"].map(Into::into).to_vec();
        assert_eq!(recorded(&arguments, 7), "rejoinder improve --results-file 'it'\\''s; rm -rf' --seed 7");
        let seeded: Vec<String> = ["improve", "--seed=3"].map(Into::into).to_vec();
        assert_eq!(recorded(&seeded, 3), "rejoinder improve --seed=3");
        let personas: Vec<String> = ["decide", "x"].map(Into::into).to_vec();
        assert_eq!(recorded(&personas, 3), "rejoinder decide x");
    }
}
