//! A server of a market, and what is asked of it.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rejoinder_llm::model::{CallKey, Request, Schema};
use rejoinder_market::serve::{Faults, Options, Stats, StatsHandle, bind};
use rejoinder_market::{Market, Mode};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::sync::oneshot;

pub struct Served {
    pub address: SocketAddr,
    pub stats: StatsHandle,
    pub client: reqwest::Client,
    pub stop: oneshot::Sender<()>,
    pub run: tokio::task::JoinHandle<std::io::Result<()>>,
}

pub struct Seen {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Seen {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers)).to_str().unwrap()
    }

    pub fn kind(&self) -> String {
        self.json()["error"]["type"].as_str().unwrap().to_owned()
    }
}

impl Served {
    pub async fn send(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> reqwest::Result<Seen> {
        let mut request = self.client.post(format!("http://{}{path}", self.address)).body(body.to_string());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Seen { status, headers, text: response.text().await? })
    }

    pub async fn messages(&self, body: &Value) -> Seen {
        self.send("/v1/messages", body, &[]).await.unwrap()
    }

    pub async fn chat(&self, body: &Value) -> Seen {
        self.send("/v1/chat/completions", body, &[]).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Seen {
        let response = self.client.get(format!("http://{}{path}", self.address)).send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Seen { status, headers, text: response.text().await.unwrap() }
    }

    pub fn stats(&self) -> Stats {
        self.stats.snapshot()
    }

    /// Sends one request over a bare socket and reads until the end of the stream or its failure.
    pub async fn raw(&self, body: &Value) -> (Vec<u8>, Option<ErrorKind>) {
        let (address, body) = (self.address, body.to_string());
        tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            write!(stream, "POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len())
                .unwrap();
            let mut received = Vec::new();
            let failure = stream.read_to_end(&mut received).err().map(|error| error.kind());
            (received, failure)
        })
        .await
        .unwrap()
    }
}

pub fn market() -> Market {
    Market::new(7, Mode::Normal)
}

pub async fn serve(change: impl FnOnce(&mut Options)) -> Served {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut options = Options::new(market());
    change(&mut options);
    let server = bind(options).await.unwrap();
    let (address, stats) = (server.address(), server.stats());
    let (stop, stopped) = oneshot::channel();
    let run = tokio::spawn(server.run(async {
        let _ = stopped.await;
    }));
    Served { address, stats, client: reqwest::Client::builder().no_proxy().build().unwrap(), stop, run }
}

pub async fn with_faults(faults: &str) -> Served {
    let faults: Faults = faults.parse().unwrap();
    serve(|options| options.faults = faults).await
}

pub fn decision_schema() -> Value {
    json!({
        "type": "object",
        "properties": {"reasoning": {"type": "string"}, "decision": {"type": "boolean"}},
        "required": ["reasoning", "decision"],
        "additionalProperties": false,
    })
}

/// A request for a message, in the shape of the Messages API.
pub fn plain() -> Value {
    json!({
        "model": "claude-haiku-5-5",
        "max_tokens": 1000,
        "system": "Write a short message.",
        "messages": [{"role": "user", "content": "Ada Okafor, COO of a logistics company."}],
    })
}

/// A request for a decision, in the shape of the Messages API.
pub fn decision() -> Value {
    let mut body = plain();
    body["output_config"] = json!({"format": {"type": "json_schema", "schema": decision_schema()}});
    body
}

/// The same, in the shape of chat completions.
pub fn chat_decision() -> Value {
    json!({
        "model": "local",
        "messages": [
            {"role": "system", "content": "Write a short message."},
            {"role": "user", "content": "Ada Okafor, COO of a logistics company."},
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": true, "schema": decision_schema()},
        },
        "max_tokens": 1000,
    })
}

/// The decision that the market gives in-process.
pub fn in_process(key: CallKey) -> String {
    market()
        .answer(&Request {
            key,
            system: "Write a short message.".to_owned(),
            user: "Ada Okafor, COO of a logistics company.".to_owned(),
            schema: Some(Schema { name: "answer".to_owned(), json: decision_schema() }),
            max_tokens: 1000,
        })
        .text
}
