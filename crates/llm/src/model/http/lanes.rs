//! Connections to hosts: kept, shared by all that call the same host, and as many as the calls in flight need.
//!
//! Over HTTP/2 all calls to a host travel on one connection, on which it allows so many at once; the rest would wait
//! inside the client, each with a permit in hand, and no permits could make them faster. So a host is reached through
//! lanes, each with a connection of its own, and a lane that is full has another beside it. The first lane with room is
//! taken, so that those which are not needed any more fall idle and their connections are closed.
//!
//! Over HTTP/1.1 every call in flight has a connection of its own anyway, kept for the next one; lanes cost nothing
//! then.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Certificate, Client};

use super::words::one_line;
use super::{BaseUrl, Proxy, SetupError};

/// Calls at once on one lane. No server should allow fewer than this on a connection (RFC 9113, section 6.5.2), and
/// many allow no more.
pub const LANE_WIDTH: usize = 100;

/// How long a connection may take to open: as the official SDK.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a connection is kept that nothing uses: longer than a model thinks between two calls of a trial.
const KEPT: Duration = Duration::from_secs(90);

/// The connections of a run. Cheap to clone; clones share them.
#[derive(Clone, Debug)]
pub struct Connections {
    width: usize,
    roots: Vec<Certificate>,
    proxy: Proxy,
    hosts: Arc<Mutex<HashMap<String, Arc<Lanes>>>>,
}

impl Default for Connections {
    fn default() -> Self {
        Connections { width: LANE_WIDTH, roots: Vec::new(), proxy: Proxy::default(), hosts: Arc::default() }
    }
}

impl Connections {
    /// The same, but with this many calls at once on each HTTP/2 connection (at least one), and with no connection
    /// open.
    #[must_use]
    pub fn with_lane_width(self, width: usize) -> Self {
        Connections { width: width.max(1), hosts: Arc::default(), ..self }
    }

    /// The same, but also trusting the certificates in this file (PEM), beside those that the machine trusts, and with
    /// no connection open. For gateways whose certificates a company signs itself.
    ///
    /// # Errors
    ///
    /// [`SetupError::Certificates`] for a file that cannot be read or holds no certificate.
    pub fn trusting(self, file: &Path) -> Result<Self, SetupError> {
        let wrong = |why: String| SetupError::Certificates(file.display().to_string(), why);
        let pem = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
        // Some editors put a byte order mark before it.
        let pem = pem.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&pem);
        let found =
            Certificate::from_pem_bundle(pem).map_err(|error| wrong(one_line(&super::lost::root(&error), None)))?;
        if found.is_empty() {
            return Err(wrong("it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)".into()));
        }
        let roots: Vec<_> = self.roots.into_iter().chain(found).collect();
        // Only a client looks into them; better one that is thrown away than the first that is needed.
        let kind = Kind { https: true, loopback: false, roots: roots.clone(), proxy: Proxy::None };
        client(&kind).map_err(|error| wrong(error.to_string()))?;
        Ok(Connections { roots, hosts: Arc::default(), ..self })
    }

    /// The same through this proxy; open connections are not shared.
    #[must_use]
    pub fn through(self, proxy: Proxy) -> Self {
        Connections { proxy, hosts: Arc::default(), ..self }
    }

    /// The lanes to a host, the first of them open, so that what is wrong with the settings is found before anything is
    /// sent.
    pub(super) fn to(&self, base: &BaseUrl) -> Result<Arc<Lanes>, SetupError> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lanes) = hosts.get(&base.origin()) {
            return Ok(Arc::clone(lanes));
        }
        let (loopback, proxy) = (base.is_loopback(), self.proxy.clone());
        let way = proxy.way_to(&base.origin(), loopback);
        let kind = Kind { https: base.is_https(), loopback, roots: self.roots.clone(), proxy };
        let first = Lane::open(&kind)?;
        // Without TLS there is nothing to agree on HTTP/2 with.
        let width = if kind.https { self.width } else { usize::MAX };
        let lanes = Arc::new(Lanes { kind, way, width, all: Mutex::new(vec![Arc::clone(&first)]), first });
        hosts.insert(base.origin(), Arc::clone(&lanes));
        Ok(lanes)
    }
}

