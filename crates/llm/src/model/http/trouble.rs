//! A connection that did not come about, in one line: what happened, on whose side, and what to do.

use std::error::Error;

/// Who was to be reached, and through whom.
pub(super) struct Way<'a> {
    /// The host.
    pub(super) origin: &'a str,
    /// The proxy in between, if there is one, and who named it.
    pub(super) proxy: Option<(&'a str, &'static str)>,
}

/// What is said where a host's certificate is signed by nobody that this machine knows.
const UNKNOWN_ISSUER: &str = "nobody that this machine trusts has signed its certificate; where a company signs its \
                              own gateway's, name the company's certificate (PEM): ca_file in rejoinder.toml, at the \
                              top or under [hosts.NAME], or REJOINDER_CA_FILE";

/// What is said where something other than TLS answers.
const NOT_TLS: &str = "it does not answer in TLS, and may speak plain http: then its address begins with http://";

impl Way<'_> {
    /// What happened, from the error of a connection that could not be opened. `clean` makes one line of it.
    pub(super) fn no_connection(&self, error: &dyn Error, clean: impl Fn(&str) -> String) -> String {
        let links = chain(error);
        let cause = clean(links.last().map_or("", String::as_str));
        let origin = self.origin;
        if is_untrusted(&cause) {
            return format!("no connection to {origin}: {UNKNOWN_ISSUER}");
        }
        // So rustls calls what is no message of TLS.
        if cause.contains("InvalidContentType") {
            return format!("no connection to {origin}: {NOT_TLS}");
        }
        let Some((proxy, said_by)) = self.proxy else { return format!("no connection to {origin}: {cause}") };
        let is = |part: &str| links.iter().any(|link| link.contains(part));
        // A plain request goes to the proxy itself: such a failure concerns the way to the proxy.
        if is("failed to create underlying connection") || origin.starts_with("http://") {
            format!(
                "no connection to the proxy {proxy}, which {said_by} names: {cause}; the host {origin} was not asked"
            )
        } else if is("proxy authorization required") || is("credentials not accepted") {
            format!(
                "the proxy {proxy}, which {said_by} names, wants a user name and a password; {origin} was not asked"
            )
        } else if is("tunnel error: ") || is("SOCKS error: ") {
            format!("the proxy {proxy}, which {said_by} names, was reached but does not connect to {origin}: {cause}")
        } else {
            format!("no connection to {origin} through the proxy {proxy}, which {said_by} names: {cause}")
        }
    }
}

/// Whether a certificate was refused for its issuer.
fn is_untrusted(cause: &str) -> bool {
    cause.contains("UnknownIssuer")
}

/// The error and its causes, outermost first.
fn chain(error: &dyn Error) -> Vec<String> {
    let mut links = vec![error.to_string()];
    let mut link = error;
    while let Some(deeper) = link.source() {
        links.push(deeper.to_string());
        link = deeper;
    }
    links
}
