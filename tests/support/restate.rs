//! The real Restate server, and workers as processes of their own.
#![allow(dead_code, reason = "each crate uses its own part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::Place;

/// Restate, on a folder and ports of its own; killed when dropped.
pub struct Restate {
    child: Child,
    folder: tempfile::TempDir,
    ports: [u16; 3],
    settings: Vec<(&'static str, &'static str)>,
}

impl Restate {
    pub fn start() -> Self {
        Restate::with(&[])
    }

    /// With these settings in its environment.
    pub fn with(settings: &[(&'static str, &'static str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Held all at once, so that they differ.
        let held = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let ports = held.map(|listener| listener.local_addr().unwrap().port());
        let child = serve(folder.path(), ports, settings);
        let restate = Restate { child, folder, ports, settings: settings.to_vec() };
        restate.wait();
        restate
    }

    pub fn ingress(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[0])
    }

    pub fn admin(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[1])
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where it keeps everything.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Kills it (SIGKILL) and starts it again on its folder after a while.
    pub fn restart(&mut self, after: Duration) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::thread::sleep(after);
        self.child = serve(self.folder.path(), self.ports, &self.settings);
        self.wait();
    }

    fn wait(&self) {
        let until = Instant::now() + Duration::from_secs(30);
        while get(&self.ingress(), "/restate/health").is_none() || get(&self.admin(), "/health").is_none() {
            assert!(Instant::now() < until, "Restate does not come up; its log is\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Restate {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(folder: &Path, [ingress, admin, node]: [u16; 3], settings: &[(&str, &str)]) -> Child {
    let log = std::fs::OpenOptions::new().append(true).create(true).open(folder.join("log")).unwrap();
    Command::new(program())
        .arg("--base-dir")
        .arg(folder.join("data"))
        .args(["--node-name", "one", "--bind-ip", "127.0.0.1", "--listen-mode", "tcp", "--no-logo"])
        .args(["--bind-port", &node.to_string()])
        .env("RESTATE_INGRESS__BIND_PORT", ingress.to_string())
        .env("RESTATE_ADMIN__BIND_PORT", admin.to_string())
        .env("RESTATE_ADMIN__DISABLE_WEB_UI", "true")
        .env("RESTATE_DEFAULT_NUM_PARTITIONS", "4")
        .env("RESTATE_DISABLE_TELEMETRY", "true")
        .env("RESTATE_LOG_FILTER", "warn")
        .env("RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE", "256MB")
        .envs(settings.iter().copied())
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// What `scripts/restate-server` installed.
fn program() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/restate/node_modules/@restatedev");
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let found = entries.map(|entry| entry.path().join("bin/restate-server")).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("there is no Restate server in {}: run scripts/restate-server", folder.display()))
}

/// `rejoinder worker` as a process of its own; killed when dropped.
pub struct Worker {
    pub child: Child,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    /// `http://127.0.0.1:PORT`.
    pub address: String,
}

impl Worker {
    /// One that registers with this Restate and calls this market.
    pub fn start(place: &Place, restate: &Restate, market: &str, more: &[&str]) -> Self {
        Worker::with(place, restate, &[("ANTHROPIC_BASE_URL", market)], more)
    }

    pub fn with(place: &Place, restate: &Restate, environment: &[(&str, &str)], more: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (listen, admin) = (format!("127.0.0.1:{port}"), restate.admin());
        let arguments = ["worker", "--listen", &listen, "--register", &admin].into_iter().chain(more.iter().copied());
        let arguments: Vec<String> = arguments.map(ToOwned::to_owned).collect();
        let environment: Vec<_> =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let child = spawn(place, &arguments, &environment);
        Worker { child, arguments, environment, address: format!("http://{listen}") }
    }

    /// Waits until it has a place at Restate.
    pub fn ready(self, restate: &Restate) -> Self {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let first = get(&self.address, "/rejoinder/who").is_some_and(|who| who["first"] == true);
            let known = get(&restate.admin(), "/deployments").map(|all| all["deployments"].clone());
            let known = known.and_then(|all| all[0]["uri"].as_str().map(ToOwned::to_owned)).unwrap_or_default();
            let beside = !known.is_empty() && !known.starts_with(&self.address);
            if first || beside {
                return self;
            }
            assert!(Instant::now() < until, "the worker finds no place");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The same once more.
    pub fn start_again(&mut self, place: &Place) {
        self.child = spawn(place, &self.arguments, &self.environment);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(place: &Place, arguments: &[String], environment: &[(String, String)]) -> Child {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut command = place.command(&arguments);
    for (name, value) in environment {
        command.env(name, value);
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child
}

/// JSON from a server of this machine, where it is there; `null` for what is not JSON.
pub fn get(url: &str, path: &str) -> Option<Value> {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    if !text.starts_with("HTTP/1.1 200") {
        return None;
    }
    let json = text.find('{').zip(text.rfind('}')).map(|(begin, end)| &text[begin..=end]);
    Some(json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or(Value::Null))
}

/// What the market has counted.
pub fn stats(market: &str, what: &str) -> u64 {
    get(market, "/stats").unwrap()[what].as_u64().unwrap()
}

/// The status with which a server of this machine answers an empty POST.
pub fn post(url: &str, path: &str) -> u16 {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let headers = "connection: close\r\ncontent-type: application/vnd.restate.invocation.v5\r\ncontent-length: 0";
    write!(stream, "POST {path} HTTP/1.1\r\nhost: {address}\r\n{headers}\r\n\r\n").unwrap();
    let mut text = String::new();
    BufReader::new(stream).read_line(&mut text).unwrap();
    text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}
