//! A server on 127.0.0.1 that follows a script of raw bytes, so that every fault of a network can be staged.
#![allow(dead_code, reason = "each test crate uses its own part")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One step of answering a request.
#[derive(Clone, Debug)]
pub enum Act {
    /// Send these bytes as they are.
    Send(Vec<u8>),
    /// Send these bytes one at a time, with this pause before each.
    Drip(Vec<u8>, Duration),
    /// Send this many zero bytes.
    Flood(usize),
    /// Do nothing for this long.
    Wait(Duration),
    /// Close the connection as if all were well.
    Close,
    /// Reset the connection.
    Reset,
}

impl From<String> for Act {
    fn from(text: String) -> Self {
        Act::Send(text.into_bytes())
    }
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The request line and the headers.
    pub head: String,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.head.lines().filter_map(|line| line.split_once(": ")).find(|(key, _)| *key == name);
        found.map(|(_, value)| value)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// The server. Its n-th request gets the n-th script, the last one repeats.
pub struct RawServer {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// What is done about the request of this number, from 0.
type Script = dyn Fn(usize, &Seen) -> Vec<Act> + Send + Sync;

impl RawServer {
    pub async fn start(scripts: Vec<Vec<Act>>) -> Self {
        RawServer::answering(move |number, _| scripts.get(number).or(scripts.last()).unwrap().clone()).await
    }

    /// One that does what a function makes of each request.
    pub async fn answering(script: impl Fn(usize, &Seen) -> Vec<Act> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let requests = Arc::clone(&seen);
        let script: Arc<Script> = Arc::new(script);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&requests)));
            }
        });
        RawServer { address, seen }
    }

    /// The base URL, as a person would write it.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Script>, requests: Arc<Mutex<Vec<Seen>>>) {
    while let Some(request) = read(&mut stream).await {
        let number = {
            let mut requests = requests.lock().unwrap();
            requests.push(request.clone());
            requests.len() - 1
        };
        for act in &script(number, &request) {
            let done = match act {
                Act::Send(bytes) => stream.write_all(bytes).await,
                Act::Drip(bytes, pause) => drip(&mut stream, bytes, *pause).await,
                Act::Flood(count) => flood(&mut stream, *count).await,
                Act::Wait(time) => {
                    tokio::time::sleep(*time).await;
                    Ok(())
                }
                Act::Close => return,
                Act::Reset => {
                    stream.set_zero_linger().unwrap();
                    return;
                }
            };
            if done.is_err() {
                return;
            }
        }
    }
}

async fn drip(stream: &mut TcpStream, bytes: &[u8], pause: Duration) -> std::io::Result<()> {
    for byte in bytes {
        tokio::time::sleep(pause).await;
        stream.write_all(&[*byte]).await?;
    }
    Ok(())
}

async fn flood(stream: &mut TcpStream, count: usize) -> std::io::Result<()> {
    let block = vec![b' '; 1 << 20];
    for _ in 0..count.div_ceil(block.len()) {
        stream.write_all(&block).await?;
    }
    Ok(())
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let mut seen = Seen { head, body: bytes[end + 4..].to_vec() };
            let length: usize = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
            while seen.body.len() < length {
                if stream.read_buf(&mut seen.body).await.ok()? == 0 {
                    return None;
                }
            }
            return Some(seen);
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// A whole response with these headers (each `name: value`).
pub fn reply(status: u16, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<Act> {
    let body = body.as_ref();
    let lines: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let mut bytes = format!("HTTP/1.1 {status} Status\r\n{lines}content-length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    vec![Act::Send(bytes)]
}

/// A whole response with a JSON body.
pub fn json_reply(status: u16, headers: &[&str], body: &serde_json::Value) -> Vec<Act> {
    reply(status, &[headers, &["content-type: application/json"]].concat(), body.to_string())
}
