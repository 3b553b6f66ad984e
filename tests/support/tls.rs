//! A server on this machine that speaks HTTP/1.1 or HTTP/2, with TLS or without, and counts what comes over which
//! connection.
#![allow(dead_code, reason = "each test crate uses its own part")]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// What the server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// HTTP/1.1 in the clear.
    Plain,
    /// HTTP/1.1 in TLS.
    Http1,
    /// HTTP/2 in TLS, with so many calls at once on one connection.
    Http2(u32),
}

/// What the server has counted.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub in_flight: usize,
    pub in_flight_max: usize,
    /// Requests per connection, of those connections that brought any.
    pub connections: Vec<usize>,
}

pub struct CountingServer {
    address: SocketAddr,
    tls: bool,
    authority: String,
    counts: watch::Sender<Counts>,
    open: watch::Sender<bool>,
}

impl CountingServer {
    /// A server that answers every request with this body, once its gate is open.
    pub async fn start(speaks: Speaks, body: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (authority, acceptor) = certified(speaks);
        let server = CountingServer {
            address,
            tls: speaks != Speaks::Plain,
            authority,
            counts: watch::Sender::default(),
            open: watch::Sender::new(false),
        };
        let (counts, open, body) = (server.counts.clone(), server.open.clone(), Bytes::from(body));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (counts, open, body) = (counts.clone(), open.clone(), body.clone());
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    if speaks == Speaks::Plain {
                        serve(stream, speaks, counts, open, body).await;
                    } else if let Ok(stream) = acceptor.accept(stream).await {
                        // Connections that the client gave up, or whose certificate it did not like, are no matter.
                        serve(stream, speaks, counts, open, body).await;
                    }
                });
            }
        });
        server
    }

    pub fn base(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://localhost:{}", self.address.port())
    }

    /// Writes the certificate that its own is signed with.
    pub fn write_authority(&self, file: &Path) {
        std::io::Write::write_all(&mut std::fs::File::create(file).unwrap(), self.authority.as_bytes()).unwrap();
    }

    /// Whether requests are answered; those that wait are when it opens.
    pub fn open(&self, open: bool) {
        self.open.send_replace(open);
    }

    pub fn counts(&self) -> Counts {
        self.counts.borrow().clone()
    }

    /// Returns once so many requests wait for the gate.
    pub async fn until_in_flight(&self, number: usize) {
        self.counts.subscribe().wait_for(|counts| counts.in_flight >= number).await.unwrap();
    }
}

async fn serve<S>(stream: S, speaks: Speaks, counts: watch::Sender<Counts>, open: watch::Sender<bool>, body: Bytes)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    // The place of this connection among those that brought requests, once it has brought one.
    let own = Arc::new(Mutex::new(None));
    let service = service_fn(move |request: Request<Incoming>| {
        let (counts, mut open, body, own) = (counts.clone(), open.subscribe(), body.clone(), Arc::clone(&own));
        async move {
            request.into_body().collect().await.unwrap();
            counts.send_modify(|counts| {
                let place = *own.lock().unwrap().get_or_insert_with(|| {
                    counts.connections.push(0);
                    counts.connections.len() - 1
                });
                counts.connections[place] += 1;
                counts.in_flight += 1;
                counts.in_flight_max = counts.in_flight_max.max(counts.in_flight);
            });
            open.wait_for(|open| *open).await.unwrap();
            counts.send_modify(|counts| counts.in_flight -= 1);
            let response = Response::builder().header("content-type", "application/json").body(Full::new(body));
            Ok::<_, Infallible>(response.unwrap())
        }
    });
    let io = TokioIo::new(stream);
    // How a connection ends is the client's affair.
    let _ = match speaks {
        Speaks::Http2(streams) => {
            let mut http2 = http2::Builder::new(TokioExecutor::new());
            http2.max_concurrent_streams(streams).serve_connection(io, service).await
        }
        Speaks::Plain | Speaks::Http1 => http1::Builder::new().serve_connection(io, service).await,
    };
}

/// A certificate for `localhost`, signed by an authority that nobody knows, whose own is returned in PEM form.
fn certified(speaks: Speaks) -> (String, TlsAcceptor) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".into()]).unwrap().signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth();
    let mut config = config.with_single_cert(vec![certificate.der().clone()], key).unwrap();
    config.alpn_protocols = match speaks {
        Speaks::Http2(_) => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        Speaks::Plain | Speaks::Http1 => vec![b"http/1.1".to_vec()],
    };
    (authority.pem(), TlsAcceptor::from(Arc::new(config)))
}
