//! Whom a key is sent to over TLS, and what is left of it in panics and chains of errors.

mod support;

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rejoinder::model::FailureKind;
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::json;
use support::{Act, CANARY, RawServer, assert_keeps_the_key, both_at, json_reply, key, reply, request, settings};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

#[tokio::test]
async fn a_host_whose_certificate_nobody_vouches_for_gets_no_request() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let (attempts, heard) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (tried, read) = (Arc::clone(&attempts), Arc::clone(&heard));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tried.fetch_add(1, Ordering::SeqCst);
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let count = stream.read(&mut [0; 1024]).await.unwrap_or(0);
                read.fetch_add(count, Ordering::SeqCst);
            }
        }
    });
    for model in both_at(&base, &settings()) {
        let failure = model.send(&request()).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Misconfigured, "{failure}");
        assert!(failure.message.to_lowercase().contains("certificate"), "{failure}");
        assert_keeps_the_key(&Err(failure));
    }
    assert!(attempts.load(Ordering::SeqCst) >= 2, "nobody came");
    assert_eq!(heard.load(Ordering::SeqCst), 0, "something was sent to whoever it was");
}

/// An error and everything below it, in every way in which errors are printed.
fn printed(error: impl Error + Send + Sync + 'static) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text.push_str(&format!(" {deeper} {deeper:?}"));
        cause = deeper.source();
    }
    let error = anyhow::Error::from(error).context("while something was done");
    format!("{text} {error:#} {error:?}")
}

#[tokio::test]
async fn no_panic_and_no_chain_of_errors_shows_a_key() {
    let echo = json!({"error": {"type": CANARY, "message": CANARY}, "request_id": CANARY});
    let scripts = [
        json_reply(401, &[&format!("request-id: {CANARY}")], &echo),
        reply(500, &[], CANARY),
        reply(200, &[], CANARY),
        reply(307, &[&format!("location: https://{CANARY}.example/")], ""),
        vec![Act::Reset],
        vec![Act::Send(CANARY.as_bytes().to_vec()), Act::Close],
    ];
    for script in scripts {
        let server = RawServer::start(vec![script]).await;
        for model in both_at(&server.base(), &settings()) {
            let failure = model.send(&request()).await.unwrap_err();
            let text = printed(failure).to_lowercase();
            assert!(!text.contains(&CANARY.to_lowercase()), "{text}");
        }
    }
    let (messages, chat) =
        (support::messages_at("https://a.example", settings()), support::chat_at("https://a.example", settings()));
    let said = catch_unwind(AssertUnwindSafe(|| panic!("{messages:?} {chat:?} {:?}", key()))).unwrap_err();
    let said = said.downcast::<String>().unwrap();
    assert!(said.contains("a.example") && !said.contains("S3CR3T"), "{said}");
}
