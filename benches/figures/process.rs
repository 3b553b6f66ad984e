//! Processes: the market, the client, and what they take.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use serde_json::Value;

/// `rejoinder market` on a free port; killed when dropped.
pub struct Market {
    child: Child,
    pub url: String,
}

impl Market {
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rejoinder"))
            .args(["market", "--port", "0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the market starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("it says where");
        let url = line.trim().rsplit(' ').next().unwrap_or_default().to_owned();
        Market { child, url }
    }

    /// What it has counted.
    pub fn stats(&self) -> Value {
        let address = self.url.trim_start_matches("http://");
        let mut stream = std::net::TcpStream::connect(address).expect("the market listens");
        write!(stream, "GET /stats HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it answers");
        let body = &text[text.find('{').unwrap_or(0)..=text.rfind('}').unwrap_or(0)];
        serde_json::from_str(body).expect("JSON")
    }

    pub fn count(&self, name: &str) -> u64 {
        self.stats()[name].as_u64().unwrap_or(0)
    }
}

impl Drop for Market {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A data folder of its own, on the disk of the build.
pub struct Place(tempfile::TempDir);

impl Place {
    /// With a personas file `people` of so many.
    pub fn with_people(count: usize) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let personas = folder.path().join("data/personas");
        std::fs::create_dir_all(&personas).expect("a folder");
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/personas/b2b_saas_personas_train.json");
        let sample: Vec<String> =
            serde_json::from_slice(&std::fs::read(sample).expect("the shipped personas")).expect("personas");
        let mut out = std::io::BufWriter::new(std::fs::File::create(personas.join("people.json")).expect("a file"));
        for index in 0..count {
            let text = format!("{} Number {index} in the directory.", sample[index % sample.len()].trim());
            let start = if index == 0 { "[" } else { ",\n" };
            write!(out, "{start}{}", Value::from(text)).expect("room on the disk");
        }
        out.write_all(b"]").and_then(|()| out.flush()).expect("room on the disk");
        Place(folder)
    }

    pub fn root(&self) -> &Path {
        self.0.path()
    }

    pub fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    /// The program in this place, speaking to this market under a Claude model's name.
    pub fn command(&self, market: &Market, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rejoinder"));
        // Real models write about no offer that nobody gave.
        command.env("REJOINDER_PROMPT_FILE", concat!(env!("CARGO_MANIFEST_DIR"), "/prompts/sample_offer.md"));
        command.current_dir(self.root()).args(arguments).env("ANTHROPIC_BASE_URL", &market.url);
        command.env_remove("ANTHROPIC_API_KEY").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// What a process took.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    pub wall: Duration,
    pub cpu: Duration,
    /// Bytes of memory at its peak.
    pub peak: u64,
    pub code: Option<i32>,
}

/// Runs it to its end; `look` is called about fifty times a second with the time since the start.
pub fn measured(mut command: Command, mut look: impl FnMut(Duration)) -> Took {
    let (before, started) = (children(), Instant::now());
    let mut child = command.spawn().expect("it starts");
    let mut peak = 0;
    let status = loop {
        peak = peak.max(high_water_mark(child.id()));
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        look(started.elapsed());
        std::thread::sleep(Duration::from_millis(5));
    };
    Took { wall: started.elapsed(), cpu: children().saturating_sub(before), peak, code: status.code() }
}

/// A first run of so many trials, two calls each. Stragglers are waited for: a call that is sent twice is none to
/// count.
pub fn evaluate(market: &Market, trials: usize, concurrency: usize) -> Took {
    let place = Place::with_people(trials);
    let concurrency = concurrency.to_string();
    let arguments = [
        "evaluate",
        "--auditor",
        "none",
        "--ungrounded",
        "keep",
        "--persona-file",
        "people",
        "--messages-per-persona",
        "1",
        "--concurrency",
        &concurrency,
        "--stragglers",
        "wait",
    ];
    let took = measured(place.command(market, &arguments), |_| {});
    assert_eq!(took.code, Some(0), "the run ends well");
    took
}

/// Processor time of all children that have ended.
fn children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("a system call without conditions");
    let of = |time: nix::sys::time::TimeVal| {
        Duration::from_secs(time.tv_sec() as u64) + Duration::from_micros(time.tv_usec() as u64)
    };
    of(usage.user_time()) + of(usage.system_time())
}

fn high_water_mark(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0) * 1024
}

/// The machine in a line.
pub fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1)).unwrap_or("unknown");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("Machine: {cores} cores of {model}; market and client share them.")
}

pub fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
