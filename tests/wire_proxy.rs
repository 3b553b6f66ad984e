//! Proxies: a refused one is told from a refused host, and a SOCKS proxy is gone through.

mod support;

use std::net::SocketAddr;

use rejoinder::model::http::{Connections, Plain, Proxy, Route, Settings};
use rejoinder::model::{Failure, FailureKind, Model};
use support::{RawServer, chat_at, good_body, reply, request, settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn through(proxy: &str) -> Settings {
    let proxy: Proxy = proxy.parse().unwrap();
    let route = Route { plain: Plain::Anywhere, ..Route::default() };
    Settings { connections: Connections::default().through(proxy), route, ..settings() }
}

async fn failure(proxy: &str, base: &str) -> Failure {
    let failure = chat_at(base, through(proxy)).send(&request()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Connection, "{failure}");
    failure
}

/// A port on which nothing listens.
async fn closed() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

/// A proxy that says these bytes to whatever reaches it.
async fn saying(bytes: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(bytes).await;
        }
    });
    address
}

/// A SOCKS5 proxy that takes everybody to one server, whatever they ask for.
async fn socks(to: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let to = to.clone();
            tokio::spawn(async move {
                // The greeting; then a request for a name: version, command, reserved, kind, length, name, port.
                let mut bytes = [0; 512];
                let _ = stream.read(&mut bytes).await;
                stream.write_all(&[5, 0]).await.unwrap();
                let _ = stream.read(&mut bytes).await;
                stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await.unwrap();
                let mut server = TcpStream::connect(to).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut stream, &mut server).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_named_and_not_the_host() {
    let address = closed().await;
    for scheme in ["http", "socks5h"] {
        for base in ["https://api.example.com/v1", "http://api.example.com/v1"] {
            let words = failure(&format!("{scheme}://{address}"), base).await.message;
            let expected =
                format!("no connection to the proxy {scheme}://{address}, which proxy in the settings file names");
            assert!(words.starts_with(&expected) && words.contains("was not asked"), "{words}");
        }
    }
}

#[tokio::test]
async fn a_host_that_is_not_there_is_named_without_a_proxy() {
    let address = closed().await;
    let words = failure("none", &format!("http://{address}")).await.message;
    assert!(words.starts_with(&format!("no connection to http://{address}: ")) && !words.contains("proxy"), "{words}");
}

#[tokio::test]
async fn a_proxy_that_does_not_let_through_is_told_from_one_that_wants_a_password() {
    let refuses = saying(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
    let words = failure(&format!("http://{refuses}"), "https://api.example.com/v1").await.message;
    assert!(words.contains("was reached but does not connect to https://api.example.com:443"), "{words}");
    let asks = saying(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n").await;
    let words = failure(&format!("http://{asks}"), "https://api.example.com/v1").await.message;
    assert!(words.contains("wants a user name and a password"), "{words}");
    // Version 5, and no way to say who one is that both know.
    let asks = saying(&[5, 255]).await;
    let words = failure(&format!("socks5h://{asks}"), "https://api.example.com/v1").await.message;
    assert!(words.contains(&format!("the proxy socks5h://{asks}")) && words.contains("was reached"), "{words}");
}

#[tokio::test]
async fn a_socks_proxy_is_gone_through_also_to_hosts_that_only_it_knows() {
    let server = RawServer::start(vec![reply(200, &[], good_body())]).await;
    let proxy = socks(server.base().trim_start_matches("http://").to_owned()).await;
    let model = chat_at("http://model.internal:8000/v1", through(&format!("socks5h://{proxy}")));
    assert_eq!(model.send(&request()).await.unwrap().answer.text, "Dear Ada");
    assert_eq!(server.seen()[0].header("host"), Some("model.internal:8000"));
}
