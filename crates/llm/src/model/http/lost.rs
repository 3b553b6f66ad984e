//! Exchanges that bring no usable response, as one failure each.

use std::error::Error as _;

use reqwest::header::LOCATION;
use url::Url;

use super::trouble::Way;
use super::{Http, Response};
use crate::model::{Failure, FailureKind};

impl Http {
    /// For a missing path, adds the address that was called and what it may lack.
    pub(super) fn with_address(&self, mut failure: Failure) -> Failure {
        if failure.status == Some(404) && failure.kind == FailureKind::NotFound {
            let path = self.url.path();
            let asked = self.one_line(&format!("{}{path}", self.origin));
            // A missing model is reported by its name.
            let is_path = !failure.message.to_lowercase().contains("model");
            let hint = match path.rsplit_once("/chat/completions") {
                Some((before, "")) if is_path => match version_in(before) {
                    Some(right) if right == before => String::new(),
                    Some(right) => format!("; is the base URL {}{right}?", self.origin),
                    None => format!("; is /v1 missing? base URL {}{}/v1", self.origin, without_api(before)),
                },
                None if is_path && path.ends_with("/v1/systemone") => {
                    "; Ollama serves it from version 0.40.4".to_owned()
                }
                _ => String::new(),
            };
            failure.message.push_str(&format!(" (asked: {asked}{hint})"));
        }
        failure
    }

    /// Redirects are never followed: reqwest would carry `x-api-key` along to whichever host the answer names.
    pub(super) fn redirect(&self, response: &Response) -> Failure {
        let location = response.headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let target = location.and_then(|location| self.url.join(location).ok());
        let place = match target.as_ref().and_then(Url::host_str) {
            Some(host) => self.one_line(host),
            None => "nowhere".to_owned(),
        };
        let message = format!(
            "{} redirect from {} to {place}: redirects are not followed, so that the key stays with its host; correct \
             the base URL",
            response.status, self.origin
        );
        Failure { status: Some(response.status), ..Failure::new(FailureKind::NotFound, message) }
    }

    pub(super) fn late(&self) -> Failure {
        let message = format!("no complete response from {} within {:?}", self.origin, self.timeout);
        Failure::new(FailureKind::Timeout, message)
    }

    /// A failure without a whole response. The URL is left out: the origin says enough.
    pub(super) fn transport(&self, error: reqwest::Error) -> Failure {
        let error = error.without_url();
        let origin = &self.origin;
        if error.is_timeout() && !error.is_connect() {
            return self.late();
        }
        let mut cause: &dyn std::error::Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let cause = self.one_line(&cause.to_string());
        let message = if error.is_connect() {
            let way = Way { origin, proxy: self.lanes.proxy() };
            way.no_connection(&error, |text| self.one_line(text))
        } else {
            format!("the connection to {origin} broke: {cause}")
        };
        let kind =
            if error.is_connect() && is_lasting(&cause) { FailureKind::Misconfigured } else { FailureKind::Connection };
        Failure::new(kind, message)
    }
}

/// The path of a base URL that names its version (`/v1`, `/v1beta/openai`), without slips of the pen: capitals, a comma
/// or a full stop after the version, the version twice. `None` if it names none.
fn version_in(path: &str) -> Option<String> {
    let is_version = |part: &str| part.starts_with('v') && part[1..].starts_with(|c: char| c.is_ascii_digit());
    let mut parts: Vec<String> = Vec::new();
    for part in path.split('/') {
        let plain = part.trim_end_matches([',', '.', ';', ')']).to_ascii_lowercase();
        if !is_version(&plain) {
            parts.push(part.to_owned());
        } else if parts.last() != Some(&plain) {
            parts.push(plain);
        }
    }
    parts.iter().any(|part| is_version(part)).then(|| parts.join("/"))
}

/// Ollama's own interface is at `/api`, and the one that is spoken here beside it.
fn without_api(path: &str) -> &str {
    if path == "/api" { "" } else { path }
}

/// Whether a connection that cannot be opened now will not open later either: the certificate is not trusted, or the
/// host's name does not exist. (A name that is only unresolved for the moment is reported in other words.)
fn is_lasting(cause: &str) -> bool {
    const NO_SUCH_HOST: [&str; 4] =
        ["name or service not known", "nodename nor servname", "no such host", "no address associated"];
    let cause = cause.to_ascii_lowercase();
    cause.contains("invalid peer certificate") || NO_SUCH_HOST.iter().any(|words| cause.contains(words))
}

/// What lies below an error of reqwest, in its own words.
pub(super) fn root(error: &reqwest::Error) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_path_is_found_without_the_slips_of_a_pen() {
        for (path, right) in [
            ("/v1", "/v1"),
            ("/V1", "/v1"),
            ("/v1,", "/v1"),
            ("/v1/v1", "/v1"),
            ("/openai/v1.", "/openai/v1"),
            ("/v1beta/openai", "/v1beta/openai"),
        ] {
            assert_eq!(version_in(path).as_deref(), Some(right), "{path}");
        }
        for path in ["", "/api", "/openai", "/voice"] {
            assert_eq!(version_in(path), None, "{path}");
        }
    }
}
