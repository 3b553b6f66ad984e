//! Addresses and keys as people have them when they begin.

use std::io::{Read, Write};
use std::net::TcpListener;

use super::gateway::{Gateway, Request, Response, good};
use super::program::Ran;
use super::{ok, place};

const EVALUATE: [&str; 7] =
    ["evaluate", "--persona-file", "people", "--prompt-file", "offer.md", "--model", "openai/m"];

#[test]
fn a_version_with_a_slip_of_the_pen_is_told_from_a_missing_one_and_plain_http_from_a_server_that_is_not_there() {
    let not_there = |request: &Request| match request.path.as_str() {
        "/v1/chat/completions" => good(request),
        _ => Response::new(404, "404 page not found"),
    };
    let gateway = Gateway::start(not_there);
    let place = place(1);
    let at = |base: &str| {
        let arguments = [&EVALUATE[..], &["--base-url", base]].concat();
        let ran = Ran::of(&place.command(&arguments).env("OPENAI_API_KEY", "sk-test").output().unwrap());
        assert_ne!(ran.code, Some(0), "{base}: {}{}", ran.out, ran.err);
        ran.err
    };
    for base in ["/V1", "/v1,", "/v1/v1"] {
        let said = at(&format!("{}{base}", gateway.url));
        assert!(said.contains(&format!("is the base URL http://{}/v1?", &gateway.url[7..])), "{base}: {said}");
    }
    let said = at(&format!("{}/api", gateway.url));
    assert!(said.contains(&format!("is /v1 missing? base URL {}/v1)", gateway.url)), "{said}");
    // What any server of plain http says to a greeting in TLS.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let said = at(&format!("https://{address}/v1"));
    assert!(said.contains("does not answer in TLS, and may speak plain http"), "{said}");
}

#[test]
fn a_blank_variable_hides_no_key() {
    let (place, gateway) = (place(1), Gateway::start(good));
    place.write(".env", "OPENAI_API_KEY=\nOPENAI_API_KEY=sk-file\nOPENAI_API_KEY=sk-later\n");
    let run = |key: Option<&str>| {
        let base = format!("{}/v1", gateway.url);
        let mut command = place.command(&[&EVALUATE[..], &["--base-url", &base, "--fresh"]].concat());
        if let Some(key) = key {
            command.env("OPENAI_API_KEY", key);
        }
        ok(&Ran::of(&command.output().unwrap()));
        gateway.seen().last().unwrap().headers.clone()
    };
    for (key, sent) in [(Some(""), "sk-file"), (Some(" "), "sk-file"), (None, "sk-file"), (Some("sk-set"), "sk-set")] {
        let headers = run(key);
        assert!(headers.contains(&format!("Bearer {sent}\r\n")), "{key:?}: {headers}");
    }
}