/// What all clients of a host have in common.
#[derive(Debug)]
struct Kind {
    https: bool,
    loopback: bool,
    roots: Vec<Certificate>,
    proxy: Proxy,
}

/// The lanes to one host.
#[derive(Debug)]
pub(super) struct Lanes {
    kind: Kind,
    /// The proxy in between.
    way: Option<String>,
    width: usize,
    first: Arc<Lane>,
    all: Mutex<Vec<Arc<Lane>>>,
}

#[derive(Debug)]
struct Lane {
    client: Client,
    calls: AtomicUsize,
}

/// A place on a lane; given back when dropped.
#[derive(Debug)]
pub(super) struct Place(Arc<Lane>);

impl Lanes {
    /// Takes a place on the first lane with room, opening a new lane if none has any.
    pub(super) fn place(&self) -> Place {
        let mut lanes = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = |lane: &Arc<Lane>| lane.calls.load(Ordering::Relaxed);
        let lane = match lanes.iter().find(|lane| calls(lane) < self.width) {
            Some(lane) => Arc::clone(lane),
            None => match Lane::open(&self.kind) {
                Ok(lane) => {
                    lanes.push(Arc::clone(&lane));
                    lane
                }
                // One like it could be opened before. Its calls then wait on the emptiest one.
                Err(_) => Arc::clone(lanes.iter().min_by_key(|lane| calls(lane)).unwrap_or(&self.first)),
            },
        };
        lane.calls.fetch_add(1, Ordering::Relaxed);
        Place(lane)
    }
}

impl Lanes {
    /// The proxy in between, if there is one, and who named it.
    pub(super) fn proxy(&self) -> Option<(&str, &'static str)> {
        self.way.as_deref().map(|way| (way, self.kind.proxy.said_by()))
    }
}

impl Lane {
    fn open(kind: &Kind) -> Result<Arc<Self>, SetupError> {
        Ok(Arc::new(Lane { client: client(kind)?, calls: AtomicUsize::new(0) }))
    }
}

impl Place {
    pub(super) fn client(&self) -> &Client {
        &self.0.client
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The one place where clients are built. What differs from call to call (the key, the timeout) is not theirs, so that
/// all models of a host share them.
fn client(kind: &Kind) -> Result<Client, SetupError> {
    // Fails where a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("rejoinder/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        // Retrying is decided in `retry.rs` alone.
        .retry(reqwest::retry::never())
        .referer(false)
        .https_only(kind.https)
        .connect_timeout(CONNECT_TIMEOUT)
        // As many as were ever in use at once: a new connection costs more than to keep one.
        .pool_max_idle_per_host(usize::MAX)
        .pool_idle_timeout(KEPT)
        // A request is one small write that nothing should hold back.
        .tcp_nodelay(true)
        // Routers forget a connection on which nothing moves while a model thinks.
        .tcp_keepalive(Duration::from_secs(60))
        .http2_keep_alive_interval(Duration::from_secs(30))
        .http2_keep_alive_timeout(Duration::from_secs(20));
    let failed = |error: &reqwest::Error| SetupError::Client(one_line(&super::lost::root(error), None));
    builder = match &kind.proxy {
        Proxy::At(url) => builder.no_proxy().proxy(reqwest::Proxy::all(url.as_str()).map_err(|error| failed(&error))?),
        // A proxy set for the web cannot reach this machine's own servers, and must not see what is sent to them.
        Proxy::Environment if !kind.loopback => builder,
        Proxy::Environment | Proxy::None => builder.no_proxy(),
    };
    builder = if kind.https {
        builder.tls_certs_merge(kind.roots.iter().cloned())
    } else {
        // Without a need for certificates, a machine that has none installed is no obstacle.
        builder.tls_certs_only([])
    };
    builder.build().map_err(|error| failed(&error))
}

/// A client for servers of one's own network, without a proxy in between.
#[cfg(feature = "restate")]
pub(super) fn inner(https: bool) -> Result<Client, SetupError> {
    client(&Kind { https, loopback: true, roots: Vec::new(), proxy: Proxy::None })
}
