//! `rejoinder serve` as a process, asked over HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::program::Place;

pub const KEY: &str = "sk-canary-S3CR3T-0123456789";

/// `rejoinder serve` as a process, killed when dropped.
pub struct Server {
    pub child: Child,
    pub address: String,
}

pub struct Answer {
    pub status: u16,
    pub location: String,
    pub text: String,
}

impl Server {
    pub fn start(place: &Place, market: Option<&str>) -> Self {
        Self::with(place, market, &[])
    }

    /// The same with these words after `serve`.
    pub fn with(place: &Place, market: Option<&str>, words: &[&str]) -> Self {
        let mut command = place.command(&[&["serve", "--port", "0"], words].concat());
        if let Some(url) = market {
            command.env("ANTHROPIC_BASE_URL", url).env("ANTHROPIC_API_KEY", KEY);
        }
        Self::of(command.stderr(Stdio::null()))
    }

    /// The server that this command starts.
    pub fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
        Server { child, address }
    }

    pub fn ask(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains(KEY), "{text}");
        let status = text.split(' ').nth(1).unwrap().parse().unwrap();
        let location = text.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default().to_owned();
        Answer { status, location, text }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address))
    }

    /// Sends the form of that page with these fields.
    pub fn post(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.get(page).text;
        let csrf = form.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", csrf).extend_pairs(fields);
        let body = body.finish();
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nhost: {0}\r\norigin: http://{0}\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {1}\r\n\r\n{body}",
            self.address,
            body.len()
        ))
    }

    /// What the form of a page that asks must carry.
    pub fn confirmed(page: &Answer) -> String {
        let field = page.text.split("name=\"confirmed\" value=\"").nth(1);
        field.unwrap_or_else(|| panic!("{}", page.text)).split('"').next().unwrap().to_owned()
    }

    /// Asks what it would take, then starts it.
    pub fn start_after_asking(&self, page: &str, fields: &[(&str, &str)]) -> Answer {
        let confirmed = Self::confirmed(&self.post(page, "/estimate", fields));
        self.post(page, "/start", &[fields, &[("confirmed", &confirmed)]].concat())
    }

    /// Follows a command that was started, until its run is known. Gives the run's address.
    pub fn run_of(&self, started: &str) -> String {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let answer = self.get(started);
            if answer.status == 303 {
                return answer.location;
            }
            // A page may say that a run is finished before its process has gone and the next one has its turn.
            let is_coming = ["Starting", "Waiting for its turn"].iter().any(|words| answer.text.contains(words));
            assert!(Instant::now() < until && is_coming, "{}", answer.text);
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn wait_for(&self, path: &str, words: &str) -> String {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let text = self.get(path).text;
            if text.contains(words) {
                return text;
            }
            assert!(Instant::now() < until, "{words} never came\n{text}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
