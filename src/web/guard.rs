//! What stands in front of every page: whom the request is addressed to, where it comes from, who asks, and what an
//! answer may do in a browser.
//!
//! The threats: a page of somebody else's in the same browser that sends requests here or has its own name resolve to
//! this machine (DNS rebinding), somebody else on the network, and text in the data that would like to be markup or
//! script.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use tokio::sync::SemaphorePermit;

use super::error::Problem;
use super::leads;
use super::login;
use super::multipart::{self, Received};
use super::site::Site;

/// The most bytes of a form.
pub const LARGEST_FORM: usize = 1 << 20;
/// The cookie of a visitor who showed the token.
pub const COOKIE: &str = "rejoinder";
/// A file that takes longer to arrive gives its place to others.
const SLOWEST_FILE: Duration = Duration::from_secs(5 * 60);
/// Who shows a wrong token waits.
const PENALTY: Duration = Duration::from_millis(400);

/// Pages load nothing from anywhere else and run no script but ours; nobody frames them.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Set on every answer. Not `no-referrer`: browsers would then send no origin with forms. Other sites learn nothing
/// from either.
static HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

/// Names under which this server may be addressed.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Whether other machines may: then by any address.
    pub is_open: bool,
    /// Further names, such as a proxy's.
    pub hosts: Vec<String>,
}

impl Names {
    /// Whether this host, with or without a port, is one of them. A name that resolves to this machine is not enough.
    #[must_use]
    pub fn allow(&self, host: &str) -> bool {
        let name = name_of(host);
        let name = name.trim_start_matches('[').trim_end_matches(']');
        match name.parse::<IpAddr>() {
            Ok(address) => self.is_open || address.is_loopback(),
            Err(_) => {
                name.eq_ignore_ascii_case("localhost") || self.hosts.iter().any(|own| own.eq_ignore_ascii_case(name))
            }
        }
    }
}

/// The host without its port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && (!name.contains(':') || name.ends_with(']')) =>
        {
            name
        }
        _ => host,
    }
}

/// Lets a request through to its page, or refuses it in plain words.
pub async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let mut response = match admit(&site, request).await {
        // The place is free again when the file has been kept or refused.
        Ok(Admitted::Request(request, _place)) => next.run(request).await,
        Ok(Admitted::Answer(answer)) => answer,
        Err(problem) => problem.page(&site),
    };
    for (name, value) in &HEADERS {
        response.headers_mut().insert(name.clone(), HeaderValue::from_static(value));
    }
    // What an address bar shows today may be somebody else's tomorrow; of the style sheet and the script the name
    // changes.
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

enum Admitted<'s> {
    /// With the place of a file that was received.
    Request(Request, Option<SemaphorePermit<'s>>),
    Answer(Response),
}

async fn admit(site: &Site, request: Request) -> Result<Admitted<'_>, Problem> {
    let host = host(request.headers(), request.uri())?;
    if !site.names.allow(&host) {
        return Err(Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            "This server does not answer under that name. Use localhost or an address, or start it with --host NAME.",
        ));
    }
    let is_change = !matches!(*request.method(), Method::GET | Method::HEAD);
    origin(request.headers(), &host, is_change)?;
    if site.secrets.asks() && !is_public(request.uri().path()) {
        let shown = shown(site, request.headers(), request.uri());
        // Whoever has shown the token is led to the page that was asked for.
        let to = if is_change { "/".to_owned() } else { without_token(request.uri()) };
        if let Some(answer) = identify(site, shown, (request.headers(), &to)).await? {
            return Ok(Admitted::Answer(answer));
        }
    }
    if !is_change {
        return Ok(Admitted::Request(request, None));
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    // A file is taken in one place only.
    if request.uri().path() == leads::UPLOAD && multipart::is_multipart(kind) {
        let kind = kind.to_owned();
        let (request, place) = checked_file(site, request, &kind).await?;
        return Ok(Admitted::Request(request, Some(place)));
    }
    Ok(Admitted::Request(checked_form(site, request).await?, None))
}

