//! The program and a gateway whose certificate a company has signed itself.

#[path = "support/program.rs"]
mod program;
#[path = "support/tls.rs"]
mod tls;

use program::{Place, Ran};
use serde_json::json;
use tls::{CountingServer, Speaks};

/// How often a server on this machine is asked who it is, before the first call.
const GREETINGS: usize = 7;

fn generate(place: &Place, server: &CountingServer, variables: &[(&str, &str)]) -> Ran {
    let arguments = [
        "generate",
        "--auditor",
        "none",
        "--ungrounded",
        "keep",
        "--persona-file",
        "b2b_saas_personas_eval",
        "--force",
        "--messages-per-persona",
        "1",
        "--retries",
        "0",
    ];
    let mut command = place.command(&[&arguments[..], &["--model", "anthropic/claude-haiku-5-5"]].concat());
    command.env("ANTHROPIC_BASE_URL", server.base()).env_remove("SSL_CERT_FILE").envs(variables.iter().copied());
    Ran::of(&command.output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_is_trusted_once_its_authority_is_named() {
    let body = json!({
        "content": [{ "type": "text", "text": "Dear Ada, may I show you how others save an hour a day?" }],
        "stop_reason": "end_turn",
        "usage": { "input_tokens": 10, "output_tokens": 3 },
    });
    let server = CountingServer::start(Speaks::Http2(100), body.to_string()).await;
    server.open(true);
    let place = Place::with_samples();
    let authority = place.root().join("authority.pem");
    server.write_authority(&authority);
    let refused = generate(&place, &server, &[]);
    assert!(refused.err.contains("certificate") && server.counts().connections.is_empty(), "{}", refused.err);
    assert!(refused.err.contains("ca_file in rejoinder.toml"), "{}", refused.err);

    let named = generate(&place, &server, &[("REJOINDER_CA_FILE", "authority.pem")]);
    assert_eq!(named.code, Some(0), "{}{}", named.out, named.err);
    let answered = |server: &CountingServer| server.counts().connections.iter().sum::<usize>();
    assert_eq!(answered(&server), GREETINGS + 10);
    let machines = generate(&place, &server, &[("SSL_CERT_FILE", authority.to_str().unwrap())]);
    assert_eq!((machines.code, answered(&server)), (Some(0), 2 * (GREETINGS + 10)), "{}", machines.err);

    place.write("rejoinder.toml", "ca_file = \"authority.pem\"\ncalls_per_connection = 1\n");
    assert_eq!(generate(&place, &server, &[]).code, Some(0));
    place.write("rejoinder.toml", "[hosts.anthropic]\nca_file = \"authority.pem\"\n");
    assert_eq!(generate(&place, &server, &[]).code, Some(0));
    place.write("rejoinder.toml", "ca_file = \"rejoinder.toml\"\n");
    let wrong = generate(&place, &server, &[]);
    assert!(
        wrong.code == Some(2) && wrong.err.contains("the certificates in rejoinder.toml cannot be used"),
        "{}",
        wrong.err
    );
}
