//! The commands with which the pages of docs begin run as they stand: in an empty folder, without a key.

#[path = "support/program.rs"]
mod program;

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use program::Place;

/// The pages that are each for a job.
const PAGES: &[&str] =
    &["better-prompt", "campaigns", "judge", "leads", "local-models", "replies", "report", "scale-out", "trust"];

/// What stands before the first block of a page may be a heading and a line or two.
const MOST_BEFORE: usize = 6;

/// The first block, which is to begin near the top.
fn first_block(page: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/{page}.md"));
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("```sh\n").unwrap_or_else(|| panic!("{page} has no commands"));
    let lines = before.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines <= MOST_BEFORE && !before.contains("\n## "), "{page} does not begin with commands:\n{before}");
    rest.split_once("```").unwrap().0.to_owned()
}

/// Runs a block as a person pastes it, with nothing of this machine's settings. A command that fails ends it.
fn run(page: &str) {
    let place = Place::empty();
    let named = place.command(&[]);
    let programs = place.root().join("bin");
    std::fs::create_dir(&programs).unwrap();
    std::os::unix::fs::symlink(named.get_program(), programs.join("rejoinder")).unwrap();
    let folder = place.root().join("new");
    std::fs::create_dir(&folder).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", &first_block(page)]).current_dir(&folder).env("PATH", path).process_group(0);
    // The settings that a test gives to the program are not those of a person.
    for (name, _) in named.get_envs().filter(|(name, _)| *name != "PATH") {
        shell.env_remove(name);
    }
    for (name, _) in std::env::vars().filter(|(name, _)| {
        ["REJOINDER_", "ANTHROPIC_", "OPENAI_"].iter().any(|start| name.starts_with(start))
            || name == "SOURCE_DATE_EPOCH"
    }) {
        shell.env_remove(name);
    }
    let child = shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let group = child.id();
    let output = child.wait_with_output().unwrap();
    // A server that the block has left behind.
    let _ = Command::new("kill").args(["-KILL", "--", &format!("-{group}")]).stderr(Stdio::null()).status();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{page}: {}\n{out}\n{err}", output.status);
}

#[test]
fn every_page_for_a_job_begins_with_commands_that_run_as_they_stand() {
    for page in PAGES {
        run(page);
        assert!(first_block(page).matches("rejoinder ").count() >= 3, "{page} has too few commands");
    }
}

/// Pages of README's table that are read rather than typed along.
const READ: &[&str] = &["mcp", "privacy", "method", "reliability", "security", "commands", "rejoinder", "benchmarks"];

#[test]
fn every_page_that_readme_names_as_a_job_is_among_them() {
    let readme = include_str!("../README.md");
    let table = readme.lines().filter(|line| line.starts_with("| "));
    let links = table.flat_map(|line| line.split("](docs/").skip(1));
    let pages: Vec<&str> = links.filter_map(|link| link.split('.').next()).collect();
    assert!(pages.len() > 10, "{pages:?}");
    for page in pages {
        assert!(PAGES.contains(&page) || READ.contains(&page), "{page} neither runs nor is known as one to be read");
    }
}