/// Whom the request is addressed to.
fn host(headers: &HeaderMap, uri: &Uri) -> Result<String, Problem> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let bad = || Problem::new(StatusCode::BAD_REQUEST, "The request does not say whom it is addressed to.");
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().map_err(|_| bad())?.to_owned(),
        _ => return Err(bad()),
    };
    // Where both are there they must be one.
    match uri.authority() {
        Some(authority) if !authority.as_str().eq_ignore_ascii_case(&host) => Err(bad()),
        _ => Ok(host),
    }
}

/// Refuses what a page of somebody else's sends. A change has to say where it comes from.
fn origin(headers: &HeaderMap, host: &str, is_change: bool) -> Result<(), Problem> {
    let refused = || Problem::new(StatusCode::FORBIDDEN, "The request comes from another site, and was refused.");
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let fetch_site = HeaderName::from_static("sec-fetch-site");
    let site = text(&fetch_site);
    if let Some(origin) = text(&header::ORIGIN) {
        let own = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        if !own.is_some_and(|own| own.eq_ignore_ascii_case(host)) {
            return Err(refused());
        }
    } else if is_change && site != Some("same-origin") {
        return Err(refused());
    }
    // A link from elsewhere may lead here; nothing of here may be loaded into a page elsewhere.
    let mode = text(&HeaderName::from_static("sec-fetch-mode"));
    let is_embedded = matches!(site, Some("cross-site" | "same-site")) && mode != Some("navigate");
    if is_embedded || (is_change && matches!(site, Some("cross-site" | "same-site"))) {
        return Err(refused());
    }
    Ok(())
}

/// What needs no token: what it is asked for with.
fn is_public(path: &str) -> bool {
    path == login::PATH || path.starts_with("/assets/")
}

/// What a visitor shows.
enum Shown {
    Cookie,
    /// A link with the token, and the same without it.
    Token(String),
    WrongToken,
    Nothing,
}

fn shown(site: &Site, headers: &HeaderMap, uri: &Uri) -> Shown {
    if cookies(headers).any(|(name, value)| name == COOKIE && site.secrets.is_session(value)) {
        return Shown::Cookie;
    }
    let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    match pairs.into_iter().find(|(name, _)| name == "token") {
        Some((_, token)) if site.secrets.is_token(&token) => Shown::Token(without_token(uri)),
        Some(_) => Shown::WrongToken,
        None => Shown::Nothing,
    }
}

/// Nothing where the visitor is known; else what they are answered: a link that carries the token is exchanged for a
/// cookie, whoever shows nothing is asked.
async fn identify(site: &Site, shown: Shown, (headers, to): (&HeaderMap, &str)) -> Result<Option<Response>, Problem> {
    match shown {
        Shown::Cookie => Ok(None),
        Shown::Token(rest) => Ok(Some((remembered(site, headers), Redirect::to(&rest)).into_response())),
        Shown::WrongToken => {
            tokio::time::sleep(PENALTY).await;
            Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "That is not the token. It is in the line that the server printed.",
            ))
        }
        Shown::Nothing => Ok(Some(login::ask(site, StatusCode::UNAUTHORIZED, None, to))),
    }
}

/// The cookie of a visitor who showed the token. A link from elsewhere that leads here carries it, a form or a picture
/// there does not; what changes anything has to come from a page of this server besides.
pub fn remembered(site: &Site, headers: &HeaderMap) -> [(HeaderName, String); 1] {
    let session = site.secrets.session().unwrap_or_default();
    [(header::SET_COOKIE, format!("{COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax{}", secure(headers)))]
}

/// The same, forgotten.
pub fn forgotten(headers: &HeaderMap) -> [(HeaderName, String); 1] {
    [(header::SET_COOKIE, format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{}", secure(headers)))]
}

/// Where a proxy ended TLS before this server, the cookie must not travel without it.
fn secure(headers: &HeaderMap) -> &'static str {
    let is_tls =
        headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes().eq_ignore_ascii_case(b"https"));
    if is_tls { "; Secure" } else { "" }
}

/// A path of this server, whatever somebody gave; what could lead elsewhere leads to the first page.
#[must_use]
pub fn local(to: &str) -> &str {
    let is_local = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n']);
    if is_local { to } else { "/" }
}

