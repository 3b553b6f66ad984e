//! Whether a proxy stands between this machine and a host, and which: so that its refusal is not taken for the host's.

use std::str::FromStr;

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

/// Which proxy a host is reached through. Servers on this machine are reached without one unless one is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Proxy {
    /// The one that `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY` name, if any, unless `NO_PROXY` names the host.
    #[default]
    Environment,
    /// None, whatever the environment says.
    None,
    /// This one.
    At(Url),
}

/// The kinds of proxies that there are.
const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

impl FromStr for Proxy {
    type Err = String;

    /// `none`, or the address of a proxy without a password: that would stand in a file.
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Proxy::None);
        }
        let url = Url::parse(text).ok().filter(|url| SCHEMES.contains(&url.scheme()) && url.has_host());
        let url = url.ok_or_else(|| {
            "proxy is none, or an address such as \"http://127.0.0.1:3128\" or \"socks5h://127.0.0.1:1080\"".to_owned()
        })?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "proxy must not contain a user name or a password: put that address into HTTPS_PROXY or ALL_PROXY \
                        in the environment, and leave proxy out"
                    .to_owned(),
            );
        }
        Ok(Proxy::At(url))
    }
}

impl Proxy {
    /// The address of the proxy through which this origin is reached, without what could be a password, and who says
    /// so; `None` where it is reached without one.
    pub(super) fn way_to(&self, origin: &str, is_loopback: bool) -> Option<String> {
        match self {
            Proxy::None => None,
            Proxy::At(url) => Some(place(url.scheme(), url.host_str(), url.port())),
            // A proxy set for the web cannot reach this machine's own servers, and must not see what is sent to them.
            Proxy::Environment if is_loopback => None,
            Proxy::Environment => {
                let uri = Matcher::from_system().intercept(&origin.parse().ok()?)?.uri().clone();
                Some(place(uri.scheme_str().unwrap_or("http"), uri.host(), uri.port_u16()))
            }
        }
    }

    /// Who named it, for a person who has to change it.
    pub(super) fn said_by(&self) -> &'static str {
        match self {
            Proxy::At(_) => "proxy in the settings file",
            Proxy::Environment | Proxy::None => "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY in the environment",
        }
    }
}

fn place(scheme: &str, host: Option<&str>, port: Option<u16>) -> String {
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    format!("{scheme}://{}{port}", host.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_an_address_or_none_and_has_no_password() {
        assert_eq!("none".parse(), Ok(Proxy::None));
        for text in ["http://127.0.0.1:3128", "socks5h://proxy.example:1080", "socks5://10.0.0.1:9050"] {
            let Ok(Proxy::At(url)) = text.parse::<Proxy>() else { panic!("{text}") };
            assert_eq!(Proxy::At(url).way_to("https://api.example.com:443", false).as_deref(), Some(text));
        }
        for text in ["", "127.0.0.1:3128", "ftp://x", "http://CANARY:b@x:1", "http://CANARY@x:1", "socks5:CANARY"] {
            let error = text.parse::<Proxy>().unwrap_err();
            assert!(!error.contains("CANARY"), "{error}");
        }
    }

    #[test]
    fn this_machine_is_reached_without_the_environments_proxy() {
        assert_eq!(Proxy::Environment.way_to("http://127.0.0.1:11434", true), None);
        assert_eq!(Proxy::None.way_to("https://api.example.com:443", false), None);
    }
}
