//! A server of chat completions whose answers a test makes up: what gateways, local servers and hosts really send.
#![allow(dead_code, reason = "each test crate uses its own part")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Message,
    Decision,
    Other,
}

/// One request for a completion.
#[derive(Clone, Debug)]
pub struct Request {
    pub path: String,
    pub headers: String,
    pub body: Value,
    pub asked: Asked,
    /// Its number among them, from 1.
    pub number: usize,
}

/// A response, as it goes out.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Response { status, headers: Vec::new(), body: body.into() }
    }

    pub fn json(status: u16, body: Value) -> Self {
        Response::new(status, body.to_string()).with("content-type", "application/json")
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

pub const MESSAGE: &str =
    "Hello,\n\napprovals get lost in e-mail. Our product collects them in one queue.\n\nWorth a one-line reply?";
pub const DECISION: &str = r#"{"reasoning": "It is about my problem.", "decision": true}"#;

/// The body of a completion with this text.
pub fn completion(text: &str) -> Value {
    json!({
        "id": "c", "object": "chat.completion",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 300, "completion_tokens": 60, "total_tokens": 360 },
    })
}

/// A good answer to whatever is asked.
pub fn good(request: &Request) -> Response {
    Response::json(200, completion(text_for(request)))
}

pub fn text_for(request: &Request) -> &'static str {
    match request.asked {
        Asked::Message => MESSAGE,
        Asked::Decision => DECISION,
        Asked::Other => r#"{"groups": []}"#,
    }
}

type Answer = dyn Fn(&Request) -> Response + Send + Sync;

/// Serves until it is dropped. Requests of other methods than POST are answered by `get`, else with 404.
pub struct Gateway {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
    got: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
}

impl Gateway {
    pub fn start(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        Gateway::with_get(answer, |_| Response::new(404, "not found"))
    }

    pub fn with_get(
        answer: impl Fn(&Request) -> Response + Send + Sync + 'static,
        get: impl Fn(&str) -> Response + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let gateway = Gateway { url, seen: Arc::default(), got: Arc::default(), over: Arc::default() };
        let (seen, got, over) = (Arc::clone(&gateway.seen), Arc::clone(&gateway.got), Arc::clone(&gateway.over));
        let answer: Arc<Answer> = Arc::new(answer);
        let get: Arc<dyn Fn(&str) -> Response + Send + Sync> = Arc::new(get);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (seen, got, answer, get) =
                    (Arc::clone(&seen), Arc::clone(&got), Arc::clone(&answer), Arc::clone(&get));
                std::thread::spawn(move || serve(stream.ok()?, &seen, &got, &*answer, &*get));
            }
        });
        gateway
    }

    /// Completions that were asked for so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    pub fn calls(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// Paths that were got.
    pub fn got(&self) -> Vec<String> {
        self.got.lock().unwrap().clone()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<Request>>,
    got: &Mutex<Vec<String>>,
    answer: &Answer,
    get: &(dyn Fn(&str) -> Response + Send + Sync),
) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
    stream.set_nodelay(true).ok()?;
    let mut bytes = Vec::new();
    loop {
        let head_end = loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            let mut piece = [0; 16 * 1024];
            let length = stream.read(&mut piece).ok().filter(|length| *length > 0)?;
            bytes.extend_from_slice(&piece[..length]);
        };
        let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
        let length: usize = head
            .lines()
            .find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned))
            .map_or(0, |length| length.trim().parse().unwrap());
        while bytes.len() < head_end + length {
            let mut piece = [0; 8 * 1024];
            let read = stream.read(&mut piece).ok().filter(|read| *read > 0)?;
            bytes.extend_from_slice(&piece[..read]);
        }
        let body: Vec<u8> = bytes.drain(..head_end + length).skip(head_end).collect();
        let mut words = head.split(' ');
        let (method, path) = (words.next()?, words.next()?.to_owned());
        let response = if method == "POST" {
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            let text = body.to_string();
            let asked = if text.contains("Do you say yes") {
                Asked::Decision
            } else if text.contains("Write one cold outreach message") {
                Asked::Message
            } else {
                Asked::Other
            };
            let request = {
                let mut seen = seen.lock().unwrap();
                let number = seen.len() + 1;
                seen.push(Request { path, headers: head, body, asked, number });
                seen.last()?.clone()
            };
            answer(&request)
        } else {
            got.lock().unwrap().push(path.clone());
            get(&path)
        };
        let mut out = format!("HTTP/1.1 {} x\r\ncontent-length: {}\r\n", response.status, response.body.len());
        for (name, value) in &response.headers {
            out.push_str(&format!("{name}: {value}\r\n"));
        }
        out.push_str("\r\n");
        stream.write_all(&[out.into_bytes(), response.body].concat()).ok()?;
    }
}
