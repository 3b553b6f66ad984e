//! A server of chat completions inside this process whose answers a test writes, and which remembers what it was asked.
#![allow(dead_code, reason = "each test crate uses its own part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// A request, as far as a test wants to know it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub system: String,
    pub user: String,
    /// Name of the schema; empty where none was sent.
    pub schema: String,
    /// The schema.
    pub form: Value,
    /// The call's key.
    pub key: String,
}

impl Asked {
    /// Whether a message is to be written.
    pub fn is_message(&self) -> bool {
        self.schema.is_empty() && self.user.contains("Write one cold outreach message")
    }

    /// Whether a message is to be decided on.
    pub fn is_decision(&self) -> bool {
        self.user.contains("Do you say yes")
    }

    /// What stands between the delimiters of this kind.
    pub fn fenced(&self, kind: &str) -> Option<&str> {
        let (_, rest) = self.user.split_once(&format!("<{kind}-"))?;
        let (mark, rest) = rest.split_once(">\n")?;
        rest.split_once(&format!("\n</{kind}-{mark}>")).map(|(inside, _)| inside)
    }
}

type Script = dyn Fn(&Asked) -> String + Send + Sync;

/// A server. It answers as long as the test runs.
pub struct Scripted {
    /// `http://127.0.0.1:PORT/v1`.
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Scripted {
    pub fn start(script: impl Fn(&Asked) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let (asked, script): (Arc<Mutex<Vec<Asked>>>, Arc<Script>) = (Arc::default(), Arc::new(script));
        let shared = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (asked, script) = (Arc::clone(&shared), Arc::clone(&script));
                // A client that goes away ends its own connection only.
                std::thread::spawn(move || drop(serve(stream, &asked, &*script)));
            }
        });
        Scripted { url, asked }
    }

    /// All requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The system prompts with which messages were to be written, each once.
    pub fn prompts(&self) -> std::collections::BTreeSet<String> {
        self.asked().into_iter().filter(Asked::is_message).map(|asked| asked.system).collect()
    }
}

fn serve(stream: TcpStream, asked: &Mutex<Vec<Asked>>, script: &Script) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    loop {
        let (mut length, mut key, mut first) = (0, String::new(), true);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if line.trim().is_empty() && !first {
                break;
            }
            first = false;
            if let Some((name, value)) = line.split_once(':') {
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.trim().parse().unwrap_or(0),
                    "idempotency-key" => value.trim().clone_into(&mut key),
                    _ => {}
                }
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let body: Value = serde_json::from_slice(&body)?;
        let text = |role: &str| {
            let messages = body["messages"].as_array().into_iter().flatten();
            let wanted = messages.filter(|message| message["role"] == role);
            wanted.filter_map(|message| message["content"].as_str()).collect::<Vec<_>>().join("\n")
        };
        let form = &body["response_format"]["json_schema"];
        let own = Asked {
            system: text("system"),
            user: text("user"),
            schema: form["name"].as_str().unwrap_or_default().to_owned(),
            form: form["schema"].clone(),
            key,
        };
        asked.lock().unwrap().push(own.clone());
        let answer = json!({
            "id": "c", "object": "chat.completion",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": script(&own)}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 300, "completion_tokens": 60, "total_tokens": 360},
        })
        .to_string();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}",
            answer.len()
        )?;
        stream.flush()?;
    }
}