fn without_token(uri: &Uri) -> String {
    let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let mut kept = url::form_urlencoded::Serializer::new(String::new());
    kept.extend_pairs(pairs.filter(|(name, _)| name != "token"));
    let query = kept.finish();
    // A path of two slashes would lead to another host.
    let path = format!("/{}", uri.path().trim_start_matches('/'));
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

/// The request, whose form carries what only our pages know.
async fn checked_form(site: &Site, request: Request) -> Result<Request, Problem> {
    let (parts, body) = request.into_parts();
    let is_form = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(|kind| {
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    });
    if !is_form {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Changes are made by the forms of these pages."));
    }
    let bytes = to_bytes(body, LARGEST_FORM).await.map_err(|_| {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The form is larger than one megabyte. Put less into it.")
    })?;
    let given = url::form_urlencoded::parse(&bytes).find(|(name, _)| name == "csrf").map(|(_, value)| value);
    if !given.is_some_and(|given| site.secrets.is_csrf(&given)) {
        return Err(no_secret());
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// The same for a form with a file, which the request then carries as [`Received`], and the place that the file takes.
async fn checked_file<'s>(
    site: &'s Site,
    request: Request,
    kind: &str,
) -> Result<(Request, SemaphorePermit<'s>), Problem> {
    let (mut parts, body) = request.into_parts();
    // Who says how much is coming need not send it.
    let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > multipart::LARGEST as u64) {
        return Err(leads::too_large());
    }
    let place = site.uploads.place()?;
    let received = tokio::time::timeout(SLOWEST_FILE, to_bytes(body, multipart::LARGEST)).await;
    let slow = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "The file took too long to arrive. Send it again.");
    let bytes = received.map_err(slow)?.map_err(|_| leads::too_large())?;
    let form = multipart::parts(kind, &bytes)
        .ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "The form did not arrive whole. Send it again."))?;
    let given = form.iter().find(|part| part.name == "csrf");
    if !given.is_some_and(|part| std::str::from_utf8(part.body).is_ok_and(|given| site.secrets.is_csrf(given))) {
        return Err(no_secret());
    }
    if let Some(received) = Received::new(&form, &bytes) {
        parts.extensions.insert(received);
    }
    Ok((Request::from_parts(parts, Body::empty()), place))
}

fn no_secret() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "The form is older than this server, or not from it. Go back, reload the page and send it again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_for_this_machine_answers_to_loopback_only_whatever_resolves_to_it() {
        let names = Names::default();
        for host in ["localhost:7070", "LOCALHOST", "127.0.0.1:7070", "127.9.9.9", "[::1]:7070", "[::1]"] {
            assert!(names.allow(host), "{host}");
        }
        for host in [
            "evil.example:7070",
            "localhost.evil.example",
            "192.168.1.7:7070",
            "",
            ":7070",
            "[::2]:1",
            "localhost:a",
            "127.0.0.1.evil.example",
        ] {
            assert!(!names.allow(host), "{host}");
        }
        let open = Names { is_open: true, hosts: vec!["box.example".into()] };
        for host in ["192.168.1.7:7070", "box.example", "Box.Example:443", "[fe80::1]:7070"] {
            assert!(open.allow(host), "{host}");
        }
        assert!(!open.allow("evil.example"));
    }

    #[test]
    fn after_the_token_nobody_is_led_elsewhere() {
        for to in ["//evil.example/", "https://evil.example", "/\\evil.example", "", "/a\r\nset-cookie: x"] {
            assert_eq!(local(to), "/", "{to}");
        }
        assert_eq!(local("/run/x?said=no"), "/run/x?said=no");
    }

    #[test]
    fn a_link_keeps_all_but_the_token_and_leads_nowhere_else() {
        let of = |uri: &str| without_token(&uri.parse().unwrap());
        assert_eq!(of("/run/x?token=t&a=b%20c&d"), "/run/x?a=b+c&d=");
        assert_eq!(of("//evil.example/?token=t"), "/evil.example/");
    }
}
