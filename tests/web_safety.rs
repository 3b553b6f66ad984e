//! Who may ask the dashboard for what, and what its pages may do in a browser.

#[path = "support/program.rs"]
mod program;
#[path = "support/site.rs"]
mod site;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use program::Place;
use rejoinder::web::guard::{LARGEST_FORM, Names};
use site::Pages;

const TOKEN: &str = "correct-horse-battery-staple";

fn ask(headers: &[(&str, &str)], path: &str) -> Request<Body> {
    headers
        .iter()
        .fold(Request::get(path), |request, (name, value)| request.header(*name, *value))
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn a_name_that_is_made_to_resolve_to_this_machine_is_refused() {
    let place = Place::empty();
    let pages = Pages::of(&place.data());
    for host in ["evil.example", "evil.example:7070", "127.0.0.1.evil.example", "10.0.0.7:7070", ""] {
        let answer = pages.send(ask(&[("host", host)], "/")).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert!(!answer.text.contains("Lineages are") && answer.text.contains("does not answer under that name"));
    }
    assert_eq!(pages.send(ask(&[], "/")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        pages.send(ask(&[("host", "localhost"), ("host", "evil.example")], "/")).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(pages.send(ask(&[("host", "localhost")], "http://evil.example/")).await.status, StatusCode::BAD_REQUEST);
    for host in ["localhost:7070", "127.0.0.1:7070", "[::1]:7070"] {
        assert_eq!(pages.send(ask(&[("host", host)], "/")).await.status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn what_a_page_elsewhere_sends_is_refused_and_a_link_from_there_is_followed() {
    let place = Place::empty();
    let pages = Pages::of(&place.data());
    let own = ("host", "localhost:7070");
    for other in ["http://evil.example", "null", "http://localhost:9999", "https://127.0.0.1:7070", "file://"] {
        assert_eq!(pages.send(ask(&[own, ("origin", other)], "/")).await.status, StatusCode::FORBIDDEN, "{other}");
    }
    assert_eq!(pages.send(ask(&[own, ("origin", "http://localhost:7070")], "/")).await.status, StatusCode::OK);
    let embedded = [own, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")];
    assert_eq!(pages.send(ask(&embedded, "/")).await.status, StatusCode::FORBIDDEN);
    let link = [own, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
    assert_eq!(pages.send(ask(&link, "/")).await.status, StatusCode::OK);
}

/// Every address that changes something.
const CHANGES: &[&str] = &[
    "/prompts",
    "/challenger",
    "/estimate",
    "/start",
    "/live/0123456789ab/cancel",
    "/live/0123456789ab/resume",
    "/login",
];

#[tokio::test]
async fn no_change_is_made_without_what_only_our_pages_know() {
    let place = Place::empty();
    let pages = Pages::of(&place.data());
    let fields = [("name", "offer"), ("prompt", "Sell tea."), ("job", "personas"), ("domain", "x"), ("run", "x")];
    let own = [("origin", "http://localhost:7070")];
    for path in CHANGES {
        let answer = pages.post_as(path, &fields, &own).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} without a token");
        let wrong = [&fields[..], &[("csrf", "0123456789abcdef0123456789abcdef")]].concat();
        assert_eq!(pages.post_as(path, &wrong, &own).await.status, StatusCode::FORBIDDEN, "{path} with a wrong one");
        let right = [&fields[..], &[("csrf", pages.csrf.as_str())]].concat();
        assert_eq!(pages.post_as(path, &right, &[]).await.status, StatusCode::FORBIDDEN, "{path} from nowhere");
        let elsewhere = [("origin", "http://evil.example")];
        assert_eq!(
            pages.post_as(path, &right, &elsewhere).await.status,
            StatusCode::FORBIDDEN,
            "{path} from elsewhere"
        );
        let cross = [("origin", "http://localhost:7070"), ("sec-fetch-site", "same-site")];
        assert_eq!(pages.post_as(path, &right, &cross).await.status, StatusCode::FORBIDDEN, "{path} from a neighbour");
    }
    assert!(place.files("prompts").is_empty());
    assert_eq!(pages.post("/prompts", &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(place.files("prompts"), ["offer.md"]);
}

#[tokio::test]
async fn no_address_that_only_shows_changes_anything_and_no_other_method_is_known() {
    let place = Place::empty();
    let pages = Pages::of(&place.data());
    for path in ["/estimate", "/start", "/live/0123456789ab/cancel", "/live/0123456789ab/resume"] {
        assert_eq!(pages.get(path).await.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
    let request = Request::delete("/").header("host", "localhost").header("origin", "http://localhost");
    let answer = pages.send(request.body(Body::empty()).unwrap()).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
}

#[tokio::test]
async fn a_form_that_is_too_large_or_no_form_is_refused() {
    let place = Place::empty();
    let pages = Pages::of(&place.data());
    let large = "x".repeat(LARGEST_FORM + 1);
    assert_eq!(
        pages.post("/prompts", &[("name", "a"), ("prompt", &large)]).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let request = Request::post("/prompts").header("host", "localhost").header("origin", "http://localhost");
    let json = request.header("content-type", "application/json").body(Body::from("{}")).unwrap();
    assert_eq!(pages.send(json).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn a_server_for_others_asks_everybody_for_its_token() {
    let place = Place::with_samples();
    let names = Names { is_open: true, hosts: vec!["box.example".into()] };
    let pages = Pages::with(&place.data(), names, Some(TOKEN));
    let own = ("host", "192.168.1.7:7070");
    let files = [
        "/",
        "/live",
        "/personas/b2b_saas_personas_eval",
        "/prompts",
        "/run/b2b_saas_personas_train_results_20250802_144126/messages.csv",
    ];
    for path in files {
        let answer = pages.send(ask(&[own], path)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        // The visitor's own address comes back, and nothing else.
        let text = answer.text.replace(path, "");
        assert!(text.contains("asks for the token") && !text.contains("b2b_saas"), "{path}");
    }
    assert_eq!(pages.send(ask(&[own], "/?token=wrong-horse-battery-staple")).await.status, StatusCode::UNAUTHORIZED);
    let cookie = ("cookie", "rejoinder=0123");
    assert_eq!(pages.send(ask(&[own, cookie], "/")).await.status, StatusCode::UNAUTHORIZED);

    let answer = pages.send(ask(&[own], &format!("/live?token={TOKEN}&a=b"))).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/live?a=b"));
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains(TOKEN), "{cookie}");
    let cookie = ("cookie", cookie.split(';').next().unwrap());
    assert_eq!(pages.send(ask(&[own, cookie], "/")).await.status, StatusCode::OK);
    assert_eq!(pages.send(ask(&[("host", "evil.example"), cookie], "/")).await.status, StatusCode::MISDIRECTED_REQUEST);
    let fields = [("csrf", pages.csrf.as_str()), ("token", TOKEN)];
    let login = pages.post_as("/login", &fields, &[("origin", "http://localhost:7070")]).await;
    assert_eq!((login.status, login.header("location")), (StatusCode::SEE_OTHER, "/"));
    assert!(login.header("set-cookie").starts_with(cookie.1) && !login.header("set-cookie").contains("Secure"));
    let fields = [("csrf", pages.csrf.as_str()), ("token", TOKEN), ("to", "/run/x?said=no")];
    let tls = [("origin", "https://localhost:7070"), ("x-forwarded-proto", "https")];
    let login = pages.post_as("/login", &fields, &tls).await;
    assert_eq!(login.header("location"), "/run/x?said=no", "a link from elsewhere works after the token");
    assert!(login.header("set-cookie").ends_with("; Secure"), "where TLS ends before us");
    let fields = [("csrf", pages.csrf.as_str()), ("token", TOKEN), ("to", "//evil.example")];
    assert_eq!(pages.post_as("/login", &fields, &tls).await.header("location"), "/");
    let leave = [("origin", "http://localhost:7070"), cookie];
    let left = pages.post_as("/logout", &[("csrf", pages.csrf.as_str())], &leave).await;
    assert!(left.header("set-cookie").starts_with("rejoinder=; ") && left.header("location") == "/login");
    let fields = [("csrf", pages.csrf.as_str()), ("token", "wrong")];
    let login = pages.post_as("/login", &fields, &[("origin", "http://localhost:7070")]).await;
    assert_eq!((login.status, login.header("set-cookie")), (StatusCode::UNAUTHORIZED, ""));
    let style = pages.send(ask(&[own], "/assets/icon.svg")).await;
    assert_eq!(style.status, StatusCode::OK, "the page that asks has its looks");
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let place = Place::with_samples();
    let pages = Pages::of(&place.data());
    let run = "/run/b2b_saas_personas_train_results_20250802_144126";
    for path in ["/", run, &format!("{run}/messages.csv"), "/nowhere", "/assets/icon.svg", "/live", "/evaluate"] {
        let answer = pages.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        let cached = answer.header("cache-control");
        assert_eq!(cached == "no-store", !path.starts_with("/assets"), "{path}: {cached}");
        // What the policy forbids is not tried either.
        assert!(
            !answer.text.contains(" style=\"") && !answer.text.contains("<style") && !answer.text.contains(" onclick"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn no_name_leads_out_of_the_data_folder() {
    let place = Place::with_samples();
    place.write("secret.json", "{\"secret\": true}");
    place.write("data/secret.md", "the secret");
    std::os::unix::fs::symlink(place.root().join("secret.json"), place.data().join("results/link.json")).unwrap();
    let pages = Pages::of(&place.data());
    for path in [
        "/run/..%2F..%2Fsecret",
        "/run/%2Fetc%2Fpasswd",
        "/run/link",
        "/run/link/messages.csv",
        "/prompts/..%2Fsecret",
        "/personas/..%2Fresults%2Flink",
        "/run/..%00",
        "/compare?a=..%2Fsecret&b=link",
        "/live/..%2F..%2Fsecret",
        "/started/..%2Fx",
    ] {
        let answer = pages.get(path).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        assert!(!answer.text.contains("&quot;secret&quot;: true") && !answer.text.contains("the secret"), "{path}");
    }
    let answer = pages.post("/prompts", &[("name", "../evil"), ("prompt", "x")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!place.root().join("evil.md").exists() && !place.data().join("evil.md").exists());
}
