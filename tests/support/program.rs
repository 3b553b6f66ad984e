//! Runs the real binary on a data folder of its own, without anybody's keys or settings.
#![allow(dead_code, reason = "each test crate uses its own part")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// Variables of the surroundings that must not reach a test.
const FOREIGN: &[&str] = &[
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_BASE_URL",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "ALL_PROXY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "all_proxy",
    "https_proxy",
    "http_proxy",
    "no_proxy",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AZURE_OPENAI_ENDPOINT",
    "GROQ_API_KEY",
    "OLLAMA_API_KEY",
    "REJOINDER_AUDITOR",
    "REJOINDER_CA_FILE",
    "REJOINDER_CONCURRENCY",
    "REJOINDER_DATA_DIR",
    "REJOINDER_DECISION_MAKER",
    "REJOINDER_DECISION_PROMPT",
    "REJOINDER_ENGINE",
    "REJOINDER_EXAMPLES",
    "REJOINDER_GENERATOR",
    "REJOINDER_IMPROVER",
    "REJOINDER_MODEL",
    "REJOINDER_PROMPT_FILE",
    "REJOINDER_REASONS",
    "REJOINDER_RESTATE",
    "REJOINDER_SCORED",
    "REJOINDER_STRAGGLERS",
    "SOURCE_DATE_EPOCH",
];

/// The data that the project ships.
const SHIPPED: [&str; 3] = [
    "personas/b2b_saas_personas_train.json",
    "personas/b2b_saas_personas_eval.json",
    "results/b2b_saas_personas_train_results_20250802_144126.json",
];

/// A working folder with a data folder in it.
pub struct Place {
    folder: tempfile::TempDir,
}

/// What a run of the program gave.
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Place {
    /// An empty one.
    pub fn empty() -> Self {
        let place = Place { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(place.data()).unwrap();
        place
    }

    /// With the data that the project ships.
    pub fn with_samples() -> Self {
        let place = Place::empty();
        place.copy_samples();
        place
    }

    /// Copies the data that the project ships into the data folder, and nothing else: the README's first command leaves
    /// its journal and results beside them.
    pub fn copy_samples(&self) {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
        for file in SHIPPED {
            let to = self.data().join(file);
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(shipped.join(file), to).unwrap();
        }
    }

    /// With the real files of the original service; `None`, said aloud, where they are not there.
    pub fn with_original_files() -> Option<Self> {
        let shared = std::env::var_os("REJOINDER_SHARED_DATA")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
        if !shared.join("results").is_dir() {
            eprintln!("skipped: the original service's files are not at {}", shared.display());
            return None;
        }
        let place = Place::empty();
        copy(&shared, &place.data());
        Some(place)
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn write(&self, path: &str, text: &str) {
        self.write_bytes(path, text.as_bytes());
    }

    pub fn write_bytes(&self, path: &str, bytes: &[u8]) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::File::create(&path).and_then(|mut file| std::io::Write::write_all(&mut file, bytes)).unwrap();
    }

    pub fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.data().join(path)).unwrap()).unwrap()
    }

    /// The program, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rejoinder"));
        for variable in FOREIGN {
            command.env_remove(variable);
        }
        // No model but the market writes about an offer that nobody gave.
        command.env("REJOINDER_PROMPT_FILE", concat!(env!("CARGO_MANIFEST_DIR"), "/prompts/sample_offer.md"));
        // A key of the user's is made there.
        command.env("XDG_STATE_HOME", self.root().join("state"));
        command.current_dir(self.root()).args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().unwrap())
    }

    /// Runs it and expects it to succeed.
    pub fn ok(&self, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}\n{}\n{}", ran.out, ran.err);
        ran
    }

    /// The newest run of which `runs` says this: a command or a state.
    pub fn run_id(&self, said: &str) -> String {
        let listed = self.ok(&["runs"]).out;
        let mut lines = listed.lines().filter(|line| line.starts_with('│')).skip(1);
        let line = lines.find(|line| line.contains(said)).unwrap_or_else(|| panic!("no run with {said}\n{listed}"));
        line.split_whitespace().nth(1).unwrap_or_default().to_owned()
    }

    /// Names of the files in a subfolder of the data folder, sorted.
    pub fn files(&self, subfolder: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.data().join(subfolder)) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Ran {
    pub fn of(output: &Output) -> Self {
        Ran {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// `rejoinder market` as a process of its own, killed when dropped.
pub struct MarketProcess {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
}

impl MarketProcess {
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rejoinder"))
            .args(["market", "--port", "0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{line}");
        MarketProcess { child, url }
    }
}

impl Drop for MarketProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            // Contents only: the originals may be read-only.
            let bytes = std::fs::read(&source).unwrap();
            std::io::Write::write_all(&mut std::fs::File::create(&target).unwrap(), &bytes).unwrap();
        }
    }
}
