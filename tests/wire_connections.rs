//! How many connections calls take, and whom they trust.

mod support;
#[path = "support/tls.rs"]
mod tls;

use std::sync::Arc;

use rejoinder::model::http::{Connections, Settings};
use rejoinder::model::{FailureKind, Model};
use support::{chat_at, good_body, messages_at, request};
use tls::{CountingServer, Speaks};
use tokio::task::JoinHandle;

/// A server, and connections of this width that trust it.
async fn served(speaks: Speaks, width: usize) -> (CountingServer, Settings) {
    let server = CountingServer::start(speaks, good_body()).await;
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("authority.pem");
    server.write_authority(&authority);
    let connections = Connections::default().with_lane_width(width).trusting(&authority).unwrap();
    (server, Settings { connections, ..support::settings() })
}

fn send(model: &Arc<dyn Model>, calls: usize) -> Vec<JoinHandle<()>> {
    let one = |_| {
        let model = Arc::clone(model);
        tokio::spawn(async move {
            let reply = model.send(&request()).await.unwrap();
            assert_eq!(reply.answer.text, "Dear Ada");
        })
    };
    (0..calls).map(one).collect()
}

async fn answered(calls: Vec<JoinHandle<()>>) {
    for call in calls {
        call.await.unwrap();
    }
}

/// So many calls, all of which the server has at once.
async fn all_at_once(server: &CountingServer, model: &Arc<dyn Model>, calls: usize) {
    server.open(false);
    let sent = send(model, calls);
    server.until_in_flight(calls).await;
    server.open(true);
    answered(sent).await;
}

#[tokio::test]
async fn over_http2_more_calls_are_in_flight_than_one_connection_allows_and_connections_are_reused() {
    let (server, settings) = served(Speaks::Http2(10), 10).await;
    let model: Arc<dyn Model> = Arc::new(messages_at(&server.base(), settings));
    all_at_once(&server, &model, 35).await;
    let mut connections = server.counts().connections;
    connections.sort_unstable();
    assert_eq!(connections, [5, 10, 10, 10]);
    all_at_once(&server, &model, 35).await;
    let mut connections = server.counts().connections;
    connections.sort_unstable();
    assert_eq!(connections, [10, 20, 20, 20]);
    // What fits on one connection goes over one, so that the others fall idle.
    all_at_once(&server, &model, 8).await;
    let mut connections = server.counts().connections;
    connections.sort_unstable();
    assert_eq!(connections, [10, 20, 20, 28]);
}

#[tokio::test]
async fn one_connection_alone_would_hold_back_what_goes_beyond_its_limit() {
    let (server, settings) = served(Speaks::Http2(10), 1000).await;
    let model: Arc<dyn Model> = Arc::new(messages_at(&server.base(), settings));
    // Until the server has said how many it takes, a client may send more, and has to send those again.
    all_at_once(&server, &model, 1).await;
    server.open(false);
    let sent = send(&model, 35);
    server.until_in_flight(10).await;
    server.open(true);
    answered(sent).await;
    let counts = server.counts();
    assert_eq!((counts.in_flight_max, counts.connections), (10, vec![36]));
}

#[tokio::test]
async fn over_http1_each_call_in_flight_has_a_connection_which_later_calls_use_again() {
    for speaks in [Speaks::Plain, Speaks::Http1] {
        let (server, settings) = served(speaks, 10).await;
        let model: Arc<dyn Model> = Arc::new(chat_at(&server.base(), settings));
        for _ in 0..10 {
            all_at_once(&server, &model, 50).await;
        }
        let counts = server.counts();
        // A connection may still be on its way back when the next round takes another.
        assert!((50..100).contains(&counts.connections.len()), "{speaks:?}: {}", counts.connections.len());
        assert_eq!((counts.in_flight_max, counts.connections.iter().sum::<usize>()), (50, 500));
    }
}

#[tokio::test]
async fn roles_on_one_host_share_its_connections() {
    for speaks in [Speaks::Plain, Speaks::Http2(10)] {
        let (server, settings) = served(speaks, 10).await;
        server.open(true);
        let roles: [Arc<dyn Model>; 2] = [
            Arc::new(messages_at(&server.base(), settings.clone())),
            Arc::new(chat_at(&format!("{}/v1", server.base()), settings)),
        ];
        for role in roles.iter().cycle().take(6) {
            answered(send(role, 1)).await;
            // Lets the connection come back.
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(server.counts().connections, [6], "{speaks:?}");
    }
}

#[tokio::test]
async fn a_server_whose_certificate_nobody_trusts_is_sent_nothing() {
    let (server, _) = served(Speaks::Http2(10), 10).await;
    let failure = messages_at(&server.base(), support::settings()).send(&request()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Misconfigured);
    assert!(failure.message.contains("certificate"), "{failure}");
    assert!(server.counts().connections.is_empty());
}

#[test]
fn a_file_of_certificates_that_cannot_be_used_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |name: &str, text: Option<&str>| {
        let file = folder.path().join(name);
        if let Some(text) = text {
            std::io::Write::write_all(&mut std::fs::File::create(&file).unwrap(), text.as_bytes()).unwrap();
        }
        let error = Connections::default().trusting(&file).unwrap_err().to_string();
        assert!(error.contains(name) && error.lines().count() == 1, "{error}");
        error
    };
    assert!(refused("absent.pem", None).contains("No such file"));
    assert!(refused("empty.pem", Some("")).contains("no certificate in PEM form"));
    assert!(refused("key.pem", Some("not a certificate")).contains("no certificate in PEM form"));
    refused("torn.pem", Some("-----BEGIN CERTIFICATE-----\nAAAA"));
    refused("nonsense.pem", Some("-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"));
    refused("junk.pem", Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
}
