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
            let has_version = path
                .split('/')
                .any(|part| part.starts_with('v') && part[1..].starts_with(|c: char| c.is_ascii_digit()));
            let hint = match path.rsplit_once("/chat/completions") {
                Some((before, "")) if is_path && !has_version => {
                    format!("; is /v1 missing? base URL {}{before}/v1", self.origin)
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
